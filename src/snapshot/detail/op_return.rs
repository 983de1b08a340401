//! The data in an `OP_RETURN` output as text.

use crate::chain::script::pushes;
use crate::util::text::{clean, hex};

/// The longest text, in characters.
const LONGEST_DATA: usize = 160;

/// Returns the pushed data of a script without its `OP_RETURN`: each push as text if it is text, else
/// in hexadecimal digits.
pub(super) fn data_text(script: &[u8]) -> String {
    let mut texts = Vec::new();
    let mut shown = 0;
    for data in pushes(script).filter(|data| !data.is_empty()) {
        if shown >= LONGEST_DATA {
            break;
        }
        shown += data.len();
        let text = std::str::from_utf8(data).is_ok_and(|text| !text.chars().any(char::is_control));
        texts.push(if text {
            clean(data, LONGEST_DATA)
        } else {
            hex(data.get(..LONGEST_DATA / 2).unwrap_or(data))
        });
    }
    clean(texts.join(" ").as_bytes(), LONGEST_DATA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_text_or_hexadecimal_and_harmless() {
        assert_eq!(data_text(b"\x05hello"), "hello");
        assert_eq!(data_text(b"\x4c\x05hello\x4d\x02\x00ab\x4e\x01\x00\x00\x00!"), "hello ab !");
        assert_eq!(data_text(b"\x5d\x03\x00\xff\x10"), "00ff10");
        assert_eq!(data_text(b"\x04\x1b[2J"), "1b5b324a");
        assert_eq!(data_text("\x05a\u{202e}b".as_bytes()), "a·b");
        assert_eq!(data_text(b"\x05cut"), "");
        assert_eq!(data_text(b"\x4e\xff\xff\xff\xffcut"), "");
        assert_eq!(data_text(&[[75].as_slice(), &[b'x'; 75]].concat().repeat(5_000)).len(), LONGEST_DATA);
    }
}

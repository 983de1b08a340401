//! Text for people: cleaned of control characters, or made from bytes and numbers.

/// Whether `text` contains `part`, ignoring case. Everything contains the empty text.
pub fn contains(text: &str, part: &str) -> bool {
    part.is_empty() || text.to_lowercase().contains(&part.to_lowercase())
}

/// Returns `bytes` as text of at most `limit` characters that is safe for terminals and logs.
///
/// Invalid UTF-8, control characters (C0, C1, DEL), and the invisible characters that reorder or
/// hide text (bidirectional controls, zero-width characters, line separators, tags, variation
/// selectors) become `·`.
pub fn clean(bytes: &[u8], limit: usize) -> String {
    // A character has at most 4 bytes: decode no more than can be kept.
    let bytes = &bytes[..bytes.len().min(limit.saturating_mul(4))];
    String::from_utf8_lossy(bytes).chars().take(limit).map(|c| if is_harmless(c) { c } else { '·' }).collect()
}

/// Returns `bytes` as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Returns `number` with commas between groups of three digits: `1,204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a count and its noun: `1 peer`, `1,204 peers`.
pub fn plural(count: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(count), if count == 1 { "" } else { "s" })
}

fn is_harmless(c: char) -> bool {
    let invisible = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{ffff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    !c.is_control() && !invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_escape() {
        assert_eq!(clean(b"/Sat\x1b[2J\x07oshi:30.0/\r\n", 256), "/Sat·[2J·oshi:30.0/··");
        assert_eq!(clean("\u{9b}31m\u{202e}abc\u{200b}".as_bytes(), 256), "·31m·abc·");
        assert_eq!(clean(b"\xff\xfeok", 256), "··ok");
    }

    #[test]
    fn bytes_become_hexadecimal_digits() {
        assert_eq!(hex(&[0x00, 0x1b, 0xff, 0xa0]), "001bffa0");
    }

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(
            [0, 999, 1_000, 923_114, u64::MAX].map(grouped),
            ["0", "999", "1,000", "923,114", "18,446,744,073,709,551,615"]
        );
    }

    #[test]
    fn long_text_is_cut_by_characters() {
        assert_eq!(clean("ééééé".as_bytes(), 3), "ééé");
        assert_eq!(clean(&[b'a'; 5_000], 256).len(), 256);
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        assert_eq!(clean("/Satoshi:30.0.0(日本, ñ)/".as_bytes(), 256), "/Satoshi:30.0.0(日本, ñ)/");
    }
}

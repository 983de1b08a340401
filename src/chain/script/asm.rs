//! Scripts as text, in Bitcoin Core's format.

use super::instructions::{Instruction, instructions};
use crate::chain::opcodes::{OP_0, opcode_name};
use crate::util::text::hex;

/// The longest data shown as a number, in bytes (Core: `ScriptToAsmStr`).
const LONGEST_NUMBER: usize = 4;

/// Returns the instructions of `script` as text: opcodes by name, data in hex, and data of up to four bytes
/// as a decimal number. A push that exceeds the script ends it as `[error]` (Core: `ScriptToAsmStr`, without
/// the sighash types of signatures).
pub fn asm(script: &[u8]) -> String {
    let mut parsed = instructions(script);
    let mut words: Vec<String> = parsed.by_ref().map(word).collect();
    if !parsed.rest().is_empty() {
        words.push("[error]".to_owned());
    }
    words.join(" ")
}

fn word(instruction: Instruction) -> String {
    match instruction {
        Instruction::Op(opcode) => opcode_name(opcode).to_owned(),
        Instruction::Push([]) => OP_0.to_string(),
        Instruction::Push(data) if data.len() <= LONGEST_NUMBER => number(data).to_string(),
        Instruction::Push(data) => hex(data),
    }
}

/// Reads little-endian bytes whose highest bit is the sign (Core: `CScriptNum`).
fn number(data: &[u8]) -> i64 {
    let magnitude = |last: u8| {
        let bytes = data.iter().rev().skip(1);
        bytes.fold(i64::from(last), |sum, byte| sum << 8 | i64::from(*byte))
    };
    match data.last() {
        None => 0,
        Some(last) if last & 0x80 != 0 => -magnitude(last & 0x7f),
        Some(last) => magnitude(*last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::opcodes::*;

    #[test]
    fn scripts_read_as_in_core() {
        let hash = [0xab; 20];
        let p2pkh = [&[OP_DUP, OP_HASH160, 20][..], &hash, &[OP_EQUALVERIFY, OP_CHECKSIG]].concat();
        let ab = "ab".repeat(20);
        assert_eq!(asm(&p2pkh), format!("OP_DUP OP_HASH160 {ab} OP_EQUALVERIFY OP_CHECKSIG"));
        assert_eq!(asm(&[&[OP_0, 20][..], &hash].concat()), format!("0 {ab}"));
        assert_eq!(asm(&[&[OP_1, 32][..], &[1; 32]].concat()), format!("1 {}", "01".repeat(32)));
        assert_eq!(asm(&[OP_RETURN, 5, b'h', b'e', b'l', b'l', b'o']), "OP_RETURN 68656c6c6f");
        assert_eq!(asm(&[]), "");
        assert_eq!(asm(&[0x4f, OP_16, 0xba, 0xbb, 0xff]), "-1 16 OP_CHECKSIGADD OP_UNKNOWN OP_INVALIDOPCODE");
    }

    #[test]
    fn short_data_is_a_signed_number() {
        assert_eq!(
            asm(&[1, 0x7f, 1, 0x81, 2, 0x00, 0x01, 4, 0xff, 0xff, 0xff, 0xff]),
            "127 -1 256 -2147483647"
        );
        assert_eq!(asm(&[1, 0x80]), "0", "negative zero");
    }

    #[test]
    fn a_push_that_exceeds_the_script_is_an_error() {
        assert_eq!(asm(&[OP_DUP, 5, 1, 2]), "OP_DUP [error]");
        assert_eq!(asm(&[OP_PUSHDATA2, 1]), "[error]");
    }
}

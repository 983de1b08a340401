//! Scripts in the format of mempool.space's API.

use crate::chain::opcodes::{
    OP_0, OP_1, OP_1NEGATE, OP_16, OP_CHECKLOCKTIMEVERIFY, OP_CHECKSEQUENCEVERIFY, OP_PUSHBYTES_75,
    OP_PUSHDATA1, OP_PUSHDATA2, OP_PUSHDATA4, opcode_name,
};
use crate::chain::script::ScriptKind;
use crate::util::text::hex;

/// Returns the type of an output script.
pub(super) fn kind(script: &[u8]) -> &'static str {
    match ScriptKind::of(script) {
        ScriptKind::P2pk => "p2pk",
        ScriptKind::P2pkh => "p2pkh",
        ScriptKind::P2sh => "p2sh",
        ScriptKind::P2wpkh => "v0_p2wpkh",
        ScriptKind::P2wsh => "v0_p2wsh",
        ScriptKind::P2tr => "v1_p2tr",
        ScriptKind::P2a => "anchor",
        ScriptKind::OpReturn => "op_return",
        ScriptKind::Multisig => "multisig",
        ScriptKind::Other if script.is_empty() => "empty",
        ScriptKind::Other => "unknown",
    }
}

/// Returns the instructions of a script as text, including push opcodes. A push that exceeds the script ends
/// it.
pub(super) fn asm(script: &[u8]) -> String {
    let mut words = Vec::new();
    let mut rest = script;
    while let Some((&opcode, after)) = rest.split_first() {
        let width = match opcode {
            OP_PUSHDATA1 => 1,
            OP_PUSHDATA2 => 2,
            OP_PUSHDATA4 => 4,
            _ => 0,
        };
        let Some((length, after)) = after.split_at_checked(width) else {
            words.push("<unexpected end>".to_owned());
            break;
        };
        let length = match opcode {
            OP_0..=OP_PUSHBYTES_75 => usize::from(opcode),
            _ => length.iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte)),
        };
        let Some((data, after)) = after.split_at_checked(length) else {
            words.push("<push past end>".to_owned());
            break;
        };
        words.push(name(opcode));
        if !data.is_empty() {
            words.push(hex(data));
        }
        rest = after;
    }
    words.join(" ")
}

fn name(opcode: u8) -> String {
    match opcode {
        OP_0 => "OP_0".to_owned(),
        1..=OP_PUSHBYTES_75 => format!("OP_PUSHBYTES_{opcode}"),
        OP_PUSHDATA1 => "OP_PUSHDATA1".to_owned(),
        OP_PUSHDATA2 => "OP_PUSHDATA2".to_owned(),
        OP_PUSHDATA4 => "OP_PUSHDATA4".to_owned(),
        OP_1NEGATE => "OP_PUSHNUM_NEG1".to_owned(),
        OP_1..=OP_16 => format!("OP_PUSHNUM_{}", opcode - OP_1 + 1),
        OP_CHECKLOCKTIMEVERIFY => "OP_CLTV".to_owned(),
        OP_CHECKSEQUENCEVERIFY => "OP_CSV".to_owned(),
        _ => opcode_name(opcode).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_written_as_mempool_space_writes_them() {
        let hash = [0xab; 20];
        let p2wpkh = [&[0x00, 0x14][..], &hash].concat();
        assert_eq!(asm(&p2wpkh), format!("OP_0 OP_PUSHBYTES_20 {}", "ab".repeat(20)));
        assert_eq!(asm(&[0x51, 0x52, 0xae]), "OP_PUSHNUM_1 OP_PUSHNUM_2 OP_CHECKMULTISIG");
        assert_eq!(asm(&[0x4c, 0x02, 1, 2, 0xb1, 0xb2]), "OP_PUSHDATA1 0102 OP_CLTV OP_CSV");
        assert_eq!(asm(&[0x6a, 0x4d, 0x01, 0x00, 7]), "OP_RETURN OP_PUSHDATA2 07");
        assert_eq!((asm(&[]), asm(&[0x4f])), (String::new(), "OP_PUSHNUM_NEG1".to_owned()));
    }

    #[test]
    fn a_script_that_ends_within_a_push_says_so() {
        assert_eq!(asm(&[0x05, 1, 2]), "<push past end>");
        assert_eq!(asm(&[0x51, 0x4d, 0x01]), "OP_PUSHNUM_1 <unexpected end>");
        assert_eq!(asm(&[0x4e, 0xff, 0xff, 0xff, 0xff]), "<push past end>");
    }
}

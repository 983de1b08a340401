//! Scripts that inputs reveal.

use crate::chain::opcodes::*;
use crate::chain::script::{Instruction, instructions, pushes};
use crate::wire::transaction::Input;

/// The script that an input reveals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spend<'a> {
    /// A script behind a hash (P2SH or P2WSH), or what looks like one: the input alone does not tell them
    /// apart. A rule for such scripts must not match keys or signatures.
    Script(&'a [u8]),
    /// A leaf of a taproot tree (BIP341).
    Tapscript(&'a [u8]),
    /// Nothing that a rule could read.
    Opaque,
}

impl<'a> Spend<'a> {
    pub(super) fn of(input: &Input<'a>) -> Self {
        let mut top = [None; 3]; // the three topmost items, the top first
        for item in input.witness.clone() {
            top = [Some(item), top[0], top[1]];
        }
        // BIP341: a last item that begins with 0x50 is the annex, if there is another item below it.
        let [last, below, third] = top;
        let (last, below) = match (last, below) {
            (Some([0x50, ..]), Some(_)) => (below, third),
            other => other,
        };
        match (last, below) {
            (Some(control), Some(script)) if is_control_block(control) => Self::Tapscript(script),
            (Some(script), Some(_)) => Self::Script(script),
            (Some(_), None) => Self::Opaque,
            (None, _) => pushes(input.script_sig).last().map_or(Self::Opaque, Self::Script),
        }
    }

    pub(super) fn script(self) -> Option<&'a [u8]> {
        match self {
            Self::Script(script) | Self::Tapscript(script) => Some(script),
            Self::Opaque => None,
        }
    }
}

/// Returns whether an item is a control block (BIP341): a leaf version (0xc0 apart from its lowest bit,
/// BIP342), a key, and up to 128 hashes.
fn is_control_block(item: &[u8]) -> bool {
    let hashes = item.len().checked_sub(33);
    matches!(item, [0xc0 | 0xc1, ..]) && hashes.is_some_and(|bytes| bytes % 32 == 0 && bytes / 32 <= 128)
}

/// Returns whether `script` is a Lightning anchor (BOLT 3): `<key> OP_CHECKSIG OP_IFDUP OP_NOTIF OP_16
/// OP_CHECKSEQUENCEVERIFY OP_ENDIF`.
pub(super) fn is_anchor(script: &[u8]) -> bool {
    const TAIL: [u8; 6] = [OP_CHECKSIG, OP_IFDUP, OP_NOTIF, OP_16, OP_CHECKSEQUENCEVERIFY, OP_ENDIF];
    matches!(script, [33, 0x02 | 0x03, rest @ ..] if rest.len() == 38 && rest.ends_with(&TAIL))
}

/// Returns whether `script` is complete, checks a signature, and contains a lock.
///
/// Keys and signatures may contain the byte of a lock, but read as a script they are incomplete or push it as
/// data.
pub(super) fn has_lock(script: &[u8]) -> bool {
    let mut left = instructions(script);
    let has_lock = left.by_ref().any(|instruction| {
        matches!(instruction, Instruction::Op(OP_CHECKLOCKTIMEVERIFY | OP_CHECKSEQUENCEVERIFY))
    });
    let checks = instructions(script)
        .any(|instruction| matches!(instruction, Instruction::Op(OP_CHECKSIG..=OP_CHECKMULTISIG)));
    left.by_ref().for_each(drop);
    has_lock && checks && left.rest().is_empty()
}

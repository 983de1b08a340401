//! Reading scripts opcode by opcode.

use crate::wire::transaction::Input;

/// The opcodes that the rules name.
pub(crate) mod op {
    pub const PUSH_0: u8 = 0x00;
    pub const PUSH_75: u8 = 0x4b;
    pub const PUSHDATA_1: u8 = 0x4c;
    pub const PUSHDATA_2: u8 = 0x4d;
    pub const PUSHDATA_4: u8 = 0x4e;
    pub const N_1: u8 = 0x51;
    pub const N_13: u8 = 0x5d;
    pub const N_16: u8 = 0x60;
    pub const IF: u8 = 0x63;
    pub const NOTIF: u8 = 0x64;
    pub const ENDIF: u8 = 0x68;
    pub const IFDUP: u8 = 0x73;
    pub const CHECKSIG: u8 = 0xac;
    pub const CHECKMULTISIG: u8 = 0xae;
    pub const CHECKLOCKTIMEVERIFY: u8 = 0xb1;
    pub const CHECKSEQUENCEVERIFY: u8 = 0xb2;
}

/// One step of a script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step<'a> {
    /// An opcode that pushes no data of its own.
    Op(u8),
    /// Data; empty for `OP_0`.
    Push(&'a [u8]),
}

/// The steps of a script, up to its end or to a push that runs over it.
#[derive(Clone, Debug)]
pub(crate) struct Steps<'a>(&'a [u8]);

/// The steps of `script`.
pub(crate) fn steps(script: &[u8]) -> Steps<'_> {
    Steps(script)
}

impl<'a> Iterator for Steps<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let (&code, rest) = self.0.split_first()?;
        let (length, rest) = match code {
            op::PUSH_0..=op::PUSH_75 => (usize::from(code), rest),
            op::PUSHDATA_1 => length::<1>(rest)?,
            op::PUSHDATA_2 => length::<2>(rest)?,
            op::PUSHDATA_4 => length::<4>(rest)?,
            _ => {
                self.0 = rest;
                return Some(Step::Op(code));
            }
        };
        let (data, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Step::Push(data))
    }
}

/// A length of `N` bytes, little-endian, and what follows it.
fn length<const N: usize>(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<N>()?;
    let length = length.iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
    Some((length, rest))
}

/// The data that `script` pushes.
pub(crate) fn pushes(script: &[u8]) -> impl Iterator<Item = &[u8]> {
    steps(script).filter_map(|step| match step {
        Step::Push(data) => Some(data),
        Step::Op(_) => None,
    })
}

/// What an input reveals of the output that it spends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spend<'a> {
    /// A script behind a hash (P2SH or P2WSH). Whether it is one cannot be told from the input
    /// alone: a rule over it must not fit keys or signatures.
    Script(&'a [u8]),
    /// A leaf of a taproot tree (BIP341).
    Tapscript(&'a [u8]),
    /// Nothing that a rule could read.
    Opaque,
}

impl<'a> Spend<'a> {
    pub(crate) fn of(input: &Input<'a>) -> Self {
        let mut top = [None; 3]; // the three topmost items, the top first
        for item in input.witness.clone() {
            top = [Some(item), top[0], top[1]];
        }
        // BIP341: a last item that begins with 0x50 is the annex, if another one stands below it.
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

    pub(crate) fn script(self) -> Option<&'a [u8]> {
        match self {
            Self::Script(script) | Self::Tapscript(script) => Some(script),
            Self::Opaque => None,
        }
    }
}

/// BIP341: the leaf version (0xc0 but for its lowest bit, BIP342), a key, and up to 128 hashes.
fn is_control_block(item: &[u8]) -> bool {
    let hashes = item.len().checked_sub(33);
    matches!(item, [0xc0 | 0xc1, ..]) && hashes.is_some_and(|bytes| bytes % 32 == 0 && bytes / 32 <= 128)
}

/// `m <key>… n OP_CHECKMULTISIG` with as many keys as it says.
pub(crate) fn is_multisig(script: &[u8]) -> bool {
    let number = |step: Step<'_>| match step {
        Step::Op(code @ op::N_1..=op::N_16) => Some(usize::from(code - op::N_1) + 1),
        _ => None,
    };
    let mut steps = steps(script);
    let Some(needed) = steps.next().and_then(number) else { return false };
    let mut keys = 0;
    for step in steps.by_ref() {
        match step {
            Step::Push([0x02 | 0x03, x @ ..]) if x.len() == 32 => keys += 1,
            Step::Push([0x04, xy @ ..]) if xy.len() == 64 => keys += 1,
            other => {
                let ends = steps.next() == Some(Step::Op(op::CHECKMULTISIG)) && steps.next().is_none();
                return number(other) == Some(keys) && needed <= keys && ends;
            }
        }
    }
    false
}

/// BOLT 3: `<key> OP_CHECKSIG OP_IFDUP OP_NOTIF OP_16 OP_CHECKSEQUENCEVERIFY OP_ENDIF`.
pub(crate) fn is_anchor(script: &[u8]) -> bool {
    const TAIL: [u8; 6] = [op::CHECKSIG, op::IFDUP, op::NOTIF, op::N_16, op::CHECKSEQUENCEVERIFY, op::ENDIF];
    matches!(script, [33, 0x02 | 0x03, rest @ ..] if rest.len() == 38 && rest.ends_with(&TAIL))
}

/// Whether `script` is a whole script, ends as one that checks something, and has a lock in it.
///
/// Keys and signatures could contain the lock's byte: as opcodes they would break off, or be data.
pub(crate) fn has_lock(script: &[u8]) -> bool {
    let mut left = steps(script);
    let has_lock =
        left.by_ref().any(|step| matches!(step, Step::Op(op::CHECKLOCKTIMEVERIFY | op::CHECKSEQUENCEVERIFY)));
    let checks = steps(script).any(|step| matches!(step, Step::Op(op::CHECKSIG..=op::CHECKMULTISIG)));
    left.by_ref().for_each(drop);
    has_lock && checks && left.0.is_empty()
}

//! The template of an output script.

use crate::chain::opcodes::*;
use std::fmt;

/// The program of a pay-to-anchor output (Core: `PayToAnchor`).
const ANCHOR: [u8; 2] = [0x4e, 0x73];

/// The template of an output script.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ScriptKind {
    /// Pays to the public key in the script.
    P2pk,
    /// Pays to the hash of a public key.
    P2pkh,
    /// Pays to the hash of a script (BIP16).
    P2sh,
    /// Pays to the hash of a public key; the signature is in the witness (BIP141).
    P2wpkh,
    /// Pays to the hash of a script that is in the witness (BIP141).
    P2wsh,
    /// Pays to a key, or to a script that the key commits to (BIP341).
    P2tr,
    /// Pays to anchor: anyone may spend the output, to raise the fee.
    P2a,
    /// Carries data and can never be spent.
    OpReturn,
    /// Pays to several public keys in the script, of which some must sign.
    Multisig,
    /// Anything else.
    Other,
}

impl ScriptKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::P2pk,
        Self::P2pkh,
        Self::P2sh,
        Self::P2wpkh,
        Self::P2wsh,
        Self::P2tr,
        Self::P2a,
        Self::OpReturn,
        Self::Multisig,
        Self::Other,
    ];

    /// Returns the template of `script_pubkey`.
    pub fn of(script_pubkey: &[u8]) -> Self {
        match script_pubkey {
            [OP_DUP, OP_HASH160, OP_PUSHBYTES_20, hash @ .., OP_EQUALVERIFY, OP_CHECKSIG]
                if hash.len() == 20 =>
            {
                Self::P2pkh
            }
            [OP_HASH160, OP_PUSHBYTES_20, hash @ .., OP_EQUAL] if hash.len() == 20 => Self::P2sh,
            [OP_RETURN, ..] => Self::OpReturn,
            [length, key @ .., OP_CHECKSIG] if usize::from(*length) == key.len() && is_key(key) => Self::P2pk,
            _ => match witness_program(script_pubkey) {
                Some((0, program)) if program.len() == 20 => Self::P2wpkh,
                Some((0, program)) if program.len() == 32 => Self::P2wsh,
                Some((1, program)) if program.len() == 32 => Self::P2tr,
                Some((1, program)) if program == ANCHOR => Self::P2a,
                _ if is_multisig(script_pubkey) => Self::Multisig,
                _ => Self::Other,
            },
        }
    }

    /// Returns the usual abbreviation, such as `P2WPKH`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P2pk => "P2PK",
            Self::P2pkh => "P2PKH",
            Self::P2sh => "P2SH",
            Self::P2wpkh => "P2WPKH",
            Self::P2wsh => "P2WSH",
            Self::P2tr => "P2TR",
            Self::P2a => "P2A",
            Self::OpReturn => "OP_RETURN",
            Self::Multisig => "multisig",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for ScriptKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whether `script` is a witness program of any version (BIP141).
pub fn is_witness_program(script: &[u8]) -> bool {
    witness_program(script).is_some()
}

/// Returns version and program of a segwit output: a small number and one push of 2 to 40 bytes
/// (BIP141).
pub(super) fn witness_program(script: &[u8]) -> Option<(u8, &[u8])> {
    let (&[version, length], program) = script.split_first_chunk()?;
    let version = match version {
        0 => 0,
        _ => small_number(version)?,
    };
    ((2..=40).contains(&length) && program.len() == usize::from(length)).then_some((version, program))
}

/// Whether `bytes` have the form of a public key, compressed or not (Core: `CPubKey::ValidSize`).
fn is_key(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(2 | 3) => bytes.len() == 33,
        Some(4 | 6 | 7) => bytes.len() == 65,
        _ => false,
    }
}

/// Whether `script` is `m <key>… n OP_CHECKMULTISIG` with 1 ≤ m ≤ n ≤ 16; scripts with more keys are
/// never relayed.
pub(crate) fn is_multisig(script: &[u8]) -> bool {
    let [required, keys @ .., total, OP_CHECKMULTISIG] = script else { return false };
    let (Some(required), Some(total)) = (small_number(*required), small_number(*total)) else {
        return false;
    };
    let mut rest = keys;
    let mut found = 0;
    while let Some((&length, tail)) = rest.split_first() {
        match tail.split_at_checked(usize::from(length)) {
            Some((key, tail)) if is_key(key) && found < total => rest = tail,
            _ => return false,
        }
        found += 1;
    }
    found == total && required <= total
}

//! What the locking script of an output asks for, and the address that stands for it.

use crate::chain::Network;
use bech32::{Fe32, Hrp, segwit};
use std::fmt;

/// The opcodes that templates are made of.
mod op {
    pub const PUSH_20: u8 = 20;
    pub const N_1: u8 = 0x51;
    pub const N_16: u8 = 0x60;
    pub const RETURN: u8 = 0x6a;
    pub const DUP: u8 = 0x76;
    pub const EQUAL: u8 = 0x87;
    pub const EQUALVERIFY: u8 = 0x88;
    pub const HASH160: u8 = 0xa9;
    pub const CHECKSIG: u8 = 0xac;
    pub const CHECKMULTISIG: u8 = 0xae;
}

/// The program of a pay-to-anchor output (Core: `PayToAnchor`).
const ANCHOR: [u8; 2] = [0x4e, 0x73];

/// What an output asks of whoever spends it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ScriptKind {
    /// A signature by the key in the script.
    P2pk,
    /// A signature by the key with this hash.
    P2pkh,
    /// What the script with this hash says (BIP16).
    P2sh,
    /// A signature in the witness by the key with this hash (BIP141).
    P2wpkh,
    /// What the script with this hash, in the witness, says (BIP141).
    P2wsh,
    /// A signature by this key, or a script that it commits to (BIP341).
    P2tr,
    /// Nothing: anybody may spend it, to raise the fee.
    P2a,
    /// Nobody can spend it: it carries data.
    OpReturn,
    /// Signatures by some of the keys in the script.
    Multisig,
    /// Anything else.
    Other,
}

impl ScriptKind {
    /// All kinds.
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

    /// What `script_pubkey` is.
    pub fn of(script_pubkey: &[u8]) -> Self {
        match script_pubkey {
            [op::DUP, op::HASH160, op::PUSH_20, hash @ .., op::EQUALVERIFY, op::CHECKSIG]
                if hash.len() == 20 =>
            {
                Self::P2pkh
            }
            [op::HASH160, op::PUSH_20, hash @ .., op::EQUAL] if hash.len() == 20 => Self::P2sh,
            [op::RETURN, ..] => Self::OpReturn,
            [length, key @ .., op::CHECKSIG] if usize::from(*length) == key.len() && is_key(key) => {
                Self::P2pk
            }
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

    /// The usual abbreviation.
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

/// The address of `script_pubkey` on `network`; `None` if there is no such notation for it.
///
/// Base58check for hashes, bech32 (BIP173) and bech32m (BIP350) for witness programs of any version.
pub fn address(script_pubkey: &[u8], network: Network) -> Option<String> {
    let (key_hash, script_hash) = network.base58_versions();
    match ScriptKind::of(script_pubkey) {
        ScriptKind::P2pkh => Some(base58check(key_hash, script_pubkey.get(3..23)?)),
        ScriptKind::P2sh => Some(base58check(script_hash, script_pubkey.get(2..22)?)),
        _ => {
            let (version, program) = witness_program(script_pubkey)?;
            let prefix = Hrp::parse_unchecked(network.bech32_prefix());
            segwit::encode(prefix, Fe32::try_from(version).ok()?, program).ok()
        }
    }
}

/// The script of `text`, an address of `network`; `None` if it is none.
pub fn script_pubkey(text: &str, network: Network) -> Option<Vec<u8>> {
    if let Ok((prefix, version, program)) = segwit::decode(text) {
        let is_ours = prefix.as_str().eq_ignore_ascii_case(network.bech32_prefix());
        let opcode = if version.to_u8() == 0 { 0 } else { 0x50 + version.to_u8() };
        let length = u8::try_from(program.len()).ok()?;
        return is_ours.then(|| [&[opcode, length], &program[..]].concat());
    }
    let payload = bs58::decode(text).with_check(None).into_vec().ok()?;
    let (&version, hash) = payload.split_first().filter(|(_, hash)| hash.len() == 20)?;
    let (key_hash, script_hash) = network.base58_versions();
    if version == key_hash {
        Some([&[0x76, 0xa9, 20], hash, &[0x88, 0xac]].concat())
    } else if version == script_hash {
        Some([&[0xa9, 20], hash, &[0x87]].concat())
    } else {
        None
    }
}

fn base58check(version: u8, hash: &[u8]) -> String {
    let mut payload = vec![version];
    payload.extend_from_slice(hash);
    bs58::encode(payload).with_check().into_string()
}

/// Whether a script is that of a segwit output of any version (BIP141).
pub fn is_witness_program(script: &[u8]) -> bool {
    witness_program(script).is_some()
}

/// Version and program of a segwit output: a small number and one push of 2 to 40 bytes (BIP141).
fn witness_program(script: &[u8]) -> Option<(u8, &[u8])> {
    let (&[version, length], program) = script.split_first_chunk()?;
    let version = match version {
        0 => 0,
        _ => small_number(version)?,
    };
    ((2..=40).contains(&length) && program.len() == usize::from(length)).then_some((version, program))
}

/// The number from 1 to 16 that an opcode stands for.
const fn small_number(opcode: u8) -> Option<u8> {
    match opcode {
        op::N_1..=op::N_16 => Some(opcode - op::N_1 + 1),
        _ => None,
    }
}

/// Whether these bytes have the form of a public key, compressed or not (Core: `ValidSize`).
fn is_key(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(2 | 3) => bytes.len() == 33,
        Some(4 | 6 | 7) => bytes.len() == 65,
        _ => false,
    }
}

/// `m key… n CHECKMULTISIG` with 1 ≤ m ≤ n ≤ 16. More keys than that are never relayed.
fn is_multisig(script: &[u8]) -> bool {
    let [required, keys @ .., total, op::CHECKMULTISIG] = script else {
        return false;
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 33] = [2; 33];

    fn script(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    fn p2pkh() -> Vec<u8> {
        script(&[&[op::DUP, op::HASH160, 20], &[7; 20], &[op::EQUALVERIFY, op::CHECKSIG]])
    }

    fn multisig(required: u8, keys: usize, total: u8) -> Vec<u8> {
        let pushed = script(&[&[33], &KEY]).repeat(keys);
        script(&[&[required], &pushed, &[total, op::CHECKMULTISIG]])
    }

    #[test]
    fn every_template_is_known() {
        for (script, kind) in [
            (script(&[&[33], &KEY, &[op::CHECKSIG]]), ScriptKind::P2pk),
            (script(&[&[65], &[4; 65], &[op::CHECKSIG]]), ScriptKind::P2pk),
            (p2pkh(), ScriptKind::P2pkh),
            (script(&[&[op::HASH160, 20], &[7; 20], &[op::EQUAL]]), ScriptKind::P2sh),
            (script(&[&[0, 20], &[7; 20]]), ScriptKind::P2wpkh),
            (script(&[&[0, 32], &[7; 32]]), ScriptKind::P2wsh),
            (script(&[&[0x51, 32], &[7; 32]]), ScriptKind::P2tr),
            (vec![0x51, 2, 0x4e, 0x73], ScriptKind::P2a),
            (vec![op::RETURN], ScriptKind::OpReturn),
            (multisig(0x51, 2, 0x52), ScriptKind::Multisig),
            (multisig(0x60, 16, 0x60), ScriptKind::Multisig),
        ] {
            assert_eq!(ScriptKind::of(&script), kind, "{script:02x?}");
        }
    }

    #[test]
    fn what_is_almost_a_template_is_not_one() {
        for script in [
            vec![],
            script(&[&[33], &[5; 33], &[op::CHECKSIG]]),
            script(&[&[32], &KEY, &[op::CHECKSIG]]),
            p2pkh()[1..].to_vec(),
            script(&[&[0, 21], &[7; 21]]),
            script(&[&[0x51, 32], &[7; 31]]),
            script(&[&[0x52, 41], &[7; 41]]),
            vec![0x50, 2, 0x4e, 0x73],
            multisig(0x53, 2, 0x52),
            multisig(0x51, 1, 0x52),
            multisig(0x51, 3, 0x52),
            multisig(0x50, 2, 0x52),
            multisig(0x51, 0, 0x50),
        ] {
            assert_eq!(ScriptKind::of(&script), ScriptKind::Other, "{script:02x?}");
        }
    }

    #[test]
    fn what_has_no_address_gets_none() {
        for script in [multisig(0x51, 2, 0x52), vec![op::RETURN], vec![], script(&[&[0, 21], &[7; 21]])] {
            assert_eq!(address(&script, Network::Mainnet), None, "{script:02x?}");
        }
    }

    /// The examples of BIP173, BIP350 and of Core's documentation of pay-to-anchor.
    #[test]
    fn addresses_are_those_of_the_standards() {
        let hash: Vec<u8> = "751e76e8199196d454941c45d1b3a323f1433bd6"
            .as_bytes()
            .chunks(2)
            .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
            .collect();
        let wpkh = script(&[&[0, 20], &hash]);
        for (script, network, text) in [
            (&wpkh, Network::Mainnet, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
            (&wpkh, Network::Testnet4, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"),
            (&vec![0x51, 2, 0x4e, 0x73], Network::Mainnet, "bc1pfeessrawgf"),
            (&vec![0x51, 2, 0x4e, 0x73], Network::Regtest, "bcrt1pfeesnyr2tx"),
            (&script(&[&[0x60, 2], &hash[..2]]), Network::Mainnet, "bc1sw50qgdz25j"),
        ] {
            assert_eq!(address(script, network).as_deref(), Some(text));
        }
        let simnet = address(&p2pkh(), Network::Simnet).unwrap();
        assert!(simnet.starts_with('S'), "{simnet}");
    }

    #[test]
    fn every_network_has_a_valid_prefix() {
        for network in Network::ALL {
            assert!(Hrp::parse(network.bech32_prefix()).is_ok());
        }
    }
}

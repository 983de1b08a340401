//! Bitcoin addresses ↔ scripts of outputs.

use crate::chain::Network;
use crate::chain::opcodes::*;
use crate::chain::script::kind::{ScriptKind, witness_program};
use bech32::{Fe32, Hrp, segwit};

/// Returns the address of `script_pubkey` on `network`, or `None` if the script has none.
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

/// Returns the script of the address `text`, or `None` if it is not an address of `network`.
pub fn script_pubkey(text: &str, network: Network) -> Option<Vec<u8>> {
    if let Ok((prefix, version, program)) = segwit::decode(text) {
        let is_ours = prefix.as_str().eq_ignore_ascii_case(network.bech32_prefix());
        let opcode = push_number(version.to_u8())?;
        let length = u8::try_from(program.len()).ok()?;
        return is_ours.then(|| [&[opcode, length], &program[..]].concat());
    }
    let payload = bs58::decode(text).with_check(None).into_vec().ok()?;
    let (&version, hash) = payload.split_first().filter(|(_, hash)| hash.len() == 20)?;
    let (key_hash, script_hash) = network.base58_versions();
    if version == key_hash {
        Some([&[OP_DUP, OP_HASH160, OP_PUSHBYTES_20], hash, &[OP_EQUALVERIFY, OP_CHECKSIG]].concat())
    } else if version == script_hash {
        Some([&[OP_HASH160, OP_PUSHBYTES_20], hash, &[OP_EQUAL]].concat())
    } else {
        None
    }
}

fn base58check(version: u8, hash: &[u8]) -> String {
    let mut payload = vec![version];
    payload.extend_from_slice(hash);
    bs58::encode(payload).with_check().into_string()
}

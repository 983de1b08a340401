//! Templates, and the addresses of the standards.

use super::*;
use crate::chain::Network;
use crate::chain::opcodes::*;
use bech32::Hrp;

const KEY: [u8; 33] = [2; 33];

fn script(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn p2pkh() -> Vec<u8> {
    script(&[&[OP_DUP, OP_HASH160, 20], &[7; 20], &[OP_EQUALVERIFY, OP_CHECKSIG]])
}

fn multisig(required: u8, keys: usize, total: u8) -> Vec<u8> {
    let pushed = script(&[&[33], &KEY]).repeat(keys);
    script(&[&[required], &pushed, &[total, OP_CHECKMULTISIG]])
}

#[test]
fn every_template_is_known() {
    for (script, kind) in [
        (script(&[&[33], &KEY, &[OP_CHECKSIG]]), ScriptKind::P2pk),
        (script(&[&[65], &[4; 65], &[OP_CHECKSIG]]), ScriptKind::P2pk),
        (p2pkh(), ScriptKind::P2pkh),
        (script(&[&[OP_HASH160, 20], &[7; 20], &[OP_EQUAL]]), ScriptKind::P2sh),
        (script(&[&[0, 20], &[7; 20]]), ScriptKind::P2wpkh),
        (script(&[&[0, 32], &[7; 32]]), ScriptKind::P2wsh),
        (script(&[&[OP_1, 32], &[7; 32]]), ScriptKind::P2tr),
        (vec![OP_1, 2, 0x4e, 0x73], ScriptKind::P2a),
        (vec![OP_RETURN], ScriptKind::OpReturn),
        (multisig(OP_1, 2, OP_2), ScriptKind::Multisig),
        (multisig(OP_16, 16, OP_16), ScriptKind::Multisig),
    ] {
        assert_eq!(ScriptKind::of(&script), kind, "{script:02x?}");
    }
}

#[test]
fn a_script_that_almost_follows_a_template_is_other() {
    for script in [
        vec![],
        script(&[&[33], &[5; 33], &[OP_CHECKSIG]]),
        script(&[&[32], &KEY, &[OP_CHECKSIG]]),
        p2pkh()[1..].to_vec(),
        script(&[&[0, 21], &[7; 21]]),
        script(&[&[OP_1, 32], &[7; 31]]),
        script(&[&[OP_2, 41], &[7; 41]]),
        vec![0x50, 2, 0x4e, 0x73],
        multisig(OP_3, 2, OP_2),
        multisig(OP_1, 1, OP_2),
        multisig(OP_1, 3, OP_2),
        multisig(0x50, 2, OP_2),
        multisig(OP_1, 0, 0x50),
    ] {
        assert_eq!(ScriptKind::of(&script), ScriptKind::Other, "{script:02x?}");
    }
}

#[test]
fn scripts_without_an_address_have_none() {
    for script in [multisig(OP_1, 2, OP_2), vec![OP_RETURN], vec![], script(&[&[0, 21], &[7; 21]])] {
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
        (&vec![OP_1, 2, 0x4e, 0x73], Network::Mainnet, "bc1pfeessrawgf"),
        (&vec![OP_1, 2, 0x4e, 0x73], Network::Regtest, "bcrt1pfeesnyr2tx"),
        (&script(&[&[OP_16, 2], &hash[..2]]), Network::Mainnet, "bc1sw50qgdz25j"),
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

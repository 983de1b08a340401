//! The vectors of Bitcoin Core's own tests (`tests/data/core`), as oracles for transactions and addresses.

use crate::oracle::compare_transactions;
use bytes::Bytes;
use mempulse::chain::Network;
use mempulse::chain::script::{address, script_pubkey};
use mempulse::wire::Transaction;
use serde_json::Value;
use std::path::Path;

fn vectors(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/core").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).unwrap()
}

/// The transactions of a file, each with the flags of the script interpreter, or why the transaction is
/// invalid. Entries of any other form are comments.
fn transactions(name: &str) -> Vec<(Vec<u8>, String)> {
    let of = |vector: &Value| {
        let [_, hex, flags] = &vector.as_array()?[..] else { return None };
        Some((bytes(hex.as_str()?), flags.as_str()?.to_owned()))
    };
    vectors(name).iter().filter_map(of).collect()
}

#[test]
fn transactions_that_core_takes_for_valid_pass_the_checks() {
    let valid = transactions("tx_valid.json");
    assert!(valid.len() > 100);
    for (raw, _) in valid {
        compare_transactions(&raw);
        let tx = Transaction::parse(Bytes::from(raw.clone())).unwrap();
        assert_eq!(tx.raw(), &raw);
        // A coinbase is valid, but never on its own.
        assert!(tx.is_coinbase() || tx.check().is_ok(), "{:?} {}", tx.check(), tx.txid());
    }
}

#[test]
fn transactions_that_core_refuses_without_their_prevouts_fail_the_checks() {
    let invalid = transactions("tx_invalid.json");
    assert!(invalid.len() > 80);
    let mut bad = 0;
    for (raw, why) in invalid {
        compare_transactions(&raw);
        let Ok(tx) = Transaction::parse(Bytes::from(raw)) else { continue };
        // `CheckTransaction` needs only the transaction; all other errors are in scripts, which are not run.
        if why == "BADTX" {
            bad += 1;
            assert!(tx.check().is_err(), "{}", tx.txid());
        } else {
            assert!(tx.check().is_ok(), "{:?} {}", tx.check(), tx.txid());
        }
    }
    assert!(bad >= 5, "{bad}");
}

fn network(name: &str) -> Network {
    match name {
        "main" => Network::Mainnet,
        "test" => Network::Testnet3,
        "testnet4" => Network::Testnet4,
        "signet" => Network::Signet,
        "regtest" => Network::Regtest,
        other => panic!("{other}"),
    }
}

#[test]
fn addresses_that_core_reads_have_the_same_script_and_back() {
    let mut read = 0;
    for vector in vectors("key_io_valid.json") {
        let (text, script) = (vector[0].as_str().unwrap(), bytes(vector[1].as_str().unwrap()));
        let network = network(vector[2]["chain"].as_str().unwrap());
        if vector[2]["isPrivkey"] == true {
            assert_eq!(script_pubkey(text, network), None, "{text} is a private key");
            continue;
        }
        read += 1;
        assert_eq!(script_pubkey(text, network).as_ref(), Some(&script), "{text}");
        assert_eq!(address(&script, network).as_deref(), Some(text));
        let swapped: String = text
            .chars()
            .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        let may_be_swapped = vector[2]["tryCaseFlip"] == true;
        assert_eq!(script_pubkey(&swapped, network).is_some(), may_be_swapped, "{swapped}");
    }
    assert!(read > 40, "{read}");
}

#[test]
fn addresses_that_core_refuses_are_refused_on_every_network() {
    let invalid = vectors("key_io_invalid.json");
    assert!(invalid.len() > 50);
    for vector in invalid {
        let text = vector[0].as_str().unwrap();
        for network in Network::ALL {
            assert_eq!(script_pubkey(text, network), None, "{text:?} on {network}");
        }
    }
}

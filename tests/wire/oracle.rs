//! Compared with the `bitcoin` crate: both accept or both reject, with the same result.
//!
//! Where the two differ on purpose, we follow Bitcoin Core; [`transaction_difference`] and
//! [`message_difference`] are the complete list.

use crate::generate::{MAGIC, apply_all, message, mutation, tx_parts};
use bitcoin::consensus::encode::Error;
use bitcoin::consensus::{deserialize, serialize};
use bitcoin::hashes::Hash;
use bitcoin::p2p::message::{NetworkMessage, RawNetworkMessage};
use bytes::Bytes;
use mempulse::chain::Network;
use mempulse::chain::script::{self, ScriptKind};
use mempulse::wire::codec::frame;
use mempulse::wire::{Command, Message, Transaction, Version, WireError};
use proptest::collection::vec;
use proptest::prelude::*;
use std::net::Ipv6Addr;

/// Reads `bytes` as a transaction on both sides and compares everything.
pub fn compare_transactions(bytes: &[u8]) {
    let ours = Transaction::parse(Bytes::copy_from_slice(bytes));
    let theirs = deserialize::<bitcoin::Transaction>(bytes);
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_same(ours, theirs),
        (Err(_), Err(_)) => {}
        _ => assert!(transaction_difference(&ours, &theirs).is_some(), "{ours:?} but {theirs:?}"),
    }
}

/// Why one side accepts a transaction that the other rejects.
fn transaction_difference(
    ours: &Result<Transaction, WireError>,
    theirs: &Result<bitcoin::Transaction, Error>,
) -> Option<&'static str> {
    match (ours, theirs) {
        (Ok(ours), Err(Error::UnsupportedSegwitFlag(0))) if ours.input_count() + ours.output_count() == 0 => {
            Some("Core reads a transaction without inputs and outputs, and rejects it by consensus")
        }
        (Err(WireError::SuperfluousWitness), Ok(theirs)) if theirs.input.is_empty() => {
            Some("the crate's own format for no inputs; Core calls its witness superfluous")
        }
        _ => None,
    }
}

fn assert_same(ours: &Transaction, theirs: &bitcoin::Transaction) {
    assert_eq!(ours.txid().0, theirs.compute_txid().to_byte_array());
    assert_eq!(ours.wtxid().0, theirs.compute_wtxid().to_byte_array());
    assert_eq!(u64::from(ours.weight()), theirs.weight().to_wu());
    assert_eq!(ours.vsize() as usize, theirs.vsize());
    assert_eq!(ours.version().cast_signed(), theirs.version.0);
    assert_eq!(ours.lock_time(), theirs.lock_time.to_consensus_u32());
    assert_eq!(ours.is_coinbase(), theirs.is_coinbase());
    assert_eq!(ours.signals_replacement(), theirs.is_explicitly_rbf());
    assert_eq!(ours.has_witness(), theirs.input.iter().any(|input| !input.witness.is_empty()));
    assert_eq!(ours.raw(), &serialize(theirs));

    assert_eq!(ours.input_count() as usize, theirs.input.len());
    assert_eq!(ours.inputs().count(), theirs.input.len());
    for (ours, theirs) in ours.inputs().zip(&theirs.input) {
        assert_eq!(ours.prevout.txid.0, theirs.previous_output.txid.to_byte_array());
        assert_eq!(ours.prevout.vout, theirs.previous_output.vout);
        assert_eq!(ours.script_sig, theirs.script_sig.as_bytes());
        assert_eq!(ours.sequence, theirs.sequence.0);
        assert!(ours.witness.eq(theirs.witness.iter()));
    }

    assert_eq!(ours.output_count() as usize, theirs.output.len());
    assert_eq!(ours.outputs().count(), theirs.output.len());
    let total = theirs.output.iter().fold(0_u64, |sum, output| sum.saturating_add(output.value.to_sat()));
    assert_eq!(ours.output_value(), total);
    for (ours, theirs) in ours.outputs().zip(&theirs.output) {
        assert_eq!(ours.value, theirs.value.to_sat());
        assert_eq!(ours.script_pubkey, theirs.script_pubkey.as_bytes());
        assert_same_script(&theirs.script_pubkey);
    }
}

/// Whether `bytes`, a key and an opcode, have the length given by the first byte of the key (Core:
/// `CPubKey::GetLen`).
fn is_key(bytes: &[u8]) -> bool {
    matches!((bytes[0], bytes.len()), (2 | 3, 34) | (4 | 6 | 7, 66))
}

/// Compares the kind of a script and its address.
pub fn assert_same_script(theirs: &bitcoin::Script) {
    let kind = ScriptKind::of(theirs.as_bytes());
    for (ours, theirs) in [
        // The crate accepts any bytes of the right length as a key; we accept only keys, as Core does.
        (ScriptKind::P2pk, theirs.is_p2pk() && is_key(&theirs.as_bytes()[1..])),
        (ScriptKind::P2pkh, theirs.is_p2pkh()),
        (ScriptKind::P2sh, theirs.is_p2sh()),
        (ScriptKind::P2wpkh, theirs.is_p2wpkh()),
        (ScriptKind::P2wsh, theirs.is_p2wsh()),
        (ScriptKind::P2tr, theirs.is_p2tr()),
        (ScriptKind::OpReturn, theirs.is_op_return()),
    ] {
        assert_eq!(kind == ours, theirs, "{kind}");
    }
    // The crate accepts any pushes as keys; we accept only keys, as Core does.
    assert!(kind != ScriptKind::Multisig || theirs.is_multisig());
    for (ours, network) in [
        (Network::Mainnet, bitcoin::Network::Bitcoin),
        (Network::Testnet3, bitcoin::Network::Testnet),
        (Network::Testnet4, bitcoin::Network::Testnet4),
        (Network::Signet, bitcoin::Network::Signet),
        (Network::Regtest, bitcoin::Network::Regtest),
    ] {
        let address = bitcoin::Address::from_script(theirs, network).ok().map(|address| address.to_string());
        assert_eq!(script::address(theirs.as_bytes(), ours), address);
    }
}

/// Reads `payload` as `command` on both sides and compares the results.
pub fn compare_payloads(command: Command, payload: &[u8]) {
    let ours = Message::decode(command, payload);
    let theirs = deserialize::<RawNetworkMessage>(&frame(MAGIC, command.name(), payload));
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_same_message(ours, theirs),
        (Err(_), Err(_)) => {}
        _ => {
            let difference = message_difference(command, &ours, &theirs);
            assert!(difference.is_some(), "{}: {ours:?} but {theirs:?}", command.name());
        }
    }
}

/// Why one side accepts a payload that the other rejects.
fn message_difference(
    command: Command,
    ours: &Result<Message, WireError>,
    theirs: &Result<RawNetworkMessage, Error>,
) -> Option<&'static str> {
    match (command, ours, theirs) {
        (_, Ok(_), Err(Error::ParseFailed("extra bytes after network message payload"))) => {
            Some("Core ignores what follows, so that messages can grow")
        }
        (Command::Version, Ok(_), Err(Error::Io(_) | Error::ParseFailed("String was not valid UTF8"))) => {
            Some("Core fills in what old versions leave out, and takes any bytes as user agent")
        }
        (
            Command::Headers,
            Ok(_),
            Err(Error::ParseFailed("Headers message should not contain transactions")),
        ) => Some("Core ignores the number of transactions behind a header"),
        (
            Command::AddrV2,
            Ok(_),
            Err(Error::ParseFailed(
                "Invalid TorV2 address"
                | "Invalid CJDNS address"
                | "OnionCat address sent with IPv6 network id"
                | "IPV4 wrapped address sent with IPv6 network id",
            )),
        ) => Some("Core leaves out one address that cannot be reached, and keeps the others"),
        (Command::FeeFilter, Ok(_), Err(Error::ParseFailed("feefilter value out of range"))) => {
            Some("Core ignores such a value and not the format")
        }
        (
            _,
            Err(
                WireError::TooManyEntries { .. }
                | WireError::UserAgentTooLong(_)
                | WireError::TooLarge(_)
                | WireError::AnnounceFlag(_),
            ),
            Ok(_),
        ) => Some("a limit of Core's that the crate leaves to its user"),
        (Command::GetBlockTxn | Command::CmpctBlock, Err(WireError::IndexTooLarge(_)), Ok(_)) => {
            Some("Core's indexes have 16 bits, the crate's 64")
        }
        (Command::CmpctBlock, Err(WireError::IndexOutOfBlock(_) | WireError::EmptyBlock), Ok(_)) => {
            Some("Core rejects it when it puts the block together, the crate never looks")
        }
        (
            Command::Block | Command::BlockTxn | Command::CmpctBlock,
            Err(WireError::Truncated | WireError::TransactionTooSmall(_)),
            Ok(_),
        ) => Some("a transaction of less than 60 bytes, which no block may contain"),
        (
            Command::Tx | Command::Block | Command::BlockTxn | Command::CmpctBlock,
            Ok(_),
            Err(Error::UnsupportedSegwitFlag(0)),
        )
        | (
            Command::Tx | Command::Block | Command::BlockTxn | Command::CmpctBlock,
            Err(WireError::SuperfluousWitness),
            Ok(_),
        ) => Some("see transaction_difference"),
        _ => None,
    }
}

fn assert_same_message(ours: &Message, theirs: &RawNetworkMessage) {
    match (ours, theirs.payload()) {
        (Message::Version(ours), NetworkMessage::Version(theirs)) => {
            let expected = Version {
                version: theirs.version.cast_signed(),
                services: mempulse::wire::Services(theirs.services.to_u64()),
                time: theirs.timestamp.max(0),
                nonce: theirs.nonce,
                user_agent: theirs.user_agent.clone().into_bytes(),
                start_height: theirs.start_height,
                relay: theirs.relay,
            };
            assert_eq!(ours, &expected);
        }
        (Message::GetHeaders { locator, stop }, NetworkMessage::GetHeaders(theirs)) => {
            assert!(
                locator
                    .iter()
                    .map(|hash| hash.0)
                    .eq(theirs.locator_hashes.iter().map(|it| it.to_byte_array()))
            );
            assert_eq!(stop.0, theirs.stop_hash.to_byte_array());
        }
        (Message::Addr(ours), NetworkMessage::Addr(theirs)) => {
            // We leave out what only looks like an IP address.
            let ip = |address: &bitcoin::p2p::Address| Ipv6Addr::from(address.address).to_canonical();
            let ips: Vec<_> = theirs.iter().map(|(_, address)| ip(address)).collect();
            for known in ours {
                assert!(ips.contains(&known.address.socket().unwrap().ip()));
            }
        }
        (Message::AddrV2(ours), NetworkMessage::AddrV2(theirs)) => {
            assert!(ours.len() <= theirs.len());
        }
        (ours, _) => assert_eq!(ours.encode(MAGIC), serialize(theirs), "{}", ours.command()),
    }
}

proptest! {
    #[test]
    fn transactions_mean_the_same(parts in tx_parts()) {
        let bytes = parts.encode();
        prop_assert!(Transaction::parse(&bytes).is_ok());
        compare_transactions(&bytes);
    }

    #[test]
    fn changed_and_cut_transactions_are_judged_alike(
        parts in tx_parts(),
        mutations in vec(mutation(), 0..4),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = parts.encode();
        apply_all(&mutations, &mut bytes);
        compare_transactions(&bytes);
        compare_transactions(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn random_bytes_are_judged_alike(bytes in vec(any::<u8>(), 0..200), marker in any::<bool>()) {
        let mut bytes = bytes;
        if marker && bytes.len() > 6 {
            bytes[4..6].copy_from_slice(&[0, 1]);
        }
        compare_transactions(&bytes);
    }

    #[test]
    fn our_messages_are_read_and_written_alike(message in message()) {
        let bytes = message.encode(MAGIC);
        match (&message, deserialize::<RawNetworkMessage>(&bytes)) {
            (_, Ok(theirs)) => prop_assert_eq!(serialize(&theirs), bytes),
            (Message::Version(version), Err(_)) => prop_assert!(std::str::from_utf8(&version.user_agent).is_err()),
            (_, Err(error)) => prop_assert!(false, "{}: {}", message.command(), error),
        }
    }

    #[test]
    fn changed_and_cut_payloads_are_judged_alike(
        message in message(),
        mutations in vec(mutation(), 0..3),
        cut in any::<proptest::sample::Index>(),
    ) {
        let command = Command::from_name(message.command()).unwrap();
        let mut payload = Vec::new();
        message.encode_payload(&mut payload);
        compare_payloads(command, &payload);
        apply_all(&mutations, &mut payload);
        compare_payloads(command, &payload);
        compare_payloads(command, &payload[..cut.index(payload.len() + 1)]);
    }

    #[test]
    fn random_payloads_are_judged_alike(payload in vec(any::<u8>(), 0..300)) {
        for &command in Command::ALL {
            compare_payloads(command, &payload);
        }
    }

    #[test]
    fn random_scripts_are_judged_alike(script in vec(any::<u8>(), 0..50), head in vec(0_u8..0x61, 0..2)) {
        assert_same_script(bitcoin::Script::from_bytes(&[head, script].concat()));
    }
}

#[test]
fn scripts_of_every_kind_have_the_same_address() {
    for version in (0..=0).chain(0x50..=0x61) {
        for length in 0..=45_u8 {
            let script = [&[version, length][..], &vec![7; usize::from(length)]].concat();
            assert_same_script(bitcoin::Script::from_bytes(&script));
        }
    }
    let hash = [7; 20];
    let p2pkh = [&[0x76, 0xa9, 20][..], &hash, &[0x88, 0xac]].concat();
    let p2sh = [&[0xa9, 20][..], &hash, &[0x87]].concat();
    let p2pk = [&[33, 2][..], &[7; 32], &[0xac]].concat();
    for script in [p2pkh, p2sh, p2pk, vec![0x6a, 1, 7], vec![0x51, 2, 0x4e, 0x73]] {
        assert_same_script(bitcoin::Script::from_bytes(&script));
    }
}

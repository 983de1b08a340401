//! Fuzz targets for the wire format, scripts and addresses, compared with the `bitcoin` crate.

use crate::fuzz;
use crate::oracle::{assert_same_script, compare_payloads, compare_transactions};
use crate::stream::decoded;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::chain::script::{address, script_pubkey};
use mempulse::event::WatchTarget;
use mempulse::wire::codec::MAX_PAYLOAD;
use mempulse::wire::compact_block::PartialBlock;
use mempulse::wire::{Command, Message};
use std::iter::repeat;

#[test]
fn fuzz_transaction() {
    fuzz::target("transaction", compare_transactions);
}

/// The first byte chooses the command, the rest is the payload.
#[test]
fn fuzz_message() {
    fuzz::target("message", |input| {
        let Some((&number, payload)) = input.split_first() else { return };
        let command = Command::ALL[usize::from(number) % Command::ALL.len()];
        compare_payloads(command, payload);
        let Ok(message) = Message::decode(command, payload) else { return };
        let summary = message.summary();
        assert!(summary.chars().count() <= 40 && !summary.contains(char::is_control), "{summary:?}");
        let mut again = Vec::new();
        message.encode_payload(&mut again);
        assert_eq!(Message::decode(command, &again).as_ref(), Ok(&message));
    });
}

/// The length of the header of a message, in bytes.
const HEADER_SIZE: usize = 24;

/// The first byte is the size of the chunks, the rest is the stream.
#[test]
fn fuzz_stream_v1() {
    fuzz::target("stream_v1", |input| {
        let Some((&size, stream)) = input.split_first() else { return };
        let whole = decoded(stream, repeat(stream.len()));
        assert_eq!(decoded(stream, repeat(usize::from(size))), whole);
        let sizes: usize = whole.0.iter().map(|one| one.size as usize).sum();
        assert!(sizes <= stream.len() && whole.0.len() * HEADER_SIZE <= stream.len());
        assert!(whole.0.iter().all(|one| one.size as usize <= HEADER_SIZE + MAX_PAYLOAD as usize));
    });
}

#[test]
fn fuzz_script() {
    fuzz::target("script", |input| {
        assert_same_script(bitcoin::Script::from_bytes(input));
        for network in Network::ALL {
            if let Some(text) = address(input, network) {
                assert_eq!(script_pubkey(&text, network).as_deref(), Some(input), "{text}");
            }
        }
    });
}

/// The networks that the crate also knows.
const NETWORKS: [(Network, bitcoin::Network); 5] = [
    (Network::Mainnet, bitcoin::Network::Bitcoin),
    (Network::Testnet3, bitcoin::Network::Testnet),
    (Network::Testnet4, bitcoin::Network::Testnet4),
    (Network::Signet, bitcoin::Network::Signet),
    (Network::Regtest, bitcoin::Network::Regtest),
];

/// Addresses of Bitcoin and of peers, and targets of the watch list.
#[test]
fn fuzz_address() {
    fuzz::target("address", |input| {
        let text = String::from_utf8_lossy(input);
        let theirs = text.parse::<bitcoin::Address<bitcoin::address::NetworkUnchecked>>();
        for (network, their_network) in NETWORKS {
            let ours = script_pubkey(&text, network);
            let valid = theirs.clone().ok().and_then(|address| address.require_network(their_network).ok());
            let theirs = valid.map(|address| address.script_pubkey().into_bytes());
            assert_eq!(ours, theirs, "{text:?} on {network}");
        }
        for network in Network::ALL {
            match WatchTarget::parse(&text, network) {
                Ok(target) => {
                    let again = WatchTarget::parse(target.text(), network);
                    assert_eq!(again.as_ref().map(WatchTarget::key), Ok(target.key()));
                }
                Err(error) => one_line(&error.to_string()),
            }
        }
        match PeerAddress::parse(&text, 8_333) {
            Ok(address) => {
                let written = address.to_string();
                assert_eq!(PeerAddress::parse(&written, 8_333).as_ref(), Ok(&address), "{written}");
            }
            Err(error) => one_line(&error.to_string()),
        }
    });
}

fn one_line(error: &str) {
    assert!(!error.contains(char::is_control), "{error:?}");
}

/// A `cmpctblock`, with its length in the first two bytes, followed by the `blocktxn` that completes it.
#[test]
fn fuzz_compact_block() {
    fuzz::target("compact_block", |input| {
        let Some((length, rest)) = input.split_first_chunk() else { return };
        let (compact, answer) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
        let Ok(Message::CmpctBlock(compact)) = Message::decode(Command::CmpctBlock, compact) else { return };
        let prefilled = |wtxid| compact.prefilled.iter().find(|it| it.tx.wtxid() == wtxid);
        let known = compact.prefilled.iter().map(|it| it.tx.wtxid());
        let get = |wtxid| prefilled(wtxid).map(|it| it.tx.clone());
        let Ok(partial) = PartialBlock::new(&compact, known, get) else { return };
        let count = compact.transaction_count();
        assert_eq!(partial.transaction_count(), count);
        let request = partial.request();
        if let Some(request) = &request {
            assert!(request.indexes.is_sorted_by(|one, next| one < next));
            assert!(request.indexes.iter().all(|&index| usize::from(index) < count));
        }
        let Ok(Message::BlockTxn(answer)) = Message::decode(Command::BlockTxn, answer) else { return };
        let requested = request.map_or(0, |request| request.indexes.len());
        let got = answer.transactions.len();
        match partial.complete(answer.transactions) {
            Ok(block) => {
                assert_eq!((block.transactions.len(), requested), (count, got));
                let mut bytes = Vec::new();
                block.encode(&mut bytes);
                assert_eq!(block.size as usize, bytes.len());
                let _ = block.check(Network::Regtest);
            }
            Err(_) => assert_ne!(got, requested),
        }
    });
}

//! Every event survives encoding and decoding, and no bytes do harm.

mod faults;
mod kinds;

use crate::address::{Host, PeerAddress};
use crate::event::*;
use crate::model::testing::{block, coin, loose, spend};
use crate::schema::{SchemaError, decode_event, encode, parts};
use crate::util::time::{Timestamp, WallOffset};
use crate::wire::block::{BlockError, WitnessError};
use crate::wire::compact_block::ReconstructionError;
use crate::wire::transaction::TransactionError;
use crate::wire::{Block, BlockHash, Command as Wire, OutPoint, Services, TxHash, Txid, WireError, Wtxid};
use bytes::Bytes;
pub(crate) use kinds::all_kinds;
use proptest::prelude::*;
use prost::Message;
use std::io::ErrorKind;
use std::net::Ipv6Addr;
use std::sync::Arc;
use std::time::Duration;

const TIME: Timestamp = Timestamp::from_micros(1_795_411_272_123_456);

const SPAN: Duration = Duration::from_nanos(1_234_567_891);

fn bytes(event: &Event) -> Bytes {
    encode(event).expect("it may leave the machine").encode_to_vec().into()
}

fn survives(kind: EventKind) {
    let event = Event { time: TIME, kind };
    assert_eq!(decode_event(bytes(&event)), Ok(Some(event)));
}

#[test]
fn every_event_survives_its_message() {
    all_kinds().into_iter().for_each(survives);
}

#[test]
fn problems_of_the_watch_list_and_of_alerts_never_leave_the_machine() {
    let failure = StoreFailure::InUse;
    let of = |store| Warning::Store(StoreProblem { store, path: "/x".into(), failure: failure.clone() });
    let private = [
        of(Store::Watchlist),
        of(Store::Queries),
        of(Store::Alerts),
        of(Store::Screen),
        Warning::AlertProgramSkipped { waiting: 3 },
        Warning::AlertProgram { program: "/bin/x".into(), failure: CommandFailure::Exit(1) },
    ];
    for warning in private {
        assert_eq!(encode(&Event { time: TIME, kind: EventKind::Warning(warning) }), None);
    }
}

#[test]
fn unknown_fields_are_skipped_and_unknown_kinds_are_no_event() {
    let mut known = bytes(&Event { time: TIME, kind: EventKind::Restored(Restored::Nothing) }).to_vec();
    // Field 1,000, a number.
    known.extend([0xc0, 0x3e, 7]);
    let decoded = decode_event(known.into());
    assert!(matches!(decoded, Ok(Some(Event { kind: EventKind::Restored(Restored::Nothing), .. }))));
    let unknown = [0x08, 1, 0xc2, 0x3e, 2, 8, 1];
    assert_eq!(decode_event(Bytes::copy_from_slice(&unknown)), Ok(None));
}

#[test]
fn a_list_of_empty_entries_is_refused_before_it_takes_memory() {
    // `restored`, its transactions, and in them a million empty ones.
    let entries = [0x0a, 0].repeat(1_000_000);
    let nest = |tag: u8, content: &[u8]| {
        let mut message = vec![tag];
        prost::encoding::encode_varint(content.len() as u64, &mut message);
        message.extend_from_slice(content);
        message
    };
    let message = nest(0x72, &nest(0x0a, &entries));
    assert_eq!(decode_event(message.into()), Err(SchemaError::EmptyEntries("RestoredTxs.txs")));
    let long = vec![0; super::MAX_MESSAGE + 1];
    assert_eq!(decode_event(long.into()), Err(SchemaError::TooLong(super::MAX_MESSAGE + 1)));
}

#[test]
fn texts_of_strangers_cannot_act_on_a_terminal() {
    let failure = SeedFailure::Lookup("\x1b[2J\nx".to_owned());
    let kind = EventKind::Seed { name: "a\x07b".to_owned(), answer: Err(failure) };
    let decoded = decode_event(bytes(&Event { time: TIME, kind })).unwrap().unwrap();
    assert!(!format!("{decoded:?}").contains(['\x1b', '\n', '\x07']), "{decoded:?}");
    let EventKind::Seed { name, .. } = decoded.kind else { panic!() };
    assert_eq!(name, "a·b");
}

#[test]
fn saved_transactions_are_split_into_parts_that_fit() {
    let tx = RestoredTx { tx: loose(1), first_seen: TIME, knowledge: Knowledge::default() };
    let many = Restored::Transactions(vec![tx; 20_000]);
    let split = parts(&many);
    assert!(split.len() > 1);
    let count = |part: &Restored| match part {
        Restored::Transactions(txs) => txs.len(),
        _ => 0,
    };
    assert_eq!(split.iter().map(count).sum::<usize>(), 20_000);
    let fits = |part: &Restored| {
        let event = Event { time: TIME, kind: EventKind::Restored(part.clone()) };
        bytes(&event).len() < super::MAX_MESSAGE / 2
    };
    assert!(split.iter().all(fits));
    assert_eq!(parts(&Restored::Continue), [Restored::Continue]);
}

proptest! {
    #[test]
    fn outputs_survive(outputs in prop::collection::vec((any::<[u8; 32]>(), any::<u32>(), any::<u64>()), 0..9)) {
        let known = outputs.into_iter().map(|(txid, vout, value)| KnownOutput {
            outpoint: OutPoint { txid: Txid(txid), vout },
            value,
        });
        survives(EventKind::KnownOutputs(known.collect()));
    }
}

#[test]
fn fuzz_schema() {
    crate::util::fuzz::target("schema", |input| {
        let Ok(Some(event)) = decode_event(Bytes::copy_from_slice(input)) else { return };
        let again = encode(&event).map(|message| message.encode_to_vec().into());
        if let Some(again) = again {
            assert_eq!(decode_event(again), Ok(Some(event)), "what is decoded survives");
        }
    });
}

use super::*;
use crate::event::{Knowledge, PeerEvent, PeerId, Restored, RestoredTx, SeedFailure, Tip, Warning};
use crate::model::testing::{block, coin, loose, parts};
use crate::schema::tests::all_kinds;
use crate::schema::{
    BodyId, body_of, decode_batch, decode_block_part, decode_raw_transaction, decode_sensor_state,
    decode_sensor_status, decode_with_body,
};
use crate::wire::{BlockHash, TxHash};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

const RUN: u64 = 0xfeed;
const NOW: Timestamp = Timestamp::from_secs(1_795_411_272);
const PEER: PeerId = PeerId(3);

fn event(kind: EventKind) -> Event {
    Event { time: NOW, kind }
}

fn of_peer(kind: PeerEvent) -> Event {
    event(EventKind::Peer(PEER, kind))
}

fn parent(number: u32) -> Event {
    of_peer(PeerEvent::Parent { tx: loose(number) })
}

fn pinged() -> Event {
    of_peer(PeerEvent::Pinged)
}

fn known(count: u32) -> Vec<KnownOutput> {
    (0..count).map(|number| KnownOutput { outpoint: coin(number), value: 5_000_000_000 }).collect()
}

fn announced(count: usize) -> PeerEvent {
    PeerEvent::Announced { txs: vec![TxHash::Wtxid(Wtxid([7; 32])); count], count: count + 3 }
}

/// The events in order, as a reader of all messages sees them. Asserts the invariants of messages.
fn read(messages: &[Outgoing]) -> Vec<Event> {
    let (mut bodies, mut parts) = (HashMap::new(), HashMap::<BlockHash, Vec<u8>>::new());
    let (mut events, mut sealed, mut ids) = (Vec::new(), 0, std::collections::HashSet::new());
    for message in messages {
        assert!(message.payload.len() <= MAX_SENSOR_MESSAGE, "{} has {}", message.id, message.payload.len());
        assert!(ids.insert(&message.id), "{} comes twice", message.id);
        match message.kind {
            Kind::RawTx => {
                let tx = decode_raw_transaction(&message.payload).unwrap();
                assert_eq!(message.id, tx.wtxid().to_string());
                bodies.insert(BodyId::Transaction(tx.wtxid()), Body::Transaction(tx));
            }
            Kind::Block => {
                let part = decode_block_part(message.payload.clone()).unwrap();
                let hash = BlockHash(part.hash[..].try_into().unwrap());
                assert_eq!(message.id, format!("{hash}-{}", part.part));
                let raw = parts.entry(hash).or_default();
                raw.extend_from_slice(&part.body);
                if part.part + 1 == part.parts {
                    let block = Arc::new(Block::parse(raw).unwrap());
                    bodies.insert(BodyId::Block(hash), Body::Block(block));
                }
            }
            Kind::State | Kind::Status => {}
            kind => {
                let batch = decode_batch(message.payload.clone()).unwrap();
                assert_eq!((batch.run, batch.first, batch.sent_us), (RUN, sealed, NOW.as_micros()));
                assert!(!batch.places.is_empty() && batch.places.is_sorted(), "{kind:?}");
                sealed += batch.events.len() as u64;
                for (place, message) in batch.places.into_iter().zip(batch.events) {
                    // The body came before the event that names it.
                    let body = body_of(&message).unwrap().map(|id| bodies.get(&id).unwrap().clone());
                    let event = decode_with_body(message, body).unwrap().unwrap();
                    let its_kind = kind_of(&event.kind).unwrap_or(Kind::Tx);
                    assert_eq!(its_kind, kind, "{event:?}");
                    events.push(((batch.flush, place), event));
                }
            }
        }
    }
    events.sort_by_key(|(place, _)| *place);
    let places: Vec<(u64, u32)> = events.iter().map(|(place, _)| *place).collect();
    for pair in places.windows(2) {
        let ((flush, place), next) = (pair[0], pair[1]);
        assert!(next == (flush, place + 1) || next == (flush + 1, 0), "{next:?} after {:?}", pair[0]);
    }
    events.into_iter().map(|(_, event)| event).collect()
}

/// The messages of a flush with these events.
fn flushed(events: &[Event]) -> Vec<Outgoing> {
    let mut outbox = Outbox::new(RUN);
    for event in events {
        outbox.note(event, Vec::new(), NOW);
    }
    outbox.flush(NOW);
    outbox.take()
}

fn kinds(messages: &[Outgoing]) -> Vec<Kind> {
    messages.iter().map(|message| message.kind).collect()
}

proptest! {
    #[test]
    fn a_reader_of_the_messages_sees_the_events_in_their_order(
        noted in proptest::collection::vec((any::<prop::sample::Index>(), 0_u32..3, any::<bool>()), 0..80),
    ) {
        let all: Vec<EventKind> = all_kinds();
        let mut outbox = Outbox::new(RUN);
        let mut expected = Vec::new();
        for (index, outputs, is_last) in noted {
            let event = event(index.get(&all).clone());
            let Some(kind) = kind_of(&event.kind) else {
                outbox.note(&event, Vec::new(), NOW);
                continue;
            };
            let known = if kind == Kind::Tx { known(outputs) } else { Vec::new() };
            outbox.note(&event, known.clone(), NOW);
            if !known.is_empty() {
                expected.push(Event { time: NOW, kind: EventKind::KnownOutputs(known) });
            }
            selection::for_each_part(&event, |part| expected.push(part.clone()));
            if is_last {
                outbox.flush(NOW);
            }
        }
        outbox.flush(NOW);
        // The block of the test is the same one however often it comes.
        let mut messages = outbox.take();
        let mut seen = std::collections::HashSet::new();
        messages.retain(|message| message.kind != Kind::Block || seen.insert(message.id.clone()));
        prop_assert_eq!(read(&messages), expected);
    }
}

#[test]
fn events_of_one_flush_are_one_message_for_each_kind() {
    let events = [pinged(), of_peer(announced(2)), pinged(), parent(1), of_peer(announced(1)), parent(2)];
    let messages = flushed(&events);
    assert_eq!(kinds(&messages), [Kind::RawTx, Kind::RawTx, Kind::Relay, Kind::Tx, Kind::Peers]);
    assert_eq!(read(&messages), events);
}

#[test]
fn a_flush_without_events_sends_nothing() {
    let mut outbox = Outbox::new(RUN);
    outbox.flush(NOW);
    outbox.note(&pinged(), Vec::new(), NOW);
    outbox.flush(NOW);
    outbox.flush(NOW);
    outbox.note(&pinged(), Vec::new(), NOW);
    outbox.flush(NOW);
    let batches: Vec<_> =
        outbox.take().into_iter().map(|message| decode_batch(message.payload).unwrap()).collect();
    assert_eq!(batches.iter().map(|batch| (batch.flush, batch.first)).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
}

#[test]
fn known_outputs_come_directly_before_their_event_and_in_its_message() {
    let mut outbox = Outbox::new(RUN);
    // The batch is as full as possible before the pair.
    for number in 0..2_000 {
        outbox.note(&parent(number), known(3), NOW);
    }
    outbox.flush(NOW);
    let messages = outbox.take();
    let batches: Vec<_> = messages
        .iter()
        .filter(|message| message.kind == Kind::Tx)
        .map(|message| decode_batch(message.payload.clone()).unwrap())
        .collect();
    assert!(batches.len() > 1, "it is split");
    for batch in &batches {
        let is_known =
            |at: usize| matches!(batch.events[at].kind, Some(message::event::Kind::KnownOutputs(_)));
        assert!((0..batch.events.len()).all(|at| is_known(at) == (at % 2 == 0)));
        assert_eq!(batch.events.len() % 2, 0);
    }
    assert_eq!(read(&messages).len(), 4_000);
}

#[test]
fn a_transaction_is_passed_on_once() {
    let mut outbox = Outbox::new(RUN);
    outbox.note(&parent(1), Vec::new(), NOW);
    outbox.note(&of_peer(PeerEvent::Bootstrapped { tx: loose(1) }), Vec::new(), NOW);
    outbox.flush(NOW);
    outbox.note(&parent(1), Vec::new(), NOW);
    outbox.flush(NOW);
    assert_eq!(kinds(&outbox.take()), [Kind::RawTx, Kind::Tx, Kind::Tx]);
}

#[test]
fn a_long_announcement_and_a_long_list_are_split_and_nothing_is_lost() {
    let PeerEvent::Announced { txs, .. } = announced(50_000) else { unreachable!() };
    let list = |is_complete| of_peer(PeerEvent::Listed { txs: txs.clone(), is_complete });
    for (event, is_complete) in
        [(of_peer(announced(50_000)), false), (list(false), false), (list(true), true)]
    {
        let read = read(&flushed(std::slice::from_ref(&event)));
        assert_eq!(read.len(), 10);
        let (mut all, mut counted, mut completed) = (Vec::new(), 0, Vec::new());
        for part in read {
            match part.kind {
                EventKind::Peer(PEER, PeerEvent::Announced { txs, count }) => {
                    all.extend(txs);
                    counted += count;
                }
                EventKind::Peer(PEER, PeerEvent::Listed { txs, is_complete }) => {
                    all.extend(txs);
                    counted += 50_003 / 10;
                    completed.push(is_complete);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(all, txs);
        let rest = if completed.is_empty() { 0 } else { 3 };
        assert_eq!(counted + rest, 50_003);
        assert_eq!(completed.contains(&true), is_complete);
        assert!(completed.iter().rev().skip(1).all(|is_complete| !is_complete));
    }
}

#[test]
fn what_no_message_can_contain_is_left_out_and_counted() {
    let mut long = parts(&[coin(1)], &[1]);
    long.inputs[0].witness = vec![vec![7; MAX_EVENT]];
    let long = Arc::new(long.build().unwrap());
    let mut outbox = Outbox::new(RUN);
    outbox.note(&pinged(), Vec::new(), NOW);
    outbox.note(&of_peer(PeerEvent::Parent { tx: long }), known(2), NOW);
    outbox.note(&parent(1), known(1), NOW);
    outbox.flush(NOW);
    assert_eq!(read(&outbox.take()).len(), 3);
    assert_eq!(outbox.take_too_long(), [Kind::Tx]);
    assert_eq!(outbox.take_too_long(), []);
}

#[test]
fn as_many_known_outputs_as_fit_are_published() {
    let coins: Vec<_> = (0..20_000).map(coin).collect();
    let mut outbox = Outbox::new(RUN);
    let mut spending = parts(&coins, &[1]);
    spending.inputs.iter_mut().for_each(|input| input.witness = Vec::new());
    let tx = Arc::new(spending.build().unwrap());
    if tx.raw().len() > MAX_EVENT {
        // Here its own length is the limit.
        outbox.note(&of_peer(PeerEvent::Parent { tx }), known(20_000), NOW);
        assert_eq!(outbox.take_too_long(), [Kind::Tx]);
    }
    outbox.note(&parent(1), known(20_000), NOW);
    outbox.flush(NOW);
    let read = read(&outbox.take());
    let EventKind::KnownOutputs(outputs) = &read[0].kind else { panic!("{:?}", read[0]) };
    assert_eq!((outputs.len(), read.len()), (4_000, 2));
}

#[test]
fn a_block_of_four_megabytes_travels_in_parts() {
    let tx = |number: u32| {
        let mut parts = parts(&[coin(number)], &[1]);
        parts.inputs[0].witness = vec![vec![7; 390_000]];
        Arc::new(parts.build().unwrap())
    };
    let transactions: Vec<_> = (0..10).map(tx).collect();
    let whole = block(&transactions.iter().collect::<Vec<_>>());
    let mut raw = Vec::new();
    whole.encode(&mut raw);
    let whole = Arc::new(Block::parse(&raw).unwrap());
    let event = event(EventKind::Block { peer: PEER, height: 5, block: whole });
    let messages = flushed(std::slice::from_ref(&event));
    assert_eq!(kinds(&messages), [[Kind::Block; 10].as_slice(), &[Kind::Chain]].concat());
    assert_eq!(read(&messages), [event]);
}

#[test]
fn what_concerns_only_this_machine_is_not_published() {
    let saved = RestoredTx { tx: loose(1), first_seen: NOW, knowledge: Knowledge::default() };
    let failure = crate::event::StoreFailure::InUse;
    let problem = crate::event::StoreProblem {
        store: crate::event::Store::Addresses,
        path: "/home/me".into(),
        failure,
    };
    let private = [
        EventKind::Restored(Restored::Transactions(vec![saved])),
        EventKind::Backfill { fetched: 1, requested: 2, given_up: 0 },
        EventKind::Warning(Warning::Store(problem)),
        EventKind::Warning(Warning::RecordingGap { secs: 1, events: 2 }),
    ];
    assert_eq!(flushed(&private.map(event)), []);
    let secret = "10.9.8.7 resolver.corp";
    let proxy = crate::address::PeerAddress::parse("10.9.8.7:9050", 9_050).unwrap();
    let reason =
        crate::event::DisconnectReason::Proxy { proxy, failure: crate::event::ProxyFailure::NotSocks5 };
    let answer = |failure| EventKind::Seed { name: "seed.example".to_owned(), answer: Err(failure) };
    let ended = PeerEvent::Disconnected { reason: reason.clone(), retry_at: None };
    let earlier = [
        event(answer(SeedFailure::Lookup(secret.to_owned()))),
        event(answer(SeedFailure::Connection(reason))),
        of_peer(ended),
    ];
    let mut outbox = Outbox::new(RUN);
    for event in &earlier {
        outbox.note(event, Vec::new(), NOW);
    }
    outbox.flush(NOW);
    outbox.state(&earlier, NOW);
    let messages = outbox.take();
    assert_eq!((read(&messages).len(), kinds(&messages).len()), (3, 2));
    for message in messages {
        let text = String::from_utf8_lossy(&message.payload).into_owned();
        assert!(!text.contains("resolver") && !text.contains("10.9.8.7"), "{text:?}");
        // An address travels as raw bytes.
        assert!(!message.payload.windows(4).any(|bytes| bytes == [10, 9, 8, 7]), "{text:?}");
    }
}

#[test]
fn a_state_contains_the_flushes_before_it() {
    let mut outbox = Outbox::new(RUN);
    outbox.note(&pinged(), Vec::new(), NOW);
    let tip = event(EventKind::Tip(Tip::default()));
    outbox.state(std::slice::from_ref(&tip), NOW);
    outbox.note(&pinged(), Vec::new(), NOW);
    outbox.flush(NOW);
    let messages = outbox.take();
    assert_eq!(kinds(&messages), [Kind::Peers, Kind::State, Kind::Peers]);
    let state = decode_sensor_state(messages[1].payload.clone()).unwrap();
    assert_eq!((state.flush, state.part, state.parts), (1, 0, 1));
    assert_eq!(state.events, [schema::encode(&tip).unwrap()]);
    assert_eq!(decode_batch(messages[2].payload.clone()).unwrap().flush, 1);
}

#[test]
fn a_long_state_is_split() {
    let mut outbox = Outbox::new(RUN);
    let events = vec![pinged(); 100_000];
    outbox.state(&events, NOW);
    outbox.state(&[], NOW);
    let messages = outbox.take();
    let states: Vec<_> =
        messages.iter().map(|message| decode_sensor_state(message.payload.clone()).unwrap()).collect();
    let (empty, states) = states.split_last().unwrap();
    assert_eq!((empty.part, empty.parts, empty.events.len()), (0, 1, 0), "a state without peers is one");
    assert!(states.len() > 2);
    assert!(states.iter().enumerate().all(|(part, state)| state.part as usize == part));
    assert!(states.iter().all(|state| state.parts as usize == states.len()));
    assert_eq!(states.iter().map(|state| state.events.len()).sum::<usize>(), events.len());
}

#[test]
fn a_status_has_the_figures() {
    let mut outbox = Outbox::new(RUN);
    outbox.note(&pinged(), Vec::new(), NOW);
    outbox.flush(NOW);
    let figures = Figures {
        started: NOW,
        live_peers: 8,
        waiting: 3,
        waiting_bytes: 4,
        dropped: vec![(Kind::Traffic, 5)],
        ack_us: 6,
    };
    let message = outbox.status(figures, NOW);
    let status = decode_sensor_status(message.payload).unwrap();
    assert_eq!((status.run, status.events, status.live_peers, status.waiting), (RUN, 1, 8, 3));
    assert_eq!((status.waiting_bytes, status.ack_us, &*status.program), (4, 6, env!("CARGO_PKG_VERSION")));
    assert_eq!(status.dropped, [DroppedMessages { kind: "traffic".to_owned(), messages: 5 }]);
}

#[test]
fn the_ids_of_two_runs_differ() {
    let id = |run| {
        let mut outbox = Outbox::new(run);
        outbox.note(&pinged(), Vec::new(), NOW);
        outbox.flush(NOW);
        outbox.take()[0].id.clone()
    };
    assert_ne!(id(1), id(2));
    assert_eq!(id(0xab), "00000000000000ab-0");
}

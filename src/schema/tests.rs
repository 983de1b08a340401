//! Every event survives encoding and decoding, and no bytes do harm.

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

fn addresses() -> Vec<PeerAddress> {
    let hosts = [
        Host::Ip([8, 8, 4, 4].into()),
        Host::Ip(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
        Host::TorV3([7; 32]),
        Host::I2p([8; 32]),
        Host::Cjdns(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 1)),
        Host::Name("node.example".to_owned()),
    ];
    hosts.into_iter().map(|host| PeerAddress { host, port: 8_333 }).collect()
}

fn os_errors() -> [OsError; 3] {
    [
        OsError { kind: ErrorKind::StorageFull, code: Some(28) },
        OsError { kind: ErrorKind::ConnectionReset, code: Some(104) },
        OsError { kind: ErrorKind::TimedOut, code: None },
    ]
}

fn tx_errors() -> Vec<TransactionError> {
    vec![
        TransactionError::NoInputs,
        TransactionError::NoOutputs,
        TransactionError::Oversize(4_000_001),
        TransactionError::OutputTooLarge(u64::MAX),
        TransactionError::TotalTooLarge,
        TransactionError::DuplicateInput(coin(4)),
        TransactionError::NullPrevout,
        TransactionError::CoinbaseScript(1),
        TransactionError::LooseCoinbase,
    ]
}

fn block_errors() -> Vec<BlockError> {
    let mut errors = vec![
        BlockError::BadBits(1),
        BlockError::TooEasy(2),
        BlockError::NoWork,
        BlockError::MerkleRoot,
        BlockError::RepeatedTransactions,
        BlockError::Overweight(u64::MAX),
        BlockError::NoCoinbase,
        BlockError::ExtraCoinbase,
        BlockError::Witness(WitnessError::Uncommitted),
        BlockError::Witness(WitnessError::ReservedValue),
        BlockError::Witness(WitnessError::Commitment),
    ];
    errors.extend(tx_errors().into_iter().map(|error| BlockError::Transaction(Txid([9; 32]), error)));
    errors
}

fn misbehaviours() -> Vec<Misbehaviour> {
    let wire = [
        WireError::Truncated,
        WireError::NonMinimal,
        WireError::TooLarge(1 << 40),
        WireError::TooManyEntries { count: 60_000, limit: 50_000 },
        WireError::TrailingBytes(3),
        WireError::SuperfluousWitness,
        WireError::UnknownFlags(2),
        WireError::UserAgentTooLong(300),
        WireError::AddressLength { network: 4, length: 31 },
        WireError::IndexTooLarge(70_000),
        WireError::IndexOutOfBlock(7),
        WireError::TransactionTooSmall(59),
        WireError::EmptyBlock,
        WireError::AnnounceFlag(2),
    ];
    let mut all = vec![
        Misbehaviour::NoCommand,
        Misbehaviour::TooManyEntries { command: Wire::Addr, count: 1_001 },
        Misbehaviour::BeforeHandshake("inv".to_owned()),
        Misbehaviour::AfterHandshake(Wire::WtxidRelay),
        Misbehaviour::SecondVersion,
        Misbehaviour::UnexpectedPong,
        Misbehaviour::UnrequestedTransaction,
        Misbehaviour::UnrequestedBlock,
        Misbehaviour::TooManyAnnouncements { dropped: 12 },
        Misbehaviour::MempoolListTooLong,
        Misbehaviour::MempoolListRepeats,
        Misbehaviour::MempoolListMadeUp,
        Misbehaviour::InvalidBlock(BlockFault::BrokenChain),
        Misbehaviour::InvalidBlock(BlockFault::WrongDifficulty { bits: 0x1d00_ffff, height: 9 }),
        Misbehaviour::InvalidBlock(BlockFault::Reconstruction(ReconstructionError::Collision)),
        Misbehaviour::InvalidBlock(BlockFault::Reconstruction(ReconstructionError::WrongCount {
            requested: 4,
            got: 5,
        })),
    ];
    all.extend(Wire::ALL.iter().map(|command| Misbehaviour::BadChecksum(*command)));
    all.extend(wire.map(|why| Misbehaviour::Malformed { command: Wire::Tx, why }));
    all.extend(tx_errors().into_iter().map(Misbehaviour::InvalidTransaction));
    all.extend(
        block_errors().into_iter().map(|error| Misbehaviour::InvalidBlock(BlockFault::Invalid(error))),
    );
    all
}

fn reasons() -> Vec<DisconnectReason> {
    let proxy = addresses().remove(2);
    let failures = [
        ProxyFailure::Dial(Box::new(DisconnectReason::Refused)),
        ProxyFailure::Closed,
        ProxyFailure::NotSocks5,
        ProxyFailure::Credentials,
        ProxyFailure::NotAllowed,
        ProxyFailure::NotSupported,
    ];
    let replies = [
        ProxyReply::Refused,
        ProxyReply::HostUnreachable,
        ProxyReply::NetworkUnreachable,
        ProxyReply::TimedOut,
        ProxyReply::General,
    ];
    let routes = [
        NoRoute::OnionWithoutProxy,
        NoRoute::I2p,
        NoRoute::Cjdns,
        NoRoute::NotAHost,
        NoRoute::Ipv4Excluded,
        NoRoute::Ipv6Excluded,
        NoRoute::NotInternet,
    ];
    let useless = [Uselessness::BlocksOnly, Uselessness::NoWitness, Uselessness::InitialBlockDownload];
    let mut all = vec![
        DisconnectReason::NameNotResolved("node.example".to_owned()),
        DisconnectReason::Refused,
        DisconnectReason::DialTimeout(SPAN),
        DisconnectReason::HandshakeTimeout(SPAN),
        DisconnectReason::AddressesReceived,
        DisconnectReason::NoAddresses,
        DisconnectReason::MempoolListed,
        DisconnectReason::NoMempoolList,
        DisconnectReason::SpeaksV1,
        DisconnectReason::KeyExchange(KeyExchangeFailure::NoGarbageTerminator),
        DisconnectReason::KeyExchange(KeyExchangeFailure::NoSecret),
        DisconnectReason::SelfConnection,
        DisconnectReason::VersionTooOld(-3),
        DisconnectReason::PingTimeout,
        DisconnectReason::ClosedByPeer,
        DisconnectReason::ClosedInsideMessage,
        DisconnectReason::WrongMagic(*b"GET "),
        DisconnectReason::MessageTooLong(u32::MAX),
        DisconnectReason::NotAuthentic,
        DisconnectReason::NotReading,
        DisconnectReason::Internal,
        DisconnectReason::ShuttingDown,
        DisconnectReason::SensorStale,
    ];
    all.extend(os_errors().map(DisconnectReason::Unreachable));
    all.extend(os_errors().map(DisconnectReason::Io));
    all.extend(failures.map(|failure| DisconnectReason::Proxy { proxy: proxy.clone(), failure }));
    all.extend(replies.map(DisconnectReason::UnreachableByProxy));
    all.extend(routes.map(DisconnectReason::NoRoute));
    all.extend(useless.map(DisconnectReason::NotUseful));
    all.extend(misbehaviours().into_iter().map(DisconnectReason::Misbehaved));
    all
}

fn traffic() -> Traffic {
    let of = |direction| CommandTraffic { direction, command: "inv".to_owned(), messages: 3, bytes: 1_000 };
    let recent = RecentMessage {
        time: TIME,
        direction: Direction::Sent,
        command: "ping".to_owned(),
        bytes: 32,
        summary: String::new(),
    };
    Traffic { commands: vec![of(Direction::Received), of(Direction::Sent)], recent: vec![recent] }
}

fn peer_events() -> Vec<PeerEvent> {
    let info = PeerInfo {
        version: 70_016,
        services: Services(0xc09),
        user_agent: "/Satoshi:30.0.0/".to_owned(),
        start_height: -1,
        relay: true,
        clock_offset: -7,
        wtxid_relay: true,
    };
    let txs = vec![TxHash::Wtxid(Wtxid([1; 32])), TxHash::Txid(Txid([2; 32])), TxHash::Wtxid(Wtxid([3; 32]))];
    let mut all = vec![
        PeerEvent::Connected { transport: Transport::V1 },
        PeerEvent::Connected { transport: Transport::V2 { session_id: [5; 32] } },
        PeerEvent::Ready(Box::new(info)),
        PeerEvent::Pinged,
        PeerEvent::Pong { rtt: SPAN },
        PeerEvent::DelayedPong,
        PeerEvent::Announced { txs: txs.clone(), count: 35 },
        PeerEvent::Announced { txs: Vec::new(), count: 0 },
        PeerEvent::Requested { count: 4 },
        PeerEvent::Transaction { tx: loose(1), answered_after: SPAN },
        PeerEvent::Parent { tx: loose(2) },
        PeerEvent::Listed { txs, is_complete: true },
        PeerEvent::Bootstrapped { tx: loose(3) },
        PeerEvent::NotFound { count: 5 },
        PeerEvent::RequestTimedOut { count: 6 },
        PeerEvent::FeeFilter { sat_per_kvb: 1_000 },
        PeerEvent::Addresses { count: 7 },
        PeerEvent::Traffic(Arc::new(traffic())),
    ];
    let kinds = [
        ConnectionKind::Manual,
        ConnectionKind::Outbound,
        ConnectionKind::AddrFetch,
        ConnectionKind::MempoolFetch,
    ];
    let dials = addresses().into_iter().flat_map(|address| {
        kinds.map(|kind| PeerEvent::Dialling { address: address.clone(), kind, attempt: 3 })
    });
    all.extend(dials);
    let announcements = [BlockAnnouncement::Inv, BlockAnnouncement::Headers, BlockAnnouncement::Compact];
    all.extend(announcements.map(|by| PeerEvent::BlockAnnounced { hash: BlockHash([6; 32]), by }));
    all.extend(misbehaviours().into_iter().map(PeerEvent::Tolerated));
    all.extend(
        reasons()
            .into_iter()
            .zip([None, Some(TIME)].into_iter().cycle())
            .map(|(reason, retry_at)| PeerEvent::Disconnected { reason, retry_at }),
    );
    all
}

fn warnings() -> Vec<Warning> {
    let [full, reset, _] = os_errors();
    let path = || std::path::PathBuf::from("/state/mempulse/x");
    let failures = [
        StoreFailure::Read { files: 2, error: full },
        StoreFailure::Damaged { files: 1, damage: Damage::Foreign, set_aside: Ok(path()) },
        StoreFailure::Damaged { files: 1, damage: Damage::Version(7), set_aside: Err(reset) },
        StoreFailure::Damaged { files: 1, damage: Damage::Network, set_aside: Ok(path()) },
        StoreFailure::Damaged { files: 1, damage: Damage::Content, set_aside: Ok(path()) },
        StoreFailure::Damaged { files: 1, damage: Damage::TooLong(9), set_aside: Ok(path()) },
        StoreFailure::Write(full),
        StoreFailure::Cut { bytes: 17 },
        StoreFailure::InUse,
        StoreFailure::TooSlow,
    ];
    let stores =
        [Store::Addresses, Store::Prevouts, Store::History, Store::Blocks, Store::Mempool, Store::Lock];
    let mut all = vec![
        Warning::NotUseful { peer: addresses().remove(0), why: Uselessness::BlocksOnly },
        Warning::ClockWrong { ahead_secs: -660 },
        Warning::ClockRight,
        Warning::Behind,
        Warning::CaughtUp,
        Warning::SensorServerAway("nats://nats.example:4222".to_owned()),
        Warning::SensorServerBack("nats://nats.example:4222".to_owned()),
        Warning::SensorsSkipped { secs: 12, messages: 3_456 },
        Warning::RecordingGap { secs: 3, events: 1_234 },
        Warning::RecordingFailed { path: path(), error: full },
    ];
    all.extend(
        failures
            .into_iter()
            .zip(stores.into_iter().cycle())
            .map(|(failure, store)| Warning::Store(StoreProblem { store, path: path(), failure })),
    );
    all
}

fn restored() -> Vec<Restored> {
    let knowledge = Knowledge {
        announcers: 8,
        is_proven: true,
        lower: 10_000,
        upper: 20_000,
        input_values: vec![(0, 7)],
    };
    let tx = |knowledge| RestoredTx { tx: loose(4), first_seen: TIME, knowledge };
    vec![
        Restored::Transactions(vec![tx(knowledge), tx(Knowledge::default())]),
        Restored::Complete(Saved {
            time: TIME,
            blocks: vec![(5, BlockHash([5; 32])), (4, BlockHash([4; 32]))],
        }),
        Restored::Nothing,
        Restored::Continue,
    ]
}

fn sensor_events() -> [SensorEvent; 7] {
    let clock = ClockOffset { ahead_us: -3_000_000, uncertainty: Duration::from_micros(700) };
    let report = SensorReport {
        program: "0.1.0".to_owned(),
        started: TIME,
        live_peers: 1,
        events: 2,
        waiting: 3,
        dropped: 4,
        lost: 5,
        missing_bodies: 6,
        late: 7,
        refused: 9,
        clock: Some(clock),
        lag: Duration::from_micros(8),
    };
    [
        SensorEvent::Joined("fra1".to_owned()),
        SensorEvent::Report(Box::new(SensorReport { clock: None, ..report.clone() })),
        SensorEvent::Report(Box::new(report)),
        SensorEvent::Stale,
        SensorEvent::Back,
        SensorEvent::NameShared,
        SensorEvent::Warned(Box::new(Warning::Behind)),
    ]
}

/// Events of every kind, with every variant of what is in them.
pub(crate) fn all_kinds() -> Vec<EventKind> {
    let tip = Tip { hash: BlockHash([3; 32]), height: 923_114, time: 1_795_000_000 };
    let reparsed = |block: Arc<Block>| {
        let mut raw = Vec::new();
        block.encode(&mut raw);
        Arc::new(Block::parse(&raw).unwrap())
    };
    let block = reparsed(block(&[&loose(1), &spend(&[coin(8), coin(9)], &[1, 2])]));
    let peer = PeerId(8);
    let missing = MissingBlocks { height: 7, hash: BlockHash([1; 32]), count: 2, since: TIME };
    let mut all = vec![
        EventKind::Addresses(
            AddressNetwork::ALL
                .map(|network| AddressCounts { network, untried: 1, good: 2, failing: 3 })
                .into(),
        ),
        EventKind::WallClock(WallOffset::from_micros(-3_600_000_000)),
        EventKind::Tip(tip),
        EventKind::Block { peer, height: 5, block: Arc::clone(&block) },
        EventKind::MissingBlocks(Some(missing)),
        EventKind::MissingBlocks(None),
        EventKind::BlocksDisconnected { blocks: vec![(5, BlockHash([5; 32]))], tip },
        EventKind::PastBlock { peer, height: 4, block },
        EventKind::Backfill { fetched: 1, requested: 3, given_up: 2 },
        EventKind::Bootstrap(BootstrapProgress { listed: 3, fetched: 2, done: true }),
        EventKind::CatchUp(CatchUp::Missing(4)),
        EventKind::CatchUp(CatchUp::Complete),
        EventKind::CatchUp(CatchUp::Failed(CatchUpFailure::TooMany { blocks: 200 })),
        EventKind::CatchUp(CatchUp::Failed(CatchUpFailure::OtherChain)),
        EventKind::CatchUp(CatchUp::Failed(CatchUpFailure::NotServed)),
        EventKind::KnownOutputs(vec![KnownOutput { outpoint: coin(1), value: 5 }]),
    ];
    all.extend(sensor_events().map(|event| EventKind::Sensor(SensorId(2), event)));
    let mut seeds = vec![
        Ok(23),
        Err(SeedFailure::Lookup("no address".to_owned())),
        Err(SeedFailure::Timeout(SPAN)),
        Err(SeedFailure::NoUsableAddress),
    ];
    seeds.extend(reasons().into_iter().map(|reason| Err(SeedFailure::Connection(reason))));
    all.extend(seeds.into_iter().map(|answer| EventKind::Seed { name: "seed.example".to_owned(), answer }));
    all.extend(peer_events().into_iter().map(|event| EventKind::Peer(peer, event)));
    all.extend(warnings().into_iter().map(EventKind::Warning));
    all.extend(restored().into_iter().map(EventKind::Restored));
    all
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

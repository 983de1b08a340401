//! Events of every kind.

use super::faults::{addresses, misbehaviours, os_errors, reasons};
use super::*;

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

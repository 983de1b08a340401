//! A recording reproduces the same screens: event by event, and from files.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

#[path = "scene/mod.rs"]
mod scene;

use bytes::Bytes;
use mempulse::demo::{Demo, DemoSettings};
use mempulse::event::EventKind;
use mempulse::model::{Model, ModelSettings};
use mempulse::p2p::Driver;
use mempulse::recording::{Item, Player, Recorder, RecordingSettings, find};
use mempulse::snapshot::{Snapshot, View};
use mempulse::{Clock, Timestamp, schema};
use prost::Message;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// Every screen, with every row.
fn everything(model: &mut Model, now: Timestamp) -> Snapshot {
    let view = View::default().of_everything();
    view.prepare(model, now);
    while model.is_indexing() {
        model.index_more(now);
    }
    Snapshot::take(model, &view, now)
}

fn assert_equal(one: &mut Model, other: &mut Model, now: Timestamp) {
    let [one, other] = [everything(one, now), everything(other, now)];
    assert!(one.everything && other.everything, "all lists are complete");
    assert_eq!(one.overview, other.overview);
    assert_eq!(one.peers, other.peers);
    assert_eq!(one.transactions, other.transactions);
    assert_eq!(one.mempool, other.mempool);
    assert_eq!(one.blocks, other.blocks);
    assert_eq!(one, other);
}

fn recorder(folder: &Path) -> Recorder {
    Recorder::start(RecordingSettings { folder: folder.to_owned(), keep: 1 << 40 }).unwrap()
}

/// The model at the end of a recording, and when that is.
fn replayed(folder: &Path) -> Model {
    let mut player = Player::open(&find(&[folder.to_owned()]).unwrap()).unwrap();
    let mut model = None;
    while let Some(item) = player.next_item() {
        match item {
            Item::File { model: first, .. } => assert!(model.replace(*first).is_none(), "one file"),
            Item::Event(event) => _ = model.as_mut().expect("a file begins with a model").apply(&event),
            Item::Gap { .. } | Item::Damage(_) => panic!("{item:?}"),
        }
    }
    model.unwrap()
}

#[test]
fn decoded_events_make_the_same_screens() {
    let events = scene::scene().events;
    let [mut model, mut again] = [scene::empty(), scene::empty()];
    for (number, event) in events.iter().enumerate() {
        let bytes: Bytes = schema::encode(event).expect("it may leave the machine").encode_to_vec().into();
        let decoded = schema::decode_event(bytes).unwrap().unwrap();
        assert_eq!(decoded, *event);
        assert_eq!(model.apply(event), again.apply(&decoded));
        if number % (events.len() / 10) == 0 {
            assert_equal(&mut model, &mut again, event.time);
        }
    }
    assert_equal(&mut model, &mut again, scene::END);
}

#[tokio::test]
async fn the_scene_is_replayed_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = recorder(folder.path());
    let mut model = scene::empty();
    for event in scene::scene().events {
        recorder.note(&event, &model);
        model.apply(&event);
    }
    assert_eq!(recorder.close().await, None);
    assert_equal(&mut model, &mut replayed(folder.path()), scene::END);
}

/// A keyframe leads to the same mempool, blocks and peers as the events before it.
#[test]
fn a_model_that_continues_from_a_keyframe_shows_the_same_mempool() {
    let mut model = scene::model();
    let keyframe = model.keyframe(scene::END);
    let settings = ModelSettings::new(mempulse::chain::Network::Mainnet, scene::START);
    let mut continued = Model::from_keyframe(settings, &keyframe, scene::END).unwrap();
    assert_eq!(continued.keyframe(scene::END).entries.len(), keyframe.entries.len());
    let [before, after] = [&mut model, &mut continued].map(|model| everything(model, scene::END));
    let rows = |snapshot: &Snapshot| {
        let screen = snapshot.transactions.clone().unwrap();
        let row = |row: &mempulse::snapshot::TransactionRow| (row.txid, row.age, row.fee, row.announcers);
        screen.transactions.rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(rows(&before), rows(&after));
    assert_eq!(before.totals.tip, after.totals.tip);
    assert_eq!(before.totals.peers_live, after.totals.peers_live);
    let [a, b] = [before, after].map(|snapshot| snapshot.mempool.unwrap());
    assert_eq!(a.projected, b.projected);
}

#[tokio::test]
async fn the_demo_is_replayed_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(DemoSettings { peers: 4, rate: 100.0, seed: Some(7) }).await.unwrap();
    let clock = Clock::start();
    let settings = demo.settings();
    let mut model = Model::new(ModelSettings {
        demo: true,
        chosen_peers: true,
        ..ModelSettings::new(settings.network, clock.now())
    });
    let mut recorder = recorder(folder.path());
    let mut network = Driver::start(settings, clock);
    let mut last = clock.now();
    let mut has_transactions = false;
    let mut count = 0;
    while count < 20_000 {
        let Ok(event) = timeout(Duration::from_secs(5), network.next()).await else { break };
        recorder.note(&event, &model);
        let outcome = model.apply(&event);
        outcome.requests.into_iter().for_each(|request| network.request(request));
        has_transactions |= model.transactions().len() > 500;
        last = last.max(event.time);
        count += 1;
        if matches!(event.kind, EventKind::Bootstrap(progress) if progress.done) && has_transactions {
            break;
        }
    }
    assert!(has_transactions);
    network.shutdown().await;
    demo.shutdown().await;
    assert_eq!(recorder.close().await, None);
    assert_equal(&mut model, &mut replayed(folder.path()), last);
}

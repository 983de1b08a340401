//! What is published arrives, whatever happens to the server and to the sensor.

use crate::broker::Broker;
use crate::reader::Content;
use crate::sensor::{Sensor, demo};
use crate::wait_for;
use mempulse::event::{Event, EventKind, PeerEvent};
use mempulse::recording::{Item, Player, find};
use std::fs;
use std::path::Path;

/// A recording's events that a sensor publishes.
fn recorded(folder: &Path) -> Vec<Event> {
    let mut player = Player::open(&find(&[folder.to_owned()]).unwrap()).unwrap();
    let mut events = Vec::new();
    while let Some(item) = player.next_item() {
        match item {
            Item::File { .. } => assert!(events.is_empty(), "one file"),
            Item::Event(event) => events.push(event),
            Item::Gap { .. } | Item::Damage(_) => panic!("{item:?}"),
        }
    }
    let is_published = |event: &Event| {
        matches!(
            event.kind,
            EventKind::Peer(..)
                | EventKind::Tip(_)
                | EventKind::Block { .. }
                | EventKind::PastBlock { .. }
                | EventKind::MissingBlocks(_)
                | EventKind::BlocksDisconnected { .. }
                | EventKind::KnownOutputs(_)
        )
    };
    events.retain(is_published);
    events.iter().flat_map(in_parts).collect()
}

/// Splits whole-mempool lists into parts of 5,000 transactions, as they are published.
fn in_parts(event: &Event) -> Vec<Event> {
    let EventKind::Peer(peer, PeerEvent::Listed { txs, is_complete }) = &event.kind else {
        return vec![event.clone()];
    };
    let count = txs.len().div_ceil(5_000).max(1);
    let part = |(at, txs): (usize, &[_])| {
        let is_complete = *is_complete && at + 1 == count;
        let part = PeerEvent::Listed { txs: txs.to_vec(), is_complete };
        Event { time: event.time, kind: EventKind::Peer(*peer, part) }
    };
    if txs.is_empty() { vec![event.clone()] } else { txs.chunks(5_000).enumerate().map(part).collect() }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn the_demo_is_published_as_it_happened() {
    let broker = Broker::start("");
    let demo = demo(100.0).await;
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("recording");
    let record = ["--record", recording.to_str().unwrap()];
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &record);
    sensor.says(&format!("publishing regtest as fra1 to stream mempulse-regtest on {}", broker.url())).await;
    wait_for("the mempool", async || broker.messages().await > 11_000).await;
    wait_for("a status", async || {
        let content = Content::of(&broker.jetstream().await).await;
        content.statuses.get("fra1").is_some_and(|statuses| statuses.len() > 1)
    })
    .await;
    sensor.interrupt().await;
    let kept: Vec<_> = fs::read_dir(folder.path().join("sensor-fra1")).unwrap().collect();
    let name =
        |entry: &std::io::Result<fs::DirEntry>| entry.as_ref().unwrap().file_name().into_string().unwrap();
    assert!(!kept.is_empty() && kept.iter().all(|entry| !name(entry).starts_with("mempool")), "{kept:?}");
    let content = Content::of(&broker.jetstream().await).await;
    let (published, expected) = (content.events("fra1"), recorded(&recording));
    let first = published.iter().zip(&expected).position(|(one, other)| one != other);
    if let Some(first) = first {
        panic!("event {first}: {:?} became {:?}", expected[first], published[first]);
    }
    assert_eq!(published.len(), expected.len());
    assert_eq!(content.states["fra1"], 1);
    let status = content.statuses["fra1"].last().unwrap();
    assert_eq!(status.live_peers, 4);
    assert!(status.events > 10_000 && status.dropped.is_empty() && status.ack_us > 0, "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn nothing_is_lost_when_the_server_crashes_and_comes_back() {
    let mut broker = Broker::start("");
    let demo = demo(200.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    for round in 1..=3 {
        wait_for("messages", async || broker.messages().await > round * 4_000).await;
        broker.kill();
        sensor.says("messages wait: the connection").await;
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        broker.restart_with("");
    }
    let before = broker.messages().await;
    wait_for("what waited", async || broker.messages().await > before + 1_000).await;
    sensor.interrupt().await;
    let content = Content::of(&broker.jetstream().await).await;
    assert!(content.events("fra1").len() > 10_000);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_server_that_hangs_gets_everything_once_when_it_goes_on() {
    let broker = Broker::start("");
    let demo = demo(200.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    wait_for("messages", async || broker.messages().await > 3_000).await;
    broker.stop();
    sensor.says("messages wait: no acknowledgement in 5 s").await;
    // Long enough for several attempts.
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    broker.go_on();
    sensor.says("the server accepts messages again").await;
    wait_for("the mempool", async || broker.messages().await > 12_000).await;
    sensor.interrupt().await;
    assert!(Content::of(&broker.jetstream().await).await.events("fra1").len() > 10_000);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_server_that_lost_its_stream_gets_it_again() {
    let mut broker = Broker::start("");
    let demo = demo(50.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    sensor.says("publishing").await;
    broker.kill();
    broker.forget();
    broker.restart_with("");
    wait_for("messages in the new stream", async || broker.messages().await > 500).await;
    sensor.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_server_that_is_away_at_the_start_is_awaited() {
    let mut broker = Broker::absent();
    let demo = demo(50.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    sensor.says(&format!("events wait: cannot reach {}: Connection refused", broker.url())).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert!(!sensor.said().contains("publishing"), "{}", sensor.said());
    broker.restart_with("");
    sensor.says("publishing").await;
    wait_for("the mempool", async || broker.messages().await > 10_000).await;
    sensor.interrupt().await;
    assert!(Content::of(&broker.jetstream().await).await.events("fra1").len() > 10_000);
}

/// The number of whole messages in the segments of a sensor's spool: a kill may cut off the last segment.
fn spooled(state_dir: &Path) -> usize {
    let Ok(files) = fs::read_dir(state_dir.join("sensor-fra1/spool-regtest")) else { return 0 };
    let segments = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some());
    segments.map(|path| whole_messages(&fs::read(path).unwrap_or_default())).sum()
}

/// A message has its length before it, and a checksum of 8 bytes behind it.
fn whole_messages(segment: &[u8]) -> usize {
    let mut rest = segment.get(20..).unwrap_or_default();
    let mut count = 0;
    while let Some((length, behind)) = rest.split_first_chunk() {
        let Some(next) = behind.get(u32::from_le_bytes(*length) as usize + 8..) else { break };
        (rest, count) = (next, count + 1);
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn what_waits_at_an_orderly_end_is_published_by_the_next_run() {
    let mut broker = Broker::absent();
    let demo = demo(50.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    sensor.says("events wait").await;
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    let said = sensor.interrupt().await;
    assert!(said.contains("messages wait for the next start"), "{said}");
    assert!(spooled(folder.path()) > 1_000);
    broker.restart_with("");
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    sensor.says("publishing").await;
    wait_for("the spool to be empty", async || spooled(folder.path()) == 0).await;
    sensor.interrupt().await;
    let content = Content::of(&broker.jetstream().await).await;
    let runs = content.runs("fra1");
    assert_eq!(runs.len(), 2);
    for run in runs {
        assert!(content.events_of("fra1", run).len() > 20, "without a gap");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn what_is_on_disk_when_a_sensor_is_killed_is_published_by_the_next_run() {
    let mut broker = Broker::absent();
    let demo = demo(1_000.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    sensor.says("events wait").await;
    wait_for("segments", async || spooled(folder.path()) > 5_000).await;
    sensor.kill();
    let on_disk = spooled(folder.path());
    broker.restart_with("");
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    sensor.says("publishing").await;
    wait_for("the spool to be empty", async || spooled(folder.path()) == 0).await;
    sensor.interrupt().await;
    let content = Content::of(&broker.jetstream().await).await;
    let runs = content.runs("fra1");
    assert_eq!(runs.len(), 2, "some of the first run were on disk");
    assert!(content.ids.len() >= on_disk);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_transaction_travels_once_for_all_sensors() {
    let broker = Broker::start("");
    let demo = demo(50.0).await;
    let folder = tempfile::tempdir().unwrap();
    let start = |name| Sensor::start(&demo, name, &broker.url(), folder.path(), &[]);
    let mut sensors = ["fra1", "sin1", "nyc1"].map(start);
    for sensor in &mut sensors {
        sensor.says("publishing").await;
    }
    wait_for("the mempool", async || broker.messages().await > 11_000).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    for sensor in sensors {
        sensor.interrupt().await;
    }
    let content = Content::of(&broker.jetstream().await).await;
    let bodies = content.bodies.keys().filter(|id| matches!(id, mempulse::schema::BodyId::Transaction(_)));
    assert_eq!(content.transactions, bodies.count());
    for name in ["fra1", "sin1", "nyc1"] {
        assert!(content.events(name).len() > 1_000, "{name} names transactions whose bodies are there");
    }
}

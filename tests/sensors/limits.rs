//! A server that is full.

use crate::broker::{Broker, STREAM, config};
use crate::reader::Content;
use crate::sensor::{Sensor, demo};
use crate::wait_for;
use async_nats::jetstream::stream::{Config, DiscardPolicy};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn what_a_full_stream_refuses_waits_until_it_has_room() {
    let broker = Broker::start("");
    let small = Config { max_bytes: 3_000_000, discard: DiscardPolicy::New, ..config() };
    let context = broker.jetstream().await;
    context.create_stream(small.clone()).await.unwrap();
    let demo = demo(50.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    sensor
        .says("stream mempulse-regtest exists and stays as it is: max-bytes is 3000000, not 8000000000")
        .await;
    sensor.says("messages wait: maximum bytes exceeded").await;
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    let full = context.get_stream(STREAM).await.unwrap().cached_info().state.bytes;
    assert!(full <= 3_000_000, "{full}");
    context.update_stream(Config { max_bytes: 1_000_000_000, ..small }).await.unwrap();
    sensor.says("the server accepts messages again").await;
    wait_for("the mempool", async || broker.messages().await > 11_000).await;
    sensor.interrupt().await;
    assert!(Content::of(&context).await.events("fra1").len() > 10_000);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn what_jetstream_has_no_room_for_waits_until_it_has() {
    let mut broker = Broker::start("jetstream { STORE, max_file_store: 3MB }");
    broker.jetstream().await.create_stream(config()).await.unwrap();
    let demo = demo(50.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    sensor.says("publishing").await;
    sensor.says("messages wait: ").await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let said = sensor.said();
    assert!(said.contains("resource"), "{said}");
    broker.restart_with("jetstream { STORE, max_file_store: 1GB }");
    wait_for("the mempool", async || broker.messages().await > 11_000).await;
    sensor.interrupt().await;
    assert!(Content::of(&broker.jetstream().await).await.events("fra1").len() > 10_000);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn kinds_that_have_no_room_are_dropped_and_counted_in_the_status() {
    let mut broker = Broker::absent();
    let demo = demo(1_000.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut sensor = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &["--spool", "32MB"]);
    sensor.says("events wait").await;
    // The total size of the segments counts, and 10,000 mempool transactions are a third of it.
    let spool = folder.path().join("sensor-fra1/spool-regtest");
    let size = || -> u64 {
        let files = std::fs::read_dir(&spool).into_iter().flatten();
        files.map(|file| file.unwrap().metadata().map_or(0, |metadata| metadata.len())).sum()
    };
    wait_for("the spool to fill", async || size() > 12_000_000).await;
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    assert!(size() <= 32_000_000, "{}", size());
    broker.restart_with("");
    let context = broker.jetstream().await;
    let mut dropped = Vec::new();
    wait_for("a status with what was dropped", async || {
        if context.get_stream(STREAM).await.is_err() {
            return false;
        }
        let read = Content::of(&context).await;
        dropped = read
            .statuses
            .get("fra1")
            .and_then(|all| all.last())
            .map_or(Vec::new(), |status| status.dropped.clone());
        !dropped.is_empty()
    })
    .await;
    let of = |kind: &str| {
        dropped.iter().find(|dropped| dropped.kind == kind).map_or(0, |dropped| dropped.messages)
    };
    assert!(of("traffic") > 0 && of("relay") > 0, "{dropped:?}");
    assert_eq!(of("peers") + of("state"), 0, "{dropped:?}");
    sensor.interrupt().await;
}

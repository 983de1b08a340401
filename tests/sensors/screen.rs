//! One mempool from several sensors, as seen by a program that reads them.

use crate::broker::Broker;
use crate::link::Link;
use crate::reader::Content;
use crate::sensor::{Sensor, demo, mempulse_with, shifted};
use crate::wait_for;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// `mempulse stream --from`, with its API.
struct Reader {
    process: Child,
    port: u16,
    lines: Arc<Mutex<Vec<Value>>>,
    _state: TempDir,
}

impl Reader {
    fn start(broker: &Broker, arguments: &[&str]) -> Self {
        Self::start_at(&broker.url(), arguments)
    }

    fn start_at(url: &str, arguments: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = mempulse_with(&["stream", "--network", "regtest", "--from", url]);
        let state = tempfile::tempdir().unwrap();
        command.arg("--state-dir").arg(state.path());
        command.args(["--serve", &port.to_string()]).args(arguments);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (written, of_thread) = (BufReader::new(process.stdout.take().unwrap()), Arc::clone(&lines));
        thread::spawn(move || {
            for line in written.lines().map_while(Result::ok) {
                of_thread.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { process, port, lines, _state: state }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// The records of this name that were written.
    fn said(&self, event: &str) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|line| line["event"] == event).cloned().collect()
    }

    /// Whether a warning contains this text.
    fn warns(&self, text: &str) -> bool {
        self.said("warning").iter().any(|line| line["message"].as_str().unwrap().contains(text))
    }

    fn get(&self, path: &str) -> Option<String> {
        let answer =
            minreq::get(format!("http://127.0.0.1:{}{path}", self.port)).with_timeout(10).send().ok()?;
        answer.as_str().ok().map(ToOwned::to_owned)
    }

    /// The value of a metric of a sensor.
    fn metric(&self, name: &str, sensor: &str) -> Option<f64> {
        let start = format!("mempulse_sensor_{name}{{sensor=\"{sensor}\"}} ");
        let text = self.get("/metrics")?;
        text.lines().find_map(|line| line.strip_prefix(&start)?.parse().ok())
    }

    fn live_peers(&self) -> usize {
        let text = self.get("/metrics").unwrap_or_default();
        let live = |line: &str| -> Option<usize> {
            let count = line.strip_prefix("mempulse_peers{state=\"live\"")?.rsplit(' ').next()?;
            count.strip_suffix(".0")?.parse().ok()
        };
        text.lines().filter_map(live).sum()
    }

    /// The number of transactions in the mempool, and the first ones by txid.
    fn mempool(&self) -> (u64, BTreeSet<String>) {
        let Some(text) = self.get("/api/transactions?sort=txid&limit=1000") else {
            return Default::default();
        };
        let answer: Value = serde_json::from_str(&text).unwrap();
        // A busy program says so instead of answering.
        let Some(listed) = answer["transactions"].as_array() else { return Default::default() };
        let txids = listed.iter().map(|tx| tx["txid"].as_str().unwrap().to_owned()).collect();
        (answer["matched_count"].as_u64().unwrap(), txids)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn three_sensors_with_wrong_clocks_are_one_mempool() {
    let broker = Broker::start("");
    let demo = demo(20.0).await;
    let folder = tempfile::tempdir().unwrap();
    let fra = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    let nyc = shifted("+3s", &demo, "nyc1", &broker.url(), folder.path());
    let sin = shifted("-3s", &demo, "sin1", &broker.url(), folder.path());
    wait_for("all sensors", async || broker.messages().await > 11_000).await;
    let reader = Reader::start(&broker, &["--where", "sensor = fra1 and sensor = nyc1 and sensor = sin1"]);
    wait_for("the clocks", async || {
        let offset = |sensor, expected: f64| {
            reader
                .metric("clock_offset_seconds", sensor)
                .is_some_and(|offset| (offset - expected).abs() < 0.1)
        };
        offset("fra1", 0.0) && offset("nyc1", 3.0) && offset("sin1", -3.0)
    })
    .await;
    for sensor in ["fra1", "nyc1", "sin1"] {
        let (known, lost) =
            (reader.metric("clock_uncertainty_seconds", sensor), reader.metric("lost_events_total", sensor));
        assert!(
            known.is_some_and(|seconds| seconds < 0.1) && lost == Some(0.0),
            "{sensor}: {known:?} {lost:?}"
        );
    }
    assert_eq!(reader.live_peers(), 12);
    wait_for("the mempool", async || reader.mempool().0 > 9_000).await;
    let by_all = reader.get(
        "/api/transactions?where=sensor%20%3D%20fra1%20and%20sensor%20%3D%20nyc1%20and%20sensor%20%3D%20sin1",
    );
    let by_all: Value = serde_json::from_str(&by_all.unwrap()).unwrap();
    assert!(by_all["matched_count"].as_u64().unwrap() > 50, "{by_all}");
    let written: Vec<String> =
        reader.said("transaction").iter().map(|line| line["txid"].as_str().unwrap().to_owned()).collect();
    assert_eq!(written.iter().collect::<BTreeSet<_>>().len(), written.len(), "each is written once");
    for sensor in [fra, nyc, sin] {
        sensor.interrupt().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_sensor_that_is_killed_leaves_the_figures_and_comes_back() {
    let broker = Broker::start("");
    let demo = demo(20.0).await;
    let folder = tempfile::tempdir().unwrap();
    let fra = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    let nyc = Sensor::start(&demo, "nyc1", &broker.url(), folder.path(), &[]);
    wait_for("messages", async || broker.messages().await > 10_000).await;
    let reader = Reader::start(&broker, &[]);
    wait_for("the peers of both", async || reader.live_peers() == 8).await;
    nyc.kill();
    wait_for("the stale one", async || reader.metric("up", "nyc1") == Some(0.0)).await;
    wait_for("its peers, which leave", async || reader.live_peers() == 4).await;
    let reasons = reader.said("peer_disconnected");
    assert!(reasons.iter().any(|line| line["reason"] == "sensor_stale"), "{reasons:?}");
    let again = Sensor::start(&demo, "nyc1", &broker.url(), folder.path(), &[]);
    wait_for("the peers of both again", async || {
        reader.metric("up", "nyc1") == Some(1.0) && reader.live_peers() == 8
    })
    .await;
    fra.interrupt().await;
    again.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_server_crash_is_reported_and_nothing_is_missing_afterwards() {
    let mut broker = Broker::start("");
    let demo = demo(50.0).await;
    let folder = tempfile::tempdir().unwrap();
    let fra = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    wait_for("messages", async || broker.messages().await > 10_000).await;
    let reader = Reader::start(&broker, &[]);
    wait_for("its peers", async || reader.live_peers() == 4).await;
    broker.kill();
    wait_for("the warning", async || reader.warns("is away: sensors cannot be heard")).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    broker.restart_with("");
    wait_for("the server", async || reader.warns("is back")).await;
    // What was waiting at the sensor has arrived once a later status has.
    let events = reader.metric("events_total", "fra1").unwrap();
    wait_for("later events", async || {
        reader.metric("events_total", "fra1").is_some_and(|now| now > events + 1_000.0)
    })
    .await;
    assert_eq!(reader.metric("lost_events_total", "fra1"), Some(0.0));
    assert_eq!(reader.metric("missing_bodies_total", "fra1"), Some(0.0));
    assert_eq!(reader.live_peers(), 4, "no sensor is stale because the server was away");
    fra.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_reader_that_is_too_slow_skips_ahead_and_says_what() {
    let broker = Broker::start("");
    let demo = demo(100.0).await;
    let folder = tempfile::tempdir().unwrap();
    let fra = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    wait_for("messages", async || broker.messages().await > 10_000).await;
    let link = Link::to(broker.port()).await;
    let reader = Reader::start_at(&link.url(), &[]);
    let lag = || reader.metric("lag_seconds", "fra1");
    wait_for("its peers", async || reader.live_peers() == 4).await;
    wait_for("an up-to-date reader", async || lag().is_some_and(|lag| lag < 1.0)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    link.set_slow(true);
    wait_for("a reader that is behind", async || lag().is_some_and(|lag| lag > 12.0)).await;
    assert!(!reader.warns("too slow for all sensors"), "the warning comes when it is over");
    link.set_slow(false);
    wait_for("the warning", async || reader.warns("too slow for all sensors")).await;
    fra.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_stopped_reader_reads_all_that_it_missed_and_finds_no_sensor_stale() {
    let broker = Broker::start("");
    let demo = demo(20.0).await;
    let folder = tempfile::tempdir().unwrap();
    let fra = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    wait_for("messages", async || broker.messages().await > 10_000).await;
    let reader = Reader::start(&broker, &[]);
    wait_for("its peers", async || reader.live_peers() == 4).await;
    let events = reader.metric("events_total", "fra1").unwrap();
    reader.signal(Signal::STOP);
    tokio::time::sleep(Duration::from_secs(20)).await;
    reader.signal(Signal::CONT);
    wait_for("later events", async || {
        reader.metric("events_total", "fra1").is_some_and(|now| now > events + 1_000.0)
            && reader.metric("lag_seconds", "fra1").is_some_and(|lag| lag < 1.0)
    })
    .await;
    assert!(!reader.warns("too slow for all sensors"));
    assert_eq!(reader.metric("lost_events_total", "fra1"), Some(0.0));
    let reasons = reader.said("peer_disconnected");
    assert!(reasons.iter().all(|line| line["reason"] != "sensor_stale"), "{reasons:?}");
    fra.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn blocks_that_come_while_all_sensors_are_away_are_not_missing_for_long() {
    let broker = Broker::start("");
    // At this rate there is a block every ten seconds.
    let demo = demo(500.0).await;
    let folder = tempfile::tempdir().unwrap();
    let fra = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    wait_for("messages", async || broker.messages().await > 10_000).await;
    let reader = Reader::start(&broker, &[]);
    let tip = || reader.get("/api/blocks/tip/height").and_then(|text| text.parse::<u32>().ok());
    wait_for("the tip", async || tip().is_some()).await;
    fra.interrupt().await;
    let before = tip().unwrap();
    tokio::time::sleep(Duration::from_secs(20)).await;
    let again = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    wait_for("a block that was found meanwhile, and all before it", async || {
        let missing = reader.said("block_missing");
        tip() > Some(before) && missing.last().is_none_or(|line| line["height"].is_null())
    })
    .await;
    // Anything missing would be reported by now.
    tokio::time::sleep(Duration::from_secs(20)).await;
    let missing = reader.said("block_missing");
    assert!(missing.last().is_none_or(|line| line["height"].is_null()), "{missing:?}");
    again.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn the_past_is_what_was_watched() {
    let broker = Broker::start("");
    let demo = demo(20.0).await;
    let folder = tempfile::tempdir().unwrap();
    let fra = Sensor::start(&demo, "fra1", &broker.url(), folder.path(), &[]);
    let nyc = Sensor::start(&demo, "nyc1", &broker.url(), folder.path(), &[]);
    wait_for("the stream", async || broker.messages().await > 100).await;
    let watching = Reader::start(&broker, &[]);
    wait_for("the mempool", async || watching.mempool().0 > 9_000).await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    fra.interrupt().await;
    nyc.interrupt().await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let watched = watching.mempool();
    let late = Reader::start(&broker, &["--since", "1h"]);
    wait_for("the same mempool from the past", async || late.mempool() == watched).await;
    let content = Content::of(&broker.jetstream().await).await;
    assert!(watched.0 <= content.transactions as u64, "each transaction is in the stream once");
}

use super::*;
use crate::api::events::Readers;
use crate::api::tally::Tally;
use crate::event::{ClockOffset, EventKind, SensorEvent, SensorId, SensorReport};
use crate::model::testing::{Scene, loose};
use std::collections::BTreeSet;
use std::time::Duration;

fn written(scene: &Scene, per_peer: bool, format: Format) -> String {
    let figures = Figures::take(&scene.model, scene.now, Tally::new(scene.now), &Readers::default());
    let peers = PeerList::take(&scene.model, scene.now);
    render(&figures, &peers, &Usage::default(), per_peer, format)
}

/// The series: names with labels, without values.
fn series(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.rsplit_once(' ')).map(|(series, _)| series.to_owned()).collect()
}

#[test]
fn neither_transactions_nor_peers_add_series() {
    let mut few = Scene::new();
    few.connect(1).deliver(1, &loose(1));
    let mut many = Scene::new();
    many.connect_all(1..=50);
    for number in 0..500 {
        many.deliver(u64::from(number % 50) + 1, &loose(number));
    }
    let [few, many] = [&few, &many].map(|scene| series(&written(scene, false, Format::Prometheus)));
    assert_eq!(few, many);
    assert!(few.len() < 200, "{}", few.len());
}

#[test]
fn series_for_each_peer_exist_only_if_requested() {
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    let of_peers = |per_peer| {
        let all = series(&written(&scene, per_peer, Format::Prometheus));
        all.into_iter().filter(|series| series.contains("peer=\"")).count()
    };
    assert_eq!(of_peers(false), 0);
    assert_eq!(of_peers(true) % 3, 0);
    assert!(of_peers(true) >= 3 * 6, "{}", of_peers(true));
}

#[test]
fn every_name_has_the_prefix_and_is_described_once() {
    let mut scene = Scene::new();
    scene.connect(1);
    let text = written(&scene, true, Format::Prometheus);
    let described: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split(' ').next()).collect();
    assert!(described.iter().all(|name| name.starts_with("mempulse_")), "{described:?}");
    assert_eq!(described.iter().collect::<BTreeSet<_>>().len(), described.len());
    assert!(described.len() > 40, "{}", described.len());
}

#[test]
fn open_metrics_end_with_their_mark_and_prometheus_does_not() {
    let scene = Scene::new();
    assert!(written(&scene, false, Format::OpenMetrics).ends_with("\n# EOF\n"));
    assert!(!written(&scene, false, Format::Prometheus).contains("# EOF"));
    let accepts = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    assert_eq!(Format::accepted(accepts), Format::OpenMetrics);
    assert_eq!(Format::accepted("*/*"), Format::Prometheus);
}

#[test]
fn the_docs_describe_every_metric_and_no_other() {
    let page = include_str!("../../../docs/api.md");
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &loose(1));
    let clock = Some(ClockOffset { ahead_us: -3_000_000, uncertainty: Duration::from_millis(1) });
    let report = Box::new(SensorReport { clock, lost: 5, ..SensorReport::default() });
    for event in [SensorEvent::Joined("fra1".to_owned()), SensorEvent::Report(report), SensorEvent::Stale] {
        scene.happen(EventKind::Sensor(SensorId(1), event));
    }
    let text = written(&scene, true, Format::Prometheus);
    for line in [
        "mempulse_sensor_up{sensor=\"fra1\"} 0.0",
        "mempulse_sensor_clock_offset_seconds{sensor=\"fra1\"} -3.0",
        "mempulse_sensor_lost_events_total{sensor=\"fra1\"} 5",
    ] {
        assert!(text.lines().any(|written| written == line), "{line}: {text}");
    }
    for line in text.lines().filter_map(|line| line.strip_prefix("# HELP ")) {
        let (name, help) = line.split_once(' ').unwrap();
        let is_described =
            |row: &str| row.starts_with(&format!("| `{name}")) && row.ends_with(&format!("` | {help} |"));
        assert!(page.lines().any(is_described), "{line}");
    }
    let source = [
        include_str!("mempool.rs"),
        include_str!("network.rs"),
        include_str!("process.rs"),
        include_str!("sensors.rs"),
    ]
    .concat();
    for row in page.lines().filter_map(|line| line.strip_prefix("| `mempulse_")) {
        let name = row.split(['`', '{']).next().unwrap();
        let name = name.strip_suffix("_total").unwrap_or(name);
        assert!(source.contains(&format!("\"mempulse_{name}\"")), "{name}");
    }
}

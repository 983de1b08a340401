//! Counters for metrics that the model does not keep.

use crate::event::{Direction, Event, EventKind, InvalidData, PeerEvent, TxSource};
use crate::model::{Anomaly, Change, Model, Notice, Outcome};
use crate::util::time::Timestamp;
use crate::wire::Command;
use std::collections::BTreeMap;
use std::time::Duration;

/// The type of an unknown message.
const OTHER: &str = "other";

/// Counts since startup. Every map has a bounded number of keys, whatever peers send.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// When counting began.
    pub(super) started: Timestamp,
    /// Entries of transaction announcements.
    pub(super) announced: u64,
    /// Transactions that were requested.
    pub(super) requested: u64,
    /// Transactions that peers announced but did not have.
    pub(super) not_found: u64,
    /// Requests that timed out.
    pub(super) timed_out: u64,
    /// Times from a ping to its pong.
    pub(super) pings: Durations,
    /// Times from a request of a transaction to its arrival.
    pub(super) answers: Durations,
    /// Messages and bytes, by type and direction.
    pub(super) traffic: BTreeMap<(&'static str, &'static str), [u64; 2]>,
    /// Transactions that entered the mempool, by source.
    pub(super) accepted: BTreeMap<&'static str, u64>,
    /// Transactions that left the mempool, by reason.
    pub(super) removed: BTreeMap<&'static str, u64>,
    /// Anomalies that began, by kind.
    pub(super) anomalies: BTreeMap<&'static str, u64>,
    /// Invalid data, by what is wrong with it.
    pub(super) invalid: BTreeMap<&'static str, u64>,
    /// Tolerated protocol violations.
    pub(super) tolerated: u64,
    /// Conflicting transactions relayed concurrently.
    pub(super) double_spends: u64,
    /// Blocks that joined the best chain.
    pub(super) blocks: u64,
    /// Blocks that a reorg disconnected.
    pub(super) disconnected_blocks: u64,
}

impl Tally {
    pub(super) fn new(started: Timestamp) -> Self {
        let zero = |words: &[&'static str]| words.iter().map(|word| (*word, 0)).collect();
        Self {
            started,
            announced: 0,
            requested: 0,
            not_found: 0,
            timed_out: 0,
            pings: Durations::default(),
            answers: Durations::default(),
            traffic: BTreeMap::new(),
            accepted: zero(&["relay", "bootstrap", "parent", "restored"]),
            removed: zero(&[
                "confirmed",
                "replaced",
                "conflict",
                "size_limit",
                "expired",
                "reorg",
                "not_relayed",
            ]),
            anomalies: zero(&["latency_jump", "stale_tip", "clock_offset", "fee_filter", "inv_flood"]),
            invalid: zero(&[
                "wrong_magic",
                "bad_checksum",
                "not_authentic",
                "too_long",
                "malformed",
                "transaction",
                "block",
                "mempool_list",
            ]),
            tolerated: 0,
            double_spends: 0,
            blocks: 0,
            disconnected_blocks: 0,
        }
    }

    /// Counts an event and its outcome in `model`.
    pub(super) fn note(&mut self, event: &Event, outcome: &Outcome, model: &Model) {
        match &event.kind {
            EventKind::Peer(_, event) => self.peer(event),
            EventKind::BlocksDisconnected { blocks, .. } => self.disconnected_blocks += blocks.len() as u64,
            _ => {}
        }
        for change in &outcome.changes {
            match change {
                Change::Accepted(wtxid) => {
                    if let Some(entry) = model.transaction(wtxid) {
                        add(&mut self.accepted, source(entry.source()));
                    }
                }
                Change::Removed(_, reason) => add(&mut self.removed, reason.name()),
                Change::DoubleSpend(_) => self.double_spends += 1,
                Change::Block(figures) if figures.arrival.is_some() => self.blocks += 1,
                _ => {}
            }
        }
        for notice in &outcome.notices {
            if let Notice::Anomaly { anomaly, .. } = notice {
                add(&mut self.anomalies, anomaly_word(anomaly));
            }
        }
    }

    fn peer(&mut self, event: &PeerEvent) {
        if let Some(what) = InvalidData::of(event) {
            add(&mut self.invalid, invalid_word(what));
        }
        match event {
            PeerEvent::Announced { count, .. } => self.announced += *count as u64,
            PeerEvent::Requested { count } => self.requested += *count as u64,
            PeerEvent::NotFound { count } => self.not_found += *count as u64,
            PeerEvent::RequestTimedOut { count } => self.timed_out += *count as u64,
            PeerEvent::Pong { rtt } => self.pings.add(*rtt),
            PeerEvent::Transaction { answered_after, .. } => self.answers.add(*answered_after),
            PeerEvent::Tolerated(_) => self.tolerated += 1,
            PeerEvent::Traffic(traffic) => {
                for command in &traffic.commands {
                    let name = Command::from_name(&command.command).map_or(OTHER, Command::name);
                    let direction = match command.direction {
                        Direction::Received => "received",
                        Direction::Sent => "sent",
                    };
                    let [messages, bytes] = self.traffic.entry((name, direction)).or_default();
                    *messages = messages.saturating_add(command.messages);
                    *bytes = bytes.saturating_add(command.bytes);
                }
            }
            _ => {}
        }
    }
}

fn add(counts: &mut BTreeMap<&'static str, u64>, word: &'static str) {
    *counts.entry(word).or_default() += 1;
}

const fn source(source: TxSource) -> &'static str {
    match source {
        TxSource::Relay => "relay",
        TxSource::Bootstrap => "bootstrap",
        TxSource::Parent => "parent",
        TxSource::Restored => "restored",
    }
}

const fn anomaly_word(anomaly: &Anomaly) -> &'static str {
    match anomaly {
        Anomaly::LatencyJump { .. } => "latency_jump",
        Anomaly::StaleTip { .. } => "stale_tip",
        Anomaly::ClockOffset { .. } => "clock_offset",
        Anomaly::FeeFilter { .. } => "fee_filter",
        Anomaly::InvFlood { .. } => "inv_flood",
    }
}

const fn invalid_word(what: InvalidData) -> &'static str {
    match what {
        InvalidData::WrongMagic => "wrong_magic",
        InvalidData::BadChecksum => "bad_checksum",
        InvalidData::NotAuthentic => "not_authentic",
        InvalidData::TooLong => "too_long",
        InvalidData::Malformed => "malformed",
        InvalidData::Transaction => "transaction",
        InvalidData::Block => "block",
        InvalidData::MempoolList => "mempool_list",
    }
}

/// Durations by size.
#[derive(Clone, Default, Debug)]
pub(super) struct Durations {
    /// How many are within each of [`Durations::LIMITS`] but not the previous one; then the rest.
    counts: [u64; Self::LIMITS.len() + 1],
    /// In s.
    pub(super) sum: f64,
}

impl Durations {
    /// In s: from a ping within a data centre to that of an overloaded peer.
    pub(super) const LIMITS: [f64; 13] =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

    fn add(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        self.counts[Self::LIMITS.partition_point(|limit| *limit < seconds)] += 1;
        self.sum += seconds;
    }

    /// Returns the upper limit of each class with its count.
    pub(super) fn classes(&self) -> Vec<(f64, u64)> {
        Self::LIMITS.into_iter().chain([f64::INFINITY]).zip(self.counts).collect()
    }

    /// The total number.
    pub(super) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{CommandTraffic, Traffic};
    use crate::model::testing::{START, Scene, coin, spend};
    use std::sync::Arc;

    fn note(tally: &mut Tally, scene: &mut Scene, kind: EventKind) {
        let event = Event { time: scene.now, kind };
        let outcome = scene.model.apply(&event);
        tally.note(&event, &outcome, &scene.model);
    }

    #[test]
    fn messages_of_unknown_types_share_one_label() {
        let mut tally = Tally::new(START);
        let mut scene = Scene::new();
        scene.connect(1);
        for number in 0..1_000 {
            let message = |command: String| CommandTraffic {
                direction: Direction::Received,
                command,
                messages: 1,
                bytes: 24,
            };
            let commands = vec![message(format!("made-up-{number}")), message("inv".to_owned())];
            let traffic = Arc::new(Traffic { commands, recent: Vec::new() });
            note(
                &mut tally,
                &mut scene,
                EventKind::Peer(crate::event::PeerId(1), PeerEvent::Traffic(traffic)),
            );
        }
        let counted: Vec<_> = tally.traffic.into_iter().collect();
        assert_eq!(
            counted,
            [(("inv", "received"), [1_000, 24_000]), (("other", "received"), [1_000, 24_000])]
        );
    }

    #[test]
    fn arrivals_and_removals_are_counted_by_source_and_reason() {
        let mut tally = Tally::new(START);
        let mut scene = Scene::new();
        scene.connect(1);
        let tx = spend(&[coin(1)], &[50_000]);
        let parent = PeerEvent::Parent { tx: Arc::clone(&tx) };
        note(&mut tally, &mut scene, EventKind::Peer(crate::event::PeerId(1), parent));
        assert_eq!((tally.accepted["parent"], tally.accepted["relay"]), (1, 0));
        let block = crate::model::testing::block(&[&tx]);
        let peer = crate::event::PeerId(1);
        note(&mut tally, &mut scene, EventKind::Block { peer, height: 5, block });
        assert_eq!((tally.removed["confirmed"], tally.blocks), (1, 1));
    }

    #[test]
    fn durations_are_counted_in_classes_whose_upper_limits_belong_to_them() {
        let mut durations = Durations::default();
        for milliseconds in [1, 5, 6, 40, 60_000] {
            durations.add(Duration::from_millis(milliseconds));
        }
        let classes = durations.classes();
        assert_eq!((classes[0], classes[1], classes[3]), ((0.005, 2), (0.01, 1), (0.05, 1)));
        assert_eq!((classes.last().unwrap().1, durations.count()), (1, 5));
        assert!((durations.sum - 60.052).abs() < 1e-9);
    }

    #[test]
    fn the_words_are_those_of_the_stream() {
        let page = include_str!("../../docs/stream.md");
        let tally = Tally::new(START);
        for word in tally.accepted.keys().chain(tally.removed.keys()).chain(tally.invalid.keys()) {
            assert!(page.contains(&format!("| `{word}` |")), "{word}");
        }
    }
}

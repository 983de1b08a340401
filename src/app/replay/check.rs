//! Checks that a recording reproduces the same state: rebuilds it, and compares it with the keyframe at the
//! start of each file.

use crate::event::{Event, EventKind, Restored};
use crate::model::{Keyframe, KeyframeEntry, Model};
use crate::recording::{Item, Player};
use crate::util::text::{grouped, plural};
use crate::wire::Txid;
use std::collections::BTreeMap;

/// How many differences of a kind to name.
const NAMED: usize = 3;

/// The result of a check.
#[derive(Debug, Default)]
pub struct Report {
    /// One line for each file and each problem.
    pub lines: Vec<String>,
    /// Whether nothing differs and nothing is missing.
    pub is_sound: bool,
}

/// Plays a recording from the beginning, and compares.
pub fn check(player: Player) -> Report {
    let mut report = Report { lines: Vec::new(), is_sound: true };
    for file in player.files().iter().filter(|file| file.cut() > 0) {
        let bytes = plural(file.cut(), "byte");
        report
            .lines
            .push(format!("{}: the last {bytes} were cut off and are ignored", file.path().display()));
    }
    let mut player = player.with_every_keyframe();
    let mut state: Option<State> = None;
    let (mut events, mut files, mut compared) = (0_u64, 0_u64, 0_u64);
    while let Some(item) = player.next_item() {
        match item {
            Item::Event(event) => {
                events += 1;
                if let Some(state) = &mut state {
                    state.model.apply(&event);
                }
            }
            Item::File { model, keyframe, start, follows, begins_run } => {
                files += 1;
                let known = state.take().filter(|_| follows);
                state = Some(match known {
                    Some(State { model: rebuilt, is_whole }) => {
                        compared += 1;
                        let differences = differences(&rebuilt.keyframe(start), &keyframe, is_whole);
                        let is_equal = differences.is_empty();
                        if !is_equal {
                            report.is_sound = false;
                            report.lines.push(format!("at {}: the rebuilt state differs:", start.rfc3339()));
                            report.lines.extend(differences.iter().map(|line| format!("  {line}")));
                        }
                        // Go on from the recorded state, or the same difference would show up in every
                        // further file.
                        let (model, is_whole) = if is_equal { (rebuilt, is_whole) } else { (model, false) };
                        State { model, is_whole }
                    }
                    // All that came before the first file of a run is in its keyframe.
                    None => State { is_whole: begins_run, model },
                });
            }
            Item::Gap { from, to, events } => {
                let events = plural(events, "event");
                let (from, to) = (from.rfc3339(), to.rfc3339());
                report
                    .lines
                    .push(format!("from {from} to {to}: {events} were not recorded: the disk was too slow"));
                report.is_sound = false;
                state = None;
            }
            Item::Damage(error) => {
                report.lines.push(error.to_string());
                report.is_sound = false;
                state = None;
            }
        }
    }
    let (start, end) = player.span();
    let verdict = match (report.is_sound, compared) {
        (false, _) => "problems found, see above".to_owned(),
        (true, 0) => "complete, with no later file to compare it with".to_owned(),
        (true, _) => format!("the rebuilt state agrees with {}", plural(compared, "keyframe")),
    };
    report.lines.push(format!(
        "{}, {} from {} to {}: {verdict}",
        plural(files, "file"),
        plural(events, "event"),
        start.rfc3339(),
        end.rfc3339()
    ));
    report
}

/// A state that was rebuilt.
struct State {
    model: Box<Model>,
    /// Whether it was rebuilt from the beginning of its run, and must agree in everything.
    is_whole: bool,
}

/// Describes the differences, one line per kind. Unless the state `is_whole`, only the parts that every
/// keyframe has in full are compared.
fn differences(rebuilt: &Keyframe, recorded: &Keyframe, is_whole: bool) -> Vec<String> {
    let mut lines = transactions(&rebuilt.entries, &recorded.entries, is_whole);
    if rebuilt.blocks != recorded.blocks {
        lines.push("the figures of the last blocks".to_owned());
    }
    let of = |keyframe: &Keyframe| {
        let kept = |event: &&Event| is_whole || matches!(event.kind, EventKind::Tip(_));
        merged(keyframe.events.iter().filter(kept))
    };
    let [ours, theirs] = [of(rebuilt), of(recorded)];
    let different = ours.iter().filter(|event| !theirs.contains(event)).take(NAMED);
    lines.extend(different.map(|event| format!("only rebuilt: {:?}", event.kind)));
    let different = theirs.iter().filter(|event| !ours.contains(event)).take(NAMED);
    lines.extend(different.map(|event| format!("only recorded: {:?}", event.kind)));
    if is_whole && rebuilt.history != recorded.history {
        lines.push("the size of the mempool over the last day".to_owned());
    }
    lines
}

/// The events, with the transactions of an earlier run merged into one: a recording splits them.
fn merged<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<Event> {
    let mut merged: Vec<Event> = Vec::new();
    for event in events {
        if let EventKind::Restored(Restored::Transactions(more)) = &event.kind
            && let Some(EventKind::Restored(Restored::Transactions(txs))) =
                merged.last_mut().map(|event| &mut event.kind)
        {
            txs.extend(more.iter().cloned());
        } else {
            merged.push(event.clone());
        }
    }
    merged
}

fn transactions(rebuilt: &[KeyframeEntry], recorded: &[KeyframeEntry], is_whole: bool) -> Vec<String> {
    let by_txid = |entries: &'_ [KeyframeEntry]| -> BTreeMap<Txid, usize> {
        entries.iter().enumerate().map(|(place, entry)| (entry.tx.tx.txid(), place)).collect()
    };
    let (ours, theirs) = (by_txid(rebuilt), by_txid(recorded));
    let agree = |one: &KeyframeEntry, other: &KeyframeEntry| {
        if is_whole {
            return one == other;
        }
        let part = |entry: &KeyframeEntry| {
            (entry.tx.tx.wtxid(), entry.tx.first_seen, entry.tx.knowledge.input_values.clone())
        };
        part(one) == part(other)
    };
    let missing: Vec<_> = theirs.keys().filter(|txid| !ours.contains_key(txid)).collect();
    let extra: Vec<_> = ours.keys().filter(|txid| !theirs.contains_key(txid)).collect();
    let other = ours.iter().filter(|(txid, place)| {
        theirs.get(txid).is_some_and(|other| !agree(&rebuilt[**place], &recorded[*other]))
    });
    let other: Vec<_> = other.map(|(txid, _)| txid).collect();
    [("only recorded", missing), ("only rebuilt", extra), ("different", other)]
        .into_iter()
        .filter(|(_, txids)| !txids.is_empty())
        .map(|(what, txids)| {
            let named: Vec<String> = txids.iter().take(NAMED).map(ToString::to_string).collect();
            let of = grouped(recorded.len() as u64);
            format!("{} of {of} {what}: {} …", plural(txids.len() as u64, "transaction"), named.join(", "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{PeerEvent, PeerId};
    use crate::model::testing::{Scene, coin, loose, output, spend};
    use crate::recording::{Recorder, RecordingSettings, find};
    use crate::wire::Transaction;
    use std::sync::Arc;
    use std::time::Duration;

    /// Checks a recording of two one-hour files, with `unrecorded` left out of the first one.
    async fn checked(unrecorded: Option<Arc<Transaction>>) -> Report {
        let folder = tempfile::tempdir().unwrap();
        let settings = RecordingSettings { folder: folder.path().to_owned(), keep: 1 << 40 };
        let mut recorder = Recorder::start(settings).unwrap();
        let mut scene = Scene::new();
        let parent = spend(&[coin(1)], &[5_000, 7_000]);
        let child = spend(&[output(&parent, 0)], &[4_000]);
        let deliver = |tx: &Arc<Transaction>| {
            let (tx, answered_after) = (Arc::clone(tx), Duration::from_millis(5));
            EventKind::Peer(PeerId(1), PeerEvent::Transaction { tx, answered_after })
        };
        scene.connect(1);
        for tx in [&parent, &child, &loose(7)] {
            let event = Event { time: scene.pass(1).now, kind: deliver(tx) };
            recorder.note(&event, &scene.model);
            scene.model.apply(&event);
        }
        recorder.flush();
        // The first file begins before the second one is due.
        tokio::time::sleep(Duration::from_millis(500)).await;
        if let Some(tx) = unrecorded {
            scene.happen(deliver(&tx));
        }
        let event = Event { time: scene.pass(3_600).now, kind: deliver(&loose(8)) };
        recorder.note(&event, &scene.model);
        assert_eq!(recorder.close().await, None);
        check(Player::open(&find(&[folder.path().to_owned()]).unwrap()).unwrap())
    }

    #[tokio::test]
    async fn a_recording_agrees_with_its_keyframes() {
        let report = checked(None).await;
        assert!(report.is_sound, "{:#?}", report.lines);
        assert!(report.lines[0].ends_with("the rebuilt state agrees with 1 keyframe"), "{:?}", report.lines);
    }

    #[tokio::test]
    async fn what_is_missing_in_a_recording_is_named() {
        let missing = loose(9);
        let report = checked(Some(Arc::clone(&missing))).await;
        assert!(!report.is_sound);
        let line = format!("  1 transaction of 4 only recorded: {} …", missing.txid());
        assert!(report.lines.contains(&line), "{:#?}", report.lines);
    }
}

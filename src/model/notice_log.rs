//! The last notices, bounded; repeats about the same subject are folded into one.

use crate::event::{DisconnectReason, Misbehaviour, PeerId};
use crate::model::alert::AlertItem;
use crate::model::notice::{Ending, Notice};
use crate::model::peers::anomaly::AnomalyKind;
use crate::util::time::Timestamp;
use std::collections::VecDeque;
use std::mem::{Discriminant, discriminant};
use std::sync::Arc;
use std::time::Duration;

/// How many notices are kept.
const MAX_NOTICES: usize = 200;

/// How long a notice absorbs later ones about its subject.
const FOLD_WITHIN: Duration = Duration::from_mins(10);

/// A notice with its time.
#[derive(Clone, PartialEq, Debug)]
pub struct NoticeEntry {
    /// A number unique to the entry.
    pub number: u64,
    /// When it last happened.
    pub time: Timestamp,
    /// What happened; the last of several about one subject.
    pub notice: Notice,
    /// How many notices about this subject the entry stands for.
    pub count: u32,
}

/// The last notices, oldest first.
#[derive(Debug, Default)]
pub(crate) struct NoticeLog {
    entries: VecDeque<NoticeEntry>,
    /// The number of the next entry.
    next: u64,
}

/// What folded notices have in common: a peer that repeats itself takes up one entry and does not drive out
/// the others.
#[derive(PartialEq, Eq)]
enum Subject {
    Ready(PeerId),
    Disconnected(PeerId, Discriminant<DisconnectReason>),
    /// Any of the discovered addresses.
    NotReached(Discriminant<DisconnectReason>),
    Misbehaved(PeerId, Discriminant<Misbehaviour>),
    Anomaly(PeerId, AnomalyKind),
    /// A rule about transactions or peers, of which many may match.
    Alert(Arc<str>),
}

impl NoticeLog {
    /// Adds a notice. It replaces an earlier one about its subject, and becomes the newest.
    pub(crate) fn push(&mut self, time: Timestamp, notice: Notice) {
        let same = Subject::of(&notice).and_then(|subject| self.take(time, &subject));
        let (number, count) = match same {
            Some(same) => (same.number, same.count.saturating_add(1)),
            None => (self.next, 1),
        };
        self.next = self.next.max(number.saturating_add(1));
        self.entries.push_back(NoticeEntry { number, time, notice, count });
        if self.entries.len() > MAX_NOTICES {
            self.entries.pop_front();
        }
    }

    fn take(&mut self, time: Timestamp, subject: &Subject) -> Option<NoticeEntry> {
        let is_same = |entry: &NoticeEntry| {
            time.since(entry.time) < FOLD_WITHIN && Subject::of(&entry.notice).as_ref() == Some(subject)
        };
        let index = self.entries.iter().rposition(is_same)?;
        self.entries.remove(index)
    }

    /// Returns up to `count` entries, newest first.
    pub(crate) fn newest(&self, count: usize) -> Vec<NoticeEntry> {
        self.entries.iter().rev().take(count).cloned().collect()
    }
}

impl Subject {
    /// Returns the subject of `notice`, or `None` if notices of its kind are never folded.
    fn of(notice: &Notice) -> Option<Self> {
        match notice {
            Notice::PeerReady { peer, .. } => Some(Self::Ready(*peer)),
            Notice::Disconnected { kind: Ending::NotReached, reason, .. } => {
                Some(Self::NotReached(discriminant(reason)))
            }
            Notice::Disconnected { peer, reason, .. } => {
                Some(Self::Disconnected(*peer, discriminant(reason)))
            }
            Notice::Misbehaved { peer, misbehaviour, .. } => {
                Some(Self::Misbehaved(*peer, discriminant(misbehaviour)))
            }
            Notice::Anomaly { peer, anomaly, .. } => Some(Self::Anomaly(*peer, anomaly.kind())),
            Notice::Alert(alert)
                if matches!(alert.item, AlertItem::Transaction(_) | AlertItem::Peer { .. }) =>
            {
                Some(Self::Alert(Arc::clone(&alert.rule)))
            }
            Notice::Seed { .. }
            | Notice::Alert(_)
            | Notice::Warning(_)
            | Notice::Block(_)
            | Notice::Reorg { .. }
            | Notice::BackfillDone(_)
            | Notice::Restoration(_)
            | Notice::Replacement { .. }
            | Notice::DoubleSpend(_)
            | Notice::Sensor { .. }
            | Notice::Watch(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::address;

    fn misbehaved(peer: u64, misbehaviour: Misbehaviour) -> Notice {
        Notice::Misbehaved { peer: PeerId(peer), address: address(peer), misbehaviour }
    }

    fn reorg(blocks: usize) -> Notice {
        Notice::Reorg { blocks, from_height: 1, returned: 0 }
    }

    fn not_reached(peer: u64, kind: Ending) -> Notice {
        let reason = DisconnectReason::Refused;
        Notice::Disconnected { peer: PeerId(peer), address: address(peer), reason, retry_in: None, kind }
    }

    fn entries(log: &NoticeLog) -> Vec<(Notice, u32)> {
        log.newest(usize::MAX).into_iter().map(|entry| (entry.notice, entry.count)).collect()
    }

    #[test]
    fn a_peer_that_repeats_itself_takes_one_entry_for_each_kind() {
        let mut log = NoticeLog::default();
        log.push(Timestamp::from_secs(0), reorg(1));
        let early = |second| misbehaved(1, Misbehaviour::BeforeHandshake(format!("made up {second}")));
        let pong = || misbehaved(1, Misbehaviour::UnexpectedPong);
        for second in 1..=12 {
            log.push(Timestamp::from_secs(second), pong());
            log.push(Timestamp::from_secs(second), early(second));
        }
        assert_eq!(entries(&log), [(early(12), 12), (pong(), 12), (reorg(1), 1)]);
    }

    #[test]
    fn peers_are_kept_apart_and_an_old_entry_absorbs_nothing() {
        let mut log = NoticeLog::default();
        let pong = |peer| misbehaved(peer, Misbehaviour::UnexpectedPong);
        for (second, peer) in [(0, 1), (1, 2), (2, 1), (602, 1)] {
            log.push(Timestamp::from_secs(second), pong(peer));
        }
        assert_eq!(entries(&log), [(pong(1), 1), (pong(1), 2), (pong(2), 1)]);
    }

    #[test]
    fn discovered_addresses_share_an_entry_and_chosen_peers_do_not() {
        let mut log = NoticeLog::default();
        for peer in 1..=3 {
            log.push(Timestamp::from_secs(peer), not_reached(peer, Ending::NotReached));
        }
        for peer in 4..=5 {
            log.push(Timestamp::from_secs(peer), not_reached(peer, Ending::ChosenNotReached));
        }
        let chosen = |peer| (not_reached(peer, Ending::ChosenNotReached), 1);
        assert_eq!(entries(&log), [chosen(5), chosen(4), (not_reached(3, Ending::NotReached), 3)]);
    }

    #[test]
    fn each_entry_has_a_number_of_its_own_and_keeps_it_when_it_repeats() {
        let mut log = NoticeLog::default();
        let pong = || misbehaved(1, Misbehaviour::UnexpectedPong);
        for (second, notice) in [(0, pong()), (1, reorg(1)), (2, pong()), (3, reorg(1))] {
            log.push(Timestamp::from_secs(second), notice);
        }
        let numbers: Vec<u64> = log.newest(usize::MAX).iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, [2, 0, 1]);
    }

    #[test]
    fn the_number_of_entries_is_bounded() {
        let mut log = NoticeLog::default();
        for second in 0..1_000 {
            log.push(Timestamp::from_secs(second), reorg(1));
        }
        let newest = log.newest(usize::MAX);
        assert_eq!((newest.len(), newest[0].time), (MAX_NOTICES, Timestamp::from_secs(999)));
    }
}

//! Records that need no event: written at intervals, or when too much time has passed.

use super::records::Body;
use super::records::mempool::{ListDifferenceRecord, MempoolRecord};
use super::records::monitor::WarningRecord;
use crate::event::PeerId;
use crate::model::{Health, ListComparison, Model};
use crate::util::time::Timestamp;
use std::time::Duration;

/// The time between two `mempool` records.
const MEMPOOL_INTERVAL: Duration = Duration::from_secs(10);

/// The shortest time between two `list_difference` records about one list.
const LIST_INTERVAL: Duration = Duration::from_mins(1);

/// What was written, and when the next record is due.
#[derive(Debug, Default)]
pub(super) struct Periodic {
    /// When the next `mempool` record is due; `None` until the first one.
    mempool_at: Option<Timestamp>,
    /// What was last written about each list, and when. As bounded as the model's lists.
    lists: Vec<(PeerId, Timestamp, ListComparison)>,
    /// Whether it was written that no peer can be reached.
    is_unreachable: bool,
}

impl Periodic {
    /// Returns the records that are due.
    pub(super) fn due(&mut self, now: Timestamp, model: &Model) -> Vec<Body> {
        let mut bodies: Vec<Body> = self.health(now, model).into_iter().collect();
        let at = self.mempool_at.get_or_insert(now + MEMPOOL_INTERVAL);
        if *at <= now {
            *at = now + MEMPOOL_INTERVAL;
            bodies.push(Body::Mempool(Box::new(MempoolRecord::new(model))));
            bodies.extend(self.list_differences(now, model));
        }
        bodies
    }

    /// Warns when no peer can be reached, and again once one is.
    fn health(&mut self, now: Timestamp, model: &Model) -> Option<Body> {
        let health = model.health(now, model.peers().live());
        let warning = match (&health, self.is_unreachable) {
            (Health::Unreachable(what), false) => WarningRecord::unreachable(what),
            (Health::Live | Health::Stale { .. }, true) => WarningRecord::reached(),
            _ => return None,
        };
        self.is_unreachable = !self.is_unreachable;
        Some(Body::Warning(warning))
    }

    fn list_differences(&mut self, now: Timestamp, model: &Model) -> Vec<Body> {
        let former = std::mem::take(&mut self.lists);
        let mut bodies = Vec::new();
        for (peer, compared) in model.completeness().all() {
            let last = former.iter().find(|(known, ..)| *known == peer);
            let (written, known) = match last {
                Some((_, written, known)) if known == compared || now < *written + LIST_INTERVAL => {
                    (*written, known)
                }
                _ => {
                    bodies.push(Body::ListDifference(ListDifferenceRecord::new(peer, compared, model)));
                    (now, compared)
                }
            };
            self.lists.push((peer, written, known.clone()));
        }
        bodies
    }
}

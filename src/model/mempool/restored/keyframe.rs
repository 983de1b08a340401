//! The events from which another model continues a restoration.

use super::{Phase, Restoration};
use crate::event::{CatchUp, EventKind, Restored, Saved};

impl Restoration {
    /// Returns the events that give another model the waiting transactions.
    pub(in crate::model) fn keyframe(&self) -> Vec<EventKind> {
        let mut events = Vec::new();
        if self.room.len() > 0 {
            events.push(EventKind::Restored(Restored::Transactions(self.room.sorted())));
        }
        let complete = || {
            let saved = Saved { time: self.saved, blocks: Vec::new() };
            EventKind::Restored(Restored::Complete(saved))
        };
        match self.phase {
            Phase::None | Phase::Loading | Phase::Entered => {}
            Phase::Waiting(None) => events.push(complete()),
            Phase::Waiting(Some(blocks)) => {
                events.extend([complete(), EventKind::CatchUp(CatchUp::Missing(blocks))]);
            }
            Phase::Entering => events.extend([complete(), EventKind::CatchUp(CatchUp::Complete)]),
        }
        events
    }
}

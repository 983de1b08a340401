//! Where addresses come from when there are too few.

use super::super::seeds::{SeedAnswer, ask};
use super::PeerManager;
use crate::event::EventKind;
use crate::time::Timestamp;
use std::sync::Arc;

impl PeerManager {
    pub(super) fn seek_addresses(&mut self, now: Timestamp) {
        if self.is_seeking(now) {
            let port = self.settings.network.default_port();
            for name in self.seed_plan.due(now) {
                self.seed_answers.spawn(ask(name, port, Arc::clone(&self.resolver)));
            }
        }
    }

    pub(super) fn seeding_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        self.seed_plan.deadline().filter(|_| self.is_seeking(now))
    }

    pub(super) fn seed_answered(&mut self, answer: SeedAnswer) {
        let now = self.clock.now();
        let SeedAnswer { name, addresses } = answer;
        let answer = addresses.map(|addresses| {
            let count = addresses.len();
            self.dialer.learn(addresses);
            count
        });
        self.tell(now, EventKind::Seed { name: name.to_owned(), answer });
        self.dials_at = Some(now);
    }

    /// Addresses are wanted, and no answer is under way.
    fn is_seeking(&self, now: Timestamp) -> bool {
        self.seed_answers.is_empty() && self.dialer.wants_addresses(now)
    }
}

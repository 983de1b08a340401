//! Where addresses come from when there are too few.

use crate::address::{Host, PeerAddress};
use crate::event::EventKind;
use crate::p2p::addrman::fixed_seeds::fixed_seeds;
use crate::p2p::addrman::seeds::{SeedAnswer, ask};
use crate::p2p::addrman::table::AddrSource;
use crate::p2p::manager::{PeerChoice, PeerManager};
use crate::util::time::Timestamp;
use crate::wire::Services;
use crate::wire::message::KnownAddress;
use std::sync::Arc;
use std::time::Duration;

/// How long ago an address was seen that a seed tells, which does not say so (Core: 3 to 7 days).
const SEEN_BY_SEED: Duration = Duration::from_hours(3 * 24);

/// How the list of fixed seeds is called on screen.
const FIXED: &str = "built-in list";

impl PeerManager {
    pub(crate) fn seek_addresses(&mut self, now: Timestamp) {
        if self.may_ask_seeds() && self.is_seeking(now) {
            let port = self.settings.network.default_port();
            for name in self.seed_plan.due(now) {
                if self.settings.routes.proxy.is_some() {
                    // Names are for the proxy to resolve: the seed is dialled and asked itself.
                    self.dialer.fetch(PeerAddress { host: Host::Name(name.to_owned()), port });
                } else {
                    self.seed_answers.spawn(ask(name, port, Arc::clone(&self.resolver)));
                }
            }
        }
        if self.dialer.take_fixed_seeds(now) {
            self.use_fixed_seeds(now);
        }
    }

    pub(crate) fn seeding_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        self.seed_plan.deadline().filter(|_| self.may_ask_seeds() && self.is_seeking(now))
    }

    pub(crate) fn seed_answered(&mut self, answer: SeedAnswer) {
        let now = self.clock.now();
        let SeedAnswer { name, addresses } = answer;
        let answer = addresses.map(|addresses| {
            let count = addresses.len();
            self.learn_from_seed(addresses, &AddrSource::Dns(name.to_owned()), now);
            count
        });
        self.tell(now, EventKind::Seed { name: name.to_owned(), answer });
        self.dials_at = Some(now);
    }

    fn use_fixed_seeds(&mut self, now: Timestamp) {
        let mut addresses = fixed_seeds(self.settings.network);
        addresses.retain(|address| self.settings.routes.to(&address.host).is_ok());
        if !addresses.is_empty() {
            let answer = Ok(addresses.len());
            self.learn_from_seed(addresses, &AddrSource::Fixed, now);
            self.tell(now, EventKind::Seed { name: FIXED.to_owned(), answer });
            self.dials_at = Some(now);
        }
    }

    fn learn_from_seed(&mut self, addresses: Vec<PeerAddress>, source: &AddrSource, now: Timestamp) {
        let time = u32::try_from((now - SEEN_BY_SEED).as_secs()).unwrap_or(u32::MAX);
        let known = |address| KnownAddress { time, services: Services::NONE, address };
        let list: Vec<KnownAddress> = addresses.into_iter().map(known).collect();
        self.dialer.learn(&list, source, now);
    }

    fn may_ask_seeds(&self) -> bool {
        matches!(&self.settings.choice, PeerChoice::Discover(discovery) if discovery.dns)
    }

    /// Addresses are wanted, and no answer is under way.
    fn is_seeking(&self, now: Timestamp) -> bool {
        self.seed_answers.is_empty() && self.dialer.wants_addresses(now)
    }
}

//! What goes wrong between the monitor and the nodes.

use super::link::Stage;
use super::network::Network;
use crate::demo::random::exponential;
use crate::event::{DisconnectReason, PeerId};
use rand::RngExt;
use rand::seq::IteratorRandom;
use std::time::Duration;

/// The longest stall of a link: shorter and longer than the time limit of a ping.
const MAX_STALL: Duration = Duration::from_secs(50);

/// The longest time that a node is down.
const MAX_DOWN: Duration = Duration::from_mins(20);

/// The longest time that the process sleeps.
const MAX_SLEEP: Duration = Duration::from_hours(3);

impl Network {
    /// Lets something go wrong.
    pub(super) fn trouble(&mut self) {
        let mean = self.scenario.trouble.unwrap_or(Duration::MAX / 2);
        self.next_trouble = self.now + exponential(&mut self.rng, mean);
        let kind = self.rng.random_range(0..100);
        if self.scenario.interrupts && kind < 3 {
            return self.sleep();
        }
        if self.scenario.interrupts && kind < 6 {
            return self.restart();
        }
        let open = self.links.iter().filter(|(_, link)| link.stage == Stage::Open).map(|(peer, _)| *peer);
        let Some(peer) = open.choose(&mut self.rng) else { return };
        match kind {
            0..40 => {
                let delay = MAX_STALL.mul_f64(self.rng.random());
                self.stall(peer, delay);
            }
            40..55 => self.stall(peer, Duration::ZERO),
            55..70 => self.die(peer),
            70..85 => self.lose(peer),
            _ => {
                let node = self.links[&peer].node;
                self.nodes[node].down_until = self.now + MAX_DOWN.mul_f64(self.rng.random());
                self.lose(peer);
            }
        }
    }

    /// What the node says takes so much longer from now on.
    fn stall(&mut self, peer: PeerId, delay: Duration) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.session.set_delay(delay);
        }
    }

    /// Nothing passes any more, and nobody is told.
    fn die(&mut self, peer: PeerId) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.stage = Stage::Dead;
            self.checks.lost(peer);
        }
    }

    /// The connection ends.
    fn lose(&mut self, peer: PeerId) {
        let deeds = self.monitor.ended(peer, DisconnectReason::ClosedByPeer, self.now);
        self.carry_out(deeds);
    }

    /// The process sleeps, as it does while the machine does; the world goes on.
    fn sleep(&mut self) {
        let time = MAX_SLEEP.mul_f64(self.rng.random());
        let end = self.now + time;
        let links: Vec<_> = self.links.keys().copied().collect();
        let mut closed = Vec::new();
        for peer in links {
            match self.rng.random_range(0..3) {
                0 => closed.push(peer),
                1 => self.die(peer),
                _ => {}
            }
        }
        self.now = end;
        self.monitor.overslept(time, end);
        self.checks.slept(end);
        for peer in closed {
            self.lose(peer);
        }
        self.next_trouble = self.next_trouble.max(end);
    }

    /// The program ends and starts again.
    fn restart(&mut self) {
        self.monitor.save(self.now);
        let saved = self.monitor.mempool();
        self.links.clear();
        self.wakeups.clear();
        self.start(&saved);
    }
}

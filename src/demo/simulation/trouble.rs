//! What goes wrong between the monitor and the nodes.

use super::link::Stage;
use super::network::Network;
use crate::demo::random::exponential;
use crate::event::{DisconnectReason, PeerId};
use crate::util::time::WallOffset;
use crate::wire::Wtxid;
use rand::RngExt;
use rand::seq::IteratorRandom;
use std::collections::BTreeSet;
use std::time::Duration;

/// The longest stall of a link. Stalls may be shorter or longer than the time limit of a ping.
const MAX_STALL: Duration = Duration::from_secs(50);

/// The longest time that a node is down.
const MAX_DOWN: Duration = Duration::from_mins(20);

/// The longest time that the process sleeps.
const MAX_SLEEP: Duration = Duration::from_hours(3);

/// The largest error of the wall clock, in s.
const MAX_WRONG: i64 = 3 * 86_400;

/// How much of the mempool a crash may lose: arrivals of this long.
const MAX_LOSS: Duration = Duration::from_mins(1);

impl Network {
    /// Causes a random trouble.
    pub(super) fn trouble(&mut self) {
        let mean = self.scenario.trouble.unwrap_or(Duration::MAX / 2);
        self.next_trouble = self.now + exponential(&mut self.rng, mean);
        let kind = self.rng.random_range(0..100);
        let share = self.scenario.interrupts;
        if kind < share {
            return self.sleep();
        }
        if kind < share * 2 {
            return if self.rng.random_bool(0.5) { self.restart() } else { self.crash() };
        }
        if kind < share * 3 {
            return self.set_clock();
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

    /// Delays everything from the node from here on.
    fn stall(&mut self, peer: PeerId, delay: Duration) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.session.set_delay(delay);
        }
    }

    /// Lets nothing pass any more, without telling either side.
    fn die(&mut self, peer: PeerId) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.stage = Stage::Dead;
            self.checks.lost(peer);
        }
    }

    /// Ends the connection.
    fn lose(&mut self, peer: PeerId) {
        let deeds = self.monitor.ended(peer, DisconnectReason::ClosedByPeer, self.now);
        self.carry_out(deeds);
    }

    /// Lets the process sleep, as with the machine; the world goes on.
    fn sleep(&mut self) {
        // Most are short.
        let time = MAX_SLEEP.mul_f64(self.rng.random::<f64>().powi(3));
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
        self.checks.slept(time, end);
        for peer in closed {
            self.lose(peer);
        }
        // What came before must be saved in the minute for which it is awake.
        self.next_trouble = self.next_trouble.max(end + MAX_LOSS);
    }

    /// Sets the wall clock, wrong or right.
    fn set_clock(&mut self) {
        let is_right = self.rng.random_bool(0.3);
        let secs = if is_right { 0 } else { self.rng.random_range(-MAX_WRONG..=MAX_WRONG) };
        let event = self.monitor.set_clock(WallOffset::from_micros(secs * 1_000_000), self.now);
        self.report(event);
    }

    /// Ends the program and restarts it: it must find what it saved.
    fn restart(&mut self) {
        let (saved, outputs, time) =
            (self.monitor.mempool(), self.monitor.outputs(), self.monitor.time(self.now));
        let kept = self.monitor.end(self.now);
        let (loaded, found) = self.start();
        assert!(loaded == saved, "{} were saved and {} are loaded", saved.len(), loaded.len());
        self.monitor.assert_has_outputs(&outputs);
        let is_same_clock = self.monitor.time(self.now) == time;
        kept.assert_found(&found, is_same_clock);
    }

    /// Kills the program and restarts it: it may lose only the last minute.
    fn crash(&mut self) {
        let long_ago = self.now - MAX_LOSS;
        let old = |wtxid: &Wtxid| self.checks.arrived_before(wtxid, long_ago);
        let saved: BTreeSet<_> = self.monitor.mempool().into_iter().filter(old).collect();
        let outputs = self.monitor.outputs();
        self.monitor.kill();
        let (loaded, _) = self.start();
        let lost = saved.difference(&loaded).count();
        assert_eq!(lost, 0, "of {}, and {} are loaded", saved.len(), loaded.len());
        self.monitor.assert_has_outputs(&outputs);
    }
}

//! Nodes, links and time.

use super::checks::{Checks, Report};
use super::forks::Forks;
use super::link::{Ending, Link, Stage, addresses};
use super::manner::Manner;
use super::monitor::{Kept, Monitor};
use super::scenario::Scenario;
use super::surroundings::{START, all_that_shows, flood, in_memory, resident, settings};
use crate::address::PeerAddress;
use crate::demo::ledger::{Ledger, News};
use crate::demo::profile::Profile;
use crate::demo::random::{exponential, generator};
use crate::demo::session::Session;
use crate::demo::world::World;
use crate::event::{DisconnectReason, Event, EventKind, PeerId, Request, Restored};
use crate::p2p::{Deed, Settings};
use crate::util::time::{Timestamp, WallOffset};
use crate::wire::{BlockHeader, Wtxid};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// Events within this many µs are handled together, as the driver does under load.
const TICK: u64 = 20_000;

/// The time between two checks.
const LOOK: Duration = Duration::from_secs(20);

/// How long an unanswered dial takes.
const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// How often memory is measured.
pub(super) const SAMPLES: u32 = 24;

/// A node.
pub(super) struct Node {
    profile: Arc<Profile>,
    manner: Manner,
    /// Until when it refuses connections.
    pub(super) down_until: Timestamp,
}

/// The whole simulation.
pub(super) struct Network {
    pub(super) scenario: Scenario,
    pub(super) rng: StdRng,
    settings: Settings,
    pub(super) now: Timestamp,
    pub(super) world: World,
    pub(super) forks: Forks,
    /// The headers of a chain that only a flooder has.
    flood: Vec<BlockHeader>,
    pub(super) monitor: Monitor,
    pub(super) checks: Checks,
    pub(super) nodes: Vec<Node>,
    addresses: Arc<[PeerAddress]>,
    numbers: HashMap<PeerAddress, usize>,
    pub(super) links: BTreeMap<PeerId, Link>,
    pub(super) wakeups: BTreeSet<(Timestamp, PeerId)>,
    connections: u64,
    pub(super) next_trouble: Timestamp,
    next_look: Timestamp,
    next_sample: Timestamp,
    disk: tempfile::TempDir,
}

impl Network {
    pub(super) fn new(scenario: Scenario) -> Self {
        let now = Timestamp::from_secs(START.into());
        let mut rng = generator(scenario.seed, "network", 0);
        let nodes: Vec<_> = (0..scenario.nodes)
            .map(|number| Node {
                profile: Arc::new(scenario.profile(number)),
                // At least one node is honest: the first one asked for addresses.
                manner: if number == 0 { Manner::Honest } else { Manner::draw(&mut rng, scenario.liars) },
                down_until: Timestamp::default(),
            })
            .collect();
        let addresses = addresses(scenario.nodes);
        let disk = in_memory();
        let settings = settings(&scenario, &addresses);
        let clock = (now, WallOffset::default());
        let (monitor, parts, _) =
            Monitor::start(&settings, disk.path(), scenario.rebuilds, clock, rng.random());
        let mut network = Self {
            next_trouble: now,
            world: World::new(scenario.seed, scenario.rate, scenario.unconfirmed, START),
            forks: Forks::new(scenario.seed),
            flood: flood(),
            numbers: addresses.iter().cloned().zip(0..).collect(),
            links: BTreeMap::new(),
            wakeups: BTreeSet::new(),
            connections: 0,
            next_look: now + LOOK,
            next_sample: now + scenario.duration / SAMPLES,
            checks: Checks::default(),
            scenario,
            rng,
            settings,
            now,
            monitor,
            nodes,
            addresses,
            disk,
        };
        let mean = scenario.trouble.unwrap_or(Duration::from_hours(1_000_000));
        network.next_trouble = now + exponential(&mut network.rng, mean);
        network.load(parts);
        network
    }

    /// Runs to the end. Panics if an invariant is violated.
    pub(super) fn run(mut self) -> Report {
        let start = Timestamp::from_secs(START.into());
        let end = start + self.scenario.duration;
        while self.now < end {
            let next = self.next_moment().max(self.now + Duration::from_micros(1));
            self.now = Timestamp::from_micros(next.as_micros().next_multiple_of(TICK));
            self.step(self.now.since(start));
        }
        let end = self.monitor.time(end);
        self.monitor.assert_rebuilt(|model| all_that_shows(model, end));
        self.checks.report
    }

    fn next_moment(&mut self) -> Timestamp {
        let start = Timestamp::from_secs(START.into());
        let wakeup = self.wakeups.first().map(|(at, _)| *at);
        let deadline = self.monitor.deadline(self.now);
        let others = [start + self.world.next_at(), self.next_trouble, self.next_look];
        others.into_iter().chain(wakeup).chain(deadline).min().expect("there are some")
    }

    fn step(&mut self, elapsed: Duration) {
        for news in self.world.advance(elapsed) {
            self.spread(&news);
        }
        while let Some(&(at, peer)) = self.wakeups.first()
            && at <= self.now
        {
            self.wakeups.pop_first();
            self.wake(peer);
        }
        self.settle();
        if self.next_trouble <= self.now {
            self.trouble();
            self.settle();
        }
        if self.next_look <= self.now {
            self.next_look = self.now + LOOK;
            let serves =
                |link: &Link| link.stage == Stage::Open && link.judge.is_ready() && link.manner.serves();
            let is_served = self.links.values().any(serves);
            self.checks.look(&self.world, &self.forks, is_served, self.now);
        }
        if self.next_sample <= self.now {
            self.next_sample = self.now + self.scenario.duration / SAMPLES;
            self.sample(elapsed);
        }
    }

    fn sample(&mut self, elapsed: Duration) {
        let kept = self.monitor.footprints();
        self.checks.report.kept.push(kept);
        let hours = elapsed.as_secs_f64() / 3_600.0;
        let txs = self.monitor.mempool().len();
        eprintln!(
            "after {hours:.1} h: {} peers, {txs} transactions, {kept:?} kept, {}",
            self.links.len(),
            resident()
        );
    }

    /// Spreads the news to all nodes.
    fn spread(&mut self, news: &News) {
        let mut rival = None;
        if let News::Block(block) = news {
            let height = self.world.chain().height();
            self.checks.chain_grew(height, self.now);
            rival = self.forks.rival(block, height);
        }
        let is_block = matches!(news, News::Block(_));
        let mut changed = Vec::new();
        for (&peer, link) in &mut self.links {
            if link.stage == Stage::Open {
                link.session.hear(self.now, news.clone());
                if let Some(rival) = rival.as_ref().filter(|_| link.manner == Manner::Forking) {
                    link.announce(rival, self.now);
                }
                if is_block {
                    changed.push(peer);
                }
            }
        }
        for peer in changed {
            self.schedule(peer);
        }
    }

    /// Does what is due on a link.
    fn wake(&mut self, peer: PeerId) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        match link.stage {
            Stage::Dialling => {
                let failure = match self.nodes.get(link.node) {
                    None => Some(DisconnectReason::DialTimeout(DIAL_TIMEOUT)),
                    Some(node) => (node.down_until > self.now).then_some(DisconnectReason::Refused),
                };
                if let Some(reason) = failure {
                    let deeds = self.monitor.ended(peer, reason, self.now);
                    return self.carry_out(deeds);
                }
                link.stage = Stage::Open;
                let deeds = self.monitor.opened(peer, self.now);
                self.carry_out(deeds);
            }
            Stage::Open => {
                let manner = link.manner;
                for message in link.due(self.now, &self.world, &self.flood) {
                    let Some(link) = self.links.get_mut(&peer) else { return };
                    link.judge.sends(&message);
                    self.checks.announced(peer, manner.serves(), &message, &self.world, self.now);
                    let deeds = self.monitor.received(peer, message, self.now);
                    self.carry_out(deeds);
                }
            }
            Stage::Dead => {}
        }
        self.schedule(peer);
    }

    /// Notes when a link is next due.
    fn schedule(&mut self, peer: PeerId) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        self.wakeups.remove(&(link.wake, peer));
        if let Some(at) = link.next_wakeup().filter(|_| link.stage == Stage::Open) {
            link.wake = at;
            self.wakeups.insert((at, peer));
        }
    }

    /// Lets the monitor do everything that is due, so that no request outlives its time limit.
    fn settle(&mut self) {
        for _ in 0..10 {
            let deeds = self.monitor.timer(self.now);
            self.carry_out(deeds);
            self.monitor.restore(self.now);
            if self.monitor.deadline(self.now).is_none_or(|deadline| deadline > self.now) {
                return;
            }
        }
        panic!("the deadline does not move on");
    }

    /// Carries out the actions as a driver would.
    pub(super) fn carry_out(&mut self, deeds: Vec<Deed>) {
        for deed in deeds {
            match deed {
                Deed::Dial(dial) => self.dial(dial.peer, &dial.address),
                Deed::Close(peer) => self.close(peer),
                Deed::Send(peer, message) => {
                    let Some(link) = self.links.get_mut(&peer) else { continue };
                    link.judge.hears(&message);
                    if link.stage != Stage::Open {
                        continue;
                    }
                    let ending = link.hears(message, &self.world, &self.forks, self.now).break_value();
                    assert_ne!(ending, Some(Ending::Punishes), "Core would disconnect us");
                    if ending.is_some() {
                        let deeds = self.monitor.ended(peer, DisconnectReason::ClosedByPeer, self.now);
                        self.carry_out(deeds);
                    }
                    self.schedule(peer);
                }
                Deed::Report(event) => self.report(event),
            }
        }
    }

    pub(super) fn report(&mut self, event: Event) {
        self.checks.event(&event, self.monitor.world_time(event.time));
        let outcome = self.monitor.apply(event, self.now);
        for request in &outcome.requests {
            if let Request::Forget(txs) | Request::Resend(txs) = request {
                self.checks.forgotten(txs.iter().map(|(_, wtxid)| *wtxid));
                self.links.values_mut().for_each(|link| link.judge.forget_requests());
            }
        }
    }

    fn dial(&mut self, peer: PeerId, address: &PeerAddress) {
        let Some(&node) = self.numbers.get(address) else {
            // No node listens there.
            let session = self.session(0);
            let wake = self.now + DIAL_TIMEOUT;
            return self.insert(peer, usize::MAX, session, wake);
        };
        let latency = self.nodes[node].profile.latency;
        let session = self.session(node);
        self.insert(peer, node, session, self.now + latency);
    }

    fn insert(&mut self, peer: PeerId, node: usize, session: Session, wake: Timestamp) {
        let manner = self.nodes.get(node).map_or(Manner::Silent, |node| node.manner);
        let rng = generator(self.scenario.seed, "link", self.connections);
        let before = self.links.insert(peer, Link::dialling(node, manner, session, rng, wake));
        assert!(before.is_none(), "{peer:?} is dialled twice");
        self.wakeups.insert((wake, peer));
    }

    fn session(&mut self, node: usize) -> Session {
        self.connections += 1;
        let profile = Arc::clone(&self.nodes[node].profile);
        let (seed, number) = (self.scenario.seed, self.connections);
        Session::open(self.now, profile, seed, number, Arc::clone(&self.addresses))
    }

    fn close(&mut self, peer: PeerId) {
        if let Some(link) = self.links.remove(&peer) {
            self.wakeups.remove(&(link.wake, peer));
            self.checks.lost(peer);
        }
    }

    /// Starts the program again. Returns the transactions that it loads, and everything else that it loads.
    pub(super) fn start(&mut self) -> (BTreeSet<Wtxid>, Kept) {
        self.links.clear();
        self.wakeups.clear();
        let (seed, clock) = (self.rng.random(), (self.now, self.monitor.wall()));
        let (monitor, parts, kept) =
            Monitor::start(&self.settings, self.disk.path(), self.scenario.rebuilds, clock, seed);
        self.monitor = monitor;
        let loaded = parts.iter().flat_map(restored).collect();
        self.checks.restarted(&loaded, self.now);
        self.load(parts);
        (loaded, kept)
    }

    /// Lets the monitor load the last run's mempool.
    fn load(&mut self, parts: Vec<Restored>) {
        for part in parts {
            self.report(Event { time: self.monitor.time(self.now), kind: EventKind::Restored(part) });
        }
    }
}

/// The transactions in a part of a saved mempool.
fn restored(part: &Restored) -> impl Iterator<Item = Wtxid> {
    let txs = match part {
        Restored::Transactions(txs) => txs.as_slice(),
        Restored::Complete(_) | Restored::Nothing | Restored::Continue => &[],
    };
    txs.iter().map(|tx| tx.tx.wtxid())
}

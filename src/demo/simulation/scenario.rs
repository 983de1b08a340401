//! Everything about a run that its seed determines.

use crate::demo::profile::Profile;
use crate::demo::random::generator;
use rand::RngExt;
use std::time::Duration;

/// The fee floor of nodes that accept everything, in sat/kvB.
const MIN_FEE_FLOOR: u64 = 100;

/// A run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scenario {
    pub(super) seed: u64,
    pub(super) nodes: usize,
    /// The share of dishonest nodes.
    pub(super) liars: f64,
    /// The mean time between two troubles; `None`: no troubles.
    pub(super) trouble: Option<Duration>,
    /// The percentage of troubles in which the process sleeps; the same for restarts, and for setting the
    /// clock.
    pub(super) interrupts: u32,
    /// Whether nodes are discovered rather than given.
    pub(super) discovers: bool,
    /// How long it lasts.
    pub(super) duration: Duration,
    /// Transactions per second.
    pub(super) rate: f64,
    /// The number of transactions in the mempool at the start, which stays roughly constant.
    pub(super) unconfirmed: usize,
    /// Whether all nodes announce everything, and by wtxid.
    pub(super) announces_all: bool,
    /// Whether to rebuild the model from all events at the end.
    pub(super) rebuilds: bool,
}

impl Scenario {
    /// A few nodes, some of which lie, with troubles now and then.
    pub(super) fn of(seed: u64, duration: Duration) -> Self {
        let mut rng = generator(seed, "simulation", 0);
        Self {
            seed,
            nodes: rng.random_range(4..=24),
            liars: rng.random_range(0.0..0.6),
            trouble: rng.random_bool(0.8).then(|| Duration::from_secs(rng.random_range(10..300))),
            interrupts: if rng.random_bool(0.5) { 3 } else { 0 },
            discovers: rng.random_bool(0.3),
            duration,
            rate: rng.random_range(0.2..3.0),
            unconfirmed: rng.random_range(100..600),
            announces_all: false,
            // A day has too many events.
            rebuilds: duration <= Duration::from_hours(2),
        }
    }

    /// The same with a process that is interrupted frequently.
    pub(super) fn interrupted(seed: u64, duration: Duration) -> Self {
        let trouble = Some(Duration::from_mins(2));
        Self { trouble, interrupts: 20, ..Self::of(seed, duration) }
    }

    /// Many honest nodes at the rate of mainnet, without trouble.
    pub(super) fn load(nodes: usize, rate: f64, duration: Duration) -> Self {
        Self {
            seed: 1,
            nodes,
            liars: 0.0,
            trouble: None,
            interrupts: 0,
            discovers: false,
            duration,
            rate,
            unconfirmed: 3_000,
            announces_all: true,
            rebuilds: false,
        }
    }

    /// The kind of node `number`.
    pub(super) fn profile(&self, number: usize) -> Profile {
        let profile = Profile::of(self.seed, number);
        if self.announces_all {
            Profile { wtxid_relay: true, fee_floor: MIN_FEE_FLOOR, ..profile }
        } else {
            profile
        }
    }
}

//! One scene for whole-screen tests, the README's picture and the benches: twelve minutes of network events,
//! from which the real [`Model`] builds its state.
//!
//! | part | what happens in it |
//! |---|---|
//! | [`peers`] | peers in every state: live, late, dialling, shaking hands, disconnected, blocks-only; v1, v2 and onion; one of each anomaly |
//! | [`transactions`] | several hundred transactions of mainnet block 702,861, most with known prevouts |
//! | [`relay`] | who announces and delivers them when |
//! | [`bootstrap`] | a whole-mempool list, and the download of what is missing, which is incomplete at the end |
//! | [`inscriptions`] | large transactions, so that several blocks are projected |
//! | [`conflicts`] | chains of replacements, a double spend, and at the end a replacement with a child that pays for it |
//! | [`chain`] | the backfill, three blocks and a reorg |
//! | [`watchlist`] | the user's watch list |
//!
//! Everything follows from the block and one seed, so the events are the same on every machine.
#![allow(dead_code, unused_imports, reason = "each user of the scene needs another part of it")]
#![allow(clippy::unwrap_used, reason = "a scene that cannot be built fails its test or bench")]

mod bootstrap;
mod chain;
mod chance;
mod conflicts;
mod failures;
mod inscriptions;
mod peers;
mod recording;
mod relay;
mod transactions;
mod watchlist;

pub use chain::confirm;
pub use failures::unreachable;
pub use peers::{FIRST, peer_ids};
pub use relay::{arrive, unannounced};
pub use watchlist::QUIET;

use chance::Chance;
use mempulse::Timestamp;
use mempulse::chain::Network;
use mempulse::event::{Command, Event};
use mempulse::model::{Model, ModelSettings};
use mempulse::wire::Txid;
use recording::Recording;
use std::time::Duration;
use transactions::Transactions;

/// The seed for everything that looks random.
const SEED: u64 = 702_861;
/// When the monitor started.
pub const START: Timestamp = Timestamp::from_secs(1_795_411_272);
/// How long it has been running at the end.
pub const LENGTH: Duration = Duration::from_mins(12);
/// The end of the scene: 2026-11-23 05:33:12 UTC.
pub const END: Timestamp = Timestamp::from_secs(1_795_411_992);

/// Commands at startup, then events, oldest first.
pub struct Scene {
    pub commands: Vec<Command>,
    pub events: Vec<Event>,
}

/// The whole scene.
pub fn scene() -> Scene {
    let mut chance = Chance::new(SEED);
    let mut recording = Recording::new();
    let transactions = transactions(&mut chance);
    peers::record(&mut recording, &mut chance);
    relay::record(&mut recording, &transactions, &mut chance);
    bootstrap::record(&mut recording, &transactions);
    chain::record(&mut recording, &transactions);
    Scene { commands: watchlist::commands(&transactions), events: recording.finish() }
}

fn transactions(chance: &mut Chance) -> Transactions {
    let mut transactions = transactions::take(chance);
    inscriptions::add(&mut transactions);
    conflicts::add(&mut transactions);
    transactions
}

/// The transaction that has replaced two others and has a child paying for it.
pub fn bumped() -> Txid {
    let transactions = transactions(&mut Chance::new(SEED));
    let child = transactions.arrivals.len() - 1;
    let parent = transactions.parents_of(child).next().unwrap();
    transactions.arrivals[parent].tx.txid()
}

/// A mainnet model without any events.
pub fn empty() -> Model {
    Model::new(ModelSettings::new(Network::Mainnet, START))
}

/// The model at the end of the scene.
pub fn model() -> Model {
    after(&scene())
}

/// The model at the end of another scene.
pub fn after(scene: &Scene) -> Model {
    let mut model = empty();
    for command in &scene.commands {
        model.command(command, START);
    }
    for event in &scene.events {
        model.apply(event);
    }
    model
}

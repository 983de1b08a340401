//! All bad peers together beside three honest peers: the honest streams lose nothing, memory stays bounded,
//! and each bad peer is disconnected for its own reason, or tolerated where Core tolerates it.

mod addresses;
mod breakers;
mod company;
mod floods;
mod forgers;
mod honest;
mod lists;
mod messages;
mod peers;
#[path = "../support/mod.rs"]
mod support;

use addresses::gossips;
use breakers::{format_breakers, rule_breakers};
use company::bad_company;
use floods::{HONEST, flooders};
use forgers::forgers;
use honest::behave_well;
use mempulse::event::{DisconnectReason, EventKind, PeerEvent};
use mempulse::p2p::Settings;
use mempulse::wire::{Block, Txid, Version};
use messages::{compact_breakers, nuisances, transaction_forgers};
use peers::{BadPeer, Fate, HANDSHAKE_TIMEOUT};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use support::chain::{genesis, mine, mine_at, transaction};
use support::{Monitor, Node, START, settings, version};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// The time limit for each test.
const LIMIT: Duration = Duration::from_mins(2);

/// The most memory of the whole process, in kB, including the scripted peers. The floods are several times
/// larger.
const MEMORY: u64 = 150_000;

/// The least number of bad peers in one run.
const BEHAVIOURS: usize = 60;

/// The length of the honest chain.
const CHAIN: u16 = 3;

/// The number of honest peers.
const HONEST_PEERS: u32 = 3;

/// Tests run one at a time: memory is measured for the whole process, and time limits are for one test.
static TURN: Mutex<()> = Mutex::const_new(());

/// The reports about one bad peer.
struct Seen {
    name: &'static str,
    fate: Fate,
    is_witnessed: bool,
    ended: Option<DisconnectReason>,
}

impl Seen {
    fn note(&mut self, event: PeerEvent) {
        if let Fate::Stays(is_it) = self.fate {
            self.is_witnessed |= is_it(&event);
        }
        if let PeerEvent::Disconnected { reason, .. } = event {
            self.ended.get_or_insert(reason);
        }
    }

    fn is_decided(&self) -> bool {
        match self.fate {
            Fate::Ends(_) => self.ended.is_some(),
            Fate::Stays(_) => self.is_witnessed,
        }
    }

    /// Returns what was wrong with its treatment, if anything.
    fn complaint(&self) -> Option<String> {
        let name = self.name;
        match (&self.fate, &self.ended) {
            (Fate::Ends(reasons), Some(reason)) if reasons.contains(reason) => None,
            (Fate::Ends(reasons), ended) => Some(format!("{name}: ended {ended:?}, not {reasons:?}")),
            (Fate::Stays(_), Some(reason)) => Some(format!("{name}: ended: {reason}")),
            (Fate::Stays(_), None) if self.is_witnessed => None,
            (Fate::Stays(_), None) => Some(format!("{name}: what it did was not reported")),
        }
    }
}

/// A chain from the day before the start.
fn old_blocks(count: u16) -> Vec<Block> {
    let mut previous = genesis();
    let next = |height| {
        let block = mine_at(START - Duration::from_hours(24), previous, height, vec![]);
        previous = block.hash;
        block
    };
    (1..=count).map(next).collect()
}

/// Resets the peak memory, where the system allows it (Linux).
fn reset_peak_memory() {
    _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The peak memory of this process, in kB, where the system provides it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_all_bad_peers_nothing_of_the_honest_ones_is_lost() {
    let _turn = TURN.lock().await;
    reset_peak_memory();
    let chain: Arc<[Block]> = old_blocks(CHAIN).into();
    let mut bad: Vec<BadPeer> = vec![];
    bad.extend(
        [bad_company(), format_breakers(), rule_breakers(), forgers(), flooders()].into_iter().flatten(),
    );
    bad.extend([gossips(), compact_breakers(), transaction_forgers(), nuisances()].into_iter().flatten());
    println!("{} bad peers", bad.len());
    assert!(bad.len() >= BEHAVIOURS, "{}", bad.len());
    let mut addresses = Vec::new();
    let mut seen = Vec::new();
    for BadPeer { name, fate, script } in bad {
        let node = Node::listen_tightly();
        addresses.push(node.address());
        seen.push(Seen { name, fate, is_witnessed: false, ended: None });
        tokio::spawn(async move {
            loop {
                let conversation = tokio::spawn(script(node.accept_whenever().await));
                // A script that is cut off in the middle of a message fails, which is expected.
                _ = conversation.await;
            }
        });
    }
    // The honest ones come last: nothing may depend on being first.
    let new = mine(chain[usize::from(CHAIN) - 1].hash, CHAIN + 1, (0..50).map(transaction).collect());
    let new_hash = new.hash;
    for number in 0..HONEST_PEERS {
        let node = Node::listen().await;
        addresses.push(node.address());
        let (chain, new) = (Arc::clone(&chain), new.clone());
        tokio::spawn(async move {
            let peer = node.meet_as(Version { start_height: CHAIN.into(), ..version() }).await;
            behave_well(peer, &chain, number * HONEST..(number + 1) * HONEST, new).await;
        });
    }

    let mut monitor = Monitor::start(Settings {
        handshake_timeout: HANDSHAKE_TIMEOUT,
        ping_interval: Duration::from_millis(500),
        ping_timeout: Duration::from_secs(12),
        request_timeout: Duration::from_secs(2),
        ..settings(addresses)
    });
    let mut awaited: HashSet<Txid> =
        (0..HONEST_PEERS * HONEST).map(|number| transaction(number).txid()).collect();
    let mut block = None;
    let watched = timeout(LIMIT, async {
        while !awaited.is_empty() || block.is_none() || !seen.iter().all(Seen::is_decided) {
            match monitor.next().await.kind {
                EventKind::Block { block: tolerated, .. } => block = Some(tolerated.hash),
                EventKind::Peer(id, event) => {
                    let index = usize::try_from(id.0).expect("a small number");
                    if let PeerEvent::Transaction { tx, .. } = &event {
                        awaited.remove(&tx.txid());
                    }
                    match (seen.get_mut(index), event) {
                        (Some(seen), event) => seen.note(event),
                        (None, PeerEvent::Disconnected { reason, .. }) => panic!("an honest peer: {reason}"),
                        (None, _) => {}
                    }
                }
                _ => {}
            }
        }
    });
    let in_time = watched.await.is_ok();
    let complaints: Vec<_> = seen.iter().filter_map(Seen::complaint).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(awaited.is_empty(), "{} transactions of the honest peers are missing", awaited.len());
    assert_eq!(block, Some(new_hash), "its block");
    assert!(in_time);
    if let Some(peak) = peak_memory() {
        println!("peak memory: {peak} kB");
        assert!(peak < MEMORY, "{peak} kB");
    }
    monitor.shutdown().await;
}

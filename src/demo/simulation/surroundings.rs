//! The surroundings of a run: a disk, settings, and measurements.

use super::link::address;
use super::scenario::Scenario;
use crate::address::PeerAddress;
use crate::chain::Network;
use crate::demo::chain::GENESIS;
use crate::model::Model;
use crate::model::testing::everything;
use crate::p2p::{BootstrapMode, Discovery, PeerChoice, Settings, TransportChoice};
use crate::snapshot::Snapshot;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, BlockHeader};

/// When every run begins, in s since the UNIX epoch.
pub(super) const START: u32 = 1_800_000_000;

/// The headers in one message of a flood: fewer than the best chain has, as each adds the same work on
/// regtest.
const FLOOD: usize = 400;

/// The resident memory of the process, including the simulated nodes.
pub(super) fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default().to_owned()
}

/// An in-memory disk, if the system has one.
pub(super) fn in_memory() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    dir.expect("a directory can be made")
}

pub(super) fn settings(scenario: &Scenario, addresses: &[PeerAddress]) -> Settings {
    let choice = if scenario.discovers {
        PeerChoice::Discover(Discovery { peers: 8, also: vec![address(0)], dns: false, addresses: None })
    } else {
        PeerChoice::Only(addresses.to_vec())
    };
    Settings {
        network: Network::Regtest,
        choice,
        transport: TransportChoice::V1,
        bootstrap: BootstrapMode::Auto,
        backfill: 6,
        ..Settings::default()
    }
}

/// The headers of another chain from the genesis block.
pub(super) fn flood() -> Vec<BlockHeader> {
    let mut previous: BlockHash = GENESIS.hash();
    let next = |number: usize| {
        let root = [u8::try_from(number % 256).expect("a remainder"); 32];
        let mut header = BlockHeader {
            version: 4,
            previous,
            merkle_root: root,
            time: START - 1_000_000,
            bits: Network::Regtest.easiest_bits(),
            nonce: 0,
        };
        while header.check(Network::Regtest).is_err() {
            header.nonce += 1;
        }
        previous = header.hash();
        header
    };
    (0..FLOOD).map(next).collect()
}

/// Everything on all screens.
pub(super) fn all_that_shows(model: &Model, now: Timestamp) -> String {
    let view = everything().of_everything();
    format!("{:?}", Snapshot::take(model, &view, now))
}

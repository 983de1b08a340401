//! A scene of peers around a [`BlockDownload`], with a chain that they agree on.

use crate::chain::Network;
use crate::event::{DisconnectReason, EventKind, MissingBlocks, PeerEvent, PeerId, PeerInfo};
use crate::p2p::action::Action;
use crate::p2p::block_download::BlockDownload;
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::settings::Settings;
use crate::p2p::testing::info;
use crate::util::time::Timestamp;
use crate::wire::transaction::{InputParts, OutputParts, TxParts};
use crate::wire::{Block, BlockHash, BlockHeader, Inventory, Message, OutPoint, Services, Transaction, Txid};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

pub const NETWORK: Network = Network::Regtest;
pub const START: Timestamp = Timestamp::from_secs(1_700_000_000);
pub const A: PeerId = PeerId(1);
pub const B: PeerId = PeerId(2);
pub const C: PeerId = PeerId(3);

const FULL: Services = Services::NETWORK.with(Services::WITNESS);

/// A [`BlockDownload`] and the time.
pub struct Scene {
    pub part: BlockDownload,
    pub now: Timestamp,
    /// What was reported about missing blocks.
    pub missing: Vec<Option<MissingBlocks>>,
}

impl Scene {
    /// No peer is connected.
    pub fn new() -> Self {
        Self::with_backfill(0, &[])
    }

    /// The last `depth` past blocks are needed, except for the `known` ones.
    pub fn with_backfill(depth: u32, known: &[BlockHash]) -> Self {
        let known_blocks: HashSet<_> = known.iter().copied().collect();
        let settings = Settings { network: NETWORK, backfill: depth, ..Settings::default() };
        Self { part: BlockDownload::new(&settings, known_blocks, START), ..Self::of(&settings) }
    }

    /// No peer is connected, with these settings.
    pub fn of(settings: &Settings) -> Self {
        let part = BlockDownload::new(settings, HashSet::new(), START);
        Self { part, now: START, missing: vec![] }
    }

    /// `peers` are connected, and the first one has sent the headers of `chain`.
    pub fn synced(peers: &[PeerId], chain: &[Block]) -> Self {
        let mut scene = Self::new();
        scene.sync(peers, chain);
        scene
    }

    /// Connects `peers`; the first one sends the headers of `chain`.
    pub fn sync(&mut self, peers: &[PeerId], chain: &[Block]) {
        for &peer in peers {
            self.connect(peer, chain.len());
        }
        self.timer();
        for (&peer, blocks) in peers.iter().zip([chain, &[]].into_iter().chain(std::iter::repeat(&[][..]))) {
            self.says(peer, &headers(blocks));
            self.timer();
        }
    }

    pub fn connect(&mut self, peer: PeerId, height: usize) {
        let info = PeerInfo { start_height: i32::try_from(height).unwrap(), ..info(FULL) };
        assert_eq!(self.part.connected(peer, &info, self.now), []);
    }

    pub fn disconnect(&mut self, peer: PeerId) {
        let reason = DisconnectReason::ClosedByPeer;
        assert_eq!(self.part.disconnected(peer, &reason, self.now), []);
    }

    /// The actions that follow immediately when `peer` sends something.
    pub fn says(&mut self, peer: PeerId, input: &Input) -> Vec<Action> {
        self.part.received(peer, input, self.now)
    }

    /// The actions that are due now, except for reports about missing blocks.
    pub fn timer(&mut self) -> Vec<Action> {
        let mut actions = self.part.timer(self.now);
        let missing =
            actions.extract_if(.., |action| matches!(action, Action::Emit(EventKind::MissingBlocks(_))));
        self.missing.extend(missing.filter_map(|action| match action {
            Action::Emit(EventKind::MissingBlocks(missing)) => Some(missing),
            _ => None,
        }));
        actions
    }

    pub fn wait(&mut self, duration: Duration) {
        self.now = self.now + duration;
    }
}

/// `count` blocks after the genesis block, mined at the start.
pub fn chain(count: u16) -> Vec<Block> {
    chain_at(START, count)
}

/// Like [`chain`], with another time in the headers.
pub fn chain_at(time: Timestamp, count: u16) -> Vec<Block> {
    let mut previous = genesis();
    let next = |height| {
        let block = mine(time, previous, height, vec![]);
        previous = block.hash;
        block
    };
    (1..=count).map(next).collect()
}

pub fn genesis() -> BlockHash {
    "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206".parse().unwrap()
}

/// A valid block after `previous` with these transactions after its coinbase.
pub fn mine(time: Timestamp, previous: BlockHash, height: u16, transactions: Vec<Transaction>) -> Block {
    let [low, high] = height.to_le_bytes();
    let coinbase = spend(OutPoint::NULL, vec![3, low, high, 0]);
    let header = BlockHeader {
        version: 0x2000_0000,
        previous,
        merkle_root: [0; 32],
        time: u32::try_from(time.as_secs()).unwrap(),
        bits: NETWORK.limit_bits(),
        nonce: 0,
    };
    let transactions = std::iter::once(coinbase).chain(transactions).collect();
    let mut block = Block { header, hash: BlockHash::default(), size: 0, transactions };
    block.header.merkle_root = block.merkle_root();
    while block.header.check(NETWORK).is_err() {
        block.header.nonce += 1;
    }
    block.hash = block.header.hash();
    let mut bytes = Vec::new();
    block.encode(&mut bytes);
    block.size = u32::try_from(bytes.len()).unwrap();
    block
}

/// A small transaction, different for each number.
pub fn transaction(number: u8) -> Transaction {
    spend(OutPoint { txid: Txid([number; 32]), vout: 0 }, vec![])
}

fn spend(prevout: OutPoint, script_sig: Vec<u8>) -> Transaction {
    let input = InputParts { prevout, script_sig, sequence: 0, witness: vec![] };
    let output = OutputParts { value: 1_000, script_pubkey: vec![0x51] };
    TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 }.build().unwrap()
}

pub fn headers(blocks: &[Block]) -> Input {
    Input::Headers(Ok(blocks.iter().map(|block| (block.hash, block.header)).collect()))
}

pub fn whole(block: &Block) -> Input {
    Input::Block(Arc::new(block.clone()), Ok(()))
}

pub fn inv(block: &Block) -> Input {
    Input::Inv(vec![Inventory::Block(block.hash)])
}

/// The peers that are asked for headers.
pub fn asked_for_headers(actions: &[Action]) -> Vec<PeerId> {
    let asked = |action: &Action| match action {
        Action::Send(peer, Message::GetHeaders { .. }) => Some(*peer),
        _ => None,
    };
    actions.iter().filter_map(asked).collect()
}

/// A request for one block.
pub fn get_block(peer: PeerId, block: &Block) -> Action {
    Action::Send(peer, Message::GetData(vec![Inventory::WitnessBlock(block.hash)]))
}

/// A request for one block in compact form.
pub fn get_compact(peer: PeerId, block: &Block) -> Action {
    Action::Send(peer, Message::GetData(vec![Inventory::CompactBlock(block.hash)]))
}

/// The report of a new block.
pub fn new_block(peer: PeerId, height: u32, block: &Block) -> Action {
    Action::Emit(EventKind::Block { peer, height, block: Arc::new(block.clone()) })
}

/// The report of an event of one peer.
pub fn reported(peer: PeerId, event: PeerEvent) -> Action {
    Action::Emit(EventKind::Peer(peer, event))
}

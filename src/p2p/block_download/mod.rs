//! Headers and blocks: [`BlockDownload`] follows the best chain and downloads new blocks, whole or compact,
//! and past blocks in the background.
//!
//! | file | what it decides |
//! |---|---|
//! | `header_sync` | which peer to ask for headers |
//! | `header_chain` | which chain has the most work |
//! | `new_blocks` | which blocks are new, and which are from before startup |
//! | `requests` | which peer to ask for which new block, in which form |
//! | `compact` | what a compact block lacks, and whether it is complete |
//! | `high_bandwidth`, `known_txs` | which peers send compact blocks unrequested, and what these are filled from |
//! | `backfill` | which peer to ask for which past block |
//! | `catch_up` | which blocks were mined since an earlier run |

mod backfill;
mod catch_up;
mod compact;
mod header_chain;
mod header_sync;
mod high_bandwidth;
mod known_txs;
mod new_blocks;
mod requests;
#[cfg(test)]
pub(super) mod tests;

use crate::chain::Network;
use crate::event::{
    BlockAnnouncement, BlockFault, CatchUpFrom, DisconnectReason, EventKind, Misbehaviour, MissingBlocks,
    PeerEvent, PeerId, PeerInfo,
};
use crate::p2p::action::{Action, Dial};
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::settings::Settings;
use crate::p2p::starting_point::StartingPoint;
use crate::util::time::{Timestamp, WallOffset};
use crate::wire::compact_block;
use crate::wire::message::MAX_HEADERS;
use crate::wire::{Block, BlockHash, BlockHeader, Inventory, Message, Services, Transaction};
use backfill::{Backfill, PAST_BLOCK_TIMEOUT, PastReceipt, Progress};
use catch_up::CatchUpBlocks;
use header_chain::{HeaderChain, HeadersError, NewTip};
use header_sync::{HeaderBatch, HeaderSync};
use high_bandwidth::HighBandwidth;
use known_txs::KnownTxs;
use new_blocks::NewBlocks;
use requests::{BLOCK_TIMEOUT, BlockReceipt, BlockRequest, BlockRequests, Downloaded};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// Follows the best chain by its headers and downloads its blocks: new ones immediately, past ones in the
/// background.
#[derive(Debug)]
pub struct BlockDownload {
    network: Network,
    chain: HeaderChain,
    sync: HeaderSync,
    new_blocks: NewBlocks,
    /// The heights in the peers' `version` messages, until the first sync is complete.
    start_heights: HashMap<PeerId, u32>,
    requests: BlockRequests,
    /// The missing blocks as last reported.
    missing: Option<MissingBlocks>,
    backfill: Backfill,
    catch_up: CatchUpBlocks,
    high_bandwidth: HighBandwidth,
    known_txs: KnownTxs,
}

impl BlockDownload {
    /// Starts at the network's starting point. Blocks from before `startup` are past, and those in `known`
    /// are not downloaded again.
    pub fn new(settings: &Settings, known: HashSet<BlockHash>, startup: Timestamp) -> Self {
        let Settings { network, request_timeout, .. } = *settings;
        let past_timeout = PAST_BLOCK_TIMEOUT.min(request_timeout);
        let backfill = Backfill::new(settings.backfill, known, past_timeout);
        Self {
            network,
            chain: HeaderChain::new(network, settings.start.unwrap_or_else(|| StartingPoint::of(network))),
            sync: HeaderSync::default(),
            new_blocks: NewBlocks::new(startup),
            start_heights: HashMap::new(),
            requests: BlockRequests::new(BLOCK_TIMEOUT.min(request_timeout)),
            missing: None,
            catch_up: CatchUpBlocks::new(backfill.depth()),
            backfill,
            high_bandwidth: HighBandwidth::default(),
            known_txs: KnownTxs::default(),
        }
    }

    /// Notes a transaction that is here already, for filling compact blocks.
    pub fn known(&mut self, tx: &Arc<Transaction>) {
        self.known_txs.note(tx);
    }

    /// Notes that our wall clock was corrected and is now ahead of the time line by `offset`.
    pub fn clock_corrected(&mut self, offset: WallOffset) {
        self.new_blocks.clock_corrected(offset);
    }

    /// Reports the blocks since an earlier run, the past ones in any order. Progress is emitted as
    /// [`EventKind::CatchUp`], first when the best chain is known.
    pub fn catch_up(&mut self, from: CatchUpFrom) {
        self.catch_up.request(from);
    }

    /// Handles a peer's announcement of a block by hash.
    fn inv(&mut self, peer: PeerId, list: &[Inventory], now: Timestamp) -> Vec<Action> {
        // As in Core, only the last block matters: its header leads to the others.
        let mut blocks = list.iter().filter_map(|entry| match entry {
            Inventory::Block(hash) => Some(*hash),
            _ => None,
        });
        let Some(hash) = blocks.next_back() else { return vec![] };
        self.requests.announced(peer, hash, now);
        // Request headers even if this one is known: a peer announces by hash when it does not know that we
        // have the parent, and our request shows it.
        self.sync.announced(peer, now);
        vec![announced(peer, hash, BlockAnnouncement::Inv)]
    }

    fn not_found(&mut self, peer: PeerId, list: &[Inventory], now: Timestamp) {
        for entry in list {
            if let Inventory::Block(hash) | Inventory::WitnessBlock(hash) | Inventory::CompactBlock(hash) =
                entry
            {
                self.requests.not_found(peer, *hash, now);
                self.backfill.not_found(peer, *hash);
            }
        }
    }

    /// Returns the headers before the first one that is too far ahead of our clock (Core: `time-too-new`).
    /// The peer is not blamed, as its clock may be right, and the header is accepted when it comes again
    /// later.
    fn not_too_new<'a>(
        &self,
        headers: &'a [(BlockHash, BlockHeader)],
        now: Timestamp,
    ) -> &'a [(BlockHash, BlockHeader)] {
        let latest = self.new_blocks.latest_time(now);
        let end = headers.iter().position(|(_, header)| u64::from(header.time) > latest);
        &headers[..end.unwrap_or(headers.len())]
    }

    fn headers(&mut self, peer: PeerId, headers: &[(BlockHash, BlockHeader)], now: Timestamp) -> Vec<Action> {
        let was_synced = self.sync.is_synced();
        // As in Core, whatever follows a too-new header is not requested.
        let headers = self.not_too_new(headers, now);
        let (changed, mut actions) = match self.add_headers(peer, headers, now) {
            Ok(Some(actions)) => (Ok(true), actions),
            Ok(None) => (Ok(false), vec![]),
            Err(error) => (Err(error), vec![]),
        };
        let batch = match changed {
            Ok(_) if headers.len() == MAX_HEADERS => HeaderBatch::Full,
            Ok(_) => HeaderBatch::Last,
            Err(HeadersError::Unconnecting) => HeaderBatch::Unconnecting,
            Err(HeadersError::Invalid(fault)) => return punish(peer, fault),
        };
        let reached = headers.last().filter(|_| batch == HeaderBatch::Full);
        self.sync.reach(peer, reached.map(|&(hash, _)| hash));
        let was_requested = self.sync.received(peer, batch, now);
        if was_requested {
            self.high_bandwidth.headers_received(peer);
        }
        if changed == Ok(true) || !was_synced {
            actions.extend(self.tip());
        }
        if !was_synced && self.sync.is_synced() {
            self.start_backfill();
        }
        for &(hash, _) in headers {
            self.requests.announced(peer, hash, now);
        }
        if let Some(&(hash, _)) = headers.last().filter(|_| !was_requested) {
            actions.push(announced(peer, hash, BlockAnnouncement::Headers));
        }
        actions
    }

    /// Adds headers to the chain, and acts on a change of the best chain.
    fn add_headers(
        &mut self,
        peer: PeerId,
        headers: &[(BlockHash, BlockHeader)],
        now: Timestamp,
    ) -> Result<Option<Vec<Action>>, HeadersError> {
        let Some(NewTip { connected, disconnected }) = self.chain.add(headers)? else { return Ok(None) };
        let is_synced = self.sync.is_synced();
        let start_height = self.start_heights.get(&peer).filter(|_| !is_synced).copied();
        let (past, new) = self.new_blocks.split(&connected, start_height);
        let is_active = |hash| self.chain.is_active(hash);
        self.catch_up.changed(past, new, is_active, &mut self.backfill);
        let needed = new.iter().map(|block| (block.height, block.hash));
        for hash in self.requests.need(needed, is_active, now) {
            self.catch_up.given_up(hash);
        }
        // The peer has the whole branch, and after a reorg it may be the only one.
        for block in new {
            self.requests.announced(peer, block.hash, now);
        }
        let mut actions = Vec::new();
        if is_synced {
            self.high_bandwidth.announced_first(peer);
            if !disconnected.is_empty() {
                self.backfill.retain_active(|hash| self.chain.is_active(hash));
                let disconnected = self.chain.tip().map(|tip| (tip, disconnected));
                actions.extend(
                    disconnected
                        .map(|(tip, blocks)| Action::Emit(EventKind::BlocksDisconnected { blocks, tip })),
                );
            }
            self.backfill.need(past.iter().map(|block| (block.height, block.hash)));
        }
        Ok(Some(actions))
    }

    /// Starts the backfill, now that the best chain shows which blocks are past.
    fn start_backfill(&mut self) {
        self.start_heights = HashMap::new();
        let newest = self.chain.newest().filter(|(height, _)| self.new_blocks.is_past(*height));
        let mut past: Vec<_> = newest.take(self.backfill.depth()).collect();
        past.reverse();
        self.backfill.need(past);
    }

    /// Reports the tip, but not during the first sync, when it may be far from final.
    fn tip(&self) -> Option<Action> {
        let tip = self.chain.tip().filter(|_| self.sync.is_synced())?;
        Some(Action::Emit(EventKind::Tip(tip)))
    }

    fn block(&mut self, peer: PeerId, block: &Arc<Block>, now: Timestamp) -> Vec<Action> {
        match self.requests.received(peer, Arc::clone(block)) {
            BlockReceipt::Accepted | BlockReceipt::Late => return vec![],
            BlockReceipt::Unrequested => {}
        }
        match self.backfill.received(peer, block.hash, now) {
            PastReceipt::Accepted { height } => {
                self.catch_up.reported(block.hash);
                let block = Arc::clone(block);
                vec![Action::Emit(EventKind::PastBlock { peer, height, block })]
            }
            PastReceipt::Late => vec![],
            PastReceipt::Unrequested => unrequested(peer),
        }
    }
}

impl Part for BlockDownload {
    fn dialling(&mut self, dial: &Dial, _: Timestamp) -> Vec<Action> {
        self.new_blocks.dialling(dial.peer, &dial.address.host);
        vec![]
    }

    fn connected(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> Vec<Action> {
        self.sync.connected(peer, now);
        self.new_blocks.peer_clock(peer, info.clock_offset);
        if !self.sync.is_synced()
            && let Ok(height) = u32::try_from(info.start_height)
        {
            self.start_heights.insert(peer, height);
        }
        let serves_blocks =
            info.services.has(Services::NETWORK) || info.services.has(Services::NETWORK_LIMITED);
        if info.services.has(Services::WITNESS) && serves_blocks {
            self.requests.connected(peer);
        }
        self.backfill.connected(peer, info.services);
        vec![]
    }

    fn received(&mut self, peer: PeerId, input: &Input, now: Timestamp) -> Vec<Action> {
        match input {
            Input::Inv(list) => return self.inv(peer, list, now),
            Input::Receiving => {
                self.requests.receiving(peer, now);
                self.backfill.receiving(peer, now);
            }
            Input::NotFound(list) => self.not_found(peer, list, now),
            Input::Tx(tx, Ok(())) => self.known_txs.note(tx),
            Input::Headers(Ok(headers)) => return self.headers(peer, headers, now),
            Input::Block(block, Ok(())) => return self.block(peer, block, now),
            Input::SendCmpct => {
                self.high_bandwidth.sends_compact(peer);
                self.requests.sends_compact(peer);
            }
            Input::CompactBlock(compact, Ok(hash)) => return self.compact_block(peer, compact, *hash, now),
            Input::BlockTxn(answer) => return self.block_txn(peer, answer),
            Input::Headers(Err(error)) | Input::Block(_, Err(error)) | Input::CompactBlock(_, Err(error)) => {
                return punish(peer, *error);
            }
            Input::Tx(_, Err(_)) | Input::Addresses(_) | Input::FeeFilter(_) | Input::Pong(_) => {}
        }
        vec![]
    }

    fn disconnected(&mut self, peer: PeerId, _: &DisconnectReason, _: Timestamp) -> Vec<Action> {
        self.sync.disconnected(peer);
        self.new_blocks.disconnected(peer);
        self.start_heights.remove(&peer);
        self.requests.disconnected(peer);
        self.backfill.disconnected(peer);
        self.high_bandwidth.disconnected(peer);
        vec![]
    }

    fn slept(&mut self, time: Duration, _: Timestamp) {
        self.sync.slept(time);
        self.requests.slept(time);
        self.backfill.slept(time);
    }

    /// Passes on arrived blocks, and requests headers and blocks.
    fn timer(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        while let Some(Downloaded { peer, height, block }) = self.requests.take_next() {
            self.catch_up.reported(block.hash);
            self.new_blocks.handed_on(height);
            actions.push(Action::Emit(EventKind::Block { peer, height, block }));
        }
        let missing = self.requests.missing(now);
        if std::mem::replace(&mut self.missing, missing) != missing {
            actions.push(Action::Emit(EventKind::MissingBlocks(missing)));
        }
        for peer in self.sync.requests(now) {
            let reached = self.sync.reached(peer).filter(|hash| !self.chain.is_active(*hash));
            let locator = reached.into_iter().chain(self.chain.locator()).collect();
            actions.push(Action::Send(peer, Message::GetHeaders { locator, stop: BlockHash::default() }));
        }
        for BlockRequest { peer, hash, compact } in self.requests.requests(now) {
            let form = if compact { Inventory::CompactBlock } else { Inventory::WitnessBlock };
            actions.push(Action::Send(peer, Message::GetData(vec![form(hash)])));
        }
        if self.sync.is_synced() {
            self.catch_up.start(&self.chain, |hash| self.requests.is_needed(hash), &mut self.backfill);
        }
        let tip = self.chain.tip().map_or(0, |tip| tip.height);
        for (peer, hash) in self.backfill.requests(now, tip, self.requests.is_busy(now)) {
            actions.push(Action::Send(peer, Message::GetData(vec![Inventory::WitnessBlock(hash)])));
        }
        if let Some(Progress { fetched, requested, given_up }) = self.backfill.report(now) {
            actions.push(Action::Emit(EventKind::Backfill { fetched, requested, given_up }));
        }
        for hash in self.backfill.take_given_up() {
            self.catch_up.given_up(hash);
        }
        actions.extend(self.catch_up.report().map(|progress| Action::Emit(EventKind::CatchUp(progress))));
        for (peer, announce) in self.high_bandwidth.changes() {
            let version = compact_block::VERSION;
            actions.push(Action::Send(peer, Message::SendCmpct { announce, version }));
        }
        actions
    }

    fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let deadlines = [self.sync.deadline(now), self.requests.deadline(now), self.backfill.deadline()];
        deadlines.into_iter().flatten().min()
    }
}

fn announced(peer: PeerId, hash: BlockHash, by: BlockAnnouncement) -> Action {
    Action::Emit(EventKind::Peer(peer, PeerEvent::BlockAnnounced { hash, by }))
}

fn unrequested(peer: PeerId) -> Vec<Action> {
    let event = PeerEvent::Tolerated(Misbehaviour::UnrequestedBlock);
    vec![Action::Emit(EventKind::Peer(peer, event))]
}

fn punish(peer: PeerId, fault: impl Into<BlockFault>) -> Vec<Action> {
    let reason = DisconnectReason::Misbehaved(Misbehaviour::InvalidBlock(fault.into()));
    vec![Action::Disconnect(peer, reason)]
}

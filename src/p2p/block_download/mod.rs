//! Headers in, the best chain out; its new blocks and some past ones downloaded.
//!
//! | module | what it decides |
//! |---|---|
//! | `header_sync`, `header_chain` | which peers to ask for headers; which chain has the most work |
//! | `starting_point` | where the chain of headers begins |
//! | `block_requests` | which peer to request a new block from, whole or compact |
//! | `backfill` | which peer to request a past block from, when nothing is more urgent |
//! | `high_bandwidth`, `held` | who sends compact blocks unasked; what they are filled with |

mod backfill;
mod block_requests;
mod header_chain;
mod header_sync;
mod held;
mod high_bandwidth;
mod starting_point;

use crate::chain::Network;
use crate::chain::limits::MAX_FUTURE_BLOCK_TIME;
use crate::event::{
    BlockAnnouncement, BlockFault, DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId, PeerInfo,
    Tip,
};
use crate::p2p::action::Action;
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::settings::Settings;
use crate::util::time::Timestamp;
use crate::wire::block::BlockError;
use crate::wire::compact_block::{self, PartialBlock, ReconstructionError};
use crate::wire::message::MAX_HEADERS;
use crate::wire::{
    Block, BlockHash, BlockHeader, BlockTransactions, CompactBlock, Inventory, Message, Services, Transaction,
};
use backfill::{Backfill, PAST_BLOCK_TIMEOUT, PastReceipt, Progress};
use block_requests::{BLOCK_TIMEOUT, BlockReceipt, BlockRequest, BlockRequests, Fetched};
use header_chain::{HeaderChain, HeadersError, NewTip};
use header_sync::{HeaderSync, Outcome};
use held::Held;
use high_bandwidth::HighBandwidth;
use starting_point::StartingPoint;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Decides which headers and blocks to request from which peers.
#[derive(Debug)]
pub struct BlockDownload {
    network: Network,
    header_chain: HeaderChain,
    header_sync: HeaderSync,
    block_requests: BlockRequests,
    backfill: Backfill,
    /// How many past blocks are wanted.
    backfill_depth: usize,
    high_bandwidth: HighBandwidth,
    held: Held,
    /// The height at which each peer was in its handshake.
    start_heights: HashMap<PeerId, i32>,
    /// Blocks with an earlier time are past ones, in s since the UNIX epoch, even if the first peer that
    /// we met did not know them.
    new_since: u32,
    /// The lowest height of a block that was requested as a new one.
    first_new: Option<u32>,
}

impl BlockDownload {
    /// Starts at `now`. Past blocks that are in `known` are not downloaded.
    pub fn new(settings: &Settings, known: HashSet<BlockHash>, now: Timestamp) -> Self {
        let network = settings.network;
        let past_timeout = PAST_BLOCK_TIMEOUT.min(settings.request_timeout);
        Self {
            network,
            header_chain: HeaderChain::new(network, StartingPoint::of(network)),
            header_sync: HeaderSync::default(),
            block_requests: BlockRequests::new(BLOCK_TIMEOUT.min(settings.request_timeout)),
            backfill: Backfill::new(settings.backfill, known, past_timeout),
            backfill_depth: usize::try_from(settings.backfill).unwrap_or(0),
            high_bandwidth: HighBandwidth::default(),
            held: Held::new(),
            start_heights: HashMap::new(),
            new_since: u32::try_from((now - MAX_FUTURE_BLOCK_TIME).as_secs()).unwrap_or(u32::MAX),
            first_new: None,
        }
    }

    fn block_announced(&mut self, peer: PeerId, hash: BlockHash, now: Timestamp) -> Vec<Action> {
        self.block_requests.announced(peer, hash);
        // Even if the header is known: a peer falls back to `inv` when it does not know that we have the
        // block before, and the request shows it.
        self.header_sync.announced(peer, now);
        vec![emit(peer, PeerEvent::BlockAnnounced { hash, by: BlockAnnouncement::Inv })]
    }

    fn headers(
        &mut self,
        peer: PeerId,
        headers: &Result<Vec<(BlockHash, BlockHeader)>, BlockError>,
        now: Timestamp,
    ) -> Vec<Action> {
        let headers = match headers {
            Ok(headers) => headers,
            Err(error) => return vec![invalid_block(peer, (*error).into())],
        };
        let was_synced = self.header_sync.is_synced();
        let (added, mut actions) = match self.add_headers(peer, headers) {
            Ok(actions) => (Ok(actions.is_some()), actions.unwrap_or_default()),
            Err(error) => (Err(error), vec![]),
        };
        let outcome = match added {
            Ok(_) if headers.len() == MAX_HEADERS => Outcome::Full,
            Ok(_) => Outcome::All,
            Err(HeadersError::Unlinked) => Outcome::Unlinked,
            Err(HeadersError::Invalid(fault)) => return vec![invalid_block(peer, fault)],
        };
        let was_asked = self.header_sync.received(peer, outcome, now);
        if was_asked {
            self.high_bandwidth.is_primed(peer);
        }
        if added == Ok(true) || !was_synced {
            actions.extend(self.tip());
        }
        if !was_synced && self.header_sync.is_synced() {
            self.want_past_blocks();
        }
        for &(hash, _) in headers {
            self.block_requests.announced(peer, hash);
        }
        if let Some(&(hash, _)) = headers.last().filter(|_| !was_asked) {
            actions.push(emit(peer, PeerEvent::BlockAnnounced { hash, by: BlockAnnouncement::Headers }));
        }
        actions
    }

    /// Adds headers to the known ones. Returns what follows from a new best chain, or `None` if it is the
    /// same as before.
    fn add_headers(
        &mut self,
        peer: PeerId,
        headers: &[(BlockHash, BlockHeader)],
    ) -> Result<Option<Vec<Action>>, HeadersError> {
        let Some(new_tip) = self.header_chain.add(headers)? else { return Ok(None) };
        let history = self.history(peer);
        let NewTip { connected, disconnected } = new_tip;
        // What follows a new block, or takes its place, is new, however old it claims to be.
        let is_new = |block: &Tip| {
            let is_recent = block.time >= self.new_since && history.is_none_or(|end| block.height > end);
            is_recent || self.first_new.is_some_and(|first| block.height >= first)
        };
        let named = |block: &Tip| (block.height, block.hash);
        let (past, new) = connected.split_at(connected.iter().position(is_new).unwrap_or(connected.len()));
        let lowest = new.first().map(|block| block.height);
        self.first_new = self.first_new.into_iter().chain(lowest).min();
        self.block_requests.want(new.iter().map(named), |hash| self.header_chain.is_active(hash));
        let mut actions = Vec::new();
        if self.header_sync.is_synced() {
            self.high_bandwidth.was_first(peer);
            if !disconnected.is_empty() {
                self.backfill.keep(|hash| self.header_chain.is_active(hash));
                actions.push(Action::Emit(EventKind::BlocksDisconnected { blocks: disconnected }));
            }
            self.backfill.want(past.iter().map(named));
        }
        Ok(Some(actions))
    }

    /// Up to which height a header from this peer is history, whatever its time: during the first sync,
    /// up to where the peer was in the handshake. What was mined since is new.
    fn history(&self, peer: PeerId) -> Option<u32> {
        let height = self.start_heights.get(&peer).filter(|_| !self.header_sync.is_synced())?;
        u32::try_from(*height).ok()
    }

    /// Reports the tip of the best chain, unless it may still be far behind.
    fn tip(&self) -> Option<Action> {
        let tip = self.header_chain.tip().filter(|_| self.header_sync.is_synced())?;
        Some(Action::Emit(EventKind::Tip(tip)))
    }

    /// The best chain is known now: what came before the new blocks may be downloaded.
    fn want_past_blocks(&mut self) {
        // The first block of a chain pays nobody.
        let is_past = |height: u32| height > 0 && self.first_new.is_none_or(|first| height < first);
        let newest = self.header_chain.newest().filter(|(height, _)| is_past(*height));
        let mut past: Vec<_> = newest.take(self.backfill_depth).collect();
        past.reverse();
        self.backfill.want(past);
    }

    fn block(
        &mut self,
        peer: PeerId,
        block: &Arc<Block>,
        verdict: &Result<(), BlockError>,
        now: Timestamp,
    ) -> Vec<Action> {
        if let Err(error) = verdict {
            return vec![invalid_block(peer, (*error).into())];
        }
        match self.block_requests.received(peer, Arc::clone(block)) {
            BlockReceipt::Taken | BlockReceipt::Late => vec![],
            BlockReceipt::NotAsked => self.past_block(peer, block, now),
        }
    }

    fn past_block(&mut self, peer: PeerId, block: &Arc<Block>, now: Timestamp) -> Vec<Action> {
        match self.backfill.received(peer, block.hash, now) {
            PastReceipt::Taken { height } => {
                vec![Action::Emit(EventKind::PastBlock { peer, height, block: Arc::clone(block) })]
            }
            PastReceipt::Late => vec![],
            PastReceipt::NotAsked => vec![unrequested_block(peer)],
        }
    }

    fn compact_block(
        &mut self,
        peer: PeerId,
        compact: &CompactBlock,
        hash: &Result<BlockHash, BlockError>,
        now: Timestamp,
    ) -> Vec<Action> {
        let hash = match hash {
            Ok(hash) => *hash,
            Err(error) => return vec![invalid_block(peer, (*error).into())],
        };
        let was_asked = self.block_requests.was_asked(peer, hash);
        let mut actions = Vec::new();
        let mut is_unlinked = false;
        match self.add_headers(peer, &[(hash, compact.header)]) {
            Ok(Some(more)) => actions.extend(more.into_iter().chain(self.tip())),
            Ok(None) => {}
            Err(HeadersError::Unlinked) => is_unlinked = true,
            Err(HeadersError::Invalid(fault)) => return vec![invalid_block(peer, fault)],
        }
        if !was_asked {
            self.block_requests.announced(peer, hash);
            actions.push(emit(peer, PeerEvent::BlockAnnounced { hash, by: BlockAnnouncement::Compact }));
        }
        if is_unlinked {
            self.header_sync.announced(peer, now);
        }
        if self.block_requests.compact_arrived(peer, hash) {
            actions.extend(self.fill(peer, compact, now));
        }
        actions
    }

    /// The transactions that were missing in a compact block arrived.
    fn block_transactions(&mut self, peer: PeerId, answer: &BlockTransactions) -> Vec<Action> {
        match self.block_requests.take_partial(peer, answer.hash) {
            Some(partial) => self.complete(peer, partial, answer.transactions.clone()),
            None if self.block_requests.was_asked(peer, answer.hash) => vec![],
            None => vec![unrequested_block(peer)],
        }
    }

    fn fill(&mut self, peer: PeerId, compact: &CompactBlock, now: Timestamp) -> Vec<Action> {
        let get = |wtxid| self.held.get(wtxid).map(|tx| Transaction::clone(&tx));
        let Ok(partial) = PartialBlock::new(compact, self.held.names(), get) else {
            self.block_requests.compact_failed(peer, compact.header.hash());
            return vec![];
        };
        match partial.request() {
            None => self.complete(peer, partial, vec![]),
            Some(request) if self.block_requests.ask_for_rest(peer, partial, now) => {
                vec![Action::Send(peer, Message::GetBlockTxn(request))]
            }
            Some(_) => vec![],
        }
    }

    fn complete(&mut self, peer: PeerId, partial: PartialBlock, missing: Vec<Transaction>) -> Vec<Action> {
        let hash = partial.hash();
        match partial.complete(missing) {
            Ok(block) if block.check(self.network).is_ok() => {
                self.block_requests.rebuilt(peer, Arc::new(block));
            }
            Err(error @ ReconstructionError::WrongCount { .. }) => {
                return vec![invalid_block(peer, error.into())];
            }
            // A short id may stand for two transactions, so this proves nothing.
            Ok(_) | Err(ReconstructionError::Collision) => self.block_requests.compact_failed(peer, hash),
        }
        vec![]
    }

    fn not_found(&mut self, peer: PeerId, list: &[Inventory]) {
        for entry in list {
            if let Inventory::Block(hash) | Inventory::WitnessBlock(hash) | Inventory::CompactBlock(hash) =
                entry
            {
                self.block_requests.not_found(peer, *hash);
                self.backfill.not_found(peer, *hash);
            }
        }
    }

    /// Requests past blocks if nothing is more urgent, and reports the progress.
    fn download_past_blocks(&mut self, now: Timestamp) -> Vec<Action> {
        let tip = self.header_chain.tip().map_or(0, |tip| tip.height);
        let requests = self.backfill.requests(now, tip, self.block_requests.is_busy());
        let request =
            |(peer, hash)| Action::Send(peer, Message::GetData(vec![Inventory::WitnessBlock(hash)]));
        let mut actions: Vec<_> = requests.into_iter().map(request).collect();
        if let Some(Progress { fetched, wanted, given_up }) = self.backfill.report(now) {
            actions.push(Action::Emit(EventKind::Backfill { fetched, requested: wanted, given_up }));
        }
        actions
    }
}

impl Part for BlockDownload {
    fn connected(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> Vec<Action> {
        self.start_heights.insert(peer, info.start_height);
        self.header_sync.connected(peer, now);
        if info.services.has(Services::WITNESS)
            && (info.services.has(Services::NETWORK) || info.services.has(Services::NETWORK_LIMITED))
        {
            self.block_requests.connected(peer);
        }
        self.backfill.connected(peer, info.services);
        vec![]
    }

    fn received(&mut self, peer: PeerId, input: &Input, now: Timestamp) -> Vec<Action> {
        match input {
            Input::Inv(list) => {
                // As in Core, only the last block counts: the headers lead to the others.
                let mut blocks = list.iter().rev().filter_map(|entry| match entry {
                    Inventory::Block(hash) => Some(*hash),
                    _ => None,
                });
                blocks.next().map_or(vec![], |hash| self.block_announced(peer, hash, now))
            }
            Input::NotFound(list) => {
                self.not_found(peer, list);
                vec![]
            }
            Input::Tx(tx, Ok(())) => {
                self.held.note(tx);
                vec![]
            }
            Input::Headers(headers) => self.headers(peer, headers, now),
            Input::SendCmpct => {
                self.high_bandwidth.is_capable(peer);
                self.block_requests.sends_compact(peer);
                vec![]
            }
            Input::CompactBlock(compact, hash) => self.compact_block(peer, compact, hash, now),
            Input::BlockTxn(answer) => self.block_transactions(peer, answer),
            Input::Block(block, verdict) => self.block(peer, block, verdict, now),
            Input::Tx(_, Err(_)) | Input::Addresses(_) | Input::FeeFilter(_) => vec![],
        }
    }

    fn disconnected(&mut self, peer: PeerId, _: &DisconnectReason, _: Timestamp) -> Vec<Action> {
        self.start_heights.remove(&peer);
        self.header_sync.disconnected(peer);
        self.block_requests.disconnected(peer);
        self.backfill.disconnected(peer);
        self.high_bandwidth.disconnected(peer);
        vec![]
    }

    fn timer(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        while let Some(Fetched { peer, height, block }) = self.block_requests.take_next() {
            actions.push(Action::Emit(EventKind::Block { peer, height, block }));
        }
        for peer in self.header_sync.requests(now) {
            let locator = self.header_chain.locator();
            actions.push(Action::Send(peer, Message::GetHeaders { locator, stop: BlockHash::default() }));
        }
        for BlockRequest { peer, hash, compact } in self.block_requests.requests(now) {
            let form = if compact { Inventory::CompactBlock } else { Inventory::WitnessBlock };
            actions.push(Action::Send(peer, Message::GetData(vec![form(hash)])));
        }
        actions.extend(self.download_past_blocks(now));
        for (peer, announce) in self.high_bandwidth.changes() {
            let message = Message::SendCmpct { announce, version: compact_block::VERSION };
            actions.push(Action::Send(peer, message));
        }
        actions
    }

    fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let deadlines =
            [self.header_sync.deadline(now), self.block_requests.deadline(), self.backfill.deadline()];
        deadlines.into_iter().flatten().min()
    }
}

fn emit(peer: PeerId, event: PeerEvent) -> Action {
    Action::Emit(EventKind::Peer(peer, event))
}

fn unrequested_block(peer: PeerId) -> Action {
    emit(peer, PeerEvent::Tolerated(Misbehaviour::UnrequestedBlock))
}

fn invalid_block(peer: PeerId, fault: BlockFault) -> Action {
    Action::Disconnect(peer, DisconnectReason::Misbehaved(Misbehaviour::InvalidBlock(fault)))
}

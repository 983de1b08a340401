//! Headers in, the best chain out; the new blocks of it fetched.

use crate::event::{BlockAnnouncement, DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId, Tip};
use crate::p2p::block_download::block_requests::{BlockReceipt, BlockRequest, Fetched};
use crate::p2p::block_download::header_chain::{HeadersError, NewTip};
use crate::p2p::block_download::header_sync::Outcome;
use crate::p2p::manager::PeerManager;
use crate::util::time::Timestamp;
use crate::wire::block::BlockError;
use crate::wire::compact_block;
use crate::wire::message::MAX_HEADERS;
use crate::wire::{Block, BlockHash, BlockHeader, Inventory, Message};
use std::sync::Arc;

impl PeerManager {
    /// `id` announced a block by its name.
    pub(crate) fn block_announced(&mut self, now: Timestamp, id: PeerId, hash: BlockHash) {
        self.tell_peer(now, id, PeerEvent::BlockAnnounced { hash, by: BlockAnnouncement::Inv });
        self.block_requests.announced(id, hash);
        // Even if the header is known: a peer falls back on names when it does not know that we have
        // the block before, and the request tells it.
        self.header_sync.announced(id, now);
    }

    pub(crate) fn headers(
        &mut self,
        now: Timestamp,
        id: PeerId,
        headers: Result<Vec<(BlockHash, BlockHeader)>, BlockError>,
    ) {
        let headers = match headers {
            Ok(headers) => headers,
            Err(error) => return self.punish(id, Misbehaviour::InvalidBlock(error.into())),
        };
        let was_synced = self.header_sync.is_synced();
        let added = self.take_headers(now, id, &headers);
        let outcome = match added {
            Ok(_) if headers.len() == MAX_HEADERS => Outcome::Full,
            Ok(_) => Outcome::All,
            Err(HeadersError::Unlinked) => Outcome::Unlinked,
            Err(HeadersError::Invalid(fault)) => return self.punish(id, Misbehaviour::InvalidBlock(fault)),
        };
        let was_asked = self.header_sync.received(id, outcome, now);
        if was_asked {
            self.high_bandwidth.is_primed(id);
        }
        if added == Ok(true) || !was_synced {
            self.tell_tip(now);
        }
        if !was_synced && self.header_sync.is_synced() {
            self.want_past_blocks();
        }
        for &(hash, _) in &headers {
            self.block_requests.announced(id, hash);
        }
        if let Some(&(hash, _)) = headers.last().filter(|_| !was_asked) {
            let by = BlockAnnouncement::Headers;
            self.tell_peer(now, id, PeerEvent::BlockAnnounced { hash, by });
        }
    }

    /// Adds headers to those that we know, and tells which blocks left the best chain, if the old one
    /// was told. Whether the best chain is another now.
    pub(crate) fn take_headers(
        &mut self,
        now: Timestamp,
        id: PeerId,
        headers: &[(BlockHash, BlockHeader)],
    ) -> Result<bool, HeadersError> {
        let Some(new_tip) = self.header_chain.add(headers)? else { return Ok(false) };
        let history = self.history(id);
        let NewTip { connected, disconnected } = new_tip;
        // What follows on news, or takes its place, is news, however old it claims to be.
        let is_news = |block: &Tip| {
            let is_new = block.time >= self.news_since && history.is_none_or(|end| block.height > end);
            is_new || self.first_news.is_some_and(|first| block.height >= first)
        };
        let named = |block: &Tip| (block.height, block.hash);
        let (past, news) = connected.split_at(connected.iter().position(is_news).unwrap_or(connected.len()));
        let lowest = news.first().map(|block| block.height);
        self.first_news = self.first_news.into_iter().chain(lowest).min();
        self.block_requests.want(news.iter().map(named), |hash| self.header_chain.is_active(hash));
        if self.header_sync.is_synced() {
            self.high_bandwidth.was_first(id);
            if !disconnected.is_empty() {
                self.backfill.keep(|hash| self.header_chain.is_active(hash));
                self.tell(now, EventKind::BlocksDisconnected { blocks: disconnected });
            }
            self.backfill.want(past.iter().map(named));
        }
        Ok(true)
    }

    /// Up to which height a new header from this peer is history, whatever its time: at first, up to
    /// where the peer was in the handshake. What was mined since is news.
    fn history(&self, id: PeerId) -> Option<u32> {
        let info = self.peers.get(&id)?.info.as_ref().filter(|_| !self.header_sync.is_synced())?;
        u32::try_from(info.start_height).ok()
    }

    /// Tells the end of the best chain, unless it may still be far from the end.
    pub(crate) fn tell_tip(&mut self, now: Timestamp) {
        if self.header_sync.is_synced()
            && let Some(tip) = self.header_chain.tip()
        {
            self.tell(now, EventKind::Tip(tip));
        }
    }

    pub(crate) fn block(
        &mut self,
        now: Timestamp,
        id: PeerId,
        block: Arc<Block>,
        verdict: Result<(), BlockError>,
    ) {
        if let Err(error) = verdict {
            return self.punish(id, Misbehaviour::InvalidBlock(error.into()));
        }
        match self.block_requests.received(id, Arc::clone(&block)) {
            BlockReceipt::Taken | BlockReceipt::Late => {}
            BlockReceipt::NotAsked => self.past_block(now, id, block),
        }
    }

    /// Hands on the blocks that are here, and asks for headers and blocks.
    pub(crate) fn advance_chain(&mut self, now: Timestamp) {
        while let Some(Fetched { peer, height, block }) = self.block_requests.take_next() {
            self.tell(now, EventKind::Block { peer, height, block });
        }
        for id in self.header_sync.requests(now) {
            let locator = self.header_chain.locator();
            self.send(id, Message::GetHeaders { locator, stop: BlockHash::default() });
        }
        for BlockRequest { peer, hash, compact } in self.block_requests.requests(now) {
            let form = if compact { Inventory::CompactBlock } else { Inventory::WitnessBlock };
            self.send(peer, Message::GetData(vec![form(hash)]));
        }
        self.fetch_past_blocks(now);
        for (id, announce) in self.high_bandwidth.changes() {
            self.send(id, Message::SendCmpct { announce, version: compact_block::VERSION });
        }
    }

    pub(crate) fn punish(&mut self, id: PeerId, what: Misbehaviour) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.handle.close(DisconnectReason::Misbehaved(what));
        }
    }
}

//! Compact blocks in, blocks out: filled with what is held, and with what the sender adds.

use crate::event::{BlockAnnouncement, Misbehaviour, PeerEvent, PeerId};
use crate::p2p::block_download::header_chain::HeadersError;
use crate::p2p::manager::PeerManager;
use crate::util::time::Timestamp;
use crate::wire::block::BlockError;
use crate::wire::compact_block::{PartialBlock, ReconstructionError};
use crate::wire::{BlockHash, BlockTransactions, CompactBlock, Message, Transaction};
use std::sync::Arc;

impl PeerManager {
    /// `id` says that it sends compact blocks.
    pub(crate) fn sends_compact(&mut self, id: PeerId) {
        self.high_bandwidth.is_capable(id);
        self.block_requests.sends_compact(id);
    }

    /// A compact block came. `hash` is its name, if its header has the work that it claims.
    pub(crate) fn compact_block(
        &mut self,
        now: Timestamp,
        id: PeerId,
        compact: &CompactBlock,
        hash: Result<BlockHash, BlockError>,
    ) {
        let hash = match hash {
            Ok(hash) => hash,
            Err(error) => return self.punish(id, Misbehaviour::InvalidBlock(error.into())),
        };
        let was_asked = self.block_requests.was_asked(id, hash);
        let added = self.take_headers(now, id, &[(hash, compact.header)]);
        if let Err(HeadersError::Invalid(fault)) = added {
            return self.punish(id, Misbehaviour::InvalidBlock(fault));
        }
        if added == Ok(true) {
            self.tell_tip(now);
        }
        if !was_asked {
            self.block_requests.announced(id, hash);
            self.tell_peer(now, id, PeerEvent::BlockAnnounced { hash, by: BlockAnnouncement::Compact });
        }
        if added == Err(HeadersError::Unlinked) {
            self.header_sync.announced(id, now);
        }
        if self.block_requests.compact_arrived(id, hash) {
            self.fill(now, id, compact);
        }
    }

    /// What was missing in a compact block came.
    pub(crate) fn block_transactions(&mut self, now: Timestamp, id: PeerId, answer: BlockTransactions) {
        match self.block_requests.take_partial(id, answer.hash) {
            Some(partial) => self.complete(id, partial, answer.transactions),
            None if self.block_requests.was_asked(id, answer.hash) => {}
            None => self.tell_peer(now, id, PeerEvent::Tolerated(Misbehaviour::UnrequestedBlock)),
        }
    }

    fn fill(&mut self, now: Timestamp, id: PeerId, compact: &CompactBlock) {
        let get = |wtxid| self.held.get(wtxid).map(|tx| Transaction::clone(&tx));
        let Ok(partial) = PartialBlock::new(compact, self.held.names(), get) else {
            return self.block_requests.compact_failed(id, compact.header.hash());
        };
        match partial.request() {
            None => self.complete(id, partial, vec![]),
            Some(request) => {
                if self.block_requests.ask_for_rest(id, partial, now) {
                    self.send(id, Message::GetBlockTxn(request));
                }
            }
        }
    }

    fn complete(&mut self, id: PeerId, partial: PartialBlock, missing: Vec<Transaction>) {
        let hash = partial.hash();
        match partial.complete(missing) {
            Ok(block) if block.check(self.settings.network).is_ok() => {
                self.block_requests.rebuilt(id, Arc::new(block));
            }
            Err(error @ ReconstructionError::WrongCount { .. }) => {
                self.punish(id, Misbehaviour::InvalidBlock(error.into()));
            }
            // A short name may stand for two transactions, so this proves nothing.
            Ok(_) | Err(ReconstructionError::Collision) => self.block_requests.compact_failed(id, hash),
        }
    }
}

//! Compact blocks as they arrive: filled from known transactions, and the rest requested.

use super::header_chain::HeadersError;
use super::{BlockDownload, announced, punish, unrequested};
use crate::event::{BlockAnnouncement, PeerId};
use crate::p2p::action::Action;
use crate::util::time::Timestamp;
use crate::wire::compact_block::{PartialBlock, ReconstructionError};
use crate::wire::{BlockHash, BlockTransactions, CompactBlock, Message, Transaction};
use std::sync::Arc;

impl BlockDownload {
    pub(super) fn compact_block(
        &mut self,
        peer: PeerId,
        compact: &CompactBlock,
        hash: BlockHash,
        now: Timestamp,
    ) -> Vec<Action> {
        if self.not_too_new(&[(hash, compact.header)], now).is_empty() {
            return vec![];
        }
        let was_requested = self.requests.was_requested(peer, hash);
        let mut actions = match self.add_headers(peer, &[(hash, compact.header)], now) {
            Ok(Some(mut actions)) => {
                actions.extend(self.tip());
                actions
            }
            Ok(None) => vec![],
            Err(HeadersError::Unconnecting) => {
                self.sync.announced(peer, now);
                vec![]
            }
            Err(HeadersError::Invalid(fault)) => return punish(peer, fault),
        };
        // An answer also shows that the peer has the block.
        self.requests.announced(peer, hash, now);
        if !was_requested {
            actions.push(announced(peer, hash, BlockAnnouncement::Compact));
        }
        if self.requests.compact_arrived(peer, hash) {
            actions.extend(self.fill(peer, compact, now));
        }
        actions
    }

    /// Fills a compact block with known transactions, and requests those that are missing.
    fn fill(&mut self, peer: PeerId, compact: &CompactBlock, now: Timestamp) -> Vec<Action> {
        let get = |wtxid| self.known_txs.get(wtxid).map(|tx| Transaction::clone(&tx));
        let Ok(partial) = PartialBlock::new(compact, self.known_txs.wtxids(), get) else {
            self.requests.reconstruction_failed(peer, compact.header.hash());
            return vec![];
        };
        match partial.request() {
            None => self.complete(peer, partial, vec![]),
            Some(request) if self.requests.request_missing(peer, partial, now) => {
                vec![Action::Send(peer, Message::GetBlockTxn(request))]
            }
            Some(_) => vec![],
        }
    }

    pub(super) fn block_txn(&mut self, peer: PeerId, answer: &BlockTransactions) -> Vec<Action> {
        match self.requests.take_partial(peer, answer.hash) {
            Some(partial) => self.complete(peer, partial, answer.transactions.clone()),
            None if self.requests.was_requested(peer, answer.hash) => vec![],
            None => unrequested(peer),
        }
    }

    fn complete(&mut self, peer: PeerId, partial: PartialBlock, missing: Vec<Transaction>) -> Vec<Action> {
        let hash = partial.hash();
        match partial.complete(missing) {
            Ok(block) if block.check(self.network).is_ok() => {
                self.requests.reconstructed(peer, Arc::new(block));
                vec![]
            }
            Err(error @ ReconstructionError::WrongCount { .. }) => punish(peer, error),
            // A short id may stand for two transactions, so this proves no fault.
            Ok(_) | Err(ReconstructionError::Collision) => {
                self.requests.reconstruction_failed(peer, hash);
                vec![]
            }
        }
    }
}

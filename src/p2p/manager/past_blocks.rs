//! Blocks from before the watch began: fetched in the background.

use crate::event::{EventKind, Misbehaviour, PeerEvent, PeerId};
use crate::p2p::block_download::backfill::{PastReceipt, Progress};
use crate::p2p::manager::PeerManager;
use crate::util::time::Timestamp;
use crate::wire::{Block, Inventory, Message};
use std::sync::Arc;

impl PeerManager {
    /// The best chain is known now: what came before the news may be fetched.
    pub(crate) fn want_past_blocks(&mut self) {
        // The first block of a chain pays nobody.
        let is_past = |height: u32| height > 0 && self.first_news.is_none_or(|first| height < first);
        let newest = self.header_chain.newest().filter(|(height, _)| is_past(*height));
        let mut past: Vec<_> = newest.take(usize::try_from(self.settings.backfill).unwrap_or(0)).collect();
        past.reverse();
        self.backfill.want(past);
    }

    /// A block came that was not asked for as a new one.
    pub(crate) fn past_block(&mut self, now: Timestamp, peer: PeerId, block: Arc<Block>) {
        match self.backfill.received(peer, block.hash, now) {
            PastReceipt::Taken { height } => self.tell(now, EventKind::PastBlock { peer, height, block }),
            PastReceipt::Late => {}
            PastReceipt::NotAsked => {
                self.tell_peer(now, peer, PeerEvent::Tolerated(Misbehaviour::UnrequestedBlock));
            }
        }
    }

    /// Asks for past blocks, if nothing more urgent is wanted, and tells how far it is.
    pub(crate) fn fetch_past_blocks(&mut self, now: Timestamp) {
        let tip = self.header_chain.tip().map_or(0, |tip| tip.height);
        for (peer, hash) in self.backfill.requests(now, tip, self.block_requests.is_busy()) {
            self.send(peer, Message::GetData(vec![Inventory::WitnessBlock(hash)]));
        }
        if let Some(Progress { fetched, wanted, given_up }) = self.backfill.report(now) {
            self.tell(now, EventKind::Backfill { fetched, requested: wanted, given_up });
        }
    }
}

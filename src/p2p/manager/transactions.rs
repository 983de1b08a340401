//! Announcements in, requests out, transactions in.

use crate::event::{Misbehaviour, PeerEvent, PeerId};
use crate::p2p::manager::PeerManager;
use crate::p2p::tx_download::tx_requests::{Announcement, Receipt};
use crate::util::time::Timestamp;
use crate::wire::transaction::TransactionError;
use crate::wire::{Inventory, Message, Transaction, TxHash};
use std::collections::BTreeMap;
use std::sync::Arc;

impl PeerManager {
    pub(crate) fn inventory(&mut self, now: Timestamp, id: PeerId, list: &[Inventory]) {
        let by_wtxid = self.announces_by_wtxid(id);
        let (mut txs, mut count, mut refused, mut block) = (Vec::new(), 0, false, None);
        for &entry in list {
            let hash = match entry {
                Inventory::Wtx(wtxid) => TxHash::Wtxid(wtxid),
                Inventory::Tx(txid) | Inventory::WitnessTx(txid) => TxHash::Txid(txid),
                Inventory::Block(hash) => {
                    block = Some(hash);
                    continue;
                }
                _ => continue,
            };
            count += 1;
            // As in Core, what was agreed on in the handshake is the only way (BIP339).
            if by_wtxid != matches!(hash, TxHash::Wtxid(_)) {
                continue;
            }
            match self.tx_requests.announced(id, hash) {
                Announcement::Known | Announcement::Tracked => txs.push(hash),
                Announcement::Refused => refused = true,
            }
        }
        // As in Core, the last one counts: it tells the way to the others.
        if let Some(hash) = block {
            self.block_announced(now, id, hash);
        }
        if count > 0 {
            self.tell_peer(now, id, PeerEvent::Announced { txs, count });
        }
        if refused {
            self.tell_peer(now, id, PeerEvent::Tolerated(Misbehaviour::TooManyAnnouncements));
        }
    }

    pub(crate) fn not_found(&mut self, now: Timestamp, id: PeerId, list: &[Inventory]) {
        for entry in list {
            if let Inventory::Block(hash) | Inventory::WitnessBlock(hash) | Inventory::CompactBlock(hash) =
                entry
            {
                self.block_requests.not_found(id, *hash);
                self.backfill.not_found(id, *hash);
            }
        }
        let hashes = list.iter().filter_map(|entry| match *entry {
            Inventory::Wtx(wtxid) => Some(TxHash::Wtxid(wtxid)),
            Inventory::Tx(txid) | Inventory::WitnessTx(txid) => Some(TxHash::Txid(txid)),
            _ => None,
        });
        // That a parent is not there was to be expected.
        let missed = hashes.filter(|&hash| self.tx_requests.not_found(id, hash) && !self.is_sought(hash));
        let count = missed.count();
        if count > 0 {
            self.tell_peer(now, id, PeerEvent::NotFound { count });
        }
    }

    pub(crate) fn transaction(
        &mut self,
        now: Timestamp,
        id: PeerId,
        tx: Arc<Transaction>,
        verdict: Result<(), TransactionError>,
    ) {
        let receipt = self.tx_requests.received(id, tx.txid(), tx.wtxid(), now);
        let event = match (receipt, verdict) {
            (Receipt::NotAsked, _) => PeerEvent::Tolerated(Misbehaviour::UnrequestedTransaction),
            // It is remembered as seen: nobody needs to be asked for it again.
            (_, Err(why)) => PeerEvent::Tolerated(Misbehaviour::InvalidTransaction(why)),
            (Receipt::Known, Ok(())) => return,
            (Receipt::New { answered_after, asked_as }, Ok(())) => {
                self.held.note(&tx);
                if self.is_sought(asked_as) {
                    PeerEvent::Parent { tx }
                } else {
                    PeerEvent::Transaction { tx, answered_after }
                }
            }
        };
        self.tell_peer(now, id, event);
    }

    pub(crate) fn expire_requests(&mut self, now: Timestamp) {
        let mut silent: BTreeMap<PeerId, usize> = BTreeMap::new();
        for (id, hash) in self.tx_requests.expire(now) {
            // That a parent does not come is no fault either: the peer never said that it has it.
            if !self.is_sought(hash) {
                *silent.entry(id).or_default() += 1;
            }
        }
        for (id, count) in silent {
            self.tell_peer(now, id, PeerEvent::RequestTimedOut { count });
        }
    }

    pub(crate) fn request_transactions(&mut self, now: Timestamp) {
        for (id, hashes) in self.tx_requests.requests(now) {
            let count = hashes.iter().filter(|&&hash| !self.is_sought(hash)).count();
            let list = hashes.into_iter().map(|hash| match hash {
                TxHash::Wtxid(wtxid) => Inventory::Wtx(wtxid),
                TxHash::Txid(txid) => Inventory::WitnessTx(txid),
            });
            self.send(id, Message::GetData(list.collect()));
            if count > 0 {
                self.tell_peer(now, id, PeerEvent::Requested { count });
            }
        }
    }

    /// Asks for the parents that are due and have not come.
    pub(crate) fn seek_parents(&mut self, now: Timestamp) {
        for (id, txid) in self.parent_requests.due(now) {
            self.tx_requests.announced(id, TxHash::Txid(txid));
        }
    }

    fn is_sought(&self, hash: TxHash) -> bool {
        matches!(hash, TxHash::Txid(txid) if self.parent_requests.is_sought(txid))
    }

    fn announces_by_wtxid(&self, id: PeerId) -> bool {
        self.peers.get(&id).and_then(|peer| peer.info.as_ref()).is_some_and(|info| info.wtxid_relay)
    }
}

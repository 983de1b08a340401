//! Judges what we send as Core would.

use crate::wire::{BlockHash, Inventory, Message, Services, TxHash};
use std::collections::{HashMap, HashSet};

/// The most entries of an `inv`, `getdata` or `notfound` (Core: `MAX_INV_SZ`).
const MAX_INV: usize = 50_000;

/// The most hashes of a locator (Core: `MAX_LOCATOR_SZ`).
const MAX_LOCATOR: usize = 101;

/// One connection from the peer's point of view.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each of them is a message that was sent or not")]
pub(crate) struct Judge {
    services: Services,
    /// Whether we may ask for a mempool that is not offered.
    may_ask_for_mempool: bool,
    has_our_version: bool,
    has_our_verack: bool,
    sent_verack: bool,
    was_asked_for_addresses: bool,
    /// The number of transactions in each compact block that the peer sent.
    compact: HashMap<BlockHash, usize>,
    /// The transactions requested from the peer and neither sent nor declined by it.
    txs: HashSet<TxHash>,
}

/// The transaction that an entry is about. One requested by txid may also be requested by wtxid.
fn tx_hash(entry: &Inventory) -> Option<TxHash> {
    match *entry {
        Inventory::Tx(txid) | Inventory::WitnessTx(txid) => Some(TxHash::Txid(txid)),
        Inventory::Wtx(wtxid) => Some(TxHash::Wtxid(wtxid)),
        _ => None,
    }
}

impl Judge {
    pub(crate) fn new(may_ask_for_mempool: bool) -> Self {
        Self { may_ask_for_mempool, ..Self::default() }
    }

    /// Whether the handshake is complete.
    pub(crate) fn is_ready(&self) -> bool {
        self.sent_verack
    }

    /// Forgets all requests: repeating them is allowed.
    pub(crate) fn forget_requests(&mut self) {
        self.txs.clear();
    }

    /// Notes a message from the peer.
    pub(crate) fn sends(&mut self, message: &Message) {
        match message {
            Message::Version(version) if !self.has_our_verack => self.services = version.services,
            Message::Verack => self.sent_verack |= self.has_our_verack,
            Message::CmpctBlock(compact) => {
                self.compact.insert(compact.header.hash(), compact.transaction_count());
            }
            Message::NotFound(list) => {
                for hash in list.iter().filter_map(tx_hash) {
                    self.txs.remove(&hash);
                }
            }
            Message::Tx(tx) => {
                self.txs.remove(&TxHash::Txid(tx.txid()));
                self.txs.remove(&TxHash::Wtxid(tx.wtxid()));
            }
            _ => {}
        }
    }

    /// Judges a message from us: as Core would, and as a peer that is asked for the same thing twice.
    ///
    /// # Panics
    /// We should not have sent it.
    pub(crate) fn hears(&mut self, message: &Message) {
        match message {
            Message::Version(_) => {
                assert!(!self.has_our_version, "a second version");
                self.has_our_version = true;
                return;
            }
            Message::Verack => {
                assert!(self.has_our_version && !self.has_our_verack, "verack out of turn");
                self.has_our_verack = true;
                return;
            }
            Message::WtxidRelay | Message::SendAddrV2 => {
                assert!(self.has_our_version && !self.has_our_verack, "{} out of turn", message.command());
                return;
            }
            _ => assert!(self.sent_verack, "{} before the handshake is complete", message.command()),
        }
        match message {
            Message::GetData(list) => {
                assert!(!list.is_empty() && list.len() <= MAX_INV, "getdata of {}", list.len());
                for entry in list {
                    if let Some(hash) = tx_hash(entry) {
                        assert!(self.txs.insert(hash), "{entry:?} is requested twice");
                    }
                    assert!(!matches!(entry, Inventory::Unknown { .. }));
                }
            }
            Message::GetHeaders { locator, .. } => {
                assert!(!locator.is_empty() && locator.len() <= MAX_LOCATOR, "locator of {}", locator.len());
            }
            Message::GetBlockTxn(request) => {
                let count = self.compact.get(&request.hash).copied();
                let count =
                    count.expect("transactions of a block that the peer did not send in compact form");
                let indexes = &request.indexes;
                assert!(!indexes.is_empty() && indexes.is_sorted_by(|one, next| one < next));
                assert!(indexes.iter().all(|&index| usize::from(index) < count));
            }
            Message::GetAddr => {
                assert!(!self.was_asked_for_addresses, "a second getaddr");
                self.was_asked_for_addresses = true;
            }
            Message::Mempool => {
                assert!(
                    self.may_ask_for_mempool || self.services.has(Services::BLOOM),
                    "mempool to a peer that does not offer it"
                );
            }
            Message::SendHeaders | Message::SendCmpct { .. } | Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{} is sent", other.command()),
        }
    }
}

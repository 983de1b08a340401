//! The server's questions to the desk.

use crate::api::answers::figures::Figures;
use crate::api::answers::mempool_space::TransactionFacts;
use crate::api::answers::peers::PeerList;
use crate::api::answers::transactions::{Found, Selection};
use crate::api::events::Reader;
use crate::wire::Txid;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A question about the model, with a channel for the answer. The client may be gone by then.
#[derive(Debug)]
pub(super) enum Question {
    /// The figures of the mempool and the network.
    Figures(oneshot::Sender<Arc<Figures>>),
    /// The peers.
    Peers(oneshot::Sender<Arc<PeerList>>),
    /// A transaction of the mempool, if present.
    Transaction(Txid, oneshot::Sender<Option<Box<TransactionFacts>>>),
    /// The transactions that match a query.
    Transactions(Box<Selection>, oneshot::Sender<Found>),
    /// All events from here on; `None` if there are too many readers.
    Events(oneshot::Sender<Option<Reader>>),
}

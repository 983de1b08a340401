//! What the server asks of the desk.

use crate::api::answers::figures::Figures;
use crate::api::answers::mempool_space::TransactionFacts;
use crate::api::answers::peers::PeerList;
use crate::api::answers::transactions::{Found, Selection};
use crate::api::events::Reader;
use crate::wire::Txid;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A question about the model, with where the answer goes. Whoever asks may be gone by then.
#[derive(Debug)]
pub(super) enum Question {
    /// The figures of the mempool and the network.
    Figures(oneshot::Sender<Arc<Figures>>),
    /// The peers.
    Peers(oneshot::Sender<Arc<PeerList>>),
    /// A transaction of the mempool, if it is there.
    Transaction(Txid, oneshot::Sender<Option<Box<TransactionFacts>>>),
    /// The transactions of a query.
    Transactions(Box<Selection>, oneshot::Sender<Found>),
    /// What happens from now on; `None` if there are too many readers.
    Events(oneshot::Sender<Option<Reader>>),
}

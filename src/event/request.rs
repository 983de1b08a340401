//! What the model asks of the network.

use super::peer::PeerId;
use super::restored::CatchUpFrom;
use crate::util::time::WallOffset;
use crate::wire::{Transaction, Txid, Wtxid};
use std::sync::Arc;

/// Something that the model needs and the network may fetch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Parents of a transaction that are neither in the mempool nor among the known prevouts: without them
    /// its fee is unknown. They are requested by txid, from the peer that sent the child.
    Parents {
        /// The peer that sent the child.
        peer: PeerId,
        /// The transaction whose parents are missing.
        child: Txid,
        /// The missing parents.
        txids: Vec<Txid>,
    },
    /// The blocks since an earlier run, whole, even if their outputs are known. Answered by
    /// [`EventKind::CatchUp`](crate::event::EventKind::CatchUp).
    CatchUp(CatchUpFrom),
    /// The mempool has reached its size limit: what is still to be downloaded of a whole mempool would be evicted.
    MempoolFull,
    /// These transactions of an earlier run are here: none of them needs to be sent again.
    Known(Vec<Arc<Transaction>>),
    /// Much of what was listed as here already is not any more: peers are asked for the lists of their whole
    /// mempools again.
    Relist,
    /// These transactions of an earlier run are here, and the list of a whole mempool lacks them: peers are asked to
    /// send them, as that shows who else has them. A transaction that arrives so is a [`PeerEvent::Parent`].
    ///
    /// [`PeerEvent::Parent`]: crate::event::PeerEvent::Parent
    Resend(Vec<(Txid, Wtxid)>),
    /// These transactions are no longer here. They are requested again if a peer announces or lists them.
    Forget(Vec<(Txid, Wtxid)>),
    /// The wall clock was corrected: it was wrong at startup, or is now, so that blocks are as new as either says.
    WallClock(WallOffset),
}

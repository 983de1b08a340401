//! What the model asks the network for.

use super::peer::PeerId;
use super::restored::CatchUpFrom;
use crate::util::time::WallOffset;
use crate::wire::{Transaction, Txid, Wtxid};
use std::sync::Arc;

/// Something the model needs and the network may be able to fetch.
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
    /// The blocks since an earlier run, whole even if their outputs are known. Answered by
    /// [`EventKind::CatchUp`](crate::event::EventKind::CatchUp).
    CatchUp(CatchUpFrom),
    /// The mempool has reached its size limit: the rest of a whole-mempool download would be evicted.
    MempoolFull,
    /// These transactions of an earlier run are here and need not be sent again.
    Known(Vec<Arc<Transaction>>),
    /// Much of what counted as here when lists were fetched no longer is: ask peers for whole-mempool lists
    /// again.
    Relist,
    /// These transactions of an earlier run are here but missing from a whole-mempool list: peers are asked
    /// to send them, which shows which of them still have them. They arrive as [`PeerEvent::Parent`].
    ///
    /// [`PeerEvent::Parent`]: crate::event::PeerEvent::Parent
    Resend(Vec<(Txid, Wtxid)>),
    /// These transactions are no longer here. They are requested again if a peer announces or lists them.
    Forget(Vec<(Txid, Wtxid)>),
    /// The wall clock was corrected. It was wrong at startup or is wrong now, so a block counts as new if
    /// either reading makes it new.
    WallClock(WallOffset),
}

//! What the relay of a transaction says about its announcers.

use crate::event::PeerId;
use crate::util::time::Timestamp;
use std::time::Duration;

/// One peer's part in the relay of one transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) struct RelayCredit {
    pub(in crate::model) peer: PeerId,
    pub(in crate::model) part: RelayPart,
}

/// How a peer took part in the relay of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) enum RelayPart {
    /// It repeated its announcement.
    Repeated,
    /// It was the first to announce a transaction that arrived, and so far perhaps the only one.
    First { seen: Timestamp, alone: bool },
    /// It announced a transaction that arrived, this long after the first peer.
    After(Duration),
    /// A second peer announced the transaction that this peer first announced at `seen`.
    NotAlone { seen: Timestamp },
}

//! One peer on the Peers screen.

use crate::model::PeerStats;
use crate::snapshot::peer_row::PeerRow;

/// One peer on the Peers screen.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerStatsRow {
    /// The row of the list on the Overview screen.
    pub row: PeerRow,
    /// The statistics.
    pub stats: PeerStats,
}

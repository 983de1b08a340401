//! The order of the Peers screen.

use crate::event::AddressNetwork;
use crate::snapshot::peers::row::PeerStatsRow;
use std::cmp::Ordering;
use std::time::Duration;

/// The order of the Peers screen.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct PeerSort {
    /// The value to sort by.
    pub by: SortKey,
    /// Whether the greatest value comes first. Unknown values come last either way.
    pub descending: bool,
}

/// A sort key of peers: a column on screen. Two keys are equal if their names are.
#[derive(Clone, Copy, Debug)]
pub struct SortKey {
    /// The name, e.g. `median ping`.
    pub name: &'static str,
    /// Returns the value of a row; `None` if it is unknown.
    pub value: fn(&PeerStatsRow) -> Option<SortValue>,
}

impl Default for SortKey {
    /// The order in which the peers were first dialled.
    fn default() -> Self {
        Self { name: "", value: |_| None }
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A value to sort by and to show. All values of one key have the same variant.
#[derive(Clone, PartialEq, PartialOrd, Debug)]
pub enum SortValue {
    /// Liveness: live peers first, those that will not be dialled again last.
    State(u8),
    /// Words, compared bytewise.
    Text(String),
    /// The network of an address.
    Network(AddressNetwork),
    /// A count.
    Count(u64),
    /// A count of bytes.
    Bytes(u64),
    /// A share, 0–1.
    Share(f32),
    /// The duration of an exchange of messages.
    Delay(Duration),
    /// The age of the connection.
    Age(Duration),
    /// A fee rate in sat/kvB.
    FeeRate(u64),
    /// The height of a block.
    Height(u32),
    /// A difference of clocks, in s.
    Offset(i64),
    /// A difference of delays, in ms.
    Lead(i64),
}

impl PeerSort {
    /// Compares the values of two rows.
    pub(super) fn compare(self, one: Option<&SortValue>, other: Option<&SortValue>) -> Ordering {
        match (one, other) {
            (Some(one), Some(other)) => {
                let order = one.partial_cmp(other).unwrap_or(Ordering::Equal);
                if self.descending { order.reverse() } else { order }
            }
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
    }
}

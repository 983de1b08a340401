//! The subjects of queries, with the field table of each.

mod blocks;
mod figures;
mod peers;
mod transactions;
mod watch_events;

pub use blocks::{BlockItem, Blocks};
pub use figures::{Figures, FiguresItem};
pub use peers::{PeerItem, Peers};
pub use transactions::{TransactionItem, Transactions};
pub use watch_events::WatchEvents;

/// The set that contains the word at `index` of a list.
const fn word(index: usize) -> u64 {
    1 << index
}

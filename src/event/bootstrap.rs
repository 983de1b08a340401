//! Where a transaction came from, and the progress of a whole-mempool download.

/// Where a transaction in the mempool came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TxSource {
    /// A peer announced it, and sent it.
    Relay,
    /// It was in a peer's whole-mempool list (BIP35) without having been announced.
    Bootstrap,
    /// It was requested as a parent of another transaction.
    Parent,
    /// An earlier run saved it.
    Restored,
}

/// The progress of a whole-mempool download (BIP35).
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct BootstrapProgress {
    /// The number of transactions in the lists.
    pub listed: usize,
    /// The number of listed transactions that are here: fetched, relayed meanwhile, or already known.
    pub fetched: usize,
    /// Whether it has ended: each listed transaction is here or was given up.
    pub done: bool,
}

//! Where a transaction came from, and how far the download of a whole mempool is.

/// Where a transaction in the mempool came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TxSource {
    /// A peer announced it, and sent it.
    Relay,
    /// It was in the list of a peer's whole mempool (BIP35), and nobody had announced it.
    Bootstrap,
    /// It was requested as the parent of another one.
    Parent,
    /// An earlier run saved it.
    Restored,
}

/// How far the download of a whole mempool is (BIP35).
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct BootstrapProgress {
    /// The number of transactions in the lists.
    pub listed: usize,
    /// The number of listed transactions that are here: fetched, relayed meanwhile, or known before.
    pub fetched: usize,
    /// Whether it is over: each listed transaction is here or was given up.
    pub done: bool,
}

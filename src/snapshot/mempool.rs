//! The Mempool screen, as the screen may know it.

/// The mempool as a whole.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct MempoolScreen {
    /// Transactions held.
    pub transactions: usize,
    /// Their virtual size, in vB.
    pub vsize: u64,
}

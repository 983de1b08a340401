//! The progress of the download of past blocks.

/// How many past blocks have arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BackfillProgress {
    /// The number of blocks that arrived.
    pub fetched: u32,
    /// The total number of blocks.
    pub requested: u32,
}

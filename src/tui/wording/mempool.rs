//! Words for the mempool.

/// Says why no transaction is listed, given the number of transactions received since startup.
pub const fn empty(received: u64) -> &'static str {
    if received > 0 { "the mempool is empty" } else { "no transaction yet" }
}

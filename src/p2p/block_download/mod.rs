//! Headers and blocks: [`BlockDownload`] follows the best chain, downloads its new blocks from whoever
//! has them, whole or in compact form, and past blocks in the background.
//!
//! | file | what it decides |
//! |---|---|
//! | `header_sync` | which peer to ask for headers |
//! | `header_chain`, `starting_point` | which chain has the most work, and where it begins |
//! | `new_blocks` | which blocks are new, and which are from before startup |
//! | `requests` | which peer to ask for which new block, in which form |
//! | `high_bandwidth`, `known_txs` | who sends compact blocks unrequested, and what they are filled from |
//! | `backfill` | which peer to ask for which past block |
//! | `part` | how they act together |

mod backfill;
mod header_chain;
mod header_sync;
mod high_bandwidth;
mod known_txs;
mod new_blocks;
mod part;
mod requests;
mod starting_point;
#[cfg(test)]
mod tests;

pub use part::BlockDownload;

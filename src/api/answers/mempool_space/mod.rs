//! The formats of mempool.space's API, which wallets and dashboards already read. Unknown values are null.

mod fees;
mod script;
mod transaction;

pub(in crate::api) use fees::{Block, Mempool, Recommended, Unknown};
pub(in crate::api) use transaction::{Transaction, TransactionFacts};

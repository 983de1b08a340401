//! What all nodes of a network share: transactions, blocks, and the times at which they appear.

use super::chain::Chain;
use super::mempool::{MempoolTx, Order};
use crate::wire::{Block, TxHash};
use std::sync::Arc;
use std::time::Duration;

/// News for nodes.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// A new transaction.
    Transaction(Arc<MempoolTx>),
    /// A new tip of the chain.
    Block(Arc<Block>),
}

/// Unconfirmed transactions and blocks, advancing in time.
pub(super) trait Ledger {
    /// The chain.
    fn chain(&self) -> &Chain;

    /// How many transactions have ever entered the mempool.
    fn accepted(&self) -> u64;

    /// A transaction that was announced and is unconfirmed.
    fn announced(&self, hash: TxHash) -> Option<&Arc<MempoolTx>>;

    /// All announced transactions in the mempool.
    fn all_announced(&self, order: Order) -> Vec<Arc<MempoolTx>>;

    /// Those of `txs` that are still in the mempool, in this order.
    fn sorted(&self, order: Order, txs: Vec<Arc<MempoolTx>>) -> Vec<Arc<MempoolTx>>;

    /// The time of the next event, since the start.
    fn next_at(&self) -> Duration;

    /// Advances to `elapsed` after the start. Returns the news for nodes.
    fn advance(&mut self, elapsed: Duration) -> Vec<News>;
}

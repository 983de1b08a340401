//! A query as filter and order of the list of transactions.

use super::compiled::Query;
use super::error::QueryError;
use super::subjects::{TransactionItem, Transactions};
use crate::model::list::filter::TxPredicate;
use crate::model::list::listed::Listed;
use crate::model::{TxFilter, TxOrder};
use std::sync::Arc;

/// The fields whose value changes without any event about the transaction.
const TIMED: [&str; 3] = ["age", "peers", "watched"];

/// The fields that the list can be sorted by.
const ORDERS: [(&str, TxOrder); 11] = [
    ("age", TxOrder::Age),
    ("fee_rate", TxOrder::FeeRate),
    ("chunk_fee_rate", TxOrder::ChunkFeeRate),
    ("fee", TxOrder::Fee),
    ("vsize", TxOrder::Vsize),
    ("value", TxOrder::Value),
    ("inputs", TxOrder::Inputs),
    ("outputs", TxOrder::Outputs),
    ("ancestors", TxOrder::Ancestors),
    ("descendants", TxOrder::Descendants),
    ("peers", TxOrder::Peers),
];

impl TxPredicate for Query<Transactions> {
    fn matches(&self, tx: &Listed) -> bool {
        let Listed { entry, around, .. } = *tx;
        let (network, now) = (around.network, around.now);
        let (mempool, peers, watchlist) = (around.mempool, around.peers, around.watchlist);
        Self::matches(self, &TransactionItem { network, mempool, peers, watchlist, entry, now })
    }

    fn is_timed(&self) -> bool {
        self.mentions(&TIMED)
    }
}

impl Query<Transactions> {
    /// Parses a query for the list of transactions, which cannot be sorted by every field.
    ///
    /// # Errors
    ///
    /// As for [`Query::parse`]; also if the list cannot be sorted by the field.
    pub fn parse_for_list(text: &str) -> Result<Self, QueryError> {
        let query = Self::parse(text)?;
        match query.sort() {
            Some(sort) if query.list_order().is_none() => {
                let name = sort.field.name;
                let start = text.len().saturating_sub(text.trim_end().len().min(name.len()));
                let fields: Vec<_> = ORDERS.iter().map(|(name, _)| *name).collect();
                let message = format!("the list cannot be sorted by {name}, but by {}", fields.join(", "));
                Err(QueryError::new(start..text.len(), message))
            }
            _ => Ok(query),
        }
    }

    /// Returns the list's sort order, and whether the greatest value comes first.
    pub fn list_order(&self) -> Option<(TxOrder, bool)> {
        let sort = self.sort()?;
        let (_, order) = ORDERS.iter().find(|(name, _)| *name == sort.field.name)?;
        Some((*order, sort.is_descending))
    }

    /// Returns the condition as a filter for the list; `None` if everything matches.
    pub fn list_filter(self: &Arc<Self>) -> Option<TxFilter> {
        let text = self.condition_text()?;
        let predicate: Arc<dyn TxPredicate> = Arc::<Self>::clone(self);
        Some(TxFilter::new(text, predicate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Subject;

    #[test]
    fn the_list_is_sorted_by_fields_that_exist_and_says_which_when_it_cannot() {
        assert!(ORDERS.iter().all(|(name, _)| Transactions::field(name).is_some()));
        let order = |text| Query::parse_for_list(text).map(|query| query.list_order());
        assert_eq!(order("sort -vsize"), Ok(Some((TxOrder::Vsize, true))));
        assert_eq!(order("watched"), Ok(None));
        let error = order("watched sort txid").unwrap_err();
        assert_eq!((error.at, &error.message[..34]), (13..17, "the list cannot be sorted by txid,"));
    }

    #[test]
    fn a_condition_that_depends_on_the_time_is_looked_at_again() {
        let is_timed = |text| TxPredicate::is_timed(&Query::<Transactions>::parse(text).unwrap());
        assert!(is_timed("vsize > 1 and not (fee > 2 or Age > 1m)") && !is_timed("vsize > 1 sort age"));
    }
}

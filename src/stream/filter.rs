//! `stream --where`: only what happens to transactions that match a query.

use super::records::Body;
use super::records::transactions::TransactionRecord;
use crate::model::{Change, MempoolEntry, Model, Outcome};
use crate::query::subjects::TransactionItem;
use crate::query::{Query, Transactions};
use crate::util::time::Timestamp;
use crate::wire::Txid;
use foldhash::fast::RandomState;
use std::collections::HashSet;

/// A query, and which mempool transactions have been written.
#[derive(Debug)]
pub(super) struct Filter {
    query: Box<Query<Transactions>>,
    /// Bounded by the size of the mempool: transactions that leave it are removed.
    written: HashSet<Txid, RandomState>,
}

impl Filter {
    /// Writes what matches `query`; its order has no effect here.
    pub(super) fn new(query: Box<Query<Transactions>>) -> Self {
        Self { query, written: HashSet::default() }
    }

    /// Returns the records about matching transactions, and warnings. `model` has just returned `outcome` for
    /// an event at `now`; `write` makes the record of a change, and `raw` adds the bytes of transactions.
    ///
    /// A transaction that starts to match when more is known about its fee is written then. Whatever happens
    /// to a written transaction is written too.
    pub(super) fn bodies(
        &mut self,
        now: Timestamp,
        model: &Model,
        outcome: &Outcome,
        raw: bool,
        write: impl Fn(&Change) -> Option<Body>,
    ) -> Vec<Body> {
        let mut bodies = Vec::new();
        for change in &outcome.changes {
            if let Some(entry) = self.late(change, model, now) {
                bodies.push(Body::Transaction(Box::new(TransactionRecord::new(entry, None, raw, model))));
            } else if self.lets_through(change, model, now) {
                bodies.extend(write(change));
            }
        }
        for change in &outcome.changes {
            if let Change::Removed(txid, _) = change
                && model.transaction_by_txid(*txid).is_none()
            {
                self.written.remove(txid);
            }
        }
        bodies
    }

    /// The transaction that starts to match because more is known about its fee.
    fn late<'a>(&mut self, change: &Change, model: &'a Model, now: Timestamp) -> Option<&'a MempoolEntry> {
        let Change::Fee(txid) = change else { return None };
        let entry = model.transaction_by_txid(*txid).filter(|_| !self.written.contains(txid))?;
        self.begins(entry, model, now).then_some(entry)
    }

    fn lets_through(&mut self, change: &Change, model: &Model, now: Timestamp) -> bool {
        let is_written = |txid: &Txid| self.written.contains(txid);
        let arrived = match change {
            Change::Accepted(wtxid) => model.transaction(wtxid),
            Change::Returned { txid, .. } => model.transaction_by_txid(*txid),
            Change::Warning(_) | Change::Alert(_) => return true,
            Change::Fee(txid) | Change::Removed(txid, _) => return is_written(txid),
            Change::DoubleSpend(spend) => return is_written(&spend.txid) || is_written(&spend.conflict),
            Change::Watch(found) => return is_written(&found.txid),
            Change::Block(_) | Change::BlockOutputs(_) | Change::RestoredDropped(_) => return false,
        };
        arrived.is_some_and(|entry| self.begins(entry, model, now))
    }

    /// Whether a transaction matches; if so, it counts as written from here on.
    fn begins(&mut self, entry: &MempoolEntry, model: &Model, now: Timestamp) -> bool {
        let matches = self.query.matches(&TransactionItem::new(model, entry, now));
        if matches {
            self.written.insert(entry.tx().txid());
        }
        matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind};
    use crate::model::testing::{Scene, block, coin, output, spend};
    use crate::stream::Stream;
    use serde_json::Value;

    /// The lines written for these events.
    fn lines(query: &str, events: Vec<EventKind>) -> Vec<Value> {
        let mut scene = Scene::new();
        scene.connect(1);
        let mut stream = Stream::new(false, Some(Box::new(Query::parse(query).unwrap())));
        let records = events.into_iter().flat_map(|kind| {
            let event = Event { time: scene.now, kind };
            let outcome = scene.model.apply(&event);
            stream.records(&event, &scene.model, &outcome)
        });
        records.map(|record| serde_json::to_value(&record).unwrap()).collect()
    }

    fn arrival(tx: &std::sync::Arc<crate::wire::Transaction>) -> EventKind {
        let parent = crate::event::PeerEvent::Parent { tx: std::sync::Arc::clone(tx) };
        EventKind::Peer(crate::event::PeerId(1), parent)
    }

    #[test]
    fn only_what_happens_to_matching_transactions_is_written() {
        let [small, large] = [spend(&[coin(1)], &[5]), spend(&[coin(2)], &[2_000])];
        let confirmed =
            EventKind::Block { peer: crate::event::PeerId(1), height: 9, block: block(&[&small, &large]) };
        let written = lines("value >= 1000", vec![arrival(&small), arrival(&large), confirmed]);
        let about: Vec<_> =
            written.iter().map(|line| (line["event"].as_str(), line["txid"].as_str())).collect();
        let txid = large.txid().to_string();
        assert_eq!(about, [(Some("transaction"), Some(&*txid)), (Some("removed"), Some(&*txid))]);
    }

    #[test]
    fn a_transaction_is_written_once_its_fee_is_known_to_match() {
        let parent = spend(&[coin(1)], &[5_000]);
        let child = spend(&[output(&parent, 0)], &[1_000]);
        let written = lines("fee = 4000", vec![arrival(&child), arrival(&parent)]);
        let [line] = &written[..] else { panic!("{written:?}") };
        assert_eq!((&line["event"], &line["fee_sat"]), (&"transaction".into(), &4_000.into()));
        assert_eq!(line["txid"], child.txid().to_string());
    }
}

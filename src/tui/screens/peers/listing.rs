//! Which peers are listed, and in which order.

use super::chosen::Chosen;
use super::columns::{AUTONOMOUS_SYSTEM, COLUMNS, SENSOR};
use super::order::Order;
use crate::query::{Peers, Query};
use crate::snapshot::{GroupName, Grouping};
use crate::tui::widgets::filter::Filter;
use std::sync::Arc;

/// A query and an order. The query's order applies until the user sorts by a column.
#[derive(Clone, Default, Debug)]
pub struct Listing {
    pub order: Order,
    /// `None` lists every peer.
    pub query: Option<Arc<Query<Peers>>>,
    /// The text typed after `/`.
    pub filter: Filter,
    pub columns: Chosen,
    /// Whether autonomous systems are known.
    pub has_autonomous_systems: bool,
    /// Whether the peers belong to sensors.
    pub has_sensors: bool,
    /// The criterion for grouping.
    pub grouping: Option<Grouping>,
    /// The group whose peers are listed instead of the groups.
    pub within: Option<GroupName>,
}

impl Listing {
    /// Whether groups are listed rather than peers.
    pub const fn lists_groups(&self) -> bool {
        self.grouping.is_some() && self.within.is_none()
    }

    /// The columns that are shown, from left to right.
    pub fn shown_columns(&self) -> Vec<usize> {
        let mut shown = self.columns.shown();
        shown.retain(|column| self.lacks(COLUMNS[*column].sort.name).is_none());
        shown
    }

    /// What a column lacks, so that it would be empty.
    pub fn lacks(&self, column: &str) -> Option<&'static str> {
        match column {
            AUTONOMOUS_SYSTEM if !self.has_autonomous_systems => Some("needs --asn-file"),
            SENSOR if !self.has_sensors => Some("needs --from"),
            _ => None,
        }
    }

    fn can_group(&self, by: Grouping) -> bool {
        match by {
            Grouping::AutonomousSystem => self.has_autonomous_systems,
            Grouping::Sensor => self.has_sensors,
            Grouping::Network | Grouping::Netgroup | Grouping::Version => true,
        }
    }

    /// Switches to the next grouping, or none.
    pub fn group(&mut self) {
        let at = self.grouping.and_then(|grouping| Grouping::ALL.iter().position(|by| *by == grouping));
        let mut next = Grouping::ALL.into_iter().skip(at.map_or(0, |at| at + 1));
        self.grouping = next.find(|by| self.can_group(*by));
        self.within = None;
    }

    /// The part of the view that depends on the groups.
    pub fn groups_view(&self) -> (Option<Grouping>, Option<(Grouping, GroupName)>) {
        match (self.grouping, &self.within) {
            (Some(grouping), Some(group)) => (None, Some((grouping, group.clone()))),
            (grouping, _) => (grouping, None),
        }
    }

    /// Sorts by a column.
    pub fn sort(&mut self, change: impl FnOnce(&mut Order)) {
        if self.is_sorted_by_query() {
            let unsorted = self.query.take().and_then(|query| query.without_sort().ok());
            self.query = unsorted.filter(|query| !query.is_empty()).map(Arc::new);
        }
        change(&mut self.order);
    }

    /// Whether the query has an order.
    pub fn is_sorted_by_query(&self) -> bool {
        self.query.as_ref().is_some_and(|query| query.sort().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_by_a_column_ends_the_order_of_the_query_and_keeps_its_condition() {
        let after = |text: &str| {
            let query = Some(Arc::new(Query::parse(text).unwrap()));
            let mut listing = Listing { query, ..Listing::default() };
            listing.sort(Order::reverse);
            assert!(listing.order.descending);
            listing.query.map(|query| query.to_string())
        };
        assert_eq!(after("state = live sort -ping").as_deref(), Some("state = live"));
        assert_eq!(after("sort -ping"), None);
    }
}

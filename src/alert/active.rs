//! A rule and the history of its condition: decides when it fires.

use super::condition::Condition;
use super::edge::Edge;
use super::row::{AlertRow, RuleState};
use super::rule::{Origin, Rule};
use super::throttle::Throttle;
use crate::event::{AlertId, PeerId};
use crate::model::{Alert, AlertFigure, AlertItem};
use crate::query::subjects::FiguresItem;
use crate::query::{Range, Truth};
use crate::util::bounded::BoundedSet;
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How many transactions a rule remembers, so as to report none twice.
const MAX_REMEMBERED: usize = 10_000;

/// A rule with its state.
#[derive(Debug)]
pub(super) struct ActiveRule {
    pub(super) id: AlertId,
    pub(super) rule: Arc<Rule>,
    pub(super) origin: Origin,
    pub(super) is_on: bool,
    edge: Edge,
    truth: Truth,
    /// The transactions already reported.
    reported: BoundedSet<Txid, MAX_REMEMBERED>,
    /// The peers that fulfil the condition; `None` before the first check.
    peers: Option<BTreeSet<PeerId>>,
    last: Option<Timestamp>,
    fired: u64,
    skipped: u64,
}

impl ActiveRule {
    pub(super) fn new(id: AlertId, rule: Rule, origin: Origin, now: Timestamp) -> Self {
        Self {
            id,
            is_on: rule.is_on(),
            rule: Arc::new(rule),
            origin,
            edge: Edge::Start(now),
            truth: Truth::Unknown,
            reported: BoundedSet::default(),
            peers: None,
            last: None,
            fired: 0,
            skipped: 0,
        }
    }

    /// Switches the rule on or off. A change while it was off does not count.
    pub(super) fn switch(&mut self, now: Timestamp) {
        self.is_on = !self.is_on;
        (self.edge, self.truth, self.peers) = (Edge::Start(now), Truth::Unknown, None);
    }

    /// Checks the figures. While the mempool `is_loading`, what depends on it is unknown.
    pub(super) fn look_at_figures(
        &mut self,
        item: &FiguresItem<'_>,
        is_loading: bool,
        throttle: &mut Throttle,
    ) -> Option<Alert> {
        let rule = Arc::clone(&self.rule);
        let Condition::Figures(query) = rule.condition() else { return None };
        let is_known = !(is_loading && rule.condition().depends_on_mempool());
        self.truth = if is_known { query.truth(item) } else { Truth::Unknown };
        if !self.edge.observe(self.truth, item.now) || self.is_cooling(item.now) || !throttle.admits(item.now)
        {
            return None;
        }
        self.edge.report();
        Some(self.fire(AlertItem::Figures(figures(query.figures(item))), item.now))
    }

    /// Reports an item that fulfils the condition, or counts it during the cooldown.
    pub(super) fn report(
        &mut self,
        item: AlertItem,
        now: Timestamp,
        throttle: &mut Throttle,
    ) -> Option<Alert> {
        if self.is_cooling(now) || !throttle.admits(now) {
            self.skipped += 1;
            return None;
        }
        Some(self.fire(item, now))
    }

    /// Reports a transaction that fulfils the condition, once.
    pub(super) fn report_transaction(
        &mut self,
        txid: Txid,
        now: Timestamp,
        throttle: &mut Throttle,
    ) -> Option<Alert> {
        if self.reported.contains(&txid) {
            return None;
        }
        self.reported.insert(txid);
        self.report(AlertItem::Transaction(txid), now, throttle)
    }

    /// Checks all peers. Returns those that have begun to fulfil the condition, ignoring those that did so
    /// from the start.
    pub(super) fn look_at_peers(&mut self, seen: &[(PeerId, Truth)]) -> Vec<PeerId> {
        let before = self.peers.take();
        let fulfils = |&(id, truth): &(PeerId, Truth)| {
            let was = before.as_ref().is_some_and(|before| before.contains(&id));
            (truth == Truth::True || (truth == Truth::Unknown && was)).then_some(id)
        };
        let now: BTreeSet<PeerId> = seen.iter().filter_map(fulfils).collect();
        let new = before.map_or_else(Vec::new, |before| now.difference(&before).copied().collect());
        self.peers = Some(now);
        new
    }

    /// The alert for a test of the rule.
    pub(super) fn test(&self, figures_now: &FiguresItem<'_>) -> Alert {
        let item = match self.rule.condition() {
            Condition::Figures(query) => AlertItem::Figures(figures(query.figures(figures_now))),
            _ => AlertItem::Nothing,
        };
        Alert { rule: self.rule.title(), item, skipped: 0, is_test: true }
    }

    fn fire(&mut self, item: AlertItem, now: Timestamp) -> Alert {
        self.last = Some(now);
        self.fired += 1;
        Alert { rule: self.rule.title(), item, skipped: std::mem::take(&mut self.skipped), is_test: false }
    }

    fn is_cooling(&self, now: Timestamp) -> bool {
        self.cools_for(now).is_some()
    }

    /// The remaining cooldown.
    fn cools_for(&self, now: Timestamp) -> Option<Duration> {
        let rest = self.rule.cooldown().checked_sub(now.since(self.last?))?;
        (!rest.is_zero()).then_some(rest)
    }

    pub(super) fn row(&self, now: Timestamp) -> AlertRow {
        let holds = match self.rule.condition() {
            Condition::Figures(_) => match self.truth {
                Truth::True => RuleState::Holds(0),
                Truth::False => RuleState::Ready,
                Truth::Unknown => RuleState::Unknown,
            },
            Condition::Peers(_) => match self.peers.as_ref().map_or(0, BTreeSet::len) {
                0 => RuleState::Ready,
                count => RuleState::Holds(count),
            },
            _ => RuleState::Ready,
        };
        let state = match self.cools_for(now) {
            _ if !self.is_on => RuleState::Off,
            Some(rest) => RuleState::CoolingDown(rest),
            None => holds,
        };
        AlertRow {
            id: self.id,
            title: self.rule.title(),
            text: self.rule.line(self.is_on),
            actions: self.rule.actions().to_string(),
            origin: self.origin,
            state,
            last: self.last.map(|last| now.since(last)),
            fired: self.fired,
        }
    }
}

fn figures(mentioned: Vec<(&'static str, &'static str, Range)>) -> Vec<AlertFigure> {
    let figure = |(name, unit, range): (_, _, Range)| {
        let value = range.low.is_finite().then_some(range.low);
        AlertFigure { name, unit, value }
    };
    mentioned.into_iter().map(figure).collect()
}

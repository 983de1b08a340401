//! All rules: decides which of them fire.

use super::MAX_RULES;
use super::active::ActiveRule;
use super::condition::Condition;
use super::row::AlertRow;
use super::rule::{Origin, Rule};
use super::signals::{Signals, TestResult};
use super::throttle::Throttle;
use crate::event::{AlertCommand, AlertId, CommandFailure, EventKind, PeerId, TxSource};
use crate::model::peers::peer::Peer;
use crate::model::{
    Alert, AlertItem, BlockFigures, Change, Liveness, MempoolEntry, Model, Outcome, PeerStats, WatchEvent,
    WatchMatch,
};
use crate::query::Truth;
use crate::query::subjects::{BlockItem, FiguresItem, PeerItem, TransactionItem};
use crate::util::time::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The shortest time between two checks of the figures.
const LOOK: Duration = Duration::from_secs(1);

/// The shortest time between two checks of the peers.
const LOOK_AT_PEERS: Duration = Duration::from_secs(5);

/// A rule that fires.
#[derive(Clone, PartialEq, Debug)]
pub struct Firing {
    /// The alert.
    pub alert: Arc<Alert>,
    /// The rule, with the actions to carry out.
    pub rule: Arc<Rule>,
}

/// The user's rules.
#[derive(Debug)]
pub struct Alerts {
    rules: Vec<ActiveRule>,
    next: AlertId,
    throttle: Throttle,
    signals: Signals,
    looked: Option<Timestamp>,
    looked_at_peers: Option<Timestamp>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            next: AlertId(1),
            throttle: Throttle::default(),
            signals: Signals::default(),
            looked: None,
            looked_at_peers: None,
        }
    }
}

impl Alerts {
    /// Adds a rule, unless there are [`MAX_RULES`]. Returns whether it was added.
    pub fn add(&mut self, rule: Rule, origin: Origin, now: Timestamp) -> bool {
        if self.rules.len() >= MAX_RULES {
            return false;
        }
        self.rules.push(ActiveRule::new(self.next, rule, origin, now));
        self.next = AlertId(self.next.0.wrapping_add(1));
        true
    }

    /// Carries out a user command. Returns the alert of a test.
    pub fn command(&mut self, command: &AlertCommand, model: &Model, now: Timestamp) -> Option<Firing> {
        match command {
            AlertCommand::Add(text) => {
                // The screen has already checked it.
                if let Ok(rule) = Rule::parse(text) {
                    self.add(rule, Origin::Screen, now);
                }
            }
            AlertCommand::Remove(id) => {
                self.rules.retain(|active| active.id != *id || active.origin == Origin::Settings);
            }
            AlertCommand::Switch(id) => {
                self.rules.iter_mut().filter(|active| active.id == *id).for_each(|rule| rule.switch(now));
            }
            AlertCommand::Test(id) => {
                let active = self.rules.iter().find(|active| active.id == *id)?;
                if !self.throttle.admits(now) {
                    self.signals.test(TestResult::Throttled);
                    return None;
                }
                let alert = active.test(&FiguresItem { model, now });
                let firing = Firing { alert: Arc::new(alert), rule: Arc::clone(&active.rule) };
                self.signal(&firing);
                self.signals.test(TestResult::Fired(Arc::clone(&firing.rule)));
                return Some(firing);
            }
        }
        None
    }

    /// Returns the rules that fire because of `event`, or of a command if that is `None`.
    pub fn after(
        &mut self,
        event: Option<&EventKind>,
        outcome: &Outcome,
        model: &Model,
        now: Timestamp,
    ) -> Vec<Firing> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        let mut firings = Vec::new();
        for change in &outcome.changes {
            match change {
                Change::Accepted(wtxid) => {
                    if let Some(entry) = model.transaction(wtxid) {
                        self.transaction(entry, false, model, now, &mut firings);
                    }
                }
                Change::Fee(txid) => {
                    if let Some(entry) = model.transaction_by_txid(*txid) {
                        self.transaction(entry, true, model, now, &mut firings);
                    }
                }
                Change::Block(figures) => self.block(figures, false, now, &mut firings),
                Change::Watch(found) => self.watch(found, model, now, &mut firings),
                _ => {}
            }
        }
        if let Some(EventKind::BlocksDisconnected { blocks, .. }) = event {
            let figures = blocks.iter().filter_map(|(_, hash)| model.blocks().get(*hash));
            figures.for_each(|figures| self.block(figures, true, now, &mut firings));
        }
        firings
    }

    /// Checks figures and peers, if it is time. Returns the rules that fire.
    pub fn look(&mut self, model: &Model, now: Timestamp) -> Vec<Firing> {
        let is_due = |looked: Option<Timestamp>, pause| looked.is_none_or(|at| now.since(at) >= pause);
        let mut firings = Vec::new();
        if is_due(self.looked, LOOK) {
            self.looked = Some(now);
            self.figures(model, now, &mut firings);
        }
        if is_due(self.looked_at_peers, LOOK_AT_PEERS) {
            self.looked_at_peers = Some(now);
            self.peers(model, now, &mut firings);
        }
        firings
    }

    /// The rules added on screen, as text.
    pub fn kept(&self) -> Vec<String> {
        let added = self.rules.iter().filter(|active| active.origin == Origin::Screen);
        added.map(|active| active.rule.line(active.is_on)).collect()
    }

    /// The rules as listed on screen.
    pub fn rows(&self, now: Timestamp) -> Vec<AlertRow> {
        self.rules.iter().map(|active| active.row(now)).collect()
    }

    /// Notes how the program of a tested rule ended.
    pub fn tested(&mut self, program: PathBuf, result: Result<(), CommandFailure>) {
        self.signals.test(TestResult::Ended { program, result });
    }

    /// What the screen has to do.
    pub const fn signals(&self) -> &Signals {
        &self.signals
    }

    fn figures(&mut self, model: &Model, now: Timestamp, firings: &mut Vec<Firing>) {
        let item = FiguresItem { model, now };
        let is_loading = model.bootstrap().is_some() || model.is_restoring() || model.awaits_blocks();
        self.each(firings, |active, throttle| {
            active.look_at_figures(&item, is_loading, throttle).into_iter().collect()
        });
    }

    /// Checks a transaction that arrived or whose fee became known.
    fn transaction(
        &mut self,
        entry: &MempoolEntry,
        is_fee: bool,
        model: &Model,
        now: Timestamp,
        firings: &mut Vec<Firing>,
    ) {
        // Transactions from before startup are not news.
        if matches!(entry.source(), TxSource::Bootstrap | TxSource::Restored) {
            return;
        }
        let item = TransactionItem::new(model, entry, now);
        self.each(firings, |active, throttle| {
            let rule = Arc::clone(&active.rule);
            let Condition::Transactions(query) = rule.condition() else { return Vec::new() };
            if (is_fee && !rule.condition().depends_on_fee()) || !query.matches(&item) {
                return Vec::new();
            }
            active.report_transaction(entry.tx().txid(), now, throttle).into_iter().collect()
        });
    }

    /// Checks a block that was connected, or disconnected by a reorg.
    fn block(&mut self, figures: &BlockFigures, is_stale: bool, now: Timestamp, firings: &mut Vec<Firing>) {
        let item = BlockItem { figures, spread: None, now };
        let (height, hash, pool) = (figures.height, figures.hash, figures.pool);
        self.each(firings, |active, throttle| {
            let rule = Arc::clone(&active.rule);
            let Condition::Blocks(query) = rule.condition() else { return Vec::new() };
            if (is_stale && !query.mentions(&["stale"])) || !query.matches(&item) {
                return Vec::new();
            }
            active.report(AlertItem::Block { height, hash, pool }, now, throttle).into_iter().collect()
        });
    }

    fn watch(&mut self, found: &WatchMatch, model: &Model, now: Timestamp, firings: &mut Vec<Firing>) {
        // An earlier run reported it.
        let is_restored = found.event == WatchEvent::Arrived
            && model
                .transaction_by_txid(found.txid)
                .is_some_and(|entry| entry.source() == TxSource::Restored);
        if is_restored {
            return;
        }
        self.each(firings, |active, throttle| {
            let rule = Arc::clone(&active.rule);
            let Condition::Watch(query) = rule.condition() else { return Vec::new() };
            if !query.matches(&found) {
                return Vec::new();
            }
            active.report(AlertItem::Watch(found.clone()), now, throttle).into_iter().collect()
        });
    }

    fn peers(&mut self, model: &Model, now: Timestamp, firings: &mut Vec<Firing>) {
        let is_needed =
            |active: &ActiveRule| active.is_on && matches!(active.rule.condition(), Condition::Peers(_));
        if !self.rules.iter().any(is_needed) {
            return;
        }
        let leads = model.block_relay().leads();
        let tip = model.tip().map(|tip| tip.height);
        let all: Vec<(&Peer, PeerId, Liveness, PeerStats)> = model
            .peers()
            .iter()
            .map(|(id, peer)| (peer, id, peer.liveness(now), peer.stats(tip, leads.get(&id).copied(), now)))
            .collect();
        self.each(firings, |active, throttle| {
            let rule = Arc::clone(&active.rule);
            let Condition::Peers(query) = rule.condition() else { return Vec::new() };
            let seen = all.iter().map(|(peer, id, liveness, stats)| {
                let (address, kind, info) = (peer.address(), peer.kind(), peer.info());
                (*id, query.truth(&PeerItem { address, kind, liveness, info, stats }))
            });
            let seen: Vec<(PeerId, Truth)> = seen.collect();
            let new = active.look_at_peers(&seen);
            let report = |peer: PeerId| {
                let address = model.peer_address(peer)?.clone();
                active.report(AlertItem::Peer { peer, address }, now, throttle)
            };
            new.into_iter().filter_map(report).collect()
        });
    }

    /// Passes something to each active rule, and collects the alerts.
    fn each(
        &mut self,
        firings: &mut Vec<Firing>,
        mut look: impl FnMut(&mut ActiveRule, &mut Throttle) -> Vec<Alert>,
    ) {
        let first = firings.len();
        for active in self.rules.iter_mut().filter(|active| active.is_on) {
            for alert in look(active, &mut self.throttle) {
                firings.push(Firing { alert: Arc::new(alert), rule: Arc::clone(&active.rule) });
            }
        }
        firings[first..].iter().for_each(|firing| self.signal(firing));
    }

    fn signal(&mut self, firing: &Firing) {
        let actions = firing.rule.actions();
        self.signals.bells += u64::from(actions.bell);
        if actions.notify {
            self.signals.notify(Arc::clone(&firing.alert));
        }
    }
}

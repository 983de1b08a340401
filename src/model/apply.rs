//! How events and commands change the model.

use crate::event::{
    Command, Direction, Event, EventKind, PeerEvent, PeerId, Request, SeedFailure, Tip, Traffic, TxSource,
    Warning,
};
use crate::model::Model;
use crate::model::alert::Alert;
use crate::model::blocks::backfill::BackfillProgress;
use crate::model::blocks::new_block::NewBlock;
use crate::model::change::{Change, Outcome};
use crate::model::mempool::accept::{Arrival, Delivery};
use crate::model::mempool::changes::Changes;
use crate::model::mempool::removal::RemovalReason;
use crate::model::mempool::restored::Progress;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::notice::Notice;
use crate::model::peers::peer::Peer;
use crate::model::watchlist::WatchMatch;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash, Transaction, TxHash, Wtxid};
use std::sync::Arc;
use std::time::Duration;

/// How long after startup the history starts recording the size of the mempool: before that, the mempool has
/// hardly begun to fill, and every restart would leave a notch in the chart.
const BEFORE_HISTORY: Duration = Duration::from_mins(1);

/// An event being applied, with its outcome so far.
struct Step {
    now: Timestamp,
    outcome: Outcome,
    mempool: Changes,
}

impl Step {
    fn new(now: Timestamp) -> Self {
        Self { now, outcome: Outcome::default(), mempool: Changes::default() }
    }

    fn change(&mut self, change: Change) {
        self.outcome.changes.push(change);
    }

    fn notice(&mut self, notice: Notice) {
        self.outcome.notices.push(notice);
    }

    /// Adds what happened to transactions of an earlier run.
    fn restored(&mut self, progress: Progress) {
        let Progress { entered, dropped, requests, milestone } = progress;
        self.outcome.changes.extend(entered.into_iter().map(Change::Accepted));
        if !dropped.is_empty() {
            self.change(Change::RestoredDropped(dropped));
        }
        self.outcome.requests.extend(requests);
        self.outcome.notices.extend(milestone.map(Notice::Restoration));
    }

    /// Adds a warning from the model itself.
    fn warn(&mut self, warning: Option<Warning>) {
        if let Some(warning) = warning {
            self.notice(Notice::Warning(warning.clone()));
            self.change(Change::Warning(warning));
        }
    }

    /// Adds matches of the watch list, as changes and as notices.
    fn matches(&mut self, matches: Vec<WatchMatch>) {
        for found in matches {
            self.notice(Notice::Watch(found.clone()));
            self.change(Change::Watch(found));
        }
    }
}

impl Model {
    /// Applies an event. Returns what changed, the notices, and what the network should fetch.
    pub fn apply(&mut self, event: &Event) -> Outcome {
        if let EventKind::KnownOutputs(outputs) = &event.kind {
            self.mempool.expect_outputs(outputs);
            return Outcome::default();
        }
        let mut step = Step::new(event.time);
        self.note_time(event.time);
        match &event.kind {
            EventKind::Peer(id, event) => self.apply_peer(*id, event, &mut step),
            EventKind::Seed { name, answer } => self.seed_answered(name, answer, &mut step),
            EventKind::Warning(warning) => step.notice(Notice::Warning(warning.clone())),
            &EventKind::WallClock(offset) => {
                step.warn(self.our_clock.corrected(offset));
                step.outcome.requests.push(Request::WallClock(offset));
            }
            EventKind::Addresses(counts) => self.addresses.clone_from(counts),
            EventKind::Tip(tip) => self.new_tip(tip),
            EventKind::Block { peer, height, block } => self.connect_block(*peer, *height, block, &mut step),
            &EventKind::Bootstrap(progress) => self.bootstrap = (!progress.done).then_some(progress),
            EventKind::Restored(part) => {
                let progress = self.restoration.load(part, self.settings.max_mempool);
                step.restored(progress);
            }
            &EventKind::CatchUp(catch_up) => {
                let progress = self.restoration.catch_up(catch_up);
                step.restored(progress);
            }
            &EventKind::MissingBlocks(missing) => self.missing_blocks = missing,
            EventKind::BlocksDisconnected { blocks, .. } => self.disconnect_blocks(blocks, &mut step),
            EventKind::PastBlock { height, block, .. } => self.past_block(*height, block, &mut step),
            &EventKind::Backfill { fetched, requested, given_up } => {
                self.backfill_progress(BackfillProgress { fetched, requested }, given_up, &mut step);
            }
            // No change by themselves: they belong to the next event.
            EventKind::KnownOutputs(_) => {}
            EventKind::Sensor(id, event) => {
                step.outcome.notices.extend(self.sensors.apply(step.now, *id, event, &mut self.peers));
            }
        }
        let outcome = self.settle(step);
        self.mempool.expect_outputs(&[]);
        outcome
    }

    /// Applies a user command. Returns what changed, and the notices.
    pub fn command(&mut self, command: &Command, now: Timestamp) -> Outcome {
        let mut step = Step::new(now);
        match command {
            Command::Watch(targets) => {
                step.matches(self.watchlist.add(now, targets, &self.mempool, &self.blocks));
            }
            Command::Unwatch(target) => self.watchlist.remove(target),
            // Handled above the model.
            Command::Alert(_) | Command::Replay(_) => {}
        }
        self.keep_notices(now, &step.outcome);
        step.outcome
    }

    /// Records the notice of an alert.
    pub(crate) fn alert(&mut self, alert: &Arc<Alert>, now: Timestamp) -> Outcome {
        let mut step = Step::new(now);
        step.notice(Notice::Alert(Arc::clone(alert)));
        step.change(Change::Alert(Arc::clone(alert)));
        self.keep_notices(now, &step.outcome);
        step.outcome
    }

    fn apply_peer(&mut self, id: PeerId, event: &PeerEvent, step: &mut Step) {
        let now = step.now;
        let was_live = self.is_live(id);
        self.peers.apply(now, id, event);
        self.sensors.note(now, id, event, &mut self.peers);
        if was_live || self.is_live(id) {
            self.reach.live(now, event);
        }
        match event {
            PeerEvent::Announced { txs, .. } => {
                self.restoration.announced(&self.mempool, txs);
                let credits = self.mempool.announce(now, self.announcer(id), txs, &mut step.mempool);
                self.peers.credit(now, &credits);
            }
            PeerEvent::BlockAnnounced { hash, by } => {
                if let Some(height) = self.block_relay.announce(now, id, *hash, *by) {
                    self.peers.have_block(&[id], height);
                }
            }
            PeerEvent::Transaction { tx, .. } => self.receive(id, TxSource::Relay, tx, step),
            PeerEvent::Parent { tx } => self.receive(id, TxSource::Parent, tx, step),
            PeerEvent::Bootstrapped { tx } => self.receive(id, TxSource::Bootstrap, tx, step),
            PeerEvent::Listed { txs, is_complete } => {
                let netgroup = self.peers.voucher(id);
                self.mempool.list(now, id, netgroup, txs, *is_complete);
                let floor = self.announcer(id).floor;
                self.restoration.listed(&self.mempool, txs, *is_complete, floor);
                self.completeness.listed(now, id, netgroup, txs, *is_complete);
            }
            PeerEvent::Traffic(traffic) => self.count(now, traffic),
            PeerEvent::Ready(_) | PeerEvent::Disconnected { .. } => {
                let vouchers = self.peers.vouchers();
                // Without any peer, the last known state remains.
                if vouchers != Vouchers::NOBODY {
                    self.mempool.set_one_netgroup(!vouchers.are_several());
                }
                step.outcome.notices.extend(self.peer_notice(now, id, event, was_live));
                if let PeerEvent::Ready(info) = event {
                    step.warn(self.our_clock.peer(self.peers.voucher(id), info.clock_offset));
                }
            }
            PeerEvent::Tolerated(_) => {
                step.outcome.notices.extend(self.peer_notice(now, id, event, was_live));
            }
            PeerEvent::Dialling { .. }
            | PeerEvent::Connected { .. }
            | PeerEvent::Pinged
            | PeerEvent::Pong { .. }
            | PeerEvent::DelayedPong
            | PeerEvent::Requested { .. }
            | PeerEvent::NotFound { .. }
            | PeerEvent::RequestTimedOut { .. }
            | PeerEvent::FeeFilter { .. }
            | PeerEvent::Addresses { .. } => {}
        }
    }

    /// Handles a transaction from `peer`. Unless it was relayed, it was requested from a peer that need not
    /// have announced it.
    fn receive(&mut self, peer: PeerId, source: TxSource, tx: &Arc<Transaction>, step: &mut Step) {
        // Transactions that were already waiting elsewhere are not news.
        let is_new = source != TxSource::Bootstrap;
        self.restoration.sent(tx.txid());
        let announcer = (source == TxSource::Relay).then(|| self.announcer(peer));
        let mut vouchers = self.peers.voucher(peer);
        if source != TxSource::Relay {
            vouchers = vouchers.with(self.completeness.vouchers(tx));
        }
        let delivery = Delivery { tx, source, announcer, vouchers };
        let voucher = |id| self.peers.voucher(id);
        let arrival = self.mempool.receive(step.now, delivery, voucher, &mut step.mempool);
        // Several sensors may receive the same transaction.
        self.arrivals.add(step.now, (is_new && arrival != Arrival::Known).into());
        if arrival == Arrival::Doubted {
            step.outcome.requests.push(Request::Forget(vec![(tx.txid(), tx.wtxid())]));
        }
        let Arrival::Accepted { replaced, descendants, credits } = arrival else { return };
        self.peers.credit(step.now, &credits);
        if is_new {
            self.kinds.count(step.now, tx);
        }
        step.change(Change::Accepted(tx.wtxid()));
        if let Some((&first, others)) = replaced.split_first() {
            let others = others.len() + descendants;
            step.notice(Notice::Replacement { replaced: first, others, by: tx.txid() });
        }
        step.outcome.requests.extend(self.request_parents(peer, &tx.wtxid()));
    }

    /// Returns a request for the missing parents of a transaction that `peer` sent, if there are any.
    fn request_parents(&self, peer: PeerId, wtxid: &Wtxid) -> Option<Request> {
        let entry = self.transaction(wtxid)?;
        let mut txids = self.mempool.missing_parents(entry);
        txids.retain(|txid| !self.restoration.waits(*txid));
        (!txids.is_empty()).then(|| Request::Parents { peer, child: entry.tx().txid(), txids })
    }

    fn seed_answered(&mut self, name: &str, answer: &Result<usize, SeedFailure>, step: &mut Step) {
        self.reach.seed(name, answer);
        step.notice(Notice::Seed { name: name.to_owned(), answer: answer.clone() });
    }

    fn new_tip(&mut self, tip: &Tip) {
        self.tip = Some(*tip);
        let announcers = self.block_relay.new_tip(tip);
        self.peers.have_block(&announcers, tip.height);
    }

    fn connect_block(&mut self, peer: PeerId, height: u32, block: &Arc<Block>, step: &mut Step) {
        let (now, network) = (step.now, self.settings.network);
        let announced = self.block_relay.spread(block.hash).map(|spread| spread.first);
        self.drop_restored(block, step);
        let new = NewBlock { now, network, peer, height, block, announced };
        let outputs = self.mempool.learn_block(block, height, &mut step.mempool);
        let figures = self.blocks.connect(&mut self.mempool, &new, &mut step.mempool);
        self.estimator.connect(height, (figures.price(), figures.weight), self.peers.totals().usual_filter);
        step.notice(Notice::Block(Arc::clone(&figures)));
        step.change(Change::Block(figures));
        step.outcome.changes.extend(outputs.map(Change::BlockOutputs));
        step.matches(self.watchlist.block(now, block, height, &self.mempool));
    }

    fn disconnect_blocks(&mut self, blocks: &[(u32, BlockHash)], step: &mut Step) {
        let hashes: Vec<_> = blocks.iter().map(|&(_, hash)| hash).collect();
        let returned = self.blocks.disconnect(step.now, &mut self.mempool, &hashes, &mut step.mempool);
        if let Some(&(from_height, _)) = blocks.last() {
            self.estimator.disconnect(from_height);
            step.notice(Notice::Reorg { blocks: blocks.len(), from_height, returned: returned.len() });
        }
        step.outcome.changes.extend(returned);
        step.matches(self.watchlist.disconnect(step.now, blocks, &self.mempool));
    }

    fn drop_restored(&mut self, block: &Block, step: &mut Step) {
        step.restored(Progress { dropped: self.restoration.connect(block), ..Progress::default() });
    }

    fn past_block(&mut self, height: u32, block: &Block, step: &mut Step) {
        self.drop_restored(block, step);
        self.estimator.past_block(height, block.weight());
        self.blocks.past_block(self.settings.network, height, block);
        self.mempool.confirm_past(block, height, &mut step.mempool);
        let outputs = self.mempool.learn_block(block, height, &mut step.mempool);
        step.outcome.changes.extend(outputs.map(Change::BlockOutputs));
        step.matches(self.watchlist.past_block(step.now, block, &self.mempool));
    }

    fn backfill_progress(&mut self, progress: BackfillProgress, given_up: u32, step: &mut Step) {
        let is_over = progress.fetched + given_up >= progress.requested;
        self.backfill = (!is_over).then_some(progress);
        if is_over {
            step.notice(Notice::BackfillDone(progress));
        }
    }

    fn count(&mut self, now: Timestamp, traffic: &Traffic) {
        self.received.add(now, traffic.bytes(Direction::Received));
        self.sent.add(now, traffic.bytes(Direction::Sent));
    }

    /// Completes whatever depends on more than the event itself: clusters and fee bounds, anomalies, double
    /// spends, the history, and the watch list.
    fn settle(&mut self, mut step: Step) -> Outcome {
        let progress = self.restoration.step(&mut self.mempool, step.now, &mut step.mempool);
        step.restored(progress);
        let Step { now, outcome, mut mempool } = step;
        self.completeness.step(now, &mut self.mempool, &mut mempool);
        let settled = self.mempool.settle(now, mempool);
        self.follow_list(now, &settled.touched);
        settled.left.iter().for_each(|hashes| self.completeness.left(*hashes));
        if self.estimator.is_due(now) {
            let estimates = self.estimates();
            self.estimator.keep(now, self.blocks.tip(), &estimates);
        }
        let mut step = Step { outcome, ..Step::new(now) };
        if self.anomalies.is_due(now) {
            self.check_anomalies(&mut step);
        }
        self.find_double_spends(&mut step);
        if now.since(self.settings.started) >= BEFORE_HISTORY {
            self.history.observe(now, self.mempool.histogram());
        }
        settled.removed.iter().for_each(|(txid, _)| self.restoration.removed(*txid));
        let is_full = settled.removed.iter().any(|(_, reason)| *reason == RemovalReason::SizeLimit);
        if is_full && self.bootstrap.is_some() {
            step.outcome.requests.push(Request::MempoolFull);
        }
        let changes = &mut step.outcome.changes;
        changes.extend(settled.removed.into_iter().map(|(txid, reason)| Change::Removed(txid, reason)));
        changes.extend(settled.fee_rates.into_iter().map(Change::Fee));
        let matches = self.match_changes(now, changes);
        step.matches(matches);
        self.keep_notices(now, &step.outcome);
        step.outcome
    }

    fn check_anomalies(&mut self, step: &mut Step) {
        let tip = self.tip.map(|tip| tip.height);
        let live = self.peers.iter().filter(|(_, peer)| peer.is_live());
        let mut figures: Vec<_> = live.map(|(id, peer)| (id, peer.figures(tip, step.now))).collect();
        // The same events must make the same notices in the same order.
        figures.sort_unstable_by_key(|(id, _)| *id);
        for (peer, anomaly) in self.anomalies.check(step.now, &figures) {
            if let Some(address) = self.peers.address(peer).cloned() {
                step.notice(Notice::Anomaly { peer, address, anomaly });
            }
        }
    }

    fn find_double_spends(&mut self, step: &mut Step) {
        let is_live = |id| self.peers.get(id).is_some_and(Peer::is_live);
        for spend in self.mempool.double_spends(step.now, is_live) {
            step.notice(Notice::DoubleSpend(spend));
            step.change(Change::DoubleSpend(spend));
        }
    }

    /// Returns what the changes mean for the watch list.
    fn match_changes(&mut self, now: Timestamp, changes: &[Change]) -> Vec<WatchMatch> {
        let (watchlist, mempool) = (&mut self.watchlist, &self.mempool);
        let mut matches = Vec::new();
        for change in changes {
            match change {
                // Looking newcomers up in an empty watch list would double the cost of an arrival.
                Change::Accepted(wtxid) if watchlist.has_targets() => {
                    let entry = mempool.key(TxHash::Wtxid(*wtxid)).and_then(|key| mempool.get(key));
                    if let Some(entry) = entry {
                        matches.extend(watchlist.arrive(now, entry.tx(), mempool));
                    }
                }
                Change::Removed(txid, reason) => {
                    matches.extend(watchlist.remove_transaction(now, *txid, *reason));
                }
                Change::DoubleSpend(spend) => {
                    matches.extend(watchlist.double_spend(now, spend.txid, spend.conflict));
                }
                Change::Accepted(_)
                | Change::Fee(_)
                | Change::Returned { .. }
                | Change::RestoredDropped(_)
                | Change::Block(_)
                | Change::BlockOutputs(_)
                | Change::Warning(_)
                | Change::Alert(_)
                | Change::Watch(_) => {}
            }
        }
        matches
    }

    fn keep_notices(&mut self, now: Timestamp, outcome: &Outcome) {
        outcome.notices.iter().for_each(|notice| self.notices.push(now, notice.clone()));
    }
}

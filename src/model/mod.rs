//! The state of the network as far as the events tell it: mempool, peers, blocks, rates.
//!
//! Pure: the same events make the same state. It knows no clock, no task and no socket; the time
//! comes with the events and with each question.

pub(crate) mod blocks;
mod change;
pub mod classify;
mod event_line;
pub mod fees;
mod log;
pub(crate) mod mempool;
pub(crate) mod peers;
mod read;
mod story;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod watchlist;

pub use blocks::backfill::Progress;
pub use blocks::figures::{BlockFigures, Missing, Unseen};
pub use change::{Change, Outcome};
pub use event_line::{EventLine, Level};
pub use fees::bands::{BAND_STARTS, BANDS};
pub use fees::coverage::{Amount, Coverage};
pub use fees::fee_rate::{Bounds, FeeRate};
pub use fees::history::History;
pub use fees::projection::ProjectedBlock;
pub use mempool::cluster::package::Package;
pub use mempool::cluster::relatives::{Relative, Relatives};
pub use mempool::conflicts::double_spend::DoubleSpend;
pub use mempool::dust::EphemeralDust;
pub use mempool::key::TxKey;
pub use mempool::{MempoolEntry, RemovalReason};
pub use peers::health::Health;
pub use peers::liveness::{Liveness, LivenessSlot};
pub use peers::races::Spread;
pub use peers::stats::{AnswerFigures, PeerStats, PingFigures, RelayCounts};
pub use watchlist::{WatchEvent, WatchNotice};

use crate::chain::Network;
use crate::event::{AddressCounts, Command, Direction, Event, EventKind, PeerEvent, PeerId, Tip, Traffic};
use crate::util::rates::{Gauge, PerSecond};
use crate::util::time::Timestamp;
use crate::wire::{Transaction, TxHash};
use blocks::{Arrived, Blocks};
use classify::arrivals::KindRates;
use fees::prevouts::PrevoutCache;
use log::Log;
use mempool::Mempool;
use mempool::accept::Arrival;
use mempool::changes::Changes;
use mempool::relay::announcements::Announcer;
use peers::Peers;
use peers::health::Reach;
use peers::odd::Watch;
use peers::peer::Peer;
use peers::races::Races;
use std::sync::Arc;
use std::time::Duration;
use story::Teller;
use watchlist::Watching;

/// How long the watch must have lasted before the size of the mempool is measured.
const BEFORE_HISTORY: Duration = Duration::from_mins(1);

/// What the model must know beforehand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelSettings {
    /// Which network is watched.
    pub network: Network,
    /// Whether the peers are the demo's.
    pub demo: bool,
    /// Whether the user named the peers, so that no seeds are asked.
    pub listed_peers: bool,
    /// The memory for transactions, in bytes (`--max-mempool`).
    pub max_mempool: u64,
    /// When the watch began: rates have no past before it.
    pub started: Timestamp,
}

/// What is known. Its memory is bounded whatever the peers do.
#[derive(Debug)]
pub struct Model {
    settings: ModelSettings,
    mempool: Mempool,
    peers: Peers,
    reach: Reach,
    log: Log,
    tip: Option<Tip>,
    races: Races,
    watch: Watch,
    watching: Watching,
    book: Vec<AddressCounts>,
    blocks: Blocks,
    arrivals: PerSecond,
    received: ByteCount,
    sent: ByteCount,
    size: Gauge,
    /// While past blocks are fetched.
    backfill: Option<Progress>,
    kinds: KindRates,
    history: History,
}

#[derive(Debug)]
struct ByteCount {
    total: u64,
    rate: PerSecond,
}

impl ByteCount {
    fn add(&mut self, now: Timestamp, bytes: u64) {
        self.total = self.total.saturating_add(bytes);
        self.rate.add(now, bytes);
    }
}

impl Model {
    /// Nothing is known yet.
    pub fn new(settings: ModelSettings) -> Self {
        let started = settings.started;
        let none = || ByteCount { total: 0, rate: PerSecond::new(started) };
        Self {
            mempool: Mempool::new(settings.max_mempool),
            peers: Peers::default(),
            reach: Reach::new(started),
            log: Log::default(),
            tip: None,
            races: Races::default(),
            watch: Watch::default(),
            watching: Watching::default(),
            book: Vec::new(),
            blocks: Blocks::default(),
            arrivals: PerSecond::new(started),
            received: none(),
            sent: none(),
            size: Gauge::new(started),
            backfill: None,
            kinds: KindRates::new(started),
            history: History::default(),
            settings,
        }
    }

    /// With what is known of the outputs of past blocks.
    #[must_use]
    pub fn with_coins(mut self, coins: PrevoutCache) -> Self {
        self.mempool.set_prevouts(coins);
        self
    }

    /// With what earlier runs measured.
    #[must_use]
    pub fn with_history(mut self, history: History) -> Self {
        self.history = history;
        self
    }

    /// Takes note of something that happened. What came of it.
    pub fn apply(&mut self, event: &Event) -> Outcome {
        let now = event.time;
        self.size.observe(now, self.mempool.len());
        let mut outcome = Outcome::default();
        let mut changes = Changes::default();
        match &event.kind {
            EventKind::Peer(id, event) => outcome = self.apply_peer(now, *id, event, &mut changes),
            EventKind::Seed { name, answer } => {
                self.reach.seed(name, answer);
                self.log.push(now, story::seed(name, answer));
            }
            EventKind::Warning(warning) => self.log.push(now, story::warning(warning)),
            EventKind::Addresses(sizes) => self.book.clone_from(sizes),
            EventKind::Tip(tip) => {
                self.tip = Some(*tip);
                let announcers = self.races.tip(tip);
                self.peers.have_block(&announcers, tip.height);
            }
            EventKind::Block { peer, height, block } => {
                let (network, announced) = (self.settings.network, self.races.spread(block.hash));
                let announced = announced.map(|spread| spread.first);
                let (peer, height) = (*peer, *height);
                let arrived = Arrived { now, network, peer, height, block, announced };
                let coins = self.mempool.learn_block(block, height, &mut changes);
                let figures = self.blocks.connect(&mut self.mempool, &arrived, &mut changes);
                self.log.push(now, story::block(&figures));
                outcome = Outcome::of(Change::Block(figures));
                outcome.changes.extend(coins.map(Change::BlockOutputs));
            }
            EventKind::BlocksDisconnected { blocks } => {
                let hashes: Vec<_> = blocks.iter().map(|&(_, hash)| hash).collect();
                let returned = self.blocks.disconnect(now, &mut self.mempool, &hashes, &mut changes);
                self.log.extend(now, story::reorg(blocks, returned.len()));
                outcome.changes.extend(returned.into_iter().map(Change::Returned));
            }
            EventKind::PastBlock { height, block, .. } => {
                let coins = self.mempool.learn_block(block, *height, &mut changes);
                outcome.changes.extend(coins.map(Change::BlockOutputs));
            }
            EventKind::Backfill { fetched, requested, given_up } => {
                let progress = Progress { fetched: *fetched, wanted: *requested };
                let is_over = fetched + given_up >= *requested;
                self.backfill = (!is_over).then_some(progress);
                if is_over {
                    self.log.push(now, story::backfill(progress));
                }
            }
        }
        let settled = self.mempool.settle(now, changes);
        if self.watch.is_due(now) {
            self.look_for_oddities(now);
        }
        self.look_for_double_spends(now, &mut outcome);
        // Before that, the mempool has hardly begun to fill: each start would draw a notch.
        if now.since(self.settings.started) >= BEFORE_HISTORY {
            self.history.observe(now, self.mempool.histogram());
        }
        outcome.changes.extend(settled.removed.into_iter().map(|(txid, why)| Change::Removed(txid, why)));
        outcome.changes.extend(settled.fee_rates.into_iter().map(Change::Fee));
        self.look_at_watched(event, &mut outcome);
        outcome
    }

    /// Applies a command of the user; returns what changed.
    pub fn command(&mut self, command: &Command, now: Timestamp) -> Outcome {
        let notices = match command {
            Command::Watch(target) => self.watching.add(now, target, &self.mempool, &self.blocks),
            Command::Unwatch(target) => {
                self.watching.remove(target);
                Vec::new()
            }
        };
        let mut outcome = Outcome::default();
        self.report_watched(now, notices, &mut outcome);
        outcome
    }

    /// What the changes mean for what the user watches.
    fn look_at_watched(&mut self, event: &Event, outcome: &mut Outcome) {
        let (now, mempool) = (event.time, &self.mempool);
        let mut notices = match &event.kind {
            EventKind::Block { height, block, .. } => self.watching.block(now, block, *height, mempool),
            EventKind::PastBlock { block, .. } => self.watching.past_block(now, block, mempool),
            EventKind::BlocksDisconnected { blocks } => self.watching.disconnect(now, blocks, mempool),
            _ => Vec::new(),
        };
        for change in &outcome.changes {
            notices.extend(match change {
                Change::Accepted(wtxid) => {
                    let entry = mempool.key(TxHash::Wtxid(*wtxid)).and_then(|key| mempool.get(key));
                    entry.map_or_else(Vec::new, |entry| self.watching.arrive(now, entry.tx(), mempool))
                }
                Change::Removed(txid, why) => self.watching.leave(now, *txid, *why),
                Change::DoubleSpend(spend) => self.watching.double_spend(now, spend.txid, spend.conflict),
                _ => Vec::new(),
            });
        }
        self.report_watched(now, notices, outcome);
    }

    fn report_watched(&mut self, now: Timestamp, notices: Vec<WatchNotice>, outcome: &mut Outcome) {
        for notice in notices {
            self.log.push(now, story::watched(&notice));
            outcome.changes.push(Change::Watch(notice));
        }
    }

    fn look_for_double_spends(&mut self, now: Timestamp, outcome: &mut Outcome) {
        let is_live = |id| self.peers.get(id).is_some_and(Peer::is_live);
        for spend in self.mempool.double_spends(now, is_live) {
            self.log.push(now, story::double_spend(&spend));
            outcome.changes.push(Change::DoubleSpend(spend));
        }
    }

    fn look_for_oddities(&mut self, now: Timestamp) {
        let tip = self.height();
        let live = self.peers.iter().filter(|(_, peer)| peer.is_live());
        let figures: Vec<_> = live.map(|(id, peer)| (id, peer.figures(tip, now))).collect();
        for (id, oddity, text) in self.watch.look(now, &figures) {
            let address = self.peers.address(id);
            self.log.extend(now, address.map(|address| story::odd(id, address, oddity, &text)));
        }
    }

    fn apply_peer(
        &mut self,
        now: Timestamp,
        id: PeerId,
        event: &PeerEvent,
        changes: &mut Changes,
    ) -> Outcome {
        let was_live = self.is_live(id);
        self.peers.apply(now, id, event);
        if was_live || self.is_live(id) {
            self.reach.live(now, event);
        }
        match event {
            PeerEvent::Announced { txs, .. } => {
                let credits = self.mempool.announce(now, self.announcer(id), txs, changes);
                self.peers.credit(now, &credits);
            }
            PeerEvent::BlockAnnounced { hash, by } => {
                if let Some(height) = self.races.announce(now, id, *hash, *by) {
                    self.peers.have_block(&[id], height);
                }
            }
            PeerEvent::Transaction { tx, .. } => return self.receive(now, Some(id), tx, changes),
            PeerEvent::Parent { tx } => return self.receive(now, None, tx, changes),
            PeerEvent::Traffic(traffic) => self.count(now, traffic),
            _ => {
                let told = self.peers.address(id).and_then(|address| {
                    let listed = self.settings.listed_peers;
                    story::peer(now, &Teller { id, address, was_live, listed }, event)
                });
                self.log.extend(now, told);
            }
        }
        Outcome::default()
    }

    fn receive(
        &mut self,
        now: Timestamp,
        announcer: Option<PeerId>,
        tx: &Arc<Transaction>,
        changes: &mut Changes,
    ) -> Outcome {
        self.arrivals.add(now, 1);
        let announcer = announcer.map(|id| self.announcer(id));
        let arrival = self.mempool.receive(now, announcer, tx, changes);
        let Arrival::Accepted { replaced, descendants, credits } = arrival else { return Outcome::default() };
        self.peers.credit(now, &credits);
        self.kinds.count(now, tx);
        self.log.extend(now, story::replacement(&replaced, tx.txid(), descendants));
        Outcome::of(Change::Accepted(tx.wtxid()))
    }

    fn announcer(&self, id: PeerId) -> Announcer {
        self.peers.get(id).map_or_else(|| id.into(), |peer| peer.announcer(id))
    }

    fn count(&mut self, now: Timestamp, traffic: &Traffic) {
        self.received.add(now, traffic.bytes(Direction::Received));
        self.sent.add(now, traffic.bytes(Direction::Sent));
    }

    fn height(&self) -> Option<u32> {
        self.tip.map(|tip| tip.height)
    }

    fn is_live(&self, id: PeerId) -> bool {
        self.peers.get(id).is_some_and(Peer::is_live)
    }
}

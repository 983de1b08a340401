//! The owner of all connections: runs the deciders, and carries out what they decide.

mod blocks;
mod compact_blocks;
mod discovery;
mod past_blocks;
mod seeding;
mod transactions;

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::chain::limits::MAX_FUTURE_BLOCK_TIME;
use crate::event::{DisconnectReason, Event, EventKind, PeerEvent, PeerId, PeerInfo};
use crate::p2p::addrman::growth::GrowthReporter;
use crate::p2p::addrman::seeds::{SeedAnswer, SeedPlan};
use crate::p2p::addrman::table::{AddrKey, AddrTable};
use crate::p2p::block_download::backfill::{Backfill, PAST_BLOCK_TIMEOUT};
use crate::p2p::block_download::block_requests::{BLOCK_TIMEOUT, BlockRequests};
use crate::p2p::block_download::header_chain::HeaderChain;
use crate::p2p::block_download::header_sync::HeaderSync;
use crate::p2p::block_download::held::Held;
use crate::p2p::block_download::high_bandwidth::HighBandwidth;
use crate::p2p::block_download::starting_point::StartingPoint;
use crate::p2p::connect::dialer::{Dial, Dialer};
use crate::p2p::peer::dial::Connector;
use crate::p2p::peer::report::{ConnectionId, Content, Report, Reports};
use crate::p2p::peer::task::{self, Handle, TaskSettings};
use crate::p2p::peer::{Resolve, SystemResolver, Timing, TransportChoice};
use crate::p2p::tx_download::parent_requests::ParentRequests;
use crate::p2p::tx_download::tx_requests::TxRequests;
use crate::p2p::{PeerChoice, Settings};
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use crate::wire::{Message, Services, Txid};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until, timeout};

/// How long the connections may take to close at the end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// How many reports are handled in one go.
const MAX_BATCH: usize = 64;

/// Many connections as one stream of events.
#[derive(Debug)]
pub struct PeerManager {
    settings: Settings,
    clock: Clock,
    resolver: Arc<dyn Resolve>,
    dialer: Dialer,
    /// When the dialer may have something to do.
    dials_at: Option<Timestamp>,
    growth: GrowthReporter,
    tx_requests: TxRequests,
    parent_requests: ParentRequests,
    header_chain: HeaderChain,
    header_sync: HeaderSync,
    block_requests: BlockRequests,
    backfill: Backfill,
    high_bandwidth: HighBandwidth,
    held: Held,
    /// Blocks with an earlier time are history, in s since the UNIX epoch: they are not fetched even
    /// if the first peer that we met did not know them.
    news_since: u32,
    /// The lowest height of a block that was wanted as news.
    first_news: Option<u32>,
    seed_plan: SeedPlan,
    seed_answers: JoinSet<SeedAnswer>,
    peers: HashMap<PeerId, Peer>,
    tasks: JoinSet<()>,
    reports: Reports,
    connections: u64,
    events: VecDeque<Event>,
    /// The time of the last event: none is told as earlier than one before it.
    told_until: Timestamp,
}

/// A connection, or the attempt at one.
#[derive(Debug)]
struct Peer {
    connection: ConnectionId,
    address: PeerAddress,
    task: Id,
    handle: Handle,
    /// What the peer said of itself, once the handshake is done.
    info: Option<Box<PeerInfo>>,
    /// How many addresses it has told.
    addresses_told: usize,
    /// Whether the user was told that it is of no use.
    named_useless: bool,
}

impl PeerManager {
    /// Joins the network. Nothing happens before [`PeerManager::next`] is called.
    ///
    /// # Panics
    /// Outside of a tokio runtime, when it is polled.
    pub fn start(settings: Settings, clock: Clock) -> Self {
        Self::start_with(settings, clock, Arc::new(SystemResolver))
    }

    /// As [`PeerManager::start`], with another resolver of names than the system's.
    ///
    /// # Panics
    /// Outside of a tokio runtime, when it is polled.
    pub fn start_with(mut settings: Settings, clock: Clock, resolver: Arc<dyn Resolve>) -> Self {
        let now = clock.now();
        // On these the nodes are on one's own machine.
        let private = matches!(settings.network, Network::Regtest | Network::Simnet);
        let saved = match &mut settings.choice {
            PeerChoice::Discover(discovery) => discovery.addresses.take(),
            PeerChoice::Only(_) => None,
        };
        let table = match saved {
            Some(saved) => AddrTable::from_saved(&saved, private),
            None => AddrTable::new(AddrKey(rand::random(), rand::random()), private),
        };
        Self {
            dialer: Dialer::new(&settings, table, now, rand::random()),
            dials_at: Some(now),
            growth: GrowthReporter::new(now),
            tx_requests: TxRequests::new(settings.request_timeout),
            parent_requests: ParentRequests::default(),
            header_chain: HeaderChain::new(settings.network, StartingPoint::of(settings.network)),
            header_sync: HeaderSync::default(),
            news_since: u32::try_from((now - MAX_FUTURE_BLOCK_TIME).as_secs()).unwrap_or(u32::MAX),
            first_news: None,
            block_requests: BlockRequests::new(BLOCK_TIMEOUT.min(settings.request_timeout)),
            backfill: Backfill::new(
                settings.backfill,
                std::mem::take(&mut settings.known_blocks),
                PAST_BLOCK_TIMEOUT.min(settings.request_timeout),
            ),
            high_bandwidth: HighBandwidth::default(),
            held: Held::new(),
            seed_plan: SeedPlan::new(settings.network, rand::make_rng()),
            seed_answers: JoinSet::new(),
            peers: HashMap::new(),
            tasks: JoinSet::new(),
            reports: Reports::new(),
            connections: 0,
            events: VecDeque::new(),
            told_until: now,
            settings,
            clock,
            resolver,
        }
    }

    /// What happens next. Cancel-safe: no event is lost when the future is dropped.
    pub async fn next(&mut self) -> Event {
        loop {
            let now = self.clock.now();
            self.act(now);
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let deadline = self.deadline(now).map(|deadline| self.clock.instant(deadline));
            tokio::select! {
                Some(report) = self.reports.next() => {
                    self.handle(report);
                    // Together with what else is there: so that a peer that tells much in little
                    // pieces is asked in one message, not in as many.
                    let more = std::iter::from_fn(|| self.reports.try_next());
                    let batch: Vec<_> = more.take(MAX_BATCH - 1).collect();
                    for report in batch {
                        self.handle(report);
                    }
                }
                Some(ended) = self.tasks.join_next_with_id() => {
                    // A task that came to its end has told so by its last report.
                    if let Err(error) = ended {
                        self.task_failed(error.id());
                    }
                }
                Some(Ok(answer)) = self.seed_answers.join_next() => self.seed_answered(answer),
                () = sleep_until_any(deadline) => {}
            }
        }
    }

    /// `peer` sent `child`, whose fee is not known for want of these parents: it is asked for those
    /// that don't come of their own.
    pub fn want_parents(&mut self, peer: PeerId, child: Txid, parents: &[Txid]) {
        self.parent_requests.want(self.clock.now(), peer, child, parents);
    }

    /// The known addresses, where peers are discovered: what a later run can start from.
    pub fn addresses(&self) -> Option<&AddrTable> {
        self.dialer.book()
    }

    /// Closes all connections. Takes no longer than 2 s.
    pub async fn shutdown(mut self) {
        for peer in self.peers.values_mut() {
            peer.handle.close(DisconnectReason::ShuttingDown);
        }
        let Self { mut tasks, mut reports, .. } = self;
        let closed = timeout(SHUTDOWN_TIMEOUT, async {
            loop {
                tokio::select! {
                    ended = tasks.join_next() => if ended.is_none() { return },
                    _ = reports.next() => {}
                }
            }
        });
        if closed.await.is_err() {
            tracing::warn!("some connections did not close in time and are cut");
        }
    }

    /// Does what is due.
    fn act(&mut self, now: Timestamp) {
        if self.dials_at.is_some_and(|at| at <= now) {
            for (id, reason) in self.dialer.leaving(now) {
                self.close(id, reason);
            }
            for dial in self.dialer.due(now) {
                self.dial(dial, now);
            }
            self.seek_addresses(now);
            self.dials_at = self.dialer.deadline(now).into_iter().chain(self.seeding_deadline(now)).min();
        }
        self.report_growth(now);
        self.expire_requests(now);
        self.seek_parents(now);
        self.request_transactions(now);
        self.advance_chain(now);
    }

    fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let deadlines = [
            self.dials_at,
            self.growth_deadline(),
            self.tx_requests.deadline(),
            self.parent_requests.deadline(),
            self.header_sync.deadline(now),
            self.block_requests.deadline(),
            self.backfill.deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    fn dial(&mut self, dial: Dial, now: Timestamp) {
        let Dial { peer, address, attempt, v1_only } = dial;
        self.connections += 1;
        let connection = ConnectionId { peer, number: self.connections };
        let settings = TaskSettings {
            connector: Connector::new(self.settings.routes.clone(), Arc::clone(&self.resolver)),
            network: self.settings.network,
            transport: match self.settings.transport {
                TransportChoice::Auto if v1_only => TransportChoice::V1,
                choice => choice,
            },
            timing: Timing {
                handshake_timeout: self.settings.handshake_timeout,
                ping_interval: self.settings.ping_interval,
                ping_timeout: self.settings.ping_timeout,
            },
            clock: self.clock,
        };
        let (handle, orders) = task::handle();
        let reporter = self.reports.reporter(connection);
        let task = self.tasks.spawn(task::run(address.clone(), settings, orders, reporter)).id();
        let opened = Peer {
            connection,
            address: address.clone(),
            task,
            handle,
            info: None,
            addresses_told: 0,
            named_useless: false,
        };
        self.peers.insert(peer, opened);
        self.tell_peer(now, peer, PeerEvent::Dialling { address, attempt });
    }

    fn handle(&mut self, report: Report) {
        let Report { connection, time, content, .. } = report;
        let id = connection.peer;
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| peer.connection == connection) else {
            return;
        };
        // What a connection that is to be closed still says has no effect any more.
        if peer.handle.is_closing() && !matches!(content, Content::Event(_) | Content::Ended(_)) {
            return;
        }
        match content {
            Content::Event(PeerEvent::Ready(info)) => {
                peer.info = Some(info.clone());
                self.ready(time, id, &info);
            }
            Content::Event(PeerEvent::FeeFilter { sat_per_kvb }) => self.fee_filter(time, id, sat_per_kvb),
            Content::Event(event) => {
                if matches!(event, PeerEvent::Connected { .. }) {
                    self.dialer.opened(id);
                    self.dials_at = Some(time);
                }
                self.tell_peer(time, id, event);
            }
            Content::Inventory(list) => self.inventory(time, id, &list),
            Content::NotFound(list) => self.not_found(time, id, &list),
            Content::Transaction(tx, verdict) => self.transaction(time, id, tx, verdict),
            Content::Headers(headers) => self.headers(time, id, headers),
            Content::SendsCompact => self.sends_compact(id),
            Content::CompactBlock(compact, hash) => self.compact_block(time, id, &compact, hash),
            Content::BlockTransactions(answer) => self.block_transactions(time, id, answer),
            Content::Block(block, verdict) => self.block(time, id, block, verdict),
            Content::Addresses(list) => self.addresses_received(time, id, &list),
            Content::Ended(reason) => self.ended(time, id, reason),
        }
    }

    fn ready(&mut self, now: Timestamp, id: PeerId, info: &PeerInfo) {
        let bulk = self.settings.bootstrap && info.services.has(Services::BLOOM) && info.relay;
        self.tx_requests.connected(id, bulk);
        self.header_sync.connected(id, now);
        if info.services.has(Services::WITNESS)
            && (info.services.has(Services::NETWORK) || info.services.has(Services::NETWORK_LIMITED))
        {
            self.block_requests.connected(id);
        }
        self.backfill.connected(id, info.services);
        self.tell_peer(now, id, PeerEvent::Ready(Box::new(info.clone())));
        if bulk {
            self.send(id, Message::Mempool);
        }
        self.met(now, id, info);
    }

    fn ended(&mut self, now: Timestamp, id: PeerId, reason: DisconnectReason) {
        self.fetched(now, id, &reason);
        self.peers.remove(&id);
        self.tx_requests.disconnected(id);
        self.header_sync.disconnected(id);
        self.block_requests.disconnected(id);
        self.backfill.disconnected(id);
        self.high_bandwidth.disconnected(id);
        let retry_at = self.dialer.ended(id, &reason, now);
        self.dials_at = Some(now);
        self.tell_peer(now, id, PeerEvent::Disconnected { reason, retry_at });
    }

    fn task_failed(&mut self, task: Id) {
        let failed = self.peers.iter().find(|(_, peer)| peer.task == task).map(|(&id, _)| id);
        if let Some(id) = failed {
            self.ended(self.clock.now(), id, DisconnectReason::Internal);
        }
    }

    fn close(&mut self, id: PeerId, reason: DisconnectReason) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.handle.close(reason);
        }
    }

    fn send(&mut self, id: PeerId, message: Message) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.handle.send(message);
        }
    }

    fn tell_peer(&mut self, time: Timestamp, id: PeerId, event: PeerEvent) {
        self.tell(time, EventKind::Peer(id, event));
    }

    fn tell(&mut self, time: Timestamp, kind: EventKind) {
        self.told_until = self.told_until.max(time);
        self.events.push_back(Event { time: self.told_until, kind });
    }
}

async fn sleep_until_any(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

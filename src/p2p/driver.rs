//! Sockets, tasks and timers around the node, which makes all decisions.

use crate::event::{DisconnectReason, Event, EventKind, PeerId, Request, Warning};
use crate::p2p::action::Dial;
use crate::p2p::addrman::seeds::SeedAnswer;
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::backlog::Backlog;
use crate::p2p::input::PeerReport;
use crate::p2p::node::{Node, Output};
use crate::p2p::peer::{
    self, Congested, ConnectionId, ConnectionSettings, Connector, Handle, Report, Reports, Resolve,
    SystemResolver, Timing,
};
use crate::p2p::seed_lookup::look_up;
use crate::p2p::settings::Settings;
use crate::util::clock::{Clock, RECHECK};
use crate::util::time::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
use tokio::time::{sleep_until, timeout};

/// How long the connections may take to close on shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The most reports handled before the node acts on them.
const MAX_BATCH: usize = 64;

/// The network: many connections as one stream of events.
#[derive(Debug)]
pub struct Driver {
    /// Boxed, as futures that own a driver would otherwise be large.
    node: Box<Node>,
    clock: Clock,
    resolver: Arc<dyn Resolve>,
    /// The default port of the network, which DNS seeds answer for.
    default_port: u16,
    /// How every connection is opened.
    connection: ConnectionSettings,
    connections: HashMap<PeerId, Connection>,
    connection_count: u64,
    tasks: JoinSet<()>,
    reports: Reports,
    backlog: Backlog,
    lookups: JoinSet<SeedAnswer>,
    events: VecDeque<Event>,
}

/// A connection, or an attempt to open one.
#[derive(Debug)]
struct Connection {
    id: ConnectionId,
    task: Id,
    handle: Handle,
}

impl Driver {
    /// Joins the network. Nothing happens before [`Driver::next`] is called.
    pub fn start(settings: Settings, clock: Clock) -> Self {
        Self::start_with(settings, clock, Arc::new(SystemResolver))
    }

    /// Like [`Driver::start`], with another resolver of names than the system's.
    pub fn start_with(settings: Settings, clock: Clock, resolver: Arc<dyn Resolve>) -> Self {
        Self {
            default_port: settings.network.default_port(),
            connection: ConnectionSettings {
                connector: Connector::new(settings.routes.clone(), Arc::clone(&resolver)),
                network: settings.network,
                transport: settings.transport,
                timing: Timing {
                    handshake_timeout: settings.handshake_timeout,
                    ping_interval: settings.ping_interval,
                    ping_timeout: settings.ping_timeout,
                },
                clock,
            },
            node: Box::new(Node::new(settings, clock.now(), rand::random())),
            clock,
            resolver,
            connections: HashMap::new(),
            connection_count: 0,
            tasks: JoinSet::new(),
            reports: Reports::new(),
            backlog: Backlog::default(),
            lookups: JoinSet::new(),
            events: VecDeque::new(),
        }
    }

    /// Waits for the next event. Cancel-safe: no event is lost when the future is dropped.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn next(&mut self) -> Event {
        loop {
            // Whatever the node asked for was sent before the first of these events was returned.
            if let Some(event) = self.ready() {
                return event;
            }
            self.act();
            if let Some(event) = self.ready() {
                return event;
            }
            let now = self.clock.now();
            // Wake up even if nothing is due: the node takes a long time without a call for sleep of the
            // machine.
            let deadline = self.clock.wakeup(self.node.deadline(now).unwrap_or(now + RECHECK));
            tokio::select! {
                Some(report) = self.reports.next() => {
                    self.pass_on(report);
                    // Handle everything else that has arrived too: a peer that announces in small pieces is
                    // then asked in one message.
                    for _ in 1..MAX_BATCH {
                        let Some(report) = self.reports.try_next() else { break };
                        self.pass_on(report);
                    }
                }
                Some(ended) = self.tasks.join_next_with_id() => {
                    // A task that ended without a panic has reported its end.
                    if let Err(error) = ended {
                        self.task_failed(error.id());
                    }
                }
                Some(ended) = self.lookups.join_next() => match ended {
                    Ok(answer) => self.node.seed_answered(answer, self.clock.now()),
                    Err(_) => self.node.lookup_failed(),
                },
                () = sleep_until(deadline) => {}
            }
            self.act();
        }
    }

    /// Returns the next of the events already handled, if any is left. Waiting for each one separately would
    /// cost more time than the event itself.
    pub fn ready(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Does what is due.
    fn act(&mut self) {
        let now = self.clock.now();
        if let Some(is_behind) = self.backlog.look(now, self.reports.is_full()) {
            let warning = if is_behind { Warning::Behind } else { Warning::CaughtUp };
            self.events.push_back(Event { time: now, kind: EventKind::Warning(warning) });
        }
        self.node.timer(now);
        self.carry_out(now);
    }

    /// Serves a request of the model.
    pub fn request(&mut self, request: Request) {
        self.node.request(request, self.clock.now());
    }

    /// The known addresses, if peers are discovered: what a later run can start from.
    pub fn addresses(&self) -> Option<&AddrTable> {
        self.node.addresses()
    }

    /// Closes all connections, within 2 s.
    pub async fn shutdown(mut self) {
        for connection in self.connections.values_mut() {
            connection.handle.close(DisconnectReason::ShuttingDown);
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

    fn pass_on(&mut self, report: Report) {
        let Report { connection, time, content, .. } = report;
        let peer = connection.peer;
        if self.connections.get(&peer).is_none_or(|current| current.id != connection) {
            return;
        }
        if matches!(content, PeerReport::Ended(_)) {
            self.connections.remove(&peer);
        }
        self.node.reported(peer, content, time);
        self.carry_out(time);
    }

    fn task_failed(&mut self, task: Id) {
        let failed = self.connections.iter().find(|(_, connection)| connection.task == task);
        if let Some((&peer, _)) = failed {
            let reason = DisconnectReason::Internal;
            self.connections.remove(&peer);
            self.node.reported(peer, PeerReport::Ended(reason), self.clock.now());
        }
    }

    fn carry_out(&mut self, now: Timestamp) {
        while let Some(output) = self.node.next_output() {
            match output {
                Output::Send(peer, message) => {
                    let sent = self.connections.get(&peer).map(|connection| connection.handle.send(message));
                    if sent == Some(Err(Congested)) {
                        self.node.congested(peer, now);
                    }
                }
                Output::Disconnect(peer, reason) => {
                    if let Some(connection) = self.connections.get_mut(&peer) {
                        connection.handle.close(reason);
                    }
                }
                Output::Dial(dial) => self.dial(dial),
                Output::ResolveSeed(name) => {
                    self.lookups.spawn(look_up(name, self.default_port, Arc::clone(&self.resolver)));
                }
                Output::Event(event) => self.events.push_back(event),
            }
        }
    }

    fn dial(&mut self, dial: Dial) {
        let Dial { peer, address, v1_only, .. } = dial;
        self.connection_count += 1;
        let id = ConnectionId { peer, number: self.connection_count };
        let settings = self.connection.for_peer(v1_only);
        let (handle, inbox) = peer::handle();
        let reporter = self.reports.reporter(id);
        let task = self.tasks.spawn(peer::run(address, settings, inbox, reporter)).id();
        self.connections.insert(peer, Connection { id, task, handle });
    }
}

//! Which peers are asked for the list of their whole mempool (BIP35), and where their lists begin and end.
//!
//! Core answers `mempool` at its next trickle, on average 5 s later, with `inv`s of up to 50,000 entries. It
//! handles our messages in order, so that a ping before the `mempool` shows where the list begins: ordinary
//! announcements that were under way come before the pong.

use super::entries::ListId;
use crate::address::Host;
use crate::address::netgroup::{NetGroup, is_routable};
use crate::event::{PeerId, PeerInfo};
use crate::p2p::action::{ConnectionKind, Dial};
use crate::p2p::settings::BootstrapMode;
use crate::util::bounded::BoundedMap;
use crate::util::time::Timestamp;
use crate::wire::{Inventory, Services, Wtxid};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many whole lists are enough: the second fills the first one's gaps, and confirms it.
const ENOUGH: usize = 2;

/// The most entries of a list: about as many transactions as fit into Core's default mempool.
pub const MAX_LISTED: usize = 300_000;

/// An `inv` with fewer entries ends a list (Core: `MAX_INV_SZ`).
const FULL_INV: usize = 50_000;

/// The most transactions of an ordinary announcement (Core: `INVENTORY_BROADCAST_MAX`).
const MAX_TRICKLE: usize = 1_000;

/// The longest time for an answer. Trickles are 5 s apart on average, so more than 30 s is rare.
const LIST_TIMEOUT: Duration = Duration::from_mins(1);

/// The longest time from a full `inv` to the next part: Core sends all parts together. It ends a list that
/// happens to have a multiple of 50,000 entries.
const PART_TIMEOUT: Duration = Duration::from_secs(30);

/// How long to wait for connected peers that offer their list before others are dialled for it.
const DIAL_AFTER: Duration = Duration::from_secs(5);

/// How long after the first list a second one is looked for.
const SECOND_LIST_PATIENCE: Duration = Duration::from_mins(2);

/// How often one peer is asked in a bootstrap: a peer that has reached its upload target disconnects instead
/// of answering.
const MAX_ASKS: u8 = 2;

/// The number of peers for which it is remembered how often they were asked.
const REMEMBERED: usize = 1_000;

/// The nonce of the ping sent before `mempool`.
pub const FENCE: u64 = u64::from_le_bytes(*b"mempool?");

/// Which peers may be asked, were asked, and are sending a list.
#[derive(Debug)]
pub struct Lists {
    mode: BootstrapMode,
    connections: BTreeMap<PeerId, Connection>,
    asks: BoundedMap<PeerId, u8, REMEMBERED>,
    complete: Vec<Lister>,
    /// Since when a list could have been requested.
    since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
struct Lister {
    id: ListId,
    peer: PeerId,
    group: Option<NetGroup>,
    at: Timestamp,
}

#[derive(Debug)]
struct Connection {
    kind: ConnectionKind,
    /// `None` on networks where addresses don't tell operators apart, such as private ones.
    group: Option<NetGroup>,
    /// Whether the peer offers its list.
    offers: bool,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// The peer doesn't offer its list, was already asked, or has not completed the handshake.
    Closed,
    /// The peer may be asked.
    Open,
    Asked {
        at: Timestamp,
        is_fenced: bool,
    },
    Listing {
        id: ListId,
        count: usize,
        last: Timestamp,
    },
}

/// A part of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    pub id: ListId,
    pub wtxids: Vec<Wtxid>,
    pub is_first: bool,
    pub is_complete: bool,
    /// Whether the list is longer than any mempool.
    pub is_too_long: bool,
}

/// How the wait for a list ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overdue {
    /// Nothing came.
    Nothing,
    /// The list ended with a full `inv`.
    Complete,
}

impl Lists {
    pub fn new(mode: BootstrapMode) -> Self {
        Self {
            mode,
            connections: BTreeMap::new(),
            asks: BoundedMap::default(),
            complete: Vec::new(),
            since: None,
        }
    }

    /// Starts over: every peer may be asked again.
    pub fn restart(&mut self, now: Timestamp) {
        for connection in self.connections.values_mut().filter(|connection| connection.offers) {
            if connection.stage == Stage::Closed {
                connection.stage = Stage::Open;
            }
        }
        self.asks = BoundedMap::default();
        self.complete.clear();
        self.since = Some(now);
    }

    /// Whether a whole list arrived.
    pub fn has_complete(&self) -> bool {
        !self.complete.is_empty()
    }

    /// Whether any peer is about to send a list.
    pub fn is_listing(&self) -> bool {
        self.connections.values().any(|connection| matches!(connection.stage, Stage::Listing { .. }))
    }

    pub fn dialling(&mut self, dial: &Dial) {
        let group = group_of(&dial.address.host);
        self.connections
            .insert(dial.peer, Connection { kind: dial.kind, group, offers: false, stage: Stage::Closed });
    }

    /// The handshake is complete. Returns whether the peer may be asked.
    pub fn connected(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> bool {
        let Some(connection) = self.connections.get_mut(&peer) else { return false };
        let is_forced = self.mode == BootstrapMode::Force && connection.kind == ConnectionKind::Manual;
        let offers = info.services.has(Services::BLOOM) || is_forced;
        let may_ask = offers && info.relay && info.wtxid_relay && self.mode != BootstrapMode::Off;
        if info.relay {
            self.since.get_or_insert(now);
        }
        connection.offers = may_ask;
        if may_ask {
            connection.stage = Stage::Open;
        }
        may_ask
    }

    pub fn disconnected(&mut self, peer: PeerId) {
        self.connections.remove(&peer);
    }

    /// Whether the connection is for the list only.
    pub fn is_mempool_fetch(&self, peer: PeerId) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.kind == ConnectionKind::MempoolFetch)
    }

    /// Handles a pong that is not the keepalive's. Returns whether it answers the ping sent here.
    pub fn pong(&mut self, peer: PeerId, nonce: u64) -> bool {
        if nonce != FENCE || !self.asks.contains_key(&peer) {
            return false;
        }
        if let Some(connection) = self.connections.get_mut(&peer)
            && let Stage::Asked { is_fenced, .. } = &mut connection.stage
        {
            *is_fenced = true;
        }
        true
    }

    /// Reads an `inv`. Returns `None` if it is not part of a list.
    pub fn inv(&mut self, peer: PeerId, list: &[Inventory], now: Timestamp) -> Option<Part> {
        let free_id = self.free_id();
        let connection = self.connections.get_mut(&peer)?;
        let wtxids: Vec<Wtxid> = match connection.stage {
            Stage::Closed | Stage::Open => return None,
            Stage::Asked { .. } | Stage::Listing { .. } => list.iter().filter_map(wtxid).collect(),
        };
        let (id, before) = match connection.stage {
            // A block announcement in between.
            Stage::Listing { .. } if wtxids.is_empty() && !list.is_empty() => return None,
            Stage::Listing { id, count, .. } => (id, count),
            Stage::Asked { is_fenced, .. } if !wtxids.is_empty() => {
                if !is_fenced && wtxids.len() <= MAX_TRICKLE {
                    return None;
                }
                (free_id?, 0)
            }
            _ => return None,
        };
        let count = before + wtxids.len();
        let is_first = matches!(connection.stage, Stage::Asked { .. });
        let is_complete = list.len() < FULL_INV;
        if is_complete {
            connection.stage = Stage::Closed;
            self.complete.push(Lister { id, peer, group: connection.group, at: now });
        } else {
            connection.stage = Stage::Listing { id, count, last: now };
        }
        Some(Part { id, wtxids, is_first, is_complete, is_too_long: count > MAX_LISTED })
    }

    /// Discards a list that turned out to be worthless. Returns its author, if still connected.
    pub fn reject(&mut self, id: ListId) -> Option<PeerId> {
        let position = self.complete.iter().position(|lister| lister.id == id);
        let author = position.map(|position| self.complete.remove(position).peer);
        let listing = self.connections.iter_mut().find(
            |(_, connection)| matches!(connection.stage, Stage::Listing { id: listing, .. } if listing == id),
        );
        let listing = listing.map(|(&peer, connection)| {
            connection.stage = Stage::Closed;
            peer
        });
        author.or(listing).filter(|peer| self.connections.contains_key(peer))
    }

    /// Returns the peers to ask now. They count as asked.
    pub fn ask(&mut self, now: Timestamp) -> Vec<PeerId> {
        let mut asked = Vec::new();
        while self.is_needed(now)
            && let Some(peer) = self.next_to_ask()
            && let Some(connection) = self.connections.get_mut(&peer)
        {
            connection.stage = Stage::Asked { at: now, is_fenced: false };
            *self.asks.get_or_default(peer) += 1;
            asked.push(peer);
        }
        asked
    }

    /// Returns the connections that exist only for a list and are no longer needed.
    pub fn superfluous(&mut self) -> Vec<PeerId> {
        let is_open_fetch = |connection: &Connection| {
            connection.kind == ConnectionKind::MempoolFetch && connection.stage == Stage::Open
        };
        let fetches = self.connections.iter_mut().filter(|(_, connection)| is_open_fetch(connection));
        let closed = fetches.map(|(&peer, connection)| {
            connection.stage = Stage::Closed;
            peer
        });
        closed.collect()
    }

    /// Extends all time limits by `time`, including the search for a second list.
    pub fn slept(&mut self, time: Duration) {
        for connection in self.connections.values_mut() {
            if let Stage::Asked { at: since, .. } | Stage::Listing { last: since, .. } = &mut connection.stage
            {
                *since = *since + time;
            }
        }
        for lister in &mut self.complete {
            lister.at = lister.at + time;
        }
        self.since = self.since.map(|since| since + time);
    }

    /// Returns the peers whose answer is overdue.
    pub fn overdue(&mut self, now: Timestamp) -> Vec<(PeerId, Overdue)> {
        let mut overdue = Vec::new();
        for (&peer, connection) in &mut self.connections {
            match connection.stage {
                Stage::Asked { at, .. } if at + LIST_TIMEOUT <= now => {
                    connection.stage = Stage::Closed;
                    overdue.push((peer, Overdue::Nothing));
                }
                Stage::Listing { id, last, .. } if last + PART_TIMEOUT <= now => {
                    connection.stage = Stage::Closed;
                    self.complete.push(Lister { id, peer, group: connection.group, at: now });
                    overdue.push((peer, Overdue::Complete));
                }
                _ => {}
            }
        }
        overdue
    }

    /// Whether a peer should be dialled for its list.
    pub fn needs_dial(&self, now: Timestamp) -> bool {
        let is_alone = self.under_way().next().is_none() && self.next_to_ask().is_none();
        is_alone && self.is_needed(now) && self.dial_at().is_some_and(|at| at <= now)
    }

    /// When something changes even if nothing else happens.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let answers = self.connections.values().filter_map(|connection| match connection.stage {
            Stage::Closed | Stage::Open => None,
            Stage::Asked { at, .. } => Some(at + LIST_TIMEOUT),
            Stage::Listing { last, .. } => Some(last + PART_TIMEOUT),
        });
        let patience = self.complete.first().map(|first| first.at + SECOND_LIST_PATIENCE);
        let changes = self.dial_at().into_iter().chain(patience).filter(|&at| at > now);
        answers.chain(changes).min()
    }

    /// An id that is not in use. There always is one, as few lists are enough.
    fn free_id(&self) -> Option<ListId> {
        let listing = self.connections.values().filter_map(|connection| match connection.stage {
            Stage::Listing { id, .. } => Some(id),
            Stage::Closed | Stage::Open | Stage::Asked { .. } => None,
        });
        let used: Vec<ListId> = self.complete.iter().map(|lister| lister.id).chain(listing).collect();
        ListId::all().find(|id| !used.contains(id))
    }

    fn dial_at(&self) -> Option<Timestamp> {
        self.since.filter(|_| self.mode != BootstrapMode::Off).map(|since| since + DIAL_AFTER)
    }

    /// Whether another list is needed, besides those that are complete or under way.
    fn is_needed(&self, now: Timestamp) -> bool {
        let is_second_awaited =
            self.complete.first().is_none_or(|first| now < first.at + SECOND_LIST_PATIENCE);
        let needed = if is_second_awaited { ENOUGH } else { 1 };
        self.complete.len() + self.under_way().count() < needed
    }

    fn under_way(&self) -> impl Iterator<Item = &Connection> {
        let connections = self.connections.values();
        connections.filter(|connection| !matches!(connection.stage, Stage::Closed | Stage::Open))
    }

    /// The next peer to ask: of another netgroup than the previous ones.
    fn next_to_ask(&self) -> Option<PeerId> {
        let groups: Vec<NetGroup> = (self.complete.iter().map(|lister| lister.group))
            .chain(self.under_way().map(|connection| connection.group))
            .flatten()
            .collect();
        let may_ask = |peer: PeerId, connection: &Connection| {
            connection.stage == Stage::Open
                && connection.group.is_none_or(|group| !groups.contains(&group))
                && self.asks.get(&peer).is_none_or(|&asks| asks < MAX_ASKS)
        };
        self.connections.iter().find(|&(&peer, connection)| may_ask(peer, connection)).map(|(&peer, _)| peer)
    }
}

fn group_of(host: &Host) -> Option<NetGroup> {
    NetGroup::of(host).filter(|_| is_routable(host))
}

fn wtxid(entry: &Inventory) -> Option<Wtxid> {
    match entry {
        Inventory::Wtx(wtxid) => Some(*wtxid),
        _ => None,
    }
}

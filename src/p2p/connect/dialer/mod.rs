//! Whom to dial, and when; whom to let go.

mod chosen;
mod pace;
mod reach;
mod search;

use crate::address::PeerAddress;
use crate::event::{DisconnectReason, PeerId, PeerInfo};
use crate::p2p::PeerChoice;
use crate::p2p::addrman::gossip::Allowance;
use crate::p2p::addrman::table::{AddrSource, AddrTable};
use crate::p2p::settings::Settings;
use crate::util::time::Timestamp;
use crate::wire::message::KnownAddress;
use chosen::ChosenPeers;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use search::Search;
use std::collections::HashMap;
use std::time::Duration;

/// The most connections that are being opened at once.
pub const MAX_DIALS: usize = 8;

/// Of how many addresses the id is remembered.
const MAX_IDS: usize = 4_096;

/// How long the address book alone may take to lead to two peers before seeds are asked as well
/// (Core: 11 s).
const BOOK_PATIENCE: Duration = Duration::from_secs(11);

/// When there was nobody for this long, the fixed seeds are used (Core: 1 min).
const FIXED_SEEDS_AFTER: Duration = Duration::from_mins(1);

/// A dial that is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dial {
    /// Who.
    pub peer: PeerId,
    /// Where.
    pub address: PeerAddress,
    /// How many attempts in a row, this one included.
    pub attempt: u32,
    /// Whether the peer is known not to speak the v2 transport.
    pub v1_only: bool,
}

/// Decides whom to dial.
#[derive(Debug)]
pub struct Dialer {
    chosen: ChosenPeers,
    search: Option<Search>,
    ids: PeerIds,
    allowances: HashMap<PeerId, Allowance>,
    /// Since when the search has had no company.
    lonely_since: Timestamp,
    /// How long there may be nobody before the fixed seeds are used; `None`: they have been.
    fixed_seeds_after: Option<Duration>,
}

/// Gives each address its id.
#[derive(Debug)]
pub struct PeerIds {
    next: u64,
    known: HashMap<PeerAddress, PeerId, foldhash::fast::RandomState>,
}

impl PeerIds {
    /// The id of `address`, the same as last time if that is not long ago. Which others are in use
    /// is told by `in_use`.
    fn of(&mut self, address: &PeerAddress, in_use: impl Fn(PeerId) -> bool) -> PeerId {
        if let Some(&id) = self.known.get(address) {
            return id;
        }
        if self.known.len() >= MAX_IDS {
            self.known.retain(|_, id| in_use(*id));
        }
        let id = PeerId(self.next);
        self.next += 1;
        self.known.insert(address.clone(), id);
        id
    }
}

impl Dialer {
    /// Begins at `now`, with what is known from earlier. `seed` makes the jitter and the choices.
    pub fn new(settings: &Settings, book: AddrTable, now: Timestamp, seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let (addresses, search) = match &settings.choice {
            PeerChoice::Only(addresses) => (addresses, None),
            PeerChoice::Discover(discovery) => (&discovery.also, Some(discovery)),
        };
        let chosen = ChosenPeers::new(addresses, now, &mut rng);
        let nobody_else = addresses.is_empty() && book.is_empty();
        let at_once = nobody_else && search.is_some_and(|discovery| !discovery.dns);
        let ids = PeerIds { next: chosen.len() as u64, known: HashMap::default() };
        let search = search.map(|discovery| Search::new(discovery.peers, settings.routes.clone(), book, rng));
        Self {
            chosen,
            search,
            ids,
            allowances: HashMap::new(),
            lonely_since: now,
            fixed_seeds_after: Some(if at_once { Duration::ZERO } else { FIXED_SEEDS_AFTER }),
        }
    }

    /// The dials that are due; each counts as begun.
    pub fn due(&mut self, now: Timestamp) -> Vec<Dial> {
        let mut dials = self.chosen.due(now, self.room());
        let room = self.room();
        if let Some(search) = &mut self.search {
            dials.extend(search.due(now, room, &mut self.ids, |address| self.chosen.contains(address)));
        }
        dials
    }

    fn room(&self) -> usize {
        let searching = self.search.as_ref().map_or(0, Search::dialling);
        MAX_DIALS.saturating_sub(self.chosen.dialling() + searching)
    }

    /// When [`Dialer::due`] or [`Dialer::leaving`] may have something, or seeds be wanted, without
    /// anything else happening.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let mut deadlines = Vec::new();
        if self.room() > 0 {
            deadlines.extend(self.chosen.deadline());
            deadlines.extend(self.search.as_ref().and_then(Search::next_due));
        }
        if let Some(search) = &self.search {
            deadlines.extend(search.close_deadline());
            deadlines.extend(self.fixed_seeds_at());
            deadlines.extend(Some(self.lonely_since + BOOK_PATIENCE).filter(|&at| at > now));
        }
        deadlines.into_iter().min()
    }

    /// The connection to `peer` is open.
    pub fn opened(&mut self, peer: PeerId) {
        self.chosen.opened(peer);
        if let Some(search) = &mut self.search {
            search.opened(peer);
        }
    }

    /// The handshake with `peer` is done. Whether it is to be asked for addresses.
    pub fn ready(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> bool {
        self.chosen.ready(peer, now);
        if let Some(search) = &mut self.search {
            match self.chosen.address(peer) {
                Some(address) => search.met(address, info.services, now),
                None => search.ready(peer, info.services, now),
            }
            self.allowances.insert(peer, Allowance::after_getaddr(now));
        }
        self.search.is_some()
    }

    /// Whether `peer` says of itself that it does not speak the v2 transport. It is remembered for
    /// the next dial.
    pub fn note_transport(&mut self, peer: PeerId, v1_only: bool) {
        self.chosen.note_transport(peer, v1_only);
        if let Some(search) = &mut self.search {
            search.note_transport(peer, v1_only);
        }
    }

    /// The connection to `peer`, or the attempt at one, ended. When it is dialled again; `None`:
    /// another takes its place.
    pub fn ended(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) -> Option<Timestamp> {
        self.allowances.remove(&peer);
        if let Some(search) = &mut self.search {
            let had_company = search.has_company();
            search.ended(peer, reason, now);
            if had_company && !search.has_company() {
                self.lonely_since = now;
            }
        }
        self.chosen.ended(peer, now)
    }

    /// Whether the user named `peer`: it is kept whatever it is worth.
    pub fn is_chosen(&self, peer: PeerId) -> bool {
        self.chosen.address(peer).is_some()
    }

    /// Whether `peer` is a seed that was dialled by name for its addresses only.
    pub fn is_fetch(&self, peer: PeerId) -> bool {
        self.search.as_ref().is_some_and(|search| search.is_fetch(peer))
    }

    /// Whom to disconnect now, and why.
    pub fn leaving(&mut self, now: Timestamp) -> Vec<(PeerId, DisconnectReason)> {
        self.search.as_mut().map_or_else(Vec::new, |search| search.leaving(now))
    }

    /// `peer`, which is at `address`, told addresses. How many of them are new and were kept.
    pub fn told(
        &mut self,
        peer: PeerId,
        address: &PeerAddress,
        list: &[KnownAddress],
        now: Timestamp,
    ) -> usize {
        let allowed = self.allowances.get_mut(&peer).map_or(0, |allowance| allowance.take(list.len(), now));
        self.learn(list.iter().take(allowed), &AddrSource::Peer(address.clone()), now)
    }

    /// `source` told addresses. How many of them are new and were kept.
    pub fn learn<'a>(
        &mut self,
        list: impl IntoIterator<Item = &'a KnownAddress>,
        source: &AddrSource,
        now: Timestamp,
    ) -> usize {
        let Some(search) = &mut self.search else { return 0 };
        list.into_iter().filter(|known| search.book.learn(known, source, now)).count()
    }

    /// The address book, where peers are searched for.
    pub fn book(&self) -> Option<&AddrTable> {
        self.search.as_ref().map(|search| &search.book)
    }

    /// Whether seeds should be asked: peers are missing, and the book has nobody to dial or has led
    /// to nobody for a while.
    pub fn wants_addresses(&self, now: Timestamp) -> bool {
        self.search.as_ref().is_some_and(|search| {
            let patient = search.has_company() || now < self.lonely_since + BOOK_PATIENCE;
            search.is_starved() || !patient
        })
    }

    /// Dials this seed by its name, to ask it for addresses.
    pub fn fetch(&mut self, seed: PeerAddress) {
        if let Some(search) = &mut self.search {
            search.fetch(seed);
        }
    }

    /// Whether it is time to use the fixed seeds. Says so once.
    pub fn take_fixed_seeds(&mut self, now: Timestamp) -> bool {
        let due = self.fixed_seeds_at().is_some_and(|at| at <= now);
        if due {
            self.fixed_seeds_after = None;
        }
        due
    }

    fn fixed_seeds_at(&self) -> Option<Timestamp> {
        let alone = self.search.as_ref().is_some_and(|search| search.live() == 0);
        self.fixed_seeds_after.filter(|_| alone).map(|after| self.lonely_since + after)
    }
}

#[cfg(test)]
mod tests;

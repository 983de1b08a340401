//! The Peers screen: the statistics of every peer, in any order.

mod disconnected;
mod groups;
mod heat_map;
mod row;
mod sort;
#[cfg(test)]
mod tests;

pub use disconnected::DisconnectedPeer;
pub use groups::{GroupName, Grouping, PeerGroup};
pub use heat_map::{HeatCell, HeatMap};
pub use row::PeerStatsRow;
pub use sort::{PeerSort, SortKey, SortValue};

use crate::event::AddressCounts;
use crate::model::Model;
use crate::query::subjects::PeerItem;
use crate::query::{self, Peers, Query};
use crate::snapshot::peer_row::{PeerListView, PeerRow};
use crate::snapshot::window::Window;
use crate::util::text::contains;
use crate::util::time::Timestamp;
use std::cmp::Ordering;
use std::sync::Arc;

/// What the Peers screen asks for.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct PeersView {
    /// The visible part of the list.
    pub window: PeerListView,
    /// The order of the list, unless the query has its own.
    pub sort: PeerSort,
    /// Only peers whose address or user agent contains this text.
    pub filter: String,
    /// Which peers are listed; `None`: all.
    pub query: Option<Arc<Query<Peers>>>,
    /// The grouping of the listed peers, if any.
    pub grouping: Option<Grouping>,
    /// Only peers of this group.
    pub within: Option<(Grouping, GroupName)>,
}

/// The Peers screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct PeersScreen {
    /// The visible peers.
    pub peers: Window<PeerStatsRow>,
    /// The listed peers in groups, if they are grouped.
    pub groups: Vec<PeerGroup>,
    /// Whether autonomous systems are known.
    pub has_autonomous_systems: bool,
    /// The number of peers, whether listed or not.
    pub known: usize,
    /// The order of the list.
    pub sort: PeerSort,
    /// The peers that were recently disconnected or not reached, latest first; at most 50.
    pub disconnected: Vec<DisconnectedPeer>,
    /// The numbers of known addresses, by network; empty without an address manager.
    pub address_counts: Vec<AddressCounts>,
    /// The announcements of the last transactions by the visible peers.
    pub heat: HeatMap,
}

impl PeersScreen {
    /// Takes the screen. The cost depends on the number of peers and of rows.
    pub(super) fn take(model: &Model, view: &PeersView, now: Timestamp) -> Self {
        let keyed = list(model, view, now);
        let listed = keyed.iter().map(|(_, row)| row);
        let groups = view.grouping.map_or_else(Vec::new, |by| groups::groups(listed, by, firsts(model)));
        let peers = sorted(keyed, view);
        let heat = HeatMap::take(model.mempool(), peers.rows.iter().map(|row| row.row.id));
        let disconnected = disconnected::take(model.peers(), now);
        let known = model.peers().iter().count();
        Self {
            peers,
            groups,
            has_autonomous_systems: model.peers().has_as_database(),
            known,
            sort: view.sort,
            disconnected,
            address_counts: model.addresses().to_vec(),
            heat,
        }
    }
}

/// The number of transactions that any peer announced first, whether listed or not.
fn firsts(model: &Model) -> u64 {
    model.peers().iter().map(|(_, peer)| peer.first_count()).fold(0, u64::saturating_add)
}

/// The sort key of a peer. All keys of a list have the same variant.
enum Key {
    OfColumn(Option<SortValue>),
    OfQuery(query::SortKey),
}

/// The listed peers, unsorted, with their sort keys.
fn list(model: &Model, view: &PeersView, now: Timestamp) -> Vec<(Key, PeerStatsRow)> {
    let leads = model.block_relay().leads();
    let tip = model.tip().map(|tip| tip.height);
    let query = view.query.as_deref();
    let sort = query.and_then(Query::sort);
    let keyed = model.peers().iter().filter_map(|(id, peer)| {
        let stats = peer.stats(tip, leads.get(&id).copied(), now);
        let row = PeerStatsRow { row: PeerRow::take(id, peer, now), stats };
        let (address, liveness) = (&row.row.address, &row.row.liveness);
        let item = PeerItem { address, kind: row.row.kind, liveness, info: peer.info(), stats: &row.stats };
        let key = query.is_none_or(|query| query.matches(&item)).then(|| match sort {
            Some(sort) => Key::OfQuery(sort.key(&item)),
            None => Key::OfColumn((view.sort.by.value)(&row)),
        })?;
        Some((key, row))
    });
    let is_found = |row: &PeerRow| {
        contains(&row.address.to_string(), &view.filter) || contains(&row.user_agent, &view.filter)
    };
    let is_within =
        |row: &PeerStatsRow| view.within.as_ref().is_none_or(|(by, group)| by.group(row) == *group);
    keyed.filter(|(_, row)| is_found(&row.row) && is_within(row)).collect()
}

/// The visible part of the sorted list.
fn sorted(mut keyed: Vec<(Key, PeerStatsRow)>, view: &PeersView) -> Window<PeerStatsRow> {
    let sort = view.query.as_deref().and_then(Query::sort);
    keyed.sort_unstable_by(|(key, row), (other_key, other)| {
        let order = match (key, other_key, sort) {
            (Key::OfColumn(key), Key::OfColumn(other), _) => view.sort.compare(key.as_ref(), other.as_ref()),
            (Key::OfQuery(key), Key::OfQuery(other), Some(sort)) => sort.compare(key, other),
            _ => Ordering::Equal,
        };
        order.then(row.row.id.cmp(&other.row.id))
    });
    let selected = view.window.selected;
    let selected = selected.and_then(|id| keyed.iter().position(|(_, row)| row.row.id == id));
    Window::of_list(keyed, view.window.offset, view.window.height, selected).map(|(_, row)| row)
}

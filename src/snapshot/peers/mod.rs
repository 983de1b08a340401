//! The Peers screen: the statistics of every peer, in any order.

mod disconnected;
mod heat_map;
mod row;
mod sort;
#[cfg(test)]
mod tests;

pub use disconnected::DisconnectedPeer;
pub use heat_map::{HeatCell, HeatMap};
pub use row::PeerStatsRow;
pub use sort::{PeerSort, SortKey, SortValue};

use crate::event::AddressCounts;
use crate::model::Model;
use crate::snapshot::peer_row::{PeerListView, PeerRow};
use crate::snapshot::window::Window;
use crate::util::text::contains;
use crate::util::time::Timestamp;

/// What the Peers screen asks for.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct PeersView {
    /// The visible part of the list.
    pub window: PeerListView,
    /// The order of the list.
    pub sort: PeerSort,
    /// Only peers with this text in their address or user agent.
    pub filter: String,
}

/// The Peers screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct PeersScreen {
    /// The visible peers.
    pub peers: Window<PeerStatsRow>,
    /// The order of the list.
    pub sort: PeerSort,
    /// The peers that were disconnected or not reached lately, the latest first; at most 50.
    pub disconnected: Vec<DisconnectedPeer>,
    /// The numbers of known addresses, by network; empty without an address manager.
    pub address_counts: Vec<AddressCounts>,
    /// The announcements of the last transactions by the visible peers.
    pub heat: HeatMap,
}

impl PeersScreen {
    /// The cost depends on the number of peers and on the rows of the view.
    pub(super) fn take(model: &Model, view: &PeersView, now: Timestamp) -> Self {
        let peers = list(model, view, now);
        let heat = HeatMap::take(model.mempool(), peers.rows.iter().map(|row| row.row.id));
        let disconnected = disconnected::take(model.peers(), now);
        Self { peers, sort: view.sort, disconnected, address_counts: model.addresses().to_vec(), heat }
    }
}

fn list(model: &Model, view: &PeersView, now: Timestamp) -> Window<PeerStatsRow> {
    let leads = model.block_relay().leads();
    let tip = model.tip().map(|tip| tip.height);
    let keyed = model.peers().iter().map(|(id, peer)| {
        let stats = peer.stats(tip, leads.get(&id).copied(), now);
        let row = PeerStatsRow { row: PeerRow::take(id, peer, now), stats };
        ((view.sort.by.value)(&row), row)
    });
    let is_listed = |row: &PeerRow| {
        contains(&row.address.to_string(), &view.filter) || contains(&row.user_agent, &view.filter)
    };
    let keyed = keyed.filter(|(_, row)| is_listed(&row.row));
    let mut keyed: Vec<_> = keyed.collect();
    keyed.sort_unstable_by(|(key, row), (other_key, other)| {
        view.sort.compare(key.as_ref(), other_key.as_ref()).then(row.row.id.cmp(&other.row.id))
    });
    let selected = view.window.selected;
    let selected = selected.and_then(|id| keyed.iter().position(|(_, row)| row.row.id == id));
    Window::of_list(keyed, view.window.offset, view.window.height, selected).map(|(_, row)| row)
}

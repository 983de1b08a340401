//! The Peers screen: what each peer is worth, in any order.

use crate::event::PeerId;
use crate::model::Model;
use crate::model::peers::visible_offset;
use crate::snapshot::view::{PeerSort, SortValue, WorthView};
use crate::snapshot::{HeatCell, HeatMap, LostPeer, PeersScreen, Window, WorthRow};
use crate::util::time::Timestamp;
use std::cmp::Ordering;
use std::time::Duration;

/// The most rows of a window; no terminal is that high.
const MOST_ROWS: usize = 1_000;

impl Model {
    /// What the Peers screen may know at `now`. The cost depends on the number of peers and on the
    /// rows of the view.
    pub(crate) fn peers_screen(&self, view: &WorthView, now: Timestamp) -> PeersScreen {
        let peers = self.worth_window(view, now);
        let heat = self.heat(&peers.rows);
        PeersScreen { peers, sort: view.sort, lost: self.lost(now), book: self.book.clone(), heat }
    }

    fn worth_window(&self, view: &WorthView, now: Timestamp) -> Window<WorthRow> {
        let leads = self.races.leads();
        let mut keyed: Vec<_> = self
            .peers
            .iter()
            .map(|(id, peer)| {
                let worth = peer.worth(self.height(), leads.get(&id).copied(), now);
                let row = WorthRow { row: peer.row(id, now), worth };
                ((view.sort.by.value)(&row), row)
            })
            .collect();
        keyed.sort_unstable_by(|(key, row), (other_key, other)| {
            compare(key.as_ref(), other_key.as_ref(), view.sort).then(row.row.id.cmp(&other.row.id))
        });
        let total = keyed.len();
        let selected = view.window.selected;
        let selected = selected.and_then(|id| keyed.iter().position(|(_, row)| row.row.id == id));
        let height = view.window.height.min(MOST_ROWS);
        let offset = visible_offset(view.window.offset, height, total, selected);
        let rows: Vec<_> = keyed.into_iter().skip(offset).take(height).map(|(_, row)| row).collect();
        Window {
            total,
            offset: Some(offset),
            more_above: offset > 0,
            more_below: offset + rows.len() < total,
            selected: selected.and_then(|index| index.checked_sub(offset)).filter(|&row| row < rows.len()),
            rows,
        }
    }

    fn lost(&self, now: Timestamp) -> Vec<LostPeer> {
        let mut lost: Vec<_> = self.peers.iter().filter_map(|(id, peer)| peer.lost(id, now)).collect();
        lost.sort_unstable_by_key(|lost| (lost.lost_for, lost.id));
        lost.truncate(PeersScreen::LOST);
        lost
    }

    fn heat(&self, rows: &[WorthRow]) -> HeatMap {
        let mut last: Vec<_> = self.mempool.entries().iter().rev().take(HeatMap::TRANSACTIONS).collect();
        last.reverse();
        let cell = |peer: PeerId, announcements: &mut dyn Iterator<Item = (PeerId, Duration)>| {
            let position = announcements.enumerate().find(|(_, (announcer, _))| *announcer == peer);
            position.map_or(HeatCell::Silent, |(index, (_, delay))| heat_cell(index, delay))
        };
        let of_peer = |row: &WorthRow| {
            last.iter().map(|(_, entry)| cell(row.row.id, &mut entry.announcements())).collect()
        };
        HeatMap {
            transactions: last.iter().map(|(key, _)| **key).collect(),
            rows: rows.iter().map(of_peer).collect(),
        }
    }
}

fn heat_cell(index: usize, delay: Duration) -> HeatCell {
    match delay.as_millis() {
        _ if index == 0 => HeatCell::First,
        0..=1_000 => HeatCell::Within1s,
        1_001..=5_000 => HeatCell::Within5s,
        5_001..=15_000 => HeatCell::Within15s,
        _ => HeatCell::Later,
    }
}

fn compare(one: Option<&SortValue>, other: Option<&SortValue>, sort: PeerSort) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => {
            let order = one.partial_cmp(other).unwrap_or(Ordering::Equal);
            if sort.descending { order.reverse() } else { order }
        }
        (one, other) => one.is_none().cmp(&other.is_none()),
    }
}

#[cfg(test)]
mod tests;

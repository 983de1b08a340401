//! What keys that move, scroll and open do.

use super::super::action::Motion;
use super::super::list::Moved;
use super::super::{layout, panels};
use super::{App, Focus, Layer, LayerKind};
use crate::snapshot::view::Open;
use crate::snapshot::{Detail, PeersScreen, Snapshot};

impl App {
    pub(super) fn open(&mut self) {
        let parts = self.parts();
        let worth_rows = layout::list_rows(self.peers_parts().list);
        let Snapshot { peers, transactions, peers_screen, .. } = &*self.shown.snapshot;
        let open = match self.list_in_use() {
            Focus::Worth => {
                if let Some(PeersScreen { peers, .. }) = peers_screen.as_deref()
                    && self.worth.position(peers).is_none()
                {
                    self.worth.go(Motion::Down, peers, worth_rows);
                }
                self.worth.selected.map(Open::Peer)
            }
            Focus::Peers => {
                if self.peers.position(peers).is_none() {
                    self.peers.go(Motion::Down, peers, layout::list_rows(parts.peers));
                }
                self.peers.selected.map(Open::Peer)
            }
            Focus::Transactions => {
                if self.transactions.position(transactions).is_none() {
                    self.transactions.go(Motion::Down, transactions, layout::list_rows(parts.transactions));
                }
                self.transactions.selected.map(Open::Transaction)
            }
        };
        self.open_details(open);
    }

    fn open_details(&mut self, open: Option<Open>) {
        match open {
            Some(open) if self.frozen.is_some() && self.detail(open).is_none() => {
                self.notice = Some("details are not part of a frozen screen".to_owned());
            }
            Some(open) => self.layers.push(Layer { kind: LayerKind::Details(open), scroll: 0 }),
            None => self.notice = Some("there is nothing to open yet".to_owned()),
        }
    }

    /// Goes on to the transaction in the place of the open one, or to the one that touched the selected
    /// target last.
    pub(super) fn follow(&mut self) {
        let Some(layer) = self.layers.last() else { return };
        let LayerKind::Details(open) = layer.kind else {
            if layer.kind == LayerKind::Watched {
                self.open_touching();
            }
            return;
        };
        if let Some(Detail::Gone { successor: Some(key), .. }) = self.detail(open) {
            let kind = LayerKind::Details(Open::Transaction(*key));
            self.layers.pop();
            self.layers.push(Layer { kind, scroll: 0 });
        }
    }

    fn open_touching(&mut self) {
        match self.selected_watched().and_then(|row| row.held) {
            Some(key) => self.open_details(Some(Open::Transaction(key))),
            None => self.notice = Some("no transaction that is held touches it".to_owned()),
        }
    }

    pub(super) fn select(&mut self, motion: Motion) {
        let parts = self.parts();
        let worth_rows = layout::list_rows(self.peers_parts().list);
        let Snapshot { peers, transactions, peers_screen, .. } = &*self.shown.snapshot;
        let moved = match self.list_in_use() {
            Focus::Worth => match peers_screen {
                Some(screen) => self.worth.go(motion, &screen.peers, worth_rows),
                None => Moved::ToTheEnd,
            },
            Focus::Peers => self.peers.go(motion, peers, layout::list_rows(parts.peers)),
            Focus::Transactions => {
                self.transactions.go(motion, transactions, layout::list_rows(parts.transactions))
            }
        };
        if self.frozen.is_some() && moved == Moved::ToTheEdge {
            self.notice = Some("a frozen screen keeps no rows beyond this one".to_owned());
        }
    }

    pub(super) fn scroll(&mut self, motion: Motion) {
        let (lines, rows) = panels::extent(self);
        let last = lines.saturating_sub(rows);
        let Some(layer) = self.layers.last_mut() else { return };
        let page = rows.max(2) - 1;
        // What is on screen may have become shorter than what was scrolled to.
        let from = layer.scroll.min(last);
        layer.scroll = match motion {
            Motion::Up => from.saturating_sub(1),
            Motion::Down => from + 1,
            Motion::PageUp => from.saturating_sub(page),
            Motion::PageDown => from + page,
            Motion::Top => 0,
            Motion::Bottom => last,
        }
        .min(last);
    }
}

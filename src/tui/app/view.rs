//! What the screen asks the model for. More rows than fit are asked for, so that a motion needs no
//! new snapshot.

use super::super::layout;
use super::super::list::{Keyed, List};
use super::App;
use super::LayerKind;
use crate::event::PeerId;
use crate::snapshot::Window;
use crate::snapshot::view::{Anchor, MempoolView, PeersView, Tab, TransactionsView, View, WorthView};

impl App {
    /// What the next snapshot should contain.
    pub fn view(&self) -> View {
        let parts = self.parts();
        let open = self.layers.iter().rev().find_map(|layer| match layer.kind {
            LayerKind::Details(open) => Some(open),
            LayerKind::Help | LayerKind::Watched => None,
        });
        View {
            peers: peers_view(&self.peers, &self.snapshot().peers, layout::list_rows(parts.peers)),
            transactions: self.transactions_view(layout::list_rows(parts.transactions)),
            events: usize::from(parts.events.height.max(1)),
            arrival: usize::from(parts.arrival.width.saturating_sub(2)),
            open,
            tab: self.tab,
            worth: self.worth_view(),
            mempool: self.mempool_view(),
            watched: self.layers.iter().any(|layer| layer.kind == LayerKind::Watched),
        }
    }

    fn mempool_view(&self) -> MempoolView {
        let columns = self.mempool_parts().history.width.saturating_sub(2);
        MempoolView { columns: if self.tab == Tab::Mempool { columns.into() } else { 0 } }
    }

    fn worth_view(&self) -> WorthView {
        if self.tab != Tab::Peers {
            return WorthView::default();
        }
        let height = layout::list_rows(self.peers_parts().list);
        let empty = Window::default();
        let window = self.snapshot().peers_screen.as_ref().map_or(&empty, |screen| &screen.peers);
        WorthView { window: peers_view(&self.worth, window, height), sort: self.sort }
    }

    fn transactions_view(&self, height: usize) -> TransactionsView {
        let anchor = match self.transactions.selected {
            _ if self.transactions.to_bottom => Anchor::Oldest,
            Some(key) => Anchor::Selected { key, above: self.transactions.above + height },
            None => Anchor::Newest,
        };
        TransactionsView { anchor, height: height * 3 }
    }
}

/// The part of `window` around what is visible of it in `height` rows.
fn peers_view<T: Keyed<Key = PeerId>>(list: &List<PeerId>, window: &Window<T>, height: usize) -> PeersView {
    let visible = list.visible(window, height);
    let offset = if list.to_bottom {
        window.total.saturating_sub(height * 3)
    } else if list.selected.is_some() {
        (window.offset.unwrap_or(0) + visible.start).saturating_sub(height)
    } else {
        0
    };
    PeersView { offset, height: height * 3, selected: list.selected }
}

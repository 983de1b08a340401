//! The list of peers on the Overview screen.

use crate::model::peers::Peers;
use crate::model::peers::peer::Peer;
use crate::snapshot::peer_row::{PeerListView, PeerRow};
use crate::snapshot::window::Window;
use crate::util::time::Timestamp;

/// Takes the rows that the view asks for.
///
/// Connected peers come first, then those being dialled, then those that will not be dialled again; within a
/// group, in order of the first dial, so that no late pong or new ping moves a row.
pub(super) fn take(peers: &Peers, view: &PeerListView, now: Timestamp) -> Window<PeerRow> {
    let mut order: Vec<_> = peers.iter().map(|(id, peer)| (rank(peer), id, peer)).collect();
    order.sort_unstable_by_key(|&(rank, id, _)| (rank, id));
    let selected = view.selected.and_then(|selected| order.iter().position(|&(_, id, _)| id == selected));
    let window = Window::of_list(order, view.offset, view.height, selected);
    window.map(|(_, id, peer)| PeerRow::take(id, peer, now))
}

fn rank(peer: &Peer) -> u8 {
    match (peer.is_live(), peer.dropped_since()) {
        (true, _) => 0,
        (false, None) => 1,
        (false, Some(_)) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{DisconnectReason, PeerId};
    use crate::model::testing::Scene;

    fn view(offset: usize, height: usize, selected: Option<u64>) -> PeerListView {
        PeerListView { offset, height, selected: selected.map(PeerId) }
    }

    fn ids(window: &Window<PeerRow>) -> Vec<u64> {
        window.rows.iter().map(|row| row.id.0).collect()
    }

    #[test]
    fn connected_peers_come_first_and_dropped_ones_last() {
        let mut scene = Scene::new();
        scene.dial(1, 1).connect(2).connect(3).connect(4).connect(5);
        scene.lose(3, DisconnectReason::ClosedByPeer, Some(10)).lose(2, DisconnectReason::PingTimeout, None);
        let window = take(scene.model.peers(), &view(0, 10, None), scene.now);
        assert_eq!(ids(&window), [4, 5, 1, 3, 2]);
        assert_eq!((window.total, window.offset), (5, Some(0)));
        assert_eq!((window.more_above, window.more_below), (false, false));
    }

    #[test]
    fn the_window_keeps_the_selected_row_inside() {
        let mut scene = Scene::new();
        scene.connect_all(0..50);
        let window = |view| take(scene.model.peers(), &view, scene.now);
        let follows = window(view(0, 10, Some(30)));
        assert_eq!(ids(&follows), (21..=30).collect::<Vec<_>>());
        assert_eq!((follows.offset, follows.selected), (Some(21), Some(9)));
        assert!(follows.more_above && follows.more_below);
        let back = window(view(40, 10, Some(30)));
        assert_eq!((back.offset, back.selected), (Some(30), Some(0)));
        let past_the_end = window(view(usize::MAX, 10, None));
        assert_eq!((past_the_end.offset, past_the_end.selected), (Some(40), None));
        assert_eq!(ids(&window(view(0, 0, Some(3)))), [0_u64; 0]);
        assert_eq!(window(view(0, 10, Some(999))).selected, None);
    }

    #[test]
    fn the_selection_stays_with_its_peer_while_others_come_and_go() {
        let mut scene = Scene::new();
        scene.connect_all(10..30);
        for lost in (10..20).chain(21..30) {
            scene.lose(lost, DisconnectReason::ClosedByPeer, Some(9)).connect(lost + 90);
            let window = take(scene.model.peers(), &view(0, 3, Some(20)), scene.now);
            let selected = window.selected.and_then(|row| window.rows.get(row)).map(|row| row.id);
            assert_eq!(selected, Some(PeerId(20)));
        }
    }
}

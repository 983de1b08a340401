//! What the screen may know of the model.

use crate::model::Model;
use crate::model::blocks::figures::BlockFigures;
use crate::model::detail;
use crate::model::fees::coverage::{Amount, Coverage};
use crate::model::peers::PeerTotals;
use crate::model::transactions;
use crate::snapshot::view::{Open, Tab, View};
use crate::snapshot::{BlockDetail, BlockRow, BlocksScreen, Detail, Snapshot, Totals};
use crate::util::time::Timestamp;
use std::sync::Arc;

/// The rates of a snapshot reach this far back, in s.
const RATES_SHOWN: u64 = 60;

impl Model {
    /// What the screen may know at `now`. The cost depends on the view and the number of peers,
    /// not on the number of transactions.
    pub fn snapshot(&self, view: &View, now: Timestamp) -> Snapshot {
        let peers = self.peers.totals();
        let announcers = peers.announcers;
        let health = self.reach.health(now, peers.live, &self.peers, &self.settings);
        Snapshot {
            time: now,
            network: self.settings.network,
            demo: self.settings.demo,
            health,
            backfill: self.backfill,
            totals: self.totals(&peers),
            tx_rate: self.arrivals.series(now, RATES_SHOWN),
            download_rate: self.received.rate.series(now, RATES_SHOWN),
            upload_rate: self.sent.rate.series(now, RATES_SHOWN),
            mempool_size: self.size.series(now, self.mempool.len()),
            peers: self.peers.window(&view.peers, now),
            transactions: transactions::window(
                &self.mempool,
                &self.peers,
                announcers,
                &view.transactions,
                now,
            ),
            arrival: self.arrivals.slices(now, view.arrival),
            events: self.log.newest(view.events),
            peers_screen: (view.tab == Tab::Peers).then(|| Box::new(self.peers_screen(&view.worth, now))),
            notices: self.watching.count(),
            watched: if view.watched { self.watching.rows(now, &self.mempool) } else { Vec::new() },
            mempool_screen: (view.tab == Tab::Mempool)
                .then(|| Box::new(self.mempool_screen(view.mempool, now))),
            blocks_screen: (view.tab == Tab::Blocks).then(|| Box::new(self.blocks_screen())),
            detail: view.open.map(|open| self.detail(open, now, announcers)),
        }
    }

    fn blocks_screen(&self) -> BlocksScreen {
        BlocksScreen { blocks: self.blocks.newest().map(|figures| self.block_row(figures)).collect() }
    }

    fn block_row(&self, figures: &Arc<BlockFigures>) -> BlockRow {
        BlockRow { figures: Arc::clone(figures), spread: self.races.spread(figures.hash) }
    }

    fn block_detail(&self, figures: &Arc<BlockFigures>, announcers: usize) -> BlockDetail {
        let name = |peer| self.peers.address(peer).map(ToString::to_string);
        let row = self.block_row(figures);
        BlockDetail {
            delivered_by: name(figures.peer).unwrap_or_else(|| "a peer that is forgotten".to_owned()),
            first_announced_by: row.spread.as_ref().and_then(|spread| name(spread.first_peer)),
            announcers,
            row,
        }
    }

    fn totals(&self, peers: &PeerTotals) -> Totals {
        let sums = self.mempool.sums;
        let held = self.mempool.len();
        let all = Amount { count: held as u64, vsize: sums.vsize };
        Totals {
            peers_live: peers.live,
            median_ping: peers.median_ping,
            tip: self.tip,
            transactions: held,
            vsize: sums.vsize,
            memory: sums.memory,
            dropped: sums.dropped,
            received: sums.received,
            bytes_received: self.received.total,
            bytes_sent: self.sent.total,
            fee_floor: peers.fee_floor,
            seen_before_block: self.blocks.newest().next().and_then(|figures| figures.share_seen()),
            coin_blocks: self.mempool.coins.block_count(),
            coins: self.mempool.coins.len(),
            fee_coverage: Coverage::of(sums.fees_known, all),
        }
    }

    fn detail(&self, open: Open, now: Timestamp, announcers: usize) -> Detail {
        let found = match open {
            Open::Block(hash) => {
                let figures = self.blocks.get(hash);
                figures.map(|figures| Detail::Block(Box::new(self.block_detail(figures, announcers))))
            }
            Open::Peer(id) => self.peers.get(id).map(|peer| {
                let worth = peer.worth(self.height(), self.races.leads().get(&id).copied(), now);
                Detail::Peer(Box::new(peer.detail(id, worth, now)))
            }),
            Open::Transaction(key) => self.mempool.get(key).map(|entry| {
                let row = transactions::row(key, entry, &self.peers, announcers, now);
                let rivals = detail::rivals(entry, &self.mempool, |id| self.is_live(id), now);
                let network = self.settings.network;
                let detail = detail::transaction(entry, row, rivals, &self.mempool, &self.peers, network);
                Detail::Transaction(Box::new(detail))
            }),
        };
        found.unwrap_or_else(|| match open {
            Open::Peer(_) => detail::no_longer("this peer was dropped a while ago"),
            Open::Block(_) => detail::no_longer("this block was long ago"),
            Open::Transaction(key) => detail::gone(&self.mempool, key),
        })
    }
}

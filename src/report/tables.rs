//! The parts of a report. Columns have the stream's names and units.

use super::value::Value;
use crate::model::Model;
use crate::snapshot::{
    BlockDetail, BlocksScreen, Estimate, Estimates, Health, ListComparison, MempoolScreen, PeerListView,
    PeerStatsRow, PeersScreen, PeersView, Screen, Snapshot, Target, View,
};
use crate::util::time::Timestamp;
use std::time::Duration;

/// The most peers in a report: as many as `--peers` allows.
const MAX_PEERS: usize = 1_000;

/// A part of a report: rows with the same columns.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Table {
    /// The name in `snake_case`.
    pub name: &'static str,
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// Makes a table of rows; each row names its columns, which must be the same in all rows.
    fn of<const N: usize>(
        name: &'static str,
        columns: [&'static str; N],
        rows: impl IntoIterator<Item = [Value; N]>,
    ) -> Self {
        Self { name, columns: columns.to_vec(), rows: rows.into_iter().map(Vec::from).collect() }
    }

    /// The name as a heading.
    pub fn title(&self) -> String {
        let mut title = self.name.replace('_', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        title
    }
}

/// Takes every part from `model`.
pub(super) fn all(model: &Model, now: Timestamp) -> Vec<Table> {
    let take = |screen| {
        let window = PeerListView { height: MAX_PEERS, ..PeerListView::default() };
        let peers = PeersView { window, ..PeersView::default() };
        Snapshot::take(model, &View { screen, peers, ..View::default() }, now)
    };
    let mempool = take(Screen::Mempool);
    let summary = summary(&mempool, now);
    let estimates = of_estimates(&mempool.estimates);
    let mempool = mempool.mempool.unwrap_or_default();
    let blocks = take(Screen::Blocks).blocks.unwrap_or_default();
    let peers = take(Screen::Peers).peers.unwrap_or_default();
    let [size, histogram, projected] = of_mempool(&mempool);
    vec![summary, size, estimates, histogram, projected, of_blocks(&blocks), of_peers(&peers)]
}

fn summary(snapshot: &Snapshot, now: Timestamp) -> Table {
    let totals = &snapshot.totals;
    let completeness = &snapshot.completeness;
    let bootstrap = snapshot.bootstrap;
    let health = match snapshot.health {
        Health::Connecting => "connecting",
        Health::Live => "live",
        Health::Stale { .. } => "silent",
        Health::Unreachable(_) => "unreachable",
    };
    let columns = [
        "time",
        "version",
        "network",
        "health",
        "peers_live",
        "median_ping_ms",
        "tip_height",
        "tip_hash",
        "bootstrap_listed",
        "bootstrap_fetched",
        "share_of_blocks_seen_before",
        "share_of_a_list_here",
    ];
    let row = [
        snapshot.wall_offset.wall(now).rfc3339().to_string().into(),
        env!("CARGO_PKG_VERSION").into(),
        snapshot.network.to_string().into(),
        health.into(),
        totals.peers_live.into(),
        totals.median_ping.map(milliseconds).into(),
        totals.tip.map(|tip| tip.height).into(),
        totals.tip.map(|tip| tip.hash.to_string()).into(),
        bootstrap.map(|progress| progress.listed).into(),
        bootstrap.map(|progress| progress.fetched).into(),
        completeness.blocks.and_then(|seen| seen.share).map(f64::from).into(),
        completeness.list.as_ref().and_then(ListComparison::share).map(f64::from).into(),
    ];
    Table::of("summary", columns, [row])
}

fn of_estimates(estimates: &Estimates) -> Table {
    let target = |target: &Target| {
        [
            target.within.into(),
            target.estimate.map(Estimate::rate).into(),
            target.estimate.map(|estimate| matches!(estimate, Estimate::AtLeast(_))).into(),
            target.hit_rate.share().map(f64::from).into(),
        ]
    };
    Table::of(
        "estimates",
        ["within_blocks", "fee_rate", "is_lower_bound", "hit_rate"],
        estimates.targets.iter().map(target),
    )
}

fn of_mempool(mempool: &MempoolScreen) -> [Table; 3] {
    let basis = mempool.basis;
    let size = Table::of(
        "mempool",
        ["transactions", "vsize_vb", "exact_vsize_vb", "within_10_percent_vsize_vb", "open_vsize_vb"],
        [[
            mempool.all.count.into(),
            mempool.all.vsize.into(),
            basis.exact.vsize.into(),
            basis.within.vsize.into(),
            basis.open.vsize.into(),
        ]],
    );
    let bars = mempool.bars.iter().rev().filter(|bar| bar.amount.count > 0);
    let histogram = Table::of(
        "fee_histogram",
        ["from_fee_rate", "to_fee_rate", "transactions", "vsize_vb"],
        bars.map(|bar| [bar.from.into(), bar.to.into(), bar.amount.count.into(), bar.amount.vsize.into()]),
    );
    let blocks = (1_u32..).zip(&mempool.projected).map(|(number, block)| {
        let [low, median, high] = block.rates().map_or([None; 3], |rates| rates.map(Some));
        let (count, filled, fees) = (block.count, block.filled(), block.fees);
        [number.into(), count.into(), filled.into(), fees.into(), low.into(), median.into(), high.into()]
    });
    let projected = Table::of(
        "projected_blocks",
        ["number", "transactions", "vsize_vb", "fees_sat", "fee_rate_min", "fee_rate_median", "fee_rate_max"],
        blocks,
    );
    [size, histogram, projected]
}

fn of_blocks(blocks: &BlocksScreen) -> Table {
    let row = |row: &BlockDetail| {
        let block = &row.figures;
        [
            block.height.into(),
            block.hash.to_string().into(),
            Timestamp::from_secs(block.time.into()).rfc3339().to_string().into(),
            block.transactions.into(),
            block.size.into(),
            block.weight.into(),
            block.fees.into(),
            block.fee_rate().into(),
            block.share_seen().map(f64::from).into(),
            block.match_share().map(f64::from).into(),
            block.pool.map(ToOwned::to_owned).into(),
            block.tag.clone().into(),
        ]
    };
    let columns = [
        "height",
        "hash",
        "time",
        "transactions",
        "size_bytes",
        "weight_wu",
        "fees_sat",
        "fee_rate",
        "share_seen_before",
        "match_share",
        "pool",
        "tag",
    ];
    Table::of("blocks", columns, blocks.blocks.iter().map(row))
}

fn of_peers(peers: &PeersScreen) -> Table {
    let row = |row: &PeerStatsRow| {
        let (peer, stats) = (&row.row, &row.stats);
        [
            peer.address.to_string().into(),
            peer.user_agent.clone().into(),
            stats.transport.map(|transport| transport.to_string()).into(),
            peer.ping.map(milliseconds).into(),
            stats.ping.median.map(milliseconds).into(),
            peer.announced.into(),
            peer.served.into(),
            stats.fee_filter.into(),
            stats.clock_offset.into(),
            stats.bytes_received.into(),
            stats.bytes_sent.into(),
        ]
    };
    let columns = [
        "peer",
        "user_agent",
        "transport",
        "ping_ms",
        "ping_median_ms",
        "announced",
        "served",
        "fee_filter_sat_per_kvb",
        "clock_offset_s",
        "bytes_received",
        "bytes_sent",
    ];
    Table::of("peers", columns, peers.peers.rows.iter().map(row))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

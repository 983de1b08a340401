//! Read access to the model, for snapshots and for front ends.

use crate::address::PeerAddress;
use crate::event::{
    AddressCounts, BootstrapProgress, EventKind, KnownOutput, MissingBlocks, PeerId, Tip, Transport,
};
use crate::model::blocks::Blocks;
use crate::model::blocks::backfill::BackfillProgress;
use crate::model::classify::Kinds;
use crate::model::classify::arrivals::KindRates;
use crate::model::completeness::{self, Completeness};
use crate::model::fees::estimates::estimate::Evidence;
use crate::model::fees::history::History;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::relay::announcements::Announcer;
use crate::model::notice_log::NoticeEntry;
use crate::model::peers::Peers;
use crate::model::peers::block_relay::BlockRelay;
use crate::model::peers::health::Health;
use crate::model::sensors::Sensors;
use crate::model::watchlist::Watchlist;
use crate::model::{
    Basis, Coverage, Estimates, ListComparison, Model, ModelSettings, RestoredStatus, SeenInBlocks,
};
use crate::util::time::{Timestamp, WallOffset};
use crate::wire::{TxHash, Txid, Wtxid};

impl Model {
    /// The size of the mempool over the last day.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The mempool, in the order of arrival.
    pub fn transactions(&self) -> impl ExactSizeIterator<Item = &MempoolEntry> {
        self.mempool.entries().iter().map(|(_, entry)| entry)
    }

    /// The mempool entry with this wtxid.
    pub fn transaction(&self, wtxid: &Wtxid) -> Option<&MempoolEntry> {
        self.mempool.get(self.mempool.key(TxHash::Wtxid(*wtxid))?)
    }

    /// The mempool entry with this txid.
    pub fn transaction_by_txid(&self, txid: Txid) -> Option<&MempoolEntry> {
        self.mempool.by_txid(txid)
    }

    /// The kinds of a transaction, as far as its bytes show.
    pub fn kinds(&self, entry: &MempoolEntry) -> Kinds {
        self.mempool.kinds(entry.tx())
    }

    /// Whether the transaction or an unconfirmed ancestor signals replaceability (BIP125).
    pub fn is_replaceable(&self, entry: &MempoolEntry) -> bool {
        self.mempool.is_replaceable(entry)
    }

    /// The number of mempool ancestors, counted up to the cluster limit (64).
    pub fn ancestors(&self, entry: &MempoolEntry) -> usize {
        let key = self.mempool.key(TxHash::Wtxid(entry.tx().wtxid()));
        key.map_or(0, |key| self.mempool.ancestors(key).rows.len())
    }

    /// The address of a peer, known until some minutes after it was dropped.
    pub fn peer_address(&self, id: PeerId) -> Option<&PeerAddress> {
        self.peers.address(id)
    }

    /// The transport of the connection to a peer, while it is open.
    pub fn peer_transport(&self, id: PeerId) -> Option<Transport> {
        self.peers.get(id)?.transport()
    }

    /// Returns known block outputs that matter for a coming event (see [`EventKind::KnownOutputs`]).
    pub fn known_outputs(&self, event: &EventKind) -> Vec<KnownOutput> {
        match event {
            EventKind::Peer(_, event) => self.mempool.known_outputs(event),
            _ => Vec::new(),
        }
    }

    /// The number of live peers, whose handshake is complete.
    pub fn live_peers(&self) -> usize {
        self.peers.live()
    }

    /// Whether the handshake with a peer is done.
    pub(crate) fn is_live(&self, id: PeerId) -> bool {
        self.peers.is_live(id)
    }

    /// Describes a peer as an announcer of transactions.
    pub(in crate::model) fn announcer(&self, id: PeerId) -> Announcer {
        let announcer = self.peers.get(id).map_or_else(|| id.into(), |peer| peer.announcer(id));
        Announcer { voucher: self.peers.voucher(id), ..announcer }
    }

    pub(crate) fn settings(&self) -> &ModelSettings {
        &self.settings
    }

    pub(crate) fn mempool(&self) -> &Mempool {
        &self.mempool
    }

    pub(crate) fn peers(&self) -> &Peers {
        &self.peers
    }

    pub(crate) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    pub(crate) fn completeness(&self) -> &Completeness {
        &self.completeness
    }

    /// How much of the last blocks was already in the mempool.
    pub(crate) fn seen_in_blocks(&self) -> Option<SeenInBlocks> {
        completeness::blocks::seen(&self.blocks)
    }

    /// The estimates of fee rates.
    pub(crate) fn estimates(&self) -> Estimates {
        self.estimator.estimates(&self.evidence())
    }

    /// The basis of the estimates.
    fn evidence(&self) -> Evidence<'_> {
        let histogram = self.mempool.histogram();
        let basis = Basis::of(histogram);
        let in_blocks = self.seen_in_blocks().and_then(|seen| seen.share);
        let in_list = self.completeness.best().and_then(ListComparison::share);
        Evidence {
            histogram,
            coverage: Coverage::of(basis.known(), basis.all()),
            completeness: in_list.or(in_blocks),
            filter: self.peers.totals().usual_filter,
        }
    }

    pub(crate) fn block_relay(&self) -> &BlockRelay {
        &self.block_relay
    }

    pub(crate) fn sensors(&self) -> &Sensors {
        &self.sensors
    }

    pub(crate) fn watchlist(&self) -> &Watchlist {
        &self.watchlist
    }

    pub(crate) fn kind_rates(&self) -> &KindRates {
        &self.kinds
    }

    /// The tip of the best chain.
    pub(crate) fn tip(&self) -> Option<&Tip> {
        self.tip.as_ref()
    }

    /// By how much the wall clock is ahead of the times of events.
    pub fn wall_offset(&self) -> WallOffset {
        self.our_clock.wall()
    }

    /// By how many s our clock is ahead of the peers', if that is more than 10 min.
    pub(crate) fn clock_ahead(&self) -> Option<i64> {
        self.our_clock.ahead()
    }

    /// The number of known addresses, by network.
    pub(crate) fn addresses(&self) -> &[AddressCounts] {
        &self.addresses
    }

    /// New blocks that have been missing for a while: transactions that they confirm are still in the
    /// mempool.
    pub(crate) fn missing_blocks(&self) -> Option<MissingBlocks> {
        self.missing_blocks
    }

    /// The progress of the download of past blocks, while in progress.
    pub(crate) fn backfill(&self) -> Option<BackfillProgress> {
        self.backfill
    }

    /// The progress of the whole-mempool download, while in progress.
    pub(crate) fn bootstrap(&self) -> Option<BootstrapProgress> {
        self.bootstrap
    }

    /// The status of an earlier run's mempool; `None` if there is none, or once it is merged with today's.
    pub fn restored(&self) -> Option<RestoredStatus> {
        self.restoration.status()
    }

    /// Whether there are blocks that restored transactions do not account for yet.
    pub(crate) fn awaits_blocks(&self) -> bool {
        self.restoration.awaits_blocks()
    }

    /// Whether the next event, whatever it is, will move restored transactions into the mempool.
    pub(crate) fn is_restoring(&self) -> bool {
        self.restoration.is_entering()
    }

    pub(crate) fn health(&self, now: Timestamp, live_peers: usize) -> Health {
        self.reach.health(now, live_peers, &self.peers)
    }

    /// The last `count` notices, newest first.
    pub(crate) fn newest_notices(&self, count: usize) -> Vec<NoticeEntry> {
        self.notices.newest(count)
    }

    /// The bytes received since startup.
    pub(crate) fn bytes_received(&self) -> u64 {
        self.received.total
    }

    /// The bytes sent since startup.
    pub(crate) fn bytes_sent(&self) -> u64 {
        self.sent.total
    }

    /// Transactions received per second, one value per second, oldest first; `None` while the machine was asleep.
    pub(crate) fn tx_rate(&self, now: Timestamp, seconds: u64) -> Vec<Option<f32>> {
        self.arrivals.series(now, seconds)
    }

    /// Transactions received in `count` equal slices of the last 10 min, oldest first.
    pub(crate) fn arrivals(&self, now: Timestamp, count: usize) -> Vec<Option<u32>> {
        self.arrivals.slices(now, count)
    }

    /// Bytes received per second, one value per second, oldest first.
    pub(crate) fn download_rate(&self, now: Timestamp, seconds: u64) -> Vec<Option<f32>> {
        self.received.rate.series(now, seconds)
    }

    /// Bytes sent per second, one value per second, oldest first.
    pub(crate) fn upload_rate(&self, now: Timestamp, seconds: u64) -> Vec<Option<f32>> {
        self.sent.rate.series(now, seconds)
    }

    /// Transactions in the mempool, one value per 10 s, oldest first (last 10 min).
    pub(crate) fn mempool_size(&self, now: Timestamp) -> Vec<Option<f32>> {
        self.size.series(now, self.mempool.sums().counted.count)
    }
}

//! The node's side of a connection as a state machine: messages, news and time in, messages out.

use super::ledger::{Ledger, News};
use super::mempool::MempoolTx;
use super::profile::Profile;
use super::random::{exponential, generator};
use crate::address::PeerAddress;
use crate::util::time::Timestamp;
use crate::wire::inventory::MAX_INVENTORY;
use crate::wire::message::{KnownAddress, MAX_ADDRESSES};
use crate::wire::version::PROTOCOL_VERSION;
use crate::wire::{
    Block, BlockTransactions, BlockTransactionsRequest, CompactBlock, Inventory, Message, Services, TxHash,
    Version, compact_block,
};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// The most transactions of one announcement (Core: `INVENTORY_BROADCAST_MAX`).
const ANNOUNCED_AT_ONCE: usize = 1_000;

/// The most transactions waiting to be announced; any more are never announced.
const MAX_PENDING: usize = 50_000;

/// The most blocks that are served for one request (Core asks for
/// `MAX_BLOCKS_IN_TRANSIT_PER_PEER`).
const SERVED_BLOCKS: usize = 16;

/// With more unsent messages, nothing more is read.
const BUSY: usize = 1_000;

/// The time between two pings (Core: `PING_INTERVAL`).
const PING_INTERVAL: Duration = Duration::from_mins(2);

/// The node's side of a connection.
pub(super) struct Session {
    profile: Arc<Profile>,
    rng: StdRng,
    stage: Stage,
    peer: Wishes,
    /// Unsent messages, each with the time when it is due, in this order.
    outbox: VecDeque<(Timestamp, Message)>,
    /// The delay that the mood adds to the latency.
    delay: Duration,
    pending: Vec<Arc<MempoolTx>>,
    /// Whether the peer is waiting for the whole-mempool list (BIP35).
    is_list_requested: bool,
    /// How many transactions had entered the mempool at the last announcement. Others are not served, as in
    /// Core (`m_last_inv_sequence`): peers could otherwise find out when a transaction arrives.
    served: u64,
    blocks: VecDeque<(Timestamp, Arc<Block>)>,
    next_trickle: Timestamp,
    next_ping: Timestamp,
    addresses: Arc<[PeerAddress]>,
    told_addresses: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    AwaitingVersion,
    AwaitingVerack,
    Live,
}

/// The preferences of the peer.
#[expect(clippy::struct_excessive_bools, reason = "each is a separate wish")]
struct Wishes {
    wtxid_relay: bool,
    addresses_as: fn(Vec<KnownAddress>) -> Message,
    headers: bool,
    /// Whether new blocks are sent immediately in compact form (BIP152).
    high_bandwidth: bool,
    relay: bool,
    /// The fee filter of the peer, in sat/kvB.
    fee_filter: u64,
}

impl Session {
    /// Starts a connection at `now`. `number` counts the node's connections and varies their randomness;
    /// `addresses` are those of other nodes.
    pub(super) fn open(
        now: Timestamp,
        profile: Arc<Profile>,
        seed: u64,
        number: u64,
        addresses: Arc<[PeerAddress]>,
    ) -> Self {
        Self {
            profile,
            rng: generator(seed, "session", number),
            stage: Stage::AwaitingVersion,
            peer: Wishes {
                wtxid_relay: false,
                addresses_as: Message::Addr,
                headers: false,
                high_bandwidth: false,
                relay: false,
                fee_filter: 0,
            },
            outbox: VecDeque::new(),
            delay: Duration::ZERO,
            pending: vec![],
            is_list_requested: false,
            served: 0,
            blocks: VecDeque::new(),
            next_trickle: now,
            next_ping: now,
            addresses,
            told_addresses: false,
        }
    }

    /// Delays every message by `delay` from now on.
    pub(super) fn set_delay(&mut self, delay: Duration) {
        self.delay = delay;
    }

    /// Returns the next message that is due at `now`.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<Message> {
        self.outbox.pop_front_if(|(at, _)| *at <= now).map(|(_, message)| message)
    }

    /// Returns when [`Session::due`] or [`Session::tick`] has something to do next; `None` without a
    /// handshake.
    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        let message = self.outbox.front().map(|(at, _)| *at);
        let block = self.blocks.front().map(|(at, _)| *at);
        let timers = [self.next_trickle, self.next_ping].into_iter().filter(|_| self.stage == Stage::Live);
        timers.chain(message).chain(block).min()
    }

    /// Whether to stop reading because too many messages are unsent.
    pub(super) fn is_busy(&self) -> bool {
        self.outbox.len() > BUSY
    }

    /// Handles a new transaction or a new block.
    pub(super) fn hear(&mut self, now: Timestamp, news: News) {
        match news {
            _ if self.stage != Stage::Live => {}
            News::Transaction(tx) => {
                if self.has(&tx) && self.pending.len() < MAX_PENDING {
                    self.pending.push(tx);
                }
            }
            News::Block(block) => {
                let at = now + exponential(&mut self.rng, self.profile.block_delay);
                self.blocks.push_back((at, block));
            }
        }
    }

    /// Does what is due at `now`.
    pub(super) fn tick(&mut self, now: Timestamp, ledger: &impl Ledger) {
        if self.stage != Stage::Live {
            return;
        }
        while let Some((_, block)) = self.blocks.pop_front_if(|(at, _)| *at <= now) {
            let announcement = self.announcement(&block);
            self.say(now, announcement);
        }
        if self.next_ping <= now {
            self.next_ping = now + PING_INTERVAL;
            let nonce = self.rng.random();
            self.say(now, Message::Ping(nonce));
        }
        if self.next_trickle <= now {
            self.next_trickle = now + exponential(&mut self.rng, self.profile.trickle);
            self.served = ledger.accepted();
            let pending = std::mem::take(&mut self.pending);
            if std::mem::take(&mut self.is_list_requested) {
                self.announce(now, &ledger.all_announced(self.profile.order), MAX_INVENTORY);
            } else {
                // Some may have been replaced or confirmed in the meantime.
                self.announce(now, &ledger.sorted(self.profile.order, pending), ANNOUNCED_AT_ONCE);
            }
        }
    }

    /// Handles a message of the peer. Unexpected messages are ignored, as in Core.
    ///
    /// Breaks if Core would disconnect.
    pub(super) fn receive(
        &mut self,
        now: Timestamp,
        message: Message,
        ledger: &impl Ledger,
    ) -> ControlFlow<()> {
        match (self.stage, message) {
            (Stage::AwaitingVersion, Message::Version(version)) => self.greet(now, &version, ledger),
            (Stage::AwaitingVerack, Message::WtxidRelay) => self.peer.wtxid_relay = self.profile.wtxid_relay,
            (Stage::AwaitingVerack, Message::SendAddrV2) => self.peer.addresses_as = Message::AddrV2,
            (Stage::AwaitingVerack, Message::Verack) => self.go_live(now),
            (Stage::Live, Message::WtxidRelay | Message::SendAddrV2) => return ControlFlow::Break(()),
            (Stage::AwaitingVerack | Stage::Live, Message::SendHeaders) => self.peer.headers = true,
            (Stage::Live, Message::SendCmpct { announce, version: compact_block::VERSION }) => {
                self.peer.high_bandwidth = announce;
            }
            (Stage::Live, Message::GetBlockTxn(request)) => return self.complete(now, &request, ledger),
            (Stage::Live, Message::Ping(nonce)) => self.say(now, Message::Pong(nonce)),
            (Stage::Live, Message::FeeFilter(sat_per_kvb)) => self.peer.fee_filter = sat_per_kvb,
            (Stage::Live, Message::GetData(requested)) => self.serve(now, &requested, ledger),
            (Stage::Live, Message::GetHeaders { locator, stop }) => {
                self.say(now, Message::Headers(ledger.chain().headers_after(&locator, stop)));
            }
            (Stage::Live, Message::GetAddr) => self.send_addresses(now),
            (Stage::Live, Message::Mempool) => {
                if !self.profile.services.has(Services::BLOOM) {
                    return ControlFlow::Break(());
                }
                self.is_list_requested = true;
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn greet(&mut self, now: Timestamp, theirs: &Version, ledger: &impl Ledger) {
        self.stage = Stage::AwaitingVerack;
        self.peer.relay = theirs.relay;
        let ours = Version {
            version: PROTOCOL_VERSION,
            services: self.profile.services,
            time: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
            nonce: self.rng.random(),
            user_agent: self.profile.user_agent.into(),
            start_height: i32::try_from(ledger.chain().height()).unwrap_or(i32::MAX),
            relay: true,
        };
        self.say(now, Message::Version(ours));
        if self.profile.wtxid_relay {
            self.say(now, Message::WtxidRelay);
        }
        self.say(now, Message::SendAddrV2);
        self.say(now, Message::Verack);
    }

    fn go_live(&mut self, now: Timestamp) {
        self.stage = Stage::Live;
        self.next_trickle = now + exponential(&mut self.rng, self.profile.trickle);
        self.next_ping = now + PING_INTERVAL;
        let nonce = self.rng.random();
        self.say(now, Message::SendCmpct { announce: false, version: compact_block::VERSION });
        self.say(now, Message::Ping(nonce));
        self.say(now, Message::FeeFilter(self.profile.fee_floor));
    }

    /// Answers a `getdata`. Requests for data without witnesses are not served, as nodes no longer make them.
    fn serve(&mut self, now: Timestamp, requested: &[Inventory], ledger: &impl Ledger) {
        let mut missing = vec![];
        let mut blocks = 0;
        for &entry in requested {
            let hash = match entry {
                Inventory::Wtx(wtxid) => TxHash::Wtxid(wtxid),
                Inventory::WitnessTx(txid) | Inventory::Tx(txid) => TxHash::Txid(txid),
                Inventory::WitnessBlock(hash) | Inventory::CompactBlock(hash) => {
                    // Core does not answer requests for blocks that it does not have.
                    if let Some(block) = ledger.chain().block(hash).filter(|_| blocks < SERVED_BLOCKS) {
                        blocks += 1;
                        let message = match entry {
                            Inventory::CompactBlock(_) => self.compact(block),
                            _ => Message::Block(Block::clone(block)),
                        };
                        self.say(now, message);
                    }
                    continue;
                }
                _ => continue,
            };
            match ledger.announced(hash) {
                Some(tx) if self.has(tx) && tx.number < self.served && !matches!(entry, Inventory::Tx(_)) => {
                    self.say(now, Message::Tx(tx.tx.clone()));
                }
                _ => missing.push(entry),
            }
        }
        if !missing.is_empty() {
            self.say(now, Message::NotFound(missing));
        }
    }

    /// Answers a `getaddr`, once.
    fn send_addresses(&mut self, now: Timestamp) {
        if std::mem::replace(&mut self.told_addresses, true) {
            return;
        }
        let time = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
        let services = Services::NETWORK_LIMITED.with(Services::WITNESS);
        let known = self.addresses.iter().take(MAX_ADDRESSES);
        let known = known.map(|address| KnownAddress { time, services, address: address.clone() }).collect();
        self.say(now, (self.peer.addresses_as)(known));
    }

    /// Announces those of `txs` that the node has and that pass the peer's fee filter, in `inv`s of at most
    /// `limit` entries.
    fn announce(&mut self, now: Timestamp, txs: &[Arc<MempoolTx>], limit: usize) {
        let (peer, by_wtxid) = (&self.peer, self.peer.wtxid_relay);
        let pays = |tx: &MempoolTx| tx.fee * 1_000 >= peer.fee_filter.saturating_mul(tx.tx.vsize().into());
        let passes = |tx: &&Arc<MempoolTx>| peer.relay && self.has(tx) && pays(tx);
        let wtxid = |tx: &Arc<MempoolTx>| Inventory::Wtx(tx.tx.wtxid());
        let txid = |tx: &Arc<MempoolTx>| Inventory::Tx(tx.tx.txid());
        let name = |tx| if by_wtxid { wtxid(tx) } else { txid(tx) };
        let entries: Vec<_> = txs.iter().filter(passes).map(name).collect();
        for entries in entries.chunks(limit) {
            self.say(now, Message::Inv(entries.to_vec()));
        }
    }

    /// Answers a `getblocktxn`. Breaks if an index is outside the block.
    fn complete(
        &mut self,
        now: Timestamp,
        request: &BlockTransactionsRequest,
        ledger: &impl Ledger,
    ) -> ControlFlow<()> {
        let Some(block) = ledger.chain().block(request.hash) else { return ControlFlow::Continue(()) };
        let requested =
            request.indexes.iter().map(|&index| block.transactions.get(usize::from(index)).cloned());
        match requested.collect() {
            Some(transactions) => {
                let answer = BlockTransactions { hash: block.hash, transactions };
                self.say(now, Message::BlockTxn(answer));
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        }
    }

    fn compact(&mut self, block: &Block) -> Message {
        Message::CmpctBlock(CompactBlock::of(block.header, self.rng.random(), &block.transactions))
    }

    fn announcement(&mut self, block: &Block) -> Message {
        if self.peer.high_bandwidth {
            self.compact(block)
        } else if self.peer.headers {
            Message::Headers(vec![block.header])
        } else {
            Message::Inv(vec![Inventory::Block(block.hash)])
        }
    }

    /// Whether the node accepted the transaction into its mempool.
    fn has(&self, tx: &MempoolTx) -> bool {
        tx.lowest_rate >= self.profile.fee_floor
    }

    /// Queues `message` behind all earlier ones.
    fn say(&mut self, now: Timestamp, message: Message) {
        let latency = self.profile.latency.mul_f64(self.rng.random_range(0.85..1.25));
        let last = self.outbox.back().map_or(now, |(at, _)| *at);
        self.outbox.push_back((last.max(now + latency + self.delay), message));
    }
}

#[cfg(test)]
mod tests;

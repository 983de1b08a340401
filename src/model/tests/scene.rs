//! A model with a clock, and transactions that spend each other, for tests of the model.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::{
    Command, ConnectionKind, DisconnectReason, Event, EventKind, PeerEvent, PeerId, PeerInfo, Transport,
};
use crate::model::{Change, Model, ModelSettings};
use crate::snapshot::Snapshot;
use crate::snapshot::{NoticeRow, OverviewView, PeerListView, TransactionsView, View};
use crate::tui::{Unit, wording};
use crate::util::time::Timestamp;
use crate::wire::transaction::{InputParts, OutputParts, TxParts};
use crate::wire::{Block, BlockHeader, OutPoint, Services, Transaction, TxHash, Txid};
use std::sync::Arc;
use std::time::Duration;

pub(crate) const START: Timestamp = Timestamp::from_secs(1_700_000_000);

/// In seconds; a transaction expires before twice this age.
pub(crate) const TEN_DAYS: u64 = 10 * 24 * 60 * 60;

/// No input of [`spend`] signals replaceability.
pub(crate) const FINAL: u32 = 0xffff_ffff;

pub(crate) fn settings() -> ModelSettings {
    ModelSettings {
        network: Network::Regtest,
        demo: false,
        chosen_peers: true,
        max_mempool: 10_000_000,
        started: START,
    }
}

/// An output of unknown value.
pub(crate) fn coin(number: u32) -> OutPoint {
    let mut txid = [0xcc; 32];
    txid[..4].copy_from_slice(&number.to_le_bytes());
    OutPoint { txid: Txid(txid), vout: number % 3 }
}

pub(crate) fn output(tx: &Transaction, vout: u32) -> OutPoint {
    OutPoint { txid: tx.txid(), vout }
}

pub(crate) fn parts(prevouts: &[OutPoint], values: &[u64]) -> TxParts {
    let input = |&prevout: &OutPoint| InputParts {
        prevout,
        script_sig: Vec::new(),
        sequence: FINAL,
        witness: vec![vec![7; 64]],
    };
    let output = |&value: &u64| OutputParts { value, script_pubkey: vec![0x51] };
    TxParts {
        version: 2,
        inputs: prevouts.iter().map(input).collect(),
        outputs: values.iter().map(output).collect(),
        lock_time: 0,
    }
}

/// A transaction with outputs of these values, in sat.
pub(crate) fn spend(prevouts: &[OutPoint], values: &[u64]) -> Arc<Transaction> {
    Arc::new(parts(prevouts, values).build().unwrap())
}

/// A transaction without relatives, identified by `number`.
pub(crate) fn loose(number: u32) -> Arc<Transaction> {
    spend(&[coin(number)], &[u64::from(number) + 1])
}

pub(crate) fn block(transactions: &[&Arc<Transaction>]) -> Arc<Block> {
    let mut coinbase = parts(&[OutPoint::NULL], &[5_000]);
    coinbase.inputs[0].script_sig = vec![1, 2];
    let mut all = vec![coinbase.build().unwrap()];
    all.extend(transactions.iter().map(|tx| Transaction::clone(tx)));
    let header = BlockHeader::decode(&[0; BlockHeader::SIZE]);
    Arc::new(Block { header, hash: header.hash(), size: 0, transactions: all })
}

pub(crate) fn address(peer: u64) -> PeerAddress {
    PeerAddress::from_socket(format!("203.0.113.{}:{}", peer % 256, 8_333 + peer / 256).parse().unwrap())
}

pub(crate) fn info() -> PeerInfo {
    PeerInfo {
        version: 70_016,
        services: Services::NETWORK.with(Services::WITNESS),
        user_agent: "/Satoshi:30.0.0/".to_owned(),
        start_height: 900_000,
        relay: true,
        clock_offset: -2,
        wtxid_relay: true,
    }
}

/// A view of everything.
pub(crate) fn everything() -> View {
    let overview = OverviewView {
        peers: PeerListView { height: 1_000, ..PeerListView::default() },
        transactions: TransactionsView { height: 1_000, ..TransactionsView::default() },
        notices: 1_000,
        arrival: 60,
    };
    View { overview, ..View::default() }
}

/// A model and the time.
pub(crate) struct Scene {
    pub(crate) model: Model,
    pub(crate) now: Timestamp,
}

/// An input of the model.
pub(crate) enum Input {
    Event(EventKind),
    Command(Command),
}

impl From<EventKind> for Input {
    fn from(kind: EventKind) -> Self {
        Self::Event(kind)
    }
}

impl From<Command> for Input {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(settings())
    }

    pub(crate) fn with(settings: ModelSettings) -> Self {
        Self { now: settings.started, model: Model::new(settings) }
    }

    pub(crate) fn pass(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now + Duration::from_secs(seconds);
        self
    }

    pub(crate) fn happen(&mut self, kind: EventKind) -> &mut Self {
        self.model.apply(&Event { time: self.now, kind });
        self
    }

    /// Returns what an event or a command changes.
    pub(crate) fn changes(&mut self, input: impl Into<Input>) -> Vec<Change> {
        let outcome = match input.into() {
            Input::Event(kind) => self.model.apply(&Event { time: self.now, kind }),
            Input::Command(command) => self.model.command(&command, self.now),
        };
        outcome.changes
    }

    pub(crate) fn peer(&mut self, peer: u64, event: PeerEvent) -> &mut Self {
        self.happen(EventKind::Peer(PeerId(peer), event))
    }

    pub(crate) fn dial(&mut self, peer: u64, attempt: u32) -> &mut Self {
        self.peer(
            peer,
            PeerEvent::Dialling { address: address(peer), kind: ConnectionKind::Outbound, attempt },
        )
    }

    /// Opens a connection just for a whole-mempool list.
    pub(crate) fn connect_for_list(&mut self, peer: u64) -> &mut Self {
        let kind = ConnectionKind::MempoolFetch;
        self.peer(peer, PeerEvent::Dialling { address: address(peer), kind, attempt: 1 })
            .peer(peer, PeerEvent::Connected { transport: Transport::V1 })
            .peer(peer, PeerEvent::Ready(Box::new(info())))
    }

    pub(crate) fn connect(&mut self, peer: u64) -> &mut Self {
        self.connect_as(peer, &info().user_agent)
    }

    pub(crate) fn connect_as(&mut self, peer: u64, user_agent: &str) -> &mut Self {
        let info = PeerInfo { user_agent: user_agent.to_owned(), ..info() };
        self.dial(peer, 1)
            .peer(peer, PeerEvent::Connected { transport: Transport::V1 })
            .peer(peer, PeerEvent::Ready(Box::new(info)))
    }

    pub(crate) fn lose(&mut self, peer: u64, reason: DisconnectReason, retry_in: Option<u64>) -> &mut Self {
        let retry_at = retry_in.map(|seconds| self.now + Duration::from_secs(seconds));
        self.peer(peer, PeerEvent::Disconnected { reason, retry_at })
    }

    pub(crate) fn announce(&mut self, peer: u64, tx: &Transaction) -> &mut Self {
        self.peer(peer, PeerEvent::Announced { txs: vec![TxHash::Wtxid(tx.wtxid())], count: 1 })
    }

    pub(crate) fn deliver(&mut self, peer: u64, tx: &Arc<Transaction>) -> &mut Self {
        let answered_after = Duration::from_millis(5);
        self.peer(peer, PeerEvent::Transaction { tx: Arc::clone(tx), answered_after })
    }

    pub(crate) fn connect_all(&mut self, peers: impl IntoIterator<Item = u64>) -> &mut Self {
        for peer in peers {
            self.connect(peer);
        }
        self
    }

    pub(crate) fn deliver_all<'a>(
        &mut self,
        peer: u64,
        transactions: impl IntoIterator<Item = &'a Arc<Transaction>>,
    ) -> &mut Self {
        for tx in transactions {
            self.deliver(peer, tx);
        }
        self
    }

    pub(crate) fn mine(&mut self, height: u32, transactions: &[&Arc<Transaction>]) -> &mut Self {
        self.happen(EventKind::Block { peer: PeerId(1), height, block: block(transactions) })
    }

    pub(crate) fn snapshot(&self, view: &View) -> Snapshot {
        Snapshot::take(&self.model, view, self.now)
    }

    pub(crate) fn all(&self) -> Snapshot {
        self.snapshot(&everything())
    }

    /// The txids of the mempool, newest first.
    pub(crate) fn mempool(&self) -> Vec<Txid> {
        let mut txids: Vec<_> = self.model.transactions().map(|entry| entry.tx().txid()).collect();
        txids.reverse();
        txids
    }

    pub(crate) fn events(&self) -> Vec<String> {
        let worded = |row: &NoticeRow| wording::notice::entry(&row.entry, Unit::Sat);
        self.all().overview.notices.iter().map(worded).collect()
    }

    pub(crate) fn fee(&self, tx: &Transaction) -> Option<u64> {
        self.model.transaction(&tx.wtxid()).unwrap().fee()
    }
}

/// A transaction with the same inputs but another witness: another wtxid, the same txid.
pub(crate) fn malleated(tx: &Transaction) -> Arc<Transaction> {
    let mut raw = tx.raw().to_vec();
    let last_of_witness = raw.len() - 5;
    raw[last_of_witness] ^= 1;
    Arc::new(Transaction::parse(raw).unwrap())
}

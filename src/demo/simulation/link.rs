//! One connection: the node's side of it.

use super::forks::Forks;
use super::manner::Manner;
use crate::address::PeerAddress;
use crate::demo::ledger::Ledger;
use crate::demo::session::Session;
use crate::demo::world::World;
use crate::p2p::Judge;
use crate::util::time::Timestamp;
use crate::wire::message::KnownAddress;
use crate::wire::{
    Block, BlockHash, BlockHeader, BlockTransactions, CompactBlock, Inventory, Message, Services,
    Transaction, TxHash, Wtxid,
};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// The delay of a late node's answers: more than the time limit of a request.
const LATE: Duration = Duration::from_secs(75);

/// The mean time between two unsolicited messages.
const NUISANCE: Duration = Duration::from_secs(40);

/// How often a node quits instead of answering.
const QUITS: f64 = 0.02;

/// The stage of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Dialling,
    Open,
    /// Nothing passes any more, and neither side knows.
    Dead,
}

/// One connection.
pub(super) struct Link {
    pub(super) node: usize,
    pub(super) stage: Stage,
    pub(super) manner: Manner,
    pub(super) judge: Judge,
    /// When the link is next due.
    pub(super) wake: Timestamp,
    pub(super) session: Session,
    rng: StdRng,
    /// What it sends outside its session, by time of arrival.
    text: BTreeMap<(Timestamp, u64), Message>,
    count: u64,
    next_nuisance: Timestamp,
}

impl Link {
    pub(super) fn dialling(
        node: usize,
        manner: Manner,
        session: Session,
        rng: StdRng,
        wake: Timestamp,
    ) -> Self {
        Self {
            node,
            stage: Stage::Dialling,
            manner,
            judge: Judge::new(false),
            wake,
            session,
            rng,
            text: BTreeMap::new(),
            count: 0,
            next_nuisance: wake + NUISANCE,
        }
    }

    /// When it next has something to send.
    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        let text = self.text.first_key_value().map(|(&(at, _), _)| at);
        let nuisance = Some(self.next_nuisance).filter(|_| self.is_nuisance());
        [self.session.next_wakeup(), text, nuisance].into_iter().flatten().min()
    }

    /// Returns what arrives at `now`.
    pub(super) fn due(&mut self, now: Timestamp, world: &World, headers: &[BlockHeader]) -> Vec<Message> {
        self.session.tick(now, world);
        let mut due: Vec<_> = std::iter::from_fn(|| self.session.due(now)).collect();
        if self.is_nuisance() && self.next_nuisance <= now && self.judge.is_ready() {
            self.next_nuisance = now + NUISANCE.mul_f64(self.rng.random_range(0.5..1.5));
            due.push(self.nuisance(now, headers));
        }
        while let Some(entry) = self.text.first_entry().filter(|entry| entry.key().0 <= now) {
            due.push(entry.remove());
        }
        due
    }

    /// Announces a block of a fork.
    pub(super) fn announce(&mut self, block: &Block, now: Timestamp) {
        let delay = Duration::from_millis(self.rng.random_range(1..300));
        self.say(now + delay, Message::Headers(vec![block.header]));
    }

    /// Handles what we send. Breaks if the node closes the connection.
    pub(super) fn hears(
        &mut self,
        message: Message,
        world: &World,
        forks: &Forks,
        now: Timestamp,
    ) -> ControlFlow<Ending> {
        let message = match (self.manner, message) {
            (Manner::Quitting, Message::GetData(_)) if self.rng.random_bool(QUITS) => {
                return ControlFlow::Break(Ending::Quits);
            }
            (_, Message::GetData(list)) => Message::GetData(self.takes_over(list, world, forks, now)),
            (Manner::Forking, Message::GetBlockTxn(request)) if forks.block(request.hash).is_some() => {
                let block = forks.block(request.hash).expect("it is there");
                let transactions =
                    request.indexes.iter().map(|&i| block.transactions[usize::from(i)].clone());
                let answer = BlockTransactions { hash: request.hash, transactions: transactions.collect() };
                self.say(now + Duration::from_millis(50), Message::BlockTxn(answer));
                return ControlFlow::Continue(());
            }
            (_, message) => message,
        };
        if matches!(&message, Message::GetData(list) if list.is_empty()) {
            return ControlFlow::Continue(());
        }
        self.session.receive(now, message, world).map_break(|()| Ending::Punishes)
    }

    /// Answers what is not left to the session, and returns the rest.
    fn takes_over(
        &mut self,
        list: Vec<Inventory>,
        world: &World,
        forks: &Forks,
        now: Timestamp,
    ) -> Vec<Inventory> {
        let mut rest = Vec::new();
        for entry in list {
            match (self.manner, hash_of(entry)) {
                (Manner::Silent, Wanted::Tx(_)) => {}
                (Manner::Empty, Wanted::Tx(_)) => {
                    self.say(now + Duration::from_millis(30), Message::NotFound(vec![entry]));
                }
                (Manner::Late, Wanted::Tx(hash)) => {
                    let answer = world.announced(hash).map(|tx| Message::Tx(tx.tx.clone()));
                    self.say(now + LATE, answer.unwrap_or_else(|| Message::NotFound(vec![entry])));
                }
                (Manner::Malleating, Wanted::Tx(hash)) => {
                    let answer = world.announced(hash).map(|tx| Message::Tx(malleated(&tx.tx)));
                    self.say(
                        now + Duration::from_millis(30),
                        answer.unwrap_or_else(|| Message::NotFound(vec![entry])),
                    );
                }
                (Manner::Forking, Wanted::Block(hash)) if forks.block(hash).is_some() => {
                    let block = forks.block(hash).expect("it is there");
                    let answer = match entry {
                        Inventory::CompactBlock(_) => {
                            let nonce = self.rng.random();
                            Message::CmpctBlock(CompactBlock::of(block.header, nonce, &block.transactions))
                        }
                        _ => Message::Block(Block::clone(block)),
                    };
                    self.say(now + Duration::from_millis(80), answer);
                }
                (Manner::Corrupting, Wanted::Block(hash)) => match world.chain().block(hash) {
                    Some(block) if block.transactions.len() > 1 => {
                        let mut corrupt = Block::clone(block);
                        corrupt.transactions.pop();
                        self.say(now + Duration::from_millis(80), Message::Block(corrupt));
                    }
                    _ => rest.push(entry),
                },
                _ => rest.push(entry),
            }
        }
        rest
    }

    fn say(&mut self, at: Timestamp, message: Message) {
        self.count += 1;
        self.text.insert((at, self.count), message);
    }

    fn is_nuisance(&self) -> bool {
        matches!(self.manner, Manner::Inventing | Manner::FloodingHeaders | Manner::FloodingAddresses)
    }

    fn nuisance(&mut self, now: Timestamp, headers: &[BlockHeader]) -> Message {
        match self.manner {
            Manner::FloodingHeaders => Message::Headers(headers.to_vec()),
            Manner::FloodingAddresses => {
                let time = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
                let services = Services::NETWORK.with(Services::WITNESS);
                let addresses = (0..1_000).map(|_| {
                    let ip: [u8; 4] = self.rng.random();
                    let address = PeerAddress::from_socket((ip, 18_444).into());
                    KnownAddress { time, services, address }
                });
                Message::AddrV2(addresses.collect())
            }
            _ => Message::Inv((0..300).map(|_| Inventory::Wtx(Wtxid(self.rng.random()))).collect()),
        }
    }
}

/// Why a node closes a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// It quits for no reason.
    Quits,
    /// It punishes what we sent, as Core would.
    Punishes,
}

enum Wanted {
    Tx(TxHash),
    Block(BlockHash),
    Other,
}

fn hash_of(entry: Inventory) -> Wanted {
    match entry {
        Inventory::Wtx(wtxid) => Wanted::Tx(TxHash::Wtxid(wtxid)),
        Inventory::Tx(txid) | Inventory::WitnessTx(txid) => Wanted::Tx(TxHash::Txid(txid)),
        Inventory::Block(hash) | Inventory::WitnessBlock(hash) | Inventory::CompactBlock(hash) => {
            Wanted::Block(hash)
        }
        Inventory::Unknown { .. } => Wanted::Other,
    }
}

/// The transaction with the byte before its lock time changed: the last byte of its witness, if the last
/// input has one.
fn malleated(tx: &Transaction) -> Transaction {
    let mut raw = tx.raw().to_vec();
    let last = raw.len() - 5;
    raw[last] ^= 1;
    // Without a witness, the byte may be a length.
    Transaction::parse(raw).unwrap_or_else(|_| tx.clone())
}

/// An honest node's address.
pub(super) fn address(node: usize) -> PeerAddress {
    let [.., a, b] = node.to_be_bytes();
    PeerAddress::from_socket(([20, a, b, 1], 18_444).into())
}

/// The addresses of this many nodes.
pub(super) fn addresses(nodes: usize) -> Arc<[PeerAddress]> {
    (0..nodes).map(address).collect()
}

//! The script of a session: bytes interpreted as peer behaviour.

use super::{BLOCKS, TXS};
use crate::address::PeerAddress;
use crate::p2p::tx_download::tests::scene::made_up;
use crate::wire::message::KnownAddress;
use crate::wire::{
    Block, BlockHash, BlockTransactions, Command, CompactBlock, Inventory, Message, Services, Transaction,
    Version,
};

/// The rest of a script, with zeros past its end.
pub(super) struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    pub(super) fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn int(&mut self) -> i32 {
        i32::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn bytes(&mut self, length: usize) -> &[u8] {
        let (first, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        first
    }

    pub(super) fn tx(&mut self) -> &'static Transaction {
        &TXS[usize::from(self.byte()) % TXS.len()]
    }

    pub(super) fn block(&mut self) -> &'static Block {
        &BLOCKS[usize::from(self.byte()) % BLOCKS.len()]
    }

    fn entry(&mut self) -> Inventory {
        match self.byte() % 8 {
            0 => Inventory::Tx(self.tx().txid()),
            1 | 2 => Inventory::Wtx(self.tx().wtxid()),
            3 => Inventory::Wtx(made_up(self.byte().into())),
            4 => Inventory::WitnessTx(self.tx().txid()),
            5 => Inventory::Block(self.block().hash),
            6 => Inventory::Block(BlockHash([self.byte(); 32])),
            _ => Inventory::Unknown { kind: self.byte().into(), hash: [self.byte(); 32] },
        }
    }

    fn entries(&mut self) -> Vec<Inventory> {
        (0..self.byte() % 16).map(|_| self.entry()).collect()
    }

    pub(super) fn version(&mut self) -> Version {
        let odd = self.byte();
        Version {
            version: if odd & 1 == 0 { 70_016 } else { self.int() },
            services: Services(if odd & 2 == 0 { 0b1101 } else { self.number() }),
            time: if odd & 4 == 0 { 1_700_000_000 } else { self.number().cast_signed() & i64::MAX },
            nonce: self.number(),
            user_agent: if odd & 8 == 0 { vec![] } else { self.bytes(20).to_vec() },
            start_height: if odd & 16 == 0 { 6 } else { self.int() },
            relay: odd & 32 == 0,
        }
    }

    pub(super) fn message(&mut self, kind: u8) -> Option<Message> {
        Some(match kind {
            0 | 1 => Message::Inv(self.entries()),
            2 => Message::Tx(self.tx().clone()),
            3 => Message::NotFound(self.entries()),
            4 => {
                let from = usize::from(self.byte()) % BLOCKS.len();
                let count = usize::from(self.byte()) % 12;
                Message::Headers(BLOCKS.iter().skip(from).take(count).map(|block| block.header).collect())
            }
            5 => Message::Block(self.block().clone()),
            6 => {
                let block = self.block();
                Message::CmpctBlock(CompactBlock::of(block.header, self.byte().into(), &block.transactions))
            }
            7 => {
                let block = self.block();
                let kept = self.byte();
                let kept = block.transactions.iter().enumerate().filter(|(index, _)| kept >> index & 1 == 1);
                let transactions = kept.map(|(_, tx)| tx.clone()).collect();
                Message::BlockTxn(BlockTransactions { hash: block.hash, transactions })
            }
            8 => {
                let number = |n: u8| KnownAddress {
                    time: 1_700_000_000,
                    services: Services(0b1001),
                    address: PeerAddress::parse(&format!("{}.{n}.7.1", n.max(1)), 8_333)
                        .expect("it is an address"),
                };
                let first = self.byte();
                Message::AddrV2((0..self.byte()).map(|n| number(first.wrapping_add(n))).collect())
            }
            9 => Message::FeeFilter(self.number()),
            10 => Message::Pong(self.number()),
            11 => Message::SendCmpct { announce: self.byte() & 1 == 1, version: (self.byte() % 4).into() },
            12 => Message::Ping(self.number()),
            13 => {
                // A flood: peers that use the same number announce the same ids.
                let first = u32::from(self.byte()) * 4_096;
                let count = usize::from(self.byte()) * 16;
                Message::Inv((first..).take(count).map(|n| Inventory::Wtx(made_up(n))).collect())
            }
            _ => {
                let command = Command::ALL[usize::from(self.byte()) % Command::ALL.len()];
                let length = self.byte();
                Message::decode(command, self.bytes(length.into())).ok()?
            }
        })
    }
}

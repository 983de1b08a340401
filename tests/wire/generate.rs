//! Strategies for every kind of message.

use mempulse::address::{Host, PeerAddress};
use mempulse::wire::compact_block::Prefilled;
use mempulse::wire::message::KnownAddress;
use mempulse::wire::transaction::{InputParts, OutputParts, TxParts};
use mempulse::wire::{
    Block, BlockHash, BlockHeader, BlockTransactions, BlockTransactionsRequest, CompactBlock, Inventory,
    Message, OutPoint, Services, Transaction, Txid, Version, Wtxid,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The magic of the tests.
pub const MAGIC: [u8; 4] = [0xfa, 0xbf, 0xb5, 0xda];

fn hash() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

fn script(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    // The second kind needs a three-byte length.
    prop_oneof![9 => vec(any::<u8>(), 0..longest), 1 => vec(any::<u8>(), 250..300)]
}

fn input() -> impl Strategy<Value = InputParts> {
    let witness = prop_oneof![Just(Vec::new()), vec(script(80), 0..4)];
    (hash(), any::<u32>(), script(40), any::<u32>(), witness).prop_map(
        |(txid, vout, script_sig, sequence, witness)| InputParts {
            prevout: OutPoint { txid: Txid(txid), vout },
            script_sig,
            sequence,
            witness,
        },
    )
}

fn output() -> impl Strategy<Value = OutputParts> {
    (any::<u64>(), script(40)).prop_map(|(value, script_pubkey)| OutputParts { value, script_pubkey })
}

/// Transactions with at least one input, legacy and segwit.
pub fn tx_parts() -> impl Strategy<Value = TxParts> {
    (any::<u32>(), vec(input(), 1..5), vec(output(), 0..5), any::<u32>())
        .prop_map(|(version, inputs, outputs, lock_time)| TxParts { version, inputs, outputs, lock_time })
}

fn transaction() -> impl Strategy<Value = Transaction> {
    tx_parts().prop_map(|parts| parts.build().unwrap())
}

/// Transactions of at least 60 bytes, the minimum inside a block.
fn block_transaction() -> impl Strategy<Value = Transaction> {
    transaction().prop_filter("too small", |tx| tx.output_count() > 0)
}

fn header() -> impl Strategy<Value = BlockHeader> {
    (any::<i32>(), hash(), hash(), any::<[u32; 3]>()).prop_map(
        |(version, previous, merkle_root, [time, bits, nonce])| BlockHeader {
            version,
            previous: BlockHash(previous),
            merkle_root,
            time,
            bits,
            nonce,
        },
    )
}

fn block() -> impl Strategy<Value = Block> {
    (header(), vec(block_transaction(), 0..4)).prop_map(|(header, transactions)| {
        let size = 81 + transactions.iter().map(|tx| tx.raw().len()).sum::<usize>();
        Block { header, hash: header.hash(), size: size.try_into().unwrap(), transactions }
    })
}

fn compact_block() -> impl Strategy<Value = CompactBlock> {
    let known = |header: BlockHeader, nonce, txs: Vec<Transaction>| CompactBlock::of(header, nonce, &txs);
    (header(), any::<u64>(), vec(block_transaction(), 1..5), any::<bool>()).prop_map(
        move |(header, nonce, txs, second)| {
            let mut compact = known(header, nonce, txs.clone());
            if second && !compact.short_ids.is_empty() {
                compact.short_ids.pop();
                let index = u16::try_from(txs.len() - 1).unwrap();
                compact.prefilled.push(Prefilled { index, tx: txs[txs.len() - 1].clone() });
            }
            compact
        },
    )
}

fn block_transactions_request() -> impl Strategy<Value = BlockTransactionsRequest> {
    (hash(), proptest::collection::btree_set(any::<u16>(), 0..20)).prop_map(|(hash, indexes)| {
        BlockTransactionsRequest { hash: BlockHash(hash), indexes: indexes.into_iter().collect() }
    })
}

fn inventory() -> impl Strategy<Value = Inventory> {
    let unknown = prop_oneof![Just(0), Just(3), 6..0x4000_0000_u32, 0x4000_0003..=u32::MAX];
    (0..7, unknown, hash()).prop_map(|(which, kind, hash)| match which {
        0 => Inventory::Tx(Txid(hash)),
        1 => Inventory::WitnessTx(Txid(hash)),
        2 => Inventory::Wtx(Wtxid(hash)),
        3 => Inventory::Block(BlockHash(hash)),
        4 => Inventory::WitnessBlock(BlockHash(hash)),
        5 => Inventory::CompactBlock(BlockHash(hash)),
        _ => Inventory::Unknown { kind, hash },
    })
}

fn ip() -> impl Strategy<Value = IpAddr> {
    let v6 = any::<[u8; 16]>().prop_map(|mut octets| {
        octets[0] = 0x20; // neither mapped nor a prefix that stands for something else
        IpAddr::from(octets)
    });
    prop_oneof![any::<[u8; 4]>().prop_map(|octets| Ipv4Addr::from(octets).into()), v6]
}

fn known(host: impl Strategy<Value = Host>) -> impl Strategy<Value = KnownAddress> {
    (any::<u32>(), any::<u64>(), host, any::<u16>()).prop_map(|(time, services, host, port)| KnownAddress {
        time,
        services: Services(services),
        address: PeerAddress { host, port },
    })
}

fn any_host() -> impl Strategy<Value = Host> {
    let cjdns = any::<[u8; 15]>().prop_map(|rest| {
        let mut octets = [0xfc; 16];
        octets[1..].copy_from_slice(&rest);
        Host::Cjdns(Ipv6Addr::from(octets))
    });
    prop_oneof![ip().prop_map(Host::Ip), hash().prop_map(Host::TorV3), hash().prop_map(Host::I2p), cjdns]
}

fn version() -> impl Strategy<Value = Version> {
    let usual = proptest::string::string_regex("/[A-Za-z0-9.:]{1,40}/").unwrap().prop_map(String::into_bytes);
    let agent = prop_oneof![usual, vec(any::<u8>(), 0..=256)];
    (any::<i32>(), any::<u64>(), 0..i64::MAX, any::<u64>(), agent, any::<i32>(), any::<bool>()).prop_map(
        |(version, services, time, nonce, user_agent, start_height, relay)| Version {
            version,
            services: Services(services),
            time,
            nonce,
            user_agent,
            start_height,
            relay,
        },
    )
}

/// Every message but `Unknown`.
pub fn message() -> impl Strategy<Value = Message> {
    let small = prop_oneof![
        Just(Message::Verack),
        Just(Message::WtxidRelay),
        Just(Message::SendAddrV2),
        Just(Message::GetAddr),
        Just(Message::SendHeaders),
        Just(Message::Mempool),
        any::<u64>().prop_map(Message::Ping),
        any::<u64>().prop_map(Message::Pong),
        (0..=2_100_000_000_000_000_u64).prop_map(Message::FeeFilter),
        (any::<bool>(), any::<u64>())
            .prop_map(|(announce, version)| Message::SendCmpct { announce, version }),
    ];
    let locator = vec(hash().prop_map(BlockHash), 0..=101);
    prop_oneof![
        3 => small,
        1 => version().prop_map(Message::Version),
        1 => vec(inventory(), 0..300).prop_map(Message::Inv),
        1 => vec(inventory(), 0..20).prop_map(Message::GetData),
        1 => vec(inventory(), 0..20).prop_map(Message::NotFound),
        2 => transaction().prop_map(Message::Tx),
        1 => vec(known(ip().prop_map(Host::Ip)), 0..20).prop_map(Message::Addr),
        1 => vec(known(any_host()), 0..20).prop_map(Message::AddrV2),
        1 => (locator, hash()).prop_map(|(locator, stop)| Message::GetHeaders { locator, stop: BlockHash(stop) }),
        1 => vec(header(), 0..10).prop_map(Message::Headers),
        1 => block().prop_map(Message::Block),
        1 => compact_block().prop_map(Message::CmpctBlock),
        1 => block_transactions_request().prop_map(Message::GetBlockTxn),
        1 => (hash(), vec(block_transaction(), 0..4)).prop_map(|(hash, transactions)| {
            Message::BlockTxn(BlockTransactions { hash: BlockHash(hash), transactions })
        }),
    ]
}

/// A change of one byte: where (as a share of the length) and by what.
#[derive(Clone, Debug)]
pub struct Mutation {
    place: proptest::sample::Index,
    by: u8,
}

/// Mutations that change something.
pub fn mutation() -> impl Strategy<Value = Mutation> {
    (any::<proptest::sample::Index>(), 1..=u8::MAX).prop_map(|(place, by)| Mutation { place, by })
}

impl Mutation {
    /// Changes `bytes`, if there are any.
    pub fn apply(&self, bytes: &mut [u8]) {
        if !bytes.is_empty() {
            bytes[self.place.index(bytes.len())] ^= self.by;
        }
    }
}

/// Applies all of `mutations` to `bytes`.
pub fn apply_all(mutations: &[Mutation], bytes: &mut [u8]) {
    for mutation in mutations {
        mutation.apply(bytes);
    }
}

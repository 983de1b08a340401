//! The bodies of transactions and blocks, which are published once for all sensors and may arrive before or
//! after the events that name them.

use super::sources::to_displace;
use crate::chain::Network;
use crate::event::SensorId;
use crate::schema::message::BlockPart;
use crate::schema::{Body, BodyId, MAX_BLOCK_PART, SchemaError, decode_raw_transaction};
use crate::wire::{Block, BlockHash, Wtxid};
use bytes::Bytes;
use foldhash::fast::RandomState;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// The most bytes of transactions to keep. An event may arrive minutes after the body, if another sensor
/// published the body first and this one was cut off.
const MAX_TRANSACTIONS: usize = 64 << 20;

/// The most blocks to keep, whole or in parts.
const MAX_BLOCKS: usize = 8;

/// The most parts of a block.
const MAX_PARTS: u32 = 16;

/// The bodies that arrived, in bounded memory.
#[derive(Debug)]
pub struct Bodies {
    network: Network,
    transactions: HashMap<Wtxid, Arc<crate::wire::Transaction>, RandomState>,
    /// Those of each sensor, the first to publish them.
    published: BTreeMap<Option<SensorId>, Published>,
    /// The total size of the transactions in bytes.
    bytes: usize,
    blocks: VecDeque<BlockSlot>,
}

/// Transactions of one sensor: their ids, oldest first, and their total size in bytes.
#[derive(Default, Debug)]
struct Published {
    order: VecDeque<Wtxid>,
    bytes: usize,
}

#[derive(Debug)]
struct BlockSlot {
    hash: BlockHash,
    /// The sensor that sent the first part, if it was known.
    sensor: Option<SensorId>,
    body: BlockBody,
}

#[derive(Debug)]
enum BlockBody {
    Parts { count: u32, parts: BTreeMap<u32, Bytes> },
    Whole(Arc<Block>),
}

impl Bodies {
    /// None yet.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            transactions: HashMap::default(),
            published: BTreeMap::new(),
            bytes: 0,
            blocks: VecDeque::new(),
        }
    }

    /// Adds a transaction that `sensor` published. Returns its id. If there is no room, the oldest ones of the
    /// sensor with the most bytes give way.
    ///
    /// # Errors
    /// The bytes are not a transaction that a peer may send.
    pub fn transaction(&mut self, sensor: Option<SensorId>, raw: &[u8]) -> Result<BodyId, SchemaError> {
        let tx = decode_raw_transaction(raw)?;
        let wtxid = tx.wtxid();
        if let Entry::Vacant(vacant) = self.transactions.entry(wtxid) {
            vacant.insert(tx);
            let published = self.published.entry(sensor).or_default();
            published.order.push_back(wtxid);
            published.bytes += raw.len();
            self.bytes += raw.len();
        }
        while self.bytes > MAX_TRANSACTIONS {
            let most = self.published.values_mut().max_by_key(|published| published.bytes);
            let Some((published, oldest)) = most.and_then(|most| most.order.pop_front().map(|id| (most, id)))
            else {
                break;
            };
            let size = self.transactions.remove(&oldest).map_or(0, |tx| tx.raw().len());
            published.bytes -= size;
            self.bytes -= size;
        }
        Ok(BodyId::Transaction(wtxid))
    }

    /// Adds a part of a block from `sensor`. Returns the block's id once it is whole.
    ///
    /// # Errors
    /// The part is impossible, or the parts do not make up a valid block with this id; they are dropped.
    pub fn block_part(
        &mut self,
        sensor: Option<SensorId>,
        part: BlockPart,
    ) -> Result<Option<BodyId>, SchemaError> {
        let BlockPart { hash, part, parts: count, body } = part;
        let hash = <[u8; 32]>::try_from(&hash[..]).map_err(|_| SchemaError::Impossible("hash of a part"))?;
        let hash = BlockHash(hash);
        if part >= count || count > MAX_PARTS || body.len() > MAX_BLOCK_PART {
            return Err(SchemaError::Impossible("part of a block"));
        }
        let at = self.blocks.iter().position(|slot| slot.hash == hash);
        let at = at.unwrap_or_else(|| {
            if self.blocks.len() >= MAX_BLOCKS {
                to_displace(self.blocks.iter().map(|slot| slot.sensor)).map(|at| self.blocks.remove(at));
            }
            let body = BlockBody::Parts { count, parts: BTreeMap::new() };
            self.blocks.push_back(BlockSlot { hash, sensor, body });
            self.blocks.len() - 1
        });
        let known = &mut self.blocks[at].body;
        let BlockBody::Parts { count: expected, parts } = known else { return Ok(None) };
        if *expected != count {
            return Err(SchemaError::Impossible("number of parts"));
        }
        parts.entry(part).or_insert(body);
        if parts.len() < count as usize {
            return Ok(None);
        }
        let raw: Vec<u8> = parts.values().flat_map(|part| part.iter().copied()).collect();
        let block =
            Block::parse(&raw).ok().filter(|block| block.hash == hash && block.check(self.network).is_ok());
        let Some(block) = block else {
            self.blocks.remove(at);
            return Err(SchemaError::Impossible("block"));
        };
        *known = BlockBody::Whole(Arc::new(block));
        Ok(Some(BodyId::Block(hash)))
    }

    /// The body with this id, if it is here.
    pub fn get(&self, id: BodyId) -> Option<Body> {
        match id {
            BodyId::Transaction(wtxid) => self.transactions.get(&wtxid).cloned().map(Body::Transaction),
            BodyId::Block(hash) => self.blocks.iter().find_map(|slot| match &slot.body {
                BlockBody::Whole(block) if slot.hash == hash => Some(Body::Block(Arc::clone(block))),
                _ => None,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{block, loose};

    fn parts(block: &Block, size: usize) -> Vec<BlockPart> {
        let mut raw = Vec::new();
        block.encode(&mut raw);
        let chunks: Vec<_> = raw.chunks(size).collect();
        let count = u32::try_from(chunks.len()).unwrap();
        let part = |(number, body): (usize, &&[u8])| BlockPart {
            hash: Bytes::copy_from_slice(&block.hash.0),
            part: u32::try_from(number).unwrap(),
            parts: count,
            body: Bytes::copy_from_slice(body),
        };
        chunks.iter().enumerate().map(part).collect()
    }

    fn mined() -> Block {
        crate::sensor::collect::testing::mined(&[&loose(1)])
    }

    #[test]
    fn parts_in_any_order_make_a_block() {
        let block = mined();
        let mut raw = Vec::new();
        block.encode(&mut raw);
        assert_eq!(Block::parse(&raw).map(|block| block.check(Network::Regtest)), Ok(Ok(())));
        let mut bodies = Bodies::new(Network::Regtest);
        let mut parts = parts(&block, 100);
        parts.reverse();
        parts.push(parts[0].clone());
        let results: Vec<_> =
            parts.into_iter().filter_map(|part| bodies.block_part(None, part).unwrap()).collect();
        assert_eq!(results, [BodyId::Block(block.hash)]);
        assert_eq!(bodies.get(results[0]), Some(Body::Block(Arc::new(block))));
    }

    #[test]
    fn parts_of_an_invalid_block_are_refused_and_the_next_parts_count() {
        let mut bodies = Bodies::new(Network::Regtest);
        let unmined = block(&[&loose(1)]);
        let refused = parts(&unmined, 1 << 20).into_iter().map(|part| bodies.block_part(None, part)).next();
        assert_eq!(refused, Some(Err(SchemaError::Impossible("block"))));
        let mut strange = parts(&mined(), 100);
        strange[1].parts += 1;
        assert!(bodies.block_part(None, strange[0].clone()).is_ok());
        assert!(bodies.block_part(None, strange[1].clone()).is_err());
        strange[0].part = 99;
        assert!(bodies.block_part(None, strange[0].clone()).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let mut bodies = Bodies::new(Network::Regtest);
        for number in 0..20_u8 {
            let part = BlockPart { hash: vec![number; 32].into(), part: 0, parts: 2, body: Bytes::new() };
            assert_eq!(bodies.block_part(None, part), Ok(None));
        }
        assert_eq!(bodies.blocks.len(), MAX_BLOCKS);
        let tx = loose(7);
        for _ in 0..3 {
            assert_eq!(bodies.transaction(None, tx.raw()), Ok(BodyId::Transaction(tx.wtxid())));
        }
        assert_eq!((bodies.bytes, bodies.published[&None].order.len()), (tx.raw().len(), 1));
        assert!(bodies.transaction(None, &tx.raw()[1..]).is_err());
    }
}

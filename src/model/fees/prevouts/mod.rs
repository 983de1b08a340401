//! The outputs of recent blocks, so that the fees of what spends them become known.
//!
//! An output takes 16 bytes: a secretly keyed 64-bit tag of its outpoint, and its value with the
//! number of its block. That two outpoints share a tag has a chance of 2⁻⁶⁴ for each pair: looking up
//! a million outpoints among ten million outputs finds a wrong one with a chance of 5 · 10⁻⁷, and
//! nobody who does not know the key can make it happen. What an outpoint is worth is a fact that no
//! reorg changes, so nothing is undone.

mod runs;
#[cfg(test)]
mod tests;

use crate::chain::opcodes::OP_RETURN;
use crate::wire::{Block, BlockHash, OutPoint, Transaction};
use foldhash::fast::RandomState;
use runs::{Coin, Runs};
use siphasher::sip::SipHasher24;
use std::collections::{BTreeMap, HashSet};
use std::hash::Hasher;
use std::sync::Arc;

/// The key of the tags.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct OutpointKey(pub u64, pub u64);

/// The outputs of one block that it does not spend itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockOutputs {
    /// The block's height.
    pub height: u32,
    /// The block's name.
    pub hash: BlockHash,
    /// Tags with values in sat, sorted by tag.
    pub outputs: Vec<(u64, u64)>,
}

/// The outputs of the last blocks.
#[derive(Debug)]
pub struct PrevoutCache {
    key: OutpointKey,
    /// How many blocks are kept.
    limit: usize,
    runs: Runs,
    /// The blocks, with the number that their coins carry; the first ones make room.
    blocks: BTreeMap<Place, u16>,
}

/// Which block goes first: those that an earlier run kept, lowest first, before those that came in this
/// run. A chain that was wiped since may have left higher ones than this one has, and its blocks must
/// not keep new ones out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Place {
    came: bool,
    height: u32,
    hash: BlockHash,
}

impl Default for PrevoutCache {
    /// Without a secret: for those who face no strangers.
    fn default() -> Self {
        Self::new(OutpointKey::default(), Self::LEAST_KEPT)
    }
}

impl PrevoutCache {
    /// The most blocks that may be kept: four weeks of them. At about 7,000 outputs in a block that
    /// takes about 450 MB.
    pub const MOST_KEPT: usize = 4_032;

    /// How many are kept at least, as they come: those of a day, about 16 MB.
    pub const LEAST_KEPT: usize = 144;

    /// None are known yet. At most `limit` blocks are kept, and never more than
    /// [`PrevoutCache::MOST_KEPT`].
    pub fn new(key: OutpointKey, limit: usize) -> Self {
        let limit = limit.clamp(1, Self::MOST_KEPT);
        Self { key, limit, runs: Runs::default(), blocks: BTreeMap::new() }
    }

    /// The outputs of a block, to be kept.
    pub fn of_block(&self, block: &Block, height: u32) -> BlockOutputs {
        let spends = |tx: &Transaction| tx.inputs().map(|input| self.tag(&input.prevout)).collect::<Vec<_>>();
        let spent: HashSet<u64, RandomState> = block.transactions.iter().flat_map(spends).collect();
        let mut coins = Vec::new();
        for tx in &block.transactions {
            let txid = tx.txid();
            let outputs = (0..).zip(tx.outputs());
            let spendable = outputs.filter(|(_, output)| output.script_pubkey.first() != Some(&OP_RETURN));
            let tagged = spendable.map(|(vout, output)| (self.tag(&OutPoint { txid, vout }), output.value));
            coins.extend(tagged.filter(|(tag, _)| !spent.contains(tag)));
        }
        coins.sort_unstable();
        BlockOutputs { height, hash: block.hash, outputs: coins }
    }

    /// Keeps the outputs of a block that an earlier run kept; the lowest of those goes if there are too
    /// many. Whether it is new.
    pub fn insert(&mut self, block: &BlockOutputs) -> bool {
        self.put(block, false)
    }

    fn put(&mut self, block: &BlockOutputs, came: bool) -> bool {
        let place = Place { came, height: block.height, hash: block.hash };
        if self.is_kept(block.height, block.hash) {
            return false;
        }
        if self.is_full() {
            match self.blocks.first_key_value() {
                Some((first, _)) if *first < place => self.remove_first(),
                _ => return false,
            }
        }
        let number = self.runs.free_number();
        self.blocks.insert(place, number);
        self.runs.push(block.outputs.iter().map(|&(tag, value)| Coin::new(tag, value, number)).collect());
        true
    }

    fn is_kept(&self, height: u32, hash: BlockHash) -> bool {
        [false, true].iter().any(|&came| self.blocks.contains_key(&Place { came, height, hash }))
    }

    /// Takes note that a block spends these: nothing valid will ask for them any more.
    pub fn spend(&mut self, block: &Block) {
        for tx in block.transactions.iter().skip(1) {
            for input in tx.inputs() {
                self.runs.drop_coin(self.tag(&input.prevout));
            }
        }
    }

    /// What an output is worth, in sat, if it is known.
    pub fn value(&self, outpoint: &OutPoint) -> Option<u64> {
        self.runs.get(self.tag(outpoint))
    }

    /// How many outputs take memory.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The blocks that are kept, with their heights: in the order in which they make room.
    pub fn blocks(&self) -> impl Iterator<Item = (u32, BlockHash)> {
        self.blocks.keys().map(|place| (place.height, place.hash))
    }

    /// Whether a block more would take the place of another.
    pub fn is_full(&self) -> bool {
        self.blocks.len() >= self.limit
    }

    /// How many blocks are kept.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// Bytes on the heap.
    pub fn memory(&self) -> usize {
        self.runs.memory() + self.blocks.len() * size_of::<(Place, u16)>() * 2
    }

    /// The outputs of a block, if they are new to it; kept from now on.
    pub(crate) fn take(&mut self, block: &Block, height: u32) -> Option<Arc<BlockOutputs>> {
        if self.is_kept(height, block.hash) {
            return None;
        }
        let coins = self.of_block(block, height);
        self.put(&coins, true).then(|| Arc::new(coins))
    }

    fn remove_first(&mut self) {
        if let Some((_, number)) = self.blocks.pop_first() {
            self.runs.drop_number(number);
        }
    }

    fn tag(&self, outpoint: &OutPoint) -> u64 {
        let mut hasher = SipHasher24::new_with_keys(self.key.0, self.key.1);
        hasher.write(&outpoint.txid.0);
        hasher.write(&outpoint.vout.to_le_bytes());
        hasher.finish()
    }
}

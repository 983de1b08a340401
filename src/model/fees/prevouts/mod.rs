//! The prevout cache: the values of the outputs of recent blocks, which make the fees of spenders exact.
//!
//! An output takes 16 bytes: a secretly keyed 64-bit tag of its outpoint, and its value with the number of
//! its block. Two outpoints share a tag with a probability of 2⁻⁶⁴: looking up a million outpoints among ten
//! million outputs finds a wrong one with a probability of 5 · 10⁻⁷, and an attacker cannot provoke that
//! without the key. A reorg does not change the value of an outpoint, so nothing is undone when a block is
//! disconnected.

mod runs;
#[cfg(test)]
mod tests;

use crate::chain::opcodes::OP_RETURN;
use crate::event::KnownOutput;
use crate::wire::{Block, BlockHash, OutPoint, Transaction};
use foldhash::fast::RandomState;
use runs::{Runs, TaggedOutput};
use siphasher::sip::SipHasher24;
use std::collections::{BTreeMap, HashSet};
use std::hash::Hasher;
use std::sync::Arc;

/// The secret key of the tags.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct OutpointKey(pub u64, pub u64);

/// The outputs of a block that are not spent within it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockOutputs {
    /// The block's height.
    pub height: u32,
    /// The block hash.
    pub hash: BlockHash,
    /// Tags with values in sat, sorted by tag.
    pub outputs: Vec<(u64, u64)>,
}

/// The outputs of recent blocks, by outpoint.
#[derive(Debug)]
pub struct PrevoutCache {
    key: OutpointKey,
    /// The most blocks.
    limit: usize,
    runs: Runs,
    /// The blocks in the order in which they will be dropped, with the number that their outputs carry.
    blocks: BTreeMap<Place, u16>,
    /// Outputs that came with the current event.
    expected: Vec<KnownOutput>,
}

/// The order in which blocks are dropped: those loaded from an earlier run first, lowest first, then those
/// that arrived in this run. A wiped chain may have left higher blocks, which must not keep new ones out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Place {
    arrived: bool,
    height: u32,
    hash: BlockHash,
}

impl Default for PrevoutCache {
    /// Creates a cache without a secret, for tests and for trusted peers.
    fn default() -> Self {
        Self::new(OutpointKey::default(), Self::DEFAULT_BLOCKS)
    }
}

impl PrevoutCache {
    /// The largest limit: four weeks of blocks. At about 7,000 outputs per block that takes about 450 MB.
    pub const MAX_BLOCKS: usize = 4_032;

    /// The default limit: a day of blocks, about 16 MB.
    pub const DEFAULT_BLOCKS: usize = 144;

    /// Creates an empty cache for at most `limit` blocks, capped at [`PrevoutCache::MAX_BLOCKS`].
    pub fn new(key: OutpointKey, limit: usize) -> Self {
        let limit = limit.clamp(1, Self::MAX_BLOCKS);
        Self { key, limit, runs: Runs::default(), blocks: BTreeMap::new(), expected: Vec::new() }
    }

    /// Returns the outputs of a block that are not spent within it.
    pub fn of_block(&self, block: &Block, height: u32) -> BlockOutputs {
        let spent = block.transactions.iter().flat_map(Transaction::prevouts);
        let spent: HashSet<u64, RandomState> = spent.map(|prevout| self.tag(&prevout)).collect();
        let mut outputs = Vec::new();
        for tx in &block.transactions {
            let txid = tx.txid();
            let spendable = (0..)
                .zip(tx.outputs())
                .filter(|(_, output)| output.script_pubkey.first() != Some(&OP_RETURN));
            let tagged = spendable.map(|(vout, output)| (self.tag(&OutPoint { txid, vout }), output.value));
            outputs.extend(tagged.filter(|(tag, _)| !spent.contains(tag)));
        }
        outputs.sort_unstable();
        BlockOutputs { height, hash: block.hash, outputs }
    }

    /// Inserts a block stored by an earlier run; if there are too many, drops the lowest of those. Returns
    /// whether the block is new and was kept.
    pub fn insert(&mut self, block: &BlockOutputs) -> bool {
        self.put(block, false)
    }

    fn put(&mut self, block: &BlockOutputs, arrived: bool) -> bool {
        let place = Place { arrived, height: block.height, hash: block.hash };
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
        self.runs
            .push(block.outputs.iter().map(|&(tag, value)| TaggedOutput::new(tag, value, number)).collect());
        true
    }

    fn is_kept(&self, height: u32, hash: BlockHash) -> bool {
        [false, true].iter().any(|&arrived| self.blocks.contains_key(&Place { arrived, height, hash }))
    }

    /// Removes the outputs spent by a block: no valid transaction can spend them any more.
    pub fn spend(&mut self, block: &Block) {
        for tx in block.transactions.iter().skip(1) {
            for prevout in tx.prevouts() {
                self.runs.remove(self.tag(&prevout));
            }
        }
    }

    /// Returns the value of an output in sat, if it is known. A block proves it; what came with the event is
    /// only a claim.
    pub fn value(&self, outpoint: &OutPoint) -> Option<u64> {
        self.runs.get(self.tag(outpoint)).or_else(|| {
            let index = self.expected.binary_search_by_key(outpoint, |output| output.outpoint).ok()?;
            self.expected.get(index).map(|output| output.value)
        })
    }

    /// Replaces the outputs that came with the previous event.
    pub(in crate::model) fn expect(&mut self, outputs: &[KnownOutput]) {
        self.expected.clear();
        self.expected.extend_from_slice(outputs);
        self.expected.sort_unstable_by_key(|output| output.outpoint);
    }

    /// The number of outputs in memory.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether the cache is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The blocks with their heights, in the order in which they will be dropped.
    pub fn blocks(&self) -> impl Iterator<Item = (u32, BlockHash)> {
        self.blocks.keys().map(|place| (place.height, place.hash))
    }

    /// Whether one more block would replace another.
    pub fn is_full(&self) -> bool {
        self.blocks.len() >= self.limit
    }

    /// The number of blocks.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The bytes on the heap.
    pub fn memory(&self) -> usize {
        self.runs.memory() + self.blocks.len() * size_of::<(Place, u16)>() * 2
    }

    /// Inserts an arriving block. Returns its outputs if the block is new and was kept.
    pub(in crate::model) fn connect(&mut self, block: &Block, height: u32) -> Option<Arc<BlockOutputs>> {
        if self.is_kept(height, block.hash) {
            return None;
        }
        let outputs = self.of_block(block, height);
        self.put(&outputs, true).then(|| Arc::new(outputs))
    }

    fn remove_first(&mut self) {
        if let Some((_, number)) = self.blocks.pop_first() {
            self.runs.remove_block(number);
        }
    }

    fn tag(&self, outpoint: &OutPoint) -> u64 {
        let mut hasher = SipHasher24::new_with_keys(self.key.0, self.key.1);
        hasher.write(&outpoint.txid.0);
        hasher.write(&outpoint.vout.to_le_bytes());
        hasher.finish()
    }
}

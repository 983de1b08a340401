//! A regtest chain, mined in this process.

use super::script::push;
use crate::chain::Network;
use crate::wire::block::commitment_script;
use crate::wire::message::MAX_HEADERS;
use crate::wire::transaction::{InputParts, OutputParts, TxParts};
use crate::wire::{Block, BlockHash, BlockHeader, OutPoint, Transaction};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// How many blocks a pruned node serves (BIP159).
const KEPT_BLOCKS: usize = 288;

/// The limit of their total size, in bytes; with very many transactions fewer are kept.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// The version bits of a block without signals (BIP9).
const VERSION: i32 = 0x2000_0000;

/// The witness of every coinbase (BIP141: witness reserved value).
const RESERVED: [u8; 32] = [0; 32];

/// The genesis block of regtest.
pub(super) const GENESIS: BlockHeader = BlockHeader {
    version: 1,
    previous: BlockHash([0; 32]),
    merkle_root: [
        0x3b, 0xa3, 0xed, 0xfd, 0x7a, 0x7b, 0x12, 0xb2, 0x7a, 0xc7, 0x2c, 0x3e, 0x67, 0x76, 0x8f, 0x61, 0x7f,
        0xc8, 0x1b, 0xc3, 0x88, 0x8a, 0x51, 0x32, 0x3a, 0x9f, 0xb8, 0xaa, 0x4b, 0x1e, 0x5e, 0x4a,
    ],
    time: 1_296_688_602,
    bits: Network::Regtest.easiest_bits(),
    nonce: 2,
};

/// The chain: all headers, and the latest blocks.
pub(super) struct Chain {
    /// The height of the first header.
    base: u32,
    headers: Vec<BlockHeader>,
    heights: HashMap<BlockHash, usize>,
    tip: BlockHash,
    blocks: VecDeque<Arc<Block>>,
    kept_bytes: usize,
}

impl Chain {
    /// Returns a chain of the genesis block alone.
    pub(super) fn new() -> Self {
        let tip = GENESIS.hash();
        Self {
            base: 0,
            headers: vec![GENESIS],
            heights: HashMap::from([(tip, 0)]),
            tip,
            blocks: VecDeque::new(),
            kept_bytes: 0,
        }
    }

    /// Returns a chain that begins in the middle of another, after the block `hash` at `height`.
    #[cfg(test)]
    pub(super) fn after(height: u32, hash: BlockHash) -> Self {
        // Its header is unknown but never served, as headers are served from the next one on.
        Self { base: height, heights: HashMap::from([(hash, 0)]), tip: hash, ..Self::new() }
    }

    /// Returns the height of a block.
    #[cfg(test)]
    pub(super) fn height_of(&self, hash: BlockHash) -> Option<u32> {
        Some(self.base + u32::try_from(*self.heights.get(&hash)?).ok()?)
    }

    /// Returns the height of the tip.
    pub(super) fn height(&self) -> u32 {
        self.base.saturating_add(u32::try_from(self.headers.len() - 1).unwrap_or(u32::MAX))
    }

    /// Returns the headers after the first known block of `locator`, or after the first block, up to
    /// `stop`; at most [`MAX_HEADERS`].
    pub(super) fn headers_after(&self, locator: &[BlockHash], stop: BlockHash) -> Vec<BlockHeader> {
        let known = locator.iter().find_map(|hash| self.heights.get(hash)).copied().unwrap_or(0);
        let last = self.heights.get(&stop).copied().unwrap_or(usize::MAX);
        let count = last.saturating_sub(known).min(MAX_HEADERS);
        self.headers.iter().skip(known + 1).take(count).copied().collect()
    }

    /// Returns a block, if it is kept.
    pub(super) fn block(&self, hash: BlockHash) -> Option<&Arc<Block>> {
        let from_tip = (self.headers.len() - 1).checked_sub(*self.heights.get(&hash)?)?;
        self.blocks.get(self.blocks.len().checked_sub(from_tip + 1)?)
    }

    /// Mines the next block, of `transactions` in this order. Its coinbase pays subsidy and `fees` (in sat) to
    /// `script_pubkey`.
    pub(super) fn mine(
        &mut self,
        transactions: Vec<Transaction>,
        fees: u64,
        script_pubkey: Vec<u8>,
        time: u32,
    ) -> Arc<Block> {
        let place = Place { previous: self.tip, height: self.height() + 1, time };
        let block = Arc::new(mined(place, transactions, fees, script_pubkey));
        self.append(Arc::clone(&block));
        block
    }

    /// Adds a block that follows the tip.
    pub(super) fn append(&mut self, block: Arc<Block>) {
        self.heights.insert(block.hash, self.headers.len());
        self.headers.push(block.header);
        self.tip = block.hash;
        self.kept_bytes += block.size as usize;
        self.blocks.push_back(block);
        while self.blocks.len() > KEPT_BLOCKS || (self.kept_bytes > KEPT_BYTES && self.blocks.len() > 1) {
            let oldest = self.blocks.pop_front();
            self.kept_bytes -= oldest.map_or(0, |block| block.size as usize);
        }
    }
}

/// The position of a block in the chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) previous: BlockHash,
    pub(super) height: u32,
    /// The miner's clock, in s since the UNIX epoch.
    pub(super) time: u32,
}

/// Mines a block of `transactions`, in this order, whose coinbase pays subsidy and `fees` (in sat) to `script_pubkey`.
pub(super) fn mined(
    place: Place,
    transactions: Vec<Transaction>,
    fees: u64,
    script_pubkey: Vec<u8>,
) -> Block {
    let Place { previous, height, time } = place;
    let value = Network::Regtest.subsidy(height) + fees;
    let committed = commitment_script(&transactions, RESERVED);
    let mut all = vec![coinbase(height, value, script_pubkey, committed)];
    all.extend(transactions);
    let bits = Network::Regtest.easiest_bits();
    let header = BlockHeader { version: VERSION, previous, merkle_root: [0; 32], time, bits, nonce: 0 };
    let mut block = Block { header, hash: BlockHash::default(), size: 0, transactions: all };
    block.header.merkle_root = block.merkle_root();
    while block.header.check(Network::Regtest).is_err() {
        block.header.nonce += 1; // about every second one will do
    }
    block.hash = block.header.hash();
    let mut bytes = vec![];
    block.encode(&mut bytes);
    block.size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    block
}

/// Returns the coinbase, which contains the height (BIP34) and, in the script `committed`, the commitment to
/// the witnesses of the other transactions (BIP141).
fn coinbase(height: u32, value: u64, script_pubkey: Vec<u8>, committed: Vec<u8>) -> Transaction {
    let input = InputParts {
        prevout: OutPoint::NULL,
        script_sig: [height_push(height), push(b"mempulse demo")].concat(),
        sequence: u32::MAX,
        witness: vec![RESERVED.to_vec()],
    };
    let outputs =
        vec![OutputParts { value, script_pubkey }, OutputParts { value: 0, script_pubkey: committed }];
    let parts = TxParts { version: 2, inputs: vec![input], outputs, lock_time: 0 };
    parts.build().expect("an input is there, and that is all that building asks for")
}

/// Returns the shortest push of the height as a script number (BIP34, as in Core).
fn height_push(height: u32) -> Vec<u8> {
    match height {
        0 => vec![0],
        1..=16 => vec![0x50 + height.to_le_bytes()[0]],
        _ => {
            let bytes = u64::from(height).to_le_bytes();
            // The highest bit is the sign, so a number that would set it needs another byte.
            let size = (height.ilog2() + 1) / 8 + 1;
            push(&bytes[..size as usize])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn mined(count: u32) -> Chain {
        let mut chain = Chain::new();
        for number in 1..=count {
            chain.mine(vec![], 0, vec![0x51], 1_700_000_000 + number);
        }
        chain
    }

    #[test]
    fn it_begins_with_the_genesis_block_of_regtest() {
        let genesis = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";
        assert_eq!(Chain::new().tip.to_string(), genesis);
        assert_eq!(GENESIS.check(Network::Regtest), Ok(()));
    }

    #[test]
    fn blocks_pass_the_checks_and_say_their_height_and_reward() {
        let mut chain = Chain::new();
        for height in 1..=300 {
            let block = chain.mine(vec![], 1_000, vec![0x51], 1_700_000_000 + height);
            assert_eq!(block.check(Network::Regtest), Ok(()));
            assert_eq!(block.coinbase_height(), Some(height));
            let reward = Network::Regtest.subsidy(height) + 1_000;
            assert_eq!(block.transactions[0].output_value(), reward);
            let mut bytes = vec![];
            block.encode(&mut bytes);
            assert_eq!(Block::parse(&Bytes::from(bytes)).as_ref(), Ok(&*block));
        }
    }

    #[test]
    fn the_coinbase_commits_to_the_witnesses_as_another_implementation_checks() {
        let mut chain = mined(300);
        let coinbase = chain.blocks[0].transactions[0].clone();
        // Not a valid spend, but it has a witness.
        let block = chain.mine(vec![coinbase], 0, vec![0x51], 1_700_000_400);
        let mut bytes = vec![];
        block.encode(&mut bytes);
        let oracle: bitcoin::Block = bitcoin::consensus::deserialize(&bytes).unwrap();
        assert!(oracle.check_witness_commitment());
        assert!(oracle.check_merkle_root());
        assert_eq!(oracle.bip34_block_height(), Ok(301));
    }

    #[test]
    fn headers_follow_the_first_known_hash_of_the_locator() {
        let chain = mined(10);
        let hash = |height: usize| chain.headers[height].hash();
        let unknown = BlockHash([9; 32]);
        let zero = BlockHash::default();

        assert_eq!(chain.headers_after(&[unknown, hash(7), hash(3)], zero), chain.headers[8..]);
        assert_eq!(chain.headers_after(&[unknown], zero), chain.headers[1..]);
        assert_eq!(chain.headers_after(&[hash(2)], hash(5)), chain.headers[3..=5]);
        assert_eq!(chain.headers_after(&[hash(5)], hash(2)), []);
        assert_eq!(chain.headers_after(&[hash(10)], zero), []);
    }

    #[test]
    fn old_blocks_are_forgotten_but_not_their_headers() {
        let chain = mined(300);
        let block = |height: usize| chain.block(chain.headers[height].hash());
        assert_eq!(block(300).unwrap().hash, chain.tip);
        assert_eq!(block(13).unwrap().coinbase_height(), Some(13));
        assert_eq!(block(12), None);
        assert_eq!(chain.block(BlockHash([9; 32])), None);
        assert_eq!(chain.headers_after(&[], BlockHash::default()).len(), 300);
    }
}

//! The rules that a block must meet on its own, without the chain before it.

use super::commitment::{self, WitnessError};
use super::merkle::merkle_root;
use super::{Block, BlockHeader};
use crate::chain::limits::MAX_BLOCK_WEIGHT;
use crate::chain::opcodes::{OP_0, OP_1, OP_16, small_number};
use crate::chain::{Network, Target};
use crate::wire::Txid;
use crate::wire::compact_size::encoded_len;
use crate::wire::transaction::TransactionError;

/// Why a block or its header is invalid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BlockError {
    /// `nBits` do not encode a target.
    #[error("nBits {0:08x} do not encode a target")]
    BadBits(u32),
    /// The target is easier than this program accepts (see [`Network::easiest_bits`]).
    #[error("nBits {0:08x} are too easy")]
    TooEasy(u32),
    /// The hash is above the target.
    #[error("insufficient proof of work")]
    NoWork,
    /// The header commits to other transactions.
    #[error("the merkle root is wrong")]
    MerkleRoot,
    /// The end of the list of transactions is repeated (CVE-2012-2459).
    #[error("transactions are repeated")]
    RepeatedTransactions,
    /// The weight, in weight units, is above the limit.
    #[error("weight {0} is above the limit")]
    Overweight(u64),
    /// The first transaction is missing or is not a coinbase.
    #[error("the first transaction is not a coinbase")]
    NoCoinbase,
    /// A transaction, given by its txid, is invalid.
    #[error("more than one coinbase")]
    ExtraCoinbase,
    /// The witnesses are not those that the coinbase commits to.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// A transaction, by its index, is invalid.
    #[error("transaction {0}: {1}")]
    Transaction(Txid, TransactionError),
}

impl BlockHeader {
    /// Checks that the hash meets the target, and that the target is hard enough for `network`.
    ///
    /// Whether the chain demands these `nBits` at this height is not checked here.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self, network: Network) -> Result<(), BlockError> {
        let target = Target::from_bits(self.bits).ok_or(BlockError::BadBits(self.bits))?;
        if Target::from_bits(network.easiest_bits()).is_none_or(|easiest| target > easiest) {
            return Err(BlockError::TooEasy(self.bits));
        }
        if target.is_met_by(self.hash().0) { Ok(()) } else { Err(BlockError::NoWork) }
    }

    /// Returns the expected number of hashes for the header, or 0 if its `nBits` do not encode a target.
    pub fn work(&self) -> u128 {
        Target::from_bits(self.bits).map_or(0, Target::work)
    }
}

impl Block {
    /// Checks the consensus rules that need only the block (Core: `CheckBlock`), apart from signature counts.
    /// This proves the block's txids and wtxids.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self, network: Network) -> Result<(), BlockError> {
        self.header.check(network)?;
        let (root, is_mutated) = self.merkle();
        if root != self.header.merkle_root {
            return Err(BlockError::MerkleRoot);
        }
        if is_mutated {
            return Err(BlockError::RepeatedTransactions);
        }
        let weight = self.weight();
        if weight > u64::from(MAX_BLOCK_WEIGHT) {
            return Err(BlockError::Overweight(weight));
        }
        let Some((coinbase, others)) = self.transactions.split_first().filter(|(tx, _)| tx.is_coinbase())
        else {
            return Err(BlockError::NoCoinbase);
        };
        coinbase.check().map_err(|error| BlockError::Transaction(coinbase.txid(), error))?;
        for tx in others {
            tx.check_loose().map_err(|error| match error {
                TransactionError::LooseCoinbase => BlockError::ExtraCoinbase,
                error => BlockError::Transaction(tx.txid(), error),
            })?;
        }
        Ok(commitment::check(coinbase, others)?)
    }

    /// Returns the weight, in weight units (BIP141).
    pub fn weight(&self) -> u64 {
        let count = encoded_len(self.transactions.len() as u64);
        let head = 4 * (BlockHeader::SIZE + count) as u64;
        head + self.transactions.iter().map(|tx| u64::from(tx.weight())).sum::<u64>()
    }

    /// Returns the height in the coinbase (BIP34), if there is one.
    pub fn coinbase_height(&self) -> Option<u32> {
        let coinbase = self.transactions.first()?;
        let script = coinbase.inputs().next()?.script_sig;
        match script.split_first()? {
            (&OP_0, _) => Some(0),
            (&opcode @ OP_1..=OP_16, _) => small_number(opcode).map(u32::from),
            (&length @ 1..=5, rest) => {
                let number = rest.get(..usize::from(length)).filter(|number| !is_negative(number))?;
                let mut bytes = [0; 8];
                bytes[..number.len()].copy_from_slice(number);
                u32::try_from(u64::from_le_bytes(bytes)).ok()
            }
            _ => None,
        }
    }

    /// Returns the merkle root over the transactions, and whether their end is repeated.
    fn merkle(&self) -> ([u8; 32], bool) {
        merkle_root(self.transactions.iter().map(|tx| tx.txid().0).collect())
    }

    /// Returns the merkle root that the header should have.
    pub fn merkle_root(&self) -> [u8; 32] {
        self.merkle().0
    }
}

/// Whether a script number has its sign bit set.
fn is_negative(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last & 0x80 != 0)
}

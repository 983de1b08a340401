//! What can be wrong with a block by itself, without the chain before it.

use super::merkle::merkle_root;
use super::{Block, BlockHeader};
use crate::chain::limits::MAX_BLOCK_WEIGHT;
use crate::chain::opcodes::{OP_0, OP_1, OP_16, small_number};
use crate::chain::{Network, Target};
use crate::wire::Txid;
use crate::wire::compact_size::encoded_len;
use crate::wire::transaction::TransactionError;

/// Why a block or its header is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BlockError {
    /// Its `nBits` stand for no target.
    #[error("nBits {0:08x} are no target")]
    BadBits(u32),
    /// Its `nBits` are easier than this program believes (see [`Network::easiest_bits`]).
    #[error("nBits {0:08x} are too easy")]
    TooEasy(u32),
    /// Its hash is above its target.
    #[error("the proof of work is missing")]
    NoWork,
    /// The header belongs to other transactions.
    #[error("the merkle root is wrong")]
    MerkleRoot,
    /// The list of transactions repeats its end (CVE-2012-2459).
    #[error("transactions are repeated")]
    RepeatedTransactions,
    /// It weighs more than a block may, in weight units.
    #[error("weight {0} is above the limit")]
    Overweight(u64),
    /// It has no transactions, or the first is no coinbase.
    #[error("the first transaction is no coinbase")]
    NoCoinbase,
    /// Another transaction is a coinbase.
    #[error("more than one coinbase")]
    ExtraCoinbase,
    /// A transaction breaks a rule.
    #[error("transaction {0}: {1}")]
    Transaction(Txid, TransactionError),
}

impl BlockHeader {
    /// That its hash meets its target, and that the target is hard enough for `network`.
    ///
    /// Whether `nBits` are those that the chain demands at its height is not known here.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, network: Network) -> Result<(), BlockError> {
        let target = Target::from_bits(self.bits).ok_or(BlockError::BadBits(self.bits))?;
        if Target::from_bits(network.easiest_bits()).is_none_or(|easiest| target > easiest) {
            return Err(BlockError::TooEasy(self.bits));
        }
        if target.is_met_by(self.hash().0) { Ok(()) } else { Err(BlockError::NoWork) }
    }

    /// How many hashes it took, on average; 0 if its `nBits` are no target.
    pub fn work(&self) -> u128 {
        Target::from_bits(self.bits).map_or(0, Target::work)
    }
}

impl Block {
    /// The consensus rules that need nothing but the block (Core: `CheckBlock`), apart from
    /// signature counts and the commitment to the witnesses: txids are proven, wtxids are not.
    ///
    /// # Errors
    /// The first rule that it breaks.
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
        Ok(())
    }

    /// In weight units (BIP141).
    pub fn weight(&self) -> u64 {
        let count = encoded_len(self.transactions.len() as u64);
        let head = 4 * (BlockHeader::SIZE + count) as u64;
        head + self.transactions.iter().map(|tx| u64::from(tx.weight())).sum::<u64>()
    }

    /// The height that the coinbase names, as it must since BIP34.
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

    /// The merkle root over the transactions, and whether they repeat their end.
    fn merkle(&self) -> ([u8; 32], bool) {
        merkle_root(self.transactions.iter().map(|tx| tx.txid().0).collect())
    }

    /// The merkle root that the header should have.
    pub fn merkle_root(&self) -> [u8; 32] {
        self.merkle().0
    }
}

/// Whether a number of a script has its sign bit set.
fn is_negative(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last & 0x80 != 0)
}

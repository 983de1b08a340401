//! Transactions: one pass over the bytes gives all that a monitor wants to know.

use super::{Txid, Wtxid};
use bytes::Bytes;

/// The output of a transaction that an input spends.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutPoint {
    /// The transaction that made the output.
    pub txid: Txid,
    /// Its index among the outputs.
    pub vout: u32,
}

/// A transaction, kept as the bytes that arrived, with what the first pass found.
///
/// Inputs and outputs are read from the bytes again when they are asked for: this keeps 300,000
/// of them small.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transaction {
    raw: Bytes,
    txid: Txid,
    wtxid: Wtxid,
    weight: u32,
    output_value: u64,
    input_count: u32,
    output_count: u32,
}

/// One input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Input<'a> {
    /// The output that it spends.
    pub prevout: OutPoint,
    /// The unlocking script.
    pub script_sig: &'a [u8],
    /// The sequence number (BIP68, BIP125).
    pub sequence: u32,
}

/// One output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Output<'a> {
    /// In sat.
    pub value: u64,
    /// The locking script.
    pub script_pubkey: &'a [u8],
}

impl Transaction {
    /// Without the witness.
    pub fn txid(&self) -> Txid {
        self.txid
    }

    /// With the witness.
    pub fn wtxid(&self) -> Wtxid {
        self.wtxid
    }

    /// In weight units (BIP141): three times the stripped size plus the whole size.
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// In vB: a quarter of the weight, rounded up (BIP141).
    pub fn vsize(&self) -> u32 {
        self.weight.div_ceil(4)
    }

    /// The sum of the outputs, in sat.
    pub fn output_value(&self) -> u64 {
        self.output_value
    }

    /// The number of inputs.
    pub fn input_count(&self) -> u32 {
        self.input_count
    }

    /// The number of outputs.
    pub fn output_count(&self) -> u32 {
        self.output_count
    }

    /// The serialization as it arrived.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }
}

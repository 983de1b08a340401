//! Transactions, kept as bytes and parsed in one pass.

mod check;
mod fields;
mod layout;
mod parts;
#[cfg(test)]
mod tests;

pub use check::TransactionError;
pub use fields::{Input, OutPoint, Output, Witness};
pub use parts::{InputParts, OutputParts, TxParts};

use super::sha256d::{sha256d, sha256d_both};
use super::{Reader, Txid, WireError, Wtxid};
use bytes::Bytes;
use layout::{Layout, VERSION_SIZE, WITNESS_MARK_SIZE};
use std::ops::Range;

/// A transaction: its serialized bytes, ids and sizes.
///
/// Inputs and outputs are parsed from the bytes on demand, which keeps 300,000 transactions small.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transaction {
    raw: Bytes,
    txid: Txid,
    wtxid: Wtxid,
    weight: u32,
    output_value: u64,
    input_count: u32,
    output_count: u32,
    /// The offset of the number of outputs in `raw`.
    outputs_at: u32,
    /// The offset after the outputs in `raw`, where the witness or the lock time begins.
    outputs_end: u32,
}

impl Transaction {
    /// Parses and hashes a transaction that fills `raw`.
    ///
    /// # Errors
    /// [`WireError`] if `raw` is not a transaction. Consensus rules are left to [`Transaction::check`].
    pub fn parse(raw: Bytes) -> Result<Self, WireError> {
        let mut reader = Reader::new(&raw);
        let layout = Layout::read(&mut reader)?;
        reader.finish()?;
        Ok(Self::new(raw, &layout))
    }

    /// Parses the next transaction of a block; `reader` is over a part of `block`.
    pub(super) fn parse_next(block: &Bytes, reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let start = block.len() - reader.remaining();
        let layout = Layout::read(reader)?;
        Ok(Self::new(block.slice(start..start + layout.size), &layout))
    }

    #[expect(clippy::cast_possible_truncation, reason = "the weight of what was read fits")]
    fn new(raw: Bytes, layout: &Layout) -> Self {
        let (wtxid, txid) = hashes(&raw, layout);
        Self {
            raw,
            txid,
            wtxid,
            weight: layout.weight() as u32,
            output_value: layout.output_value,
            input_count: layout.input_count as u32,
            output_count: layout.output_count as u32,
            outputs_at: layout.outputs_at as u32,
            outputs_end: layout.outputs_end as u32,
        }
    }

    /// Returns a copy with bytes of its own, which no longer keeps a whole block in memory.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { raw: Bytes::copy_from_slice(&self.raw), ..self.clone() }
    }

    /// Returns the txid, which does not cover the witness.
    pub fn txid(&self) -> Txid {
        self.txid
    }

    /// Returns the wtxid, which covers the witness.
    pub fn wtxid(&self) -> Wtxid {
        self.wtxid
    }

    /// Returns the weight, in weight units: three times the stripped size plus the whole size (BIP141).
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Returns the virtual size, in vB: a quarter of the weight, rounded up (BIP141).
    pub fn vsize(&self) -> u32 {
        self.weight.div_ceil(4)
    }

    /// Returns the sum of the outputs, in sat, capped at [`u64::MAX`].
    pub fn output_value(&self) -> u64 {
        self.output_value
    }

    /// Returns the number of inputs.
    pub fn input_count(&self) -> u32 {
        self.input_count
    }

    /// Returns the number of outputs.
    pub fn output_count(&self) -> u32 {
        self.output_count
    }

    /// Returns the serialized bytes as they arrived.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// Returns the version, which says whether relative lock times apply (BIP68).
    pub fn version(&self) -> u32 {
        self.raw.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// Returns the lock time: the block height, or from 500,000,000 on the UNIX time, before which no block
    /// may contain the transaction.
    pub fn lock_time(&self) -> u32 {
        self.raw.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// Returns the size without the witness, in bytes.
    fn stripped_size(&self) -> usize {
        let mark = if self.has_witness() { WITNESS_MARK_SIZE } else { 0 };
        self.outputs_end as usize - mark + layout::LOCK_TIME_SIZE
    }

    /// Whether any input has a witness.
    pub fn has_witness(&self) -> bool {
        !self.witness_range().is_empty()
    }

    /// Whether this is a coinbase, the first transaction of a block.
    pub fn is_coinbase(&self) -> bool {
        self.input_count == 1 && self.inputs().all(|input| input.prevout == OutPoint::NULL)
    }

    /// Whether the transaction signals replaceability (BIP125): an input has a sequence number below
    /// 0xfffffffe.
    pub fn signals_replacement(&self) -> bool {
        self.inputs().any(|input| input.sequence < 0xffff_fffe)
    }

    /// Returns the inputs, in order.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = Input<'_>> + Clone {
        let inputs = VERSION_SIZE + if self.has_witness() { WITNESS_MARK_SIZE } else { 0 };
        let reader = self.list(inputs..self.outputs_at as usize);
        let witnesses = Reader::new(&self.raw[self.witness_range()]);
        layout::Inputs { reader, witnesses, left: self.input_count }
    }

    /// Returns the outputs, in order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = Output<'_>> + Clone {
        let reader = self.list(self.outputs_at as usize..self.outputs_end as usize);
        layout::Outputs { reader, left: self.output_count }
    }

    fn witness_range(&self) -> Range<usize> {
        self.outputs_end as usize..self.raw.len() - layout::LOCK_TIME_SIZE
    }

    /// Returns a reader after the length of the list in `range`.
    fn list(&self, range: Range<usize>) -> Reader<'_> {
        let mut reader = Reader::new(&self.raw[range]);
        // The first pass read it without an error.
        let _count = reader.compact_size();
        reader
    }
}

/// Returns wtxid and txid, which are equal without a witness.
fn hashes(raw: &[u8], layout: &Layout) -> (Wtxid, Txid) {
    if let (true, Some(version), Some(lock_time)) =
        (layout.has_witness(), raw.first_chunk(), raw.last_chunk())
    {
        let body = &raw[VERSION_SIZE + WITNESS_MARK_SIZE..layout.outputs_end];
        let (wtxid, txid) = sha256d_both(raw, *version, body, *lock_time);
        return (Wtxid(wtxid), Txid(txid));
    }
    let hash = sha256d(raw);
    (Wtxid(hash), Txid(hash))
}

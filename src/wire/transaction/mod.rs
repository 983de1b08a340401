//! Transactions: one pass over the bytes gives all that a monitor wants to know.

mod check;
mod layout;
mod parts;
#[cfg(test)]
mod tests;

pub use check::TransactionError;
pub use parts::{InputParts, OutputParts, TxParts};

use super::sha256d::{sha256d, sha256d_both};
use super::{Reader, Txid, WireError, Wtxid};
use bytes::Bytes;
use layout::{Layout, VERSION_SIZE, WITNESS_MARK_SIZE};
use std::ops::Range;

/// The output of a transaction that an input spends.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutPoint {
    /// The transaction that made the output.
    pub txid: Txid,
    /// Its index among the outputs.
    pub vout: u32,
}

impl OutPoint {
    /// What a coinbase has in the place of an outpoint.
    pub const NULL: Self = Self { txid: Txid([0; 32]), vout: u32::MAX };
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
    /// Where the number of outputs stands in `raw`.
    outputs_at: u32,
    /// Where the outputs end in `raw`: the witness begins, or the lock time.
    outputs_end: u32,
}

/// One input.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The output that it spends.
    pub prevout: OutPoint,
    /// The unlocking script.
    pub script_sig: &'a [u8],
    /// The sequence number (BIP68, BIP125).
    pub sequence: u32,
    /// The witness, empty for an input that has none.
    pub witness: Witness<'a>,
}

/// One output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Output<'a> {
    /// In sat.
    pub value: u64,
    /// The locking script.
    pub script_pubkey: &'a [u8],
}

/// The items of a witness stack that are left, the bottom one first.
#[derive(Clone, Debug)]
pub struct Witness<'a> {
    reader: Reader<'a>,
    left: usize,
}

impl<'a> Iterator for Witness<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        self.reader.var_bytes().ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Witness<'_> {}

impl Transaction {
    /// Reads a transaction that fills `raw`, and hashes it.
    ///
    /// # Errors
    /// Why it is none. What no block may contain is accepted here; see [`Transaction::check`].
    pub fn parse(raw: Bytes) -> Result<Self, WireError> {
        let mut reader = Reader::new(&raw);
        let layout = Layout::read(&mut reader)?;
        reader.finish()?;
        Ok(Self::new(raw, &layout))
    }

    /// Reads the transaction of a block at which `reader`, over a part of `block`, stands.
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

    /// The same, with bytes of its own: it no longer keeps a whole block in memory.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { raw: Bytes::copy_from_slice(&self.raw), ..self.clone() }
    }

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

    /// The sum of the outputs, in sat; [`u64::MAX`] if it is more than that.
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

    /// The version, which says whether relative lock times hold (BIP68).
    pub fn version(&self) -> u32 {
        self.raw.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// The block height, or from 500,000,000 on the UNIX time, before which no block may contain it.
    pub fn lock_time(&self) -> u32 {
        self.raw.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// The size without the witness, in bytes.
    fn stripped_size(&self) -> usize {
        let mark = if self.has_witness() { WITNESS_MARK_SIZE } else { 0 };
        self.outputs_end as usize - mark + layout::LOCK_TIME_SIZE
    }

    /// Whether any input has a witness.
    pub fn has_witness(&self) -> bool {
        !self.witness_range().is_empty()
    }

    /// Whether it creates new coins: the first transaction of a block.
    pub fn is_coinbase(&self) -> bool {
        self.input_count == 1 && self.inputs().all(|input| input.prevout == OutPoint::NULL)
    }

    /// Whether it says of itself that it may be replaced (BIP125): an input has a sequence number
    /// below 0xfffffffe.
    pub fn signals_replacement(&self) -> bool {
        self.inputs().any(|input| input.sequence < 0xffff_fffe)
    }

    /// The inputs, in their order.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = Input<'_>> + Clone {
        let inputs = VERSION_SIZE + if self.has_witness() { WITNESS_MARK_SIZE } else { 0 };
        let reader = self.list(inputs..self.outputs_at as usize);
        let witnesses = Reader::new(&self.raw[self.witness_range()]);
        layout::Inputs { reader, witnesses, left: self.input_count }
    }

    /// The outputs, in their order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = Output<'_>> + Clone {
        let reader = self.list(self.outputs_at as usize..self.outputs_end as usize);
        layout::Outputs { reader, left: self.output_count }
    }

    fn witness_range(&self) -> Range<usize> {
        self.outputs_end as usize..self.raw.len() - layout::LOCK_TIME_SIZE
    }

    /// A reader behind the count of the list in `range`.
    fn list(&self, range: Range<usize>) -> Reader<'_> {
        let mut reader = Reader::new(&self.raw[range]);
        // The first pass read it without an error.
        let _count = reader.compact_size();
        reader
    }
}

/// Without a witness the two are the same.
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

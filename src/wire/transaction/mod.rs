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
use super::{Reader, TxHash, Txid, WireError, Wtxid};
use layout::{Layout, VERSION_SIZE, WITNESS_MARK_SIZE};
use std::iter;
use std::ops::Range;

/// A transaction: its serialized bytes and its ids.
///
/// Everything else is parsed from the bytes on demand, which keeps 300,000 transactions small.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transaction {
    raw: Box<[u8]>,
    txid: Txid,
    wtxid: Wtxid,
    /// The offset of the number of outputs in `raw`.
    outputs_at: u32,
    /// The offset after the outputs in `raw`, where the witness or the lock time begins.
    outputs_end: u32,
}

impl Transaction {
    /// Parses and hashes a transaction that fills `raw`, of which it keeps a copy.
    ///
    /// # Errors
    /// [`WireError`] if `raw` is not a transaction. Consensus rules are left to [`Transaction::check`].
    pub fn parse(raw: impl AsRef<[u8]>) -> Result<Self, WireError> {
        let mut reader = Reader::new(raw.as_ref());
        let transaction = Self::parse_next(&mut reader)?;
        reader.finish()?;
        Ok(transaction)
    }

    /// Parses the next transaction of a block.
    pub(super) fn parse_next(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let layout = Layout::read(&mut reader.clone())?;
        let raw = reader.bytes(layout.size)?;
        let (wtxid, txid) = hashes(raw, &layout);
        #[expect(clippy::cast_possible_truncation, reason = "the weight of what was read fits")]
        let [outputs_at, outputs_end] = [layout.outputs_at, layout.outputs_end].map(|offset| offset as u32);
        Ok(Self { raw: raw.into(), txid, wtxid, outputs_at, outputs_end })
    }

    /// Returns the txid, which does not cover the witness.
    pub fn txid(&self) -> Txid {
        self.txid
    }

    /// Returns the wtxid, which covers the witness.
    pub fn wtxid(&self) -> Wtxid {
        self.wtxid
    }

    /// Returns the ids: wtxid and txid.
    pub fn hashes(&self) -> [TxHash; 2] {
        [TxHash::Wtxid(self.wtxid), TxHash::Txid(self.txid)]
    }

    /// Returns the weight, in weight units: three times the stripped size plus the whole size (BIP141).
    pub fn weight(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "the first pass refused what is larger")]
        let weight = (3 * self.stripped_size() + self.raw.len()) as u32;
        weight
    }

    /// Returns the virtual size, in vB: a quarter of the weight, rounded up (BIP141).
    pub fn vsize(&self) -> u32 {
        self.weight().div_ceil(4)
    }

    /// Returns the sum of the outputs, in sat, capped at [`u64::MAX`].
    pub fn output_value(&self) -> u64 {
        self.outputs().fold(0, |sum, output| sum.saturating_add(output.value))
    }

    /// Returns the number of inputs.
    pub fn input_count(&self) -> u32 {
        self.input_list().1
    }

    /// Returns the number of outputs.
    pub fn output_count(&self) -> u32 {
        self.output_list().1
    }

    /// Returns the serialized bytes as they arrived.
    pub fn raw(&self) -> &[u8] {
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
        self.input_count() == 1 && self.inputs().all(|input| input.prevout == OutPoint::NULL)
    }

    /// Whether the transaction signals replaceability (BIP125): an input has a sequence number below
    /// 0xfffffffe.
    pub fn signals_replacement(&self) -> bool {
        self.inputs().any(|input| input.sequence < 0xffff_fffe)
    }

    /// Returns the inputs, in order.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = Input<'_>> + Clone {
        let (reader, left) = self.input_list();
        let witnesses = Reader::new(&self.raw[self.witness_range()]);
        layout::Inputs { reader, witnesses, left }
    }

    /// Returns the outputs that the inputs spend, in order.
    pub fn prevouts(&self) -> impl ExactSizeIterator<Item = OutPoint> + Clone {
        let (reader, left) = self.input_list();
        layout::Inputs { reader, witnesses: Reader::new(&[]), left }.map(|input| input.prevout)
    }

    /// Returns the outputs that the inputs spend, in order, with their offsets in the bytes.
    pub(crate) fn prevout_offsets(&self) -> impl Iterator<Item = (u32, OutPoint)> {
        let (reader, left) = self.input_list();
        let mut inputs = layout::Inputs { reader, witnesses: Reader::new(&[]), left };
        iter::from_fn(move || {
            let left = u32::try_from(inputs.reader.remaining()).unwrap_or(u32::MAX);
            inputs.next().map(|input| (self.outputs_at.saturating_sub(left), input.prevout))
        })
    }

    /// Returns the spent output at an offset of [`Transaction::prevout_offsets`].
    pub(crate) fn prevout_at(&self, offset: u32) -> Option<OutPoint> {
        let mut reader = Reader::new(self.raw.get(offset as usize..)?);
        OutPoint::read(&mut reader).ok()
    }

    /// Returns the outputs, in order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = Output<'_>> + Clone {
        let (reader, left) = self.output_list();
        layout::Outputs { reader, left }
    }

    fn witness_range(&self) -> Range<usize> {
        self.outputs_end as usize..self.raw.len() - layout::LOCK_TIME_SIZE
    }

    /// Returns the inputs and their number.
    fn input_list(&self) -> (Reader<'_>, u32) {
        let inputs = VERSION_SIZE + if self.has_witness() { WITNESS_MARK_SIZE } else { 0 };
        self.list(inputs..self.outputs_at as usize)
    }

    /// Returns the outputs and their number.
    fn output_list(&self) -> (Reader<'_>, u32) {
        self.list(self.outputs_at as usize..self.outputs_end as usize)
    }

    /// Returns the items of the list in `range` and their number.
    fn list(&self, range: Range<usize>) -> (Reader<'_>, u32) {
        let mut reader = Reader::new(&self.raw[range]);
        // The first pass read it without an error.
        let count = reader.compact_size().unwrap_or(0);
        (reader, u32::try_from(count).unwrap_or(u32::MAX))
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

//! The only pass over the bytes of a transaction, which finds the offsets of its parts.

use crate::wire::reader::{Reader, WireError};
use crate::wire::transaction::fields::{Input, OutPoint, Output, Witness};

pub(super) const VERSION_SIZE: usize = 4;
pub(super) const LOCK_TIME_SIZE: usize = 4;

/// The length of the marker in front of a transaction with witnesses (BIP144), in bytes: an input count of
/// zero and the flags.
pub(super) const WITNESS_MARK_SIZE: usize = 2;

/// The only flags that are defined: witnesses follow (BIP144).
const WITNESS_FLAG: u8 = 1;

const OUTPOINT_SIZE: usize = 36;
const SEQUENCE_SIZE: usize = 4;

/// The shortest input, in bytes: outpoint, empty script, sequence.
const MIN_INPUT: usize = OUTPOINT_SIZE + 1 + SEQUENCE_SIZE;

/// The shortest output, in bytes: value, empty script.
const MIN_OUTPUT: usize = 8 + 1;

/// The largest transaction that is parsed, in bytes: its weight fits into 32 bits.
const MAX_TRANSACTION: usize = u32::MAX as usize / 4;

/// What the pass found. All offsets count from the first byte of the transaction.
pub(super) struct Layout {
    pub(super) size: usize,
    pub(super) outputs_at: usize,
    pub(super) outputs_end: usize,
}

impl Layout {
    /// Reads one transaction; the bytes after it are left in `reader`.
    pub(super) fn read(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        // A local copy stays in registers.
        let mut reader = *bytes;
        let start = reader.remaining();
        if start > MAX_TRANSACTION {
            return Err(WireError::TooLarge(start as u64));
        }
        reader.bytes(VERSION_SIZE)?;
        let mut input_count = reader.count(MIN_INPUT)?;
        let mut flags = 0;
        if input_count == 0 {
            // Either the marker of the witness format, or an empty list of inputs followed by an empty list
            // of outputs.
            flags = reader.u8()?;
            match flags {
                0 => {}
                WITNESS_FLAG => input_count = reader.count(MIN_INPUT)?,
                _ => return Err(WireError::UnknownFlags(flags)),
            }
        }
        for _ in 0..input_count {
            reader.bytes(OUTPOINT_SIZE)?;
            reader.var_bytes()?;
            reader.bytes(SEQUENCE_SIZE)?;
        }
        let is_bare = input_count == 0 && flags == 0;
        let outputs_at = start - reader.remaining() - usize::from(is_bare);
        let output_count = if is_bare { 0 } else { reader.count(MIN_OUTPUT)? };
        for _ in 0..output_count {
            reader.u64()?;
            reader.var_bytes()?;
        }
        let outputs_end = start - reader.remaining();
        if flags == WITNESS_FLAG && !skip_witnesses(&mut reader, input_count)? {
            return Err(WireError::SuperfluousWitness);
        }
        reader.bytes(LOCK_TIME_SIZE)?;
        let size = start - reader.remaining();
        *bytes = reader;
        Ok(Self { size, outputs_at, outputs_end })
    }

    pub(super) const fn has_witness(&self) -> bool {
        self.outputs_end + LOCK_TIME_SIZE < self.size
    }
}

/// Skips witness stacks; returns whether any of them had an item.
#[inline]
fn skip_witnesses(reader: &mut Reader<'_>, stacks: usize) -> Result<bool, WireError> {
    let mut found = false;
    for _ in 0..stacks {
        let items = reader.count(1)?;
        found |= items > 0;
        for _ in 0..items {
            reader.var_bytes()?;
        }
    }
    Ok(found)
}

/// Reads inputs and their witnesses in parallel. The first pass has read them without an error.
#[derive(Clone)]
pub(super) struct Inputs<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) witnesses: Reader<'a>,
    pub(super) left: u32,
}

impl<'a> Inputs<'a> {
    fn read(&mut self) -> Result<Input<'a>, WireError> {
        let prevout = OutPoint::read(&mut self.reader)?;
        let script_sig = self.reader.var_bytes()?;
        let sequence = self.reader.u32()?;
        Ok(Input { prevout, script_sig, sequence, witness: self.read_witness()? })
    }

    fn read_witness(&mut self) -> Result<Witness<'a>, WireError> {
        if self.witnesses.is_empty() {
            return Ok(Witness { reader: self.witnesses, left: 0 });
        }
        let left = self.witnesses.count(1)?;
        let witness = Witness { reader: self.witnesses, left };
        for _ in 0..left {
            self.witnesses.var_bytes()?;
        }
        Ok(witness)
    }
}

impl<'a> Iterator for Inputs<'a> {
    type Item = Input<'a>;

    fn next(&mut self) -> Option<Input<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.read().ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Inputs<'_> {}

/// Reads outputs. The first pass has read them without an error.
#[derive(Clone)]
pub(super) struct Outputs<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) left: u32,
}

impl<'a> Outputs<'a> {
    fn read(&mut self) -> Result<Output<'a>, WireError> {
        Ok(Output { value: self.reader.u64()?, script_pubkey: self.reader.var_bytes()? })
    }
}

impl<'a> Iterator for Outputs<'a> {
    type Item = Output<'a>;

    fn next(&mut self) -> Option<Output<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.read().ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Outputs<'_> {}

//! The fields of a transaction: outpoints, inputs, outputs and witnesses.

use crate::wire::Txid;
use crate::wire::reader::{Reader, WireError};

/// The output of a transaction that an input spends.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutPoint {
    /// The txid of the transaction that created the output.
    pub txid: Txid,
    /// The index of the output.
    pub vout: u32,
}

impl OutPoint {
    /// The outpoint in the input of a coinbase.
    pub const NULL: Self = Self { txid: Txid([0; 32]), vout: u32::MAX };

    #[inline]
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self { txid: Txid(reader.array()?), vout: reader.u32()? })
    }
}

/// One input.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The spent output.
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
    /// The value, in sat.
    pub value: u64,
    /// The locking script.
    pub script_pubkey: &'a [u8],
}

/// Iterates over the items of a witness stack, the bottom one first.
#[derive(Clone, Debug)]
pub struct Witness<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) left: usize,
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

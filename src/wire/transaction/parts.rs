//! Building transactions, for the demo and for tests.

use super::{OutPoint, Transaction};
use crate::wire::WireError;
use crate::wire::compact_size::{put_bytes, put_len};

/// The parts of a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TxParts {
    /// The version; relative lock times apply from 2 on (BIP68).
    pub version: u32,
    /// The inputs, at least one.
    pub inputs: Vec<InputParts>,
    /// The outputs; nodes accept no transaction without one.
    pub outputs: Vec<OutputParts>,
    /// See [`Transaction::lock_time`].
    pub lock_time: u32,
}

/// The parts of an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputParts {
    /// The spent output.
    pub prevout: OutPoint,
    /// The unlocking script.
    pub script_sig: Vec<u8>,
    /// The sequence number.
    pub sequence: u32,
    /// The witness stack, the bottom item first.
    pub witness: Vec<Vec<u8>>,
}

/// The parts of an output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputParts {
    /// The value, in sat.
    pub value: u64,
    /// The locking script.
    pub script_pubkey: Vec<u8>,
}

impl TxParts {
    /// Builds the transaction, in the witness format if any input has a witness.
    ///
    /// # Errors
    /// [`WireError`] without inputs, as the bytes would be ambiguous with the witness format.
    pub fn build(&self) -> Result<Transaction, WireError> {
        Transaction::parse(self.encode())
    }

    /// Encodes the transaction.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let has_witness = self.inputs.iter().any(|input| !input.witness.is_empty());
        out.extend_from_slice(&self.version.to_le_bytes());
        if has_witness {
            out.extend_from_slice(&[0, 1]); // no inputs, flags: the mark of the witness format
        }
        put_len(&mut out, self.inputs.len());
        for input in &self.inputs {
            out.extend_from_slice(&input.prevout.txid.0);
            out.extend_from_slice(&input.prevout.vout.to_le_bytes());
            put_bytes(&mut out, &input.script_sig);
            out.extend_from_slice(&input.sequence.to_le_bytes());
        }
        put_len(&mut out, self.outputs.len());
        for output in &self.outputs {
            out.extend_from_slice(&output.value.to_le_bytes());
            put_bytes(&mut out, &output.script_pubkey);
        }
        if has_witness {
            for input in &self.inputs {
                put_len(&mut out, input.witness.len());
                input.witness.iter().for_each(|item| put_bytes(&mut out, item));
            }
        }
        out.extend_from_slice(&self.lock_time.to_le_bytes());
        out
    }
}

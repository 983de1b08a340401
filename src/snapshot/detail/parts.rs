//! The inputs and outputs of a transaction.

use crate::chain::Network;
use crate::chain::script::{ScriptKind, address};
use crate::model::TxKey;
use crate::model::mempool::Mempool;
use crate::snapshot::detail::op_return::data_text;
use crate::wire::OutPoint;
use crate::wire::transaction::{Input, Output};

/// An input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputRow {
    /// The spent output.
    pub prevout: OutPoint,
    /// The value of the spent output, in sat; `None` if unknown.
    pub value: Option<u64>,
    /// The source of the value.
    pub source: ValueSource,
    /// The sequence number.
    pub sequence: u32,
    /// The number of items on the witness stack.
    pub witness_items: usize,
    /// The mempool transaction that has the spent output.
    pub parent: Option<TxKey>,
}

/// The source of the value of a spent output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueSource {
    /// The parent is in the mempool.
    Mempool,
    /// The prevouts cache has the output.
    Block,
    /// The parent used to be in the mempool, or the output in the prevouts cache.
    Earlier,
    /// The value is unknown.
    Unknown,
}

/// An output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputRow {
    /// The value, in sat.
    pub value: u64,
    /// The script type.
    pub kind: ScriptKind,
    /// The address, or the cleaned data of an `OP_RETURN`.
    pub text: String,
    /// The mempool transaction that spends it.
    pub spender: Option<TxKey>,
}

impl InputRow {
    pub(super) fn take(input: &Input<'_>, value: Option<u64>, mempool: &Mempool) -> Self {
        let parent = mempool.parent(&input.prevout);
        let source = match value {
            None => ValueSource::Unknown,
            Some(_) if parent.is_some() => ValueSource::Mempool,
            Some(_) if mempool.prevouts().value(&input.prevout).is_some() => ValueSource::Block,
            Some(_) => ValueSource::Earlier,
        };
        Self {
            source,
            prevout: input.prevout,
            value,
            sequence: input.sequence,
            witness_items: input.witness.len(),
            parent,
        }
    }
}

impl OutputRow {
    pub(super) fn take(output: &Output<'_>, network: Network, spender: Option<TxKey>) -> Self {
        let kind = ScriptKind::of(output.script_pubkey);
        let text = match kind {
            ScriptKind::OpReturn => data_text(output.script_pubkey.get(1..).unwrap_or_default()),
            _ => address(output.script_pubkey, network).unwrap_or_default(),
        };
        Self { value: output.value, kind, text, spender }
    }
}

//! Transactions, as the screen may know them.

use super::{Family, FeeRate, TxKey};
use crate::util::time::Timestamp;
use crate::wire::{Txid, Wtxid};
use bytes::Bytes;
use std::time::Duration;

/// One transaction in the list.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionRow {
    /// Which.
    pub key: TxKey,
    /// Its name.
    pub txid: Txid,
    /// Since it was first announced.
    pub age: Duration,
    /// In vB.
    pub vsize: u32,
    /// The number of inputs.
    pub inputs: u32,
    /// The number of outputs.
    pub outputs: u32,
    /// The sum of the outputs, in sat.
    pub output_value: u64,
    /// What it pays for its size.
    pub fee_rate: FeeRate,
    /// How many of the live peers announced it.
    pub announced_by: usize,
    /// How many peers could have (live, and relaying).
    pub announcers: usize,
}

/// A transaction in detail.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionDetail {
    /// Its row.
    pub row: TransactionRow,
    /// With the witness.
    pub wtxid: Wtxid,
    /// In weight units.
    pub weight: u32,
    /// In vB, as miners count it: more than the row's if it has many signature checks (Core:
    /// `GetSigOpsAdjustedWeight`).
    pub counted_vsize: u32,
    /// The serialized size, in bytes.
    pub size: u32,
    /// As it is sent, witness included; shares the memory of the one that is held.
    pub raw: Bytes,
    /// Its version.
    pub version: u32,
    /// Its lock time.
    pub lock_time: u32,
    /// Whether it signals that it may be replaced (BIP125).
    pub replaceable: bool,
    /// What it is for, as far as its bytes give it away (see [`Kind`](crate::model::classify::Kind)).
    pub kinds: Vec<&'static str>,
    /// The transactions that lost against it and those that they had replaced, nearest first.
    pub rivals: Vec<RivalRow>,
    /// In sat; `None`: unknown.
    pub fee: Option<u64>,
    /// What it hangs together with.
    pub family: Family,
    /// When it was first announced.
    pub first_seen: Timestamp,
    /// Its inputs; at most [`TransactionDetail::LISTED`].
    pub inputs: Vec<InputRow>,
    /// Its outputs; at most [`TransactionDetail::LISTED`].
    pub outputs: Vec<OutputRow>,
    /// How long it took from the first announcement until half of the live peers that could have had
    /// announced it, and until all had; `None`: so many have not.
    pub spread: [Option<Duration>; 2],
    /// Who announced it, first one first, with the delay after the first; at most
    /// [`TransactionDetail::LISTED`].
    pub announcements: Vec<(String, Duration)>,
}

impl TransactionDetail {
    /// How many inputs, outputs and so on are listed; the row tells how many there are.
    pub const LISTED: usize = 200;
}

/// A transaction that lost against another.
#[derive(Clone, PartialEq, Debug)]
pub struct RivalRow {
    /// Which.
    pub txid: Txid,
    /// How many replacements lie between it and the one whose details these are; 1: none.
    pub steps: usize,
    /// Since it lost.
    pub age: Duration,
    /// In vB.
    pub vsize: u32,
    /// What it paid for its size.
    pub fee_rate: FeeRate,
    /// How many of the live peers announced it.
    pub announced_by: usize,
    /// How many of those have not announced the one whose details these are.
    pub announced_only: usize,
}

/// An input in detail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputRow {
    /// `txid:vout`.
    pub prevout: String,
    /// In sat, where the spent output is known.
    pub value: Option<u64>,
    /// How it is known.
    pub source: ValueSource,
    /// The sequence number.
    pub sequence: u32,
    /// The number of items on its witness stack.
    pub witness_items: usize,
}

/// How the value of a spent output is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueSource {
    /// Its transaction is held.
    Mempool,
    /// Its transaction is in one of the blocks that are known.
    Block,
    /// Its transaction was held or in such a block at the time.
    Earlier,
    /// Not at all.
    Unknown,
}

/// An output in detail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputRow {
    /// In sat.
    pub value: u64,
    /// The kind of its script, e.g. `P2WPKH`.
    pub kind: &'static str,
    /// Its address, or the cleaned text of an `OP_RETURN`.
    pub text: String,
}

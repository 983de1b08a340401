//! What peers do wrong.

use crate::event::{BlockFault, Misbehaviour};
use crate::schema::error::SchemaError;
use crate::schema::message::{
    self, BlockErrorKind, TransactionErrorKind, WireErrorKind, block_fault::Fault, misbehaviour::What,
};
use crate::schema::values::{NOTHING, bytes, command, id, narrow, required, size, text};
use crate::wire::block::{BlockError, WitnessError};
use crate::wire::compact_block::ReconstructionError;
use crate::wire::transaction::TransactionError;
use crate::wire::{OutPoint, Txid, WireError};

pub(super) fn encode(what: &Misbehaviour) -> message::Misbehaviour {
    let what = match what {
        Misbehaviour::BadChecksum(command) => What::BadChecksum(command.name().to_owned()),
        Misbehaviour::Malformed { command, why } => What::Malformed(message::Malformed {
            command: command.name().to_owned(),
            why: Some(encode_wire(*why)),
        }),
        Misbehaviour::NoCommand => What::NoCommand(NOTHING),
        Misbehaviour::TooManyEntries { command, count } => What::TooManyEntries(message::TooManyEntries {
            command: command.name().to_owned(),
            count: *count,
        }),
        Misbehaviour::BeforeHandshake(command) => What::BeforeHandshake(command.clone()),
        Misbehaviour::AfterHandshake(command) => What::AfterHandshake(command.name().to_owned()),
        Misbehaviour::SecondVersion => What::SecondVersion(NOTHING),
        Misbehaviour::UnexpectedPong => What::UnexpectedPong(NOTHING),
        Misbehaviour::UnrequestedTransaction => What::UnrequestedTransaction(NOTHING),
        Misbehaviour::UnrequestedBlock => What::UnrequestedBlock(NOTHING),
        Misbehaviour::InvalidTransaction(why) => What::InvalidTransaction(encode_tx(*why)),
        Misbehaviour::InvalidBlock(fault) => {
            What::InvalidBlock(message::BlockFault { fault: Some(encode_fault(*fault)) })
        }
        Misbehaviour::TooManyAnnouncements { dropped } => What::TooManyAnnouncements(*dropped as u64),
        Misbehaviour::MempoolListTooLong => What::MempoolListTooLong(NOTHING),
        Misbehaviour::MempoolListRepeats => What::MempoolListRepeats(NOTHING),
        Misbehaviour::MempoolListMadeUp => What::MempoolListMadeUp(NOTHING),
    };
    message::Misbehaviour { what: Some(what) }
}

pub(super) fn decode(message: message::Misbehaviour) -> Result<Misbehaviour, SchemaError> {
    Ok(match required(message.what, "misbehaviour")? {
        What::BadChecksum(name) => Misbehaviour::BadChecksum(command(&name)?),
        What::Malformed(message::Malformed { command: name, why }) => {
            Misbehaviour::Malformed { command: command(&name)?, why: decode_wire(&required(why, "reason")?)? }
        }
        What::NoCommand(_) => Misbehaviour::NoCommand,
        What::TooManyEntries(message::TooManyEntries { command: name, count }) => {
            Misbehaviour::TooManyEntries { command: command(&name)?, count }
        }
        What::BeforeHandshake(name) => Misbehaviour::BeforeHandshake(text(&name)),
        What::AfterHandshake(name) => Misbehaviour::AfterHandshake(command(&name)?),
        What::SecondVersion(_) => Misbehaviour::SecondVersion,
        What::UnexpectedPong(_) => Misbehaviour::UnexpectedPong,
        What::UnrequestedTransaction(_) => Misbehaviour::UnrequestedTransaction,
        What::UnrequestedBlock(_) => Misbehaviour::UnrequestedBlock,
        What::InvalidTransaction(why) => Misbehaviour::InvalidTransaction(decode_tx(&why)?),
        What::InvalidBlock(message::BlockFault { fault }) => {
            Misbehaviour::InvalidBlock(decode_fault(required(fault, "fault")?)?)
        }
        What::TooManyAnnouncements(dropped) => Misbehaviour::TooManyAnnouncements { dropped: size(dropped)? },
        What::MempoolListTooLong(_) => Misbehaviour::MempoolListTooLong,
        What::MempoolListRepeats(_) => Misbehaviour::MempoolListRepeats,
        What::MempoolListMadeUp(_) => Misbehaviour::MempoolListMadeUp,
    })
}

fn encode_wire(error: WireError) -> message::WireError {
    let (kind, value, second) = match error {
        WireError::Truncated => (WireErrorKind::Truncated, 0, 0),
        WireError::NonMinimal => (WireErrorKind::NonMinimal, 0, 0),
        WireError::TooLarge(length) => (WireErrorKind::TooLarge, length, 0),
        WireError::TooManyEntries { count, limit } => (WireErrorKind::TooManyEntries, count, limit as u64),
        WireError::TrailingBytes(count) => (WireErrorKind::TrailingBytes, count as u64, 0),
        WireError::SuperfluousWitness => (WireErrorKind::SuperfluousWitness, 0, 0),
        WireError::UnknownFlags(flags) => (WireErrorKind::UnknownFlags, flags.into(), 0),
        WireError::UserAgentTooLong(length) => (WireErrorKind::UserAgentTooLong, length, 0),
        WireError::AddressLength { network, length } => {
            (WireErrorKind::AddressLength, network.into(), length)
        }
        WireError::IndexTooLarge(index) => (WireErrorKind::IndexTooLarge, index, 0),
        WireError::IndexOutOfBlock(index) => (WireErrorKind::IndexOutOfBlock, index.into(), 0),
        WireError::TransactionTooSmall(length) => (WireErrorKind::TransactionTooSmall, length as u64, 0),
        WireError::EmptyBlock => (WireErrorKind::EmptyBlock, 0, 0),
        WireError::AnnounceFlag(flag) => (WireErrorKind::AnnounceFlag, flag.into(), 0),
    };
    message::WireError { kind: kind.into(), value, second }
}

fn decode_wire(message: &message::WireError) -> Result<WireError, SchemaError> {
    let (value, second) = (message.value, message.second);
    Ok(match message.kind() {
        WireErrorKind::Unspecified => return Err(SchemaError::Missing("error of a payload")),
        WireErrorKind::Truncated => WireError::Truncated,
        WireErrorKind::NonMinimal => WireError::NonMinimal,
        WireErrorKind::TooLarge => WireError::TooLarge(value),
        WireErrorKind::TooManyEntries => WireError::TooManyEntries { count: value, limit: size(second)? },
        WireErrorKind::TrailingBytes => WireError::TrailingBytes(size(value)?),
        WireErrorKind::SuperfluousWitness => WireError::SuperfluousWitness,
        WireErrorKind::UnknownFlags => WireError::UnknownFlags(narrow(value)?),
        WireErrorKind::UserAgentTooLong => WireError::UserAgentTooLong(value),
        WireErrorKind::AddressLength => WireError::AddressLength { network: narrow(value)?, length: second },
        WireErrorKind::IndexTooLarge => WireError::IndexTooLarge(value),
        WireErrorKind::IndexOutOfBlock => WireError::IndexOutOfBlock(narrow(value)?),
        WireErrorKind::TransactionTooSmall => WireError::TransactionTooSmall(size(value)?),
        WireErrorKind::EmptyBlock => WireError::EmptyBlock,
        WireErrorKind::AnnounceFlag => WireError::AnnounceFlag(narrow(value)?),
    })
}

fn encode_tx(error: TransactionError) -> message::TransactionError {
    let (kind, value) = match error {
        TransactionError::NoInputs => (TransactionErrorKind::NoInputs, 0),
        TransactionError::NoOutputs => (TransactionErrorKind::NoOutputs, 0),
        TransactionError::Oversize(length) => (TransactionErrorKind::Oversize, length as u64),
        TransactionError::OutputTooLarge(sat) => (TransactionErrorKind::OutputTooLarge, sat),
        TransactionError::TotalTooLarge => (TransactionErrorKind::TotalTooLarge, 0),
        TransactionError::DuplicateInput(_) => (TransactionErrorKind::DuplicateInput, 0),
        TransactionError::NullPrevout => (TransactionErrorKind::NullPrevout, 0),
        TransactionError::CoinbaseScript(length) => (TransactionErrorKind::CoinbaseScript, length as u64),
        TransactionError::LooseCoinbase => (TransactionErrorKind::LooseCoinbase, 0),
    };
    let (txid, vout) = match error {
        TransactionError::DuplicateInput(OutPoint { txid, vout }) => (bytes(&txid.0), vout),
        _ => Default::default(),
    };
    message::TransactionError { kind: kind.into(), value, txid, vout }
}

fn decode_tx(message: &message::TransactionError) -> Result<TransactionError, SchemaError> {
    let value = message.value;
    Ok(match message.kind() {
        TransactionErrorKind::Unspecified => return Err(SchemaError::Missing("error of a transaction")),
        TransactionErrorKind::NoInputs => TransactionError::NoInputs,
        TransactionErrorKind::NoOutputs => TransactionError::NoOutputs,
        TransactionErrorKind::Oversize => TransactionError::Oversize(size(value)?),
        TransactionErrorKind::OutputTooLarge => TransactionError::OutputTooLarge(value),
        TransactionErrorKind::TotalTooLarge => TransactionError::TotalTooLarge,
        TransactionErrorKind::DuplicateInput => {
            let outpoint = OutPoint { txid: Txid(id(&message.txid)?), vout: message.vout };
            TransactionError::DuplicateInput(outpoint)
        }
        TransactionErrorKind::NullPrevout => TransactionError::NullPrevout,
        TransactionErrorKind::CoinbaseScript => TransactionError::CoinbaseScript(size(value)?),
        TransactionErrorKind::LooseCoinbase => TransactionError::LooseCoinbase,
    })
}

fn encode_fault(fault: BlockFault) -> Fault {
    match fault {
        BlockFault::Invalid(error) => Fault::Invalid(encode_block(error)),
        BlockFault::BrokenChain => Fault::BrokenChain(NOTHING),
        BlockFault::WrongDifficulty { bits, height } => {
            Fault::WrongDifficulty(message::WrongDifficulty { bits, height })
        }
        BlockFault::Reconstruction(ReconstructionError::Collision) => Fault::Collision(NOTHING),
        BlockFault::Reconstruction(ReconstructionError::WrongCount { requested, got }) => {
            Fault::WrongCount(message::WrongCount { requested: requested as u64, got: got as u64 })
        }
    }
}

fn decode_fault(fault: Fault) -> Result<BlockFault, SchemaError> {
    Ok(match fault {
        Fault::Invalid(error) => BlockFault::Invalid(decode_block(&error)?),
        Fault::BrokenChain(_) => BlockFault::BrokenChain,
        Fault::WrongDifficulty(message::WrongDifficulty { bits, height }) => {
            BlockFault::WrongDifficulty { bits, height }
        }
        Fault::Collision(_) => BlockFault::Reconstruction(ReconstructionError::Collision),
        Fault::WrongCount(message::WrongCount { requested, got }) => {
            BlockFault::Reconstruction(ReconstructionError::WrongCount {
                requested: size(requested)?,
                got: size(got)?,
            })
        }
    })
}

fn encode_block(error: BlockError) -> message::BlockError {
    let (kind, value) = match error {
        BlockError::BadBits(bits) => (BlockErrorKind::BadBits, bits.into()),
        BlockError::TooEasy(bits) => (BlockErrorKind::TooEasy, bits.into()),
        BlockError::NoWork => (BlockErrorKind::NoWork, 0),
        BlockError::MerkleRoot => (BlockErrorKind::MerkleRoot, 0),
        BlockError::RepeatedTransactions => (BlockErrorKind::RepeatedTransactions, 0),
        BlockError::Overweight(weight) => (BlockErrorKind::Overweight, weight),
        BlockError::NoCoinbase => (BlockErrorKind::NoCoinbase, 0),
        BlockError::ExtraCoinbase => (BlockErrorKind::ExtraCoinbase, 0),
        BlockError::Witness(WitnessError::Uncommitted) => (BlockErrorKind::WitnessUncommitted, 0),
        BlockError::Witness(WitnessError::ReservedValue) => (BlockErrorKind::WitnessReservedValue, 0),
        BlockError::Witness(WitnessError::Commitment) => (BlockErrorKind::WitnessCommitment, 0),
        BlockError::Transaction(..) => (BlockErrorKind::Transaction, 0),
    };
    let (txid, transaction) = match error {
        BlockError::Transaction(txid, why) => (bytes(&txid.0), Some(encode_tx(why))),
        _ => Default::default(),
    };
    message::BlockError { kind: kind.into(), value, txid, transaction }
}

fn decode_block(message: &message::BlockError) -> Result<BlockError, SchemaError> {
    let value = message.value;
    Ok(match message.kind() {
        BlockErrorKind::Unspecified => return Err(SchemaError::Missing("error of a block")),
        BlockErrorKind::BadBits => BlockError::BadBits(narrow(value)?),
        BlockErrorKind::TooEasy => BlockError::TooEasy(narrow(value)?),
        BlockErrorKind::NoWork => BlockError::NoWork,
        BlockErrorKind::MerkleRoot => BlockError::MerkleRoot,
        BlockErrorKind::RepeatedTransactions => BlockError::RepeatedTransactions,
        BlockErrorKind::Overweight => BlockError::Overweight(value),
        BlockErrorKind::NoCoinbase => BlockError::NoCoinbase,
        BlockErrorKind::ExtraCoinbase => BlockError::ExtraCoinbase,
        BlockErrorKind::WitnessUncommitted => BlockError::Witness(WitnessError::Uncommitted),
        BlockErrorKind::WitnessReservedValue => BlockError::Witness(WitnessError::ReservedValue),
        BlockErrorKind::WitnessCommitment => BlockError::Witness(WitnessError::Commitment),
        BlockErrorKind::Transaction => {
            let why = required(message.transaction.as_ref(), "error of a transaction")?;
            BlockError::Transaction(Txid(id(&message.txid)?), decode_tx(why)?)
        }
    })
}

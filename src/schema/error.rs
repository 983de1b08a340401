//! Why a message is refused.

use crate::wire::WireError;
use crate::wire::transaction::TransactionError;

/// Why a message is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SchemaError {
    /// The bytes are not a message of the schema.
    #[error("not a message: {0}")]
    Protobuf(#[from] prost::DecodeError),
    /// The message is longer than any that this program writes, in bytes.
    #[error("message of {0} bytes is too long")]
    TooLong(usize),
    /// A list has more entries than its bytes can contain.
    #[error("entries of {0} are too short")]
    EmptyEntries(&'static str),
    /// A part is missing, or of a kind unknown to this version.
    #[error("{0} is missing or unknown")]
    Missing(&'static str),
    /// A part has an impossible value.
    #[error("{0} is impossible")]
    Impossible(&'static str),
    /// The bytes of a transaction or a block do not parse.
    #[error("transaction or block: {0}")]
    Wire(#[from] WireError),
    /// A transaction breaks a rule that needs no other data.
    #[error("transaction: {0}")]
    Transaction(#[from] TransactionError),
}

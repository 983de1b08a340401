//! How the coinbase commits to the witnesses of its block (BIP141).

use super::merkle::merkle_root;
use crate::chain::opcodes::OP_RETURN;
use crate::wire::Transaction;
use crate::wire::sha256d::sha256d;

/// The script of the output with the commitment begins with these bytes: a push of 36 bytes, of which the
/// first four are a tag.
const PREFIX: [u8; 6] = [OP_RETURN, 0x24, 0xaa, 0x21, 0xa9, 0xed];

/// The length of the commitment with its prefix, in bytes; the script may continue after it.
const LENGTH: usize = PREFIX.len() + 32;

/// Why the witnesses of a block are not those that its coinbase commits to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WitnessError {
    /// A transaction has a witness, and the coinbase commits to none.
    #[error("a witness without a commitment")]
    Uncommitted,
    /// The witness of the coinbase is not one item of 32 bytes.
    #[error("the witness reserved value is missing")]
    ReservedValue,
    /// The coinbase commits to other witnesses.
    #[error("the witness commitment is wrong")]
    Commitment,
}

/// Returns the script of the output that commits to the witnesses of `others`, the transactions after the
/// coinbase. `reserved` is the only item of the witness of the coinbase.
pub fn commitment_script<'a>(
    others: impl IntoIterator<Item = &'a Transaction>,
    reserved: [u8; 32],
) -> Vec<u8> {
    // The coinbase contains the root, so its own leaf is zero.
    let coinbase = std::iter::once([0; 32]);
    let (root, _) = merkle_root(coinbase.chain(others.into_iter().map(|tx| tx.wtxid().0)).collect());
    [&PREFIX[..], &sha256d([root, reserved].as_flattened())].concat()
}

/// Checks that the witnesses of a block are those that its coinbase commits to (Core:
/// `CheckWitnessMalleation`). A block without a commitment must not contain any.
pub(super) fn check(coinbase: &Transaction, others: &[Transaction]) -> Result<(), WitnessError> {
    let outputs = coinbase.outputs().map(|output| output.script_pubkey);
    let committed = outputs.filter(|script| script.len() >= LENGTH && script.starts_with(&PREFIX)).last();
    let Some(committed) = committed else {
        let has_witness = coinbase.has_witness() || others.iter().any(Transaction::has_witness);
        return if has_witness { Err(WitnessError::Uncommitted) } else { Ok(()) };
    };
    let mut reserved = coinbase.inputs().flat_map(|input| input.witness);
    let (Some(Ok(value)), None) = (reserved.next().map(<[u8; 32]>::try_from), reserved.next()) else {
        return Err(WitnessError::ReservedValue);
    };
    let is_right = committed.starts_with(&commitment_script(others, value));
    if is_right { Ok(()) } else { Err(WitnessError::Commitment) }
}

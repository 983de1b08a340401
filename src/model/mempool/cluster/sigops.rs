//! The sigops-adjusted weight: the size of a transaction as miners count it.

use crate::chain::limits::{BYTES_PER_SIGOP, MAX_PUBKEYS_PER_MULTISIG, WITNESS_SCALE_FACTOR};
use crate::chain::opcodes::*;
use crate::chain::script::{Instruction, instructions};
use crate::wire::Transaction;

/// The weight equivalent of a sigop outside the witness, in WU (BIP141): a block is limited in both.
const LEGACY_SIGOP_WEIGHT: usize = WITNESS_SCALE_FACTOR as usize * BYTES_PER_SIGOP;

/// Returns the weight in WU, or the weight equivalent of the sigops if that is more (Core:
/// `GetSigOpsAdjustedWeight`): bare multisig outputs make a difference.
///
/// Leaves out the sigops of spent scripts, which are unknown here. In usual scripts they never matter: the
/// signatures and keys weigh more.
pub(in crate::model) fn adjusted_weight(tx: &Transaction) -> u32 {
    let outputs = tx.outputs().map(|output| sigops(output.script_pubkey)).sum::<usize>();
    let inputs = tx.inputs().map(|input| sigops(input.script_sig)).sum::<usize>();
    let cost = outputs.saturating_add(inputs).saturating_mul(LEGACY_SIGOP_WEIGHT);
    tx.weight().max(u32::try_from(cost).unwrap_or(u32::MAX))
}

fn sigops(script: &[u8]) -> usize {
    let count = |instruction| match instruction {
        Instruction::Op(OP_CHECKSIG | OP_CHECKSIGVERIFY) => 1,
        Instruction::Op(OP_CHECKMULTISIG | OP_CHECKMULTISIGVERIFY) => MAX_PUBKEYS_PER_MULTISIG,
        _ => 0,
    };
    instructions(script).map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{coin, parts};

    fn weights(script: &[u8], count: usize) -> (u32, u32) {
        let mut parts = parts(&[coin(1)], &vec![1; count]);
        parts.outputs.iter_mut().for_each(|output| output.script_pubkey = script.to_vec());
        let tx = parts.build().unwrap();
        (tx.weight(), adjusted_weight(&tx))
    }

    #[test]
    fn usual_scripts_weigh_more_than_their_sigops() {
        let p2pkh = [&[0x76, 0xa9, 20][..], &[7; 20], &[0x88, 0xac]].concat();
        let (weight, adjusted) = weights(&p2pkh, 50);
        assert_eq!(weight, adjusted);
    }

    #[test]
    fn bare_multisig_counts_as_twenty_sigops_whatever_it_pushes() {
        let one_of_two = [&[0x51, 33][..], &[0xae; 33], &[33], &[2; 33], &[0x52, 0xae]].concat();
        let (weight, adjusted) = weights(&one_of_two, 10);
        assert!(weight < adjusted);
        assert_eq!(adjusted, 10 * 20 * 4 * 20);
    }

    #[test]
    fn a_script_is_read_up_to_where_it_breaks_off() {
        assert_eq!(sigops(&[0xac, 0xad, 5, 0xac]), 2);
    }
}

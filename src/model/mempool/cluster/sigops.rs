//! How large a transaction is in a miner's eyes.

use crate::model::classify::script::{Step, steps};
use crate::wire::Transaction;

/// Weight units that count for each unit of signature checks (Core: `DEFAULT_BYTES_PER_SIGOP`): a
/// block is limited in both.
const WEIGHT_PER_COST: usize = 20;

/// What a check outside the witness costs (BIP141).
const LEGACY_COST: usize = 4;

/// What `OP_CHECKMULTISIG` counts for where its number of keys is not looked at (Core:
/// `MAX_PUBKEYS_PER_MULTISIG`).
const MULTISIG_CHECKS: usize = 20;

/// `OP_CHECKSIG` and `OP_CHECKSIGVERIFY`.
const CHECKSIG: std::ops::RangeInclusive<u8> = 0xac..=0xad;

/// `OP_CHECKMULTISIG` and `OP_CHECKMULTISIGVERIFY`.
const CHECKMULTISIG: std::ops::RangeInclusive<u8> = 0xae..=0xaf;

/// The weight, or what stands for it if the transaction has more signature checks than is usual for
/// its weight (Core: `GetSigOpsAdjustedWeight`): bare multisig outputs make a difference.
///
/// The checks in the scripts of the spent outputs are left out, as those outputs are not known. They
/// never made up the difference in any usual script: the signatures and keys weigh more.
pub(crate) fn adjusted_weight(tx: &Transaction) -> u32 {
    let outputs = tx.outputs().map(|output| checks(output.script_pubkey)).sum::<usize>();
    let inputs = tx.inputs().map(|input| checks(input.script_sig)).sum::<usize>();
    let cost = outputs.saturating_add(inputs).saturating_mul(LEGACY_COST * WEIGHT_PER_COST);
    tx.weight().max(u32::try_from(cost).unwrap_or(u32::MAX))
}

fn checks(script: &[u8]) -> usize {
    let check = |step| match step {
        Step::Op(op) if CHECKSIG.contains(&op) => 1,
        Step::Op(op) if CHECKMULTISIG.contains(&op) => MULTISIG_CHECKS,
        _ => 0,
    };
    steps(script).map(check).sum()
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
    fn usual_scripts_weigh_more_than_their_checks() {
        let p2pkh = [&[0x76, 0xa9, 20][..], &[7; 20], &[0x88, 0xac]].concat();
        let (weight, adjusted) = weights(&p2pkh, 50);
        assert_eq!(weight, adjusted);
    }

    #[test]
    fn bare_multisig_counts_as_twenty_checks_whatever_it_pushes() {
        let one_of_two = [&[0x51, 33][..], &[0xae; 33], &[33], &[2; 33], &[0x52, 0xae]].concat();
        let (weight, adjusted) = weights(&one_of_two, 10);
        assert!(weight < adjusted);
        assert_eq!(adjusted, 10 * 20 * 4 * 20);
    }

    #[test]
    fn a_script_is_read_up_to_where_it_breaks_off() {
        assert_eq!(checks(&[0xac, 0xad, 5, 0xac]), 2);
    }
}

//! Why a transaction left the mempool.

use crate::model::{BlockConflict, RemovalReason};

/// Words a removal; blocks are named by height.
pub fn reason(reason: &RemovalReason) -> String {
    match reason {
        RemovalReason::Confirmed { height, .. } => format!("confirmed in block {height}"),
        RemovalReason::Conflict(Some(BlockConflict { height, .. })) => {
            format!("conflicts with block {height}")
        }
        RemovalReason::Conflict(None) => "conflicts with a block".to_owned(),
        RemovalReason::Replaced { by, with_ancestor: false } => format!("replaced by {by}"),
        RemovalReason::Replaced { by, with_ancestor: true } => format!("its parent was replaced by {by}"),
        RemovalReason::SizeLimit => "evicted: memory limit reached".to_owned(),
        RemovalReason::Expired => "expired after 14 days".to_owned(),
        RemovalReason::NotRelayed => "no peer has it any more".to_owned(),
        RemovalReason::Reorg => "a reorg disconnected the block of its parent".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{BlockHash, Txid};

    #[test]
    fn a_removal_names_the_block_or_the_replacement() {
        let (by, block) = (Txid([7; 32]), BlockHash([8; 32]));
        let height = 923_114;
        assert_eq!(reason(&RemovalReason::Confirmed { height, block }), "confirmed in block 923114");
        let conflict = RemovalReason::Conflict(Some(BlockConflict { by, height, block }));
        assert_eq!(reason(&conflict), "conflicts with block 923114");
        let replaced = |with_ancestor| reason(&RemovalReason::Replaced { by, with_ancestor });
        assert_eq!(
            [false, true].map(replaced),
            [format!("replaced by {by}"), format!("its parent was replaced by {by}")]
        );
    }
}

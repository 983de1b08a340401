//! What transactions that are held tell of each other.

use crate::model::classify::{Kind, Kinds};
use crate::model::mempool::Mempool;
use crate::wire::{OutPoint, Transaction};

/// How many outputs are looked at: a channel is one of few outputs.
const MOST_LOOKED_AT: u32 = 100;

impl Mempool {
    /// The kinds of a transaction, by its bytes and by those that spend it.
    pub(crate) fn kinds(&self, tx: &Transaction) -> Kinds {
        let mut kinds = Kinds::of(tx);
        if self.opens_channel(tx) {
            kinds.add(Kind::LightningOpen);
        }
        kinds
    }

    fn opens_channel(&self, tx: &Transaction) -> bool {
        let txid = tx.txid();
        let outputs = (0..tx.output_count().min(MOST_LOOKED_AT)).map(|vout| OutPoint { txid, vout });
        let mut spenders = outputs.filter_map(|output| self.get(self.spends.get(&output)?.key));
        spenders.any(|spender| Kinds::of(spender.tx()).has(Kind::LightningForceClose))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::*;
    use std::sync::Arc;

    #[test]
    fn what_a_commitment_spends_opened_a_channel() {
        let open = spend(&[coin(1)], &[50_000, 20_000]);
        let mut parts = parts(&[output(&open, 1)], &[19_000]);
        (parts.inputs[0].sequence, parts.lock_time) = (0x8012_3456, 0x2012_3456);
        let close = Arc::new(parts.build().unwrap());
        let mut scene = Scene::new();
        scene.connect(1).deliver(1, &open);
        let kinds = |scene: &Scene| scene.model.mempool.kinds(&open).iter().collect::<Vec<_>>();
        assert_eq!(kinds(&scene), [Kind::Payment]);
        scene.deliver(1, &spend(&[output(&open, 0)], &[40_000]));
        assert_eq!(kinds(&scene), [Kind::Payment], "spent by another payment");
        scene.deliver(1, &close);
        assert_eq!(kinds(&scene), [Kind::Payment, Kind::LightningOpen]);
    }
}

//! Which transactions count: what a single netgroup vouches for can be made up.
//!
//! A peer vouches for a transaction by announcing, listing (BIP35) or serving it, and with it for all
//! ancestors: its node would not have accepted it without them. Relay is slow and seen by many, but a list
//! may name a whole mempool of self-made transactions that pay what they like. So a listed transaction
//! counts in no figure, replaces nothing and stands in nobody's way until peers of two [netgroups](voucher)
//! vouch for it. While all relaying peers belong to one netgroup there is nobody to ask: everything counts.

pub(in crate::model::mempool) mod spread;
pub(in crate::model::mempool) mod state;
pub(in crate::model) mod voucher;

use crate::model::mempool::Mempool;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::vouch::state::Vouch;
use crate::model::mempool::vouch::voucher::Vouchers;

impl Mempool {
    /// Records that peers vouch for a transaction in the mempool, and thereby for its ancestors.
    pub(in crate::model) fn vouch(&mut self, key: TxKey, by: Vouchers, changes: &mut Changes) {
        let by = Vouch::by(by);
        spread::vouch(&mut self.entries, key, by, self.one_netgroup, changes);
    }

    /// Sets whether all relaying peers belong to one netgroup. Entries follow when they are vouched for
    /// again, be it by nobody.
    pub(in crate::model) fn set_one_netgroup(&mut self, one_netgroup: bool) {
        self.one_netgroup = one_netgroup;
    }

    /// Whether all relaying peers belong to one netgroup, so that what it alone vouches for counts.
    pub(crate) fn is_one_netgroup(&self) -> bool {
        self.one_netgroup
    }
}

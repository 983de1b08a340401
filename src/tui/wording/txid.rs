//! Short forms of txids.

use crate::wire::Txid;

/// The beginning and the end of a txid: `3fa9c1…e07`.
pub fn short(txid: Txid) -> String {
    let text = txid.to_string();
    format!("{}…{}", &text[..6], &text[61..])
}

//! The texts to copy from the details.

use crate::chain::script::ScriptKind;
use crate::snapshot::{Detail, InputRow, Open, PeerDetail, TransactionDetail};
use crate::tui::layer::Copyable;
use crate::util::text::hex;

/// The most bytes to copy: terminals that allow 74,994 characters would truncate or refuse a longer text in
/// base64.
const LONGEST: usize = 56_000;

/// Returns the texts, most common first.
pub fn copies(open: Open, detail: Option<&Detail>) -> Vec<Copyable> {
    match (open, detail) {
        (Open::Block(hash), _) => vec![Copyable::new("block hash", &hash)],
        (_, Some(Detail::Transaction(transaction))) => of_transaction(transaction),
        (_, Some(Detail::Removed(removed))) => vec![Copyable::new("txid", &removed.txid)],
        (_, Some(Detail::Peer(peer))) => of_peer(peer),
        _ => Vec::new(),
    }
}

/// The serialized transaction in hexadecimal digits; `None` if terminals would refuse it.
pub fn raw(transaction: &TransactionDetail) -> Option<Copyable> {
    (2 * transaction.raw.len() <= LONGEST).then(|| Copyable::new("transaction", &hex(&transaction.raw)))
}

fn of_transaction(transaction: &TransactionDetail) -> Vec<Copyable> {
    let ids = [Copyable::new("txid", &transaction.row.txid), Copyable::new("wtxid", &transaction.wtxid)];
    let outputs = transaction.outputs.iter().filter(|output| output.kind != ScriptKind::OpReturn);
    let addresses = outputs.filter(|output| !output.text.is_empty());
    let addresses = addresses.map(|output| Copyable::new("address", &output.text));
    let outpoint = |input: &InputRow| {
        Copyable::new("spent outpoint", &format!("{}:{}", input.prevout.txid, input.prevout.vout))
    };
    let outpoints = transaction.inputs.iter().map(outpoint);
    ids.into_iter().chain(raw(transaction)).chain(addresses).chain(outpoints).collect()
}

fn of_peer(peer: &PeerDetail) -> Vec<Copyable> {
    let agent = Copyable::new("user agent", &peer.row.user_agent);
    let address = Copyable::new("peer address", &peer.row.address);
    if agent.text.is_empty() { vec![address] } else { vec![address, agent] }
}

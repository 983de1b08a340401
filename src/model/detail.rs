//! A transaction in detail, as the screen shows it.

use crate::chain::Network;
use crate::chain::script::{ScriptKind, address, pushes};
use crate::event::PeerId;
use crate::model::classify::Kind;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::RemovalReason;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::rivals::Lost;
use crate::model::peers::Peers;
use crate::model::peers::peer::Peer;
use crate::snapshot::{
    Detail, InputRow, OutputRow, RivalRow, TransactionDetail, TransactionRow, ValueSource,
};
use crate::util::text::{clean, hex};
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use crate::wire::transaction::{Input, Output};
use std::time::Duration;

/// The most of the data in an `OP_RETURN` that is shown, in characters.
const LONGEST_DATA: usize = 160;

/// All about a transaction; `row` is its row in the list.
pub(crate) fn transaction(
    entry: &MempoolEntry,
    row: TransactionRow,
    rivals: Vec<RivalRow>,
    mempool: &Mempool,
    peers: &Peers,
    network: Network,
) -> TransactionDetail {
    let tx = entry.tx();
    let listed = TransactionDetail::LISTED;
    let inputs = tx.inputs().take(listed).enumerate();
    let family = mempool.family(row.key, entry);
    TransactionDetail {
        wtxid: tx.wtxid(),
        weight: tx.weight(),
        counted_vsize: entry.adjusted_weight().div_ceil(4),
        raw: tx.raw().clone(),
        size: u32::try_from(tx.raw().len()).unwrap_or(u32::MAX),
        version: tx.version(),
        lock_time: tx.lock_time(),
        replaceable: mempool.is_replaceable(entry),
        kinds: mempool.kinds(tx).iter().map(Kind::name).collect(),
        rivals,
        family,
        fee: entry.fee(),
        first_seen: entry.first_seen(),
        inputs: inputs.map(|(vin, input)| input_row(&input, entry.prevout_value(vin), mempool)).collect(),
        outputs: tx.outputs().take(listed).map(|output| output_row(&output, network)).collect(),
        spread: spread(entry, row.announcers, |id| peers.get(id).is_some_and(Peer::is_live)),
        row,
        announcements: entry
            .announcements()
            .take(listed)
            .map(|(peer, delay)| {
                let address = peers.address(peer).map(ToString::to_string);
                (address.unwrap_or_else(|| "a peer that is forgotten".to_owned()), delay)
            })
            .collect(),
    }
}

/// How long it took until half, and until all of so many live announcers had it.
fn spread(
    entry: &MempoolEntry,
    announcers: usize,
    is_live: impl Fn(PeerId) -> bool,
) -> [Option<Duration>; 2] {
    let delays: Vec<Duration> =
        entry.announcements().filter(|(peer, _)| is_live(*peer)).map(|(_, delay)| delay).collect();
    // With the first one nothing has spread.
    [announcers.div_ceil(2), announcers]
        .map(|needed| delays.get(needed.checked_sub(1)?).copied().filter(|_| needed > 1))
}

/// Those that lost against `entry`, and those before them.
pub(crate) fn rivals(
    entry: &MempoolEntry,
    mempool: &Mempool,
    is_live: impl Fn(PeerId) -> bool,
    now: Timestamp,
) -> Vec<RivalRow> {
    let row = |(steps, lost): (usize, &Lost)| {
        let announcers = || lost.announcements.iter().map(|(peer, _)| peer).filter(|&peer| is_live(peer));
        RivalRow {
            txid: lost.txid,
            steps,
            age: now.since(lost.since),
            vsize: lost.vsize,
            fee_rate: lost.fee_rate,
            announced_by: announcers().count(),
            announced_only: announcers().filter(|&peer| !entry.announcements.contains(peer)).count(),
        }
    };
    mempool.rivals.behind(entry.tx().txid()).into_iter().map(row).collect()
}

/// That something is not known any more.
pub(crate) fn no_longer(why: &str) -> Detail {
    Detail::Gone { txid: None, why: vec![why.to_owned()], successor: None }
}

/// What became of a transaction that is not held any more, and what is held in its place.
pub(crate) fn gone(mempool: &Mempool, key: TxKey) -> Detail {
    let Some((txid, first)) = mempool.departed.reason(key) else { return no_longer("no longer held") };
    // Since then it may have come again and gone again.
    let reason = mempool.departed.last_reason(txid);
    let mut why = vec![reason.unwrap_or(first).to_string()];
    if reason.is_none() {
        why.push("which is not in the best chain any more".to_owned());
    }
    let mut successor = mempool.key(TxHash::Txid(txid));
    if successor.is_some() {
        why.push("it is held again".to_owned());
    } else if let Some(RemovalReason::Replaced { by, .. }) = reason {
        let further = mempool.rivals.ahead(by);
        why.extend(further.iter().map(|by| format!("which was replaced by {by}")));
        successor = mempool.key(TxHash::Txid(*further.last().unwrap_or(&by)));
    }
    Detail::Gone { txid: Some(txid), why, successor }
}

fn input_row(input: &Input<'_>, value: Option<u64>, mempool: &Mempool) -> InputRow {
    let source = match value {
        None => ValueSource::Unknown,
        Some(_) if mempool.by_txid(input.prevout.txid).is_some() => ValueSource::Mempool,
        Some(_) if mempool.coins.value(&input.prevout).is_some() => ValueSource::Block,
        Some(_) => ValueSource::Earlier,
    };
    InputRow {
        source,
        prevout: format!("{}:{}", input.prevout.txid, input.prevout.vout),
        value,
        sequence: input.sequence,
        witness_items: input.witness.len(),
    }
}

fn output_row(output: &Output<'_>, network: Network) -> OutputRow {
    let kind = ScriptKind::of(output.script_pubkey);
    let text = match kind {
        ScriptKind::OpReturn => data_text(output.script_pubkey.get(1..).unwrap_or_default()),
        _ => address(output.script_pubkey, network).unwrap_or_default(),
    };
    OutputRow { value: output.value, kind: kind.name(), text }
}

/// What the pushes of a script contain: as text if all of it is text, else in hexadecimal digits.
fn data_text(script: &[u8]) -> String {
    let mut texts = Vec::new();
    let mut shown = 0;
    for data in pushes(script).filter(|data| !data.is_empty()) {
        if shown >= LONGEST_DATA {
            break;
        }
        shown += data.len();
        let text = std::str::from_utf8(data).is_ok_and(|text| !text.chars().any(char::is_control));
        texts.push(if text {
            clean(data, LONGEST_DATA)
        } else {
            hex(data.get(..LONGEST_DATA / 2).unwrap_or(data))
        });
    }
    clean(texts.join(" ").as_bytes(), LONGEST_DATA)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PeerEvent;
    use crate::model::testing::{self, START, Scene, coin, output, parts, spend};
    use crate::snapshot::view::{Open, View};
    use std::sync::Arc;

    #[test]
    fn data_is_text_or_hexadecimal_and_harmless() {
        assert_eq!(data_text(b"\x05hello"), "hello");
        assert_eq!(data_text(b"\x4c\x05hello\x4d\x02\x00ab\x4e\x01\x00\x00\x00!"), "hello ab !");
        assert_eq!(data_text(b"\x5d\x03\x00\xff\x10"), "00ff10");
        assert_eq!(data_text(b"\x04\x1b[2J"), "1b5b324a");
        assert_eq!(data_text("\x05a\u{202e}b".as_bytes()), "a·b");
        assert_eq!(data_text(b"\x05cut"), "");
        assert_eq!(data_text(b"\x4e\xff\xff\xff\xffcut"), "");
        assert_eq!(data_text(&[[75].as_slice(), &[b'x'; 75]].concat().repeat(5_000)).len(), LONGEST_DATA);
    }

    const BIP173_KEY_HASH: [u8; 20] = [
        0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91, 0x96, 0xd4, 0x54, 0x94, 0x1c, 0x45, 0xd1, 0xb3, 0xa3, 0x23, 0xf1,
        0x43, 0x3b, 0xd6,
    ];

    #[test]
    fn all_that_is_known_of_a_transaction_is_told() {
        let parent = spend(&[coin(1)], &[50_000]);
        let mut parts = parts(&[coin(2), output(&parent, 0)], &[1, 0, 30_000]);
        parts.lock_time = 800_000;
        parts.inputs[0].sequence = 0xffff_fffd;
        parts.outputs[0].script_pubkey = [&[0, 20][..], &BIP173_KEY_HASH].concat();
        parts.outputs[1].script_pubkey = b"\x6a\x05hello".to_vec();
        let tx = Arc::new(parts.build().unwrap());
        let mut scene = Scene::new();
        scene.connect(1).connect(2).deliver(1, &parent).announce(2, &tx).pass(3).deliver(1, &tx).pass(1);
        let key = scene.model.mempool.key(TxHash::Txid(tx.txid())).unwrap();
        let view = View { open: Some(Open::Transaction(key)), ..View::default() };
        let Some(Detail::Transaction(detail)) = scene.snapshot(&view).detail else { panic!("it is held") };
        assert_eq!((detail.row.txid, detail.wtxid), (tx.txid(), tx.wtxid()));
        assert_eq!((detail.weight, detail.size as usize), (tx.weight(), tx.raw().len()));
        assert_eq!((detail.version, detail.lock_time, detail.replaceable), (2, 800_000, true));
        assert_eq!((detail.fee, detail.first_seen), (None, START));
        assert_eq!(detail.inputs.iter().map(|input| input.value).collect::<Vec<_>>(), [None, Some(50_000)]);
        assert_eq!(detail.inputs[1].prevout, format!("{}:0", parent.txid()));
        assert_eq!((detail.inputs[0].sequence, detail.inputs[0].witness_items), (0xffff_fffd, 1));
        let outputs: Vec<_> = detail.outputs.iter().map(|o| (o.value, o.kind, o.text.as_str())).collect();
        let bip173 = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
        assert_eq!(outputs, [(1, "P2WPKH", bip173), (0, "OP_RETURN", "hello"), (30_000, "other", "")]);
        let told = |peer| testing::address(peer).to_string();
        let three = Duration::from_secs(3);
        let announced = [(told(2), Duration::ZERO), (told(1), three)];
        assert_eq!(detail.announcements, announced);
        assert_eq!(detail.spread, [None, Some(three)], "half of two is one");
    }

    #[test]
    fn a_transaction_of_thousands_of_parts_is_told_in_part() {
        let tx = spend(&(0..900).map(coin).collect::<Vec<_>>(), &vec![1; 900]);
        let mut scene = Scene::new();
        scene.connect(1).deliver(1, &tx);
        for peer in 2..500 {
            scene.peer(peer, PeerEvent::Announced { txs: vec![TxHash::Txid(tx.txid())], count: 1 });
        }
        let view = View { open: Some(Open::Transaction(TxKey(0))), ..View::default() };
        let Some(Detail::Transaction(detail)) = scene.snapshot(&view).detail else { panic!("it is held") };
        let lengths = [detail.inputs.len(), detail.outputs.len(), detail.announcements.len()];
        assert_eq!(lengths, [TransactionDetail::LISTED; 3]);
        assert_eq!(detail.row.inputs, 900);
        assert_eq!(detail.announcements[9].0, "a peer that is forgotten");
    }
}

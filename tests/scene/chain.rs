//! The chain: past blocks with the prevouts, three new blocks, and one that is disconnected again.

use super::START;
use super::peers::{FIRST, PEERS, STALE};
use super::recording::{Recording, ms, seconds};
use super::transactions::{Spread, Transactions};
use mempulse::Timestamp;
use mempulse::event::{BlockAnnouncement, Event, EventKind, PeerEvent, PeerId, Tip};
use mempulse::wire::transaction::{InputParts, OutputParts, TxParts};
use mempulse::wire::{Block, BlockHash, BlockHeader, OutPoint, Transaction};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// The height of the best block at the start.
pub const HEIGHT: u32 = 923_111;
/// How many past blocks are fetched.
const PAST: u32 = 6;
/// In sat.
const SUBSIDY: u64 = 312_500_000;
/// The lowest rate that these miners accept, in sat/kvB.
const PRICE: u64 = 7_000;

/// The tags of the past blocks.
const PAST_TAGS: [&str; PAST as usize] = [
    "/SBICrypto.com Pool/",
    "MARA Made in USA",
    "/Foundry USA Pool #dropgold/",
    "",
    "< OCEAN.XYZ >",
    "/F2Pool/",
];
/// How long before its announcement a block was mined.
const MINED_BEFORE: Duration = Duration::from_secs(18);

/// A planned block.
struct Draft<'a> {
    previous: BlockHash,
    height: u32,
    /// When it reaches the first peer.
    at: Duration,
    /// When it was mined.
    mined: Timestamp,
    tag: &'a str,
    transactions: Vec<Transaction>,
    fees: u64,
}

/// Records blocks.
pub fn record(recording: &mut Recording, all: &Transactions) {
    let genesis = past(recording, all);
    let mut taken = HashSet::new();
    let mut mined = |before: u64, skip: usize| template(all, &mut taken, seconds(before), skip);
    let unseen = |from: usize, to: usize| all.unseen[from..to].iter().cloned();

    let (transactions, fees) = mined(176, 60);
    let mut first = Draft {
        previous: genesis,
        height: HEIGHT + 1,
        at: seconds(180),
        mined: START + seconds(180) - MINED_BEFORE,
        tag: "/Foundry USA Pool #dropgold/",
        transactions,
        fees,
    };
    first.transactions.extend(unseen(0, 9));
    let first = find(recording, first);
    let (transactions, fees) = mined(405, 1_000);
    let stale = Draft {
        previous: first,
        height: HEIGHT + 2,
        at: seconds(410),
        mined: START + seconds(410) - MINED_BEFORE,
        tag: "Mined by AntPool",
        transactions: transactions.clone(),
        fees,
    };
    let stale = find(recording, stale);

    let blocks = vec![(HEIGHT + 2, stale)];
    recording.at(seconds(452), EventKind::BlocksDisconnected { blocks, tip: Tip::default() });
    let kept: Vec<_> = transactions.into_iter().rev().skip(7).rev().collect();
    let mut better = Draft {
        previous: first,
        height: HEIGHT + 2,
        at: seconds(452),
        mined: START + seconds(452) - MINED_BEFORE,
        tag: "",
        transactions: kept,
        fees: fees * 9 / 10,
    };
    better.transactions.extend(unseen(9, 14));
    let better = find(recording, better);
    let (transactions, fees) = mined(448, 1_000);
    let mut last = Draft {
        previous: better,
        height: HEIGHT + 3,
        at: seconds(455),
        mined: START + seconds(455) - MINED_BEFORE,
        tag: "/ViaBTC/Mined by demo/",
        transactions,
        fees,
    };
    last.transactions.extend(unseen(14, 24));
    find(recording, last);
}

/// The best transactions that were there `before` and that no block has `taken`, with their fees. The first
/// of each `skip` transactions is unknown to miners.
fn template(
    all: &Transactions,
    taken: &mut HashSet<usize>,
    before: Duration,
    skip: usize,
) -> (Vec<Transaction>, u64) {
    let is_there = |index: usize| {
        let arrival = &all.arrivals[index];
        arrival.at < before && index % skip != skip / 2 && arrival.spread == Spread::Everywhere
    };
    let mut block = Vec::new();
    for index in (0..all.arrivals.len()).filter(|index| all.arrivals[*index].fee_rate >= PRICE) {
        let package: Vec<usize> = all.parents_of(index).chain([index]).collect();
        if package.iter().all(|index| is_there(*index) && !all.is_replaced(*index)) {
            block.extend(package.into_iter().filter(|index| taken.insert(*index)));
        }
    }
    all.sort_for_mining(&mut block);
    let arrivals = block.iter().map(|index| &all.arrivals[*index]);
    let fees = arrivals.clone().map(|one| one.fee_rate * u64::from(one.tx.vsize()) / 1_000).sum();
    (arrivals.map(|arrival| Transaction::clone(&arrival.tx)).collect(), fees)
}

/// A block on top of the scene's last one, with one transaction.
pub fn confirm(time: Timestamp, tx: &Transaction) -> Event {
    let (height, at) = (HEIGHT + 4, time.since(START));
    let transactions = vec![tx.clone()];
    let mined = time - MINED_BEFORE;
    let draft = Draft { previous: BlockHash([0xb2; 32]), height, at, mined, tag: "", transactions, fees: 0 };
    Event { time, kind: EventKind::Block { peer: PeerId(FIRST), height, block: block(draft) } }
}

/// Past blocks, which reveal the values of outputs.
fn past(recording: &mut Recording, all: &Transactions) -> BlockHash {
    let mut previous = BlockHash([0xb1; 32]);
    let share = all.funding.len().div_ceil(PAST as usize);
    let tip = all.funding.chunks(share).zip(0_u32..).fold(previous, |_, (transactions, number)| {
        let height = HEIGHT + 1 - PAST + number;
        let (at, fees) = (seconds(0), 1_000_000);
        let mined = START - seconds(241 + 540 * u64::from(PAST - 1 - number));
        let tag = PAST_TAGS[number as usize];
        let draft = Draft { previous, height, at, mined, tag, transactions: transactions.to_vec(), fees };
        let block = block(draft);
        previous = block.hash;
        let fetched = ms(2_000 + 300 * u64::from(number));
        recording.at(fetched, EventKind::PastBlock { peer: PeerId(FIRST), height, block });
        let given_up = 0;
        recording.at(fetched, EventKind::Backfill { fetched: number + 1, requested: PAST, given_up });
        previous
    });
    let time = u32::try_from(START.as_secs()).unwrap() - 241;
    recording.at(ms(1_500), EventKind::Tip(Tip { hash: tip, height: HEIGHT, time }));
    tip
}

/// Records that a block is found and reaches us.
fn find(recording: &mut Recording, draft: Draft<'_>) -> BlockHash {
    let (at, height) = (draft.at, draft.height);
    let block = block(draft);
    let hash = block.hash;
    for peer in PEERS.iter().filter(|peer| peer.id != STALE && at < peer.silent_from()) {
        let by = match peer.id % 3 {
            0 => BlockAnnouncement::Compact,
            1 => BlockAnnouncement::Headers,
            _ => BlockAnnouncement::Inv,
        };
        let delay = ms(peer.ping_ms + peer.id * peer.id * 31);
        recording.peer(at + delay, peer.id, PeerEvent::BlockAnnounced { hash, by });
    }
    let time = block.header.time;
    recording.at(at + ms(90), EventKind::Tip(Tip { hash, height, time }));
    recording.at(at + ms(330), EventKind::Block { peer: PeerId(FIRST), height, block });
    hash
}

fn block(draft: Draft<'_>) -> Arc<Block> {
    let [low, middle, high, _] = draft.height.to_le_bytes();
    let coinbase = TxParts {
        version: 2,
        inputs: vec![InputParts {
            prevout: OutPoint::NULL,
            script_sig: [&[3, low, middle, high][..], draft.tag.as_bytes(), &[0xfa; 8]].concat(),
            sequence: 0xffff_ffff,
            witness: vec![vec![0; 32]],
        }],
        outputs: vec![OutputParts {
            value: SUBSIDY + draft.fees,
            script_pubkey: [&[0, 20][..], &[7; 20]].concat(),
        }],
        lock_time: 0,
    };
    let mut transactions = vec![coinbase.build().unwrap()];
    transactions.extend(draft.transactions);
    let header = BlockHeader {
        version: 0x2000_0000,
        previous: draft.previous,
        merkle_root: transactions[1].txid().0,
        time: u32::try_from(draft.mined.as_secs()).unwrap(),
        bits: 0x1702_3456,
        nonce: draft.height,
    };
    let size = 81 + transactions.iter().map(|tx| tx.raw().len()).sum::<usize>();
    let size = u32::try_from(size).unwrap();
    Arc::new(Block { header, hash: header.hash(), size, transactions })
}

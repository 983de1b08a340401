//! The download of a whole mempool (BIP35): the first peer lists its mempool, and the others send what is missing.

use super::peers::FIRST;
use super::recording::{Recording, ms, seconds};
use super::transactions::{Spread, Transactions, funding};
use mempulse::event::{BootstrapProgress, EventKind, PeerEvent};
use mempulse::wire::{Transaction, TxHash};
use std::sync::Arc;
use std::time::Duration;

/// When the list arrives: shortly before the first block.
const LISTED: Duration = seconds(170);
/// The number of transactions from before the start.
const EARLIER: u64 = 320;
/// How many of them arrive. The last one arrives some time before the end, so that the newest transactions in
/// the list are announced ones.
const FETCHED: u64 = 280;
/// The time from one to the next.
const PACE: Duration = ms(1_800);
/// Peers that stay connected and answer requests.
const SENDERS: [u64; 3] = [3, 4, 5];

/// Records a list, the arrivals from it, and the progress, which is not complete at the end.
pub fn record(recording: &mut Recording, transactions: &Transactions) {
    // Peers differ in which transactions they accept.
    let is_listed = |index: usize| {
        let arrival = &transactions.arrivals[index];
        let is_there = arrival.at + seconds(6) < LISTED && arrival.spread == Spread::Everywhere;
        is_there && !transactions.is_replaced(index) && index % 23 != 4
    };
    let mut here: Vec<usize> = (0..transactions.arrivals.len()).filter(|&index| is_listed(index)).collect();
    transactions.sort_for_mining(&mut here);
    let mut txs: Vec<TxHash> = here.iter().map(|&index| wtxid(&transactions.arrivals[index].tx)).collect();
    txs.extend((0..EARLIER).map(|number| wtxid(&earlier(number))));
    let listed = txs.len();
    recording.peer(LISTED, FIRST, PeerEvent::Listed { txs, is_complete: true });
    for number in 0..FETCHED {
        let at = LISTED + PACE * u32::try_from(number + 1).unwrap();
        // What all others lack is sent by the peer that listed it.
        let place = usize::try_from(number).unwrap() % SENDERS.len();
        let sender = if number % 17 == 5 { FIRST } else { SENDERS[place] };
        recording.peer(at, sender, PeerEvent::Bootstrapped { tx: Arc::new(earlier(number)) });
        let fetched = here.len() + usize::try_from(number + 1).unwrap();
        let progress = BootstrapProgress { listed, fetched, done: false };
        recording.at(at, EventKind::Bootstrap(progress));
    }
}

/// A transaction from before the start.
fn earlier(number: u64) -> Transaction {
    let values = [40_000 + number * 7_919 % 900_000, 1_200_000 + number * 104_729 % 80_000_000];
    funding(3_000_000 + number, &values[usize::from(number.is_multiple_of(4))..])
}

fn wtxid(tx: &Transaction) -> TxHash {
    TxHash::Wtxid(tx.wtxid())
}

//! Peers announce, are asked, and answer or don't, without a socket.

mod bootstrap;
mod links;
mod made_up_lists;
mod relayed;
mod resend;
mod room;
pub mod scene;
mod sleep;

use crate::event::{DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId, PeerInfo};
use crate::p2p::action::Action;
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::settings::BootstrapMode;
use crate::p2p::testing::info;
use crate::p2p::tx_download::TxDownload;
use crate::util::time::Timestamp;
use crate::wire::transaction::{InputParts, OutputParts, TransactionError, TxParts};
use crate::wire::{BlockHash, Inventory, Message, OutPoint, Services, Transaction, TxHash, Txid};
use std::sync::Arc;
use std::time::Duration;

const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const TIMEOUT: Duration = Duration::from_mins(1);
const ALICE: PeerId = PeerId(1);
const BOB: PeerId = PeerId(2);

fn after(secs: u64) -> Timestamp {
    START + Duration::from_secs(secs)
}

fn transaction(number: u8) -> Arc<Transaction> {
    let prevout = OutPoint { txid: Txid([number; 32]), vout: 0 };
    // With a witness, so that txid and wtxid differ.
    let input = InputParts { prevout, script_sig: vec![], sequence: 0, witness: vec![vec![1]] };
    let output = OutputParts { value: 1, script_pubkey: vec![0x51] };
    let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
    Arc::new(parts.build().unwrap())
}

/// A download with Alice and Bob connected.
fn connected() -> TxDownload {
    let mut download = TxDownload::new(TIMEOUT, BootstrapMode::Off);
    for peer in [ALICE, BOB] {
        assert_eq!(download.connected(peer, &info(Services::NETWORK), START), []);
    }
    download
}

fn inv(transactions: &[&Arc<Transaction>]) -> Input {
    Input::Inv(transactions.iter().map(|tx| Inventory::Wtx(tx.wtxid())).collect())
}

fn valid(tx: &Arc<Transaction>) -> Input {
    Input::Tx(Arc::clone(tx), Ok(()))
}

fn get_data(peer: PeerId, entries: &[Inventory]) -> Action {
    Action::Send(peer, Message::GetData(entries.to_vec()))
}

fn event(peer: PeerId, event: PeerEvent) -> Action {
    Action::Emit(EventKind::Peer(peer, event))
}

fn announced(peer: PeerId, txs: &[&Arc<Transaction>]) -> Action {
    let txs: Vec<_> = txs.iter().map(|tx| TxHash::Wtxid(tx.wtxid())).collect();
    event(peer, PeerEvent::Announced { count: txs.len(), txs })
}

fn requested(peer: PeerId, txs: &[&Arc<Transaction>]) -> [Action; 2] {
    let entries: Vec<_> = txs.iter().map(|tx| Inventory::Wtx(tx.wtxid())).collect();
    [get_data(peer, &entries), event(peer, PeerEvent::Requested { count: txs.len() })]
}

#[test]
fn an_announced_transaction_is_requested_once_and_reported() {
    let mut download = connected();
    let tx = transaction(1);
    // Alice announces a transaction, and so does Bob.
    assert_eq!(download.received(ALICE, &inv(&[&tx]), START), [announced(ALICE, &[&tx])]);
    assert_eq!(download.received(BOB, &inv(&[&tx]), START), [announced(BOB, &[&tx])]);
    // Only Alice is asked.
    assert_eq!(download.timer(START), requested(ALICE, &[&tx]));
    assert_eq!(download.timer(after(1)), []);
    // She answers after three seconds.
    let received = PeerEvent::Transaction { tx: Arc::clone(&tx), answered_after: Duration::from_secs(3) };
    assert_eq!(download.received(ALICE, &valid(&tx), after(3)), [event(ALICE, received)]);
    assert_eq!(download.timer(after(3)), []);
    assert_eq!(download.deadline(after(3)), None, "nothing is in flight");
}

#[test]
fn announcements_in_small_pieces_are_requested_in_one_message() {
    let mut download = connected();
    let (first, second) = (transaction(1), transaction(2));
    download.received(ALICE, &inv(&[&first]), START);
    download.received(ALICE, &inv(&[&second]), START);
    assert_eq!(download.timer(START), requested(ALICE, &[&first, &second]));
}

#[test]
fn more_time_passes_and_the_peer_does_not_answer() {
    let mut download = connected();
    let tx = transaction(1);
    download.received(ALICE, &inv(&[&tx]), START);
    download.received(BOB, &inv(&[&tx]), START);
    download.timer(START);
    assert_eq!(download.deadline(START), Some(START + TIMEOUT));
    // A minute later the request to Alice is given up, and Bob is asked.
    let mut expected = vec![event(ALICE, PeerEvent::RequestTimedOut { count: 1 })];
    expected.extend(requested(BOB, &[&tx]));
    assert_eq!(download.timer(START + TIMEOUT), expected);
}

#[test]
fn when_a_peer_does_not_have_it_or_leaves_the_next_one_is_asked() {
    let mut download = connected();
    let tx = transaction(1);
    download.received(ALICE, &inv(&[&tx]), START);
    download.received(BOB, &inv(&[&tx]), START);
    download.timer(START);
    let not_found = Input::NotFound(vec![Inventory::Wtx(tx.wtxid())]);
    assert_eq!(
        download.received(ALICE, &not_found, after(1)),
        [event(ALICE, PeerEvent::NotFound { count: 1 })]
    );
    assert_eq!(download.timer(after(1)), requested(BOB, &[&tx]));
    // Bob leaves, and Carol announces it.
    assert_eq!(download.disconnected(BOB, &DisconnectReason::ClosedByPeer, after(2)), []);
    let carol = PeerId(3);
    download.connected(carol, &info(Services::NETWORK), after(3));
    download.received(carol, &inv(&[&tx]), after(3));
    assert_eq!(download.timer(after(3)), requested(carol, &[&tx]));
}

#[test]
fn what_was_not_requested_or_is_invalid_is_not_reported_as_a_transaction() {
    let mut download = connected();
    let tx = transaction(1);
    let unrequested = PeerEvent::Tolerated(Misbehaviour::UnrequestedTransaction);
    assert_eq!(download.received(ALICE, &valid(&tx), START), [event(ALICE, unrequested)]);
    download.received(ALICE, &inv(&[&tx]), START);
    download.timer(START);
    let error = TransactionError::NoInputs;
    let invalid = PeerEvent::Tolerated(Misbehaviour::InvalidTransaction(error));
    let input = Input::Tx(Arc::clone(&tx), Err(error));
    assert_eq!(download.received(ALICE, &input, START), [event(ALICE, invalid)]);
    // It counts as seen: Bob's announcement leads to no request.
    download.received(BOB, &inv(&[&tx]), START);
    assert_eq!(download.timer(START), []);
}

#[test]
fn only_the_kind_of_hash_agreed_on_counts_and_blocks_are_no_transactions() {
    let mut download = connected();
    let tx = transaction(1);
    let by_txid = Input::Inv(vec![Inventory::Tx(tx.txid()), Inventory::Block(BlockHash([1; 32]))]);
    let nothing = PeerEvent::Announced { txs: vec![], count: 1 };
    assert_eq!(download.received(ALICE, &by_txid, START), [event(ALICE, nothing)]);
    assert_eq!(download.timer(START), []);
    let only_a_block = Input::Inv(vec![Inventory::Block(BlockHash([1; 32]))]);
    assert_eq!(download.received(ALICE, &only_a_block, START), []);
    // A peer from before BIP339 announces by txid.
    let carol = PeerId(3);
    download.connected(carol, &PeerInfo { wtxid_relay: false, ..info(Services::NETWORK) }, START);
    download.received(carol, &by_txid, START);
    assert_eq!(download.timer(START)[0], get_data(carol, &[Inventory::WitnessTx(tx.txid())]));
}

#[test]
fn a_missing_parent_is_requested_by_txid_unless_it_arrives_first() {
    let mut download = connected();
    let (parent, other, child) = (transaction(1), transaction(2), transaction(3));
    // Alice sent a child. One of its parents arrives unrequested within a second.
    download.request_parents(ALICE, child.txid(), &[parent.txid(), other.txid()], START);
    assert_eq!(download.timer(START), [], "it may be on its way");
    download.received(BOB, &inv(&[&other]), START);
    download.timer(START);
    download.received(BOB, &valid(&other), START);
    assert_eq!(download.deadline(START), Some(after(1)));
    // The other one is requested, which is no answer to an announcement.
    assert_eq!(download.timer(after(1)), [get_data(ALICE, &[Inventory::WitnessTx(parent.txid())])]);
    let received = PeerEvent::Parent { tx: Arc::clone(&parent) };
    assert_eq!(download.received(ALICE, &valid(&parent), after(2)), [event(ALICE, received)]);
}

#[test]
fn a_peer_is_not_blamed_for_a_parent_that_does_not_come() {
    let mut download = connected();
    let (parent, silent) = (Txid([7; 32]), Txid([8; 32]));
    download.request_parents(ALICE, transaction(1).txid(), &[parent, silent], START);
    download.timer(after(1));
    let not_found = Input::NotFound(vec![Inventory::WitnessTx(parent)]);
    assert_eq!(download.received(ALICE, &not_found, after(2)), []);
    assert_eq!(download.timer(after(1) + TIMEOUT), [], "no time-out is reported");
}

#[test]
fn a_pong_that_answers_no_ping_is_reported() {
    let mut download = connected();
    let unexpected = PeerEvent::Tolerated(Misbehaviour::UnexpectedPong);
    assert_eq!(download.received(ALICE, &Input::Pong(7), START), [event(ALICE, unexpected)]);
}

#[test]
fn a_peer_that_announces_too_much_is_reported_and_the_rest_is_dropped() {
    let mut download = connected();
    let many = |from: u32| {
        let hash = |number: u32| {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&number.to_le_bytes());
            Inventory::Wtx(crate::wire::Wtxid(bytes))
        };
        Input::Inv((from..from + 5_000).map(hash).collect())
    };
    assert_eq!(download.received(ALICE, &many(0), START).len(), 1);
    let refused = PeerEvent::Tolerated(Misbehaviour::TooManyAnnouncements { dropped: 5_000 });
    assert_eq!(download.received(ALICE, &many(5_000), START).last(), Some(&event(ALICE, refused)));
}

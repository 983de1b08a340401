//! Peers whose messages have plausible lengths but are otherwise wrong or useless.

use super::floods::announcement;
use super::peers::{BadPeer, Fate, bytes, crafted, made_up, misbehaved, received, tolerated};
use super::support::Conversation;
use super::support::chain::{genesis, mine, stripped, transaction};
use mempulse::event::{DisconnectReason, Misbehaviour, PeerEvent};
use mempulse::wire::transaction::{InputParts, OutputParts, TransactionError, TxParts};
use mempulse::wire::{
    BlockHash, BlockTransactions, Command, Inventory, Message, OutPoint, Transaction, Txid, WireError,
};

/// The size of a message header on the wire, in bytes.
const FRAME: usize = 24;

/// A peer that greets, sends these bytes, and behaves.
fn sends(name: &'static str, fate: Fate, bytes: Vec<u8>) -> BadPeer {
    BadPeer::new(name, fate, move |mut peer: Conversation| {
        let bytes = bytes.clone();
        async move {
            peer.greet().await;
            peer.insist(bytes).await;
        }
    })
}

fn malformed(command: Command, why: WireError) -> Fate {
    let what = Misbehaviour::Malformed { command, why };
    Fate::Ends(vec![DisconnectReason::Misbehaved(what)])
}

/// A `cmpctblock` with a valid header, no short ids, and these prefilled transactions.
fn compact(prefilled: &[u8]) -> Vec<u8> {
    let header = bytes(&Message::Headers(vec![mine(genesis(), 1, vec![]).header]));
    let mut payload = header[FRAME + 1..FRAME + 81].to_vec();
    payload.extend([0; 8]);
    payload.push(0);
    payload.extend_from_slice(prefilled);
    crafted("cmpctblock", &payload)
}

/// Prefilled transactions: a single one, at this index.
fn at_index(index: &[u8]) -> Vec<u8> {
    let tx = bytes(&Message::Tx(transaction(900_010)));
    [&[1], index, &tx[FRAME..]].concat()
}

/// Peers that break the rules of compact blocks.
pub fn compact_breakers() -> Vec<BadPeer> {
    let hash = BlockHash([9; 32]);
    let rest = Message::BlockTxn(BlockTransactions { hash, transactions: vec![transaction(900_011)] });
    vec![
        sends(
            "a compact block with an index of 17 bits",
            tolerated!(Misbehaviour::Malformed {
                command: Command::CmpctBlock,
                why: WireError::IndexTooLarge(_)
            }),
            compact(&at_index(&[0xfe, 0, 0, 1, 0])),
        ),
        sends(
            "a compact block with an index outside it",
            malformed(Command::CmpctBlock, WireError::IndexOutOfBlock(5)),
            compact(&at_index(&[5])),
        ),
        sends(
            "a compact block without transactions",
            malformed(Command::CmpctBlock, WireError::EmptyBlock),
            compact(&[0]),
        ),
        sends(
            "compact blocks with flag 2",
            malformed(Command::SendCmpct, WireError::AnnounceFlag(2)),
            crafted("sendcmpct", &[2, 2, 0, 0, 0, 0, 0, 0, 0]),
        ),
        sends(
            "the rest of unknown blocks",
            tolerated!(Misbehaviour::UnrequestedBlock),
            bytes(&rest).repeat(1_000),
        ),
    ]
}

/// A transaction that creates more coins than there are.
fn inflation() -> Transaction {
    let prevout = OutPoint { txid: Txid([0xcc; 32]), vout: 0 };
    let input = InputParts { prevout, script_sig: vec![], sequence: 0, witness: vec![vec![1]] };
    let output = OutputParts { value: u64::MAX >> 1, script_pubkey: vec![0x51] };
    let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
    parts.build().expect("it has an input")
}

/// Peers that send bad transactions.
pub fn transaction_forgers() -> Vec<BadPeer> {
    let plain = bytes(&Message::Tx(stripped(&transaction(900_012))));
    let plain = &plain[FRAME..];
    // Version, marker and flag, the rest up to the lock time, an empty witness, the lock time.
    let body = &plain[4..plain.len() - 4];
    let without_witness = [&plain[..4], &[0, 1], body, &[0], &plain[plain.len() - 4..]].concat();
    vec![
        BadPeer::new(
            "serves coins that do not exist",
            tolerated!(Misbehaviour::InvalidTransaction(TransactionError::OutputTooLarge(_))),
            |mut peer| async move {
                peer.greet().await;
                let tx = inflation();
                peer.say(&Message::Inv(vec![Inventory::Wtx(tx.wtxid())])).await;
                peer.serve(|_| Some(Message::Tx(tx.clone()))).await;
            },
        ),
        BadPeer::new(
            "serves what the honest ones have without its witness",
            tolerated!(Misbehaviour::UnrequestedTransaction),
            |mut peer| async move {
                peer.greet().await;
                peer.say(&announcement(0..100)).await;
                let known: Vec<_> = (0..100).map(transaction).collect();
                peer.serve(|entry| {
                    let asked = |tx: &&Transaction| entry == Inventory::Wtx(tx.wtxid());
                    known.iter().find(asked).map(|tx| Message::Tx(stripped(tx)))
                })
                .await;
            },
        ),
        sends(
            "a transaction in the witness format without a witness",
            tolerated!(Misbehaviour::Malformed { command: Command::Tx, why: WireError::SuperfluousWitness }),
            crafted("tx", &without_witness),
        ),
        sends(
            "a transaction with bytes behind it",
            tolerated!(Misbehaviour::Malformed { command: Command::Tx, why: WireError::TrailingBytes(3) }),
            crafted("tx", &[plain, &[1, 2, 3]].concat()),
        ),
    ]
}

/// Peers that send allowed but useless messages.
pub fn nuisances() -> Vec<BadPeer> {
    let filters = [0, u64::MAX, 1 << 63, 2_100_000_000_000_001, 3_000].map(Message::FeeFilter);
    let questions = [
        Message::GetData((0..50_000).map(made_up).collect()),
        Message::GetHeaders { locator: vec![BlockHash([9; 32]); 101], stop: BlockHash::default() },
        Message::Mempool,
        Message::GetAddr,
    ];
    let blocks = (0..50_000_u32).map(|number| {
        let mut hash = [0xbb; 32];
        hash[..4].copy_from_slice(&number.to_le_bytes());
        Inventory::Block(BlockHash(hash))
    });
    let mut unknown_kinds = vec![100];
    (0..100_u32).for_each(|kind| {
        unknown_kinds.extend((kind + 0x1000).to_le_bytes());
        unknown_kinds.extend([7; 32]);
    });
    vec![
        sends("fee filters out of range", received!("feefilter"), filters.iter().flat_map(bytes).collect()),
        sends(
            "asks for everything",
            received!("mempool"),
            questions.iter().flat_map(bytes).collect::<Vec<_>>().repeat(10),
        ),
        sends(
            "announces 50,000 blocks",
            Fate::Stays(|event| matches!(event, PeerEvent::BlockAnnounced { .. })),
            bytes(&Message::Inv(blocks.collect())),
        ),
        sends(
            "lacks 50,000 unrequested transactions",
            received!("notfound"),
            bytes(&Message::NotFound((0..50_000).map(made_up).collect())),
        ),
        sends("announces unknown kinds of things", received!("inv"), crafted("inv", &unknown_kinds)),
        sends(
            "a ping without a nonce",
            tolerated!(Misbehaviour::Malformed { command: Command::Ping, why: WireError::Truncated }),
            crafted("ping", &[]),
        ),
        sends(
            "wtxidrelay too late",
            Fate::Ends(vec![misbehaved(Misbehaviour::AfterHandshake(Command::WtxidRelay))]),
            bytes(&Message::WtxidRelay),
        ),
    ]
}

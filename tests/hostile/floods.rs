//! Peers that send too much of what is allowed, or don't answer.

use super::peers::{BadPeer, Fate, bytes, made_up};
use super::support::chain::transaction;
use super::support::{Conversation, NETWORK};
use mempulse::event::{DisconnectReason, Misbehaviour, PeerEvent};
use mempulse::wire::transaction::{InputParts, OutputParts, TxParts};
use mempulse::wire::{Inventory, Message, OutPoint, Transaction, Txid};

/// The number of transactions that the honest peer announces.
pub const HONEST: u32 = 500;

/// The number of made-up hashes that one flooder announces.
const MADE_UP: u64 = 2_000_000;

/// The number of messages in a flood.
const FLOOD: usize = 50_000;

impl Conversation {
    /// Sends a flood while it reads and answers pings.
    pub async fn flood(mut self, messages: impl Iterator<Item = Vec<u8>>) {
        for message in messages {
            if self.try_write(&message).await.is_err() {
                return;
            }
            while let Some(message) = self.heard() {
                if let Message::Ping(nonce) = message
                    && self.try_write(&bytes(&Message::Pong(nonce))).await.is_err()
                {
                    return;
                }
            }
        }
        self.behave().await;
    }

    /// Answers each requested entry by `answer`, and behaves otherwise.
    pub async fn serve(mut self, answer: impl Fn(Inventory) -> Option<Message>) {
        while let Some(message) = self.try_hear().await {
            let answers = match message {
                Message::Ping(nonce) => vec![Message::Pong(nonce)],
                Message::GetData(list) => list.into_iter().filter_map(&answer).collect(),
                _ => vec![],
            };
            for answer in answers {
                if self.try_write(&bytes(&answer)).await.is_err() {
                    return;
                }
            }
        }
    }
}

pub fn announcement(range: std::ops::Range<u32>) -> Message {
    Message::Inv(range.map(|number| Inventory::Wtx(transaction(number).wtxid())).collect())
}

/// A transaction with a witness of 1 MB: big, but no consensus rule forbids it.
fn big() -> Transaction {
    let input = InputParts {
        prevout: OutPoint { txid: Txid([0xbb; 32]), vout: 0 },
        script_sig: vec![],
        sequence: 0,
        witness: vec![vec![0x55; 1_000_000]],
    };
    let output = OutputParts { value: 1_000, script_pubkey: vec![0x51] };
    let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
    parts.build().expect("it has an input")
}

/// Peers that flood, and peers that don't have what they announce.
pub fn flooders() -> Vec<BadPeer> {
    let unrequested =
        || Fate::Stays(|event| *event == PeerEvent::Tolerated(Misbehaviour::UnrequestedTransaction));
    vec![
        BadPeer::new(
            "announces millions of made-up names",
            Fate::Stays(|event| {
                matches!(event, PeerEvent::Tolerated(Misbehaviour::TooManyAnnouncements { .. }))
            }),
            |mut peer| async move {
                peer.greet().await;
                let chunks = (0..MADE_UP / 50_000).map(|chunk| {
                    let entries = (chunk * 50_000..(chunk + 1) * 50_000).map(made_up);
                    bytes(&Message::Inv(entries.collect()))
                });
                peer.flood(chunks).await;
            },
        ),
        BadPeer::new(
            "announces what the honest one has and never serves",
            Fate::Stays(|event| matches!(event, PeerEvent::RequestTimedOut { .. })),
            |mut peer| async move {
                peer.greet().await;
                peer.insist(bytes(&announcement(0..HONEST))).await;
            },
        ),
        BadPeer::new("serves something else", unrequested(), |mut peer| async move {
            peer.greet().await;
            peer.say(&announcement(0..HONEST)).await;
            peer.serve(|_| Some(Message::Tx(transaction(900_003)))).await;
        }),
        BadPeer::new(
            "has nothing of what it announces",
            Fate::Stays(|event| matches!(event, PeerEvent::NotFound { .. })),
            |mut peer| async move {
                peer.greet().await;
                // Some that the honest peer has, and some that no peer has.
                peer.say(&announcement(0..HONEST)).await;
                peer.say(&Message::Inv((MADE_UP..MADE_UP + 100).map(made_up).collect())).await;
                peer.serve(|entry| Some(Message::NotFound(vec![entry]))).await;
            },
        ),
        BadPeer::new("sends unrequested transactions", unrequested(), |mut peer| async move {
            peer.greet().await;
            let messages = (0..1_000).map(|number| bytes(&Message::Tx(transaction(800_000 + number))));
            peer.flood(messages).await;
        }),
        BadPeer::new("sends unrequested transactions of 1 MB each", unrequested(), |mut peer| async move {
            peer.greet().await;
            let big = bytes(&Message::Tx(big()));
            peer.flood(std::iter::repeat_n(big, 30)).await;
        }),
        BadPeer::new(
            "a witness of 1 MB",
            Fate::Stays(
                |event| matches!(event, PeerEvent::Transaction { tx, .. } if tx.weight() > 1_000_000),
            ),
            |mut peer| async move {
                peer.greet().await;
                let big = big();
                peer.say(&Message::Inv(vec![Inventory::Wtx(big.wtxid())])).await;
                peer.serve(|_| Some(Message::Tx(big.clone()))).await;
            },
        ),
        BadPeer::new(
            "floods pings",
            Fate::Stays(|event| matches!(event, PeerEvent::Pong { .. })),
            |mut peer| async move {
                peer.greet().await;
                peer.flood(std::iter::repeat_n(bytes(&Message::Ping(7)).repeat(10), FLOOD / 10)).await;
            },
        ),
        BadPeer::new(
            "floods pongs",
            Fate::Stays(|event| *event == PeerEvent::Tolerated(Misbehaviour::UnexpectedPong)),
            |mut peer| async move {
                peer.greet().await;
                peer.flood(std::iter::repeat_n(bytes(&Message::Pong(7)).repeat(10), FLOOD / 10)).await;
            },
        ),
        BadPeer::new(
            "floods made-up commands",
            Fate::Stays(|event| matches!(event, PeerEvent::Traffic(traffic) if traffic.commands.len() > 10)),
            |mut peer| async move {
                peer.greet().await;
                let made_up = |number| {
                    mempulse::wire::codec::frame(NETWORK.magic(), &format!("made\x1b{number}"), &[0; 100])
                };
                peer.flood((0..FLOOD / 10).map(made_up)).await;
            },
        ),
        BadPeer::new(
            "asks and never reads",
            Fate::Ends(vec![DisconnectReason::NotReading]),
            |mut peer| async move {
                peer.greet().await;
                let pings = bytes(&Message::Ping(7)).repeat(1_000);
                while peer.try_write(&pings).await.is_ok() {}
            },
        ),
    ]
}

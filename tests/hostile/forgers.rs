//! Peers that send invalid blocks.

use super::peers::{BadPeer, Fate, bytes, invalid_block, tolerated};
use super::support::NETWORK;
use super::support::chain::{genesis, mine, transaction};
use mempulse::event::{BlockFault, Misbehaviour, PeerEvent};
use mempulse::wire::Message;
use mempulse::wire::block::BlockError;

/// Peers that send invalid blocks.
pub fn forgers() -> Vec<BadPeer> {
    vec![
        BadPeer::ends("headers without work", invalid_block(BlockError::NoWork), |mut peer| async move {
            peer.greet().await;
            let mut header = mine(genesis(), 1, vec![]).header;
            while header.check(NETWORK).is_ok() {
                header.nonce += 1;
            }
            peer.insist(bytes(&Message::Headers(vec![header]))).await;
        }),
        BadPeer::ends(
            "easy headers",
            invalid_block(BlockError::TooEasy(0x2100_ffff)),
            |mut peer| async move {
                peer.greet().await;
                let mut header = mine(genesis(), 1, vec![]).header;
                header.bits = 0x2100_ffff;
                peer.insist(bytes(&Message::Headers(vec![header]))).await;
            },
        ),
        BadPeer::ends(
            "hard headers",
            invalid_block(BlockFault::WrongDifficulty { bits: 0x201f_ffff, height: 1 }),
            |mut peer| async move {
                peer.greet().await;
                let mut header = mine(genesis(), 1, vec![]).header;
                header.bits = 0x201f_ffff;
                while header.check(NETWORK).is_err() {
                    header.nonce += 1;
                }
                peer.insist(bytes(&Message::Headers(vec![header]))).await;
            },
        ),
        BadPeer::ends(
            "headers without links",
            invalid_block(BlockFault::BrokenChain),
            |mut peer| async move {
                peer.greet().await;
                let header = mine(genesis(), 1, vec![]).header;
                peer.insist(bytes(&Message::Headers(vec![header, header]))).await;
            },
        ),
        BadPeer::new(
            "unlinked headers",
            Fate::Stays(|event| matches!(event, PeerEvent::BlockAnnounced { .. })),
            |mut peer| async move {
                peer.greet().await;
                let elsewhere = mine(mempulse::wire::BlockHash([9; 32]), 1, vec![]).header;
                peer.insist(bytes(&Message::Headers(vec![elsewhere])).repeat(20)).await;
            },
        ),
        BadPeer::ends("mutated block", invalid_block(BlockError::MerkleRoot), |mut peer| async move {
            peer.greet().await;
            let mut block = mine(genesis(), 1, vec![transaction(900_001)]);
            block.transactions[1] = transaction(900_002);
            peer.insist(bytes(&Message::Block(block))).await;
        }),
        BadPeer::new(
            "an unrequested block",
            tolerated!(Misbehaviour::UnrequestedBlock),
            |mut peer| async move {
                peer.greet().await;
                let block = mine(mempulse::wire::BlockHash([9; 32]), 1, vec![]);
                peer.insist(bytes(&Message::Block(block)).repeat(20)).await;
            },
        ),
    ]
}

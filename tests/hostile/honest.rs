//! The honest peer, of whose stream nothing must be lost.

use super::support::Conversation;
use super::support::chain::transaction;
use mempulse::wire::{Block, BlockHash, Inventory, Message, Transaction, Wtxid};
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// The number of transactions in one announcement.
const BATCH: u32 = 10;

/// Announces `count` transactions little by little, then `block`, which extends `chain`; serves all
/// of it, and answers pings.
pub async fn behave_well(mut peer: Conversation, chain: &[Block], count: u32, block: Block) {
    let mempool: HashMap<Wtxid, Transaction> =
        (0..count).map(transaction).map(|tx| (tx.wtxid(), tx)).collect();
    let mut next = 0;
    let (mut is_chain_told, mut is_block_announced) = (false, false);
    let mut pace = interval(Duration::from_millis(20));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            heard = peer.try_hear() => {
                let Some(message) = heard else { return };
                is_chain_told |= matches!(message, Message::GetHeaders { .. });
                for answer in answers(message, &mempool, chain, &block, is_block_announced) {
                    peer.say(&answer).await;
                }
            }
            _ = pace.tick(), if !is_block_announced => {
                let numbers = next..count.min(next + BATCH);
                next = numbers.end;
                if numbers.is_empty() {
                    // A block that is mined before our first sync is not new.
                    if is_chain_told {
                        is_block_announced = true;
                        peer.say(&Message::Headers(vec![block.header])).await;
                    }
                } else {
                    let entries = numbers.map(|number| Inventory::Wtx(transaction(number).wtxid()));
                    peer.say(&Message::Inv(entries.collect())).await;
                }
            }
        }
    }
}

fn answers(
    message: Message,
    mempool: &HashMap<Wtxid, Transaction>,
    chain: &[Block],
    block: &Block,
    is_block_announced: bool,
) -> Vec<Message> {
    match message {
        Message::Ping(nonce) => vec![Message::Pong(nonce)],
        Message::GetHeaders { locator, .. } => {
            let all = chain.iter().chain(is_block_announced.then_some(block));
            vec![Message::Headers(headers_after(locator.first(), all))]
        }
        Message::GetData(list) => list.into_iter().filter_map(|entry| serve(entry, mempool, block)).collect(),
        _ => vec![],
    }
}

fn headers_after<'a>(
    known: Option<&BlockHash>,
    blocks: impl Iterator<Item = &'a Block> + Clone,
) -> Vec<mempulse::wire::BlockHeader> {
    let position = blocks.clone().position(|block| Some(&block.hash) == known);
    blocks.skip(position.map_or(0, |position| position + 1)).map(|block| block.header).collect()
}

fn serve(entry: Inventory, mempool: &HashMap<Wtxid, Transaction>, block: &Block) -> Option<Message> {
    match entry {
        Inventory::Wtx(wtxid) => match mempool.get(&wtxid) {
            Some(tx) => Some(Message::Tx(tx.clone())),
            None => Some(Message::NotFound(vec![entry])),
        },
        Inventory::WitnessBlock(hash) if hash == block.hash => Some(Message::Block(block.clone())),
        _ => None,
    }
}

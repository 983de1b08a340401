//! The honest peer, whose stream must lose nothing.

use super::support::Conversation;
use super::support::chain::transaction;
use mempulse::wire::{Block, BlockHash, Inventory, Message, Transaction, Wtxid};
use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// The most headers in one message.
const MAX_HEADERS: usize = 2_000;

/// The number of transactions in one announcement.
const BATCH: u32 = 10;

/// Announces these transactions gradually, then `block`, which extends `chain`; serves all of it, and answers
/// pings.
pub async fn behave_well(mut peer: Conversation, chain: &[Block], numbers: Range<u32>, block: Block) {
    let mempool: HashMap<Wtxid, Transaction> =
        numbers.clone().map(transaction).map(|tx| (tx.wtxid(), tx)).collect();
    let mut next = numbers.start;
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
                let batch = next..numbers.end.min(next + BATCH);
                next = batch.end;
                if batch.is_empty() {
                    // A block mined before our first sync is not new.
                    if is_chain_told {
                        is_block_announced = true;
                        peer.say(&Message::Headers(vec![block.header])).await;
                    }
                } else {
                    let entries = batch.map(|number| Inventory::Wtx(transaction(number).wtxid()));
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
            vec![Message::Headers(headers_after(&locator, all))]
        }
        Message::GetData(list) => {
            list.into_iter().filter_map(|entry| serve(entry, mempool, chain, block)).collect()
        }
        _ => vec![],
    }
}

fn headers_after<'a>(
    locator: &[BlockHash],
    blocks: impl Iterator<Item = &'a Block> + Clone,
) -> Vec<mempulse::wire::BlockHeader> {
    let of = |known: &BlockHash| blocks.clone().position(|block| block.hash == *known);
    let position = locator.iter().find_map(of);
    let rest = blocks.skip(position.map_or(0, |position| position + 1));
    rest.take(MAX_HEADERS).map(|block| block.header).collect()
}

fn serve(
    entry: Inventory,
    mempool: &HashMap<Wtxid, Transaction>,
    chain: &[Block],
    block: &Block,
) -> Option<Message> {
    match entry {
        Inventory::Wtx(wtxid) => match mempool.get(&wtxid) {
            Some(tx) => Some(Message::Tx(tx.clone())),
            None => Some(Message::NotFound(vec![entry])),
        },
        Inventory::WitnessBlock(hash) => {
            let known = chain.iter().chain([block]).find(|known| known.hash == hash);
            Some(known.map_or(Message::NotFound(vec![entry]), |block| Message::Block(block.clone())))
        }
        _ => None,
    }
}

//! Turns messages into inputs of the node, with the checks that need only the message itself.
//!
//! They run in the peer's task: every peer has its own task, but there is only one node.

use crate::chain::Network;
use crate::event::{DisconnectReason, Misbehaviour};
use crate::p2p::input::Input;
use crate::wire::{Dropped, Message, WireError, compact_block};
use std::sync::Arc;

/// The name of a message without a command.
pub const NO_COMMAND: &str = "?";

/// Turns a message into an input of the node, or `None` if no part handles it.
pub fn checked(network: Network, message: Message) -> Option<Input> {
    Some(match message {
        Message::Inv(list) => Input::Inv(list),
        Message::NotFound(list) => Input::NotFound(list),
        Message::Tx(tx) => {
            let verdict = tx.check_loose();
            Input::Tx(Arc::new(tx), verdict)
        }
        Message::Headers(headers) => {
            let checked =
                headers.into_iter().map(|header| header.check(network).map(|()| (header.hash(), header)));
            Input::Headers(checked.collect())
        }
        Message::Block(block) => {
            let verdict = block.check(network);
            Input::Block(Arc::new(block), verdict)
        }
        Message::SendCmpct { version: compact_block::VERSION, .. } => Input::SendCmpct,
        Message::CmpctBlock(compact) => {
            let hash = compact.header.check(network).map(|()| compact.header.hash());
            Input::CompactBlock(Box::new(compact), hash)
        }
        Message::BlockTxn(answer) => Input::BlockTxn(answer),
        Message::Addr(list) | Message::AddrV2(list) => Input::Addresses(list),
        Message::FeeFilter(sat_per_kvb) => Input::FeeFilter(sat_per_kvb),
        Message::Pong(nonce) => Input::Pong(nonce),
        _ => return None,
    })
}

/// Judges a message that could not be parsed: tolerated, or a reason to disconnect if Core would.
pub fn judge(dropped: Dropped) -> Result<Misbehaviour, DisconnectReason> {
    match dropped {
        Dropped::BadChecksum(command) => Ok(Misbehaviour::BadChecksum(command)),
        Dropped::NoCommand => Ok(Misbehaviour::NoCommand),
        Dropped::Malformed { command, why: WireError::TooManyEntries { count, .. } } => {
            let what = Misbehaviour::TooManyEntries { command, count };
            Err(DisconnectReason::Misbehaved(what))
        }
        Dropped::Malformed { command, why } => {
            let what = Misbehaviour::Malformed { command, why };
            match why {
                WireError::AnnounceFlag(_) | WireError::IndexOutOfBlock(_) | WireError::EmptyBlock => {
                    Err(DisconnectReason::Misbehaved(what))
                }
                _ => Ok(what),
            }
        }
    }
}

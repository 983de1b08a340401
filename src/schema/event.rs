//! Events as messages.

use crate::event::{
    AddressCounts, BootstrapProgress, Event, EventKind, KnownOutput, MissingBlocks, PeerId, Tip,
};
use crate::schema::error::SchemaError;
use crate::schema::message::{self, event::Kind};
use crate::schema::values::{bytes, decode_blocks, encode_blocks, id, ids, required, size, time};
use crate::schema::{enums, peer, restored, sensor, warning};
use crate::util::time::WallOffset;
use crate::wire::{Block, BlockHash, OutPoint, Txid};
use std::sync::Arc;

pub(super) fn encode(event: &Event) -> Option<message::Event> {
    let kind = match &event.kind {
        EventKind::Peer(PeerId(id), event) => {
            Kind::Peer(message::PeerEvent { peer: *id, kind: Some(peer::encode(event)) })
        }
        EventKind::Seed { name, answer } => Kind::Seed(warning::encode_seed(name, answer)),
        EventKind::Addresses(counts) => {
            let networks = counts.iter().map(encode_counts).collect();
            Kind::Addresses(message::Addresses { networks })
        }
        EventKind::Warning(problem) => Kind::Warning(warning::encode(problem)?),
        EventKind::WallClock(offset) => Kind::WallClock(message::WallClock { ahead_us: offset.as_micros() }),
        EventKind::Tip(tip) => Kind::Tip(encode_tip(tip)),
        EventKind::Block { peer, height, block } => Kind::Block(encode_block(*peer, *height, block)),
        EventKind::MissingBlocks(missing) => {
            Kind::MissingBlocks(missing.map_or_else(Default::default, |missing| message::MissingBlocks {
                height: missing.height,
                hash: bytes(&missing.hash.0),
                count: missing.count,
                since_us: missing.since.as_micros(),
            }))
        }
        EventKind::BlocksDisconnected { blocks, tip } => {
            Kind::BlocksDisconnected(message::BlocksDisconnected {
                blocks: Some(encode_blocks(blocks)),
                tip: Some(encode_tip(tip)),
            })
        }
        EventKind::PastBlock { peer, height, block } => Kind::PastBlock(encode_block(*peer, *height, block)),
        &EventKind::Backfill { fetched, requested, given_up } => {
            Kind::Backfill(message::Backfill { fetched, requested, given_up })
        }
        EventKind::Bootstrap(BootstrapProgress { listed, fetched, done }) => {
            Kind::Bootstrap(message::Bootstrap {
                listed: *listed as u64,
                fetched: *fetched as u64,
                done: *done,
            })
        }
        EventKind::Restored(part) => Kind::Restored(restored::encode(part)),
        EventKind::CatchUp(catch_up) => Kind::CatchUp(restored::encode_catch_up(*catch_up)),
        EventKind::KnownOutputs(outputs) => Kind::KnownOutputs(encode_outputs(outputs)),
        EventKind::Sensor(id, event) => Kind::Sensor(sensor::encode(*id, event)?),
    };
    Some(message::Event { time_us: event.time.as_micros(), kind: Some(kind) })
}

pub(super) fn decode(message: message::Event) -> Result<Option<Event>, SchemaError> {
    let message::Event { time_us, kind } = message;
    let Some(kind) = kind else { return Ok(None) };
    let kind = match kind {
        Kind::Peer(message::PeerEvent { peer: id, kind }) => {
            let Some(kind) = kind else { return Ok(None) };
            EventKind::Peer(PeerId(id), peer::decode(kind)?)
        }
        Kind::Seed(seed) => {
            let (name, answer) = warning::decode_seed(seed)?;
            EventKind::Seed { name, answer }
        }
        Kind::Addresses(message::Addresses { networks }) => {
            EventKind::Addresses(networks.iter().map(decode_counts).collect::<Result<_, _>>()?)
        }
        Kind::Warning(problem) => match warning::decode(problem)? {
            Some(warning) => EventKind::Warning(warning),
            None => return Ok(None),
        },
        Kind::WallClock(message::WallClock { ahead_us }) => {
            EventKind::WallClock(WallOffset::from_micros(ahead_us))
        }
        Kind::Tip(tip) => EventKind::Tip(decode_tip(&tip)?),
        Kind::Block(block) => {
            let (peer, height, block) = decode_block(&block)?;
            EventKind::Block { peer, height, block }
        }
        Kind::MissingBlocks(missing) if missing.hash.is_empty() => EventKind::MissingBlocks(None),
        Kind::MissingBlocks(missing) => EventKind::MissingBlocks(Some(MissingBlocks {
            height: missing.height,
            hash: BlockHash(id(&missing.hash)?),
            count: missing.count,
            since: time(missing.since_us),
        })),
        Kind::BlocksDisconnected(message::BlocksDisconnected { blocks, tip }) => {
            EventKind::BlocksDisconnected {
                blocks: decode_blocks(blocks)?,
                tip: decode_tip(&required(tip, "tip")?)?,
            }
        }
        Kind::PastBlock(block) => {
            let (peer, height, block) = decode_block(&block)?;
            EventKind::PastBlock { peer, height, block }
        }
        Kind::Backfill(message::Backfill { fetched, requested, given_up }) => {
            EventKind::Backfill { fetched, requested, given_up }
        }
        Kind::Bootstrap(message::Bootstrap { listed, fetched, done }) => {
            EventKind::Bootstrap(BootstrapProgress { listed: size(listed)?, fetched: size(fetched)?, done })
        }
        Kind::Restored(part) => match restored::decode(part)? {
            Some(part) => EventKind::Restored(part),
            None => return Ok(None),
        },
        Kind::CatchUp(catch_up) => EventKind::CatchUp(restored::decode_catch_up(catch_up)?),
        Kind::KnownOutputs(outputs) => EventKind::KnownOutputs(decode_outputs(&outputs)?),
        Kind::Sensor(event) => match sensor::decode(event)? {
            Some(kind) => kind,
            None => return Ok(None),
        },
    };
    Ok(Some(Event { time: time(time_us), kind }))
}

fn encode_counts(counts: &AddressCounts) -> message::AddressCounts {
    message::AddressCounts {
        network: message::AddressNetwork::from(counts.network).into(),
        untried: counts.untried as u64,
        good: counts.good as u64,
        failing: counts.failing as u64,
    }
}

fn decode_counts(counts: &message::AddressCounts) -> Result<AddressCounts, SchemaError> {
    Ok(AddressCounts {
        network: enums::of::<message::AddressNetwork, _>(counts.network, "network")?,
        untried: size(counts.untried)?,
        good: size(counts.good)?,
        failing: size(counts.failing)?,
    })
}

fn encode_tip(tip: &Tip) -> message::Tip {
    message::Tip { hash: bytes(&tip.hash.0), height: tip.height, time: tip.time }
}

fn decode_tip(tip: &message::Tip) -> Result<Tip, SchemaError> {
    Ok(Tip { hash: BlockHash(id(&tip.hash)?), height: tip.height, time: tip.time })
}

fn encode_block(PeerId(peer): PeerId, height: u32, block: &Block) -> message::Block {
    let mut raw = Vec::with_capacity(block.size as usize);
    block.encode(&mut raw);
    message::Block { peer, height, raw: raw.into() }
}

/// Parses a block, and checks that it has a coinbase, on which all users of blocks rely.
fn decode_block(message: &message::Block) -> Result<(PeerId, u32, Arc<Block>), SchemaError> {
    let block = Block::parse(&message.raw)?;
    if block.transactions.is_empty() {
        return Err(SchemaError::Impossible("block without transactions"));
    }
    Ok((PeerId(message.peer), message.height, Arc::new(block)))
}

fn encode_outputs(outputs: &[KnownOutput]) -> message::KnownOutputs {
    let txids: Vec<u8> = outputs.iter().flat_map(|output| output.outpoint.txid.0).collect();
    message::KnownOutputs {
        txids: txids.into(),
        vouts: outputs.iter().map(|output| output.outpoint.vout).collect(),
        values: outputs.iter().map(|output| output.value).collect(),
    }
}

fn decode_outputs(message: &message::KnownOutputs) -> Result<Vec<KnownOutput>, SchemaError> {
    let message::KnownOutputs { txids, vouts, values } = message;
    let txids = ids(txids)?;
    if vouts.len() != txids.len() || values.len() != txids.len() {
        return Err(SchemaError::Impossible("list of outputs"));
    }
    let all = txids.iter().zip(vouts).zip(values);
    let output = |((txid, &vout), &value): ((&[u8; 32], _), _)| KnownOutput {
        outpoint: OutPoint { txid: Txid(*txid), vout },
        value,
    };
    Ok(all.map(output).collect())
}

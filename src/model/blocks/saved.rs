//! The figures of the last blocks as bytes, so that they survive a restart. Their arrival is not saved: the
//! mempool of that time is gone.
//!
//! ```text
//! (height 4 · hash 32 · previous 32 · time 4 · size 4 · weight 4 · paying weight 4 · transactions 4
//!   · subsidy 8 · fees 8 · pool 1+n · tag 1+n) …
//! ```
//! Numbers are little-endian; unknown fees are `u64::MAX`; a text is preceded by its length.

use crate::chain::pools;
use crate::model::blocks::figures::BlockFigures;
use crate::util::text::clean;
use crate::wire::BlockHash;

/// The longest pool name and tag, in bytes.
const MAX_TEXT: usize = 160;

/// The longest encoding of a block, in bytes.
pub(super) const LONGEST: usize = 4 + 32 + 32 + 5 * 4 + 2 * 8 + 2 * (1 + MAX_TEXT);

/// Stands for unknown fees.
const UNKNOWN: u64 = u64::MAX;

/// Appends the figures of a block to `bytes`.
pub(super) fn encode(figures: &BlockFigures, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&figures.height.to_le_bytes());
    bytes.extend_from_slice(&figures.hash.0);
    bytes.extend_from_slice(&figures.previous.0);
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let numbers = [
        figures.time,
        figures.size,
        small(figures.weight),
        small(figures.paying_weight),
        small(figures.transactions as u64),
    ];
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend_from_slice(&figures.subsidy.to_le_bytes());
    bytes.extend_from_slice(&figures.fees.unwrap_or(UNKNOWN).to_le_bytes());
    for text in [figures.pool.unwrap_or_default(), &figures.tag] {
        // A tag has at most 40 ASCII characters; anything longer is dropped.
        let text = if text.len() <= MAX_TEXT { text.as_bytes() } else { &[] };
        bytes.push(u8::try_from(text.len()).unwrap_or_default());
        bytes.extend_from_slice(text);
    }
}

/// Decodes the figures of a block from the start of `bytes`; `None` if they are anything else.
pub(super) fn decode(bytes: &mut &[u8]) -> Option<BlockFigures> {
    let height = u32::from_le_bytes(take(bytes)?);
    let [hash, previous] = [take(bytes)?, take(bytes)?].map(BlockHash);
    let mut number = || Some(u32::from_le_bytes(take(bytes)?));
    let [time, size, weight, paying_weight, transactions] =
        [number()?, number()?, number()?, number()?, number()?];
    let [subsidy, fees] = [take(bytes)?, take(bytes)?].map(u64::from_le_bytes);
    let [pool, tag] = [text(bytes)?, text(bytes)?];
    Some(BlockFigures {
        hash,
        height,
        previous,
        time,
        size,
        weight: weight.into(),
        paying_weight: paying_weight.into(),
        transactions: usize::try_from(transactions).ok()?,
        subsidy,
        fees: Some(fees).filter(|fees| *fees != UNKNOWN),
        pool: pools::named(&pool),
        tag,
        arrival: None,
        stale: false,
    })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

/// Decodes a text, sanitised whatever the file contains.
fn text(bytes: &mut &[u8]) -> Option<String> {
    let [length] = take(bytes)?;
    let (text, rest) = bytes.split_at_checked(length.into())?;
    *bytes = rest;
    Some(clean(text, MAX_TEXT))
}

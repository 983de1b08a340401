//! A list of announcements in few bytes, as a thousand peers may announce each of many transactions.
//!
//! Each is two numbers of variable length: by how much the number of its peer, and its delay, differ from those of the
//! announcement before. With a few peers that takes two or three bytes, with a thousand about three.

use std::mem;

/// Numbers of peers with delays in ms, in the order in which they were added.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Packed {
    /// With no room to spare: the room costs more than the moves.
    bytes: Box<[u8]>,
}

impl Packed {
    /// Adds an announcement after `last`, the last one of [`Packed::iter`].
    pub(super) fn push(&mut self, last: Option<(u32, u32)>, peer: u32, delay: u32) {
        let (last_peer, last_delay) = last.unwrap_or_default();
        let differences = [difference(last_peer, peer), difference(last_delay, delay)];
        let mut bytes = Vec::from(mem::take(&mut self.bytes));
        bytes.reserve_exact(differences.into_iter().map(length).sum());
        for number in differences {
            encode(&mut bytes, number);
        }
        self.bytes = bytes.into();
    }

    /// The announcements.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        let (mut rest, mut last) = (&*self.bytes, (0, 0));
        std::iter::from_fn(move || {
            let (peer, delay) = (decode(&mut rest)?, decode(&mut rest)?);
            last = (sum(last.0, peer), sum(last.1, delay));
            Some(last)
        })
    }

    /// The number of bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        self.bytes.len()
    }
}

/// The difference with its sign in the lowest bit, so that small ones are small numbers.
fn difference(from: u32, to: u32) -> u64 {
    let difference = i64::from(to) - i64::from(from);
    (difference.unsigned_abs() << 1) | u64::from(difference < 0)
}

fn sum(from: u32, difference: u64) -> u32 {
    // Never more than 32 bits, as `difference` made it.
    let distance = u32::try_from(difference >> 1).unwrap_or(u32::MAX);
    if difference & 1 == 0 { from.saturating_add(distance) } else { from.saturating_sub(distance) }
}

/// The number of bytes of an encoded number.
fn length(number: u64) -> usize {
    let bits = u64::BITS - number.leading_zeros();
    bits.div_ceil(7).max(1) as usize
}

/// Appends seven bits at a time, the lowest first; the highest bit says that more follow.
fn encode(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn decode(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pack(announcements: &[(u32, u32)]) -> Packed {
        let (mut all, mut last) = (Packed::default(), None);
        for &(peer, delay) in announcements {
            all.push(last, peer, delay);
            last = Some((peer, delay));
        }
        all
    }

    #[test]
    fn a_thousand_peers_take_three_bytes_each() {
        // In an order without order, within ten seconds.
        let list: Vec<_> = (0..1_000).map(|number| (50_000 + number * 7_919 % 1_000, number * 10)).collect();
        let memory = pack(&list).memory();
        assert!(memory < 3_100, "{memory}");
    }

    proptest! {
        #[test]
        fn what_was_added_is_there_in_its_order(list: Vec<(u32, u32)>) {
            let packed = pack(&list);
            prop_assert!(packed.memory() <= list.len() * 10, "two differences of 33 bits");
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), list);
        }

        #[test]
        fn so_it_is_at_the_ends_of_the_range(list in prop::collection::vec(
            (prop::sample::select(vec![0, 1, u32::MAX]), prop::sample::select(vec![0, 1, u32::MAX])), 0..9)) {
            prop_assert_eq!(pack(&list).iter().collect::<Vec<_>>(), list);
        }
    }
}

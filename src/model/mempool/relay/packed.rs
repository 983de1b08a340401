//! A compact list of announcements, as a thousand peers may announce each of many transactions.
//!
//! The peers' numbers come first, each in as many bytes as the largest needs, so that a search compares many
//! in one step. Then come the differences between consecutive delays, as variable-length integers. An
//! announcement takes two or three bytes with a few peers, and about three with a thousand.

use std::mem;

/// A list of this many bytes has some room to spare when it grows: to allocate as much for each announcement would cost
/// more than this room.
const LONG: usize = 512;

/// That room, in bytes.
const ROOM: u8 = 64;

/// Numbers of peers with delays in ms, in the order in which they were added.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Packed {
    /// Room to spare comes last.
    bytes: Box<[u8]>,
    /// The delay of the last announcement.
    last_delay: u32,
    count: u16,
    /// The number of bytes per peer number.
    width: u8,
    /// The bytes of the room to spare.
    spare: u8,
}

impl Packed {
    /// Adds an announcement.
    pub(super) fn push(&mut self, peer: u32, delay: u32) {
        self.widen(width_of(peer));
        let difference = difference(self.last_delay, delay);
        let width = usize::from(self.width);
        let needed = width + length(difference);
        let mut bytes = mem::take(&mut self.bytes).into_vec();
        bytes.truncate(bytes.len() - usize::from(self.spare));
        if usize::from(self.spare) < needed {
            self.spare = if bytes.len() < LONG { 0 } else { ROOM };
            bytes.reserve_exact(needed + usize::from(self.spare));
        } else {
            // It fits, so it is not more than there is.
            self.spare -= u8::try_from(needed).unwrap_or(self.spare);
        }
        encode(&mut bytes, difference);
        let (at, end) = (self.len() * width, bytes.len());
        bytes.resize(end + width, 0);
        bytes.copy_within(at..end, at + width);
        bytes[at..at + width].copy_from_slice(&peer.to_le_bytes()[..width]);
        bytes.resize(bytes.len() + usize::from(self.spare), 0);
        self.bytes = bytes.into();
        self.last_delay = delay;
        self.count += 1;
    }

    /// Widens peer numbers to `width` bytes.
    fn widen(&mut self, width: u8) {
        if width <= self.width {
            return;
        }
        let (old, new) = (usize::from(self.width), usize::from(width));
        let used = self.bytes.len() - usize::from(self.spare);
        let (peers, delays) = self.bytes[..used].split_at(self.len() * old);
        let mut bytes = Vec::with_capacity(self.len() * new + delays.len());
        for peer in numbers(peers, old) {
            bytes.extend_from_slice(&peer.to_le_bytes()[..new]);
        }
        bytes.extend_from_slice(delays);
        (self.bytes, self.width, self.spare) = (bytes.into(), width, 0);
    }

    /// Returns whether there is an announcement by a peer.
    pub(super) fn contains(&self, peer: u32) -> bool {
        if width_of(peer) > self.width {
            return false;
        }
        let width = usize::from(self.width);
        let peers = &self.bytes[..self.len() * width];
        // To compare all takes less time than to stop at the first one that is equal.
        match peer.to_le_bytes() {
            [low, ..] if width == 1 => peers.contains(&low),
            [low, high, ..] if width == 2 => {
                let (peers, peer) = (peers.as_chunks().0, u16::from_le_bytes([low, high]));
                peers.iter().fold(false, |found, other| found | (u16::from_le_bytes(*other) == peer))
            }
            // Those of sensors.
            _ if width == 4 => {
                let peers = peers.as_chunks().0;
                peers.iter().fold(false, |found, other| found | (u32::from_le_bytes(*other) == peer))
            }
            _ => numbers(peers, width).any(|other| other == peer),
        }
    }

    /// The announcements.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        let width = usize::from(self.width);
        let (peers, mut delays) = self.bytes.split_at(self.len() * width);
        let mut delay = 0;
        numbers(peers, width).map_while(move |peer| {
            delay = sum(delay, decode(&mut delays)?);
            Some((peer, delay))
        })
    }

    /// The number of announcements.
    pub(super) fn len(&self) -> usize {
        self.count.into()
    }

    /// The number of bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        self.bytes.len()
    }
}

/// The number of bytes that a peer number needs.
fn width_of(peer: u32) -> u8 {
    let bits = u32::BITS - peer.leading_zeros();
    u8::try_from(bits.div_ceil(8).max(1)).unwrap_or(u8::MAX)
}

/// Reads numbers of `width` bytes each.
fn numbers(bytes: &[u8], width: usize) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(width.max(1)).map(|bytes| {
        let mut number = [0; 4];
        number.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        u32::from_le_bytes(number)
    })
}

/// The difference with its sign in the lowest bit, so that small differences are small numbers.
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
        let mut all = Packed::default();
        for &(peer, delay) in announcements {
            all.push(peer, delay);
        }
        all
    }

    #[test]
    fn a_thousand_peers_take_three_bytes_each() {
        // Unsorted, within ten seconds.
        let list: Vec<_> = (0..1_000).map(|number| (50_000 + number * 7_919 % 1_000, number * 10)).collect();
        let memory = pack(&list).memory();
        assert!(memory < 3_100, "{memory}");
    }

    proptest! {
        #[test]
        fn what_was_added_is_there_in_its_order(list: Vec<(u32, u32)>) {
            let packed = pack(&list);
            let most = list.len() * 10 + usize::from(ROOM);
            prop_assert!(packed.memory() <= most, "32 bits, a difference of 33, and the room");
            prop_assert_eq!(packed.len(), list.len());
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), list);
        }

        #[test]
        fn so_it_is_at_the_ends_of_the_range(list in prop::collection::vec(
            (prop::sample::select(vec![0, 1, u32::MAX]), prop::sample::select(vec![0, 1, u32::MAX])), 0..9)) {
            prop_assert_eq!(pack(&list).iter().collect::<Vec<_>>(), list);
        }

        #[test]
        fn a_peer_is_found_if_it_was_added(
            list in prop::collection::vec(number(), 0..40), others in prop::collection::vec(number(), 0..40)) {
            let packed = pack(&list.iter().map(|&peer| (peer, 7)).collect::<Vec<_>>());
            for peer in list.iter().chain(&others) {
                prop_assert_eq!(packed.contains(*peer), list.contains(peer), "{}", peer);
            }
        }
    }

    /// A peer number of one to four bytes.
    fn number() -> impl Strategy<Value = u32> {
        (any::<u32>(), 0..u32::BITS).prop_map(|(number, shift)| number >> shift)
    }
}

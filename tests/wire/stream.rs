//! The decoder: any chunks, any garbage, bounded memory.

use crate::generate::{MAGIC, apply_all, message, mutation};
use mempulse::wire::codec::{MAX_PAYLOAD, frame};
use mempulse::wire::{Command, Decoded, Decoder, FrameError, Message};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Known and unknown frames.
fn frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let unknown = (proptest::string::string_regex("[A-Z][a-z]{0,11}").unwrap(), vec(any::<u8>(), 0..200))
        .prop_map(|(command, payload)| frame(MAGIC, &command, &payload));
    let known = message().prop_map(|message| message.encode(MAGIC));
    vec(prop_oneof![3 => known, 1 => unknown], 1..8)
}

/// The result of decoding `bytes` in chunks of the sizes that `sizes` yields.
pub fn decoded(bytes: &[u8], mut sizes: impl Iterator<Item = usize>) -> (Vec<Decoded>, Option<FrameError>) {
    let mut decoder = Decoder::new(MAGIC);
    let mut all = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (chunk, tail) = rest.split_at(sizes.next().unwrap().clamp(1, rest.len()));
        decoder.extend(chunk);
        rest = tail;
        loop {
            match decoder.next() {
                Ok(Some(one)) => all.push(one),
                Ok(None) => break,
                Err(error) => return (all, Some(error)),
            }
        }
    }
    (all, None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_bytes_give_the_same_messages_in_every_chunk_size(frames in frames()) {
        let bytes = frames.concat();
        let (whole, error) = decoded(&bytes, std::iter::repeat(bytes.len()));
        prop_assert_eq!(error, None);
        prop_assert_eq!(whole.len(), frames.len());
        for (one, frame) in whole.iter().zip(&frames) {
            prop_assert_eq!(one.size as usize, frame.len());
            let message = one.content.as_ref().unwrap();
            if !matches!(message, Message::Unknown { .. }) {
                prop_assert_eq!(&message.encode(MAGIC), frame);
            }
        }
        for size in (1..40).chain([63, 64, 65, 255, 1_000]) {
            prop_assert_eq!(&decoded(&bytes, std::iter::repeat(size)).0, &whole, "chunks of {}", size);
        }
    }

    #[test]
    fn the_same_garbage_fails_alike_in_every_chunk_size(
        frames in frames(),
        mutations in vec(mutation(), 1..6),
        sizes in vec(1..200_usize, 1..20),
    ) {
        let mut bytes = frames.concat();
        apply_all(&mutations, &mut bytes);
        let whole = decoded(&bytes, std::iter::repeat(bytes.len()));
        prop_assert_eq!(decoded(&bytes, sizes.iter().copied().cycle()), whole.clone());
        prop_assert_eq!(decoded(&bytes, std::iter::repeat(1)), whole);
    }

    #[test]
    fn a_changed_payload_costs_no_other_message(frames in frames(), mutation in mutation()) {
        let mut bytes = frames.concat();
        let intact = decoded(&bytes, std::iter::repeat(bytes.len())).0;
        let first = frames[0].len();
        mutation.apply(&mut bytes[24..first]);
        let (after, error) = decoded(&bytes, std::iter::repeat(bytes.len()));
        prop_assert_eq!(error, None);
        prop_assert_eq!(&after[1..], &intact[1..]);
        let is_known = !matches!(intact[0].content, Ok(Message::Unknown { .. }));
        prop_assert_eq!(after[0].content.is_err(), is_known && first > 24);
    }

    #[test]
    fn random_bytes_end_the_stream_or_wait(bytes in vec(any::<u8>(), 0..2_000), with_magic in any::<bool>()) {
        let bytes = if with_magic { [&MAGIC, &bytes[..]].concat() } else { bytes };
        let (all, error) = decoded(&bytes, std::iter::repeat(7));
        let read: usize = all.iter().map(|one| one.size as usize).sum();
        prop_assert!(read <= bytes.len());
        if let Some(FrameError::TooLong(length)) = error {
            prop_assert!(length > MAX_PAYLOAD);
        }
    }

    #[test]
    fn memory_follows_what_came_and_not_what_was_promised(
        command in prop_oneof![Just("inv"), Just("tx"), Just("block"), Just("whatever")],
        length in 0..=MAX_PAYLOAD,
        came in 0..300_000_usize,
    ) {
        let mut header = frame(MAGIC, command, &[]);
        header[16..20].copy_from_slice(&length.to_le_bytes());
        let mut decoder = Decoder::new(MAGIC);
        decoder.extend(&header);
        let mut left = came.min(length.saturating_sub(1) as usize);
        while left > 0 {
            prop_assert_eq!(decoder.next(), Ok(None));
            let buffer = decoder.buffer();
            let chunk = left.min(buffer.capacity() - buffer.len());
            buffer.resize(buffer.len() + chunk, 0);
            left -= chunk;
        }
        prop_assert!(decoder.buffer().capacity() <= 2 * came + 512 * 1024);
    }
}

#[test]
fn every_chunk_size_gives_every_kind_of_message() {
    let mut runner = TestRunner::deterministic();
    let mut samples: Vec<Message> = Vec::new();
    while samples.len() < Command::ALL.len() {
        let sample = message().new_tree(&mut runner).unwrap().current();
        let is_short = sample.encode(MAGIC).len() < 400;
        if is_short && samples.iter().all(|other| other.command() != sample.command()) {
            samples.push(sample);
        }
    }
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.encode(MAGIC)).collect();
    for size in 1..=bytes.len() {
        let (all, error) = decoded(&bytes, std::iter::repeat(size));
        assert_eq!(error, None);
        let messages: Vec<_> = all.into_iter().map(|one| one.content.unwrap()).collect();
        assert_eq!(messages, samples, "chunks of {size}");
    }
}

//! Payloads on their own: what was written is read back, and anything else does no harm.

use crate::generate::{apply_all, message, mutation};
use mempulse::wire::{Command, Message, WireError};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::HashSet;

fn command(message: &Message) -> Command {
    Command::from_name(message.command()).unwrap()
}

fn payload(message: &Message) -> Vec<u8> {
    let mut payload = Vec::new();
    message.encode_payload(&mut payload);
    payload
}

proptest! {
    #[test]
    fn what_was_written_is_read(message in message()) {
        prop_assert_eq!(Message::decode(command(&message), &payload(&message)), Ok(message));
    }

    #[test]
    fn a_payload_that_ends_early_is_refused(message in message(), cut in any::<proptest::sample::Index>()) {
        let payload = payload(&message);
        prop_assume!(!payload.is_empty());
        let read = Message::decode(command(&message), &payload[..cut.index(payload.len())]);
        match message {
            // Old versions end earlier.
            Message::Version(_) => {}
            // The witness marker alone is no witness; everything else ends too early.
            _ => prop_assert!(matches!(read, Err(WireError::Truncated)), "{:?}", read),
        }
    }

    #[test]
    fn what_is_read_from_a_changed_payload_has_one_meaning(
        message in message(),
        mutations in vec(mutation(), 1..4),
    ) {
        let mut bytes = payload(&message);
        apply_all(&mutations, &mut bytes);
        if let Ok(read) = Message::decode(command(&message), &bytes) {
            prop_assert_eq!(Message::decode(command(&read), &payload(&read)), Ok(read));
        }
    }

    #[test]
    fn bytes_after_the_end_spoil_only_what_is_kept_whole(message in message(), extra in 1..9_usize) {
        let mut bytes = payload(&message);
        bytes.resize(bytes.len() + extra, 0);
        let read = Message::decode(command(&message), &bytes);
        match message {
            Message::Tx(_) | Message::Block(_) => prop_assert_eq!(read, Err(WireError::TrailingBytes(extra))),
            _ => prop_assert_eq!(read, Ok(message)),
        }
    }

    #[test]
    fn no_bytes_at_all_bring_a_reader_down(bytes in vec(any::<u8>(), 0..400)) {
        for &command in Command::ALL {
            if let Ok(message) = Message::decode(command, &bytes) {
                let _ = message.summary();
            }
        }
    }

    #[test]
    fn a_summary_is_short_and_harmless(message in message()) {
        let summary = message.summary();
        prop_assert!(summary.chars().count() <= 40, "{}", summary);
        prop_assert!(!summary.contains(char::is_control), "{:?}", summary);
    }
}

#[test]
fn every_command_has_a_message_that_names_it() {
    let mut runner = TestRunner::deterministic();
    let mut seen = HashSet::new();
    for _ in 0..2_000 {
        let tree = message().new_tree(&mut runner).unwrap();
        seen.insert(command(&tree.current()));
    }
    assert_eq!(seen.len(), Command::ALL.len());
}

#[test]
fn lists_beyond_their_limits_and_lists_that_end_early_have_different_errors() {
    for (name, limit, entry) in [
        ("inv", 50_000_u32, 36),
        ("getdata", 50_000, 36),
        ("notfound", 50_000, 36),
        ("addr", 1_000, 30),
        ("headers", 2_000, 81),
    ] {
        let command = Command::from_name(name).unwrap();
        let list = |count: u32, entries: u32| {
            let mut bytes = vec![0xfd];
            bytes.extend_from_slice(&u16::try_from(count).unwrap().to_le_bytes());
            bytes.resize(3 + (entries * entry) as usize, 0);
            Message::decode(command, &bytes)
        };
        assert!(list(limit, limit).is_ok(), "{name}");
        let too_many = WireError::TooManyEntries { count: u64::from(limit) + 1, limit: limit as usize };
        assert_eq!(list(limit + 1, limit + 1), Err(too_many), "{name}");
        assert_eq!(list(limit + 1, limit), Err(WireError::Truncated), "{name}");
    }
}

//! The journal file survives damage, crashes, full disks and growth.

mod runs;

use super::batch::Batch;
use super::frame::{Frames, HEADER, check_header, seal};
use super::journal::Journal;
use super::replay::{Replay, Survey};
use super::*;
use crate::event::{Damage, Knowledge, RestoredTx, Saved};
use crate::model::testing::loose;
use crate::wire::BlockHash;
use std::fs;
use tempfile::TempDir;

const NET: Network = Network::Regtest;
const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn tx(number: u32) -> RestoredTx {
    let knowledge =
        Knowledge { announcers: 3, is_proven: true, lower: 0, upper: 9, input_values: vec![(0, 10_000)] };
    RestoredTx { tx: loose(number), first_seen: NOW + Duration::from_secs(number.into()), knowledge }
}

fn adds(numbers: impl IntoIterator<Item = u32>) -> Batch {
    Batch { time: NOW, added: numbers.into_iter().map(tx).collect(), ..Batch::default() }
}

fn removes(numbers: impl IntoIterator<Item = u32>) -> Batch {
    let removed = numbers.into_iter().map(|number| loose(number).txid()).collect();
    Batch { time: NOW, removed, ..Batch::default() }
}

fn block(height: u32) -> (u32, BlockHash) {
    (height, BlockHash([height.to_le_bytes()[0]; 32]))
}

fn journal(dir: &TempDir) -> Journal {
    Journal::new(journal_path(dir.path(), NET), NET)
}

/// What a new process restores.
fn loaded(dir: &TempDir) -> (Vec<RestoredTx>, Option<Saved>, Result<(), StoreFailure>) {
    loaded_in(dir.path())
}

fn loaded_in(dir: &Path) -> (Vec<RestoredTx>, Option<Saved>, Result<(), StoreFailure>) {
    let (mut txs, mut saved) = (Vec::new(), None);
    let result = Journal::new(journal_path(dir, NET), NET).load(|part| {
        match part {
            Restored::Transactions(slice) => txs.extend(slice),
            Restored::Complete(state) => saved = Some(state),
            Restored::Nothing | Restored::Continue => {}
        }
        true
    });
    (txs, saved, result)
}

fn txs(numbers: impl IntoIterator<Item = u32>) -> Vec<RestoredTx> {
    numbers.into_iter().map(tx).collect()
}

#[test]
fn what_was_written_is_restored_as_it_was_last() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(loaded(&dir), (vec![], None, Ok(())), "there is none yet");
    let mut journal = journal(&dir);
    journal.append(&Batch { blocks: vec![block(1), block(2)], ..adds(1..=3) }).unwrap();
    let known = Knowledge { announcers: 9, ..Knowledge::default() };
    let updated = vec![(loose(3).txid(), known.clone()), (loose(99).txid(), known.clone())];
    let later = NOW + Duration::from_mins(1);
    journal.append(&Batch { time: later, updated, blocks: vec![block(3)], ..removes([2]) }).unwrap();
    let expected = vec![tx(1), RestoredTx { knowledge: known, ..tx(3) }];
    let saved = Saved { time: later, blocks: vec![block(3), block(2), block(1)] };
    assert_eq!(loaded(&dir), (expected, Some(saved), Ok(())));
}

#[test]
fn a_write_that_is_cut_anywhere_leaves_what_was_before() {
    let dir = tempfile::tempdir().unwrap();
    let file = journal_path(dir.path(), NET);
    let mut journal = journal(&dir);
    let mut ends = Vec::new();
    for number in 1..=3 {
        journal.append(&adds([number])).unwrap();
        ends.push(fs::read(&file).unwrap().len());
    }
    let whole = fs::read(&file).unwrap();
    for length in 0..whole.len() {
        fs::write(&file, &whole[..length]).unwrap();
        let (restored, _, result) = loaded(&dir);
        let complete = u32::try_from(ends.iter().filter(|&&end| end <= length).count()).unwrap();
        assert_eq!(restored, txs(1..=complete), "of {length} bytes");
        if length == 0 || length == HEADER || ends.contains(&length) {
            assert_eq!(result, Ok(()));
        } else if length > HEADER {
            let bytes = length - ends.iter().rfind(|&&end| end <= length).copied().unwrap_or(HEADER);
            assert_eq!(result, Err(StoreFailure::Cut { bytes: bytes as u64 }));
        } else {
            assert!(matches!(result, Err(StoreFailure::Damaged { .. })), "{result:?}");
        }
    }
}

#[test]
fn no_damaged_byte_makes_a_wrong_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let file = journal_path(dir.path(), NET);
    let mut journal = journal(&dir);
    for number in 1..=3 {
        journal.append(&Batch { blocks: vec![block(number)], ..adds([number]) }).unwrap();
    }
    let whole = fs::read(&file).unwrap();
    for at in 0..whole.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            fs::write(&file, &damaged).unwrap();
            let (restored, _, result) = loaded(&dir);
            let count = u32::try_from(restored.len()).unwrap();
            assert!(count < 3 && restored == txs(1..=count), "byte {at}");
            assert!(result.is_err(), "byte {at}");
        }
    }
}

#[test]
fn after_a_damaged_tail_the_journal_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let file = journal_path(dir.path(), NET);
    journal(&dir).append(&adds(1..=2)).unwrap();
    let mut content = fs::read(&file).unwrap();
    content.extend([7; 1_000]);
    fs::write(&file, content).unwrap();
    let mut journal = journal(&dir);
    assert_eq!(journal.load(|_| true), Err(StoreFailure::Cut { bytes: 1_000 }));
    journal.append(&adds([3])).unwrap();
    assert_eq!(loaded(&dir).0, txs(1..=3));
    assert_eq!(loaded(&dir).2, Ok(()));
}

#[test]
fn a_journal_is_replaced_only_by_a_complete_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = journal_path(dir.path(), NET);
    journal(&dir).append(&adds(1..=2)).unwrap();
    let seen = |number| {
        // A process killed here leaves this behind.
        let copy = tempfile::tempdir().unwrap();
        fs::copy(&file, journal_path(copy.path(), NET)).unwrap();
        assert_eq!(loaded(&copy).0, txs(1..=2), "before batch {number}");
        adds([number])
    };
    Journal::replace(&file, NET, (7..=9).map(seen)).unwrap();
    assert_eq!(loaded(&dir).0, txs(7..=9));
    let failing = dir.path().join("a file").join("journal");
    fs::write(dir.path().join("a file"), "").unwrap();
    assert!(Journal::replace(&failing, NET, std::iter::empty()).is_err());
}

#[test]
fn a_file_of_another_kind_version_or_network_is_set_aside() {
    for (content, damage) in [
        (&b"not a journal, but a long enough text"[..], Damage::Foreign),
        (&frame::header(Network::Signet), Damage::Network),
        (&[&frame::header(NET)[..8], &[9, 0, 0, 0], &NET.magic()].concat(), Damage::Version(9)),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = journal_path(dir.path(), NET);
        fs::write(&file, content).unwrap();
        let mut journal = journal(&dir);
        let aside = dir.path().join("mempool-regtest.journal.damaged");
        let expected = StoreFailure::Damaged { files: 1, damage, set_aside: Ok(aside.clone()) };
        assert_eq!(journal.load(|_| true), Err(expected));
        assert_eq!(fs::read(aside).unwrap(), content);
        journal.append(&adds([1])).unwrap();
        assert_eq!(loaded(&dir).0, txs([1]));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_not_written_either() {
    let dir = tempfile::tempdir().unwrap();
    let file = journal_path(dir.path(), NET);
    fs::create_dir(&file).unwrap();
    let mut journal = journal(&dir);
    assert!(matches!(journal.load(|_| true), Err(StoreFailure::Read { .. })));
    assert_eq!(journal.append(&adds([1])).map_err(|error| error.kind()), Ok(()));
    assert!(file.is_dir());
}

#[test]
fn what_could_not_be_written_is_written_first_when_there_is_room_again() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    // With a file in place of the folder, nothing can be written.
    fs::write(&state, "").unwrap();
    let mut journal = Journal::new(journal_path(&state, NET), NET);
    journal.load(|_| true).unwrap_err();
    let mut journal = Journal::new(journal_path(&state, NET), NET);
    journal.append(&adds([1])).unwrap_err();
    journal.append(&adds([2])).unwrap_err();
    fs::remove_file(&state).unwrap();
    journal.append(&removes([1])).unwrap();
    let mut restored = Vec::new();
    let load = Journal::new(journal_path(&state, NET), NET).load(|part| {
        if let Restored::Transactions(txs) = part {
            restored.extend(txs);
        }
        true
    });
    assert_eq!((restored, load), (txs([2]), Ok(())));
}

#[test]
fn a_journal_that_has_doubled_is_rewritten_with_the_same_contents() {
    let dir = tempfile::tempdir().unwrap();
    let file = journal_path(dir.path(), NET);
    let mut journal = journal(&dir);
    journal.append(&Batch { blocks: vec![block(1), block(2)], ..adds(0..100) }).unwrap();
    let (mut written, mut longest, mut last) = (0, 0, 0);
    // In each round, a new set of transactions replaces the previous one.
    for round in 1..200 {
        journal.append(&adds(round * 100..round * 100 + 100)).unwrap();
        journal.append(&removes((round - 1) * 100..round * 100)).unwrap();
        let length = fs::metadata(&file).unwrap().len();
        written += if length < last { length } else { length - last };
        longest = longest.max(length);
        last = length;
    }
    let received: u64 = (0..20_000).map(|number| loose(number).raw().len() as u64).sum();
    assert!(longest < 3 << 20, "{longest} bytes");
    assert!(written < 3 * received, "{written} bytes of {received}");
    let (restored, saved, result) = loaded(&dir);
    assert_eq!((restored, result), (txs(19_900..20_000), Ok(())));
    assert_eq!(saved.unwrap().blocks, [block(2), block(1)]);
}

#[test]
fn a_large_batch_becomes_several_frames() {
    let dir = tempfile::tempdir().unwrap();
    journal(&dir).append(&adds(0..20_000)).unwrap();
    assert!(fs::metadata(journal_path(dir.path(), NET)).unwrap().len() > 2 << 20);
    assert_eq!(loaded(&dir).0, txs(0..20_000));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    Journal::new(journal_path(&state, NET), NET).append(&adds([1])).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(&journal_path(&state, NET))), (0o700, 0o600));
}

/// Frames of records, each preceded by a two-byte length, instead of the journal's headers and checksums.
#[test]
fn fuzz_journal() {
    crate::util::fuzz::target("journal", |input| {
        let mut rest = input;
        let (mut replay, mut survey) = (Replay::default(), Survey::default());
        let mut frames = Vec::new();
        while let Some((length, behind)) = rest.split_first_chunk() {
            let length = usize::from(u16::from_le_bytes(*length)).min(behind.len());
            let (records, behind) = behind.split_at(length);
            rest = behind;
            if replay.apply(NOW, records).is_none() {
                break;
            }
            survey.note(NOW, records);
            frames.push(records);
        }
        assert_eq!((replay.adds() - replay.removed()), survey.len());
        // A rewritten journal gives the same state.
        survey.rewind();
        let mut compacted = Vec::new();
        for records in frames {
            survey.keep(records, |record| record.encode(&mut compacted));
        }
        let mut again = Replay::default();
        assert!(again.apply(NOW, &compacted).is_some());
        assert_eq!(again.finish().0, replay.finish().0);
    });
}

/// The journal as a file, from its first byte.
#[test]
fn fuzz_journal_frames() {
    crate::util::fuzz::target("journal_frames", |content| {
        let _ = check_header(content, NET);
        let mut frames = Frames::new(content);
        let mut sealed = Vec::new();
        while let Ok(Some((time, records))) = frames.next() {
            sealed.extend(seal(time, records));
        }
        assert_eq!(&content[..sealed.len()], &sealed[..]);
        assert_eq!(frames.is_damaged, sealed.len() < content.len());
    });
}

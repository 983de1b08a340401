//! What is on disk survives; what is not ours is set aside.

use crate::p2p::addrman::address_book::file::*;
use crate::p2p::addrman::address_book::tests::{NOW, at, book, from, known};
use crate::p2p::addrman::address_book::{AddressBook, Source};
use crate::store::state_file::STALE;
use std::fs::{self, File};
use std::time::Duration;

fn some_book(addresses: &[&str]) -> AddressBook {
    let mut book = book();
    for address in addresses {
        assert!(book.learn(&known(at(address)), &from("30.0.0.1"), NOW));
    }
    book
}

fn save(file: &BookFile, book: &AddressBook) {
    let (key, records) = book.records();
    file.save(key, &records).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_saved_book_is_loaded_and_nothing_else_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let state_dir = folder.path().join("a").join("b");
    let file = BookFile::new(&state_dir, Network::Mainnet);
    assert!(file.load().unwrap().is_none());
    let book = some_book(&["20.1.0.1", "20.2.0.1", "[2a01::1]"]);
    save(&file, &book);
    save(&file, &book);
    let (key, records) = file.load().unwrap().unwrap();
    assert_eq!(AddressBook::from_records(key, &records, false).len(), 3);
    assert_eq!((key, records), book.records());
    assert_eq!(names(&state_dir), ["peers-mainnet.jsonl"]);
}

#[test]
fn each_network_has_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    save(&BookFile::new(folder.path(), Network::Mainnet), &some_book(&["20.1.0.1"]));
    save(&BookFile::new(folder.path(), Network::Signet), &some_book(&["20.2.0.1"]));
    assert_eq!(names(folder.path()), ["peers-mainnet.jsonl", "peers-signet.jsonl"]);
}

#[test]
fn every_damage_is_noticed_and_the_file_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let file = BookFile::new(folder.path(), Network::Mainnet);
    save(&file, &some_book(&["20.1.0.1", "20.2.0.1"]));
    let whole = fs::read(file.path()).unwrap();
    let first_line = whole.iter().position(|&byte| byte == b'\n').unwrap();
    let mut flipped = whole.clone();
    flipped[first_line + 20] ^= 1;
    let other_network = String::from_utf8(whole.clone()).unwrap().replace("mainnet", "signet");
    let newer = String::from_utf8(whole.clone()).unwrap().replace("\"version\":1", "\"version\":2");
    let foreign: &[u8] = b"\x7fELF\n\xff";
    for (text, why) in [
        (&flipped[..], "is damaged"),
        (&whole[..whole.len() - 1], "is damaged"),
        (&whole[..first_line], "is not one"),
        (other_network.as_bytes(), "belongs to another network"),
        (newer.as_bytes(), "has version 2, not 1"),
        (foreign, "is not one"),
        (b"", "is not one"),
        (b"{}\n", "is not one"),
    ] {
        fs::write(file.path(), text).unwrap();
        let said = file.load().unwrap_err().to_string();
        assert!(said.contains(why) && !said.contains('\n'), "{said}");
        assert_eq!(names(folder.path()), ["peers-mainnet.jsonl.damaged"]);
        assert_eq!(fs::read(folder.path().join("peers-mainnet.jsonl.damaged")).unwrap(), text);
        assert!(file.load().unwrap().is_none(), "the next start is clean");
    }
}

#[test]
fn a_file_that_is_far_too_long_is_not_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = BookFile::new(folder.path(), Network::Mainnet);
    File::create(file.path()).unwrap().set_len(MAX_FILE * 64).unwrap();
    let said = file.load().unwrap_err().to_string();
    assert!(said.contains("is longer than 16 MiB"), "{said}");
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_a_file_that_cannot_be_read_stays() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let (key, records) = book().records();
    assert!(BookFile::new(&in_the_way, Network::Mainnet).save(key, &records).is_err());
    let file = BookFile::new(folder.path(), Network::Mainnet);
    fs::create_dir(file.path()).unwrap();
    assert!(matches!(file.load(), Err(LoadError::Read { .. })));
    assert!(file.save(key, &records).is_err());
    assert_eq!(names(folder.path()), ["file", "peers-mainnet.jsonl"], "no temporary file stays");
}

#[test]
fn two_savers_at_once_leave_one_whole_book() {
    let folder = tempfile::tempdir().unwrap();
    let savers = ["20.1.0.1", "20.2.0.1", "20.3.0.1"].map(|address| {
        let file = BookFile::new(folder.path(), Network::Mainnet);
        std::thread::spawn(move || {
            let book = some_book(&[address]);
            (0..20).for_each(|_| save(&file, &book));
        })
    });
    for saver in savers {
        saver.join().unwrap();
    }
    let (_, records) = BookFile::new(folder.path(), Network::Mainnet).load().unwrap().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(names(folder.path()), ["peers-mainnet.jsonl"]);
}

#[test]
fn what_a_killed_saver_left_is_swept_up_after_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let leftover = |name: &str, age| {
        let file = File::create(folder.path().join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - age).unwrap();
    };
    leftover("peers-mainnet.0.tmp", STALE * 2);
    leftover("peers-mainnet.1.tmp", Duration::ZERO);
    leftover("other.tmp", STALE * 2);
    save(&BookFile::new(folder.path(), Network::Mainnet), &some_book(&["20.1.0.1"]));
    assert_eq!(names(folder.path()), ["other.tmp", "peers-mainnet.1.tmp", "peers-mainnet.jsonl"]);
}

#[test]
fn a_full_book_fits_into_the_longest_file_that_is_read() {
    let mut book = book();
    let name = "a".repeat(63);
    let source = Source::Dns(format!("{name}.{name}.{name}"));
    book.learn(&known(at("20.1.0.1")), &source, NOW);
    let (key, records) = book.records();
    let one = format(key, &records, Network::Mainnet).unwrap().len();
    assert!((one * CAPACITY) as u64 <= MAX_FILE, "{one} bytes for one");
}

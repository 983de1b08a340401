//! Whatever one run learned, the next one knows, whatever happened to the file.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::{Damage, StoreFailure};
use crate::p2p::{AddrKey, AddrSource, AddrTable};
use crate::store::addresses::format::{FORMAT, encode};
use crate::store::addresses::*;
use crate::wire::Services;
use crate::wire::message::KnownAddress;
use futures_util::FutureExt;
use sha2::{Digest, Sha256};
use std::fs;

const NET: Network = Network::Mainnet;
const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn at(text: &str) -> PeerAddress {
    PeerAddress::parse(text, 8_333).unwrap()
}

fn learn(table: &mut AddrTable, text: &str, source: &AddrSource) {
    let known = KnownAddress { time: 1_700_000_000, services: Services::NONE, address: at(text) };
    assert!(table.learn(&known, source, NOW));
}

fn table(addresses: &[&str]) -> AddrTable {
    let mut table = AddrTable::new(AddrKey(1, 2), false);
    for address in addresses {
        learn(&mut table, address, &AddrSource::Peer(at("30.0.0.1")));
    }
    table
}

fn load(dir: &Path) -> (AddressStore, Option<SavedAddresses>) {
    AddressStore::load(Some(dir), NET, NOW)
}

async fn save(dir: &Path, table: &AddrTable) {
    assert_eq!(load(dir).0.close(Some(table)).await, None);
}

fn sorted(saved: Option<SavedAddresses>) -> (AddrKey, Vec<String>) {
    let saved = saved.unwrap();
    let mut records: Vec<_> = saved.records.iter().map(|r| serde_json::to_string(r).unwrap()).collect();
    records.sort();
    (saved.key, records)
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn saved_addresses_are_loaded_and_nothing_else_is_left_behind() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("a").join("b");
    assert_eq!(load(&dir).1, None);
    let table = table(&["20.1.0.1", "20.2.0.1", "[2a01::1]"]);
    save(&dir, &table).await;
    save(&dir, &table).await;
    let (mut store, saved) = load(&dir);
    assert_eq!(store.problem().now_or_never(), None);
    assert_eq!(AddrTable::from_saved(saved.as_ref().unwrap(), false).len(), 3);
    assert_eq!(sorted(saved), sorted(Some(table.to_saved())));
    assert_eq!(names(&dir), ["peers-mainnet.dat"]);
}

#[tokio::test]
async fn each_network_has_its_own_file() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), &table(&["20.1.0.1"])).await;
    let (store, saved) = AddressStore::load(Some(dir.path()), Network::Signet, NOW);
    assert_eq!(saved, None);
    assert_eq!(store.close(Some(&table(&["20.2.0.1"]))).await, None);
    assert_eq!(names(dir.path()), ["peers-mainnet.dat", "peers-signet.dat"]);
}

#[tokio::test]
async fn changed_addresses_are_saved_every_five_minutes() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = load(dir.path());
    let mut table = table(&["20.1.0.1"]);
    let file = dir.path().join("peers-mainnet.dat");
    store.save(&table, NOW + SAVE_INTERVAL - Duration::from_secs(1));
    assert_eq!(store.saved, 0);
    store.save(&table, NOW + SAVE_INTERVAL);
    assert_eq!(store.saved, table.changes());
    learn(&mut table, "20.2.0.1", &AddrSource::Fixed);
    store.save(&table, NOW + SAVE_INTERVAL);
    assert_ne!(store.saved, table.changes(), "it is too early");
    assert_eq!(store.close(Some(&table)).await, None);
    assert_eq!(load(dir.path()).1.unwrap().records.len(), 2);
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    let (store, saved) = load(dir.path());
    let unchanged = AddrTable::from_saved(&saved.unwrap(), false);
    assert_eq!(store.close(Some(&unchanged)).await, None);
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written, "nothing changed");
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_reported_once_and_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let in_the_way = dir.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let (mut store, _) = load(&in_the_way);
    let table = table(&["20.1.0.1"]);
    assert!(matches!(store.problem().await.failure, StoreFailure::Read { .. }));
    store.save(&table, NOW + SAVE_INTERVAL);
    assert!(matches!(store.problem().await.failure, StoreFailure::Write(_)));
    assert!(store.is_unsaved(&table), "another attempt follows");
    store.save(&table, NOW + SAVE_INTERVAL * 2);
    assert_eq!(store.close(Some(&table)).await, None, "it was reported");
}

#[tokio::test]
async fn damage_is_noticed_and_the_file_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("peers-mainnet.dat");
    let unparsable = FORMAT.seal(NET, b"a key of 16 byte{}\n");
    let no_key = FORMAT.seal(NET, b"short");
    let other_network = FORMAT.seal(Network::Signet, &encode(&table(&[]).to_saved()).unwrap());
    for (content, expected) in [
        (&unparsable[..], Damage::Content),
        (&no_key, Damage::Content),
        (&other_network, Damage::Network),
        (b"\x7fELF", Damage::Foreign),
    ] {
        fs::write(&path, content).unwrap();
        let (mut store, saved) = load(dir.path());
        assert_eq!(saved, None);
        let problem = store.problem().await;
        assert!(matches!(problem.failure, StoreFailure::Damaged { damage, .. } if damage == expected));
        assert_eq!(names(dir.path()), ["peers-mainnet.dat.damaged"]);
        assert_eq!(fs::read(dir.path().join("peers-mainnet.dat.damaged")).unwrap(), content);
        assert_eq!(load(dir.path()).0.problem().now_or_never(), None, "the next start is clean");
    }
}

#[test]
fn two_processes_that_save_at_once_leave_one_whole_file() {
    let dir = tempfile::tempdir().unwrap();
    let savers = ["20.1.0.1", "20.2.0.1", "20.3.0.1"].map(|address| {
        let dir = dir.path().to_owned();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            (0..20).for_each(|_| runtime.block_on(save(&dir, &table(&[address]))));
        })
    });
    for saver in savers {
        saver.join().unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let records = runtime.block_on(async { load(dir.path()).1.unwrap().records });
    assert_eq!(records.len(), 1);
    assert_eq!(names(dir.path()), ["peers-mainnet.dat"]);
}

#[test]
fn a_full_table_fits_into_the_longest_file_that_is_read() {
    let mut table = table(&[]);
    let name = "a".repeat(63);
    learn(&mut table, "20.1.0.1", &AddrSource::Dns(format!("{name}.{name}.{name}")));
    let one = encode(&table.to_saved()).unwrap().len();
    assert!(one * AddrTable::CAPACITY <= FORMAT.max_body, "{one} bytes for one");
}

/// The file of the first version: `text` with the checksum of its records.
fn old_file(network: &str, version: u32, records: &str) -> String {
    let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(records));
    let header = format!(r#"{{"format":"mempulse address book","version":{version},"network":"{network}""#);
    format!("{header},\"key\":[3,4],\"sha256\":\"{sha256}\"}}\n{records}")
}

const OLD_RECORD: &str = r#"{"address":"20.1.0.1:8333","source":"fixed","services":9,"seen":1700000000}"#;

#[tokio::test]
async fn the_old_file_is_read_once_and_then_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let records = format!("{OLD_RECORD}\n");
    fs::write(dir.path().join("peers-mainnet.jsonl"), old_file("mainnet", 1, &records)).unwrap();
    let (store, saved) = load(dir.path());
    let saved = saved.unwrap();
    assert_eq!((saved.key, saved.records.len()), (AddrKey(3, 4), 1));
    let mut table = AddrTable::from_saved(&saved, false);
    assert_eq!(store.close(Some(&table)).await, None);
    assert_eq!(names(dir.path()), ["peers-mainnet.jsonl"], "nothing changed");
    learn(&mut table, "20.2.0.1", &AddrSource::Fixed);
    save(dir.path(), &table).await;
    assert_eq!(names(dir.path()), ["peers-mainnet.dat"]);
    assert_eq!(load(dir.path()).1.unwrap().records.len(), 2);
}

#[tokio::test]
async fn a_damaged_old_file_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let whole = old_file("mainnet", 1, OLD_RECORD);
    for (content, expected) in [
        (whole[..whole.len() - 1].to_owned(), Damage::Content),
        (old_file("mainnet", 1, "{}"), Damage::Content),
        (old_file("mainnet", 2, OLD_RECORD), Damage::Version(2)),
        (old_file("signet", 1, OLD_RECORD), Damage::Network),
        ("{}\n".to_owned(), Damage::Foreign),
        (String::new(), Damage::Foreign),
    ] {
        fs::write(dir.path().join("peers-mainnet.jsonl"), content).unwrap();
        let problem = load(dir.path()).0.problem().await;
        assert!(matches!(problem.failure, StoreFailure::Damaged { damage, .. } if damage == expected));
        assert_eq!(names(dir.path()), ["peers-mainnet.jsonl.damaged"]);
    }
}

/// The body of the file, without the header and checksum that all files share.
#[test]
fn fuzz_addresses() {
    crate::util::fuzz::target("addresses", |body| {
        let Some(saved) = decode(body) else { return };
        let again = decode(&encode(&saved).expect("it is written to memory"));
        assert_eq!(again.as_ref(), Some(&saved));
        let table = AddrTable::from_saved(&saved, false);
        assert!(table.len() <= saved.records.len());
        let kept = AddrTable::from_saved(&table.to_saved(), false);
        assert_eq!(kept.len(), table.len());
    });
}

//! What was kept is there again.

use crate::model::fees::prevouts::OutpointKey;
use crate::store::prevouts::folder::{KEY_FILE, OTHER_CHAIN, files, height_of};
use crate::store::prevouts::format::encode;
use crate::store::prevouts::*;
use crate::wire::BlockHash;
use futures_util::FutureExt;
use std::fs;

const NET: Network = Network::Regtest;

fn block(height: u32) -> BlockOutputs {
    let coins = (0..50).map(|n| (n * 1_000 + u64::from(height), n)).collect();
    BlockOutputs { height, hash: BlockHash([u8::try_from(height).unwrap(); 32]), outputs: coins }
}

async fn keep(folder: &Path, limit: usize, heights: impl IntoIterator<Item = u32>) {
    let (mut store, _) = CoinStore::open(Some(folder), NET, limit);
    assert_eq!(store.problem().now_or_never(), None);
    for height in heights {
        store.save(Arc::new(block(height)));
        tokio::task::yield_now().await;
    }
    store.close().await;
}

fn heights(coins: &PrevoutCache) -> Vec<u32> {
    coins.blocks().map(|(height, _)| height).collect()
}

#[tokio::test]
async fn what_one_run_kept_the_next_one_knows_with_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), 10, 1..6).await;
    keep(folder.path(), 10, 6..8).await;
    let (mut store, coins) = CoinStore::open(Some(folder.path()), NET, 10);
    assert_eq!((heights(&coins), store.problem().now_or_never()), ((1..8).collect(), None));
    assert_eq!(coins.len(), 7 * 50);
    let (_, coins) = CoinStore::open(Some(folder.path()), Network::Signet, 10);
    assert!(coins.is_empty());
}

#[tokio::test]
async fn a_run_that_needs_fewer_blocks_deletes_none() {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), 10, 1..9).await;
    keep(folder.path(), 2, 9..10).await;
    let (_, coins) = CoinStore::open(Some(folder.path()), NET, 2);
    assert_eq!(heights(&coins), [8, 9]);
    let (_, coins) = CoinStore::open(Some(folder.path()), NET, 10);
    assert_eq!(heights(&coins), (1..10).collect::<Vec<_>>());
}

#[test]
fn the_lowest_files_make_room_and_those_far_above_a_new_block_go() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Folder { path: folder.path().to_owned(), network: NET, key: OutpointKey(1, 2) };
    (1..9).for_each(|height| folder.save(&block(height)).unwrap());
    let heights = || files(&folder.path).iter().filter_map(|path| height_of(path)).collect::<Vec<_>>();
    folder.make_room(5).unwrap();
    assert_eq!(heights(), [4, 5, 6, 7, 8]);
    folder.remove_above(6).unwrap();
    assert_eq!(heights(), [4, 5, 6]);
}

#[tokio::test]
async fn what_a_chain_left_that_was_wiped_goes_with_the_first_new_block() {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), 10, 200..203).await;
    let (mut store, _) = CoinStore::open(Some(folder.path()), NET, 10);
    store.mined(201 - OTHER_CHAIN);
    store.close().await;
    let (_, coins) = CoinStore::open(Some(folder.path()), NET, 10);
    assert_eq!(heights(&coins), [200, 201]);
}

#[tokio::test]
async fn the_key_is_that_of_the_blocks_when_its_file_is_lost_or_damaged() {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), 10, 1..3).await;
    let key = folder.path().join("coins-regtest").join(KEY_FILE);
    let whole = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    for content in [None, Some(&whole[1..]), Some(&[])] {
        if let Some(content) = content {
            fs::write(&key, content).unwrap();
        }
        let (_, coins) = CoinStore::open(Some(folder.path()), NET, 10);
        assert_eq!(heights(&coins), [1, 2]);
        assert_eq!(fs::read(&key).unwrap(), whole);
    }
}

#[tokio::test]
async fn few_of_the_files_that_are_set_aside_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("coins-regtest");
    fs::create_dir(&inner).unwrap();
    (0..40).for_each(|number| fs::write(inner.join(format!("{number:08}-0.coins")), "?").unwrap());
    let _ = CoinStore::open(Some(folder.path()), NET, 10);
    assert_eq!(fs::read_dir(&inner).unwrap().count(), MAX_SET_ASIDE + 1);
    assert!(inner.join("00000039-0.coins.damaged").exists());
}

#[tokio::test]
async fn no_more_files_are_read_than_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), 10, 1..5).await;
    let lowest = files(&folder.path().join("coins-regtest")).remove(0);
    fs::write(&lowest, "?").unwrap();
    let (mut store, coins) = CoinStore::open(Some(folder.path()), NET, 3);
    assert_eq!((heights(&coins), store.problem().now_or_never()), (vec![2, 3, 4], None));
}

#[tokio::test]
async fn processes_that_start_together_share_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, _) = CoinStore::open(Some(folder.path()), NET, 10);
    let (mut second, _) = CoinStore::open(Some(folder.path()), NET, 10);
    first.save(Arc::new(block(1)));
    second.save(Arc::new(block(2)));
    first.close().await;
    second.close().await;
    let (mut store, coins) = CoinStore::open(Some(folder.path()), NET, 10);
    assert_eq!((heights(&coins), store.problem().now_or_never()), (vec![1, 2], None));
}

#[tokio::test]
async fn damaged_and_foreign_files_are_set_aside_with_one_warning() {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), 10, 1..5).await;
    let inner = folder.path().join("coins-regtest");
    let paths = files(&inner);
    let whole = fs::read(&paths[0]).unwrap();
    fs::write(&paths[0], &whole[..whole.len() - 1]).unwrap();
    fs::write(&paths[1], encode(&block(2), NET, OutpointKey(1, 2))).unwrap();
    let (mut store, coins) = CoinStore::open(Some(folder.path()), NET, 10);
    assert_eq!(heights(&coins), [3, 4]);
    let warning = store.problem().await;
    assert!(matches!(warning.failure, StoreFailure::Damaged { files: 2, set_aside: Ok(_), .. }), "{warning}");
    assert_eq!(files(&inner).len(), 2);
    assert_eq!(fs::read_dir(&inner).unwrap().count(), 5, "they are still there, under other names");
    let (mut store, _) = CoinStore::open(Some(folder.path()), NET, 10);
    assert_eq!(store.problem().now_or_never(), None);
}

#[tokio::test]
async fn that_nothing_can_be_kept_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let (mut store, _) = CoinStore::open(Some(&in_the_way), NET, 10);
    store.save(Arc::new(block(1)));
    store.save(Arc::new(block(2)));
    let problem = store.problem().await;
    assert!(matches!(problem.failure, StoreFailure::Write(_)), "{problem}");
    store.close().await;
}

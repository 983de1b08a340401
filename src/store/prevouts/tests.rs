//! What one run saves, the next one loads.

use crate::event::StoreFailure;
use crate::model::OutpointKey;
use crate::store::prevouts::directory::{KEY_FILE, OTHER_CHAIN, files, height_of};
use crate::store::prevouts::format::encode;
use crate::store::prevouts::*;
use crate::wire::BlockHash;
use futures_util::FutureExt;
use std::fs;

const NET: Network = Network::Regtest;

fn block(height: u32) -> BlockOutputs {
    let outputs = (0..50).map(|n| (n * 1_000 + u64::from(height), n)).collect();
    BlockOutputs { height, hash: BlockHash([u8::try_from(height).unwrap(); 32]), outputs }
}

async fn save(dir: &Path, limit: usize, heights: impl IntoIterator<Item = u32>) {
    let (mut store, _) = PrevoutStore::load(Some(dir), NET, limit);
    assert_eq!(store.problem().now_or_never(), None);
    for height in heights {
        store.save(Arc::new(block(height)));
        tokio::task::yield_now().await;
    }
    assert_eq!(store.close().await, None);
}

fn heights(cache: &PrevoutCache) -> Vec<u32> {
    cache.blocks().map(|(height, _)| height).collect()
}

#[tokio::test]
async fn the_next_run_has_the_same_outputs_and_key() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), 10, 1..6).await;
    save(dir.path(), 10, 6..8).await;
    let (mut store, cache) = PrevoutStore::load(Some(dir.path()), NET, 10);
    assert_eq!((heights(&cache), store.problem().now_or_never()), ((1..8).collect(), None));
    assert_eq!(cache.len(), 7 * 50);
    let (_, cache) = PrevoutStore::load(Some(dir.path()), Network::Signet, 10);
    assert!(cache.is_empty());
}

#[tokio::test]
async fn a_run_that_needs_fewer_blocks_deletes_none() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), 10, 1..9).await;
    save(dir.path(), 2, 9..10).await;
    let (_, cache) = PrevoutStore::load(Some(dir.path()), NET, 2);
    assert_eq!(heights(&cache), [8, 9]);
    let (_, cache) = PrevoutStore::load(Some(dir.path()), NET, 10);
    assert_eq!(heights(&cache), (1..10).collect::<Vec<_>>());
}

#[test]
fn the_lowest_blocks_are_removed_first_and_those_far_above_a_new_block() {
    let dir = tempfile::tempdir().unwrap();
    let dir = Directory { path: dir.path().to_owned(), network: NET, key: OutpointKey(1, 2) };
    (1..9).for_each(|height| dir.save(&block(height)).unwrap());
    let heights = || files(&dir.path).iter().filter_map(|path| height_of(path)).collect::<Vec<_>>();
    dir.limit_files(5).unwrap();
    assert_eq!(heights(), [4, 5, 6, 7, 8]);
    dir.remove_above(6).unwrap();
    assert_eq!(heights(), [4, 5, 6]);
}

#[tokio::test]
async fn blocks_of_a_wiped_chain_are_removed_with_the_first_new_block() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), 10, 200..203).await;
    let (mut store, _) = PrevoutStore::load(Some(dir.path()), NET, 10);
    store.block_connected(201 - OTHER_CHAIN);
    store.close().await;
    let (_, cache) = PrevoutStore::load(Some(dir.path()), NET, 10);
    assert_eq!(heights(&cache), [200, 201]);
}

#[tokio::test]
async fn the_blocks_restore_a_lost_or_damaged_key() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), 10, 1..3).await;
    let key = dir.path().join("coins-regtest").join(KEY_FILE);
    let whole = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    for content in [None, Some(&whole[1..]), Some(&[])] {
        if let Some(content) = content {
            fs::write(&key, content).unwrap();
        }
        let (_, cache) = PrevoutStore::load(Some(dir.path()), NET, 10);
        assert_eq!(heights(&cache), [1, 2]);
        assert_eq!(fs::read(&key).unwrap(), whole);
    }
}

#[tokio::test]
async fn only_some_damaged_files_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("coins-regtest");
    fs::create_dir(&inner).unwrap();
    (0..40).for_each(|number| fs::write(inner.join(format!("{number:08}-0.coins")), "?").unwrap());
    let _ = PrevoutStore::load(Some(dir.path()), NET, 10);
    assert_eq!(fs::read_dir(&inner).unwrap().count(), MAX_SET_ASIDE + 1);
    assert!(inner.join("00000039-0.coins.damaged").exists());
}

#[tokio::test]
async fn no_more_files_are_read_than_are_needed() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), 10, 1..5).await;
    let lowest = files(&dir.path().join("coins-regtest")).remove(0);
    fs::write(&lowest, "?").unwrap();
    let (mut store, cache) = PrevoutStore::load(Some(dir.path()), NET, 3);
    assert_eq!((heights(&cache), store.problem().now_or_never()), (vec![2, 3, 4], None));
}

#[tokio::test]
async fn processes_that_start_together_share_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let (mut first, _) = PrevoutStore::load(Some(dir.path()), NET, 10);
    let (mut second, _) = PrevoutStore::load(Some(dir.path()), NET, 10);
    first.save(Arc::new(block(1)));
    second.save(Arc::new(block(2)));
    first.close().await;
    second.close().await;
    let (mut store, cache) = PrevoutStore::load(Some(dir.path()), NET, 10);
    assert_eq!((heights(&cache), store.problem().now_or_never()), (vec![1, 2], None));
}

#[tokio::test]
async fn damaged_and_foreign_files_are_set_aside_with_one_warning() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), 10, 1..5).await;
    let inner = dir.path().join("coins-regtest");
    let paths = files(&inner);
    let whole = fs::read(&paths[0]).unwrap();
    fs::write(&paths[0], &whole[..whole.len() - 1]).unwrap();
    fs::write(&paths[1], encode(&block(2), NET, OutpointKey(1, 2))).unwrap();
    let (mut store, cache) = PrevoutStore::load(Some(dir.path()), NET, 10);
    assert_eq!(heights(&cache), [3, 4]);
    let problem = store.problem().await;
    assert!(matches!(problem.failure, StoreFailure::Damaged { files: 2, .. }), "{problem}");
    assert_eq!(files(&inner).len(), 2);
    assert_eq!(fs::read_dir(&inner).unwrap().count(), 5, "they are still there, under other names");
    let (mut store, _) = PrevoutStore::load(Some(dir.path()), NET, 10);
    assert_eq!(store.problem().now_or_never(), None);
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_reported_once() {
    let dir = tempfile::tempdir().unwrap();
    let in_the_way = dir.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let (mut store, _) = PrevoutStore::load(Some(&in_the_way), NET, 10);
    store.save(Arc::new(block(1)));
    store.save(Arc::new(block(2)));
    let problem = store.problem().await;
    assert!(matches!(problem.failure, StoreFailure::Write(_)), "{problem}");
    assert_eq!(store.close().await, None);
}

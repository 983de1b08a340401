//! Keeps the outputs of recent blocks on disk, one file per block, so that a restart needs to fetch
//! none of them again.
//!
//! ```text
//! magic 8 · version 4 · network 4 · key 16 · height 4 · hash 32 · (tag 8 · value 8) …  · sha256 32
//! ```
//! Numbers are little-endian. All files of a folder share the key of their tags.

use crate::chain::Network;
use crate::model::coins::{BlockCoins, CoinKey, Coins};
use crate::state_file;
use crate::wire::BlockHash;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const MAGIC: &[u8; 8] = b"mpulcoin";

/// Raised when an older program could misread the files.
const VERSION: u32 = 1;

/// What stands before the coins, in bytes.
const HEADER: usize = 68;

/// What stands behind them.
const CHECKSUM: usize = 32;

/// What a coin takes.
const COIN: usize = 16;

/// The longest file that is read, in bytes. A block of 4 MWU has room for 111,000 outputs of 9 bytes.
const MAX_FILE: u64 = (HEADER + CHECKSUM + COIN * 120_000) as u64;

/// How many blocks may wait to be written. What does not fit is fetched again by the next run.
const MAX_WAITING: usize = 16;

/// How long the last writes may take at the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What the name of a file ends with.
const EXTENSION: &str = "coins";

/// Where the coins of one network are kept.
#[derive(Debug)]
pub struct CoinStore {
    writer: Option<Writer>,
}

#[derive(Debug)]
struct Writer {
    blocks: mpsc::Sender<Arc<BlockCoins>>,
    problems: mpsc::Receiver<String>,
    task: JoinHandle<()>,
}

#[derive(Clone, Debug)]
struct Folder {
    path: PathBuf,
    network: Network,
    key: CoinKey,
    limit: usize,
}

impl CoinStore {
    /// The coins that were kept in `state_dir`, of at most `limit` blocks. Without a folder nothing is
    /// kept. Blocks while it reads: about 0.1 MB for each block.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn open(state_dir: Option<&Path>, network: Network, limit: usize) -> (Self, Coins) {
        let new_key = CoinKey(rand::random(), rand::random());
        let Some(state_dir) = state_dir else {
            return (Self { writer: None }, Coins::new(new_key, limit));
        };
        let path = state_dir.join(format!("coins-{network}"));
        let (blocks, key, warning) = load(&path, network);
        let key = key.unwrap_or(new_key);
        let mut coins = Coins::new(key, limit);
        // The highest first: if there are too many, the lowest are left out.
        for block in blocks.iter().rev() {
            coins.insert(block);
        }
        let folder = Folder { path, network, key, limit };
        (Self { writer: Some(Writer::start(folder, warning)) }, coins)
    }

    /// Begins to keep the outputs of a block. Never waits.
    pub fn save(&mut self, block: Arc<BlockCoins>) {
        if let Some(writer) = &self.writer {
            // If too many wait, it is fetched again one day.
            let _ = writer.blocks.try_send(block);
        }
    }

    /// What goes wrong, in one line; said once. Waits forever while nothing does. Cancel-safe.
    pub async fn problem(&mut self) -> String {
        if let Some(writer) = &mut self.writer
            && let Some(problem) = writer.problems.recv().await
        {
            return problem;
        }
        std::future::pending().await
    }

    /// Waits until all is written, for at most 2 s.
    pub async fn close(self) {
        if let Some(Writer { blocks, task, .. }) = self.writer {
            drop(blocks);
            if timeout(CLOSE_TIMEOUT, task).await.is_err() {
                tracing::warn!("the outputs of recent blocks could not be saved in time");
            }
        }
    }
}

impl Writer {
    fn start(folder: Folder, warning: Option<String>) -> Self {
        let (blocks, mut waiting) = mpsc::channel::<Arc<BlockCoins>>(MAX_WAITING);
        let (teller, problems) = mpsc::channel(2);
        if let Some(warning) = warning {
            // There is room.
            let _ = teller.try_send(warning);
        }
        let task = tokio::task::spawn_blocking(move || {
            let mut failing = false;
            while let Some(block) = waiting.blocking_recv() {
                match folder.save(&block) {
                    Ok(()) => failing = false,
                    Err(_) if failing => {}
                    Err(error) => {
                        failing = true;
                        let path = folder.path.display();
                        // If others were not heard yet, those are enough.
                        let _ = teller.try_send(format!("cannot keep block outputs in {path}: {error}"));
                    }
                }
            }
        });
        Self { blocks, problems, task }
    }
}

impl Folder {
    /// Writes one block, and removes the lowest ones if there are too many.
    fn save(&self, block: &BlockCoins) -> io::Result<()> {
        let path = self.path.join(format!("{:08}-{}.{EXTENSION}", block.height, block.hash));
        state_file::write(&path, &encode(block, self.network, self.key))?;
        let mut files = files(&self.path);
        // The names begin with the height.
        files.sort();
        let excess = files.len().saturating_sub(self.limit);
        files.iter().take(excess).try_for_each(fs::remove_file)
    }
}

/// All files of blocks.
fn files(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    all.filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION)).collect()
}

/// What is in a folder, lowest first, and what is wrong with it. Files that are damaged or foreign are
/// set aside.
fn load(folder: &Path, network: Network) -> (Vec<BlockCoins>, Option<CoinKey>, Option<String>) {
    state_file::remove_stale(folder, |_| true);
    let mut paths = files(folder);
    paths.sort();
    // The newest files tell the key.
    let (mut blocks, mut key, mut problems) = (Vec::new(), None, Vec::new());
    for path in paths.iter().rev() {
        let read = state_file::read(path, MAX_FILE);
        let content = match read {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => {
                problems.push(error.to_string());
                continue;
            }
        };
        match decode(&content, network) {
            Some((block, its_key)) if *key.get_or_insert(its_key) == its_key => blocks.push(block),
            _ => problems.push(match state_file::set_aside(path) {
                Ok(_) => "damaged or foreign, set aside and fetched again".to_owned(),
                Err(error) => format!("damaged or foreign, and cannot be renamed: {error}"),
            }),
        }
    }
    blocks.reverse();
    let warning = problems.first().map(|first| {
        let (count, folder) = (problems.len(), folder.display());
        format!("{count} files of block outputs in {folder}: {first}")
    });
    (blocks, key, warning)
}

fn encode(block: &BlockCoins, network: Network, key: CoinKey) -> Vec<u8> {
    let mut content = Vec::with_capacity(HEADER + COIN * block.coins.len() + CHECKSUM);
    content.extend_from_slice(MAGIC);
    content.extend_from_slice(&VERSION.to_le_bytes());
    content.extend_from_slice(&network.magic());
    content.extend_from_slice(&key.0.to_le_bytes());
    content.extend_from_slice(&key.1.to_le_bytes());
    content.extend_from_slice(&block.height.to_le_bytes());
    content.extend_from_slice(&block.hash.0);
    for (tag, value) in &block.coins {
        content.extend_from_slice(&tag.to_le_bytes());
        content.extend_from_slice(&value.to_le_bytes());
    }
    let checksum = Sha256::digest(&content);
    content.extend_from_slice(&checksum);
    content
}

/// The block and the key; `None` if it is no such file of this network.
fn decode(content: &[u8], network: Network) -> Option<(BlockCoins, CoinKey)> {
    let (body, checksum) = content.split_last_chunk::<CHECKSUM>()?;
    let is_whole = content.len() as u64 <= MAX_FILE && Sha256::digest(body)[..] == checksum[..];
    let (magic, rest) = body.split_first_chunk::<8>()?;
    let (version, rest) = rest.split_first_chunk()?;
    let (its_network, rest) = rest.split_first_chunk::<4>()?;
    let (first, rest) = rest.split_first_chunk()?;
    let (second, rest) = rest.split_first_chunk()?;
    let (height, rest) = rest.split_first_chunk()?;
    let (hash, rest) = rest.split_first_chunk::<32>()?;
    let is_ours =
        magic == MAGIC && u32::from_le_bytes(*version) == VERSION && *its_network == network.magic();
    let (halves, left_over) = rest.as_chunks::<{ COIN / 2 }>();
    let number = |bytes: Option<&[u8; COIN / 2]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let coin = |pair: &[[u8; COIN / 2]]| (number(pair.first()), number(pair.last()));
    let coins: Vec<_> = halves.chunks_exact(2).map(coin).collect();
    let is_sorted = coins.is_sorted();
    let key = CoinKey(u64::from_le_bytes(*first), u64::from_le_bytes(*second));
    let block = BlockCoins { height: u32::from_le_bytes(*height), hash: BlockHash(*hash), coins };
    (is_whole && is_ours && is_sorted && left_over.is_empty() && halves.len() % 2 == 0)
        .then_some((block, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    const NET: Network = Network::Regtest;

    fn block(height: u32) -> BlockCoins {
        let coins = (0..50).map(|n| (n * 1_000 + u64::from(height), n)).collect();
        BlockCoins { height, hash: BlockHash([u8::try_from(height).unwrap(); 32]), coins }
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

    fn heights(coins: &Coins) -> Vec<u32> {
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
    async fn the_lowest_blocks_make_room() {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), 3, 1..9).await;
        let (_, coins) = CoinStore::open(Some(folder.path()), NET, 10);
        assert_eq!(heights(&coins), [6, 7, 8]);
        let (_, coins) = CoinStore::open(Some(folder.path()), NET, 2);
        assert_eq!(heights(&coins), [7, 8]);
    }

    #[tokio::test]
    async fn damaged_and_foreign_files_are_set_aside_with_one_warning() {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), 10, 1..5).await;
        let inner = folder.path().join("coins-regtest");
        let mut paths = files(&inner);
        paths.sort();
        let whole = fs::read(&paths[0]).unwrap();
        fs::write(&paths[0], &whole[..whole.len() - 1]).unwrap();
        fs::write(&paths[1], encode(&block(2), NET, CoinKey(1, 2))).unwrap();
        let (mut store, coins) = CoinStore::open(Some(folder.path()), NET, 10);
        assert_eq!(heights(&coins), [3, 4]);
        let warning = store.problem().await;
        assert!(warning.starts_with("2 files of block outputs in ") && !warning.contains('\n'), "{warning}");
        assert_eq!(files(&inner).len(), 2);
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 4, "they are still there, under other names");
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
        assert!(problem.starts_with("cannot keep block outputs in "), "{problem}");
        store.close().await;
    }

    #[test]
    fn every_other_network_and_version_is_foreign() {
        let content = encode(&block(1), NET, CoinKey(1, 2));
        assert_eq!(decode(&content, NET), Some((block(1), CoinKey(1, 2))));
        assert_eq!(decode(&content, Network::Mainnet), None);
        let unsorted = BlockCoins { coins: vec![(2, 1), (1, 1)], ..block(1) };
        assert_eq!(decode(&encode(&unsorted, NET, CoinKey(1, 2)), NET), None);
    }

    proptest! {
        #[test]
        fn no_damage_goes_unnoticed(at in 0_usize..800, bit in 0_u8..8, cut in 0_usize..900) {
            let content = encode(&block(3), NET, CoinKey(5, 6));
            let mut flipped = content.clone();
            let index = at % flipped.len();
            flipped[index] ^= 1 << bit;
            prop_assert_eq!(decode(&flipped, NET), None);
            let length = cut % content.len();
            prop_assert_eq!(decode(&content[..length], NET), None);
        }
    }
}

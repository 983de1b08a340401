//! The files of one network, and their shared key.

use crate::chain::Network;
use crate::event::StoreFailure;
use crate::model::{BlockOutputs, OutpointKey, PrevoutCache};
use crate::store::file;
use crate::store::prevouts::format::{FORMAT, KEY_LENGTH, decode, decode_key, encode, encode_key};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The extension of a file with a block's outputs.
const EXTENSION: &str = "coins";

/// The file with the key.
pub(super) const KEY_FILE: &str = "key";

/// The most block files.
const MAX_FILES: usize = PrevoutCache::MAX_BLOCKS;

/// Files of blocks this much higher than a new block belong to another chain, which has been wiped. The
/// difference is smaller between two processes that share a directory, or with peers that lag behind.
pub(super) const OTHER_CHAIN: u32 = 144;

/// A directory and the properties shared by its files.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    pub(super) path: PathBuf,
    pub(super) network: Network,
    pub(super) key: OutpointKey,
}

impl Directory {
    /// Fills `cache` with the outputs of the highest blocks. Damaged and foreign files are set aside.
    pub(super) fn load(&self, cache: &mut PrevoutCache) -> Option<StoreFailure> {
        let mut failures = Vec::new();
        for path in files(&self.path).iter().rev() {
            if cache.is_full() {
                break;
            }
            let ours = |body: &[u8]| decode(body).filter(|(_, key)| *key == self.key);
            match FORMAT.load(path, self.network, ours) {
                Ok(Some((block, _))) => {
                    cache.insert(&block);
                }
                // Another process that shares the directory removed it.
                Ok(None) => {}
                Err(failure) => failures.push(failure),
            }
        }
        let count = failures.len();
        let mut first = failures.into_iter().next()?;
        if let StoreFailure::Read { files, .. } | StoreFailure::Damaged { files, .. } = &mut first {
            *files = count;
        }
        Some(first)
    }

    /// Writes the outputs of one block, and removes the lowest blocks if there are too many.
    pub(super) fn save(&self, block: &BlockOutputs) -> io::Result<()> {
        let path = self.path.join(format!("{:08}-{}.{EXTENSION}", block.height, block.hash));
        file::write(&path, &encode(block, self.network, self.key))?;
        self.limit_files(MAX_FILES)
    }

    pub(super) fn limit_files(&self, limit: usize) -> io::Result<()> {
        let files = files(&self.path);
        let excess = files.len().saturating_sub(limit);
        files.iter().take(excess).try_for_each(|path| file::remove(path))
    }

    pub(super) fn remove_above(&self, height: u32) -> io::Result<()> {
        let is_above = |path: &&PathBuf| height_of(path).is_some_and(|its| its > height);
        files(&self.path).iter().filter(is_above).try_for_each(|path| file::remove(path))
    }
}

/// All block files, lowest first, as their names begin with the height.
pub(super) fn files(dir: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(dir).into_iter().flatten().flatten().map(|file| file.path());
    let mut files: Vec<_> =
        all.filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION)).collect();
    files.sort();
    files
}

pub(super) fn height_of(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.split('-').next()?.parse().ok()
}

pub(super) fn new_key() -> OutpointKey {
    OutpointKey(rand::random(), rand::random())
}

/// The key of a directory, made by the first process that used it.
pub(super) fn shared_key(dir: &Path, network: Network) -> OutpointKey {
    let path = dir.join(KEY_FILE);
    let read = || file::read(&path, KEY_LENGTH).ok();
    let known = read();
    if let Some(key) = known.as_deref().and_then(decode_key) {
        return key;
    }
    if known.is_some() {
        // If the damaged file cannot be renamed, the key is taken from the blocks again next time.
        let _ = file::set_aside(&path);
    }
    let of_block = |path: &PathBuf| {
        let content = file::read(path, FORMAT.max_len()).ok()?;
        decode(FORMAT.open(network, &content).ok()?).map(|(_, key)| key)
    };
    let key = files(dir).iter().rev().find_map(of_block).unwrap_or_else(new_key);
    // If the key cannot be written, neither can a block, which is reported.
    let _ = file::write_once(&path, &encode_key(key));
    read().as_deref().and_then(decode_key).unwrap_or(key)
}

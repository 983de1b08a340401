//! The files of one network, and the key that they share.

use crate::chain::Network;
use crate::event::{Damage, OsError, Store, StoreFailure, StoreProblem};
use crate::model::fees::prevouts::{BlockOutputs, OutpointKey, PrevoutCache};
use crate::store::prevouts::format::{KEY_LENGTH, MAX_FILE, decode, decode_key, encode, encode_key};
use crate::store::state_file;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What the name of a file ends with.
const EXTENSION: &str = "coins";

/// The file with the key.
pub(crate) const KEY_FILE: &str = "key";

/// How many files of blocks are kept.
const MAX_FILES: usize = PrevoutCache::MOST_KEPT;

/// How far above a new block the files are those of another chain, which was wiped since. Two processes
/// that share a folder, and peers that were behind, stay below that.
pub(crate) const OTHER_CHAIN: u32 = 144;

/// Where the files are, and what they have in common.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) network: Network,
    pub(crate) key: OutpointKey,
}

impl Folder {
    /// Fills `coins` with the highest blocks that are kept. What is wrong, in one line; files that are
    /// damaged or foreign are set aside.
    pub(crate) fn load(&self, coins: &mut PrevoutCache) -> Option<StoreProblem> {
        let (mut unreadable, mut damaged) = (Vec::new(), Vec::new());
        for path in files(&self.path).iter().rev() {
            if coins.is_full() {
                break;
            }
            let content = match state_file::read(path, MAX_FILE) {
                Ok(content) => content,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => {
                    unreadable.push(error);
                    continue;
                }
            };
            match decode(&content, self.network) {
                Some((block, key)) if key == self.key => {
                    coins.insert(&block);
                }
                _ => damaged.push(state_file::set_aside(path)),
            }
        }
        let (files, damage) = (damaged.len(), Damage::Content);
        let first_damaged = damaged.into_iter().next().map(|set_aside| StoreFailure::Damaged {
            files,
            damage,
            set_aside: set_aside.map_err(OsError::from),
        });
        let files = unreadable.len();
        let first_unreadable =
            unreadable.first().map(|error| StoreFailure::Read { files, error: error.into() });
        first_damaged.or(first_unreadable).map(|failure| self.problem(failure))
    }

    /// A problem of this folder.
    pub(crate) fn problem(&self, failure: StoreFailure) -> StoreProblem {
        StoreProblem { store: Store::Prevouts, path: self.path.clone(), failure }
    }

    /// Writes one block, and removes the lowest ones if there are too many.
    pub(crate) fn save(&self, block: &BlockOutputs) -> io::Result<()> {
        let path = self.path.join(format!("{:08}-{}.{EXTENSION}", block.height, block.hash));
        state_file::write(&path, &encode(block, self.network, self.key))?;
        self.make_room(MAX_FILES)
    }

    pub(crate) fn make_room(&self, most: usize) -> io::Result<()> {
        let files = files(&self.path);
        let excess = files.len().saturating_sub(most);
        files.iter().take(excess).try_for_each(remove)
    }

    pub(crate) fn remove_above(&self, height: u32) -> io::Result<()> {
        let is_above = |path: &&PathBuf| height_of(path).is_some_and(|its| its > height);
        files(&self.path).iter().filter(is_above).try_for_each(remove)
    }
}

/// Another process that shares the folder may have been faster.
fn remove(path: &PathBuf) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// All files of blocks, lowest first: the names begin with the height.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut files: Vec<_> =
        all.filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION)).collect();
    files.sort();
    files
}

pub(crate) fn height_of(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.split('-').next()?.parse().ok()
}

pub(crate) fn new_key() -> OutpointKey {
    OutpointKey(rand::random(), rand::random())
}

/// The key of a folder: that of the process that was the first one here.
pub(crate) fn shared_key(folder: &Path, network: Network) -> OutpointKey {
    let path = folder.join(KEY_FILE);
    let read = || state_file::read(&path, KEY_LENGTH).ok();
    let known = read();
    if let Some(key) = known.as_deref().and_then(decode_key) {
        return key;
    }
    if known.is_some() {
        // If it cannot be renamed, the files of blocks tell the key again next time.
        let _ = state_file::set_aside(&path);
    }
    let told_by_block = |path: &PathBuf| {
        let content = state_file::read(path, MAX_FILE).ok()?;
        decode(&content, network).map(|(_, key)| key)
    };
    let key = files(folder).iter().rev().find_map(told_by_block).unwrap_or_else(new_key);
    // If it cannot be written, neither can a block, and that is told.
    let _ = state_file::write_once(&path, &encode_key(key));
    read().as_deref().and_then(decode_key).unwrap_or(key)
}

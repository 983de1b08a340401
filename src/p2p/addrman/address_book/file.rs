//! The address book on disk: one file per network.
//!
//! The first line says what the file is, with a checksum of the rest; each further line is one
//! address.

use crate::chain::Network;
use crate::event::{Damage, Store, StoreFailure, StoreProblem};
use crate::p2p::addrman::address_book::{BookKey, CAPACITY, Record};
use crate::store::state_file;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const FORMAT: &str = "mempulse address book";

/// Raised when an older program could misread the file.
const VERSION: u32 = 1;

/// The longest file that is read, in bytes: more than [`CAPACITY`] of the longest records take.
const MAX_FILE: u64 = 16 << 20;

/// Where the address book of one network is kept.
#[derive(Clone, Debug)]
pub struct BookFile {
    path: PathBuf,
    network: Network,
}

/// Why there is no address book to start from. Each is one line.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is there and cannot be read.
    #[error("cannot read the address book {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no address book of this network. It was set aside.
    #[error("the address book {path} {why}; it is kept as {set_aside}, and a new one is begun")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// Its new name.
        set_aside: PathBuf,
    },
    /// As [`LoadError::Damaged`], and it could not be set aside either.
    #[error("the address book {path} {why}, and cannot be renamed: {source}")]
    Stuck {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What the system says.
        source: io::Error,
    },
}

impl From<LoadError> for StoreProblem {
    fn from(error: LoadError) -> Self {
        let (path, failure) = match error {
            LoadError::Read { path, source } => (path, StoreFailure::Read { files: 1, error: source.into() }),
            LoadError::Damaged { path, set_aside, .. } => {
                (path, StoreFailure::Damaged { files: 1, damage: Damage::Content, set_aside: Ok(set_aside) })
            }
            LoadError::Stuck { path, source, .. } => {
                let set_aside = Err(source.into());
                (path, StoreFailure::Damaged { files: 1, damage: Damage::Content, set_aside })
            }
        };
        Self { store: Store::Addresses, path, failure }
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    network: String,
    key: (u64, u64),
    sha256: String,
}

/// `$XDG_STATE_HOME/mempulse`, where programs keep what they may lose; `None` without a home.
pub fn default_state_dir() -> Option<PathBuf> {
    use etcetera::{BaseStrategy, choose_base_strategy};
    let strategy = choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("mempulse"))
}

impl BookFile {
    /// The file for `network` in `state_dir`.
    pub fn new(state_dir: &Path, network: Network) -> Self {
        Self { path: state_dir.join(format!("peers-{network}.jsonl")), network }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was saved; `None` if nothing was. Blocks.
    ///
    /// # Errors
    ///
    /// A file that cannot be read is left alone; one that is not a whole address book of this
    /// network is renamed.
    pub fn load(&self) -> Result<Option<(BookKey, Vec<Record>)>, LoadError> {
        let text = match state_file::read(&self.path, MAX_FILE) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(LoadError::Read { path: self.path.clone(), source }),
        };
        match parse(&text, self.network) {
            Ok(book) => Ok(Some(book)),
            Err(why) => Err(self.set_aside(why)),
        }
    }

    /// Saves a book. Blocks.
    ///
    /// # Errors
    ///
    /// What the system says; the file is then as it was before.
    pub fn save(&self, key: BookKey, records: &[Record]) -> io::Result<()> {
        let ours = self.path.file_stem();
        state_file::remove_stale(self.path.parent().unwrap_or(Path::new(".")), |path| {
            path.file_stem().map(Path::new).and_then(Path::file_stem) == ours
        });
        state_file::write(&self.path, &format(key, records, self.network)?)
    }

    fn set_aside(&self, why: String) -> LoadError {
        let path = self.path.clone();
        match state_file::set_aside(&path) {
            Ok(set_aside) => LoadError::Damaged { path, why, set_aside },
            Err(source) => LoadError::Stuck { path, why, source },
        }
    }
}

fn format(key: BookKey, records: &[Record], network: Network) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    for record in records {
        serde_json::to_writer(&mut body, record)?;
        body.push(b'\n');
    }
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        network: network.name().to_owned(),
        key: (key.0, key.1),
        sha256: checksum(&body),
    };
    let mut text = serde_json::to_vec(&header)?;
    text.push(b'\n');
    text.append(&mut body);
    Ok(text)
}

fn parse(text: &[u8], network: Network) -> Result<(BookKey, Vec<Record>), String> {
    if text.len() as u64 > MAX_FILE {
        return Err(format!("is longer than {} MiB", MAX_FILE >> 20));
    }
    let end = text.iter().position(|&byte| byte == b'\n').ok_or("is not one")?;
    let (first, rest) = text.split_at(end);
    let body = rest.get(1..).unwrap_or_default();
    let header: Header = serde_json::from_slice(first).map_err(|_| "is not one")?;
    if header.format != FORMAT {
        return Err("is not one".to_owned());
    }
    if header.version != VERSION {
        return Err(format!("has version {}, not {VERSION}", header.version));
    }
    if header.network != network.name() {
        return Err("belongs to another network".to_owned());
    }
    if header.sha256 != checksum(body) {
        return Err("is damaged".to_owned());
    }
    let lines = body.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).take(CAPACITY);
    let records: Result<Vec<Record>, _> = lines.map(serde_json::from_slice).collect();
    let records = records.map_err(|_| "is damaged")?;
    Ok((BookKey(header.key.0, header.key.1), records))
}

fn checksum(body: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(body))
}

#[cfg(test)]
mod tests;

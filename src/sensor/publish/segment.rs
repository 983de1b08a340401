//! The files of the spool. A segment is written in one go, and removed when all its messages are in the
//! stream.
//!
//! ```text
//! magic 8 · version 4 · network 4 · messages 4 · (length 4 · kind 1 · length of the id 1 · id · payload · sum 8) …
//! ```
//! Numbers are little-endian. The network is given by its message magic. The length covers everything between
//! it and the sum, which is the first 8 bytes of the SHA-256 of length and content. Bytes after the last
//! whole message are ignored: a crash left them.

use crate::chain::Network;
use crate::schema::MAX_SENSOR_MESSAGE;
use crate::sensor::kind::Kind;
use crate::sensor::publish::message::Outgoing;
use crate::sensor::publish::spool::Segment;
use crate::util::{files, platform};
use bytes::{Buf, Bytes};
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"mpulspol";

/// Incremented when an older program could misread the file.
const VERSION: u32 = 1;

/// Size of the file header, in bytes.
const HEADER: usize = 20;

/// Size of a message's checksum, in bytes.
const SUM: usize = 8;

/// The most bytes of a message: payload, kind, and an id of at most 255 bytes.
const MAX_MESSAGE: usize = MAX_SENSOR_MESSAGE + 257;

/// The longest file to read, in bytes: the head of the spool, as written at the end.
const MAX_FILE: u64 = 32 << 20;

/// The file name extension.
const EXTENSION: &str = "segment";

/// The folder of one sensor's segments, locked against other processes.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    network: Network,
    _lock: Option<File>,
}

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process uses it.
    #[error("another sensor with this name and network is running: it uses {}", .0.display())]
    InUse(PathBuf),
    /// It cannot be created or read.
    #[error("cannot use {}: {error}", path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
}

impl Folder {
    /// Opens the folder, creating it if necessary, and returns the segments of earlier runs. Blocks.
    ///
    /// # Errors
    /// Another process uses it, or the system refuses it.
    pub fn open(path: &Path, network: Network) -> Result<(Self, Vec<Segment>), FolderError> {
        let unusable = |error| FolderError::Unusable { path: path.to_owned(), error };
        let mut builder = DirBuilder::new();
        platform::owner_only_folder(&mut builder);
        builder.recursive(true).create(path).map_err(unusable)?;
        let lock = files::lock(&path.join(".lock")).map_err(|error| match error {
            TryLockError::WouldBlock => FolderError::InUse(path.to_owned()),
            TryLockError::Error(error) => unusable(error),
        })?;
        let folder = Self { path: path.to_owned(), network, _lock: lock };
        let mut segments = Vec::new();
        for entry in fs::read_dir(path).map_err(unusable)? {
            let entry = entry.map_err(unusable)?;
            let name = entry.file_name();
            if let Some(number) = name.to_str().and_then(number_of) {
                match folder.look(number) {
                    Some(segment) => segments.push(segment),
                    None => {
                        tracing::warn!(
                            "{} is not a spool of this version and network",
                            entry.path().display()
                        );
                    }
                }
            }
        }
        segments.sort_by_key(|segment| segment.number);
        Ok((folder, segments))
    }

    /// Writes a segment. Blocks.
    ///
    /// # Errors
    /// The error of the system; no file is left then.
    pub fn write(&self, number: u64, messages: &[Outgoing]) -> io::Result<()> {
        let path = self.file(number);
        let write = || {
            let mut file = files::open_own(&path)?;
            file.set_len(0)?;
            file.write_all(&encode(self.network, messages))
        };
        write().inspect_err(|_| {
            // A partial file is useless, and removing it frees space.
            let _ = fs::remove_file(&path);
        })
    }

    /// Reads the whole messages of a segment. Blocks.
    ///
    /// # Errors
    /// The error of the system.
    pub fn load(&self, number: u64) -> io::Result<Vec<Outgoing>> {
        let mut content = Vec::new();
        files::open_to_read(&self.file(number))?.take(MAX_FILE).read_to_end(&mut content)?;
        Ok(decode(self.network, content.into()))
    }

    /// Removes a segment. Blocks.
    ///
    /// # Errors
    /// The error of the system.
    pub fn remove(&self, number: u64) -> io::Result<()> {
        fs::remove_file(self.file(number))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn file(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:016x}.{EXTENSION}"))
    }

    /// Reads the header of a segment; `None` if it belongs to another program, version or network.
    fn look(&self, number: u64) -> Option<Segment> {
        let mut file = files::open_to_read(&self.file(number)).ok()?;
        let bytes = file.metadata().ok()?.len();
        let mut header = [0; HEADER];
        file.read_exact(&mut header).ok()?;
        let messages = u64::from(messages_of(self.network, &header)?);
        Some(Segment { number, messages, bytes })
    }
}

/// The number of the segment with this name.
fn number_of(name: &str) -> Option<u64> {
    let (number, extension) = name.split_once('.')?;
    let is_name = extension == EXTENSION && number.len() == 16;
    is_name.then(|| u64::from_str_radix(number, 16).ok()).flatten()
}

fn encode(network: Network, messages: &[Outgoing]) -> Vec<u8> {
    let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
    let mut file = [&MAGIC[..], &VERSION.to_le_bytes(), &network.magic(), &count.to_le_bytes()].concat();
    for Outgoing { kind, id, payload } in messages {
        // Ids consist of a txid, a part of a block, or a run and a number, so they are short.
        let id_length = u8::try_from(id.len()).unwrap_or(u8::MAX);
        let id = &id.as_bytes()[..usize::from(id_length)];
        let length = u32::try_from(2 + id.len() + payload.len()).unwrap_or(u32::MAX);
        let start = file.len();
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(&[code(*kind), id_length]);
        file.extend_from_slice(id);
        file.extend_from_slice(payload);
        let sum = sum(&file[start..]);
        file.extend_from_slice(&sum);
    }
    file
}

/// Decodes the messages before the first incomplete or damaged one.
fn decode(network: Network, mut file: Bytes) -> Vec<Outgoing> {
    let Some(header) = file.first_chunk::<HEADER>() else { return Vec::new() };
    if messages_of(network, header).is_none() {
        return Vec::new();
    }
    file.advance(HEADER);
    std::iter::from_fn(|| next(&mut file)).collect()
}

fn next(file: &mut Bytes) -> Option<Outgoing> {
    const LENGTH: usize = size_of::<u32>();
    let length = u32::from_le_bytes(*file.first_chunk()?) as usize;
    if length > MAX_MESSAGE || file.len() < LENGTH + length + SUM {
        return None;
    }
    let mut message = file.split_to(LENGTH + length);
    let expected = file.split_to(SUM);
    if sum(&message)[..] != expected[..] {
        return None;
    }
    message.advance(LENGTH);
    let [kind, id_length] = *message.first_chunk()?;
    message.advance(2);
    let id = (message.len() >= id_length.into()).then(|| message.split_to(id_length.into()))?;
    let id = String::from_utf8(id.to_vec()).ok().filter(|id| is_id(id))?;
    Some(Outgoing { kind: of_code(kind)?, id, payload: message })
}

/// Whether a text is valid in a message header.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The number of messages in a segment, by its header; `None` if it belongs to another program, version or
/// network.
fn messages_of(network: Network, header: &[u8; HEADER]) -> Option<u32> {
    let (magic, rest) = header.split_first_chunk::<8>()?;
    let (version, rest) = rest.split_first_chunk()?;
    let (its_network, messages) = rest.split_first_chunk::<4>()?;
    let is_ours =
        *magic == MAGIC && u32::from_le_bytes(*version) == VERSION && *its_network == network.magic();
    is_ours.then(|| messages.first_chunk().map(|count| u32::from_le_bytes(*count))).flatten()
}

fn sum(bytes: &[u8]) -> [u8; SUM] {
    let hash = Sha256::digest(bytes);
    let mut sum = [0; SUM];
    sum.copy_from_slice(&hash[..SUM]);
    sum
}

/// The code of a kind in a file.
fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Traffic => 1,
        Kind::Relay => 2,
        Kind::Tx => 3,
        Kind::Chain => 4,
        Kind::Peers => 5,
        Kind::RawTx => 6,
        Kind::Block => 7,
        Kind::State => 8,
        Kind::Status => 9,
    }
}

fn of_code(number: u8) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| code(*kind) == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NET: Network = Network::Signet;

    fn messages() -> Vec<Outgoing> {
        let message = |(number, kind): (usize, Kind)| Outgoing {
            kind,
            id: format!("{number:04x}-7"),
            payload: vec![7; number * 100].into(),
        };
        Kind::ALL.into_iter().enumerate().map(message).collect()
    }

    #[test]
    fn messages_survive_and_other_networks_versions_and_files_are_refused() {
        let file = encode(NET, &messages());
        assert_eq!(decode(NET, file.clone().into()), messages());
        assert_eq!(decode(Network::Mainnet, file.clone().into()), []);
        let mut newer = file.clone();
        newer[8] += 1;
        assert_eq!(decode(NET, newer.into()), []);
        assert_eq!(decode(NET, Bytes::from_static(b"mpulspol")), []);
        assert_eq!(decode(NET, Bytes::new()), []);
    }

    #[test]
    fn a_length_or_an_id_that_cannot_be_is_the_end() {
        let with =
            |message: Outgoing| decode(NET, encode(NET, &[messages()[0].clone(), message]).into()).len();
        assert_eq!(with(messages()[1].clone()), 2);
        let payload = || Bytes::from_static(b"x");
        for id in ["", "a b", "a\r\nNats-Rollup:all", "\u{e4}"] {
            assert_eq!(with(Outgoing { kind: Kind::Tx, id: id.to_owned(), payload: payload() }), 1, "{id:?}");
        }
        let long = vec![0; MAX_MESSAGE];
        assert_eq!(with(Outgoing { kind: Kind::Tx, id: "1".to_owned(), payload: long.into() }), 1);
    }

    #[test]
    fn a_folder_keeps_segments_for_the_next_run_and_has_one_user() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("deep/spool");
        let (folder, segments) = Folder::open(&path, NET).unwrap();
        assert_eq!(segments, []);
        folder.write(0x1f, &messages()).unwrap();
        folder.write(2, &messages()[..1]).unwrap();
        fs::write(path.join("0000000000000009.segment"), b"something else").unwrap();
        fs::write(path.join("notes.txt"), b"").unwrap();
        let in_use = Folder::open(&path, NET).unwrap_err();
        assert!(in_use.to_string().starts_with("another sensor with this name and network is running"));
        drop(folder);
        let (folder, segments) = Folder::open(&path, NET).unwrap();
        assert_eq!(
            segments.iter().map(|segment| (segment.number, segment.messages)).collect::<Vec<_>>(),
            [(2, 1), (0x1f, 9)]
        );
        assert_eq!(folder.load(0x1f).unwrap(), messages());
        folder.remove(0x1f).unwrap();
        assert!(folder.load(0x1f).is_err());
        drop(folder);
        assert_eq!(Folder::open(&path, Network::Mainnet).unwrap().1, [], "those of another network stay");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_among_the_segments_does_not_stop_the_start() {
        let temporary = tempfile::tempdir().unwrap();
        let pipe = temporary.path().join("0000000000000001.segment");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let (folder, segments) = Folder::open(temporary.path(), NET).unwrap();
        assert!(segments.is_empty() && folder.write(1, &messages()).is_err());
    }

    proptest! {
        #[test]
        fn after_damage_the_messages_before_it_are_left(at in 0_usize..10_000, bit in 0_u8..8, cut in 0_usize..10_000) {
            let (file, all) = (encode(NET, &messages()), messages());
            let mut flipped = file.clone();
            let at = HEADER + at % (file.len() - HEADER);
            flipped[at] ^= 1 << bit;
            let read = decode(NET, flipped.into());
            prop_assert!(read.len() < all.len() && all.starts_with(&read));
            let read = decode(NET, file[..cut % file.len()].to_vec().into());
            prop_assert!(read.len() < all.len() && all.starts_with(&read));
        }
    }

    #[test]
    fn fuzz_spool_segment() {
        crate::util::fuzz::target("spool_segment", |input| {
            let messages = decode(NET, Bytes::copy_from_slice(input));
            assert_eq!(decode(NET, encode(NET, &messages).into()), messages);
        });
    }

    /// `UPDATE_CORPUS=1` rewrites the target's corpus.
    #[test]
    fn the_corpus_has_segments_that_are_read() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/spool_segment");
        for (name, messages) in
            [("all_kinds", messages()), ("one", messages()[..1].to_vec()), ("none", Vec::new())]
        {
            let file = path.join(name);
            if std::env::var_os("UPDATE_CORPUS").is_some() {
                fs::create_dir_all(&path).unwrap();
                fs::write(&file, encode(NET, &messages)).unwrap();
            }
            assert_eq!(decode(NET, fs::read(&file).unwrap().into()), messages, "{name}");
        }
    }
}

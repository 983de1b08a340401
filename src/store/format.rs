//! The format shared by all files of this program, and the checks when a file is loaded.
//!
//! ```text
//! magic 8 · version 4 · network 4 · body … · sha256 32
//! ```
//! The version is little-endian, the network is its message magic, and the checksum covers everything
//! before it.

use crate::chain::Network;
use crate::event::{Damage, OsError, StoreFailure};
use crate::store::file;
use sha2::{Digest, Sha256};
use std::io::ErrorKind;
use std::path::Path;

/// The length of what precedes the body, in bytes.
const HEADER: usize = 16;

/// The length of the checksum at the end, in bytes.
pub(super) const CHECKSUM: usize = 32;

/// A kind of file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    /// The first eight bytes of the file.
    pub magic: [u8; 8],
    /// Incremented when an older program could misread the body.
    pub version: u32,
    /// The longest body that this program writes, in bytes.
    pub max_body: usize,
}

impl Format {
    /// The longest file of this kind, in bytes.
    pub const fn max_len(self) -> u64 {
        (HEADER + self.max_body + CHECKSUM) as u64
    }

    /// Returns the content of a file with this body.
    pub fn seal(self, network: Network, body: &[u8]) -> Vec<u8> {
        let mut content = Vec::with_capacity(HEADER + body.len() + CHECKSUM);
        content.extend_from_slice(&self.magic);
        content.extend_from_slice(&self.version.to_le_bytes());
        content.extend_from_slice(&network.magic());
        content.extend_from_slice(body);
        add_checksum(&mut content);
        content
    }

    /// Returns the body of a file.
    ///
    /// # Errors
    /// The content is not a whole file of this kind, version and network.
    pub fn open(self, network: Network, content: &[u8]) -> Result<&[u8], Damage> {
        if content.len() as u64 > self.max_len() {
            return Err(Damage::TooLong(self.max_len()));
        }
        let (magic, rest) = content.split_first_chunk::<8>().ok_or(Damage::Foreign)?;
        if *magic != self.magic {
            return Err(Damage::Foreign);
        }
        let (version, rest) = rest.split_first_chunk().ok_or(Damage::Content)?;
        let (its_network, _) = rest.split_first_chunk::<4>().ok_or(Damage::Content)?;
        let sealed = check(content).ok_or(Damage::Content)?;
        let version = u32::from_le_bytes(*version);
        if version != self.version {
            return Err(Damage::Version(version));
        }
        if *its_network != network.magic() {
            return Err(Damage::Network);
        }
        sealed.get(HEADER..).ok_or(Damage::Content)
    }

    /// Loads a file and parses its body; `Ok(None)` if there is no such file. A damaged file, or one that
    /// `parse` refuses, is set aside. Blocks.
    ///
    /// # Errors
    /// The file exists but is useless.
    pub fn load<T>(
        self,
        path: &Path,
        network: Network,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, StoreFailure> {
        load(path, self.max_len(), |content| parse(self.open(network, content)?).ok_or(Damage::Content))
    }
}

/// Loads a file of at most `max_len` bytes; `Ok(None)` if there is no such file. A file that `parse`
/// refuses is set aside. Blocks.
///
/// # Errors
/// The file exists but is useless.
pub(super) fn load<T>(
    path: &Path,
    max_len: u64,
    parse: impl FnOnce(&[u8]) -> Result<T, Damage>,
) -> Result<Option<T>, StoreFailure> {
    let content = match file::read(path, max_len) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreFailure::Read { files: 1, error: error.into() }),
    };
    parse(&content).map(Some).map_err(|damage| {
        let set_aside = file::set_aside(path).map_err(OsError::from);
        StoreFailure::Damaged { files: 1, damage, set_aside }
    })
}

/// Appends the checksum of `content`.
pub(super) fn add_checksum(content: &mut Vec<u8>) {
    let checksum = Sha256::digest(&content);
    content.extend_from_slice(&checksum);
}

/// Returns everything before the checksum, if the checksum is right.
pub(super) fn check(content: &[u8]) -> Option<&[u8]> {
    let (body, checksum) = content.split_last_chunk::<CHECKSUM>()?;
    (Sha256::digest(body)[..] == checksum[..]).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    const NET: Network = Network::Regtest;
    const FORMAT: Format = Format { magic: *b"mpultest", version: 3, max_body: 100 };

    #[test]
    fn a_body_survives_and_everything_else_is_refused_for_a_reason() {
        let content = FORMAT.seal(NET, b"body");
        assert_eq!(FORMAT.open(NET, &content), Ok(&b"body"[..]));
        assert_eq!(FORMAT.open(NET, &FORMAT.seal(NET, b"")), Ok(&b""[..]));
        assert_eq!(FORMAT.open(Network::Mainnet, &content), Err(Damage::Network));
        let newer = Format { version: 4, ..FORMAT };
        assert_eq!(newer.open(NET, &content), Err(Damage::Version(3)));
        let other = Format { magic: *b"mpulothr", ..FORMAT };
        assert_eq!(other.open(NET, &content), Err(Damage::Foreign));
        let shorter = Format { max_body: 3, ..FORMAT };
        assert_eq!(shorter.open(NET, &content), Err(Damage::TooLong(51)));
        assert_eq!(FORMAT.open(NET, b"mpultest"), Err(Damage::Content));
        for foreign in [&b""[..], b"{}", b"\x7fELF\n\xff\0\0\0"] {
            assert_eq!(FORMAT.open(NET, foreign), Err(Damage::Foreign));
        }
    }

    #[test]
    fn a_damaged_file_is_set_aside_so_that_the_next_start_is_clean() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file.dat");
        let load = || FORMAT.load(&path, NET, |body| (body == b"body").then_some(()));
        assert_eq!(load(), Ok(None), "there is none yet");
        fs::write(&path, FORMAT.seal(NET, b"body")).unwrap();
        assert_eq!(load(), Ok(Some(())));
        fs::write(&path, FORMAT.seal(NET, b"other")).unwrap();
        let aside = dir.path().join("file.dat.damaged");
        let expected =
            StoreFailure::Damaged { files: 1, damage: Damage::Content, set_aside: Ok(aside.clone()) };
        assert_eq!(load(), Err(expected));
        assert_eq!(fs::read(aside).unwrap(), FORMAT.seal(NET, b"other"));
        assert_eq!(load(), Ok(None));
    }

    #[test]
    fn a_file_that_is_far_too_long_is_not_read_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file.dat");
        fs::File::create(&path).unwrap().set_len(FORMAT.max_len() * 1_000_000).unwrap();
        let failure = FORMAT.load(&path, NET, |_| Some(())).unwrap_err();
        assert!(matches!(failure, StoreFailure::Damaged { damage: Damage::TooLong(148), .. }), "{failure:?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_stays() {
        let dir = tempfile::tempdir().unwrap();
        let failure = FORMAT.load(dir.path(), NET, |_| Some(())).unwrap_err();
        assert!(matches!(failure, StoreFailure::Read { files: 1, .. }), "{failure:?}");
        assert!(dir.path().exists());
    }

    proptest! {
        #[test]
        fn no_damage_goes_unnoticed(at in 0_usize..800, bit in 0_u8..8, cut in 0_usize..800) {
            let content = FORMAT.seal(NET, &[7; 50]);
            let mut flipped = content.clone();
            let index = at % flipped.len();
            flipped[index] ^= 1 << bit;
            prop_assert!(FORMAT.open(NET, &flipped).is_err());
            prop_assert!(FORMAT.open(NET, &content[..cut % content.len()]).is_err());
        }
    }
}

//! Files in folders that others may be able to write to.

use crate::util::platform;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Opens a regular file. With a symbolic link, anyone who can write to the folder could choose what is read or
/// overwritten, and a pipe would keep us waiting. Blocks.
///
/// # Errors
/// The error of the system, or that the path is a symbolic link or not a regular file.
pub fn open_regular(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    platform::follow_no_link(options);
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
}

/// Opens a file for reading. Blocks.
///
/// # Errors
/// The error of the system, or that the path is a symbolic link or not a regular file.
pub fn open_to_read(path: &Path) -> io::Result<File> {
    open_regular(OpenOptions::new().read(true), path)
}

/// Opens a file for reading and writing that only its owner can read, creating it if necessary. Blocks.
///
/// # Errors
/// The error of the system, or that the path is a symbolic link or not a regular file.
pub fn open_own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    platform::owner_only(&mut options);
    open_regular(&mut options, path)
}

/// Locks a file, creating it if necessary, until the returned one is dropped or the process ends. `Ok(None)` if the
/// file system has no locks, so that processes cannot notice each other. Blocks.
///
/// # Errors
/// `WouldBlock` if another process has the lock; else the error of opening the file.
pub fn lock(path: &Path) -> Result<Option<File>, TryLockError> {
    let file = open_own(path).map_err(TryLockError::Error)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::Error(_)) => Ok(None),
        Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn neither_a_link_nor_a_pipe_is_opened_or_locked() {
        let dir = tempfile::tempdir().unwrap();
        let [target, link, pipe] = ["target", "link", "pipe"].map(|name| dir.path().join(name));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        for exists in [false, true] {
            for path in [&link, &pipe, &dir.path().to_owned()] {
                assert!(open_to_read(path).is_err() && open_own(path).is_err(), "{}", path.display());
                assert!(matches!(lock(path), Err(TryLockError::Error(_))), "{}", path.display());
            }
            assert_eq!(target.exists(), exists);
            fs::write(&target, "secret").unwrap();
        }
    }

    #[test]
    fn a_lock_has_one_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".lock");
        let first = lock(&path).unwrap().unwrap();
        assert!(matches!(lock(&path), Err(TryLockError::WouldBlock)));
        drop(first);
        assert!(lock(&path).unwrap().is_some());
    }
}

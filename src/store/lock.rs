//! The lock on the state files of one network: of several processes, one saves.

use crate::chain::Network;
use crate::event::{Store, StoreFailure, StoreProblem};
use crate::store::file;
use std::fs::{File, TryLockError};
use std::path::Path;

/// The lock, until it is dropped. The system takes it from a process that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Locks the state files of `network` in `state_dir`. `Ok(None)` if the file system cannot lock or write
    /// there, so that no process can tell whether there is another one. Blocks.
    ///
    /// # Errors
    /// Another process has the lock.
    pub fn acquire(state_dir: &Path, network: Network) -> Result<Option<Self>, StoreProblem> {
        let Ok(file) = file::open(&state_dir.join(format!("{network}.lock"))) else { return Ok(None) };
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::Error(_)) => Ok(None),
            Err(TryLockError::WouldBlock) => Err(StoreProblem {
                store: Store::Lock,
                path: state_dir.to_owned(),
                failure: StoreFailure::InUse,
            }),
        }
    }
}

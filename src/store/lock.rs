//! The locks on the state files of one network, and on those for all networks: of several processes, only one
//! saves.

use crate::chain::Network;
use crate::event::{Store, StoreFailure, StoreProblem};
use crate::store::file;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

/// How often to check that the lock still counts. If the folder vanishes, two processes may save for this
/// long.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// A lock, held until dropped. The system releases it when the process ends.
#[derive(Debug)]
pub struct Lock {
    place: Place,
    file: Arc<File>,
    look_at: Instant,
    looking: Option<JoinHandle<Look>>,
}

/// The locked file.
#[derive(Clone, Debug)]
struct Place {
    state_dir: PathBuf,
    name: String,
    /// What it protects.
    store: Store,
}

/// The result of a check.
#[derive(Debug)]
enum Look {
    /// The lock's file is where another process would look for it, or no file can be there.
    InPlace,
    /// It was missing; it has been created again and locked.
    Renewed(Arc<File>),
    /// Another process has locked the file there.
    Lost(StoreProblem),
}

impl Lock {
    /// Locks the state files of `network` in `state_dir`. `Ok(None)` if the file system cannot lock or write,
    /// so that processes cannot notice each other. Blocks.
    ///
    /// # Errors
    /// Another process has the lock.
    pub fn of_network(state_dir: &Path, network: Network) -> Result<Option<Self>, StoreProblem> {
        Self::acquire(state_dir, network.to_string(), Store::Lock)
    }

    /// Locks what the user types and chooses on screen, which is saved for all networks; otherwise like
    /// [`Lock::of_network`].
    pub fn of_screen(state_dir: &Path) -> Result<Option<Self>, StoreProblem> {
        Self::acquire(state_dir, "screen".to_owned(), Store::Screen)
    }

    fn acquire(state_dir: &Path, name: String, store: Store) -> Result<Option<Self>, StoreProblem> {
        let place = Place { state_dir: state_dir.to_owned(), name, store };
        let (file, look_at) = (place.open()?, Instant::now() + LOOK_INTERVAL);
        Ok(file.map(|file| Self { place, file: Arc::new(file), look_at, looking: None }))
    }

    /// Waits until another process has the lock: the folder was removed, and a process started then found no
    /// lock in the new one. Cancel-safe.
    pub async fn lost(&mut self) -> StoreProblem {
        loop {
            if self.looking.is_none() {
                sleep_until(self.look_at).await;
                let (place, file) = (self.place.clone(), Arc::clone(&self.file));
                self.looking = Some(spawn_blocking(move || place.look(&file)));
            }
            let Some(looking) = &mut self.looking else { continue };
            let found = looking.await;
            (self.looking, self.look_at) = (None, Instant::now() + LOOK_INTERVAL);
            match found {
                // A failed check is repeated.
                Ok(Look::InPlace) | Err(_) => {}
                Ok(Look::Renewed(file)) => self.file = file,
                Ok(Look::Lost(problem)) => return problem,
            }
        }
    }
}

impl Place {
    fn path(&self) -> PathBuf {
        self.state_dir.join(format!("{}.lock", self.name))
    }

    fn open(&self) -> Result<Option<File>, StoreProblem> {
        file::lock(&self.path()).or_else(|error| match error {
            TryLockError::Error(_) => Ok(None),
            TryLockError::WouldBlock => {
                let (store, path) = (self.store, self.state_dir.clone());
                Err(StoreProblem { store, path, failure: StoreFailure::InUse })
            }
        })
    }

    fn look(&self, file: &File) -> Look {
        if file::is_at(file, &self.path()) {
            return Look::InPlace;
        }
        match self.open() {
            Ok(Some(file)) => Look::Renewed(Arc::new(file)),
            Ok(None) => Look::InPlace,
            Err(problem) => Look::Lost(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tokio::time::timeout;

    const NET: Network = Network::Regtest;

    /// Whether the lock is lost within a minute.
    async fn is_lost(lock: &mut Lock) -> bool {
        timeout(Duration::from_mins(1), lock.lost()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn one_of_two_processes_keeps_the_lock_when_the_folder_has_vanished() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("state");
        let mut first = Lock::of_network(&dir, NET).unwrap().unwrap();
        assert!(!is_lost(&mut first).await);
        for vanish in
            [|dir: &Path| fs::remove_dir_all(dir), |dir: &Path| fs::rename(dir, dir.with_extension("old"))]
        {
            vanish(&dir).unwrap();
            let second = Lock::of_network(&dir, NET).unwrap();
            let problem = first.lost().await;
            assert_eq!((problem.failure, &problem.path), (StoreFailure::InUse, &dir));
            first = second.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_that_vanished_is_taken_again_before_another_process_comes() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("state");
        let mut first = Lock::of_network(&dir, NET).unwrap().unwrap();
        fs::remove_dir_all(&dir).unwrap();
        assert!(!is_lost(&mut first).await);
        assert_eq!(Lock::of_network(&dir, NET).unwrap_err().failure, StoreFailure::InUse);
        assert!(!is_lost(&mut first).await);
    }
}

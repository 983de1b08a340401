//! Keeps the size of the mempool over the last day on disk: one file per network.
//!
//! ```text
//! magic 8 · version 4 · network 4 · samples · sha256 32
//! ```

use crate::chain::Network;
use crate::event::{Damage, OsError, Store, StoreFailure, StoreProblem};
use crate::model::History;
use crate::store::state_file;
use crate::util::time::Timestamp;
use sha2::{Digest, Sha256};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

const MAGIC: &[u8; 8] = b"mpulhist";

/// Raised when an older program could misread the file.
const VERSION: u32 = 1;

/// What stands before the samples, in bytes.
const HEADER: usize = 16;

/// What stands behind them.
const CHECKSUM: usize = 32;

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = (HEADER + History::LONGEST + CHECKSUM) as u64;

/// How many minutes may be lost if the program ends without notice.
const SAVE_EVERY: u32 = 5;

/// How long the last write may take at the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Where the history of one network is kept.
#[derive(Debug)]
pub struct HistoryStore {
    path: Option<PathBuf>,
    network: Network,
    /// The latest minute that is on disk.
    saved: Option<u32>,
    saving: JoinSet<io::Result<()>>,
    warning: Option<StoreProblem>,
    failing: bool,
}

impl HistoryStore {
    /// What was kept in `state_dir`; without a folder nothing is kept. Blocks while it reads: 60 kB.
    pub fn open(state_dir: Option<&Path>, network: Network, now: Timestamp) -> (Self, History) {
        let path = state_dir.map(|folder| folder.join(format!("history-{network}.bin")));
        let (history, warning) = match path.as_deref().map(|path| load(path, network, now)) {
            None => (History::default(), None),
            Some(Ok(history)) => (history, None),
            Some(Err(warning)) => (History::default(), Some(warning)),
        };
        let saved = history.newest();
        let saving = JoinSet::new();
        (Self { path, network, saved, saving, warning, failing: false }, history)
    }

    /// Begins to save if it is time. Never waits.
    pub fn keep(&mut self, history: &History) {
        let newest = history.newest();
        let is_due = match (newest, self.saved) {
            (Some(newest), Some(saved)) => newest >= saved.saturating_add(SAVE_EVERY),
            (newest, _) => newest.is_some(),
        };
        if is_due && self.saving.is_empty() {
            self.save(history);
        }
    }

    /// What goes wrong, in one line; said once. Waits forever while nothing does. Cancel-safe.
    pub async fn problem(&mut self) -> StoreProblem {
        loop {
            if let Some(warning) = self.warning.take() {
                return warning;
            }
            let Some(saved) = self.saving.join_next().await else { return std::future::pending().await };
            if let Err(error) = saved.unwrap_or_else(|error| Err(io::Error::other(error))) {
                let path = self.path.clone().unwrap_or_default();
                if !std::mem::replace(&mut self.failing, true) {
                    return StoreProblem {
                        store: Store::History,
                        path,
                        failure: StoreFailure::Write(error.into()),
                    };
                }
            } else {
                self.failing = false;
            }
        }
    }

    /// Saves a last time, for at most 2 s.
    pub async fn close(mut self, history: &History) {
        let saved = timeout(CLOSE_TIMEOUT, async {
            // One after the other, so that the last one wins.
            while self.saving.join_next().await.is_some() {}
            self.save(history);
            self.saving.join_next().await
        });
        if !matches!(saved.await, Ok(None | Some(Ok(Ok(()))))) {
            tracing::warn!("the history of the mempool could not be saved");
        }
    }

    fn save(&mut self, history: &History) {
        let Some(path) = self.path.clone().filter(|_| history.newest() != self.saved) else { return };
        self.saved = history.newest();
        let content = encode(history, self.network);
        self.saving.spawn_blocking(move || state_file::write(&path, &content));
    }
}

/// What is in the file; what is wrong with it, in one line.
fn load(path: &Path, network: Network, now: Timestamp) -> Result<History, StoreProblem> {
    let problem = |failure| StoreProblem { store: Store::History, path: path.to_owned(), failure };
    let content = match state_file::read(path, MAX_FILE) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(History::default()),
        Err(error) => {
            return Err(problem(StoreFailure::Read { files: 1, error: error.into() }));
        }
    };
    decode(&content, network, now).ok_or_else(|| {
        let set_aside = state_file::set_aside(path).map_err(OsError::from);
        problem(StoreFailure::Damaged { files: 1, damage: Damage::Content, set_aside })
    })
}

fn encode(history: &History, network: Network) -> Vec<u8> {
    let mut content = MAGIC.to_vec();
    content.extend_from_slice(&VERSION.to_le_bytes());
    content.extend_from_slice(&network.magic());
    content.extend_from_slice(&history.encode());
    let checksum = Sha256::digest(&content);
    content.extend_from_slice(&checksum);
    content
}

fn decode(content: &[u8], network: Network, now: Timestamp) -> Option<History> {
    let (body, checksum) = content.split_last_chunk::<CHECKSUM>()?;
    let (magic, rest) = body.split_first_chunk::<8>()?;
    let (version, rest) = rest.split_first_chunk()?;
    let (its_network, samples) = rest.split_first_chunk::<4>()?;
    let is_ours =
        magic == MAGIC && u32::from_le_bytes(*version) == VERSION && *its_network == network.magic();
    let is_whole = Sha256::digest(body)[..] == checksum[..];
    if is_ours && is_whole { History::decode(samples, now) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind};
    use crate::model::{Model, ModelSettings};
    use futures_util::FutureExt;

    const NET: Network = Network::Regtest;
    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    /// A model that watched for so many minutes.
    fn watched(history: History, from: Timestamp, minutes: u32) -> Model {
        let settings = ModelSettings {
            network: NET,
            demo: false,
            listed_peers: true,
            max_mempool: 1 << 20,
            started: from - Duration::from_mins(1),
        };
        let mut model = Model::new(settings).with_history(history);
        for minute in 0..minutes {
            let time = from + Duration::from_mins(1) * minute;
            model.apply(&Event { time, kind: EventKind::Addresses(vec![]) });
        }
        model
    }

    #[tokio::test]
    async fn what_one_run_measured_the_next_one_goes_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let (store, history) = HistoryStore::open(Some(folder.path()), NET, NOW);
        let model = watched(history, NOW, 3);
        store.close(model.history()).await;
        let later = NOW + Duration::from_hours(1);
        let (mut store, history) = HistoryStore::open(Some(folder.path()), NET, later);
        assert_eq!(&history, model.history());
        assert_eq!(store.problem().now_or_never(), None);
        let (_, foreign) = HistoryStore::open(Some(folder.path()), Network::Signet, later);
        assert_eq!(foreign, History::default());
        let (_, from_the_future) = HistoryStore::open(Some(folder.path()), NET, NOW);
        assert_eq!(from_the_future.newest(), watched(History::default(), NOW, 1).history().newest());
    }

    #[tokio::test]
    async fn it_is_saved_every_few_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = HistoryStore::open(Some(folder.path()), NET, NOW);
        store.keep(watched(History::default(), NOW, 1).history());
        assert_eq!(store.saving.len(), 1);
        while store.saving.join_next().await.is_some() {}
        store.keep(watched(History::default(), NOW, SAVE_EVERY).history());
        assert_eq!(store.saving.len(), 0);
        store.keep(watched(History::default(), NOW, SAVE_EVERY + 1).history());
        assert_eq!(store.saving.len(), 1);
    }

    #[tokio::test]
    async fn a_damaged_file_is_set_aside_with_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history-regtest.bin");
        let mut content = encode(watched(History::default(), NOW, 5).history(), NET);
        content[20] ^= 1;
        std::fs::write(&path, content).unwrap();
        let (mut store, history) = HistoryStore::open(Some(folder.path()), NET, NOW);
        assert_eq!(history, History::default());
        let problem = store.problem().await;
        assert!(matches!(problem.failure, StoreFailure::Damaged { set_aside: Ok(_), .. }), "{problem}");
        assert!(!path.exists());
    }
}

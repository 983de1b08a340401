//! The size of the mempool over the last day: one file per network, `history-NETWORK.bin`.

use crate::chain::Network;
use crate::event::{Store, StoreProblem};
use crate::model::History;
use crate::store::file;
use crate::store::format::Format;
use crate::store::writer::{Writer, close, problem_of};
use crate::util::time::Timestamp;
use std::path::Path;

const FORMAT: Format = Format { magic: *b"mpulhist", version: 1, max_body: History::LONGEST };

/// How many minutes a crash may lose.
const SAVE_INTERVAL: u32 = 5;

/// Saves the history of one network.
#[derive(Debug)]
pub struct HistoryStore {
    writer: Option<Writer<Vec<u8>>>,
    network: Network,
    /// The latest minute that was saved.
    saved: Option<u32>,
}

impl HistoryStore {
    /// Loads the history in `state_dir`; without a directory nothing is saved. Samples later than `now` are
    /// left out. Blocks while reading 60 kB.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(state_dir: Option<&Path>, network: Network, now: Timestamp) -> (Self, History) {
        let Some(dir) = state_dir else {
            return (Self { writer: None, network, saved: None }, History::default());
        };
        let path = dir.join(format!("history-{network}.bin"));
        let loaded = FORMAT.load(&path, network, |body| History::decode(body, now));
        let (history, failure) = match loaded {
            Ok(history) => (history.unwrap_or_default(), None),
            Err(failure) => (History::default(), Some(failure)),
        };
        let target = path.clone();
        let write = move |content: Vec<u8>| {
            file::remove_stale(&target);
            file::write(&target, &content)
        };
        let writer = Writer::start(Store::History, path, 1, failure, write);
        (Self { writer: Some(writer), network, saved: history.newest() }, history)
    }

    /// Starts saving the history if five minutes of it are unsaved. Never blocks.
    pub fn save(&mut self, history: &History) {
        if is_due(history.newest(), self.saved)
            && let Some(writer) = &self.writer
            && writer.write(|| self.encode(history))
        {
            self.saved = history.newest();
        }
    }

    /// Stops saving.
    pub fn stop_saving(&mut self) {
        self.writer = None;
    }

    /// Waits for the next problem; pending while there is none. Cancel-safe.
    pub async fn problem(&mut self) -> StoreProblem {
        problem_of(&mut self.writer).await
    }

    /// Saves a last time, for at most 2 s. Returns an unreported problem.
    pub fn close(self, history: &History) -> impl Future<Output = Option<StoreProblem>> + use<> {
        let is_failing = self.writer.as_ref().is_some_and(Writer::is_failing);
        let is_unsaved = history.newest() != self.saved || is_failing;
        let last = is_unsaved.then(|| self.encode(history));
        close(self.writer, last)
    }

    fn encode(&self, history: &History) -> Vec<u8> {
        FORMAT.seal(self.network, &history.encode())
    }
}

fn is_due(newest: Option<u32>, saved: Option<u32>) -> bool {
    match (newest, saved) {
        (Some(newest), Some(saved)) => newest >= saved.saturating_add(SAVE_INTERVAL),
        (newest, _) => newest.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind, StoreFailure};
    use crate::model::{Model, ModelSettings};
    use futures_util::FutureExt;
    use std::time::Duration;

    const NET: Network = Network::Regtest;
    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    /// A model after this many minutes of events.
    fn watched(history: History, from: Timestamp, minutes: u32) -> Model {
        let settings = ModelSettings {
            network: NET,
            demo: false,
            chosen_peers: true,
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
    async fn the_next_run_continues_the_history() {
        let dir = tempfile::tempdir().unwrap();
        let (store, history) = HistoryStore::load(Some(dir.path()), NET, NOW);
        let model = watched(history, NOW, 3);
        assert_eq!(store.close(model.history()).await, None);
        let later = NOW + Duration::from_hours(1);
        let (mut store, history) = HistoryStore::load(Some(dir.path()), NET, later);
        assert_eq!(history.encode(), model.history().encode());
        assert_eq!(store.problem().now_or_never(), None);
        let (_, foreign) = HistoryStore::load(Some(dir.path()), Network::Signet, later);
        assert_eq!(foreign, History::default());
        let (_, from_the_future) = HistoryStore::load(Some(dir.path()), NET, NOW);
        assert_eq!(from_the_future.newest(), watched(History::default(), NOW, 1).history().newest());
    }

    #[tokio::test]
    async fn the_history_is_saved_every_five_minutes() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = HistoryStore::load(Some(dir.path()), NET, NOW);
        let newest_after = |minutes| watched(History::default(), NOW, minutes).history().newest();
        store.save(watched(History::default(), NOW, 1).history());
        assert_eq!(store.saved, newest_after(1));
        store.save(watched(History::default(), NOW, SAVE_INTERVAL).history());
        assert_eq!(store.saved, newest_after(1));
        while store.saved == newest_after(1) {
            store.save(watched(History::default(), NOW, SAVE_INTERVAL + 1).history());
            tokio::task::yield_now().await;
        }
        assert_eq!(store.saved, newest_after(SAVE_INTERVAL + 1));
    }

    #[tokio::test]
    async fn a_damaged_file_is_set_aside_with_a_warning() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history-regtest.bin");
        let mut content = FORMAT.seal(NET, &watched(History::default(), NOW, 5).history().encode());
        content[20] ^= 1;
        std::fs::write(&path, content).unwrap();
        let (mut store, history) = HistoryStore::load(Some(dir.path()), NET, NOW);
        assert_eq!(history, History::default());
        let problem = store.problem().await;
        let is_damaged = matches!(problem.failure, StoreFailure::Damaged { set_aside: Ok(_), .. });
        assert!(is_damaged && problem.store == Store::History, "{problem}");
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_file_of_the_first_version_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let history = watched(History::default(), NOW, 5);
        let mut content = b"mpulhist\x01\0\0\0".to_vec();
        content.extend_from_slice(&NET.magic());
        content.extend_from_slice(&history.history().encode());
        let checksum = <sha2::Sha256 as sha2::Digest>::digest(&content);
        content.extend_from_slice(&checksum);
        std::fs::write(dir.path().join("history-regtest.bin"), content).unwrap();
        let later = NOW + Duration::from_hours(1);
        let (_, loaded) = HistoryStore::load(Some(dir.path()), NET, later);
        assert_eq!(loaded.encode(), history.history().encode());
    }

    #[test]
    fn fuzz_history() {
        crate::util::fuzz::target("history", |body| {
            let Some(history) = History::decode(body, NOW) else { return };
            let written = history.encode();
            assert!(written.len() <= body.len());
            assert_eq!(History::decode(&written, NOW), Some(history));
        });
    }
}

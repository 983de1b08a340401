//! The targets of the watch list that were added on screen: one file per network, `watch-NETWORK.bin`.

use crate::chain::Network;
use crate::event::{Command, MAX_TARGETS, Store, StoreProblem, WatchTarget};
use crate::model::Model;
use crate::store::file;
use crate::store::format::Format;
use crate::store::writer::{Writer, close, problem_of};
use std::path::Path;

/// The longest target, in bytes: a script of the maximum length, in hexadecimal.
const LONGEST: usize = 20_000;

/// The body has one target per line, as the user wrote it.
const FORMAT: Format = Format { magic: *b"mpulwtch", version: 1, max_body: MAX_TARGETS * (LONGEST + 1) };

/// Saves the targets that the user adds to and removes from the watch list of one network.
#[derive(Debug)]
pub struct WatchlistStore {
    writer: Option<Writer<Vec<u8>>>,
    network: Network,
    targets: Vec<WatchTarget>,
    /// Whether the last change has not been handed to the writer.
    is_unsaved: bool,
}

impl WatchlistStore {
    /// Loads the targets in `state_dir`; without a directory nothing is saved. Blocks while reading.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(state_dir: Option<&Path>, network: Network) -> (Self, Vec<WatchTarget>) {
        let Some(dir) = state_dir else {
            return (Self { writer: None, network, targets: Vec::new(), is_unsaved: false }, Vec::new());
        };
        let path = dir.join(format!("watch-{network}.bin"));
        let (targets, failure) = match FORMAT.load(&path, network, |body| decode(body, network)) {
            Ok(targets) => (targets.unwrap_or_default(), None),
            Err(failure) => (Vec::new(), Some(failure)),
        };
        let target = path.clone();
        let write = move |content: Vec<u8>| {
            file::remove_stale(&target);
            file::write(&target, &content)
        };
        let writer = Writer::start(Store::Watchlist, path, 1, failure, write);
        let store = Self { writer: Some(writer), network, targets: targets.clone(), is_unsaved: false };
        (store, targets)
    }

    /// Notes a user command that the model has carried out, and starts saving. Never blocks.
    pub fn note(&mut self, command: &Command, model: &Model) {
        match command {
            Command::Watch(targets) => {
                // The model refuses targets beyond the limit.
                for target in targets.iter().filter(|target| model.watchlist().contains(target)) {
                    if self.targets.iter().all(|known| known.key() != target.key()) {
                        self.targets.push(target.clone());
                        self.is_unsaved = true;
                    }
                }
            }
            Command::Unwatch(target) => {
                let before = self.targets.len();
                self.targets.retain(|known| known.key() != target.key());
                self.is_unsaved |= self.targets.len() != before;
            }
            Command::Alert(_) | Command::Replay(_) => {}
        }
        self.save();
    }

    /// Starts saving what the writer had no room for. Never blocks.
    pub fn save(&mut self) {
        if self.is_unsaved
            && let Some(writer) = &self.writer
            && writer.write(|| self.encode())
        {
            self.is_unsaved = false;
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
    pub fn close(self) -> impl Future<Output = Option<StoreProblem>> + use<> {
        let is_failing = self.writer.as_ref().is_some_and(Writer::is_failing);
        let last = (self.is_unsaved || is_failing).then(|| self.encode());
        close(self.writer, last)
    }

    fn encode(&self) -> Vec<u8> {
        let lines: String = self.targets.iter().flat_map(|target| [target.text(), "\n"]).collect();
        FORMAT.seal(self.network, lines.as_bytes())
    }
}

/// Parses the lines of [`WatchlistStore::encode`]; `None` for anything else.
fn decode(body: &[u8], network: Network) -> Option<Vec<WatchTarget>> {
    let lines = std::str::from_utf8(body).ok()?.lines();
    let targets: Vec<_> = lines.map(|line| WatchTarget::parse(line, network).ok()).collect::<Option<_>>()?;
    (targets.len() <= MAX_TARGETS).then_some(targets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::StoreFailure;
    use crate::model::testing::Scene;
    use futures_util::FutureExt;

    const NET: Network = Network::Regtest;

    fn target(text: &str) -> WatchTarget {
        WatchTarget::parse(text, NET).unwrap()
    }

    /// The user enters a command on screen.
    fn enter(store: &mut WatchlistStore, scene: &mut Scene, command: &Command) {
        scene.changes(command.clone());
        store.note(command, &scene.model);
    }

    fn texts(targets: &[WatchTarget]) -> Vec<&str> {
        targets.iter().map(WatchTarget::text).collect()
    }

    #[tokio::test]
    async fn the_next_run_watches_what_was_added_and_not_what_was_removed() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, before) = WatchlistStore::load(Some(dir.path()), NET);
        assert!(before.is_empty());
        let mut scene = Scene::new();
        let txid = "0a".repeat(32);
        let added = ["51", &txid, "52"].map(target);
        enter(&mut store, &mut scene, &Command::Watch(added.to_vec()));
        enter(&mut store, &mut scene, &Command::Watch(vec![target(" 51 ")]));
        enter(&mut store, &mut scene, &Command::Unwatch(target("52")));
        assert_eq!(store.close().await, None);
        let (mut store, kept) = WatchlistStore::load(Some(dir.path()), NET);
        assert_eq!(texts(&kept), ["51", &txid]);
        assert_eq!(store.problem().now_or_never(), None);
        assert!(WatchlistStore::load(Some(dir.path()), Network::Signet).1.is_empty());
        enter(&mut store, &mut scene, &Command::Unwatch(target("51")));
        assert_eq!(store.close().await, None);
        assert_eq!(texts(&WatchlistStore::load(Some(dir.path()), NET).1), [txid]);
    }

    #[tokio::test]
    async fn what_the_model_refuses_is_not_saved() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = WatchlistStore::load(Some(dir.path()), NET);
        let mut scene = Scene::new();
        let many = (0..=MAX_TARGETS).map(|number| target(&format!("{number:04x}"))).collect();
        enter(&mut store, &mut scene, &Command::Watch(many));
        assert_eq!(store.close().await, None);
        assert_eq!(WatchlistStore::load(Some(dir.path()), NET).1.len(), MAX_TARGETS);
    }

    #[tokio::test]
    async fn a_removed_target_of_the_command_line_leaves_no_trace() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = WatchlistStore::load(Some(dir.path()), NET);
        let mut scene = Scene::new();
        scene.changes(Command::Watch(vec![target("51")]));
        enter(&mut store, &mut scene, &Command::Unwatch(target("51")));
        assert_eq!(store.close().await, None);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_file_with_anything_but_targets_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("watch-regtest.bin");
        std::fs::write(&path, FORMAT.seal(NET, b"51\nnothing\n")).unwrap();
        let (mut store, kept) = WatchlistStore::load(Some(dir.path()), NET);
        assert!(kept.is_empty());
        let problem = store.problem().await;
        assert!(matches!(problem.failure, StoreFailure::Damaged { set_aside: Ok(_), .. }), "{problem}");
        assert!(problem.to_string().starts_with("watch list "), "{problem}");
        assert!(!path.exists());
    }

    #[test]
    fn fuzz_watchlist() {
        crate::util::fuzz::target("watchlist", |body| {
            let Some(targets) = decode(body, NET) else { return };
            assert!(targets.len() <= MAX_TARGETS);
            let store = WatchlistStore { writer: None, network: NET, targets, is_unsaved: false };
            let content = store.encode();
            let again = decode(FORMAT.open(NET, &content).expect("it is whole"), NET);
            let keys =
                |targets: &[WatchTarget]| targets.iter().map(|it| it.key().clone()).collect::<Vec<_>>();
            assert_eq!(keys(&again.expect("what is written is read")), keys(&store.targets));
        });
    }
}

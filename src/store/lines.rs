//! Lines that the user typed on screen: the text files `queries` and `alerts`, for all networks.

use crate::event::{Store, StoreFailure, StoreProblem};
use crate::store::file;
use crate::store::saving::Saving;
use crate::store::writer::{Writer, close, problem_of};
use std::io::ErrorKind;
use std::path::Path;

/// The longest file to read, in bytes. Only the beginning of a longer one is read.
const MAX_FILE: u64 = 200_000;

/// How many changes may wait to be written.
const MAX_WAITING: usize = 4;

/// Saves lines that the user typed.
#[derive(Debug)]
pub struct LineStore {
    writer: Option<Writer<Vec<String>>>,
    saving: Saving,
}

impl LineStore {
    /// Loads the last queries, which are saved while `saving` is on. Blocks while reading.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn queries(state_dir: Option<&Path>, saving: Saving) -> (Self, Vec<String>) {
        Self::load(state_dir, saving, Store::Queries, "queries")
    }

    /// Loads the alert rules added on screen; otherwise like [`LineStore::queries`].
    pub(super) fn alerts(state_dir: Option<&Path>, saving: Saving) -> (Self, Vec<String>) {
        Self::load(state_dir, saving, Store::Alerts, "alerts")
    }

    /// Loads the lines of a file in `state_dir`; without a directory nothing is saved.
    fn load(state_dir: Option<&Path>, saving: Saving, store: Store, name: &str) -> (Self, Vec<String>) {
        let Some(dir) = state_dir else { return (Self { writer: None, saving }, Vec::new()) };
        let path = dir.join(name);
        let (content, failure) = match file::read(&path, MAX_FILE) {
            Ok(content) => (content, None),
            Err(error) if error.kind() == ErrorKind::NotFound => (Vec::new(), None),
            Err(error) => (Vec::new(), Some(StoreFailure::Read { files: 1, error: error.into() })),
        };
        let lines = String::from_utf8_lossy(&content).lines().map(str::to_owned).collect();
        let target = path.clone();
        let write = move |lines: Vec<String>| {
            let content: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
            file::write(&target, content.as_bytes())
        };
        let writer = Writer::start(store, path, MAX_WAITING, failure, write);
        (Self { writer: Some(writer), saving }, lines)
    }

    /// Starts saving the lines. Never blocks.
    pub fn save(&self, lines: Vec<String>) {
        if let Some(writer) = self.writer.as_ref().filter(|_| self.saving.is_on()) {
            // On a disk this slow, at most the last changes are lost.
            writer.write(|| lines);
        }
    }

    /// Waits for the next problem; pending while there is none. Cancel-safe.
    pub async fn problem(&mut self) -> StoreProblem {
        problem_of(&mut self.writer).await
    }

    /// Writes what is waiting, for at most 2 s. Returns an unreported problem.
    pub async fn close(self) -> Option<StoreProblem> {
        close(self.writer, None).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> Saving {
        let saving = Saving::default();
        saving.set(true);
        saving
    }

    #[tokio::test]
    async fn the_next_run_finds_the_lines() {
        let dir = tempfile::tempdir().unwrap();
        let (store, lines) = LineStore::queries(Some(dir.path()), on());
        assert!(lines.is_empty());
        let lines = ["peers relay".to_owned(), "blocks stale".to_owned()];
        store.save(lines.to_vec());
        assert_eq!(store.close().await, None);
        assert_eq!(LineStore::queries(Some(dir.path()), on()).1, lines);
    }

    #[tokio::test]
    async fn nothing_is_saved_once_another_process_does() {
        let dir = tempfile::tempdir().unwrap();
        let saving = on();
        let (store, _) = LineStore::queries(Some(dir.path()), saving.clone());
        saving.set(false);
        store.save(vec!["peers relay".to_owned()]);
        assert_eq!(store.close().await, None);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("queries")).unwrap();
        let (mut store, lines) = LineStore::queries(Some(dir.path()), on());
        assert!(lines.is_empty());
        assert!(store.problem().await.to_string().starts_with("query history "));
    }
}

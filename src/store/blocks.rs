//! The figures of the last blocks: one file per network, `blocks-NETWORK.bin`.

use crate::chain::Network;
use crate::event::{Store, StoreProblem};
use crate::model::blocks::Blocks;
use crate::store::file;
use crate::store::format::Format;
use crate::store::writer::{Writer, close, problem_of};
use std::path::Path;

const FORMAT: Format = Format { magic: *b"mpulblok", version: 1, max_body: Blocks::LONGEST };

/// Saves the figures of the blocks of one network.
#[derive(Debug)]
pub struct BlockStore {
    writer: Option<Writer<Vec<u8>>>,
    network: Network,
    /// The value of [`Blocks::changes`] at the last save.
    saved: u64,
}

impl BlockStore {
    /// Loads the figures in `state_dir`; without a directory nothing is saved. Blocks while reading 60 kB.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(state_dir: Option<&Path>, network: Network) -> (Self, Blocks) {
        let Some(dir) = state_dir else {
            return (Self { writer: None, network, saved: 0 }, Blocks::default());
        };
        let path = dir.join(format!("blocks-{network}.bin"));
        let (blocks, failure) = match FORMAT.load(&path, network, Blocks::decode) {
            Ok(blocks) => (blocks.unwrap_or_default(), None),
            Err(failure) => (Blocks::default(), Some(failure)),
        };
        let target = path.clone();
        let write = move |content: Vec<u8>| {
            file::remove_stale(&target);
            file::write(&target, &content)
        };
        let writer = Writer::start(Store::Blocks, path, 1, failure, write);
        (Self { writer: Some(writer), network, saved: blocks.changes() }, blocks)
    }

    /// Starts saving the figures if there are new ones. Never blocks.
    pub fn save(&mut self, blocks: &Blocks) {
        if blocks.changes() != self.saved
            && let Some(writer) = &self.writer
            && writer.write(|| self.encode(blocks))
        {
            self.saved = blocks.changes();
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
    pub fn close(self, blocks: &Blocks) -> impl Future<Output = Option<StoreProblem>> + use<> {
        let is_failing = self.writer.as_ref().is_some_and(Writer::is_failing);
        let is_unsaved = blocks.changes() != self.saved || is_failing;
        let last = is_unsaved.then(|| self.encode(blocks));
        close(self.writer, last)
    }

    fn encode(&self, blocks: &Blocks) -> Vec<u8> {
        FORMAT.seal(self.network, &blocks.encode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, PeerId, StoreFailure};
    use crate::model::testing::{Scene, block, loose};
    use futures_util::FutureExt;
    use std::sync::Arc;

    const NET: Network = Network::Regtest;

    fn past(scene: &mut Scene, height: u32) {
        let mut block = Arc::unwrap_or_clone(block(&[&loose(height)]));
        block.hash.0[..4].copy_from_slice(&height.to_be_bytes());
        let block = Arc::new(block);
        scene.happen(EventKind::PastBlock { peer: PeerId(1), height, block });
    }

    #[tokio::test]
    async fn the_next_run_shows_the_same_blocks() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = BlockStore::load(Some(dir.path()), NET);
        let mut scene = Scene::new();
        past(&mut scene, 3);
        assert_eq!(store.close(scene.model.blocks()).await, None);
        let (mut store, blocks) = BlockStore::load(Some(dir.path()), NET);
        assert_eq!(blocks.encode(), scene.model.blocks().encode());
        assert_eq!(blocks.newest().count(), 1);
        assert_eq!(store.problem().now_or_never(), None);
        let (_, foreign) = BlockStore::load(Some(dir.path()), Network::Signet);
        assert_eq!(foreign.newest().count(), 0);
    }

    #[tokio::test]
    async fn a_block_that_comes_after_newer_ones_is_saved_too() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = BlockStore::load(Some(dir.path()), NET);
        let mut scene = Scene::new();
        // As many as are kept.
        for height in (100..=244).filter(|height| *height != 200) {
            past(&mut scene, height);
        }
        store.save(scene.model.blocks());
        past(&mut scene, 200);
        assert_eq!(store.close(scene.model.blocks()).await, None);
        let (_, blocks) = BlockStore::load(Some(dir.path()), NET);
        assert!(blocks.newest().any(|figures| figures.height == 200));
        assert_eq!(blocks.encode(), scene.model.blocks().encode());
    }

    #[tokio::test]
    async fn a_damaged_file_is_set_aside_with_a_warning() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("blocks-regtest.bin");
        let mut scene = Scene::new();
        past(&mut scene, 3);
        let mut content = FORMAT.seal(NET, &scene.model.blocks().encode());
        content[20] ^= 1;
        std::fs::write(&path, content).unwrap();
        let (mut store, blocks) = BlockStore::load(Some(dir.path()), NET);
        assert_eq!(blocks.newest().count(), 0);
        let problem = store.problem().await;
        assert!(matches!(problem.failure, StoreFailure::Damaged { set_aside: Ok(_), .. }), "{problem}");
        assert!(!path.exists());
    }

    #[test]
    fn fuzz_block_figures() {
        crate::util::fuzz::target("block_figures", |body| {
            let Some(blocks) = Blocks::decode(body) else { return };
            let written = blocks.encode();
            assert!(written.len() <= Blocks::LONGEST);
            let again = Blocks::decode(&written).expect("what is written is read");
            assert_eq!(again.encode(), written);
        });
    }
}

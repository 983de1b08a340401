//! The figures of the last blocks: one file per network, `blocks-NETWORK.bin`.

use crate::chain::Network;
use crate::event::{Store, StoreProblem};
use crate::model::blocks::Blocks;
use crate::store::file;
use crate::store::format::Format;
use crate::store::writer::{Writer, close, problem_of};
use crate::wire::BlockHash;
use std::path::Path;

const FORMAT: Format = Format { magic: *b"mpulblok", version: 1, max_body: Blocks::LONGEST };

/// What changes with every block: the number of blocks, and the newest one.
type Version = (usize, Option<BlockHash>);

/// Saves the figures of the blocks of one network.
#[derive(Debug)]
pub struct BlockStore {
    writer: Option<Writer<Vec<u8>>>,
    network: Network,
    /// What was saved.
    saved: Version,
}

impl BlockStore {
    /// Loads the figures in `state_dir`; without a directory nothing is saved. Blocks while it reads 60 kB.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(state_dir: Option<&Path>, network: Network) -> (Self, Blocks) {
        let Some(dir) = state_dir else {
            return (Self { writer: None, network, saved: Version::default() }, Blocks::default());
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
        (Self { writer: Some(writer), network, saved: version(&blocks) }, blocks)
    }

    /// Begins to save the figures if there are new ones. Never blocks.
    pub fn save(&mut self, blocks: &Blocks) {
        let version = version(blocks);
        if version != self.saved
            && let Some(writer) = &self.writer
            && writer.write(|| self.encode(blocks))
        {
            self.saved = version;
        }
    }

    /// Saves nothing from now on.
    pub fn stop_saving(&mut self) {
        self.writer = None;
    }

    /// The next problem. Pending while there is none. Cancel-safe.
    pub async fn problem(&mut self) -> StoreProblem {
        problem_of(&mut self.writer).await
    }

    /// Saves a last time, for at most 2 s. Returns a problem that was not reported.
    pub fn close(self, blocks: &Blocks) -> impl Future<Output = Option<StoreProblem>> + use<> {
        let is_failing = self.writer.as_ref().is_some_and(Writer::is_failing);
        let is_unsaved = version(blocks) != self.saved || is_failing;
        let last = is_unsaved.then(|| self.encode(blocks));
        close(self.writer, last)
    }

    fn encode(&self, blocks: &Blocks) -> Vec<u8> {
        FORMAT.seal(self.network, &blocks.encode())
    }
}

fn version(blocks: &Blocks) -> Version {
    (blocks.newest().count(), blocks.newest().next().map(|figures| figures.hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, PeerId, StoreFailure};
    use crate::model::testing::{Scene, block, loose};
    use futures_util::FutureExt;

    const NET: Network = Network::Regtest;

    fn past(scene: &mut Scene, height: u32) {
        let block = block(&[&loose(height)]);
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

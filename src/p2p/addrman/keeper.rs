//! Keeps the address book on disk, and tells how it grows.

use crate::chain::Network;
use crate::event::{AddressCounts, Store, StoreFailure, StoreProblem};
use crate::p2p::addrman::address_book::file::BookFile;
use crate::p2p::addrman::address_book::{AddressBook, BookKey};
use crate::util::time::Timestamp;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often the book is saved while it changes. Whatever ends this program without notice costs
/// no more than this (Core: 15 min).
const SAVE_EVERY: Duration = Duration::from_mins(5);

/// How often the sizes of the book are told while it changes.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// What stands between the address book and the disk.
#[derive(Debug)]
pub struct Keeper {
    file: Option<BookFile>,
    saving: JoinSet<io::Result<()>>,
    /// The state of the book that is on disk, as [`AddressBook::changes`] counts.
    saved: u64,
    save_at: Timestamp,
    told: Option<u64>,
    tell_at: Timestamp,
    /// Whether saving failed: it is said once, not every time.
    failing: bool,
}

impl Keeper {
    /// The book that was saved in `folder`, or an empty one; with it what is wrong, if anything, in
    /// one line. Reads the disk.
    pub fn open(
        folder: Option<&Path>,
        network: Network,
        now: Timestamp,
    ) -> (Self, AddressBook, Option<StoreProblem>) {
        // On these the nodes are on one's own machine.
        let private = matches!(network, Network::Regtest | Network::Simnet);
        let file = folder.map(|folder| BookFile::new(folder, network));
        let (loaded, warning) = match file.as_ref().map_or(Ok(None), BookFile::load) {
            Ok(loaded) => (loaded, None),
            Err(error) => (None, Some(error.into())),
        };
        let book = match loaded {
            Some((key, records)) => AddressBook::from_records(key, &records, private),
            None => AddressBook::new(BookKey(rand::random(), rand::random()), private),
        };
        let keeper = Self {
            file,
            saving: JoinSet::new(),
            saved: 0,
            save_at: now + SAVE_EVERY,
            told: None,
            tell_at: now,
            failing: false,
        };
        (keeper, book, warning)
    }

    /// Begins to save the book if it is time, and gives its sizes if they are to be told.
    pub fn tick(&mut self, book: &AddressBook, now: Timestamp) -> Option<Vec<AddressCounts>> {
        if now >= self.save_at {
            self.save_at = now + SAVE_EVERY;
            self.save(book);
        }
        if now < self.tell_at || self.told == Some(book.changes()) {
            return None;
        }
        self.tell_at = now + TELL_EVERY;
        self.told = Some(book.changes());
        Some(book.sizes())
    }

    /// When [`Keeper::tick`] may have something to do.
    pub fn deadline(&self, book: &AddressBook) -> Option<Timestamp> {
        let tell = (self.told != Some(book.changes())).then_some(self.tell_at);
        let save = (self.file.is_some() && self.saved != book.changes()).then_some(self.save_at);
        tell.into_iter().chain(save).min()
    }

    /// A save that was under way is done; what is wrong, if anything, in one line. Waits forever
    /// while there is none. Cancel-safe.
    pub async fn saved(&mut self) -> Option<StoreProblem> {
        let Some(outcome) = self.saving.join_next().await else { return std::future::pending().await };
        let error = match outcome {
            Ok(Ok(())) => {
                self.failing = false;
                return None;
            }
            Ok(Err(error)) => error,
            Err(error) => io::Error::other(error),
        };
        self.saved = 0;
        let first = !std::mem::replace(&mut self.failing, true);
        let path = self.file.as_ref()?.path().to_owned();
        let failure = StoreFailure::Write(error.into());
        first.then_some(StoreProblem { store: Store::Addresses, path, failure })
    }

    /// Saves the book a last time. What is wrong, if anything, in one line.
    pub async fn close(mut self, book: &AddressBook) -> Option<StoreProblem> {
        // One after the other, so that the last one wins.
        while !self.saving.is_empty() {
            self.saved().await;
        }
        self.save(book);
        if self.saving.is_empty() { None } else { self.saved().await }
    }

    /// Saves the book in the background if there is anything new in it.
    fn save(&mut self, book: &AddressBook) {
        let Some(file) = self.file.clone() else { return };
        if self.saved != book.changes() && self.saving.is_empty() {
            self.saved = book.changes();
            let (key, records) = book.records();
            self.saving.spawn_blocking(move || file.save(key, &records));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::PeerAddress;
    use crate::p2p::addrman::address_book::Source;
    use crate::wire::Services;
    use crate::wire::message::KnownAddress;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn learn(book: &mut AddressBook, text: &str) {
        let address = PeerAddress::parse(text, 8_333).unwrap();
        let known = KnownAddress { time: 1_700_000_000, services: Services::NONE, address };
        assert!(book.learn(&known, &Source::Fixed, NOW));
    }

    #[tokio::test]
    async fn what_one_run_learned_the_next_one_knows() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, mut book, warning) = Keeper::open(Some(folder.path()), Network::Mainnet, NOW);
        assert_eq!((book.len(), warning), (0, None));
        learn(&mut book, "20.1.0.1");
        assert_eq!(keeper.close(&book).await, None);
        let (_, book, warning) = Keeper::open(Some(folder.path()), Network::Mainnet, NOW);
        assert_eq!((book.len(), warning), (1, None));
        let (_, book, _) = Keeper::open(Some(folder.path()), Network::Signet, NOW);
        assert!(book.is_empty());
    }

    #[tokio::test]
    async fn a_changed_book_is_saved_now_and_then() {
        let folder = tempfile::tempdir().unwrap();
        let (mut keeper, mut book, _) = Keeper::open(Some(folder.path()), Network::Mainnet, NOW);
        keeper.tick(&book, NOW);
        assert_eq!(keeper.deadline(&book), None, "nothing changed");
        learn(&mut book, "20.1.0.1");
        keeper.tick(&book, NOW + TELL_EVERY);
        assert_eq!(keeper.deadline(&book), Some(NOW + SAVE_EVERY));
        keeper.tick(&book, NOW + SAVE_EVERY);
        assert_eq!(keeper.saved().await, None);
        assert_eq!(keeper.deadline(&book), None);
        let (_, book, _) = Keeper::open(Some(folder.path()), Network::Mainnet, NOW);
        assert_eq!(book.len(), 1);
    }

    #[tokio::test]
    async fn that_saving_fails_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let in_the_way = folder.path().join("file");
        std::fs::write(&in_the_way, "").unwrap();
        let (mut keeper, mut book, _) = Keeper::open(Some(&in_the_way), Network::Mainnet, NOW);
        learn(&mut book, "20.1.0.1");
        keeper.tick(&book, NOW + SAVE_EVERY);
        let problem = keeper.saved().await.unwrap();
        assert!(matches!(problem.failure, StoreFailure::Write(_)), "{problem}");
        assert_eq!(keeper.deadline(&book), Some(NOW + SAVE_EVERY * 2), "it is tried again");
        keeper.tick(&book, NOW + SAVE_EVERY * 2);
        assert_eq!(keeper.saved().await, None);
    }

    #[test]
    fn sizes_are_told_at_once_and_then_when_they_changed_but_not_all_the_time() {
        let (mut keeper, mut book, _) = Keeper::open(None, Network::Mainnet, NOW);
        assert_eq!(keeper.tick(&book, NOW), Some(vec![]));
        learn(&mut book, "20.1.0.1");
        assert_eq!(keeper.tick(&book, NOW + Duration::from_secs(1)), None);
        assert_eq!(keeper.deadline(&book), Some(NOW + TELL_EVERY));
        assert_eq!(keeper.tick(&book, NOW + TELL_EVERY).unwrap().len(), 1);
        assert_eq!(keeper.tick(&book, NOW + TELL_EVERY * 2), None);
    }
}

//! The journal across runs of the program: what is written when, and what the next run starts with.

use super::*;
use crate::event::{CatchUp, PeerEvent, PeerId, Request};
use crate::model::ModelSettings;
use crate::store::{StoreSettings, Stores};
use crate::util::time::WallOffset;
use crate::wire::TxHash;

/// A model with its store.
struct Run {
    model: Model,
    store: MempoolStore,
    now: Timestamp,
}

impl Run {
    fn start(dir: &TempDir) -> Self {
        Self::start_in(dir.path())
    }

    fn start_in(dir: &Path) -> Self {
        let settings = ModelSettings { started: NOW, ..ModelSettings::new(NET, NOW) };
        let store = MempoolStore::load(Some(dir), NET, NOW);
        Self { model: Model::new(settings).expecting_restored(), store, now: NOW }
    }

    fn happen(&mut self, kind: EventKind) -> Vec<Request> {
        let event = Event { time: self.now, kind };
        let outcome = self.model.apply(&event);
        self.store.note(&event, &outcome, &self.model);
        self.store.save(&self.model, self.now);
        outcome.requests
    }

    /// Applies what the store loads. Returns the model's requests.
    async fn restore(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        while self.store.restores() {
            let kind = self.store.next().await;
            requests.extend(self.happen(kind));
        }
        requests
    }

    fn receive(&mut self, number: u32) {
        let answered_after = Duration::from_millis(1);
        self.happen(EventKind::Peer(PeerId(1), PeerEvent::Transaction { tx: loose(number), answered_after }));
    }

    fn announce(&mut self, peer: u64, numbers: std::ops::Range<u32>) {
        let txs: Vec<_> = numbers.map(|number| TxHash::Wtxid(loose(number).wtxid())).collect();
        let count = txs.len();
        self.happen(EventKind::Peer(PeerId(peer), PeerEvent::Announced { txs, count }));
    }

    fn pass(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }
}

/// Waits until the store's thread has written this many transactions.
async fn written(dir: &Path, count: usize) -> Vec<RestoredTx> {
    loop {
        let restored = loaded_in(dir).0;
        if restored.len() == count {
            return restored;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_crash_loses_no_more_than_the_last_minute() {
    let dir = tempfile::tempdir().unwrap();
    let mut run = Run::start(&dir);
    assert_eq!(run.restore().await, []);
    (0..5).for_each(|number| run.receive(number));
    run.pass(31);
    run.announce(2, 0..1);
    let restored = written(dir.path(), 5).await;
    assert!(restored.iter().all(|tx| tx.first_seen == NOW));
    // Not closed, as the process is killed. The next run asks for the blocks, but for no transaction.
    let mut run = Run::start(&dir);
    let requests = run.restore().await;
    assert!(matches!(&requests[0], Request::Known(txs) if txs.len() == 5), "{requests:?}");
    run.happen(EventKind::CatchUp(CatchUp::Complete));
    let of_two = run.model.transactions().filter(|entry| entry.earlier_announcers() == 2).count();
    assert_eq!(of_two, 1);
    let length = || fs::metadata(journal_path(dir.path(), NET)).unwrap().len();
    let before = length();
    run.pass(31);
    run.receive(9);
    written(dir.path(), 6).await;
    assert!(length() - before < 500, "what was restored is not written again: {}", length() - before);
    assert_eq!(run.store.close(&run.model, run.now).await, None);
}

#[tokio::test]
async fn a_removed_journal_is_reported_once_and_rewritten() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let mut run = Run::start_in(&state);
    run.restore().await;
    (0..5).for_each(|number| run.receive(number));
    run.pass(31);
    run.receive(5);
    written(&state, 6).await;
    fs::remove_dir_all(&state).unwrap();
    run.pass(31);
    run.receive(6);
    let EventKind::Warning(warning) = run.store.next().await else { panic!("another event") };
    assert!(
        warning.to_string().ends_with("cannot be saved: No such file or directory (os error 2)"),
        "{warning}"
    );
    run.receive(7);
    assert_eq!(written(&state, 8).await.len(), 8);
    fs::write(journal_path(&state, NET), [0; 100]).unwrap();
    run.pass(31);
    run.receive(8);
    run.store.next().await;
    run.receive(9);
    written(&state, 10).await;
    assert_eq!(run.store.close(&run.model, run.now).await, None);
    assert_eq!(loaded_in(&state).2, Ok(()));
}

#[tokio::test]
async fn the_times_that_are_saved_are_those_of_the_corrected_wall_clock() {
    let dir = tempfile::tempdir().unwrap();
    let mut run = Run::start(&dir);
    run.restore().await;
    let three_days = Duration::from_hours(72);
    run.happen(EventKind::WallClock(WallOffset::between(NOW, NOW - three_days)));
    run.receive(1);
    run.pass(31);
    assert_eq!(run.store.close(&run.model, run.now).await, None);
    let (restored, saved, _) = loaded(&dir);
    assert_eq!(restored[0].first_seen, NOW - three_days);
    assert_eq!(saved.unwrap().time, NOW - three_days + Duration::from_secs(31));
}

#[tokio::test]
async fn as_long_as_blocks_are_missing_the_saved_mempool_belongs_to_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    journal(&dir).append(&Batch { blocks: vec![block(7)], ..adds([1]) }).unwrap();
    let tip = crate::event::Tip { hash: BlockHash([9; 32]), height: 9, time: 0 };
    for is_caught_up in [false, true] {
        let mut run = Run::start(&dir);
        run.restore().await;
        run.happen(EventKind::Tip(tip));
        if is_caught_up {
            run.happen(EventKind::CatchUp(CatchUp::Complete));
        }
        run.pass(31);
        run.receive(2);
        assert_eq!(run.store.close(&run.model, run.now).await, None);
        let (restored, saved, _) = loaded(&dir);
        assert_eq!(restored.len(), 2);
        let expected = if is_caught_up { vec![(9, tip.hash), block(7)] } else { vec![block(7)] };
        assert_eq!(saved.unwrap().blocks, expected);
    }
}

#[tokio::test]
async fn no_more_than_three_times_the_received_bytes_are_written() {
    const COUNT: u32 = 1_000;
    let dir = tempfile::tempdir().unwrap();
    let mut run = Run::start(&dir);
    run.restore().await;
    (0..COUNT).for_each(|number| run.receive(number));
    // Eight peers, one after the other: the worst case, as each causes a separate update.
    for peer in 1..=8 {
        run.pass(31);
        run.announce(peer, 0..COUNT);
    }
    let all: Vec<_> = (0..COUNT).map(loose).collect();
    let block = crate::model::testing::block(&all.iter().collect::<Vec<_>>());
    run.happen(EventKind::Block { peer: PeerId(1), height: 1, block });
    assert_eq!(run.store.close(&run.model, run.now).await, None);
    assert_eq!(loaded(&dir).0, []);
    let entry_of_inv = 36;
    let received: u64 = all.iter().map(|tx| tx.raw().len() as u64 + 8 * entry_of_inv).sum();
    let written = fs::metadata(journal_path(dir.path(), NET)).unwrap().len();
    assert!(written < 3 * received, "{written} bytes written, {received} received");
}

/// Everything that a process with a screen saves.
fn all_stores(folder: &Path) -> StoreSettings<'_> {
    StoreSettings {
        state_dir: Some(folder),
        network: NET,
        addresses: true,
        prevout_blocks: 1,
        figures: true,
        mempool: true,
        screen: true,
    }
}

#[tokio::test]
async fn the_second_of_two_processes_says_that_it_does_not_save() {
    let dir = tempfile::tempdir().unwrap();
    let settings = all_stores(dir.path());
    let (first, _) = Stores::load(settings, NOW);
    let (mut second, _) = Stores::load(settings, NOW);
    let EventKind::Warning(warning) = second.next().await else { panic!("another event comes first") };
    let path = dir.path().display();
    let expected = format!("state files of {path}: in use by another mempulse: this one does not save them");
    assert_eq!(warning.to_string(), expected);
    assert!(first.restores() && !second.restores());
    let other = StoreSettings { network: Network::Signet, ..settings };
    assert!(Stores::load(other, NOW).0.restores(), "each network has its own lock");
    let model = Model::new(ModelSettings::new(NET, NOW));
    drop((first.close(None, &model, NOW).await, second));
    assert!(Stores::load(settings, NOW).0.restores(), "the lock ends with the process");
}

#[tokio::test]
async fn the_second_of_two_processes_on_two_networks_says_that_it_does_not_save_what_is_typed() {
    let dir = tempfile::tempdir().unwrap();
    let settings = all_stores(dir.path());
    let other = StoreSettings { network: Network::Signet, ..settings };
    let stream = Stores::load(StoreSettings { screen: false, ..other }, NOW);
    let (first, _) = Stores::load(settings, NOW);
    assert!(first.saving().is_on(), "a stream has no screen");
    drop(stream);
    let (mut second, _) = Stores::load(other, NOW);
    let EventKind::Warning(warning) = second.next().await else { panic!("another event comes first") };
    let path = dir.path().display();
    let expected = format!(
        "queries, rules and screen of {path}: in use by another mempulse: this one does not save them"
    );
    assert_eq!(warning.to_string(), expected);
    assert!(second.restores() && !second.saving().is_on(), "it saves the files of its network");
    second.save_alerts(vec!["peers stale".to_owned()]);
    let model = Model::new(ModelSettings::new(Network::Signet, NOW));
    assert_eq!(second.close(None, &model, NOW).await, []);
    assert!(!dir.path().join("alerts").exists());
    drop(first);
    assert!(Stores::load(other, NOW).0.saving().is_on(), "the lock ends with the process");
}

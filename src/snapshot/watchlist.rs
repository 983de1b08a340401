//! The Watch list screen: the targets, and what happened to the transactions that touch them.

use crate::event::WatchTarget;
use crate::model::watchlist::{TargetId, Watched};
use crate::model::{Balances, Model, PastMatch};
use crate::snapshot::detail::Open;
use crate::snapshot::window::{MAX_ROWS, Window};
use crate::util::text::contains;
use crate::util::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// What the Watch list screen asks for.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct WatchlistView {
    /// Only targets with this text, or with it in the txid of a transaction that touches them.
    pub filter: String,
    /// The index of the first target, 0 for the oldest.
    pub offset: usize,
    /// The number of targets.
    pub height: usize,
    /// The selected target, whose history is shown; the first one's if none is selected.
    pub selected: Option<u64>,
}

impl WatchlistView {
    /// Asks for as many rows as a window may have.
    pub(super) fn widen(&mut self) {
        self.offset = self.offset.saturating_sub(MAX_ROWS / 2);
        self.height = MAX_ROWS;
    }
}

/// The Watch list screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct WatchlistScreen {
    /// The visible targets, the oldest first.
    pub targets: Window<WatchRow>,
    /// The number of targets, also of those that the filter hides.
    pub known: usize,
}

/// One target in the watch list.
#[derive(Clone, PartialEq, Debug)]
pub struct WatchRow {
    /// What tells it apart from other targets.
    pub id: u64,
    /// The target.
    pub target: Arc<WatchTarget>,
    /// What the transactions that touch it change in its balance.
    pub balances: Balances,
    /// What happened last.
    pub last: Option<MatchRow>,
    /// What happened, the newest first, if the target is the one whose history is shown.
    pub history: Option<Window<MatchRow>>,
}

/// Something that happened to a transaction that touches a target.
#[derive(Clone, PartialEq, Debug)]
pub struct MatchRow {
    /// What happened.
    pub found: PastMatch,
    /// How long ago that was.
    pub age: Duration,
    /// The number of confirmations that the transaction has.
    pub confirmations: Option<u32>,
    /// Where the transaction is: its page, or that of its block.
    pub open: Option<Open>,
}

impl WatchlistScreen {
    /// `everything`: takes the history of every target. The cost depends on what is watched.
    pub(super) fn take(model: &Model, view: &WatchlistView, everything: bool, now: Timestamp) -> Self {
        let watchlist = model.watchlist();
        let balances = watchlist.balances();
        let all: Vec<_> = watchlist.targets().filter(|(_, watched)| matches(watched, &view.filter)).collect();
        let position = |id| all.iter().position(|(known, _)| *known == id);
        let selected = view.selected.and_then(position);
        let with_history = selected.or(Some(0)).and_then(|at| all.get(at)).map(|(id, _)| *id);
        let row = |(id, watched): (TargetId, &Watched)| {
            let mut newest = watched.history.iter().rev().map(|found| MatchRow::take(model, found, now));
            let last = newest.next();
            let shows_history = everything || with_history == Some(id);
            let history = shows_history.then(|| last.iter().cloned().chain(newest).collect());
            WatchRow {
                id,
                target: Arc::clone(&watched.target),
                balances: balances.get(&id).copied().unwrap_or_default(),
                last,
                history: history.map(|rows| Window::of_list(rows, 0, MAX_ROWS, None)),
            }
        };
        Self {
            known: watchlist.targets().len(),
            targets: Window::of_list(all, view.offset, view.height, selected).map(row),
        }
    }
}

impl MatchRow {
    fn take(model: &Model, found: &PastMatch, now: Timestamp) -> Self {
        let touching = model.watchlist().touching(found.txid);
        let block = touching.and_then(|touching| touching.block);
        let key = touching.and_then(|touching| touching.key);
        let in_mempool = key.filter(|key| model.mempool().get(*key).is_some()).map(Open::Transaction);
        let in_block = block
            .filter(|block| model.blocks().get(block.hash).is_some())
            .map(|block| Open::Block(block.hash));
        Self {
            found: *found,
            age: now.since(found.at),
            confirmations: block.map(|block| model.blocks().tip().saturating_sub(block.height) + 1),
            open: in_mempool.or(in_block).or(key.map(Open::Transaction)),
        }
    }
}

/// Whether a target, or a transaction that touches it, contains `text`.
fn matches(watched: &Watched, text: &str) -> bool {
    text.is_empty()
        || contains(watched.target.text(), text)
        || watched.history.iter().any(|found| contains(&found.txid.to_string(), text))
}

/// Takes all targets, oldest first.
pub(super) fn targets(model: &Model) -> Vec<Arc<WatchTarget>> {
    model.watchlist().targets().map(|(_, watched)| Arc::clone(&watched.target)).collect()
}

//! The Watch list screen: the targets, and the events of transactions that touch them.

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
    /// Only targets that contain this text, or that are touched by a transaction whose txid does.
    pub filter: String,
    /// The index of the first target, 0 for the oldest.
    pub offset: usize,
    /// The number of targets.
    pub height: usize,
    /// The selected target, whose history is shown; `None`: the first one's.
    pub selected: Option<u64>,
}

impl WatchlistView {
    /// Asks for the maximum number of rows.
    pub(super) fn widen(&mut self) {
        self.offset = self.offset.saturating_sub(MAX_ROWS / 2);
        self.height = MAX_ROWS;
    }
}

/// The Watch list screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct WatchlistScreen {
    /// The visible targets, oldest first.
    pub targets: Window<WatchRow>,
    /// The number of targets, including those that the filter hides.
    pub known: usize,
}

/// One target in the watch list.
#[derive(Clone, PartialEq, Debug)]
pub struct WatchRow {
    /// Identifies the row.
    pub id: u64,
    /// The target.
    pub target: Arc<WatchTarget>,
    /// How transactions that touch it change its balance.
    pub balances: Balances,
    /// The latest event.
    pub last: Option<MatchRow>,
    /// The events, newest first, if this target's history is shown.
    pub history: Option<Window<MatchRow>>,
}

/// An event of a transaction that touches a target.
#[derive(Clone, PartialEq, Debug)]
pub struct MatchRow {
    /// The event.
    pub found: PastMatch,
    /// The time since the event.
    pub age: Duration,
    /// The number of confirmations that the transaction has.
    pub confirmations: Option<u32>,
    /// The page to open: the transaction's, or its block's.
    pub open: Option<Open>,
}

impl WatchlistScreen {
    /// Takes the screen; `everything` includes the history of every target. The cost depends on the size of
    /// the watch list.
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

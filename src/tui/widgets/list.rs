//! A list, of which the snapshot contains a window: which of its rows are visible, and which is selected.
//!
//! The window has more rows than fit, so that the selection moves without a delay, and on a frozen screen.
//! The selection is a key rather than an index, so it follows its row.

use crate::event::{PeerId, SensorId};
use crate::snapshot::{Anchor, PeerListView, TransactionsView};
use crate::snapshot::{
    LogLine, MatchRow, NoticeRow, PeerRow, PeerStatsRow, SensorRow, TransactionRow, TxKey, WatchRow, Window,
};
use crate::tui::context::Context;
use crate::tui::keys::Motion;
use crate::tui::layer::Response;
use crate::tui::widgets::panel::{ListPart, list_part, list_rows};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use std::ops::Range;

/// A row that can be found again in the next snapshot.
pub trait Keyed {
    /// The type of the key.
    type Key: Copy + PartialEq;

    /// The key that identifies the row.
    fn key(&self) -> Self::Key;
}

impl Keyed for PeerRow {
    type Key = PeerId;

    fn key(&self) -> PeerId {
        self.id
    }
}

impl Keyed for PeerStatsRow {
    type Key = PeerId;

    fn key(&self) -> PeerId {
        self.row.id
    }
}

impl Keyed for SensorRow {
    type Key = SensorId;

    fn key(&self) -> SensorId {
        self.id
    }
}

impl Keyed for LogLine {
    type Key = u64;

    fn key(&self) -> u64 {
        self.number
    }
}

impl Keyed for NoticeRow {
    type Key = u64;

    fn key(&self) -> u64 {
        self.entry.number
    }
}

impl<T: Keyed> Keyed for &T {
    type Key = T::Key;

    fn key(&self) -> T::Key {
        (*self).key()
    }
}

impl Keyed for TransactionRow {
    type Key = TxKey;

    fn key(&self) -> TxKey {
        self.key
    }
}

impl Keyed for WatchRow {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}

impl Keyed for MatchRow {
    type Key = u64;

    fn key(&self) -> u64 {
        self.found.number
    }
}

/// How far a motion got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moved {
    /// As far as requested.
    Fully,
    /// To the end of the list.
    ToTheEnd,
    /// To the edge of the snapshot's window; the list goes on.
    ToTheEdge,
}

impl Moved {
    /// The response to a motion: a frozen list cannot ask for rows beyond its edge, and remarks on that.
    pub fn response(self, cx: &Context) -> Response {
        if cx.is_frozen() && self == Self::ToTheEdge {
            Response::remark("unfreeze (Space) to scroll further: a frozen screen keeps 1,000 rows")
        } else {
            Response::Done
        }
    }
}

/// What a click on a list hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clicked {
    /// Nothing is there.
    Nothing,
    /// A cell of the head, to sort by its column.
    Head(usize),
    /// A row, now selected.
    Selected,
    /// The row that was already selected, to be opened.
    Again,
}

/// The position in a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct List<K> {
    /// The selected row; `None`: the list is shown from its top.
    pub selected: Option<K>,
    /// The number of visible rows above the selected one.
    pub above: usize,
    /// Whether to select the last row once a snapshot contains it.
    pub to_bottom: bool,
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self { selected: None, above: 0, to_bottom: false }
    }
}

impl<K: Copy + PartialEq> List<K> {
    /// The rows of `window` visible in `height` rows.
    pub fn visible<T: Keyed<Key = K>>(&self, window: &Window<T>, height: usize) -> Range<usize> {
        let len = window.rows.len();
        let last_top = len.saturating_sub(height);
        let top = match self.position(window) {
            Some(at) => at.saturating_sub(self.above.min(height.saturating_sub(1))).min(last_top),
            None if self.to_bottom => last_top,
            None => 0,
        };
        top..len.min(top + height)
    }

    /// The index of the selected row within `window`.
    pub fn position<T: Keyed<Key = K>>(&self, window: &Window<T>) -> Option<usize> {
        let key = self.selected?;
        window.rows.iter().position(|row| row.key() == key)
    }

    /// The selected row of `window`.
    pub fn row<'a, T: Keyed<Key = K>>(&self, window: &'a Window<T>) -> Option<&'a T> {
        self.position(window).and_then(|at| window.rows.get(at))
    }

    /// Returns the selected row's key; selects the first row if none is.
    pub fn selected_or_first<T: Keyed<Key = K>>(&mut self, window: &Window<T>, height: usize) -> Option<K> {
        if self.position(window).is_none() {
            self.go(Motion::Down, window, height);
        }
        self.selected
    }

    /// Draws the visible rows, the selected one highlighted.
    pub fn lines<T: Keyed<Key = K>>(
        &self,
        window: &Window<T>,
        height: usize,
        highlight: Style,
        line: impl Fn(&T) -> Line<'static>,
    ) -> Vec<Line<'static>> {
        let selected = self.position(window);
        let visible = self.visible(window, height);
        let rows = window.rows.iter().enumerate().skip(visible.start).take(visible.len());
        rows.map(|(at, row)| if selected == Some(at) { line(row).style(highlight) } else { line(row) })
            .collect()
    }

    /// Drops the selection; without one, leaves the screen.
    pub fn back(&mut self) -> Response {
        let was_at_rest = *self == Self::default();
        *self = Self::default();
        if was_at_rest { Response::Leave } else { Response::Done }
    }

    /// Moves the selection.
    pub fn go<T: Keyed<Key = K>>(&mut self, motion: Motion, window: &Window<T>, height: usize) -> Moved {
        let page = height.max(2) - 1;
        match motion {
            Motion::Up => self.up(1, window, height),
            Motion::PageUp => self.up(page, window, height),
            Motion::Down => self.down(1, window, height),
            Motion::PageDown => self.down(page, window, height),
            Motion::Top => {
                *self = Self::default();
                Moved::Fully
            }
            Motion::Bottom => {
                *self = Self { to_bottom: true, ..Self::default() };
                self.settle(window, height);
                if self.to_bottom { Moved::ToTheEdge } else { Moved::Fully }
            }
        }
    }

    /// Selects the row at `at` of the list in `panel`.
    pub fn click<T: Keyed<Key = K>>(&mut self, at: Position, panel: Rect, window: &Window<T>) -> Clicked {
        let height = list_rows(panel);
        let row = match list_part(panel, at) {
            None => return Clicked::Nothing,
            Some(ListPart::Head(cell)) => return Clicked::Head(cell),
            Some(ListPart::Row(row)) => row,
        };
        match self.visible(window, height).nth(row) {
            None => Clicked::Nothing,
            at if at == self.position(window) => Clicked::Again,
            Some(at) => {
                self.select(at, window, height);
                Clicked::Selected
            }
        }
    }

    /// Adjusts to a new snapshot: the requested last row may have arrived, or the selected row may be gone.
    pub fn settle<T: Keyed<Key = K>>(&mut self, window: &Window<T>, height: usize) {
        if self.to_bottom {
            if !window.more_below && !window.rows.is_empty() {
                self.to_bottom = false;
                self.select(window.rows.len() - 1, window, height);
            }
        } else if window.total == 0 {
            *self = Self::default();
        } else if self.selected.is_some() && self.position(window).is_none() {
            // The snapshot identifies the row that took the removed one's place.
            if let Some(row) = window.selected.and_then(|at| window.rows.get(at)) {
                self.selected = Some(row.key());
            }
        }
    }

    fn up<T: Keyed<Key = K>>(&mut self, rows: usize, window: &Window<T>, height: usize) -> Moved {
        let Some(at) = self.position(window) else { return Moved::ToTheEnd };
        if at >= rows {
            self.select(at - rows, window, height);
            Moved::Fully
        } else if window.more_above {
            self.select(0, window, height);
            Moved::ToTheEdge
        } else {
            // Above the first row, the list follows its top again.
            *self = Self::default();
            Moved::ToTheEnd
        }
    }

    fn down<T: Keyed<Key = K>>(&mut self, rows: usize, window: &Window<T>, height: usize) -> Moved {
        let wanted = match self.position(window) {
            Some(at) => at + rows,
            // The requested window has not arrived yet.
            None if window.more_above || self.to_bottom => return Moved::ToTheEdge,
            None => rows - 1,
        };
        let Some(last) = window.rows.len().checked_sub(1) else { return Moved::ToTheEnd };
        self.select(wanted.min(last), window, height);
        match (wanted <= last, window.more_below) {
            (true, _) => Moved::Fully,
            (false, true) => Moved::ToTheEdge,
            (false, false) => Moved::ToTheEnd,
        }
    }

    /// Selects a row, scrolling no more than needed.
    fn select<T: Keyed<Key = K>>(&mut self, at: usize, window: &Window<T>, height: usize) {
        let top = self.visible(window, height).start;
        self.above = at.saturating_sub(top).min(height.saturating_sub(1));
        self.selected = window.rows.get(at).map(Keyed::key);
    }
}

impl<K: Copy + PartialEq> List<K> {
    /// The first row to request and the number of rows: what is visible in `height` rows, and one more page
    /// on each side, so that a motion needs no new snapshot.
    pub fn wanted<T: Keyed<Key = K>>(&self, window: &Window<T>, height: usize) -> (usize, usize) {
        let offset = if self.to_bottom {
            window.total.saturating_sub(height * 3)
        } else if self.selected.is_some() {
            (window.offset.unwrap_or(0) + self.visible(window, height).start).saturating_sub(height)
        } else {
            0
        };
        (offset, height * 3)
    }
}

impl List<PeerId> {
    /// The part of `window` to ask for.
    pub fn peers_view<T: Keyed<Key = PeerId>>(&self, window: &Window<T>, height: usize) -> PeerListView {
        let (offset, height) = self.wanted(window, height);
        PeerListView { offset, height, selected: self.selected }
    }
}

impl List<TxKey> {
    /// The transactions to request: what is visible in `height` rows, and one more page on each side.
    pub fn transactions_view(&self, height: usize) -> TransactionsView {
        let anchor = match self.selected {
            _ if self.to_bottom => Anchor::Bottom,
            Some(key) => Anchor::Selected { key, above: self.above + height },
            None => Anchor::Top,
        };
        TransactionsView { anchor, height: height * 3 }
    }
}

#[cfg(test)]
mod tests;

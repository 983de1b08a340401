//! The Transactions screen: every transaction in the mempool, sorted by any column, filtered while typing.

pub mod cells;
mod columns;
mod draw;

use crate::snapshot::{
    Open, TransactionListView, TransactionRow, TransactionsScreen, TransactionsView, TxFilter, TxKey, TxList,
    View, Window,
};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use columns::Sorting;
use ratatui::Frame;
use ratatui::layout::Position;

/// The position in the list, its order and its filter.
#[derive(Default, Debug)]
pub struct Transactions {
    list: List<TxKey>,
    sorting: Sorting,
    filter: Filter,
}

/// The list in the snapshot, once it is there.
fn window<'a>(cx: &Context<'a>) -> Option<&'a Window<TransactionRow>> {
    cx.snapshot.transactions.as_ref().map(|screen| &screen.transactions)
}

/// The model sorts and filters, of which a frozen screen keeps one list.
fn frozen() -> Response {
    Response::remark("unfreeze (Space) to sort or filter")
}

impl Transactions {
    fn rows(cx: &Context) -> usize {
        list_rows(cx.area)
    }

    /// Shows the first rows of another list.
    fn unselected_goes_to_top(&mut self) {
        if self.list.selected.is_none() {
            self.list = List::default();
        }
    }

    fn back(&mut self) -> Response {
        let response = if self.list == List::default() { Response::Leave } else { Response::Done };
        self.list = List::default();
        response
    }
}

impl Layer for Transactions {
    fn place(&self, _cx: &Context) -> Place {
        if self.filter.is_typing() { Place::Filter } else { Place::Transactions }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        let asks_anew = matches!(
            action,
            Action::SortNext | Action::SortPrevious | Action::SortReverse | Action::Filter | Action::Type(_)
        );
        if cx.is_frozen() && asks_anew {
            return frozen();
        }
        let before = self.filter.text().to_owned();
        if self.filter.update(action) {
            if self.filter.text() != before {
                self.list = List::default();
            }
            return Response::Done;
        }
        match action {
            Action::Back => return self.back(),
            Action::Open => {
                let window = window(cx);
                let selected = window.and_then(|window| self.list.selected_or_first(window, Self::rows(cx)));
                return Response::open(selected.map(Open::Transaction));
            }
            Action::Move(motion) => {
                if let Some(window) = window(cx) {
                    return self.list.go(motion, window, Self::rows(cx)).response(cx);
                }
            }
            Action::SortNext => self.sorting.step(true),
            Action::SortPrevious => self.sorting.step(false),
            Action::SortReverse => self.sorting.reverse(),
            _ => return Response::Done,
        }
        self.unselected_goes_to_top();
        Response::Done
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.filter.is_typing().then(|| {
            self.filter.paste(text);
            self.list = List::default();
            Response::Done
        })
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let Some(window) = window(cx) else { return Response::Done };
        match self.list.click(at, cx.area, window) {
            Clicked::Head(_) if cx.is_frozen() => frozen(),
            Clicked::Head(cell) => {
                if let Some(column) = draw::column_at(cx.area, self.sorting, cell) {
                    self.sorting.sort_by(column);
                    self.unselected_goes_to_top();
                }
                Response::Done
            }
            Clicked::Again => self.update(Action::Open, cx),
            Clicked::Selected | Clicked::Nothing => Response::Done,
        }
    }

    fn list(&mut self, text: &str) {
        self.filter.set(text);
        self.list = List::default();
    }

    fn settle(&mut self, cx: &Context) {
        // While the list is being built, the selected transaction may be still to come.
        if cx.snapshot.transactions.as_ref().is_some_and(|screen| screen.progress.is_none())
            && let Some(window) = window(cx)
        {
            self.list.settle(window, Self::rows(cx));
        }
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let TransactionsView { anchor, height } = self.list.transactions_view(Self::rows(cx));
        let text = self.filter.text();
        let row = window(cx).and_then(|window| Some(window.offset? + self.list.position(window)?));
        view.transactions = TransactionListView {
            list: TxList {
                order: self.sorting.order(),
                filter: (!text.is_empty()).then(|| TxFilter::containing(text)),
            },
            descending: self.sorting.is_descending(),
            anchor,
            height,
            row: row.unwrap_or(0),
        };
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        let selected = window(cx).and_then(|window| self.list.row(window));
        selected.map(|row| Copyable::new("txid", &row.txid)).into_iter().collect()
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let empty = TransactionsScreen { progress: Some(0.0), ..TransactionsScreen::default() };
        let screen = cx.snapshot.transactions.as_deref().unwrap_or(&empty);
        draw::draw(frame, cx.area, cx, screen, &self.list, (self.sorting, &self.filter), focused);
    }
}

//! The Transactions screen: every transaction in the mempool, sorted by any column, filtered while typing.

pub mod cells;
mod columns;
mod draw;

use crate::query::{self, Query};
use crate::snapshot::{
    Open, TransactionListView, TransactionRow, TransactionsScreen, TransactionsView, TxFilter, TxKey, TxList,
    View, Window,
};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::list_query::{ListQuery, QuerySubject};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use columns::Sorting;
use ratatui::Frame;
use ratatui::layout::Position;
use std::sync::Arc;

/// The position in the list, its order and its filter.
#[derive(Default, Debug)]
pub struct Transactions {
    list: List<TxKey>,
    sorting: Sorting,
    filter: Filter,
    /// Its order is adopted when it is applied.
    query: Option<Arc<Query<query::Transactions>>>,
}

/// The list in the snapshot, once available.
fn window<'a>(cx: &Context<'a>) -> Option<&'a Window<TransactionRow>> {
    cx.snapshot.transactions.as_ref().map(|screen| &screen.transactions)
}

/// The model sorts and filters, and a frozen screen keeps only one list.
fn frozen() -> Response {
    Response::remark("unfreeze (Space) to sort or filter")
}

impl Transactions {
    /// The part of the title about query and filter.
    fn label(&self) -> String {
        let query = self.query.as_ref().map_or_else(String::new, |query| format!(" · {query}"));
        query + &self.filter.label()
    }

    fn rows(cx: &Context) -> usize {
        list_rows(cx.area)
    }

    /// Shows the first rows of a new list.
    fn unselected_goes_to_top(&mut self) {
        if self.list.selected.is_none() {
            self.list = List::default();
        }
    }

    /// Drops the selection; without one, the query; without one, leaves the screen.
    fn back(&mut self) -> Response {
        if std::mem::take(&mut self.list) != List::default() || self.query.take().is_some() {
            return Response::Done;
        }
        Response::Leave
    }

    /// The filter made of text and query.
    fn tx_filter(&self) -> Option<TxFilter> {
        let text = Some(self.filter.text()).filter(|text| !text.is_empty()).map(TxFilter::containing);
        match (self.query.as_ref().and_then(Query::list_filter), text) {
            (Some(query), Some(text)) => Some(query.and(text)),
            (query, text) => query.or(text),
        }
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
        if self.filter.update_list(action, &mut self.list) {
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
        self.filter.paste_into(text, &mut self.list)
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

    fn keep(&self) -> Option<String> {
        Some(self.sorting.to_string())
    }

    fn restore(&mut self, kept: &str) {
        self.sorting = Sorting::of(kept).unwrap_or(self.sorting);
    }

    fn settle(&mut self, cx: &Context) {
        // While the list is being built, the selected transaction may not have been reached yet.
        if cx.snapshot.transactions.as_ref().is_some_and(|screen| screen.progress.is_none())
            && let Some(window) = window(cx)
        {
            self.list.settle(window, Self::rows(cx));
        }
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let TransactionsView { anchor, height } = self.list.transactions_view(Self::rows(cx));
        let row = window(cx).and_then(|window| Some(window.offset? + self.list.position(window)?));
        view.transactions = TransactionListView {
            list: TxList { order: self.sorting.order(), filter: self.tx_filter() },
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

    fn queried(&self) -> Option<(QuerySubject, String)> {
        let text = self.query.as_ref().map_or_else(String::new, ToString::to_string);
        Some((QuerySubject::Transactions, text))
    }

    fn apply_query(&mut self, query: ListQuery) {
        if let ListQuery::Transactions(query) = query {
            if let Some((order, descending)) = query.list_order() {
                self.sorting.sort_in(order, descending);
            }
            let condition = query.without_sort().ok().filter(|query| !query.is_empty());
            self.query = condition.map(Arc::new);
            self.list = List::default();
        }
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let empty = TransactionsScreen { progress: Some(0.0), ..TransactionsScreen::default() };
        let screen = cx.snapshot.transactions.as_deref().unwrap_or(&empty);
        draw::draw(frame, cx.area, cx, screen, &self.list, (self.sorting, &self.label()), focused);
    }
}

//! The menu of columns, on top of the list.
//!
//! ```text
//! ┏ Columns ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ [x] address                                         ┃
//! ┃ [ ] user agent                                      ┃
//! ┃ [x] bytes sent                       no room for it ┃
//! ┗━ Space shows or hides, J K moves, r: all ━━━━━━━━━━━┛
//! ```

use super::chosen::Chosen;
use super::columns::COLUMNS;
use super::listing::Listing;
use crate::tui::context::Context;
use crate::tui::keys::Action;
use crate::tui::layer::Response;
use crate::tui::widgets::panel::{centred, panel};
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

/// The widths of a column's name with its mark, and of the remark beside it, in cells.
const NAME: usize = 36;
const REMARK: usize = 16;

/// The place of the selected column.
#[derive(Clone, Copy, Default, Debug)]
pub struct Chooser {
    selected: usize,
}

fn area(cx: &Context) -> Rect {
    centred(cx.area, NAME + REMARK + 3, COLUMNS.len() + 2)
}

impl Chooser {
    /// The rows of the box, and the index of the first visible column.
    fn rows(self, cx: &Context) -> (Rect, usize) {
        let rows = area(cx).inner(Margin::new(1, 1));
        let height = usize::from(rows.height);
        let middle = self.selected.saturating_sub(height / 2);
        (rows, middle.min(COLUMNS.len().saturating_sub(height)))
    }

    /// Carries out an action; the choice takes effect immediately.
    pub fn update(&mut self, action: Action, cx: &Context, chosen: &mut Chosen) -> Response {
        let last = COLUMNS.len() - 1;
        match action {
            Action::Move(motion) => {
                let page = usize::from(self.rows(cx).0.height).max(2) - 1;
                self.selected = motion.apply(self.selected, last, page);
            }
            Action::ToggleColumn => return self.toggle(chosen),
            Action::ColumnLater if self.selected < last => {
                chosen.swap(self.selected, self.selected + 1);
                self.selected += 1;
            }
            Action::ColumnEarlier if self.selected > 0 => {
                chosen.swap(self.selected, self.selected - 1);
                self.selected -= 1;
            }
            Action::ResetColumns => *chosen = Chosen::default(),
            _ => {}
        }
        Response::Done
    }

    fn toggle(self, chosen: &mut Chosen) -> Response {
        if chosen.toggle(self.selected) { Response::Done } else { Response::remark("one column must stay") }
    }

    /// Handles a click, which shows or hides a column. Returns `None` outside the box.
    pub fn click(&mut self, at: Position, cx: &Context, chosen: &mut Chosen) -> Option<Response> {
        if !area(cx).contains(at) {
            return None;
        }
        let (rows, first) = self.rows(cx);
        let place = first + usize::from(at.y.saturating_sub(rows.y));
        if !rows.contains(at) || place >= COLUMNS.len() {
            return Some(Response::Done);
        }
        self.selected = place;
        Some(self.toggle(chosen))
    }

    /// Draws the box over the list. `visible` columns fit on screen.
    pub fn draw(self, frame: &mut Frame, cx: &Context, listing: &Listing, visible: &[usize]) {
        let theme = cx.theme;
        let (area, (rows, first)) = (area(cx), self.rows(cx));
        let keys = Line::styled(" Space: show or hide · J K: move · r: all ", theme.muted());
        let block = panel(theme, Line::styled(" Columns ", theme.title(true)), true)
            .title_bottom(keys.right_aligned());
        let columns = listing.columns.all().iter().enumerate().skip(first).take(rows.height.into());
        let lines = columns.map(|(at, (column, is_shown))| {
            let mark = if *is_shown { "[x]" } else { "[ ]" };
            let name = COLUMNS[*column].sort.name;
            let is_missing = *is_shown && !visible.contains(column);
            let remark = if is_missing { listing.lacks(name).unwrap_or("no room for it") } else { "" };
            let name = text::left(&format!(" {mark} {name}"), NAME);
            let remark = text::right(remark, REMARK);
            let style = if at == self.selected { theme.selected(true) } else { theme.text() };
            Line::from(vec![Span::raw(name), Span::styled(remark, theme.muted()), Span::raw(" ")])
                .style(style)
        });
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).block(block), area);
    }
}

//! The menu of texts to copy.
//!
//! ```text
//! ┏ Copy ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃  txid            3fa9c1…e07                ┃
//! ┃  address         bc1qw508d6…7kv8f3t4       ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Enter: copy ━━┛
//! ```

use crate::snapshot::View;
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::widgets::panel::{centred, panel};
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

/// The width of the column with the kind of text, in cells.
const WHAT: usize = 16;
/// The most cells of a text; a longer one loses its middle.
const TEXT: usize = 66;

/// The texts, and which one is selected.
#[derive(Debug)]
pub struct CopyMenu {
    items: Vec<Copyable>,
    selected: usize,
}

impl CopyMenu {
    pub fn new(items: Vec<Copyable>) -> Self {
        Self { items, selected: 0 }
    }

    fn area(&self, cx: &Context) -> Rect {
        centred(cx.area, WHAT + TEXT + 4, self.items.len() + 2)
    }

    /// The rows of the menu, and the index of the first visible one.
    fn rows(&self, cx: &Context) -> (Rect, usize) {
        let rows = self.area(cx).inner(Margin::new(1, 1));
        (rows, (self.selected + 1).saturating_sub(rows.height.into()))
    }

    fn copy(&self) -> Response {
        self.items.get(self.selected).cloned().map_or(Response::Leave, Response::Copy)
    }
}

impl Layer for CopyMenu {
    fn place(&self, _cx: &Context) -> Place {
        Place::CopyMenu
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Open => return self.copy(),
            Action::Move(motion) => {
                let page = usize::from(self.rows(cx).0.height).max(1);
                self.selected = motion.apply(self.selected, self.items.len().saturating_sub(1), page);
            }
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let (rows, first) = self.rows(cx);
        let row = first + usize::from(at.y.saturating_sub(rows.y));
        if !rows.contains(at) || row >= self.items.len() {
            return Response::Done;
        }
        self.selected = row;
        self.copy()
    }

    fn request(&self, _cx: &Context, _view: &mut View) {}

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        let theme = cx.theme;
        let (area, (rows, first)) = (self.area(cx), self.rows(cx));
        let block = panel(theme, Line::styled(" Copy ", theme.title(true)), true)
            .title_bottom(Line::styled(" Enter: copy ", theme.muted()).right_aligned());
        let cells = usize::from(rows.width).saturating_sub(WHAT + 2);
        let visible = self.items.iter().enumerate().skip(first).take(rows.height.into());
        let lines = visible.map(|(at, item)| {
            let style = if at == self.selected { theme.selected(true) } else { theme.text() };
            let text = text::left(&text::cut_middle(&item.text, cells), cells);
            Line::from(vec![Span::raw(text::left(&format!(" {}", item.what), WHAT + 1)), Span::raw(text)])
                .style(style)
        });
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).block(block), area);
    }
}

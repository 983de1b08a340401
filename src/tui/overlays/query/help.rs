//! The help of queries: the grammar, examples, and the fields of the list.

use crate::query::GRAMMAR;
use crate::snapshot::View;
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use crate::tui::list_query::QuerySubject;
use crate::tui::widgets::panel::{centred, panel};
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

/// The cells for what is written in the grammar, for an example and for the name of a field.
const WIDTHS: [usize; 3] = [25, 44, 18];

/// The help, and how far it is scrolled.
#[derive(Debug)]
pub struct QueryHelp {
    subject: QuerySubject,
    scroll: Scroll,
}

impl QueryHelp {
    pub fn new(subject: QuerySubject) -> Self {
        Self { subject, scroll: Scroll::default() }
    }

    fn lines(&self, cx: &Context) -> Vec<Line<'static>> {
        let cells = usize::from(cx.area.width.saturating_sub(4));
        let mut lines = Vec::new();
        let mut row = |name: &str, width: usize, meaning: &str| {
            let width = width.min(cells / 2);
            let mut name = name;
            for part in text::wrap(meaning, cells.saturating_sub(width)) {
                lines.push(Line::from(vec![
                    Span::raw(" "),
                    Span::styled(text::left(name, width), cx.theme.key()),
                    Span::styled(part, cx.theme.text()),
                ]));
                name = "";
            }
        };
        for (written, meaning) in GRAMMAR {
            row(written, WIDTHS[0], meaning);
        }
        row("", 1, "");
        for (example, found) in self.subject.examples() {
            row(example, WIDTHS[1], found);
        }
        row("", 1, "");
        for field in self.subject.fields() {
            row(field.name, WIDTHS[2], &format!("{} ({})", field.help, field.values));
        }
        lines
    }
}

/// The rows for `count` lines.
fn rows(cx: &Context, count: usize) -> usize {
    count.min(usize::from(cx.area.height.saturating_sub(2)))
}

impl Layer for QueryHelp {
    fn place(&self, _cx: &Context) -> Place {
        Place::Help
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Move(motion) => {
                let count = self.lines(cx).len();
                self.scroll.go(motion, count, rows(cx, count));
            }
            _ => {}
        }
        Response::Done
    }

    fn request(&self, _cx: &Context, _view: &mut View) {}

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        let lines = self.lines(cx);
        let count = lines.len();
        let rows = rows(cx, count);
        let widest = lines.iter().map(Line::width).max().unwrap_or(0);
        let area = centred(cx.area, widest + 3, count + 2);
        let title = format!(" Queries about {} ", self.subject.name());
        let mut block = panel(cx.theme, Line::styled(title, cx.theme.title(true)), true);
        if count > rows {
            block = block.title_bottom(Line::styled(" ↑↓ scroll ", cx.theme.muted()).right_aligned());
        }
        let from = self.scroll.first(count, rows);
        let visible: Vec<_> = lines.into_iter().skip(from).take(rows).collect();
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(visible).block(block), area);
    }
}

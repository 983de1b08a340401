//! The help of queries: the grammar, examples, and the fields of the list.

use crate::alert::Rule;
use crate::query::{FieldHelp, GRAMMAR};
use crate::snapshot::View;
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use crate::tui::list_query::QuerySubject;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::{scrolled_box, text};
use ratatui::Frame;
use ratatui::text::{Line, Span};

/// The widths of a grammar line, an example and a field name, in cells.
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
        let grammar = if self.subject == QuerySubject::Rules { Rule::GRAMMAR } else { &GRAMMAR };
        for (written, meaning) in grammar {
            row(written, WIDTHS[0], meaning);
        }
        row("", 1, "");
        for (example, found) in self.subject.examples() {
            row(example, WIDTHS[1], found);
        }
        row("", 1, "");
        for field in self.subject.fields() {
            row(field.name, WIDTHS[2], &explained(&field));
        }
        lines
    }
}

/// A field's description, and its values, if any.
fn explained(field: &FieldHelp) -> String {
    if field.values.is_empty() { field.help.to_owned() } else { format!("{} ({})", field.help, field.values) }
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
                scrolled_box::scroll(&mut self.scroll, motion, cx, count);
            }
            _ => {}
        }
        Response::Done
    }

    fn request(&self, _cx: &Context, _view: &mut View) {}

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        scrolled_box::draw(
            frame,
            cx,
            &match self.subject {
                QuerySubject::Rules => "Rules of alerts".to_owned(),
                subject => format!("Queries about {}", subject.name()),
            },
            self.lines(cx),
            self.scroll,
        );
    }
}

//! The latest events, newest first: all, those of one kind, or those containing a text.
//!
//! ```text
//! ╭ Events  peers · /8333 ──────────────────────────────────╮
//! │ 05:33:12 × 198.51.100.9:8333: ping timeout              │
//! │ 05:33:02 + block 923,114: 2,913 transactions            │
//! ╰─────────────────────────────────────────────────────────╯
//! ```

use crate::snapshot::{NoticeKind, NoticeRow, Open, Window};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion};
use crate::tui::layer::Response;
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::{LIST_FRAME, panel, title};
use crate::tui::widgets::{clock, text};
use crate::tui::wording;
use crate::util::text::contains;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The kinds, in the order of the keys; `None` for all.
const KINDS: [(Option<NoticeKind>, &str); 7] = [
    (None, "all"),
    (Some(NoticeKind::Peer), "peers"),
    (Some(NoticeKind::Transaction), "transactions"),
    (Some(NoticeKind::Block), "blocks"),
    (Some(NoticeKind::Watch), "watch list"),
    (Some(NoticeKind::Alert), "alerts"),
    (Some(NoticeKind::Program), "program"),
];

/// Which events are listed, and the position among them.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Events {
    /// The index of the kind in [`KINDS`].
    kind: usize,
    filter: Filter,
    list: List<u64>,
}

impl Events {
    /// Whether the filter is being typed.
    pub const fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// Whether the panel needs more than the latest events.
    pub fn needs_all(&self) -> bool {
        *self != Self::default()
    }

    /// Carries out an action about the choice of events. Returns whether it was one.
    pub fn update(&mut self, action: Action) -> bool {
        if self.filter.update_list(action, &mut self.list) {
            return true;
        }
        match action {
            Action::NextKind => self.show((self.kind + 1) % KINDS.len()),
            Action::PreviousKind => self.show((self.kind + KINDS.len() - 1) % KINDS.len()),
            Action::Back if self.needs_all() => *self = Self::default(),
            _ => return false,
        }
        true
    }

    fn show(&mut self, kind: usize) {
        self.kind = kind;
        self.list = List::default();
    }

    /// Handles a paste while the filter is being typed.
    pub fn paste(&mut self, text: &str) -> Option<Response> {
        self.filter.paste_into(text, &mut self.list)
    }

    /// Moves the selection.
    pub fn go(&mut self, motion: Motion, area: Rect, cx: &Context) {
        self.list.go(motion, &self.window(cx), rows(area));
    }

    /// Carries out a click.
    pub fn click(&mut self, at: Position, area: Rect, cx: &Context) -> Clicked {
        self.list.click(at, headless(area), &self.window(cx))
    }

    /// The subject of the selected event, or of the first one if none is selected.
    pub fn open(&mut self, area: Rect, cx: &Context) -> Result<Open, &'static str> {
        let window = self.window(cx);
        self.list.selected_or_first(&window, rows(area));
        let row = self.list.row(&window).ok_or("no event to open")?;
        row.about.ok_or("this event has no details")
    }

    /// Adjusts to a new snapshot.
    pub fn settle(&mut self, area: Rect, cx: &Context) {
        self.list.settle(&self.window(cx), rows(area));
    }

    /// The listed events.
    fn window<'a>(&self, cx: &Context<'a>) -> Window<&'a NoticeRow> {
        let (kind, _) = KINDS[self.kind];
        let text = self.filter.text();
        let is_listed = |row: &&NoticeRow| {
            kind.is_none_or(|kind| row.entry.notice.kind() == kind)
                && (text.is_empty()
                    || contains(&wording::notice::entry(&row.entry, cx.preferences.unit), text))
        };
        let rows: Vec<_> = cx.snapshot.overview.notices.iter().filter(is_listed).collect();
        Window { total: rows.len(), offset: Some(0), rows, ..Window::default() }
    }

    /// Draws as many as fit.
    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context, focused: bool) {
        if area.height < 3 {
            return;
        }
        let window = self.window(cx);
        let (_, kind) = KINDS[self.kind];
        let figures = format!("{kind}{}", self.filter.label());
        let block = panel(cx.theme, title(cx.theme, "Events", &figures, focused), focused);
        let cells = usize::from(block.inner(area).width);
        let highlight = cx.theme.selected(focused);
        let mut lines = self.list.lines(&window, rows(area), highlight, |row| line(cx, row, cells));
        if lines.is_empty() {
            let nothing = if self.needs_all() { " no event matches · Esc: all" } else { " none yet" };
            lines.push(Line::styled(nothing, cx.theme.muted()));
        }
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }
}

/// The area of the panel as a list with a head, which this one lacks.
fn headless(area: Rect) -> Rect {
    Rect { y: area.y.saturating_sub(1), height: area.height + 1, ..area }
}

fn rows(area: Rect) -> usize {
    usize::from((area.height + 1).saturating_sub(LIST_FRAME))
}

/// An event in one line.
pub fn line(cx: &Context, row: &NoticeRow, cells: usize) -> Line<'static> {
    let event = &row.entry;
    let (mark, style) = cx.theme.level(event.notice.level());
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(clock::time(cx.wall(event.time), cx.zone), cx.theme.muted()),
        Span::raw(" "),
        Span::styled(mark, style),
        Span::raw(" "),
    ];
    let room = cells.saturating_sub(text::line_width(&spans) + 1);
    spans.push(Span::styled(
        text::cut(&wording::notice::entry(event, cx.preferences.unit), room),
        cx.theme.text(),
    ));
    spans.push(Span::raw(" "));
    Line::from(spans)
}

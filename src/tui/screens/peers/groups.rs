//! The peers in groups, with figures for each group.
//!
//! ```text
//! ┏ Peers  by network, 3 groups ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ network              live  peers   ping   first    inv    tx ┃
//! ┃ IPv4                    5      8  68 ms  31.0 %  1,204   311 ┃
//! ┃ onion                   1      1 450 ms  18.1 %    780   139 ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//! ```

use crate::snapshot::{GroupName, Grouping, PeerGroup, PeersScreen};
use crate::tui::context::Context;
use crate::tui::keys::Motion;
use crate::tui::widgets::panel::{ListPart, indented, list_part, list_rows, panel, title};
use crate::tui::widgets::table::{self, Align, Cell, Column, between, column, exactly};
use crate::tui::widgets::{format, text};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

const COLUMNS: [Column<PeerGroup>; 7] = [
    column("group", Align::Left, between(18, 32, 60), 0, |group, cx, width| {
        let style = if group.name.0.is_some() { cx.theme.text() } else { cx.theme.muted() };
        Cell::new(text::cut(name(&group.name), width), style)
    }),
    figure("live", 6, 1, |group, cx, _| Cell::new(format::count(group.live), cx.theme.strong())),
    figure("peers", 6, 2, |group, cx, _| Cell::new(format::count(group.peers), cx.theme.text())),
    figure("ping", 8, 3, |group, cx, _| {
        Cell::new(format::known(group.median_ping.map(format::ping)), cx.theme.text())
    }),
    figure("first", 8, 4, |group, cx, _| {
        Cell::new(format::known(group.first.map(format::share)), cx.theme.text())
    }),
    figure("inv", 7, 5, |group, cx, _| Cell::new(format::brief(group.announced), cx.theme.text())),
    figure("tx", 7, 6, |group, cx, _| Cell::new(format::brief(group.served), cx.theme.text())),
];

const fn figure(
    title: &'static str,
    cells: usize,
    rank: u8,
    cell: fn(&PeerGroup, &Context, usize) -> Cell,
) -> Column<PeerGroup> {
    column(title, Align::Right, exactly(cells), rank, cell)
}

/// The name of a group.
pub fn name(group: &GroupName) -> &str {
    group.0.as_deref().unwrap_or("unknown")
}

/// The grouping, in words that complete "by …".
pub const fn label(grouping: Grouping) -> &'static str {
    match grouping {
        Grouping::Network => "network",
        Grouping::Netgroup => "address range",
        Grouping::Version => "version",
        Grouping::AutonomousSystem => "autonomous system",
        Grouping::Sensor => "sensor",
    }
}

/// The selected group.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Groups {
    selected: usize,
}

impl Groups {
    /// The selected group, or the last one if there are fewer.
    pub fn selected(self, screen: &PeersScreen) -> Option<&PeerGroup> {
        screen.groups.get(self.selected).or(screen.groups.last())
    }

    /// Moves the selection.
    pub fn go(&mut self, motion: Motion, area: Rect, screen: &PeersScreen) {
        let last = screen.groups.len().saturating_sub(1);
        self.selected = motion.apply(self.selected.min(last), last, list_rows(area).max(2) - 1);
    }

    /// Selects the group at a position. Returns whether it was already selected.
    pub fn click(&mut self, at: Position, area: Rect, screen: &PeersScreen) -> bool {
        let Some(ListPart::Row(row)) = list_part(area, at) else { return false };
        let group = self.first(area) + row;
        let is_again = group == self.selected;
        if group < screen.groups.len() {
            self.selected = group;
        }
        is_again
    }

    /// The index of the first visible group.
    fn first(self, area: Rect) -> usize {
        (self.selected + 1).saturating_sub(list_rows(area))
    }

    /// Draws as many groups as fit; `label` describes the grouped peers.
    pub fn draw(
        self,
        frame: &mut Frame,
        area: Rect,
        cx: &Context,
        screen: &PeersScreen,
        label: &str,
        focused: bool,
    ) {
        let block = panel(cx.theme, title(cx.theme, "Peers", label, focused), focused);
        let widths = table::fit(&COLUMNS, usize::from(area.width).saturating_sub(4));
        let mut lines = vec![table::head(&COLUMNS, &widths, cx.theme.muted())];
        let first = self.first(area);
        let groups = screen.groups.iter().enumerate().skip(first).take(list_rows(area));
        let selected = self.selected.min(screen.groups.len().saturating_sub(1));
        lines.extend(groups.map(|(at, group)| {
            let line = table::row(&COLUMNS, &widths, group, cx);
            if at == selected { line.style(cx.theme.selected(focused)) } else { line }
        }));
        if screen.groups.is_empty() {
            lines.push(Line::styled("no peer to group", cx.theme.muted()));
        }
        let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }
}

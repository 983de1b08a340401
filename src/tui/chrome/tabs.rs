//! The tab bar in the title line: the number and the name of each screen.
//!
//! ```text
//! 1 Overview 2 Peers 3 Transactions 4 Mempool 5 Blocks     wide
//! 1 Overview 2 Peers 3 Txs 4 Mempool 5 Blocks              medium
//! 1 Overview 2 3 4 5                                       narrow
//! ```

use crate::snapshot::Screen;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// The narrowest terminal that shows full names beside the figures of the title.
pub const WIDE: u16 = 150;
/// The narrowest terminal that shows short names.
const MEDIUM: u16 = 110;

/// The names of a screen on the tab bar.
#[derive(Clone, Copy, Debug)]
pub struct TabName {
    pub screen: Screen,
    pub name: &'static str,
    pub short: &'static str,
}

/// The tab of a screen: what it shows, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tab {
    screen: Screen,
    label: String,
    area: Rect,
}

/// The tab bar. Its form depends only on the width of the title, so that no tab jumps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tabs {
    tabs: Vec<Tab>,
    current: Screen,
}

impl Tabs {
    /// Lays out the tabs of `names`, in order, `left` cells from the left edge of the title line.
    pub fn new(names: impl Iterator<Item = TabName>, current: Screen, title: Rect, left: usize) -> Self {
        let mut x = title.x.saturating_add(u16::try_from(left).unwrap_or(u16::MAX));
        let tabs = (1..).zip(names).map(|(number, name)| {
            let label = label(number, &name, current, title.width);
            let width = u16::try_from(text::width(&label) + 1).unwrap_or(u16::MAX);
            let area = Rect { x, y: title.y, width, height: 1 };
            x = x.saturating_add(width);
            Tab { screen: name.screen, label, area: area.intersection(title) }
        });
        Self { tabs: tabs.collect(), current }
    }

    /// Returns the screen whose tab is at `position` of the terminal.
    pub fn at(&self, position: Position) -> Option<Screen> {
        self.tabs.iter().find(|tab| tab.area.contains(position)).map(|tab| tab.screen)
    }

    /// The tabs as a part of the title line, the current one marked.
    pub fn spans(&self, theme: Theme) -> Vec<Span<'static>> {
        let span = |tab: &Tab| {
            let style = if tab.screen == self.current { theme.current_tab() } else { theme.muted() };
            [Span::styled(tab.label.clone(), style), Span::raw(" ")]
        };
        self.tabs.iter().flat_map(span).collect()
    }
}

fn label(number: usize, name: &TabName, current: Screen, width: u16) -> String {
    match width {
        WIDE.. => format!("{number} {}", name.name),
        MEDIUM.. => format!("{number} {}", name.short),
        _ if name.screen == current => format!("{number} {}", name.short),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Depth, ThemeName};

    fn names() -> impl Iterator<Item = TabName> {
        [
            TabName { screen: Screen::Overview, name: "Overview", short: "Overview" },
            TabName { screen: Screen::Peers, name: "Transactions", short: "Txs" },
            TabName { screen: Screen::Blocks, name: "Blocks", short: "Blocks" },
        ]
        .into_iter()
    }

    fn tabs(width: u16) -> Tabs {
        Tabs::new(names(), Screen::Peers, Rect::new(0, 0, width, 1), 10)
    }

    fn shown(width: u16) -> String {
        tabs(width)
            .spans(Theme::new(ThemeName::Dark, Depth::Indexed))
            .iter()
            .map(|span| span.content.as_ref())
            .collect()
    }

    #[test]
    fn names_get_shorter_with_the_width_and_the_current_one_always_stays() {
        assert_eq!(shown(200), "1 Overview 2 Transactions 3 Blocks ");
        assert_eq!(shown(120), "1 Overview 2 Txs 3 Blocks ");
        assert_eq!(shown(80), "1 2 Txs 3 ");
    }

    #[test]
    fn each_cell_of_a_tab_resolves_to_its_screen_and_the_rest_of_the_title_to_none() {
        let at = |x, y| tabs(80).at(Position { x, y });
        assert_eq!(at(9, 0), None);
        assert_eq!(at(10, 0), Some(Screen::Overview));
        assert_eq!([at(12, 0), at(17, 0)], [Some(Screen::Peers); 2]);
        assert_eq!(at(18, 0), Some(Screen::Blocks));
        assert_eq!([at(20, 0), at(12, 1)], [None; 2]);
    }
}

//! The Log screen: the program's own log.

use crate::snapshot::window::Window;
use crate::util::log_lines::{LogLine, LogLines};
use crate::util::text::contains;
use tracing::Level;

/// What the Log screen asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogView {
    /// Lines of this level and above.
    pub level: Level,
    /// Only lines with this text.
    pub filter: String,
    /// The index of the first line, 0 for the newest.
    pub offset: usize,
    /// The number of lines.
    pub height: usize,
    /// The number of the selected line.
    pub selected: Option<u64>,
}

impl Default for LogView {
    fn default() -> Self {
        Self { level: Level::INFO, filter: String::new(), offset: 0, height: 0, selected: None }
    }
}

/// The Log screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct LogScreen {
    /// The visible lines, newest first.
    pub lines: Window<LogLine>,
}

impl LogScreen {
    /// Takes the visible lines. The cost depends on the number of lines kept.
    pub fn take(lines: &LogLines, view: &LogView) -> Self {
        let lines = lines.read(view.level, |mut lines| {
            lines.retain(|line| contains(&line.text, &view.filter));
            let is_selected = |number| lines.iter().position(|line| line.number == number);
            let selected = view.selected.and_then(is_selected);
            Window::of_list(lines, view.offset, view.height, selected).map(Clone::clone)
        });
        Self { lines }
    }
}

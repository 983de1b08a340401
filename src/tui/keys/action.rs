//! The actions that a user can ask for, and the places where keys work.

use crate::event::ReplayCommand;
use crate::snapshot::Screen;
use crate::tui::preferences::Setting;
use crate::tui::widgets::line_edit::Step;

/// A user action. The current screen or the innermost overlay decides what it means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// End the program.
    Quit,
    /// Close the innermost overlay; without one, end the program.
    Close,
    /// Hand the terminal back to the shell until `fg`.
    Suspend,
    /// Show or hide the help.
    Help,
    /// Go one step back: close the overlay, drop the selection, or leave the screen. Never ends the program.
    Back,
    /// Freeze the screen, or resume.
    Freeze,
    /// Control the replay.
    Replay(ReplayCommand),
    /// Switch a setting to its next value.
    Change(Setting),
    /// Open the settings.
    Settings,
    /// Go to another screen.
    Show(Screen),
    /// Open the alert rules.
    Alerts,
    /// Switch the selected rule on or off.
    Switch,
    /// Find something by its txid, block hash or address.
    Find,
    /// Open whatever is selected.
    Open,
    /// Select the next block, link or level.
    Next,
    /// Select the previous block, link or level.
    Previous,
    /// Move the selection, or scroll.
    Move(Motion),
    /// Move the focus to the next panel.
    NextPanel,
    /// Move the focus to the previous panel.
    PreviousPanel,
    /// Show the focused panel alone, or all panels again.
    Zoom,
    /// List only the next kind of events.
    NextKind,
    /// List only the previous kind of events.
    PreviousKind,
    /// Sort by the next column.
    SortNext,
    /// Sort by the previous column.
    SortPrevious,
    /// Reverse the sort order.
    SortReverse,
    /// Group the list by the next criterion, or stop grouping.
    Group,
    /// Choose the columns of the list.
    Columns,
    /// Show or hide the selected column.
    ToggleColumn,
    /// Move the selected column one place towards the start.
    ColumnEarlier,
    /// Move the selected column one place towards the end.
    ColumnLater,
    /// Show all columns in their usual order.
    ResetColumns,
    /// Switch the histogram between virtual size and transaction count.
    ToggleHistogram,
    /// Show a shorter span of time in the chart.
    ShorterSpan,
    /// Show a longer span of time in the chart.
    LongerSpan,
    /// Show or hide the scripts of the open transaction.
    ToggleScripts,
    /// Start typing a query for the list.
    Query,
    /// Explain queries.
    QueryHelp,
    /// Start typing a target for the watch list, or a rule.
    Add,
    /// Remove the selected target from the watch list, or the selected rule.
    Remove,
    /// Copy an identifier of what is selected or open, or choose one.
    Copy,
    /// Copy the open transaction in hex.
    CopyRaw,
    /// Save the screen as a text file.
    SaveScreen,
    /// Start typing the filter of the list.
    Filter,
    /// Append a character to the text being typed.
    Type(char),
    /// Delete the last character of the text being typed.
    Erase,
    /// Delete the last word of the text being typed.
    EraseWord,
    /// Move the cursor in the text being typed.
    Cursor(Step),
    /// Delete all of the text being typed.
    EraseAll,
}

impl Action {
    /// The name used in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quit => "quit",
            Self::Close => "close",
            Self::Suspend => "suspend",
            Self::Help => "help",
            Self::Back => "back",
            Self::Freeze => "freeze",
            Self::Change(Setting::Theme) => "theme",
            Self::Change(Setting::Unit) => "unit",
            Self::Change(Setting::Times) => "times",
            Self::Change(Setting::Mouse) => "mouse",
            Self::Change(Setting::Ascii) => "ascii",
            Self::Change(Setting::ReducedMotion) => "reduced-motion",
            Self::Replay(ReplayCommand::Pause) => "pause",
            Self::Replay(ReplayCommand::Faster) => "faster",
            Self::Replay(ReplayCommand::Slower) => "slower",
            Self::Replay(ReplayCommand::Forward) => "forward",
            Self::Replay(ReplayCommand::Back) => "backward",
            Self::Replay(ReplayCommand::NextBlock) => "next-block",
            Self::Replay(ReplayCommand::PreviousBlock) => "previous-block",
            Self::Settings => "settings",
            Self::Show(Screen::Overview) => "overview",
            Self::Show(Screen::Peers) => "peers",
            Self::Show(Screen::Transactions) => "transactions",
            Self::Show(Screen::Mempool) => "mempool",
            Self::Show(Screen::Blocks) => "blocks",
            Self::Show(Screen::Watchlist) => "watch-list",
            Self::Show(Screen::Log) => "log",
            Self::Show(Screen::Sensors) => "sensors",
            Self::Alerts => "alerts",
            Self::Switch => "switch",
            Self::Open => "open",
            Self::Next => "next",
            Self::Previous => "previous",
            Self::Move(Motion::Up) => "up",
            Self::Move(Motion::Down) => "down",
            Self::Move(Motion::PageUp) => "page-up",
            Self::Move(Motion::PageDown) => "page-down",
            Self::Move(Motion::Top) => "top",
            Self::Move(Motion::Bottom) => "bottom",
            Self::NextPanel => "next-panel",
            Self::PreviousPanel => "previous-panel",
            Self::Zoom => "zoom",
            Self::NextKind => "next-kind",
            Self::PreviousKind => "previous-kind",
            Self::SortNext => "sort",
            Self::SortPrevious => "sort-previous",
            Self::SortReverse => "reverse",
            Self::Group => "group",
            Self::Columns => "columns",
            Self::ToggleColumn => "toggle-column",
            Self::ColumnEarlier => "column-earlier",
            Self::ColumnLater => "column-later",
            Self::ResetColumns => "reset-columns",
            Self::Filter => "filter",
            Self::Find => "find",
            Self::Query => "query",
            Self::QueryHelp => "query-help",
            Self::ToggleHistogram => "histogram",
            Self::ShorterSpan => "shorter-span",
            Self::LongerSpan => "longer-span",
            Self::ToggleScripts => "scripts",
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Copy => "copy",
            Self::CopyRaw => "copy-hex",
            Self::SaveScreen => "save-screen",
            Self::Type(_) => "type",
            Self::Erase => "erase",
            Self::EraseWord => "erase-word",
            Self::Cursor(Step::Left) => "cursor-left",
            Self::Cursor(Step::Right) => "cursor-right",
            Self::Cursor(Step::Start) => "cursor-start",
            Self::Cursor(Step::End) => "cursor-end",
            Self::EraseAll => "erase-all",
        }
    }
}

/// How far to move a selection or scroll a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Motion {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
}

impl Motion {
    /// Returns the index that this motion leads to from `at`, given the last valid index and the number of
    /// rows per page.
    pub fn apply(self, at: usize, last: usize, page: usize) -> usize {
        let to = match self {
            Self::Up => at.saturating_sub(1),
            Self::Down => at + 1,
            Self::PageUp => at.saturating_sub(page),
            Self::PageDown => at + page,
            Self::Top => 0,
            Self::Bottom => last,
        };
        to.min(last)
    }
}

/// Where the user is: which screen or overlay the keys go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The Overview screen.
    Overview,
    /// The events of the Overview screen.
    Events,
    /// The Peers screen.
    Peers,
    /// The choice of columns of the Peers screen.
    Columns,
    /// The Transactions screen.
    Transactions,
    /// The line for typing a txid, a block hash or an address.
    Find,
    /// The line for typing a list's filter.
    Filter,
    /// The Mempool screen.
    Mempool,
    /// The Blocks screen.
    Blocks,
    /// The Watch list screen.
    Watchlist,
    /// The Log screen.
    Log,
    /// The Sensors screen.
    Sensors,
    /// The details of a peer, transaction or block.
    Details,
    /// The help.
    Help,
    /// The alert rules.
    Alerts,
    /// Anywhere except while typing, during a replay: these keys take precedence.
    Replay,
    /// The settings.
    Settings,
    /// The menu of texts to copy.
    CopyMenu,
    /// The line for typing a target.
    Input,
    /// The line for typing a query.
    Query,
}

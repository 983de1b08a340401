//! What the user can ask for, and where.

use crate::snapshot::Screen;

/// What a key asks for. The current screen or the innermost overlay decides what that means.
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
    /// Go one step back: close the overlay, drop the selection, leave the screen. Never ends the program.
    Back,
    /// Freeze the screen, or resume.
    Freeze,
    /// Take the mouse, or leave it to the terminal, which selects text with it.
    ToggleMouse,
    /// Go to another screen.
    Show(Screen),
    /// Open the watch list.
    Watchlist,
    /// Find what a txid, a block hash or an address names.
    Find,
    /// Open whatever is selected.
    Open,
    /// Select the next panel or block.
    Next,
    /// Select the previous panel or block.
    Previous,
    /// Move the selection, or scroll.
    Move(Motion),
    /// Sort by the next column.
    SortNext,
    /// Sort by the previous column.
    SortPrevious,
    /// Reverse the sort order.
    SortReverse,
    /// Switch the histogram between virtual size and transaction count.
    ToggleHistogram,
    /// Show a shorter span of time in the chart.
    ShorterSpan,
    /// Show a longer span of time in the chart.
    LongerSpan,
    /// Show or hide the scripts of the open transaction.
    ToggleScripts,
    /// Begin to type a target for the watch list.
    Add,
    /// Remove the selected target from the watch list.
    Remove,
    /// Copy the txid or block hash of whatever is selected.
    CopyId,
    /// Copy the open transaction in hex.
    CopyRaw,
    /// Begin to type the text by which the list is filtered.
    Filter,
    /// Append a character to the text being typed.
    Type(char),
    /// Delete the last character of the text being typed.
    Erase,
    /// Delete all of the text being typed.
    EraseAll,
}

/// How far a selection moves or a text scrolls.
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
    /// Returns the index that this motion leads to from index `at`, given the last valid index and
    /// the rows of a page.
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
    /// The Peers screen.
    Peers,
    /// The Transactions screen.
    Transactions,
    /// The line in which a txid, a block hash or an address is typed.
    Find,
    /// The line in which the filter of a list is typed.
    Filter,
    /// The Mempool screen.
    Mempool,
    /// The Mempool screen in a terminal that has room for only half of it.
    MempoolHalf,
    /// The Blocks screen.
    Blocks,
    /// The Log screen.
    Log,
    /// The details of a peer, transaction or block.
    Details,
    /// The help.
    Help,
    /// The watch list.
    Watchlist,
    /// The line in which a target is typed.
    Input,
}

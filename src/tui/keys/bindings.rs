//! The key table. The footer shows keys in this order, and leaves out the last ones first.

use super::action::{Action, Motion, Place};
use super::binding::{Binding, Key};
use crate::event::ReplayCommand;
use crate::snapshot::Screen;
use crate::tui::preferences::Setting;
use crate::tui::widgets::line_edit::Step;
use crossterm::event::KeyCode;

/// Every place in which keys are not text.
const EVERYWHERE: &[Place] = &[
    Place::Overview,
    Place::Events,
    Place::Peers,
    Place::Transactions,
    Place::Mempool,
    Place::Blocks,
    Place::Watchlist,
    Place::Log,
    Place::Sensors,
    Place::Details,
    Place::Help,
    Place::Alerts,
    Place::Settings,
    Place::CopyMenu,
];
/// Every screen.
const SCREENS: &[Place] = &[
    Place::Overview,
    Place::Events,
    Place::Peers,
    Place::Transactions,
    Place::Mempool,
    Place::Blocks,
    Place::Watchlist,
    Place::Log,
    Place::Sensors,
];
/// The screens with something to select.
const LISTS: &[Place] = &[Place::Overview, Place::Events, Place::Peers, Place::Transactions, Place::Blocks];
/// The screens with rows to select.
const ROWS: &[Place] = &[
    Place::Overview,
    Place::Events,
    Place::Peers,
    Place::Transactions,
    Place::Watchlist,
    Place::Log,
    Place::Sensors,
];
const OVERVIEW: &[Place] = &[Place::Overview];
const EVENTS: &[Place] = &[Place::Events];
/// The screens with several panels, one of which has the focus.
const PANELS: &[Place] =
    &[Place::Overview, Place::Events, Place::Peers, Place::Mempool, Place::Blocks, Place::Watchlist];
/// The screens whose list can be sorted.
const SORTED: &[Place] = &[Place::Peers, Place::Transactions];
/// The screens whose list can be filtered.
const FILTERED: &[Place] = &[
    Place::Overview,
    Place::Events,
    Place::Peers,
    Place::Transactions,
    Place::Blocks,
    Place::Watchlist,
    Place::Log,
];
/// The filtered screens with rows to select.
const FILTERED_ROWS: &[Place] =
    &[Place::Events, Place::Peers, Place::Transactions, Place::Watchlist, Place::Log];
const MEMPOOL: &[Place] = &[Place::Mempool];
const BLOCKS: &[Place] = &[Place::Blocks];
const LOG: &[Place] = &[Place::Log];
const OVERLAYS: &[Place] = &[Place::Details, Place::Help, Place::Alerts, Place::Settings, Place::CopyMenu];
/// The overlays with a line to choose.
const MENUS: &[Place] = &[Place::Settings, Place::CopyMenu];
/// The places with scrolling text.
const TEXTS: &[Place] = &[Place::Details, Place::Help, Place::Blocks];
const DETAILS: &[Place] = &[Place::Details];
const WATCHLIST: &[Place] = &[Place::Watchlist];
const ALERTS: &[Place] = &[Place::Alerts];
const INPUT: &[Place] = &[Place::Input];
const FILTER: &[Place] = &[Place::Filter];
const FIND: &[Place] = &[Place::Find];
/// The screens with a list that a query can filter. The overview's lists are parts of other screens' lists.
const QUERIED: &[Place] = &[Place::Overview, Place::Peers, Place::Transactions, Place::Blocks];
const QUERY: &[Place] = &[Place::Query];
const PEERS: &[Place] = &[Place::Peers];
const REPLAY: &[Place] = &[Place::Replay];
/// Where keys have a different meaning than elsewhere, even though no text is typed.
const COLUMNS: &[Place] = &[Place::Columns];
/// Where text is typed.
pub const TYPED: &[Place] = &[Place::Input, Place::Filter, Place::Find, Place::Query];

/// Every key that does something. While typing, all other letters are text.
pub const BINDINGS: &[Binding] = &[
    bind(&[letter('q')], Action::Close, EVERYWHERE)
        .help("q", "close the innermost layer; quit on the last one")
        .hint("q", "quit", SCREENS),
    bind(&[ctrl('c')], Action::Quit, EVERYWHERE).help("Ctrl-C", "quit at once"),
    bind(&[letter('?')], Action::Help, EVERYWHERE)
        .help("?", "show or hide this help")
        .hint("?", "help", EVERYWHERE),
    bind(&[key(KeyCode::Esc)], Action::Back, EVERYWHERE)
        .help("Esc", "go back; never quits")
        .hint("Esc", "back", OVERLAYS),
    bind(&[key(KeyCode::Enter)], Action::Open, LISTS)
        .help("Enter", "details of the selection")
        .hint("Enter", "details", LISTS),
    bind(&[key(KeyCode::Enter)], Action::Open, DETAILS)
        .help("Enter", "details: open the selected link")
        .hint("Enter", "open", DETAILS),
    bind(&[key(KeyCode::Tab)], Action::Next, DETAILS)
        .help("Tab", "details: next link (›)")
        .hint("Tab", "next ›", DETAILS),
    bind(&[key(KeyCode::BackTab)], Action::Previous, DETAILS).help("Shift-Tab", "details: previous link"),
    bind(&[key(KeyCode::Enter)], Action::Open, WATCHLIST)
        .help("Enter", "Watch list: transaction of the event, or its block")
        .hint("Enter", "open", WATCHLIST),
    bind(&[key(KeyCode::Enter)], Action::Open, MENUS)
        .help("Enter", "menus: choose")
        .hint("Enter", "choose", MENUS),
    bind(&[key(KeyCode::Right), letter('l')], Action::NextKind, EVENTS)
        .help("→  l", "Overview: next kind of events")
        .hint("←→", "kind", EVENTS),
    bind(&[key(KeyCode::Left), letter('h')], Action::PreviousKind, EVENTS)
        .help("←  h", "Overview: previous kind of events"),
    bind(&[key(KeyCode::Right), letter('l'), letter('n')], Action::Next, BLOCKS)
        .help("→  l  n", "Blocks: older block")
        .hint("←→", "select", BLOCKS),
    bind(&[key(KeyCode::Left), letter('h'), letter('N')], Action::Previous, BLOCKS)
        .help("←  h  N", "Blocks: newer or projected block"),
    bind(&[key(KeyCode::Right), letter('l')], Action::Next, LOG)
        .help("→  l", "Log: lower levels too")
        .hint("←→", "level", LOG),
    bind(&[key(KeyCode::Left), letter('h')], Action::Previous, LOG).help("←  h", "Log: higher levels only"),
    bind(&[letter('v')], Action::ToggleHistogram, MEMPOOL)
        .help("v", "Mempool: histogram by vB or by count")
        .hint("v", "vB or count", MEMPOOL),
    bind(&[letter('[')], Action::ShorterSpan, MEMPOOL).help("[", "Mempool: shorter time span").hint(
        "[ ]",
        "time span",
        MEMPOOL,
    ),
    bind(&[letter(']')], Action::LongerSpan, MEMPOOL).help("]", "Mempool: longer time span"),
    bind(&[letter('a')], Action::Add, WATCHLIST)
        .help("a", "Watch list: add address, txid or script")
        .hint("a", "add", WATCHLIST),
    bind(&[letter('d'), key(KeyCode::Delete)], Action::Remove, WATCHLIST)
        .help("d  Delete", "Watch list: remove the selected target")
        .hint("d", "remove", WATCHLIST),
    bind(&[letter('/')], Action::Filter, FILTERED)
        .help("/", "filter the list while typing; Esc clears")
        .hint("/", "filter", FILTERED),
    bind(&[letter(':')], Action::Query, QUERIED)
        .help(":", "query: filter and sort the list")
        .hint(":", "query", QUERIED),
    bind(&[letter('s'), letter('>')], Action::SortNext, SORTED)
        .help("s  >", "sort by the next column")
        .hint("s", "sort", SORTED),
    bind(&[letter('<')], Action::SortPrevious, SORTED).help("<", "sort by the previous column"),
    bind(&[letter('o')], Action::Group, PEERS)
        .help("o", "Peers: groups by network, range, version, AS, sensor")
        .hint("o", "groups", PEERS),
    bind(&[letter('C')], Action::Columns, PEERS)
        .help("C", "Peers: choose and move columns")
        .hint("C", "columns", PEERS),
    bind(&[letter('r')], Action::SortReverse, SORTED)
        .help("r", "reverse the order")
        .hint("r", "reverse", SORTED),
    bind(&[letter(' ')], Action::ToggleColumn, COLUMNS).help("Space", "columns: show or hide").hint(
        "Space",
        "show or hide",
        COLUMNS,
    ),
    bind(&[letter('K'), key(KeyCode::Left)], Action::ColumnEarlier, COLUMNS)
        .help("K  ←", "columns: move up")
        .hint("J K", "move", COLUMNS),
    bind(&[letter('J'), key(KeyCode::Right)], Action::ColumnLater, COLUMNS)
        .help("J  →", "columns: move down"),
    bind(&[letter('r')], Action::ResetColumns, COLUMNS)
        .help("r", "columns: all, in the default order")
        .hint("r", "all", COLUMNS),
    bind(&[key(KeyCode::Up), letter('k')], Action::Move(Motion::Up), COLUMNS).hint("↑↓", "select", COLUMNS),
    bind(&[key(KeyCode::Down), letter('j')], Action::Move(Motion::Down), COLUMNS),
    bind(&[key(KeyCode::PageUp)], Action::Move(Motion::PageUp), COLUMNS),
    bind(&[key(KeyCode::PageDown)], Action::Move(Motion::PageDown), COLUMNS),
    bind(&[key(KeyCode::Home), letter('g')], Action::Move(Motion::Top), COLUMNS),
    bind(&[key(KeyCode::End), letter('G')], Action::Move(Motion::Bottom), COLUMNS),
    bind(&[key(KeyCode::Esc), key(KeyCode::Enter), letter('q'), letter('C')], Action::Back, COLUMNS)
        .hint("Esc", "close", COLUMNS),
    bind(&[letter('?')], Action::Help, COLUMNS),
    bind(&[ctrl('c')], Action::Quit, COLUMNS),
    bind(&[ctrl('z')], Action::Suspend, COLUMNS),
    bind(&[letter('n')], Action::Move(Motion::Down), FILTERED_ROWS).help("n", "next match of the filter"),
    bind(&[letter('N')], Action::Move(Motion::Up), FILTERED_ROWS).help("N", "previous match of the filter"),
    bind(&[ctrl('f')], Action::Find, EVERYWHERE).help("Ctrl-F", "find a txid, block hash or address"),
    bind(&[key(KeyCode::Tab)], Action::NextPanel, PANELS)
        .help("Tab", "next panel")
        .hint("Tab", "panel", PANELS),
    bind(&[key(KeyCode::BackTab)], Action::PreviousPanel, PANELS).help("Shift-Tab", "previous panel"),
    bind(&[key(KeyCode::Right), letter('l')], Action::NextPanel, OVERVIEW)
        .help("→  l", "Overview: next panel"),
    bind(&[key(KeyCode::Left), letter('h')], Action::PreviousPanel, OVERVIEW)
        .help("←  h", "Overview: previous panel"),
    bind(&[letter('1')], Action::Show(Screen::Overview), EVERYWHERE).help("1", "Overview screen"),
    bind(&[letter('2')], Action::Show(Screen::Peers), EVERYWHERE).help("2", "Peers screen"),
    bind(&[letter('3')], Action::Show(Screen::Transactions), EVERYWHERE).help("3", "Transactions screen"),
    bind(&[letter('4')], Action::Show(Screen::Mempool), EVERYWHERE).help("4", "Mempool screen"),
    bind(&[letter('5')], Action::Show(Screen::Blocks), EVERYWHERE).help("5", "Blocks screen"),
    bind(&[letter('6'), letter('w')], Action::Show(Screen::Watchlist), EVERYWHERE)
        .help("6  w", "Watch list screen")
        .hint("w", "watch list", OVERVIEW),
    bind(&[letter('7')], Action::Show(Screen::Log), EVERYWHERE).help("7", "Log screen"),
    bind(&[letter('8')], Action::Show(Screen::Sensors), EVERYWHERE).help("8", "Sensors screen, with --from"),
    bind(&[letter('z'), letter('+'), letter('_')], Action::Zoom, PANELS)
        .help("z  +  _", "show the panel in focus alone, or all again")
        .hint("z", "zoom", PANELS),
    bind(&[letter(' ')], Action::Freeze, EVERYWHERE)
        .help("Space", "freeze or unfreeze the screen")
        .hint("Space", "freeze", EVERYWHERE),
    bind(&[letter('p')], Action::Replay(ReplayCommand::Pause), REPLAY)
        .help("p", "replay: pause or resume")
        .hint("p", "pause", REPLAY),
    bind(&[letter('}')], Action::Replay(ReplayCommand::Faster), REPLAY)
        .help("}", "replay: faster, up to 1,000 times")
        .hint("{ }", "speed", REPLAY),
    bind(&[letter('{')], Action::Replay(ReplayCommand::Slower), REPLAY).help("{", "replay: slower"),
    bind(&[letter('>')], Action::Replay(ReplayCommand::Forward), REPLAY)
        .help(">", "replay: 10 s forward")
        .hint("< >", "10 s", REPLAY),
    bind(&[letter('<')], Action::Replay(ReplayCommand::Back), REPLAY).help("<", "replay: 10 s back"),
    bind(&[letter(']')], Action::Replay(ReplayCommand::NextBlock), REPLAY)
        .help("]", "replay: next block")
        .hint("[ ]", "block", REPLAY),
    bind(&[letter('[')], Action::Replay(ReplayCommand::PreviousBlock), REPLAY)
        .help("[", "replay: previous block"),
    bind(&[letter('A')], Action::Alerts, EVERYWHERE).help("A", "alerts"),
    bind(&[key(KeyCode::Enter)], Action::Open, ALERTS)
        .help("Enter", "alerts: test the selected rule")
        .hint("Enter", "test", ALERTS),
    bind(&[letter('e')], Action::Switch, ALERTS)
        .help("e", "alerts: switch the selected rule on or off")
        .hint("e", "on or off", ALERTS),
    bind(&[letter('a')], Action::Add, ALERTS).help("a", "alerts: add a rule").hint("a", "add", ALERTS),
    bind(&[letter('d'), key(KeyCode::Delete)], Action::Remove, ALERTS)
        .help("d  Delete", "alerts: remove a rule that was added here")
        .hint("d", "remove", ALERTS),
    bind(&[letter('y')], Action::Copy, EVERYWHERE)
        .help("y", "copy txid, address, hex … (OSC 52)")
        .hint("y", "copy", DETAILS),
    bind(&[letter('x')], Action::ToggleScripts, DETAILS)
        .help("x", "details: scripts in hex and asm")
        .hint("x", "scripts", DETAILS),
    bind(&[letter('Y')], Action::CopyRaw, DETAILS).help("Y", "details: copy the transaction in hex"),
    bind(&[letter('S')], Action::SaveScreen, EVERYWHERE).help("S", "save the screen as a text file"),
    bind(&[letter('t')], Action::Change(Setting::Theme), EVERYWHERE).help("t", "next theme"),
    bind(&[letter('u')], Action::Change(Setting::Unit), EVERYWHERE).help("u", "amounts in BTC or sat"),
    bind(&[letter('U')], Action::Change(Setting::Times), EVERYWHERE)
        .help("U", "times as ages or times of day"),
    bind(&[letter('m')], Action::Change(Setting::Mouse), EVERYWHERE)
        .help("m", "mouse: clicks and scrolls, or selects text"),
    bind(&[letter(',')], Action::Settings, EVERYWHERE).help(",", "settings"),
    bind(&[key(KeyCode::Up), letter('k')], Action::Move(Motion::Up), EVERYWHERE)
        .help("↑  k", "up; above the first row: follow newest")
        .hint("↑↓", "select", ROWS),
    bind(&[key(KeyCode::Down), letter('j')], Action::Move(Motion::Down), EVERYWHERE)
        .help("↓  j", "down")
        .hint("↑↓", "scroll", TEXTS),
    bind(&[key(KeyCode::PageUp)], Action::Move(Motion::PageUp), EVERYWHERE)
        .help("PgUp", "page up")
        .hint("↑↓", "select", ALERTS),
    bind(&[key(KeyCode::PageDown)], Action::Move(Motion::PageDown), EVERYWHERE).help("PgDn", "page down"),
    bind(&[letter('g'), key(KeyCode::Home)], Action::Move(Motion::Top), EVERYWHERE)
        .help("g  Home", "top; follow newest")
        .hint("g", "newest", OVERVIEW),
    bind(&[letter('G'), key(KeyCode::End)], Action::Move(Motion::Bottom), EVERYWHERE)
        .help("G  End", "bottom"),
    bind(&[ctrl('z')], Action::Suspend, EVERYWHERE).help("Ctrl-Z", "suspend; fg resumes"),
    bind(&[key(KeyCode::Enter)], Action::Open, FIND).hint("Enter", "open", FIND),
    bind(&[key(KeyCode::Tab)], Action::Add, FIND).hint("Tab", "watch", FIND),
    bind(&[key(KeyCode::Esc)], Action::Back, FIND).hint("Esc", "close", FIND),
    bind(&[key(KeyCode::Enter)], Action::Open, FILTER).hint("Enter", "keep", FILTER),
    bind(&[key(KeyCode::Esc)], Action::Back, FILTER).hint("Esc", "clear", FILTER),
    bind(&[key(KeyCode::Up)], Action::Move(Motion::Up), FILTER).hint("↑↓", "select", FILTER),
    bind(&[key(KeyCode::Down)], Action::Move(Motion::Down), FILTER),
    bind(&[key(KeyCode::PageUp)], Action::Move(Motion::PageUp), FILTER),
    bind(&[key(KeyCode::PageDown)], Action::Move(Motion::PageDown), FILTER),
    bind(&[key(KeyCode::Enter)], Action::Open, INPUT).hint("Enter", "add", INPUT),
    bind(&[key(KeyCode::Esc)], Action::Back, INPUT).hint("Esc", "cancel", INPUT),
    bind(&[key(KeyCode::Enter)], Action::Open, QUERY).hint("Enter", "apply", QUERY),
    bind(&[key(KeyCode::Esc)], Action::Back, QUERY).hint("Esc", "cancel", QUERY),
    bind(&[key(KeyCode::Tab)], Action::Next, QUERY).hint("Tab", "complete", QUERY),
    bind(&[key(KeyCode::BackTab)], Action::Previous, QUERY),
    bind(&[key(KeyCode::F(1))], Action::QueryHelp, QUERY).hint("F1", "fields and grammar", QUERY),
    bind(&[key(KeyCode::Up)], Action::Move(Motion::Up), QUERY).hint("↑↓", "history", QUERY),
    bind(&[key(KeyCode::Down)], Action::Move(Motion::Down), QUERY),
    bind(&[key(KeyCode::Left)], Action::Cursor(Step::Left), QUERY),
    bind(&[key(KeyCode::Right)], Action::Cursor(Step::Right), QUERY),
    bind(&[key(KeyCode::Home), ctrl('a')], Action::Cursor(Step::Start), QUERY),
    bind(&[key(KeyCode::End), ctrl('e')], Action::Cursor(Step::End), QUERY),
    bind(&[ctrl('w')], Action::EraseWord, QUERY),
    bind(&[key(KeyCode::Backspace)], Action::Erase, TYPED),
    bind(&[ctrl('u')], Action::EraseAll, TYPED),
    bind(&[ctrl('c')], Action::Quit, TYPED),
    bind(&[ctrl('z')], Action::Suspend, TYPED),
];

const fn bind(keys: &'static [Key], action: Action, places: &'static [Place]) -> Binding {
    Binding::new(keys, action, places)
}

const fn key(code: KeyCode) -> Key {
    Key { code, ctrl: false }
}

const fn letter(letter: char) -> Key {
    key(KeyCode::Char(letter))
}

const fn ctrl(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), ctrl: true }
}

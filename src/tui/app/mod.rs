//! What the screen is about: the state that keys and snapshots change, and that drawing only reads.

mod blocks;
mod copy;
mod motion;
mod view;
mod watched;

pub use watched::Input;

use super::action::{self, Action, Motion, Scope};
use super::layout::{self, MempoolParts, Parts, PeersParts};
use super::list::List;
use super::theme::Theme;
use crate::event::{Command, PeerId};
use crate::snapshot::view::{Open, PeerColumn, PeerSort, Tab};
use crate::snapshot::{Detail, Health, Snapshot, TxKey};
use crate::util::time::Timestamp;
use crate::wire::BlockHash;
use crossterm::event::Event;
use jiff::tz::TimeZone;
use ratatui::layout::{Rect, Size};
use std::sync::Arc;
use std::time::Duration;

/// What the loop has to do after an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// Go on.
    Continue,
    /// End the program.
    Quit,
    /// Hand the terminal back until `fg`.
    Suspend,
}

/// The list that the keys move in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The peers.
    Peers,
    /// The transactions.
    Transactions,
    /// What each peer is worth, on the screen of that name.
    Worth,
}

/// Something that lies over the overview.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layer {
    /// What it shows.
    pub kind: LayerKind,
    /// The number of lines scrolled out above.
    pub scroll: usize,
}

/// What a layer shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LayerKind {
    /// The details of a peer or a transaction.
    Details(Open),
    /// The help.
    Help,
    /// What is watched.
    Watched,
}

/// The state of the screen.
#[derive(Debug)]
pub struct App {
    theme: Theme,
    zone: TimeZone,
    size: Size,
    now: Timestamp,
    shown: Received,
    latest: Received,
    frozen: Option<Timestamp>,
    tab: Tab,
    focus: Focus,
    sort: PeerSort,
    worth: List<PeerId>,
    peers: List<PeerId>,
    transactions: List<TxKey>,
    block: Option<BlockHash>,
    by_count: bool,
    /// Of the Mempool screen, where not all of it fits.
    second_half: bool,
    layers: Vec<Layer>,
    unreachable_closed: bool,
    notice: Option<String>,
    watched: usize,
    input: Option<Input>,
    commands: Vec<Command>,
    copied: Option<String>,
}

/// A snapshot and when it came.
#[derive(Clone, Debug)]
struct Received {
    snapshot: Arc<Snapshot>,
    at: Timestamp,
}

impl App {
    /// An overview of `snapshot` in a terminal of `size`; `zone` is for the times of events.
    pub fn new(theme: Theme, zone: TimeZone, size: Size, snapshot: Arc<Snapshot>, now: Timestamp) -> Self {
        let received = Received { snapshot, at: now };
        Self {
            theme,
            zone,
            size,
            now,
            shown: received.clone(),
            latest: received,
            frozen: None,
            tab: Tab::default(),
            focus: Focus::Transactions,
            sort: PeerSort::default(),
            worth: List::default(),
            peers: List::default(),
            transactions: List::default(),
            block: None,
            by_count: false,
            second_half: false,
            layers: Vec::new(),
            unreachable_closed: false,
            notice: None,
            watched: 0,
            input: None,
            commands: Vec::new(),
            copied: None,
        }
    }

    /// Takes a new snapshot. A frozen screen keeps its own.
    pub fn on_snapshot(&mut self, snapshot: Arc<Snapshot>, now: Timestamp) {
        self.latest = Received { snapshot, at: now };
        if self.frozen.is_none() {
            self.show_latest();
        }
    }

    /// Takes note of the time.
    pub fn on_tick(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Takes note of the terminal's size.
    pub fn on_resize(&mut self, size: Size) {
        self.size = size;
    }

    /// Does what a key asks for.
    pub fn on_event(&mut self, event: &Event) -> Flow {
        let Some(key) = event.as_key_event() else { return Flow::Continue };
        if self.input.is_some() {
            return self.type_key(key);
        }
        action::action(key, self.place()).map_or(Flow::Continue, |action| self.update(action))
    }

    /// Does what the user asks for.
    pub fn update(&mut self, action: Action) -> Flow {
        self.notice = None;
        match action {
            Action::Quit => return Flow::Quit,
            Action::Suspend => return Flow::Suspend,
            Action::Help => self.toggle_help(),
            Action::Close => self.close(),
            Action::Freeze => self.toggle_freeze(),
            Action::Show(tab) => self.show(tab),
            Action::SortByNext => self.sort_by_next(),
            Action::Watched => self.open_watched(),
            Action::AddWatched => self.begin_input(),
            Action::RemoveWatched => self.unwatch(),
            Action::CopyId => self.copy_id(),
            Action::CopyRaw => self.copy_raw(),
            Action::ToggleHistogram => self.by_count = !self.by_count,
            Action::SortReversed => self.sort.descending = !self.sort.descending,
            // With two panels, the next one is the previous one; the other screen has but one.
            Action::NextPanel | Action::PreviousPanel if self.tab == Tab::Overview => {
                self.focus = match self.focus {
                    Focus::Peers => Focus::Transactions,
                    _ => Focus::Peers,
                }
            }
            Action::NextPanel if self.tab == Tab::Blocks => self.select_block(Motion::Down),
            Action::PreviousPanel if self.tab == Tab::Blocks => self.select_block(Motion::Up),
            Action::NextPanel if self.tab == Tab::Mempool => self.second_half = !self.second_half,
            Action::NextPanel | Action::PreviousPanel => {}
            Action::Open if self.tab == Tab::Blocks => self.open_block(),
            Action::Open => self.open(),
            Action::Follow => self.follow(),
            Action::Move(motion) if self.layers.is_empty() && self.tab == Tab::Blocks => {
                self.select_block(motion);
            }
            // There is nothing to select.
            Action::Move(_) if self.layers.is_empty() && self.tab == Tab::Mempool => {}
            Action::Move(motion) if self.layers.is_empty() => self.select(motion),
            Action::Move(motion) if self.place() == Scope::Watched => self.move_in_watched(motion),
            Action::Move(motion) => self.scroll(motion),
        }
        Flow::Continue
    }

    /// The styles.
    pub fn theme(&self) -> Theme {
        self.theme
    }

    /// The snapshot on screen.
    pub fn snapshot(&self) -> &Snapshot {
        &self.shown.snapshot
    }

    /// The time zone in which times are told.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The terminal's size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// What stands where.
    pub fn parts(&self) -> Parts {
        layout::parts(self.size, self.snapshot().peers.total, self.focus)
    }

    /// Where details open: over the figures and the lists.
    pub fn layer_area(&self) -> Rect {
        let parts = self.parts();
        parts.figures.union(parts.body)
    }

    /// The time since the snapshot on screen came, by which its ages have grown. It stands still on
    /// a frozen screen.
    pub fn drift(&self) -> Duration {
        self.frozen.unwrap_or(self.now).since(self.shown.at)
    }

    /// For how long the screen has been frozen.
    pub fn frozen_for(&self) -> Option<Duration> {
        self.frozen.map(|since| self.now.since(since))
    }

    /// The list that the keys move in; `None` while a layer covers them.
    pub fn focus(&self) -> Option<Focus> {
        self.layers.is_empty().then_some(self.list_in_use())
    }

    fn list_in_use(&self) -> Focus {
        if self.tab == Tab::Peers { Focus::Worth } else { self.focus }
    }

    /// Which screen is on.
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// What stands where on the Peers screen.
    pub fn peers_parts(&self) -> PeersParts {
        layout::peers_parts(self.layer_area())
    }

    /// The order that the Peers screen is to have.
    pub fn sort(&self) -> PeerSort {
        self.sort
    }

    /// Where the reader is on the Peers screen.
    pub fn worth(&self) -> &List<PeerId> {
        &self.worth
    }

    /// Where the reader is among the peers.
    pub fn peers(&self) -> &List<PeerId> {
        &self.peers
    }

    /// Where the reader is among the transactions.
    pub fn transactions(&self) -> &List<TxKey> {
        &self.transactions
    }

    /// The parts of the Mempool screen.
    pub fn mempool_parts(&self) -> MempoolParts {
        layout::mempool_parts(self.layer_area(), self.second_half)
    }

    /// Whether the histogram counts transactions rather than their size.
    pub fn histogram_by_count(&self) -> bool {
        self.by_count
    }

    /// The open layers, the innermost one last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Which keys are in force.
    pub fn place(&self) -> Scope {
        match self.tab {
            _ if self.layers.last().is_some_and(|layer| layer.kind == LayerKind::Watched) => Scope::Watched,
            _ if !self.layers.is_empty() => Scope::Layer,
            Tab::Overview => Scope::Overview,
            Tab::Peers => Scope::Peers,
            Tab::Mempool if layout::mempool_fits(self.layer_area()) => Scope::Mempool,
            Tab::Mempool => Scope::MempoolHalf,
            Tab::Blocks => Scope::Blocks,
        }
    }

    /// The advice to show because nobody can be reached, unless it was closed.
    pub fn advice(&self) -> Option<&[String]> {
        match &self.snapshot().health {
            Health::Unreachable { advice } if !self.unreachable_closed => Some(advice),
            _ => None,
        }
    }

    /// The details in the snapshot, if they are those of `open`.
    pub fn detail(&self, open: Open) -> Option<&Detail> {
        self.snapshot().detail.as_ref().filter(|detail| match (detail, open) {
            (Detail::Peer(peer), Open::Peer(id)) => peer.row.id == id,
            (Detail::Transaction(tx), Open::Transaction(key)) => tx.row.key == key,
            (Detail::Block(block), Open::Block(hash)) => block.row.figures.hash == hash,
            (Detail::Gone { .. }, _) => true,
            _ => false,
        })
    }

    /// Why the last key did less than it says.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    fn toggle_help(&mut self) {
        let before = self.layers.len();
        self.layers.retain(|layer| layer.kind != LayerKind::Help);
        if self.layers.len() == before {
            self.layers.push(Layer { kind: LayerKind::Help, scroll: 0 });
        }
    }

    fn close(&mut self) {
        if self.layers.pop().is_some() {
            return;
        }
        if self.advice().is_some() {
            self.unreachable_closed = true;
            return;
        }
        match self.list_in_use() {
            _ if self.tab == Tab::Blocks && self.block.is_some() => self.block = None,
            _ if matches!(self.tab, Tab::Blocks | Tab::Mempool) => self.show(Tab::Overview),
            Focus::Peers => self.peers = List::default(),
            Focus::Transactions => self.transactions = List::default(),
            Focus::Worth if self.worth == List::default() => self.show(Tab::Overview),
            Focus::Worth => self.worth = List::default(),
        }
    }

    fn show(&mut self, tab: Tab) {
        if self.tab != tab && self.frozen.is_some() {
            self.notice = Some("the other screen is not part of a frozen one".to_owned());
        } else {
            self.tab = tab;
            self.layers.clear();
        }
    }

    fn sort_by_next(&mut self) {
        let columns = PeerColumn::ALL;
        let at = columns.iter().position(|column| *column == self.sort.by).unwrap_or(0);
        self.sort.by = columns[(at + 1) % columns.len()];
    }

    fn toggle_freeze(&mut self) {
        if self.frozen.take().is_some() {
            self.show_latest();
        } else {
            self.frozen = Some(self.now);
        }
    }

    fn show_latest(&mut self) {
        self.shown = self.latest.clone();
        let parts = self.parts();
        let worth_rows = layout::list_rows(self.peers_parts().list);
        let Snapshot { peers, transactions, peers_screen, health, .. } = &*self.shown.snapshot;
        self.peers.settle(peers, layout::list_rows(parts.peers));
        self.transactions.settle(transactions, layout::list_rows(parts.transactions));
        if let Some(screen) = peers_screen {
            self.worth.settle(&screen.peers, worth_rows);
        }
        if !matches!(health, Health::Unreachable { .. }) {
            self.unreachable_closed = false;
        }
    }
}

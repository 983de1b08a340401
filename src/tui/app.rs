//! What the screen is about: the state that keys and snapshots change, and that drawing only reads.

use super::action::{Action, Motion, Scope};
use super::layout::{self, Parts};
use super::list::{List, Moved};
use super::panels;
use super::theme::Theme;
use crate::event::PeerId;
use crate::snapshot::{Detail, Health, Snapshot, TxKey};
use crate::time::Timestamp;
use crate::view::{Anchor, Open, PeersView, TransactionsView, View};
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
    focus: Focus,
    peers: List<PeerId>,
    transactions: List<TxKey>,
    layers: Vec<Layer>,
    unreachable_closed: bool,
    notice: Option<&'static str>,
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
            focus: Focus::Transactions,
            peers: List::default(),
            transactions: List::default(),
            layers: Vec::new(),
            unreachable_closed: false,
            notice: None,
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

    /// Does what the user asks for.
    pub fn update(&mut self, action: Action) -> Flow {
        self.notice = None;
        match action {
            Action::Quit => return Flow::Quit,
            Action::Suspend => return Flow::Suspend,
            Action::Help => self.toggle_help(),
            Action::Close => self.close(),
            Action::Freeze => self.toggle_freeze(),
            // With two panels, the next one is the previous one.
            Action::NextPanel | Action::PreviousPanel => {
                self.focus = match self.focus {
                    Focus::Peers => Focus::Transactions,
                    Focus::Transactions => Focus::Peers,
                }
            }
            Action::Open => self.open(),
            Action::Move(motion) if self.layers.is_empty() => self.select(motion),
            Action::Move(motion) => self.scroll(motion),
        }
        Flow::Continue
    }

    /// What the next snapshot should contain. More rows than fit are asked for, so that a motion
    /// needs no new snapshot.
    pub fn view(&self) -> View {
        let parts = self.parts();
        let open = self.layers.iter().rev().find_map(|layer| match layer.kind {
            LayerKind::Details(open) => Some(open),
            LayerKind::Help => None,
        });
        View {
            peers: self.peers_view(layout::list_rows(parts.peers)),
            transactions: self.transactions_view(layout::list_rows(parts.transactions)),
            events: usize::from(parts.events.height.max(1)),
            arrival: usize::from(parts.arrival.width.saturating_sub(2)),
            open,
            ..View::default()
        }
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
        self.layers.is_empty().then_some(self.focus)
    }

    /// Where the reader is among the peers.
    pub fn peers(&self) -> &List<PeerId> {
        &self.peers
    }

    /// Where the reader is among the transactions.
    pub fn transactions(&self) -> &List<TxKey> {
        &self.transactions
    }

    /// The open layers, the innermost one last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Which keys are in force.
    pub fn place(&self) -> Scope {
        if self.layers.is_empty() { Scope::Overview } else { Scope::Layer }
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
            (Detail::Gone(_), _) => true,
            _ => false,
        })
    }

    /// Why the last key did less than it says.
    pub fn notice(&self) -> Option<&'static str> {
        self.notice
    }

    fn peers_view(&self, height: usize) -> PeersView {
        let window = &self.snapshot().peers;
        let visible = self.peers.visible(window, height);
        let offset = if self.peers.to_bottom {
            window.total.saturating_sub(height * 3)
        } else if self.peers.selected.is_some() {
            (window.offset.unwrap_or(0) + visible.start).saturating_sub(height)
        } else {
            0
        };
        PeersView { offset, height: height * 3, selected: self.peers.selected }
    }

    fn transactions_view(&self, height: usize) -> TransactionsView {
        let anchor = match self.transactions.selected {
            _ if self.transactions.to_bottom => Anchor::Oldest,
            Some(key) => Anchor::Selected { key, above: self.transactions.above + height },
            None => Anchor::Newest,
        };
        TransactionsView { anchor, height: height * 3 }
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
        match self.focus {
            Focus::Peers => self.peers = List::default(),
            Focus::Transactions => self.transactions = List::default(),
        }
    }

    fn toggle_freeze(&mut self) {
        if self.frozen.take().is_some() {
            self.show_latest();
        } else {
            self.frozen = Some(self.now);
        }
    }

    fn open(&mut self) {
        let parts = self.parts();
        let Snapshot { peers, transactions, .. } = &*self.shown.snapshot;
        let open = match self.focus {
            Focus::Peers => {
                if self.peers.position(peers).is_none() {
                    self.peers.go(Motion::Down, peers, layout::list_rows(parts.peers));
                }
                self.peers.selected.map(Open::Peer)
            }
            Focus::Transactions => {
                if self.transactions.position(transactions).is_none() {
                    self.transactions.go(Motion::Down, transactions, layout::list_rows(parts.transactions));
                }
                self.transactions.selected.map(Open::Transaction)
            }
        };
        match open {
            Some(open) if self.frozen.is_some() && self.detail(open).is_none() => {
                self.notice = Some("details are not part of a frozen screen");
            }
            Some(open) => self.layers.push(Layer { kind: LayerKind::Details(open), scroll: 0 }),
            None => self.notice = Some("there is nothing to open yet"),
        }
    }

    fn select(&mut self, motion: Motion) {
        let parts = self.parts();
        let Snapshot { peers, transactions, .. } = &*self.shown.snapshot;
        let moved = match self.focus {
            Focus::Peers => self.peers.go(motion, peers, layout::list_rows(parts.peers)),
            Focus::Transactions => {
                self.transactions.go(motion, transactions, layout::list_rows(parts.transactions))
            }
        };
        if self.frozen.is_some() && moved == Moved::ToTheEdge {
            self.notice = Some("a frozen screen keeps no rows beyond this one");
        }
    }

    fn scroll(&mut self, motion: Motion) {
        let (lines, rows) = panels::extent(self);
        let last = lines.saturating_sub(rows);
        let Some(layer) = self.layers.last_mut() else { return };
        let page = rows.max(2) - 1;
        // What is on screen may have become shorter than what was scrolled to.
        let from = layer.scroll.min(last);
        layer.scroll = match motion {
            Motion::Up => from.saturating_sub(1),
            Motion::Down => from + 1,
            Motion::PageUp => from.saturating_sub(page),
            Motion::PageDown => from + page,
            Motion::Top => 0,
            Motion::Bottom => last,
        }
        .min(last);
    }

    fn show_latest(&mut self) {
        self.shown = self.latest.clone();
        let parts = self.parts();
        let Snapshot { peers, transactions, health, .. } = &*self.shown.snapshot;
        self.peers.settle(peers, layout::list_rows(parts.peers));
        self.transactions.settle(transactions, layout::list_rows(parts.transactions));
        if !matches!(health, Health::Unreachable { .. }) {
            self.unreachable_closed = false;
        }
    }
}

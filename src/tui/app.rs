//! The state of the terminal interface. Routes keys to the innermost overlay or the current screen,
//! and carries out what they answer.

use super::chrome::tabs::{TabName, Tabs};
use super::chrome::{footer, parts, title, too_small};
use super::context::Context;
use super::display::Display;
use super::keys::{self, Action};
use super::layer::{Id, Layer, Response};
use super::overlays::Overlay;
use super::screens;
use super::theme::Theme;
use crate::event::Command;
use crate::snapshot::Snapshot;
use crate::snapshot::{Open, Screen, View};
use crate::util::time::Timestamp;
use crossterm::event::{Event, MouseButton, MouseEvent, MouseEventKind};
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Position, Size};
use std::sync::Arc;

/// What the loop has to do for a key.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// End the program.
    Quit,
    /// Hand the terminal back until `fg`.
    Suspend,
    /// Hand a text to the terminal's clipboard.
    Copy(String),
    /// Send a command to the monitor.
    Send(Command),
}

/// The screens, the overlays on top, and what they display.
#[derive(Debug)]
pub struct App {
    display: Display,
    screens: Vec<(TabName, Box<dyn Layer>)>,
    /// The index of the current screen.
    current: usize,
    /// The innermost one last.
    overlays: Vec<Overlay>,
    /// Why the last key did less than it promises.
    remark: Option<String>,
}

impl App {
    /// Shows the overview of `snapshot` in a terminal of `size`, with times of day in `zone`.
    pub fn new(theme: Theme, zone: TimeZone, size: Size, snapshot: Arc<Snapshot>, now: Timestamp) -> Self {
        Self {
            display: Display::new(theme, zone, size, snapshot, now),
            screens: screens::all(),
            current: 0,
            overlays: Vec::new(),
            remark: None,
        }
    }

    /// Takes a new snapshot. A frozen screen keeps its own.
    pub fn on_snapshot(&mut self, snapshot: Arc<Snapshot>, now: Timestamp) {
        if self.display.on_snapshot(snapshot, now) {
            self.settle();
        }
    }

    /// Sets the time, by which ages grow.
    pub fn on_tick(&mut self, now: Timestamp) {
        self.display.on_tick(now);
    }

    /// Sets the terminal's size.
    pub fn on_resize(&mut self, size: Size) {
        self.display.on_resize(size);
    }

    /// Does what a key asks for.
    pub fn on_event(&mut self, event: &Event) -> Option<Effect> {
        if let Event::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left), column, row, ..
        }) = *event
        {
            self.on_click(Position { x: column, y: row });
        }
        let key = event.as_key_event()?;
        let action = keys::action(key, self.top().place(&self.display.context()))?;
        self.remark = None;
        match action {
            Action::Quit => return Some(Effect::Quit),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Help => self.toggle_help(),
            Action::Freeze => self.toggle_freeze(),
            Action::Show(screen) => self.show(screen),
            Action::Watchlist => self.open_watchlist(),
            Action::CopyId => return self.copy_id(),
            _ => {
                let cx = self.display.context();
                let top = match self.overlays.last_mut() {
                    Some(overlay) => overlay.layer_mut(),
                    None => &mut *self.screens[self.current].1,
                };
                let response = top.update(action, &cx);
                return self.carry_out(response);
            }
        }
        None
    }

    /// Goes to the screen whose tab was clicked.
    fn on_click(&mut self, position: Position) {
        self.remark = None;
        if let Some(screen) = self.tabs().at(position) {
            self.show(screen);
        }
    }

    /// Returns what the next snapshot should contain.
    pub fn view(&self) -> View {
        let cx = self.display.context();
        let (name, layer) = &self.screens[self.current];
        let mut view = View { screen: name.screen, ..View::default() };
        layer.request(&cx, &mut view);
        for overlay in &self.overlays {
            overlay.layer().request(&cx, &mut view);
        }
        view
    }

    /// Draws the whole terminal.
    pub fn draw(&self, frame: &mut Frame) {
        let cx = self.display.context();
        let size = self.display.size();
        if too_small::is_too_small(size) {
            return too_small::draw(frame, size, cx.theme);
        }
        let parts = parts(size);
        title::draw(frame, parts.title, &cx, &self.tabs());
        footer::draw(frame, parts.footer, &cx, self.top().place(&cx), self.remark.as_deref());
        self.draw_layers(frame, &cx);
    }

    /// The tab bar, in which a click on the title line is resolved.
    fn tabs(&self) -> Tabs {
        let names = self.screens.iter().map(|(name, _)| *name);
        let current = self.screens[self.current].0.screen;
        title::tabs(parts(self.display.size()).title, &self.display.context(), names, current)
    }

    /// Draws the last layer that covers everything beneath, and what lies on top of it.
    fn draw_layers(&self, frame: &mut Frame, cx: &Context) {
        let lowest = self.overlays.iter().rposition(Overlay::covers_screen);
        if lowest.is_none() {
            self.screens[self.current].1.draw(frame, cx, self.overlays.is_empty());
        }
        for overlay in &self.overlays[lowest.unwrap_or(0)..] {
            overlay.layer().draw(frame, cx, true);
        }
    }

    /// The layer that keys go to.
    fn top(&self) -> &dyn Layer {
        match self.overlays.last() {
            Some(overlay) => overlay.layer(),
            None => &*self.screens[self.current].1,
        }
    }

    fn carry_out(&mut self, response: Response) -> Option<Effect> {
        match response {
            Response::Done => {}
            Response::Remark(remark) => self.remark = Some(remark),
            Response::Open(open) => self.open(open),
            Response::Replace(open) => {
                self.overlays.pop();
                self.overlays.push(Overlay::details(open));
            }
            Response::Leave => {
                if self.overlays.pop().is_none() {
                    self.show(Screen::Overview);
                }
            }
            Response::Copy { text, what } => return Some(self.copy(text, what)),
            Response::Send(command) => return Some(Effect::Send(command)),
        }
        None
    }

    fn toggle_help(&mut self) {
        let before = self.overlays.len();
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::Help(_)));
        if self.overlays.len() == before {
            self.overlays.push(Overlay::help());
        }
    }

    fn toggle_freeze(&mut self) {
        self.display.toggle_freeze();
        self.settle();
    }

    fn show(&mut self, screen: Screen) {
        let Some(at) = self.screens.iter().position(|(name, _)| name.screen == screen) else { return };
        if at != self.current && self.is_frozen() {
            self.remark = Some("unfreeze (Space) to switch screens".to_owned());
        } else {
            self.current = at;
            self.overlays.clear();
        }
    }

    fn open(&mut self, open: Open) {
        let cx = self.display.context();
        if cx.is_frozen() && cx.detail(open).is_none() {
            self.remark = Some("unfreeze (Space) to open details".to_owned());
        } else {
            self.overlays.push(Overlay::details(open));
        }
    }

    fn open_watchlist(&mut self) {
        if self.is_frozen() {
            self.remark = Some("unfreeze (Space) to open the watch list".to_owned());
        } else {
            self.overlays.retain(|overlay| !matches!(overlay, Overlay::Watchlist(_)));
            self.overlays.push(Overlay::watchlist());
        }
    }

    fn copy_id(&mut self) -> Option<Effect> {
        let id = self.top().selected_id(&self.display.context());
        match id {
            Some(Id::Transaction(txid)) => Some(self.copy(txid.to_string(), "txid")),
            Some(Id::Block(hash)) => Some(self.copy(hash.to_string(), "block hash")),
            None => {
                let remark = "nothing to copy: select a transaction or a block";
                self.remark = Some(remark.to_owned());
                None
            }
        }
    }

    fn copy(&mut self, text: String, what: &str) -> Effect {
        self.remark = Some(format!("{what} copied to the clipboard, if the terminal supports OSC 52"));
        Effect::Copy(text)
    }

    fn is_frozen(&self) -> bool {
        self.display.context().is_frozen()
    }

    fn settle(&mut self) {
        let cx = self.display.context();
        self.screens[self.current].1.settle(&cx);
    }
}

//! The state of the terminal interface. Routes keys to the innermost overlay or the current screen,
//! and carries out what they answer.

use super::chrome::tabs::{TabName, Tabs};
use super::chrome::{footer, parts, title, too_small};
use super::context::Context;
use super::display::Display;
use super::keys::{self, Action};
use super::layer::{Id, Layer, Response};
use super::overlays::Overlay;
use super::pointer::{self, Gesture};
use super::screens;
use super::theme::Theme;
use crate::event::Command;
use crate::snapshot::Snapshot;
use crate::snapshot::{Open, Screen, View};
use crate::util::time::Timestamp;
use crossterm::event::{Event, KeyEvent, MouseEvent};
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Position, Size};
use std::sync::Arc;

/// The longest accepted paste, in bytes: a watch list of the greatest length.
const LONGEST_PASTE: usize = 100_000;

/// The rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;

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
    /// Whether the mouse is ours; otherwise the terminal selects text with it.
    captures_mouse: bool,
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
            captures_mouse: true,
        }
    }

    /// Leaves the mouse to the terminal from the start.
    #[must_use]
    pub fn without_mouse(self) -> Self {
        Self { captures_mouse: false, ..self }
    }

    /// Whether the terminal is to report the mouse.
    pub fn captures_mouse(&self) -> bool {
        self.captures_mouse
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

    /// Does what a key, a paste or the mouse asks for.
    pub fn on_event(&mut self, event: &Event) -> Option<Effect> {
        match event {
            Event::Key(key) => self.on_key(*key),
            Event::Paste(text) => self.on_paste(text),
            Event::Mouse(mouse) => self.on_mouse(*mouse),
            _ => None,
        }
    }

    fn on_key(&mut self, key: KeyEvent) -> Option<Effect> {
        let action = keys::action(key, self.top().place(&self.display.context()))?;
        self.act(action)
    }

    /// A paste is never taken as keys: without a use for it, the footer says so.
    fn on_paste(&mut self, text: &str) -> Option<Effect> {
        let size = text.len();
        let response = if size > LONGEST_PASTE {
            Response::remark(format!("not pasted: {size} B exceed {LONGEST_PASTE} B"))
        } else {
            // Terminals send the Enter key for the end of a line.
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let (top, cx) = self.top_mut();
            let taken = top.paste(&text, &cx).or_else(|| self.find_pasted(&text));
            taken.unwrap_or_else(|| Response::remark("not pasted: no txid, block hash or address"))
        };
        self.remark = None;
        self.carry_out(response)
    }

    /// Opens what a paste names.
    fn find_pasted(&mut self, text: &str) -> Option<Response> {
        let find = Overlay::find_pasted(text, self.display.context().snapshot.network)?;
        self.overlays.push(find);
        Some(Response::Done)
    }

    fn on_mouse(&mut self, mouse: MouseEvent) -> Option<Effect> {
        match pointer::gesture(mouse)? {
            Gesture::Click(at) => {
                if let Some(action) = self.action_at(at) {
                    return self.act(action);
                }
                self.remark = None;
                let (top, cx) = self.top_mut();
                let response = top.click(at, &cx);
                self.carry_out(response)
            }
            Gesture::Wheel(at, motion) => {
                let (top, cx) = self.top_mut();
                let responses: Vec<_> = (0..WHEEL_ROWS).map(|_| top.wheel(at, motion, &cx)).collect();
                let last = responses.into_iter().last()?;
                self.remark = None;
                self.carry_out(last)
            }
        }
    }

    /// What a click on a tab or on the footer asks for.
    fn action_at(&self, at: Position) -> Option<Action> {
        if let Some(screen) = self.tabs().at(at) {
            return Some(Action::Show(screen));
        }
        let cx = self.display.context();
        let footer = parts(self.display.size()).footer;
        let shows_keys = self.remark.is_none();
        shows_keys.then(|| footer::action_at(footer, &cx, self.top().place(&cx), at)).flatten()
    }

    fn act(&mut self, action: Action) -> Option<Effect> {
        self.remark = None;
        match action {
            Action::Quit => return Some(Effect::Quit),
            Action::Close => return self.close(),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Help => self.toggle_help(),
            Action::Freeze => self.toggle_freeze(),
            Action::Show(screen) => self.show(screen),
            Action::Watchlist => self.open_watchlist(),
            Action::Find => self.find(),
            Action::ToggleMouse => self.toggle_mouse(),
            Action::CopyId => return self.copy_id(),
            _ => {
                let (top, cx) = self.top_mut();
                let response = top.update(action, &cx);
                return self.carry_out(response);
            }
        }
        None
    }

    /// Closes the innermost overlay; ends the program if none can be seen.
    fn close(&mut self) -> Option<Effect> {
        let is_hidden = too_small::is_too_small(self.display.size());
        (is_hidden || self.overlays.pop().is_none()).then_some(Effect::Quit)
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

    /// The layer that keys go to, and what it may look at.
    fn top_mut(&mut self) -> (&mut dyn Layer, Context<'_>) {
        let top = match self.overlays.last_mut() {
            Some(overlay) => overlay.layer_mut(),
            None => &mut *self.screens[self.current].1,
        };
        (top, self.display.context())
    }

    fn carry_out(&mut self, response: Response) -> Option<Effect> {
        match response {
            Response::Done => {}
            Response::Remark(remark) => self.remark = Some(remark),
            Response::List(text) => self.list(&text),
            Response::Open(open) => self.open(open),
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

    fn toggle_mouse(&mut self) {
        self.captures_mouse = !self.captures_mouse;
        let remark =
            if self.captures_mouse { "the mouse clicks and scrolls" } else { "the mouse selects text" };
        self.remark = Some(remark.to_owned());
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

    fn list(&mut self, text: &str) {
        self.show(Screen::Transactions);
        let (name, layer) = &mut self.screens[self.current];
        if name.screen == Screen::Transactions {
            layer.list(text);
        }
    }

    fn find(&mut self) {
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::Find(_)));
        self.overlays.push(Overlay::find());
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
        for overlay in &mut self.overlays {
            overlay.layer_mut().settle(&cx);
        }
    }
}

//! The state of the terminal interface: screens, overlays on top, and their combined behaviour.

mod input;

use super::chrome::tabs::{TabName, Tabs};
use super::chrome::{banner, footer, title, too_small};
use super::context::Context;
use super::display::Display;
use super::keys::Action;
use super::layer::{Copyable, Layer, Response};
use super::list_query::{ListQuery, QuerySubject};
use super::overlays::{Overlay, QueryHistory};
use super::preferences::{Preferences, Setting};
use super::screens;
use super::settings::TuiSettings;
use super::view_state::ViewState;
use super::wording;
use crate::event::{AlertCommand, Command};
use crate::snapshot::Snapshot;
use crate::snapshot::{Open, Screen, View};
use crate::util::time::Timestamp;
use ratatui::Frame;
use ratatui::layout::Size;
use std::sync::Arc;

/// A side effect of a key, for the loop to carry out.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// End the program.
    Quit,
    /// Hand the terminal back until `fg`.
    Suspend,
    /// Copy a text to the terminal's clipboard.
    Copy(String),
    /// Save the screen in a text file with this name.
    SaveScreen(String),
    /// Send a command to the monitor.
    Send(Command),
    /// Save these lines, the last queries, for the next run.
    KeepQueries(Vec<String>),
}

/// The screens, the overlays on top, and what they display.
#[derive(Debug)]
pub struct App {
    display: Display,
    screens: Vec<(TabName, Box<dyn Layer>)>,
    /// The index of the current screen.
    current: usize,
    /// The innermost one is last.
    overlays: Vec<Overlay>,
    queries: QueryHistory,
    /// Why the last key did less than expected.
    remark: Option<String>,
    /// The number of alert test results shown so far.
    tested: u64,
}

impl App {
    /// Shows `snapshot` in a terminal of `size`, on the screen where the last run ended.
    pub fn new(settings: &TuiSettings, size: Size, snapshot: Arc<Snapshot>, now: Timestamp) -> Self {
        let mut screens = screens::all();
        for (name, layer) in &mut screens {
            if let Some(kept) = settings.view.screens.get(name.name) {
                layer.restore(kept);
            }
        }
        let current = screens.iter().position(|(name, _)| name.name == settings.view.screen).unwrap_or(0);
        let tested = snapshot.signals.tested;
        let display = Display::new(settings, size, snapshot, now);
        Self {
            display,
            screens,
            current,
            overlays: Vec::new(),
            queries: QueryHistory::default(),
            remark: None,
            tested,
        }
    }

    /// The view state for the next run.
    pub fn view_state(&self) -> ViewState {
        let kept = |(name, layer): &(TabName, Box<dyn Layer>)| Some((name.name.to_owned(), layer.keep()?));
        let screens = self.screens.iter().filter_map(kept).collect();
        ViewState::new(self.preferences(), self.screen_name(), screens)
    }

    fn screen_name(&self) -> &'static str {
        self.screens[self.current].0.name
    }

    /// Loads the queries of earlier runs, in the form of [`Effect::KeepQueries`].
    #[must_use]
    pub fn with_queries(self, lines: &[String]) -> Self {
        Self { queries: QueryHistory::from_lines(lines), ..self }
    }

    /// The user's current preferences.
    pub fn preferences(&self) -> Preferences {
        self.display.preferences()
    }

    /// Shows a remark in the footer until the next key.
    pub fn remark(&mut self, remark: impl Into<String>) {
        self.remark = Some(remark.into());
    }

    /// Takes a new snapshot. A frozen screen keeps its own.
    pub fn on_snapshot(&mut self, snapshot: Arc<Snapshot>, now: Timestamp) {
        let tested = snapshot.signals.tested;
        if std::mem::replace(&mut self.tested, tested) < tested
            && let Some(result) = &snapshot.signals.test
        {
            self.remark = Some(wording::alert::tested(result));
        }
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

    /// Returns what the next snapshot should contain.
    pub fn view(&self) -> View {
        let cx = self.display.context();
        let (name, layer) = &self.screens[self.current];
        let mut view = View { screen: name.screen, ..View::default() };
        for overlay in &self.overlays {
            overlay.layer().request(&cx, &mut view);
        }
        view.open = view.open.or_else(|| layer.beside(&cx));
        if self.display.wants_everything() {
            self.screens.iter().for_each(|(_, layer)| layer.request(&cx, &mut view));
            return view.of_everything();
        }
        // A frozen screen has all it shows. From new snapshots it takes only newly opened details and the
        // counts of what it misses.
        if cx.is_frozen() {
            view.screen = Screen::default();
        } else {
            layer.request(&cx, &mut view);
        }
        view
    }

    /// Draws the whole terminal.
    pub fn draw(&self, frame: &mut Frame) {
        let cx = self.display.context();
        let size = self.display.size();
        if too_small::is_too_small(size) {
            too_small::draw(frame, size, cx.theme);
            return self.preferences().glyphs.translate(frame.buffer_mut());
        }
        let parts = self.display.parts();
        title::draw(frame, parts.title, &cx, &self.tabs());
        banner::draw(frame, parts.banner, &cx);
        footer::draw(frame, parts.footer, &cx, self.top(), self.remark.as_deref());
        self.draw_layers(frame, &cx);
        self.preferences().glyphs.translate(frame.buffer_mut());
    }

    /// The tab bar, also used to resolve clicks on the title line.
    fn tabs(&self) -> Tabs {
        let has_sensors = self.display.context().snapshot.from_sensors;
        let names = self.screens.iter().map(|(name, _)| *name);
        let names = names.filter(|name| name.screen != Screen::Sensors || has_sensors);
        let current = self.screens[self.current].0.screen;
        title::tabs(self.display.parts().title, &self.display.context(), names, current)
    }

    /// Draws the topmost layer that covers everything beneath, and the layers above it.
    fn draw_layers(&self, frame: &mut Frame, cx: &Context) {
        let lowest = self.overlays.iter().rposition(Overlay::covers_screen);
        if lowest.is_none() {
            self.screens[self.current].1.draw(frame, cx, self.overlays.is_empty());
            dim_outdated(frame, cx);
        }
        for overlay in &self.overlays[lowest.unwrap_or(0)..] {
            overlay.layer().draw(frame, cx, true);
            if overlay.covers_screen() {
                dim_outdated(frame, cx);
            }
        }
    }

    /// The layer that keys go to.
    fn top(&self) -> &dyn Layer {
        match self.overlays.last() {
            Some(overlay) => overlay.layer(),
            None => &*self.screens[self.current].1,
        }
    }

    /// The layer that keys go to, and its context.
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
            Response::Show(screen, action) => {
                self.show(screen);
                return action.and_then(|action| self.act(action));
            }
            Response::Open(open) => self.open(open),
            Response::Leave => {
                if self.overlays.pop().is_none() {
                    self.show(Screen::Overview);
                }
            }
            Response::Copy(copy) => return Some(self.copy(copy)),
            Response::Change(setting) => self.change(setting),
            Response::Send(command) => return Some(Effect::Send(command)),
            Response::Query(query) => return self.apply_query(query),
            Response::AddRule => {
                self.overlays.push(Overlay::query(QuerySubject::Rules, String::new(), &self.queries));
            }
            Response::QueryHelp(subject) => self.overlays.push(Overlay::query_help(subject)),
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

    fn toggle_settings(&mut self) {
        let before = self.overlays.len();
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::Settings(_)));
        if self.overlays.len() == before {
            self.overlays.push(Overlay::settings());
        }
    }

    fn change(&mut self, setting: Setting) {
        self.display.change(setting);
        self.remark = Some(format!("{}: {}", setting.label(), setting.value(self.display.preferences())));
    }

    fn toggle_freeze(&mut self) {
        self.display.toggle_freeze();
        self.settle();
    }

    fn show(&mut self, screen: Screen) {
        let snapshot = self.display.context().snapshot;
        if screen == Screen::Sensors && !snapshot.from_sensors {
            self.remark(if snapshot.replay.is_some() {
                "no sensors: this is a recording of one machine's peers"
            } else {
                "no sensors: events come from this machine's peers (see --from)"
            });
            return;
        }
        let Some(at) = self.screens.iter().position(|(name, _)| name.screen == screen) else { return };
        self.current = at;
        self.overlays.clear();
        if self.is_frozen() {
            self.settle();
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
        self.overlays.push(Overlay::details(open));
    }

    fn open_alerts(&mut self) {
        if self.display.context().snapshot.replay.is_some() {
            self.remark("a replay checks no alerts: rules apply only to what happens live");
            return;
        }
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::Alerts(_)));
        self.overlays.push(Overlay::alerts());
    }

    /// Opens the query line for the list on screen. If the screen has none, it is asked to go to the list.
    fn open_query(&mut self) -> Option<Effect> {
        let queried = self.screens[self.current].1.queried();
        match queried {
            _ if self.is_frozen() => self.remark("unfreeze (Space) to query the list"),
            Some((subject, text)) => self.overlays.push(Overlay::query(subject, text, &self.queries)),
            None => {
                let cx = self.display.context();
                let response = self.screens[self.current].1.update(Action::Query, &cx);
                return self.carry_out(response);
            }
        }
        None
    }

    fn apply_query(&mut self, query: ListQuery) -> Option<Effect> {
        self.overlays.pop();
        let (subject, text) = query.written();
        self.queries.add(subject, &text);
        if let ListQuery::Rule(rule) = query {
            return Some(Effect::Send(Command::Alert(AlertCommand::Add(rule.to_string()))));
        }
        self.screens[self.current].1.apply_query(query);
        (!text.is_empty()).then(|| Effect::KeepQueries(self.queries.lines()))
    }

    /// Copies what is selected or open. If there are several texts to copy, the user chooses.
    fn copy_selected(&mut self) -> Option<Effect> {
        let mut copies = self.top().copies(&self.display.context());
        if copies.len() > 1 {
            self.overlays.push(Overlay::copy_menu(copies));
            return None;
        }
        let copy = copies.pop();
        if copy.is_none() {
            self.remark = Some("nothing to copy: select a row, or open details".to_owned());
        }
        copy.map(|copy| self.copy(copy))
    }

    fn copy(&mut self, copy: Copyable) -> Effect {
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::CopyMenu(_)));
        self.remark = Some(format!("{} copied to the clipboard, if the terminal supports OSC 52", copy.what));
        Effect::Copy(copy.text)
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

/// Dims a screen's figures while no peer is left to keep them up to date.
fn dim_outdated(frame: &mut Frame, cx: &Context) {
    if banner::lost(cx.snapshot).is_some() {
        frame.buffer_mut().set_style(cx.area, cx.theme.outdated());
    }
}

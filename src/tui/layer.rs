//! What a screen and an overlay have in common: keys, a request to the model, and a drawing.

use super::context::Context;
use super::keys::{Action, Motion, Place};
use super::list_query::{ListQuery, QuerySubject};
use super::preferences::Setting;
use crate::event::Command;
use crate::snapshot::{Open, Screen, View};
use ratatui::Frame;
use ratatui::layout::Position;
use std::fmt::Debug;

/// A screen, or an overlay that lies on top of it.
///
/// Keys go to the innermost overlay or, without one, to the current screen. Drawing only reads.
pub trait Layer: Debug {
    /// Returns the place whose keys work here.
    fn place(&self, cx: &Context) -> Place;

    /// Whether `action` can do something here at the moment. The footer leaves out the keys of the others.
    fn offers(&self, _action: Action, _cx: &Context) -> bool {
        true
    }

    /// Carries out `action`. Actions that mean nothing here do nothing.
    fn update(&mut self, action: Action, cx: &Context) -> Response;

    /// Takes a pasted text; `None` if there is no use for one here.
    fn paste(&mut self, _text: &str, _cx: &Context) -> Option<Response> {
        None
    }

    /// Carries out a click at `at`: selects a row, opens a selected one, sorts by a column.
    fn click(&mut self, _at: Position, _cx: &Context) -> Response {
        Response::Done
    }

    /// Carries out a turn of the wheel by one row over `at`.
    fn wheel(&mut self, _at: Position, motion: Motion, cx: &Context) -> Response {
        self.update(Action::Move(motion), cx)
    }

    /// Lists what contains `text`, if this is a list that can.
    fn list(&mut self, _text: &str) {}

    /// Returns what to keep of a screen until the next run, if anything, in words.
    fn keep(&self) -> Option<String> {
        None
    }

    /// Restores what [`Self::keep`] returned in an earlier run, perhaps of another version.
    fn restore(&mut self, _kept: &str) {}

    /// Adapts the state to a new snapshot.
    fn settle(&mut self, _cx: &Context) {}

    /// Writes into `view` what the next snapshot should contain.
    fn request(&self, cx: &Context, view: &mut View);

    /// What is shown in detail beside a list, if anything is.
    fn beside(&self, _cx: &Context) -> Option<Open> {
        None
    }

    /// What the list here is about, if queries filter it, with the query in use.
    fn queried(&self) -> Option<(QuerySubject, String)> {
        None
    }

    /// Filters and sorts the list by a query about its subject.
    fn apply_query(&mut self, _query: ListQuery) {}

    /// Returns what can be copied of whatever is selected or open, the most usual first.
    fn copies(&self, _cx: &Context) -> Vec<Copyable> {
        Vec::new()
    }

    /// Draws the layer; `focused` if keys go to it.
    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool);
}

/// A text for the clipboard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copyable {
    /// The text.
    pub text: String,
    /// What the text is: `txid`.
    pub what: &'static str,
}

impl Copyable {
    pub fn new(what: &'static str, text: &(impl ToString + ?Sized)) -> Self {
        Self { text: text.to_string(), what }
    }
}

/// What came of an action, for the application to carry out.
#[derive(Clone, PartialEq, Debug)]
pub enum Response {
    /// Nothing is left to do.
    Done,
    /// Show a remark in the footer: why less happened than the key promises.
    Remark(String),
    /// Show the transactions with this text in their txid or in an address.
    List(String),
    /// Go to a screen and do something there.
    Show(Screen, Option<Action>),
    /// Open details on top.
    Open(Open),
    /// Close this overlay, or leave this screen for the overview.
    Leave,
    /// Copy a text to the terminal's clipboard, and close the overlay if it was chosen there.
    Copy(Copyable),
    /// Go to the next value of a setting.
    Change(Setting),
    /// Send a command to the monitor.
    Send(Command),
    /// Filter and sort the list of the screen, in place of this overlay.
    Query(ListQuery),
    /// Type a rule of alerts on top.
    AddRule,
    /// Explain queries on top.
    QueryHelp(QuerySubject),
}

impl Response {
    /// Opens details, or says that there are none to open.
    pub fn open(open: Option<Open>) -> Self {
        open.map_or_else(|| Self::remark("nothing to open yet"), Self::Open)
    }

    /// A remark for the footer.
    pub fn remark(text: impl Into<String>) -> Self {
        Self::Remark(text.into())
    }
}

//! The interface of screens and overlays: keys, a request to the model, and drawing.

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

    /// Whether `action` has an effect here at the moment. The footer hides keys of actions that don't.
    fn offers(&self, _action: Action, _cx: &Context) -> bool {
        true
    }

    /// Carries out `action`, or nothing if it has no meaning here.
    fn update(&mut self, action: Action, cx: &Context) -> Response;

    /// Handles a pasted text; `None` if it has no use here.
    fn paste(&mut self, _text: &str, _cx: &Context) -> Option<Response> {
        None
    }

    /// Carries out a click at `at`: selects a row, opens a selected one, sorts by a column.
    fn click(&mut self, _at: Position, _cx: &Context) -> Response {
        Response::Done
    }

    /// Handles one notch of the wheel over `at`.
    fn wheel(&mut self, _at: Position, motion: Motion, cx: &Context) -> Response {
        self.update(Action::Move(motion), cx)
    }

    /// Lists entries that contain `text`, if this is a list that can.
    fn list(&mut self, _text: &str) {}

    /// Returns the state of a screen to save for the next run, if any, as text.
    fn keep(&self) -> Option<String> {
        None
    }

    /// Restores what [`Self::keep`] returned in an earlier run, possibly of another version.
    fn restore(&mut self, _kept: &str) {}

    /// Adjusts the state to a new snapshot.
    fn settle(&mut self, _cx: &Context) {}

    /// Adds to `view` what the next snapshot should contain.
    fn request(&self, cx: &Context, view: &mut View);

    /// The details shown beside a list, if any.
    fn beside(&self, _cx: &Context) -> Option<Open> {
        None
    }

    /// The subject of the list here, if queries can filter it, with the current query.
    fn queried(&self) -> Option<(QuerySubject, String)> {
        None
    }

    /// Filters and sorts the list by a query about its subject.
    fn apply_query(&mut self, _query: ListQuery) {}

    /// Returns the texts to copy from what is selected or open, most common first.
    fn copies(&self, _cx: &Context) -> Vec<Copyable> {
        Vec::new()
    }

    /// Draws the layer; `focused` if it receives keys.
    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool);
}

/// A text for the clipboard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copyable {
    /// The text.
    pub text: String,
    /// What kind of text it is, e.g. `txid`.
    pub what: &'static str,
}

impl Copyable {
    pub fn new(what: &'static str, text: &(impl ToString + ?Sized)) -> Self {
        Self { text: text.to_string(), what }
    }
}

/// The result of an action, for the application to act on.
#[derive(Clone, PartialEq, Debug)]
pub enum Response {
    /// Nothing is left to do.
    Done,
    /// Show a remark in the footer about why the key did less than expected.
    Remark(String),
    /// List the transactions with this text in their txid or an address.
    List(String),
    /// Go to a screen and do something there.
    Show(Screen, Option<Action>),
    /// Open details on top.
    Open(Open),
    /// Close this overlay, or go from this screen to the overview.
    Leave,
    /// Copy a text to the terminal's clipboard, and close the copy menu if it was chosen there.
    Copy(Copyable),
    /// Switch a setting to its next value.
    Change(Setting),
    /// Send a command to the monitor.
    Send(Command),
    /// Close this overlay, and filter and sort the screen's list.
    Query(ListQuery),
    /// Open the line for typing an alert rule.
    AddRule,
    /// Open the help of queries.
    QueryHelp(QuerySubject),
}

impl Response {
    /// Opens details, or remarks that there are none.
    pub fn open(open: Option<Open>) -> Self {
        open.map_or_else(|| Self::remark("nothing to open yet"), Self::Open)
    }

    /// A remark for the footer.
    pub fn remark(text: impl Into<String>) -> Self {
        Self::Remark(text.into())
    }
}

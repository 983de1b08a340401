//! Routes keys, pastes and the mouse to the innermost overlay or the current screen.

use super::{App, Effect};
use crate::event::Command;
use crate::tui::chrome::{footer, too_small};
use crate::tui::keys::{self, Action};
use crate::tui::layer::Response;
use crate::tui::overlays::Overlay;
use crate::tui::pointer::{self, Gesture};
use crate::tui::saved_screen;
use crossterm::event::{Event, KeyEvent, KeyEventKind, MouseEvent};
use ratatui::layout::Position;

/// The longest accepted paste, in bytes: a watch list of the maximum length.
const LONGEST_PASTE: usize = 100_000;

/// The rows that one notch of the wheel moves.
const WHEEL_ROWS: usize = 3;

impl App {
    /// Handles a key, a paste or the mouse.
    pub fn on_event(&mut self, event: &Event) -> Option<Effect> {
        match event {
            Event::Key(key) => self.on_key(*key),
            Event::Paste(text) => self.on_paste(text),
            Event::Mouse(mouse) => self.on_mouse(*mouse),
            _ => None,
        }
    }

    fn on_key(&mut self, key: KeyEvent) -> Option<Effect> {
        let cx = self.display.context();
        let place = self.top().place(&cx);
        let is_replay = cx.snapshot.replay.is_some();
        let action =
            if is_replay { cx.keys.action_in_replay(key, place) } else { cx.keys.action(key, place) };
        if action.is_none() && key.kind == KeyEventKind::Press {
            self.remark = keys::name(key).map(|name| format!("{name} does nothing here · ? lists the keys"));
        }
        self.act(action?)
    }

    /// Handles a paste, which never acts as keys: if it has no use here, the footer says so.
    fn on_paste(&mut self, text: &str) -> Option<Effect> {
        let size = text.len();
        let response = if size > LONGEST_PASTE {
            Response::remark(format!("not pasted: {size} B exceed {LONGEST_PASTE} B"))
        } else {
            // Terminals send Enter for line ends.
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let (top, cx) = self.top_mut();
            let taken = top.paste(&text, &cx).or_else(|| self.find_pasted(&text));
            taken.unwrap_or_else(|| Response::remark("not pasted: no txid, block hash or address"))
        };
        self.remark = None;
        self.carry_out(response)
    }

    /// Opens what a pasted identifier names.
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

    /// The action of a click on a tab or the footer.
    fn action_at(&self, at: Position) -> Option<Action> {
        if let Some(screen) = self.tabs().at(at) {
            return Some(Action::Show(screen));
        }
        let cx = self.display.context();
        let footer = self.display.parts().footer;
        let shows_keys = self.remark.is_none();
        shows_keys.then(|| footer::action_at(footer, &cx, self.top(), at)).flatten()
    }

    pub(super) fn act(&mut self, action: Action) -> Option<Effect> {
        self.remark = None;
        match action {
            Action::Quit => return Some(Effect::Quit),
            Action::Close => return self.close(),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Help => self.toggle_help(),
            Action::Freeze => self.toggle_freeze(),
            Action::Show(screen) => self.show(screen),
            Action::Alerts => self.open_alerts(),
            Action::Find => self.find(),
            Action::Query => return self.open_query(),
            Action::Change(setting) => self.change(setting),
            Action::Settings => self.toggle_settings(),
            Action::Copy => return self.copy_selected(),
            Action::Replay(command) => return Some(Effect::Send(Command::Replay(command))),
            Action::SaveScreen => return Some(Effect::SaveScreen(self.file_name())),
            _ => {
                let (top, cx) = self.top_mut();
                let response = top.update(action, &cx);
                return self.carry_out(response);
            }
        }
        None
    }

    /// A file name for the current screen.
    fn file_name(&self) -> String {
        let cx = self.display.context();
        saved_screen::file_name(cx.snapshot.network, self.screen_name(), cx.wall(cx.now()), cx.zone)
    }

    /// Closes the innermost overlay; without one that is visible, ends the program.
    fn close(&mut self) -> Option<Effect> {
        let is_hidden = too_small::is_too_small(self.display.size());
        (is_hidden || self.overlays.pop().is_none()).then_some(Effect::Quit)
    }
}

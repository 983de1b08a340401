//! What the user watches: the list, and the line in which targets are typed.

use super::super::action::Motion;
use super::{App, Flow, Layer, LayerKind};
use crate::event::{Command, MAX_TARGETS, WatchTarget};
use crate::snapshot::{Snapshot, WatchRow};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// The longest text that can be typed: a script of the greatest length, in hexadecimal digits.
const LONGEST_INPUT: usize = 20_000;

/// A line that is being typed.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Input {
    /// So far.
    pub text: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl App {
    /// The line that is being typed, if any.
    pub fn input(&self) -> Option<&Input> {
        self.input.as_ref()
    }

    /// Which of the watched targets is selected.
    pub fn watched_position(&self) -> usize {
        self.watched.min(self.snapshot().watched.len().saturating_sub(1))
    }

    /// The selected one.
    pub(super) fn selected_watched(&self) -> Option<&WatchRow> {
        self.snapshot().watched.get(self.watched_position())
    }

    /// What is to be told to the monitor.
    pub fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// Takes a key while a line is being typed.
    pub(super) fn type_key(&mut self, key: KeyEvent) -> Flow {
        let Some(input) = self.input.as_mut().filter(|_| key.kind != KeyEventKind::Release) else {
            return Flow::Continue;
        };
        let has_modifier = !(key.modifiers - KeyModifiers::SHIFT).is_empty();
        match key.code {
            KeyCode::Esc => self.input = None,
            KeyCode::Char('c') if key.modifiers == KeyModifiers::CONTROL => return Flow::Quit,
            KeyCode::Char('z') if key.modifiers == KeyModifiers::CONTROL => return Flow::Suspend,
            KeyCode::Backspace => drop(input.text.pop()),
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => input.text.clear(),
            KeyCode::Char(letter)
                if !has_modifier && !letter.is_control() && input.text.len() < LONGEST_INPUT =>
            {
                input.text.push(letter);
                input.error = None;
            }
            KeyCode::Enter => self.enter(),
            _ => {}
        }
        Flow::Continue
    }

    fn enter(&mut self) {
        let Snapshot { network, watched, .. } = &*self.shown.snapshot;
        let Some(input) = self.input.as_mut() else { return };
        match WatchTarget::parse(&input.text, *network) {
            Ok(target) if watched.iter().any(|row| row.target.key() == target.key()) => {
                input.error = Some("it is watched already".to_owned());
            }
            Ok(_) if watched.len() >= MAX_TARGETS => {
                input.error = Some(format!("at most {MAX_TARGETS} targets can be watched"));
            }
            Ok(target) => {
                self.commands.push(Command::Watch(target));
                self.input = None;
            }
            Err(error) => input.error = Some(error.to_string()),
        }
    }

    pub(super) fn open_watched(&mut self) {
        if self.frozen.is_some() {
            self.notice = Some("what is watched is not part of a frozen screen".to_owned());
        } else {
            self.layers.retain(|layer| layer.kind != LayerKind::Watched);
            self.layers.push(Layer { kind: LayerKind::Watched, scroll: 0 });
        }
    }

    pub(super) fn begin_input(&mut self) {
        if self.may_change_watched() {
            self.input = Some(Input::default());
        }
    }

    /// A frozen list would not show what came of it.
    fn may_change_watched(&mut self) -> bool {
        if self.frozen.is_some() {
            self.notice = Some("a frozen list cannot be changed; Space resumes".to_owned());
        }
        self.frozen.is_none()
    }

    pub(super) fn unwatch(&mut self) {
        if !self.may_change_watched() {
            return;
        }
        let selected = self.selected_watched();
        if let Some(WatchRow { target, .. }) = selected {
            let command = Command::Unwatch(target.clone());
            self.commands.push(command);
        }
    }

    pub(super) fn move_in_watched(&mut self, motion: Motion) {
        let last = self.snapshot().watched.len().saturating_sub(1);
        let at = self.watched_position();
        self.watched = match motion {
            Motion::Up => at.saturating_sub(1),
            Motion::Down => at + 1,
            Motion::PageUp => at.saturating_sub(10),
            Motion::PageDown => at + 10,
            Motion::Top => 0,
            Motion::Bottom => last,
        }
        .min(last);
    }
}

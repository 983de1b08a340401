//! What the user watches: the list, and the line in which targets are typed.

use super::super::action::Motion;
use super::super::format;
use super::{App, Layer, LayerKind};
use crate::event::EventKind;
use crate::snapshot::{Detail, WatchRow};
use crate::view::Open;
use crate::watching::{MAX_TARGETS, Target};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// The longest text that can be typed: a script of the greatest length, in hexadecimal digits.
const LONGEST_INPUT: usize = 20_000;

/// The most that is copied, in bytes: as base64, more than that is cut off or refused by terminals
/// that allow 74,994 characters.
const LONGEST_COPY: usize = 56_000;

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

    /// What is to be told to the monitor.
    pub fn take_orders(&mut self) -> Vec<EventKind> {
        std::mem::take(&mut self.orders)
    }

    /// What is to go to the terminal's clipboard.
    pub fn take_copied(&mut self) -> Option<String> {
        self.copied.take()
    }

    /// Takes a key while a line is being typed.
    pub(super) fn type_key(&mut self, key: KeyEvent) {
        let Some(input) = self.input.as_mut().filter(|_| key.kind != KeyEventKind::Release) else { return };
        let has_modifier = !(key.modifiers - KeyModifiers::SHIFT).is_empty();
        match key.code {
            KeyCode::Esc => self.input = None,
            KeyCode::Char('c') if key.modifiers == KeyModifiers::CONTROL => self.input = None,
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
    }

    fn enter(&mut self) {
        let network = self.snapshot().network;
        let watched = self.snapshot().watched.len();
        let Some(input) = self.input.as_mut() else { return };
        match Target::parse(&input.text, network) {
            Ok(_) if watched >= MAX_TARGETS => {
                input.error = Some(format!("at most {MAX_TARGETS} targets can be watched"));
            }
            Ok(target) => {
                self.orders.push(EventKind::Watch(target));
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
        self.input = Some(Input::default());
    }

    pub(super) fn unwatch(&mut self) {
        let selected = self.snapshot().watched.get(self.watched_position());
        if let Some(WatchRow { target, .. }) = selected {
            let order = EventKind::Unwatch(target.clone());
            self.orders.push(order);
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

    /// Copies the txid of the open or selected transaction.
    pub(super) fn copy_txid(&mut self) {
        let open = self.open_transaction().map(|transaction| transaction.row.txid);
        let selected = || {
            let rows = &self.snapshot().transactions.rows;
            self.transactions
                .selected
                .and_then(|key| rows.iter().find(|row| row.key == key))
                .map(|row| row.txid)
        };
        let txid = if self.layers.is_empty() { selected() } else { open };
        match txid {
            Some(txid) => self.copy(txid.to_string(), "the txid"),
            None => self.notice = Some("no transaction is selected".to_owned()),
        }
    }

    /// Copies the open transaction.
    pub(super) fn copy_raw(&mut self) {
        match self.open_transaction().map(|transaction| transaction.raw.clone()) {
            Some(raw) if 2 * raw.len() > LONGEST_COPY => {
                let size = format::grouped(raw.len() as u64);
                self.notice = Some(format!("not copied: {size} B are more than terminals take"));
            }
            Some(raw) => self.copy(crate::text::hex(&raw), "the transaction"),
            None => self.notice = Some("open a transaction first".to_owned()),
        }
    }

    fn copy(&mut self, text: String, what: &str) {
        self.notice = Some(format!("{what} went to the terminal's clipboard, if it has one (OSC 52)"));
        self.copied = Some(text);
    }

    fn open_transaction(&self) -> Option<&crate::snapshot::TransactionDetail> {
        let LayerKind::Details(open @ Open::Transaction(_)) = self.layers.last()?.kind else { return None };
        match self.detail(open)? {
            Detail::Transaction(transaction) => Some(transaction),
            _ => None,
        }
    }
}

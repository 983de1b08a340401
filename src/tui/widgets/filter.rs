//! A list's filter: the text typed after `/`, in force while typing and afterwards.

use super::list::List;
use crate::tui::keys::Action;
use crate::tui::layer::Response;

/// The longest text; an address has at most 90 characters.
const LONGEST: usize = 200;

/// The filter text of a list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Filter {
    text: String,
    is_typing: bool,
}

impl Filter {
    /// Carries out an action about the filter. Returns whether it was one.
    pub fn update(&mut self, action: Action) -> bool {
        match action {
            Action::Filter => self.is_typing = true,
            Action::Type(letter) => self.push(letter),
            Action::Erase => {
                self.text.pop();
            }
            Action::EraseAll => self.text.clear(),
            Action::Open if self.is_typing => self.is_typing = false,
            Action::Back if *self != Self::default() => *self = Self::default(),
            _ => return false,
        }
        true
    }

    /// Carries out an action about the filter of `list`. Returns whether it was one. A new text scrolls the
    /// list to its top.
    pub fn update_list<K: Copy + PartialEq>(&mut self, action: Action, list: &mut List<K>) -> bool {
        let before = self.text().to_owned();
        let is_for_it = self.update(action);
        if self.text() != before {
            *list = List::default();
        }
        is_for_it
    }

    /// Handles a paste while the filter of `list` is being typed.
    pub fn paste_into<K: Copy + PartialEq>(&mut self, text: &str, list: &mut List<K>) -> Option<Response> {
        self.is_typing.then(|| {
            self.paste(text);
            *list = List::default();
            Response::Done
        })
    }

    /// Appends a pasted text; lines are joined.
    pub fn paste(&mut self, text: &str) {
        text.chars().for_each(|letter| self.push(letter));
    }

    /// Filters by `text`.
    pub fn set(&mut self, text: &str) {
        *self = Self::default();
        self.paste(text);
    }

    fn push(&mut self, letter: char) {
        if !letter.is_control() && self.text.len() < LONGEST {
            self.text.push(letter);
        }
    }

    /// Whether it is being typed.
    pub const fn is_typing(&self) -> bool {
        self.is_typing
    }

    /// The text; empty lists everything.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// The part of the list's title: ` · /bc1q▏`; empty without a filter.
    pub fn label(&self) -> String {
        match (self.is_typing, self.text.is_empty()) {
            (true, _) => format!(" · /{}▏", self.text),
            (false, false) => format!(" · /{}", self.text),
            (false, true) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_in_force_while_it_is_typed_and_until_esc_clears_it() {
        let mut filter = Filter::default();
        assert!(!filter.update(Action::Back), "there is none to clear");
        for action in [Action::Filter, Action::Type('a'), Action::Type('b'), Action::Erase] {
            assert!(filter.update(action));
        }
        assert_eq!((filter.text(), filter.label().as_str()), ("a", " · /a▏"));
        assert!(filter.update(Action::Open));
        assert_eq!((filter.text(), filter.label().as_str()), ("a", " · /a"));
        assert!(!filter.update(Action::Open), "the next Enter opens the selection");
        assert!(filter.update(Action::Back));
        assert_eq!((filter.text(), filter.label().as_str()), ("", ""));
    }

    #[test]
    fn a_pasted_text_loses_its_control_characters_and_is_bounded() {
        let mut filter = Filter::default();
        filter.paste("\x1b[31mbc1q\n");
        assert_eq!(filter.text(), "[31mbc1q");
        filter.paste(&"x".repeat(1_000));
        assert_eq!(filter.text().len(), LONGEST);
    }
}

//! What keys do, and how help and footer describe them.

use super::*;
use binding::Binding;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

fn action(event: KeyEvent, place: Place) -> Option<Action> {
    Keymap::default().action(event, place)
}

const PLACES: [Place; 19] = [
    Place::Replay,
    Place::Overview,
    Place::Events,
    Place::Peers,
    Place::Columns,
    Place::Transactions,
    Place::Filter,
    Place::Find,
    Place::Mempool,
    Place::Blocks,
    Place::Log,
    Place::Sensors,
    Place::Details,
    Place::Help,
    Place::Watchlist,
    Place::Settings,
    Place::CopyMenu,
    Place::Input,
    Place::Query,
];

#[test]
fn no_key_has_two_meanings_in_one_place() {
    for place in PLACES {
        let in_force = || BINDINGS.iter().filter(move |binding| binding.works_in(place));
        let mut keys: Vec<Key> = Vec::new();
        for key in in_force().flat_map(|binding| binding.keys) {
            assert!(!keys.contains(key), "{key:?} in {place:?}");
            keys.push(*key);
        }
    }
}

#[test]
fn no_hint_is_shown_twice_in_one_place() {
    let keymap = Keymap::default();
    for place in PLACES {
        let mut labels: Vec<&str> = keymap.hints(place, false).map(|hint| hint.label).collect();
        let count = labels.len();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), count, "{place:?}");
    }
}

#[test]
fn every_key_that_the_help_names_does_what_it_says() {
    let listed = |binding: &'static Binding| Some((binding, binding.help?.0));
    for (binding, names) in BINDINGS.iter().filter_map(listed) {
        let names: Vec<&str> = names.split_whitespace().collect();
        assert_eq!(names.len(), binding.keys.len(), "{names:?}");
        for (name, key) in names.iter().zip(binding.keys) {
            let event = pressed(name);
            let ctrl = event.modifiers == KeyModifiers::CONTROL;
            assert_eq!(Key { code: event.code, ctrl }, *key, "{name}");
            for place in binding.places {
                assert_eq!(action(event, *place), Some(binding.action), "{name} in {place:?}");
            }
        }
    }
}

#[test]
fn letters_are_typed_where_text_is_expected() {
    assert_eq!(action(KeyCode::Char('q').into(), Place::Input), Some(Action::Type('q')));
    assert_eq!(action(pressed("Ctrl-C"), Place::Input), Some(Action::Quit));
}

#[test]
fn other_keys_and_releases_do_nothing() {
    assert_eq!(action(KeyCode::Char('x').into(), Place::Overview), None);
    assert_eq!(action(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT), Place::Overview), None);
    let release = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
    assert_eq!(action(release, Place::Overview), None);
    assert_eq!(action(KeyCode::Tab.into(), Place::Help), None);
}

#[test]
fn shift_is_part_of_the_letter() {
    let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
    assert_eq!(action(shifted, Place::Details), Some(Action::Move(Motion::Bottom)));
}

fn pressed(name: &str) -> KeyEvent {
    match name {
        "Esc" => KeyCode::Esc.into(),
        "Space" => KeyCode::Char(' ').into(),
        "Enter" => KeyCode::Enter.into(),
        "Tab" => KeyCode::Tab.into(),
        "Shift-Tab" => KeyCode::BackTab.into(),
        "→" => KeyCode::Right.into(),
        "←" => KeyCode::Left.into(),
        "↑" => KeyCode::Up.into(),
        "↓" => KeyCode::Down.into(),
        "PgUp" => KeyCode::PageUp.into(),
        "Delete" => KeyCode::Delete.into(),
        "PgDn" => KeyCode::PageDown.into(),
        "Home" => KeyCode::Home.into(),
        "End" => KeyCode::End.into(),
        "Ctrl-C" => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
        "Ctrl-F" => KeyEvent::new(KeyCode::Char('f'), KeyModifiers::CONTROL),
        "Ctrl-Z" => KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL),
        letter => KeyCode::Char(letter.chars().next().unwrap()).into(),
    }
}

#[test]
fn own_keys_replace_those_of_the_table_everywhere() {
    let own = [parse_binding("copy=c Ctrl-Y").unwrap(), parse_binding("open=b").unwrap()];
    let keymap = Keymap::new(&own).unwrap();
    let press = |name: &str, place| {
        let Key { code, ctrl } = name.parse().unwrap();
        keymap
            .action(KeyEvent::new(code, if ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE }), place)
    };
    assert_eq!(press("c", Place::Overview), Some(Action::Copy));
    assert_eq!(press("Ctrl-Y", Place::Details), Some(Action::Copy));
    assert_eq!(press("y", Place::Overview), None);
    assert_eq!(press("b", Place::Input), Some(Action::Type('b')), "letters are typed");
    assert_eq!(press("Enter", Place::Input), Some(Action::Open));
    let help: Vec<_> = keymap.help().collect();
    assert!(help.iter().any(|(keys, what)| keys == "c  Ctrl-Y" && what.starts_with("copy txid")));
    assert!(keymap.hints(Place::Overview, false).any(|hint| hint.keys == "b" && hint.label == "details"));
}

#[test]
fn on_a_frozen_screen_the_key_that_unfreezes_it_comes_first() {
    let first = |frozen| Keymap::default().hints(Place::Peers, frozen).next().map(|hint| hint.label);
    assert_eq!((first(false), first(true)), (Some("quit"), Some("unfreeze")));
}

#[test]
fn a_conflict_names_both_actions() {
    let error = Keymap::new(&[parse_binding("copy=q").unwrap()]).unwrap_err().to_string();
    assert!(error.starts_with("key \"q\" is bound to both \"close\" and \"copy\""), "{error}");
    assert!(Keymap::new(&[parse_binding("copy=q").unwrap(), parse_binding("close=Q").unwrap()]).is_ok());
}

#[test]
fn an_unknown_action_or_key_is_named() {
    for (text, hint) in
        [("copy", "ACTION=KEY"), ("fly=f", "\"fly\""), ("copy=", "missing"), ("copy=Meta-x", "\"Meta-x\"")]
    {
        assert!(parse_binding(text).unwrap_err().contains(hint), "{text}");
    }
}

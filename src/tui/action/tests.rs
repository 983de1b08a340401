//! What keys do, and what is told of them.

use super::*;

const PLACES: [Scope; 7] = [
    Scope::Overview,
    Scope::Peers,
    Scope::Mempool,
    Scope::MempoolHalf,
    Scope::Blocks,
    Scope::Layer,
    Scope::Watched,
];

#[test]
fn no_key_has_two_meanings_in_one_place() {
    for place in PLACES {
        let in_force = || BINDINGS.iter().filter(move |binding| binding.scope.covers(place));
        let mut keys: Vec<Key> = Vec::new();
        for key in in_force().flat_map(|binding| binding.keys) {
            assert!(!keys.contains(key), "{key:?} in {place:?}");
            keys.push(*key);
        }
    }
}

#[test]
fn no_hint_is_shown_twice_in_one_place() {
    for place in PLACES {
        let hints = BINDINGS.iter().filter_map(|binding| binding.hint);
        let mut told: Vec<&str> =
            hints.filter(|(.., scope)| scope.covers(place)).map(|(_, what, _)| what).collect();
        let count = told.len();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), count, "{place:?}");
    }
}

#[test]
fn every_key_that_the_help_names_does_what_it_says() {
    for binding in BINDINGS {
        let named: Vec<&str> = binding.help.0.split_whitespace().collect();
        assert_eq!(named.len(), binding.keys.len(), "{}", binding.help.0);
        for (name, key) in named.iter().zip(binding.keys) {
            let event = pressed(name);
            assert_eq!(
                Key { code: event.code, ctrl: event.modifiers == KeyModifiers::CONTROL },
                *key,
                "{name}"
            );
            let place = match binding.scope {
                Scope::Everywhere | Scope::Lists | Scope::Rows => Scope::Overview,
                Scope::Others => Scope::Peers,
                place => place,
            };
            assert_eq!(action(event, place), Some(binding.action), "{name}");
        }
    }
}

#[test]
fn other_keys_and_releases_do_nothing() {
    assert_eq!(action(KeyCode::Char('x').into(), Scope::Overview), None);
    assert_eq!(action(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT), Scope::Overview), None);
    let release = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
    assert_eq!(action(release, Scope::Overview), None);
    assert_eq!(action(KeyCode::Tab.into(), Scope::Layer), None);
}

#[test]
fn shift_is_part_of_the_letter() {
    let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
    assert_eq!(action(shifted, Scope::Layer), Some(Action::Move(Motion::Bottom)));
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
        "Ctrl-Z" => KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL),
        letter => KeyCode::Char(letter.chars().next().unwrap()).into(),
    }
}

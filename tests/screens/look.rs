//! Themes, characters and units.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use mempulse::tui::{Depth, Glyphs, Preferences, ThemeName, TuiSettings};
use ratatui::layout::Size;
use ratatui::style::Color;
use std::collections::HashSet;

const SIZE: (u16, u16) = (120, 36);

fn with(preferences: Preferences) -> TuiSettings {
    TuiSettings { preferences, ..TuiSettings::default() }
}

#[test]
fn the_same_words_stand_on_the_screen_in_every_theme_and_depth() {
    let words = Desk::new(SIZE).screen();
    for theme in ThemeName::ALL {
        for depth in [Depth::Monochrome, Depth::Ansi, Depth::Indexed, Depth::True] {
            let preferences = Preferences { theme, ..Preferences::default() };
            let desk = Desk::set_up(SIZE, &TuiSettings { depth, ..with(preferences) });
            assert!(desk.screen() == words, "{theme:?} {depth:?}");
            let fits = |colour: &Color| match (depth, colour) {
                (_, Color::Reset) => true,
                (Depth::Monochrome, _) | (Depth::Ansi, Color::Rgb(..) | Color::Indexed(_)) => false,
                (Depth::Indexed, colour) => matches!(colour, Color::Indexed(16..)),
                (Depth::True, colour) => matches!(colour, Color::Rgb(..)),
                (Depth::Ansi, _) => true,
            };
            let buffer = desk.buffer();
            let colours: HashSet<Color> = buffer.content.iter().flat_map(|cell| [cell.fg, cell.bg]).collect();
            assert!(colours.iter().all(fits), "{theme:?} {depth:?}: {colours:?}");
            assert!(depth == Depth::Monochrome || colours.len() > 4, "{theme:?} {depth:?}: {colours:?}");
        }
    }
}

#[test]
fn t_shows_the_next_theme_at_once_and_names_it() {
    let mut desk = Desk::new(SIZE);
    let look = |desk: &Desk| desk.buffer().content.iter().map(|cell| (cell.fg, cell.bg)).collect::<Vec<_>>();
    let mut looks = vec![look(&desk)];
    for theme in ["light", "high-contrast", "colour-blind", "dark"] {
        desk.type_keys("t");
        assert!(desk.screen().contains(&format!("theme: {theme}")), "{}", desk.screen());
        looks.push(look(&desk));
    }
    assert!(looks[..4].iter().enumerate().all(|(at, look)| !looks[..at].contains(look)));
}

#[test]
fn every_screen_and_overlay_is_ascii_where_it_must_be_and_no_cell_moves() {
    let preferences = Preferences { glyphs: Glyphs::Ascii, ..Preferences::default() };
    for keys in ["", "2", "3", "4", "5", "6", "?", "w", ",", "j\n", "5\n", "hj\n", "j\ny"] {
        let mut desk = Desk::set_up(SIZE, &with(preferences));
        desk.type_keys(keys);
        let screen = desk.screen();
        assert!(screen.is_ascii(), "{keys:?}: {screen}");
        assert!(
            screen.lines().any(|line| line.contains("----") || line.contains("====")),
            "{keys:?}: {screen}"
        );
    }
}

#[test]
fn u_shows_amounts_in_satoshi_and_shift_u_times_of_day() {
    let mut desk = Desk::new(SIZE);
    assert!(desk.screen().contains("value BTC"));
    desk.type_keys("u");
    assert!(desk.screen().contains("value sat") && !desk.screen().contains("value BTC"), "{}", desk.screen());
    desk.type_keys("j\n");
    assert!(desk.screen().contains(" sat "), "{}", desk.screen());
    desk.type_keys("qU");
    let newest = desk.snapshot().overview.transactions.rows[0].txid.to_string();
    let screen = desk.screen();
    let row = screen.lines().find(|line| line.contains(&newest[..5])).unwrap();
    let before = row.split(&newest[..5]).next().unwrap().trim_end();
    let time: Vec<char> = before.chars().rev().take(5).collect();
    assert!(time[2] == ':' && [0, 1, 3, 4].iter().all(|at| time[*at].is_ascii_digit()), "{screen}");
    for (screen, head) in [("1", " time "), ("3", " time "), ("6", " time ")] {
        desk.type_keys(screen);
        assert!(desk.screen().contains(head), "{}", desk.screen());
        desk.type_keys("U");
        assert!(!desk.screen().contains(head), "{}", desk.screen());
        desk.type_keys("U");
    }
}

#[test]
fn settings_change_at_once_and_the_keys_know() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys(",");
    assert!(desk.screen().contains(" Settings "));
    desk.press(KeyCode::Enter);
    assert_eq!(desk.app.preferences().theme, ThemeName::Light);
    desk.press(KeyCode::Down);
    desk.press(KeyCode::Enter);
    desk.press(KeyCode::Esc);
    assert!(desk.screen().contains("value sat"), "{}", desk.screen());
}

#[test]
fn two_hundred_sizes_with_each_overlay_open() {
    for keys in ["?", ",", "w", "wa", "j\n", "hj\n", "5\n", "j\ny", "j\ny?", " 2", "A", "Aafigures: "] {
        let mut desk = Desk::new((80, 24));
        crate::alerts::add_examples(&mut desk);
        desk.type_keys(keys);
        for step in 0..=200_u16 {
            // No two heights in a row are alike.
            let (width, height) = ((step * 2).max(1), 1 + step * 77 % 120);
            desk.resize(Size { width, height });
            desk.press(KeyCode::Down);
            assert_eq!(desk.buffer().area.as_size(), Size { width, height }, "{keys:?}");
        }
    }
}

#[test]
fn the_title_of_a_panel_does_not_take_the_colour_of_its_border() {
    for depth in [Depth::Ansi, Depth::Indexed, Depth::True] {
        for theme in ThemeName::ALL {
            let preferences = Preferences { theme, ..Preferences::default() };
            let mut desk = Desk::set_up(SIZE, &TuiSettings { depth, ..with(preferences) });
            desk.type_keys("4");
            let buffer = desk.buffer();
            for title in ["Projected", "Over time", "Arrivals per minute"] {
                let screen = desk.screen();
                let (y, line) = screen.lines().enumerate().find(|(_, line)| line.contains(title)).unwrap();
                let x = line.split(title).next().unwrap().chars().count();
                let [border, title] =
                    [x - 2, x].map(|x| &buffer[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())]);
                assert_eq!(border.symbol(), "╭");
                assert_eq!(title.fg, Color::Reset, "{theme:?} {depth:?}");
                let has_colour = border.fg != Color::Reset;
                assert!(has_colour || theme == ThemeName::HighContrast, "{theme:?} {depth:?}");
            }
        }
    }
}

#[test]
fn amounts_and_times_follow_the_settings_on_every_screen() {
    let mut desk = Desk::new((200, 60));
    let mut shown = |keys: &str| {
        desk.type_keys(keys);
        desk.screen()
    };
    for (screen, btc, sat) in [
        ("1", "+0.01725404 BTC", "+1,725,404 sat"),
        ("5", " 0.01097215 BTC", " 1,097,215 sat"),
        ("6", " +0.01725404 ", " +1,725,404 "),
    ] {
        assert!(shown(screen).contains(btc), "{}", shown(""));
        assert!(shown("u").contains(sat) && !shown("").contains(btc), "{}", shown(""));
        shown("u");
    }
    for (screen, age, time) in [("5", "┃ 4.4 min ago ", "┃ 05:28:47 "), ("6", " 13s ", " 05:32 ")] {
        assert!(shown(screen).contains(age), "{}", shown(""));
        assert!(shown("U").contains(time), "{}", shown(""));
        shown("U");
    }
}

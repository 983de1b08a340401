//! The Blocks screen: finding a block, the mouse, and what is shown about missing blocks.

use crate::desk::Desk;
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use mempulse::event::{Event, EventKind, MissingBlocks};
use mempulse::snapshot::Open;
use mempulse::wire::BlockHash;
use std::time::Duration;

const SIZE: (u16, u16) = (120, 36);

fn heights(desk: &Desk) -> Vec<u32> {
    desk.snapshot().blocks.unwrap().blocks.iter().map(|block| block.figures.height).collect()
}

#[test]
fn blocks_are_filtered_by_height_hash_pool_and_tag() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("5");
    let all = desk.snapshot().blocks.unwrap().blocks;
    let wanted = all[3].figures.clone();
    let found = |desk: &mut Desk, text: &str| {
        desk.type_keys("/");
        desk.paste(text);
        let found = heights(desk);
        desk.press(KeyCode::Esc);
        found
    };
    assert_eq!(found(&mut desk, &wanted.height.to_string()), [wanted.height]);
    assert_eq!(found(&mut desk, "923,112"), [923_112]);
    assert_eq!(found(&mut desk, &wanted.hash.to_string()[40..]), [wanted.height]);
    let pool = wanted.pool.unwrap().to_uppercase();
    let of_pool: Vec<u32> = all
        .iter()
        .filter(|block| block.figures.pool == wanted.pool)
        .map(|block| block.figures.height)
        .collect();
    assert_eq!(found(&mut desk, &pool), of_pool);
    assert_eq!(heights(&desk).len(), all.len(), "Esc clears the filter");
}

#[test]
fn the_title_says_how_many_blocks_match_and_n_goes_on_to_the_next() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("5/92310");
    let screen = desk.screen();
    assert!(screen.contains(" of 10 · /92310▏") && !screen.contains(" next 923,115 "), "{screen}");
    let first = heights(&desk)[0];
    assert!(screen.contains(&format!(" Block 923,{} ", first % 1_000)), "{screen}");
    desk.press(KeyCode::Enter);
    desk.type_keys("n");
    assert!(desk.screen().contains(&format!(" Block 923,{} ", first % 1_000 - 1)), "{}", desk.screen());
    desk.type_keys("/x");
    assert!(desk.screen().contains("no block matches · Esc: all"), "{}", desk.screen());
}

#[test]
fn a_query_chooses_and_sorts_blocks() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("5:height < 923113 sort height\n");
    let heights = heights(&desk);
    assert!(heights.is_sorted() && heights.iter().all(|height| *height < 923_113) && heights.len() > 2);
    assert!(desk.screen().contains("· height < 923113 sort height"), "{}", desk.screen());
    desk.press(KeyCode::Esc);
    assert!(desk.screen().contains(" Blocks  last 10 "), "{}", desk.screen());
}

#[test]
fn a_click_selects_a_block_and_a_second_one_opens_it() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("5");
    let block = desk.snapshot().blocks.unwrap().blocks[3].figures.clone();
    desk.click(" 923,112 ");
    assert!(desk.screen().contains(" Block 923,112 ") && desk.app.view().open.is_none(), "{}", desk.screen());
    desk.click(" 923,112 ");
    assert_eq!(desk.app.view().open, Some(Open::Block(block.hash)));
}

#[test]
fn a_click_on_a_link_of_a_page_opens_it() {
    for keys in ["5", "5\n"] {
        let mut desk = Desk::new((200, 60));
        desk.type_keys(keys);
        let screen = desk.screen();
        let row = screen.lines().position(|line| line.contains('›') && line.contains("waited"));
        let row = row.unwrap_or_else(|| panic!("{screen}"));
        let line = screen.lines().nth(row).unwrap();
        let column = line[..line.find('›').unwrap()].chars().count();
        desk.mouse(MouseEventKind::Down(MouseButton::Left), column + 5, row);
        assert!(matches!(desk.app.view().open, Some(Open::Transaction(_))), "{}", desk.screen());
    }
}

#[test]
fn a_click_on_the_frame_of_a_page_opens_nothing() {
    let mut desk = Desk::new((200, 60));
    desk.type_keys("5\n");
    let open = desk.app.view().open;
    for row in 1..59 {
        for column in [0, 199] {
            desk.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
            assert_eq!(desk.app.view().open, open, "{column} {row}");
        }
    }
}

#[test]
fn the_projected_block_is_left_of_the_newest_and_g_returns_to_that() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("5");
    assert!(desk.screen().contains("┏ 923,114 ━"), "{}", desk.screen());
    desk.press(KeyCode::Left);
    assert!(desk.screen().contains("┏ next 923,115 ━") && desk.screen().contains(" Next block, projected "));
    assert_eq!(desk.press(KeyCode::Enter), None);
    assert!(desk.screen().contains("nothing to open yet"), "{}", desk.screen());
    desk.press(KeyCode::End);
    assert!(desk.screen().contains(" Block 923,106 "), "{}", desk.screen());
    desk.type_keys("g");
    assert!(desk.screen().contains(" Block 923,114 "), "{}", desk.screen());
}

#[test]
fn the_page_of_a_block_scrolls_on_the_blocks_screen() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("5");
    let top = desk.screen();
    assert!(top.contains("hash ") && top.contains(" lines 1–"), "{top}");
    desk.type_keys("jjj");
    assert!(desk.screen().contains(" lines 4–"), "{}", desk.screen());
    desk.type_keys("l");
    assert!(desk.screen().contains(" lines 1–"), "another block begins at its top");
}

#[test]
fn a_missing_block_is_shown_beside_the_tip_and_what_depends_on_it_is_marked() {
    for (width, height) in [(120, 36), (80, 24), (60, 15)] {
        let mut desk = Desk::alone((width, height));
        let since = desk.now - Duration::from_secs(40);
        let missing = |count| MissingBlocks { height: 923_114, hash: BlockHash([7; 32]), count, since };
        let mut title = |missing| {
            desk.happen(&Event { time: desk.now, kind: EventKind::MissingBlocks(missing) });
            desk.answer();
            desk.screen().lines().next().unwrap().to_owned()
        };
        assert!(title(Some(missing(1))).contains("block missing"));
        assert!(title(Some(missing(12))).contains("12 blocks missing"));
        if width >= 80 {
            assert!(title(Some(missing(1))).contains("tip 923,114, block missing for 40 s"));
        }
        if height >= 24 {
            assert!(desk.screen().contains("mempool: stale"));
        }
        desk.press(KeyCode::Char('4'));
        desk.answer();
        assert_eq!(desk.screen().contains("Projected · stale: block missing"), width >= 80);
        desk.happen(&Event { time: desk.now, kind: EventKind::MissingBlocks(None) });
        desk.answer();
        assert!(!desk.screen().contains("missing") && !desk.screen().contains("stale:"));
    }
}

//! The Blocks screen: finding a block, and the mouse.

use crate::desk::Desk;
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use mempulse::snapshot::Open;

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

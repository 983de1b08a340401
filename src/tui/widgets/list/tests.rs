use super::*;

struct Row(u32);

impl Keyed for Row {
    type Key = u32;

    fn key(&self) -> u32 {
        self.0
    }
}

fn window(keys: impl Iterator<Item = u32>, more_above: bool, more_below: bool) -> Window<Row> {
    let rows = keys.map(Row).collect();
    Window { total: 1_000, more_above, more_below, rows, ..Window::default() }
}

fn start() -> Window<Row> {
    window(0..20, false, true)
}

#[test]
fn without_a_selection_the_top_is_visible_and_down_selects_its_first_row() {
    let mut list = List::default();
    assert_eq!(list.visible(&start(), 5), 0..5);
    assert_eq!(list.go(Motion::Down, &start(), 5), Moved::Fully);
    assert_eq!((list.selected, list.above), (Some(0), 0));
}

#[test]
fn the_visible_part_moves_only_when_the_selection_leaves_it() {
    let mut list = List::default();
    for _ in 0..5 {
        list.go(Motion::Down, &start(), 5);
    }
    assert_eq!((list.selected, list.visible(&start(), 5)), (Some(4), 0..5));
    list.go(Motion::Down, &start(), 5);
    assert_eq!((list.selected, list.visible(&start(), 5)), (Some(5), 1..6));
    list.go(Motion::Up, &start(), 5);
    assert_eq!((list.selected, list.visible(&start(), 5)), (Some(4), 1..6));
}

#[test]
fn the_selection_follows_its_row_when_others_arrive_above() {
    let mut list = List { selected: Some(3), above: 3, ..List::default() };
    let later = window([102, 101, 100].into_iter().chain(0..20), false, true);
    list.settle(&later, 5);
    assert_eq!(list.position(&later), Some(6));
    assert_eq!(list.visible(&later, 5), 3..8);
}

#[test]
fn moving_above_the_first_row_gives_the_top_back() {
    let mut list = List { selected: Some(0), ..List::default() };
    assert_eq!(list.go(Motion::Up, &start(), 5), Moved::ToTheEnd);
    assert_eq!(list.selected, None);
    let mut list = List { selected: Some(2), ..List::default() };
    assert_eq!(list.go(Motion::PageUp, &window(0..20, true, true), 5), Moved::ToTheEdge);
    assert_eq!(list.selected, Some(0), "more rows stand above: it waits for them");
}

#[test]
fn the_way_to_the_bottom_waits_for_the_rows_there() {
    let mut list = List::default();
    assert_eq!(list.go(Motion::Bottom, &start(), 5), Moved::ToTheEdge);
    assert_eq!(list.selected, None);
    let bottom = window(980..1_000, true, false);
    list.settle(&bottom, 5);
    assert_eq!((list.selected, list.visible(&bottom, 5)), (Some(999), 15..20));
    assert_eq!(list.go(Motion::Down, &bottom, 5), Moved::ToTheEnd);
}

#[test]
fn a_removed_row_leaves_the_selection_to_the_one_that_the_snapshot_names() {
    let mut list = List { selected: Some(7), above: 2, ..List::default() };
    let mut later = window((0..20).filter(|key| *key != 7), false, true);
    later.selected = Some(7);
    list.settle(&later, 5);
    assert_eq!(list.selected, Some(8));
    assert_eq!(list.visible(&later, 5), 5..10);
}

#[test]
fn an_empty_list_has_no_selection() {
    let mut list = List { selected: Some(7), above: 2, ..List::default() };
    list.settle(&Window::<Row>::default(), 5);
    assert_eq!(list, List::default());
}

#[test]
fn no_motion_leaves_a_small_or_empty_list() {
    let motions = [Motion::Down, Motion::PageDown, Motion::Bottom, Motion::Up, Motion::PageUp, Motion::Top];
    for len in 0..4 {
        for height in 0..4 {
            let window = window(0..len, false, false);
            let mut list = List::default();
            for motion in motions.iter().cycle().take(18) {
                list.go(*motion, &window, height);
                let visible = list.visible(&window, height);
                assert!(visible.end <= window.rows.len() && visible.len() <= height);
                if let Some(at) = list.position(&window).filter(|_| height > 0) {
                    assert!(visible.contains(&at), "{len} rows in {height}: {at} outside {visible:?}");
                }
            }
        }
    }
}

#[test]
fn a_click_selects_the_row_under_it_and_a_second_one_opens_it() {
    let mut list = List { selected: Some(12), above: 2, ..List::default() };
    let panel = Rect::new(0, 0, 30, 8);
    let mut click = |y| list.click(Position { x: 4, y }, panel, &start());
    assert_eq!(click(2), Clicked::Selected);
    assert_eq!(click(2), Clicked::Again);
    assert_eq!([click(1), click(0), click(7)], [Clicked::Head(2), Clicked::Nothing, Clicked::Nothing]);
    assert_eq!((list.selected, list.visible(&start(), 5)), (Some(10), 10..15), "the list does not move");
    assert_eq!(list.click(Position { x: 4, y: 5 }, panel, &window(0..2, false, false)), Clicked::Nothing);
}

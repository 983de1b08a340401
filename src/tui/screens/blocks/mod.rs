//! The Blocks screen: the last blocks side by side.

mod draw;

use crate::snapshot::BlockRow;
use crate::snapshot::{Open, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion, Place};
use crate::tui::layer::{Id, Layer, Response};
use crate::wire::BlockHash;
use ratatui::Frame;

/// The number of blocks in a page.
const PAGE: usize = 6;

/// The selected block.
#[derive(Default, Debug)]
pub struct Blocks {
    /// `None` selects the newest block, also when a newer one arrives.
    selected: Option<BlockHash>,
}

/// The blocks in the snapshot, newest first.
fn blocks<'a>(cx: &Context<'a>) -> &'a [BlockRow] {
    cx.snapshot.blocks.as_ref().map_or(&[], |screen| &screen.blocks)
}

impl Blocks {
    /// The index of the selected block; the newest if none is selected or the selected one is unknown.
    fn position(&self, cx: &Context) -> usize {
        let selected = |hash| blocks(cx).iter().position(|block| block.figures.hash == hash);
        self.selected.and_then(selected).unwrap_or(0)
    }

    fn hash(&self, cx: &Context) -> Option<BlockHash> {
        blocks(cx).get(self.position(cx)).map(|block| block.figures.hash)
    }

    fn select(&mut self, motion: Motion, cx: &Context) {
        let last = blocks(cx).len().saturating_sub(1);
        let to = motion.apply(self.position(cx), last, PAGE);
        self.selected = blocks(cx).get(to).map(|block| block.figures.hash);
    }
}

impl Layer for Blocks {
    fn place(&self, _cx: &Context) -> Place {
        Place::Blocks
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Next => self.select(Motion::Down, cx),
            Action::Previous => self.select(Motion::Up, cx),
            Action::Move(motion) => self.select(motion, cx),
            Action::Open => return Response::open(self.hash(cx).map(Open::Block)),
            Action::Back if self.selected.take().is_none() => return Response::Leave,
            _ => {}
        }
        Response::Done
    }

    fn request(&self, _cx: &Context, _view: &mut View) {}

    fn selected_id(&self, cx: &Context) -> Option<Id> {
        self.hash(cx).map(Id::Block)
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        draw::draw(frame, cx, blocks(cx), self.position(cx));
    }
}

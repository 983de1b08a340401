//! The Mempool screen: the mempool by fee rate, as projected blocks, over time, and by kind.
//!
//! ```text
//! ╭ Chunk fee rate (sat/vB) by vB ──────╮╭ Projected · exact 61 % · … ─────╮
//! │   2 – 3   ███████████        1.20   ││  1   8.1   12.4   310           │
//! ╰─────────────────────────────────────╯╰─────────────────────────────────╯
//! ╭ Over time by sat/vB ────────────────╮╭ Arrivals per minute ────────────╮
//! │ 33344455                            ││ payment            212.0        │
//! ╰─────────────────────────────────────╯╰─────────────────────────────────╯
//! ```

mod completeness;
mod estimates;
mod histogram;
mod kinds;
mod layout;
mod lines;
mod over_time;
mod projected_blocks;

use crate::snapshot::MempoolScreen;
use crate::snapshot::{MempoolView, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use layout::Parts;
use ratatui::Frame;

/// Which part of the Mempool screen is shown, and how.
#[derive(Default, Debug)]
pub struct Mempool {
    /// Whether the histogram counts transactions rather than their virtual size.
    by_count: bool,
    /// Whether the second half is on screen, where not all of it fits.
    second_half: bool,
}

impl Mempool {
    fn parts(&self, cx: &Context) -> Parts {
        layout::parts(cx.area, self.second_half)
    }
}

impl Layer for Mempool {
    fn place(&self, cx: &Context) -> Place {
        if layout::fits(cx.area) { Place::Mempool } else { Place::MempoolHalf }
    }

    fn update(&mut self, action: Action, _cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Next => self.second_half = !self.second_half,
            Action::ToggleHistogram => self.by_count = !self.by_count,
            _ => {}
        }
        Response::Done
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let columns = self.parts(cx).history.width.saturating_sub(2);
        view.mempool = MempoolView { columns: columns.into() };
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        let parts = self.parts(cx);
        let empty = MempoolScreen::default();
        let screen = cx.snapshot.mempool.as_deref().unwrap_or(&empty);
        histogram::draw(frame, parts.histogram, cx, screen, self.by_count);
        projected_blocks::draw(frame, parts.blocks, cx, screen);
        over_time::draw(frame, parts.history, cx, screen);
        kinds::draw(frame, parts.kinds, cx, screen);
    }
}

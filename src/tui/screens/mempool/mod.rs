//! The Mempool screen: the mempool by fee rate, as projected blocks, over time, by size, and by kind.
//!
//! ```text
//! ╭ Fee bands by vB ────────────────────╮╭ Projected · exact 61 % · … ─────╮
//! │   2 – 3   ███████████  1.20   3.41  ││  1   8.1   12.4   310           │
//! ╰─────────────────────────────────────╯╰─────────────────────────────────╯
//! ╭ Over time · last 3 h ───────────────╮╭ Size × fee rate ────────────────╮
//! │ 33344455                            ││    ░▒▓█▓▒░                      │
//! │                                     │╰─────────────────────────────────╯
//! │                                     │╭ Arrivals per minute ────────────╮
//! │ 11111111                            ││ payment            212.0        │
//! ╰─────────────────────────────────────╯╰─────────────────────────────────╯
//! ```

mod bands;
mod completeness;
mod density;
mod estimates;
mod kinds;
mod layout;
mod lines;
mod over_time;
mod projected_blocks;

use crate::snapshot::MempoolScreen;
use crate::snapshot::{MempoolView, SPANS, View};
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
    /// The span of the chart over time, in minutes; `None` for the shortest that has everything.
    minutes: Option<u32>,
}

impl Mempool {
    fn parts(&self, cx: &Context) -> Parts {
        layout::parts(cx.area, self.second_half)
    }

    /// Shows a longer or a shorter span than the one on screen.
    fn zoom(&mut self, is_longer: bool, cx: &Context) {
        let on_screen = cx.snapshot.mempool.as_ref().map(|screen| screen.history.minutes);
        let minutes = self.minutes.or(on_screen).unwrap_or(SPANS[0]);
        let other = if is_longer {
            SPANS.into_iter().find(|span| *span > minutes)
        } else {
            SPANS.into_iter().rev().find(|span| *span < minutes)
        };
        self.minutes = Some(other.unwrap_or(minutes));
    }
}

impl Layer for Mempool {
    fn place(&self, cx: &Context) -> Place {
        if layout::fits(cx.area) { Place::Mempool } else { Place::MempoolHalf }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Next => self.second_half = !self.second_half,
            Action::ToggleHistogram => self.by_count = !self.by_count,
            Action::LongerSpan => self.zoom(true, cx),
            Action::ShorterSpan => self.zoom(false, cx),
            _ => {}
        }
        Response::Done
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let parts = self.parts(cx);
        view.mempool = MempoolView {
            columns: over_time::columns(parts.history),
            minutes: self.minutes,
            density: !parts.density.is_empty(),
        };
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        let parts = self.parts(cx);
        let empty = MempoolScreen::default();
        let screen = cx.snapshot.mempool.as_deref().unwrap_or(&empty);
        bands::draw(frame, parts.bands, cx, screen, self.by_count);
        projected_blocks::draw(frame, parts.projected, cx, screen);
        over_time::draw(frame, parts.history, cx, screen);
        if !parts.density.is_empty() {
            density::draw(frame, parts.density, cx, screen);
        }
        kinds::draw(frame, parts.kinds, cx, screen);
    }
}

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
use crate::tui::widgets::panels::Panels;
use layout::{Focus, Parts};
use ratatui::Frame;
use ratatui::layout::Position;

/// Which part of the Mempool screen is shown, and how.
#[derive(Default, Debug)]
pub struct Mempool {
    /// Whether the histogram counts transactions rather than their virtual size.
    by_count: bool,
    panels: Panels<Focus>,
    /// The span of the chart over time, in minutes; `None` for the shortest span that contains everything.
    minutes: Option<u32>,
}

impl Mempool {
    fn parts(&self, cx: &Context) -> Parts {
        if self.panels.is_zoomed {
            return layout::zoomed(cx.area, self.panels.focus);
        }
        layout::parts(cx.area, self.panels.focus)
    }

    /// Shows a longer or shorter span than the current one.
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
    fn place(&self, _cx: &Context) -> Place {
        Place::Mempool
    }

    fn offers(&self, action: Action, cx: &Context) -> bool {
        let parts = self.parts(cx);
        match action {
            Action::ToggleHistogram => !parts.bands.is_empty(),
            Action::LongerSpan | Action::ShorterSpan => !parts.history.is_empty(),
            _ => true,
        }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        if self.panels.update(action, &Focus::ALL) {
            return Response::Done;
        }
        match action {
            Action::Back => return Response::Leave,
            _ if !self.offers(action, cx) => {
                return Response::remark("that panel is not shown here: Tab shows the others");
            }
            Action::ToggleHistogram => self.by_count = !self.by_count,
            Action::LongerSpan => self.zoom(true, cx),
            Action::ShorterSpan => self.zoom(false, cx),
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        self.panels.focus = self.parts(cx).at(at).unwrap_or(self.panels.focus);
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

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let parts = self.parts(cx);
        let has_focus = |panel| self.panels.has_focus(panel, focused);
        let empty = MempoolScreen::default();
        let screen = cx.snapshot.mempool.as_deref().unwrap_or(&empty);
        bands::draw(frame, parts.bands, cx, screen, self.by_count, has_focus(Focus::Bands));
        projected_blocks::draw(frame, parts.projected, cx, screen, has_focus(Focus::Projected));
        over_time::draw(frame, parts.history, cx, screen, has_focus(Focus::History));
        if !parts.density.is_empty() {
            density::draw(frame, parts.density, cx, screen, has_focus(Focus::Density));
        }
        kinds::draw(frame, parts.kinds, cx, screen, has_focus(Focus::Kinds));
    }
}

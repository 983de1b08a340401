//! The banner below the title while no peer is left: since when the screen has been out of date.
//!
//! ```text
//!  ALL PEERS LOST 5.0 min ago, at 05:33:12 · every figure is as of then · dialling again
//! ```

use crate::snapshot::{Health, Snapshot};
use crate::tui::context::Context;
use crate::tui::widgets::{clock, format, text};
use crate::util::time::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// When the last live peer was lost, unless another was found since.
pub fn lost(snapshot: &Snapshot) -> Option<Timestamp> {
    match &snapshot.health {
        Health::Unreachable(unreachable) => unreachable.lost,
        Health::Connecting | Health::Live | Health::Stale { .. } => None,
    }
}

/// Draws the banner, if there is one.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context) {
    let Some(lost) = lost(cx.snapshot).filter(|_| !area.is_empty()) else { return };
    let cells = usize::from(area.width);
    let ago = format::span(cx.now().since(lost));
    let at = clock::time(cx.wall(lost), cx.zone);
    let (what, next) = if cx.snapshot.lost_all_sensors() {
        ("ALL SENSORS STALE", "see the Sensors screen")
    } else {
        ("ALL PEERS LOST", "dialling again")
    };
    let variants = [
        format!(" {what} {ago} ago, at {at} · every figure is as of then · {next}"),
        format!(" {what} {ago} ago, at {at} · figures are as of then"),
        format!(" {what} {ago} ago · figures are as of then"),
    ];
    let fits = variants.iter().find(|variant| text::width(variant) <= cells);
    let banner = text::left(fits.or(variants.last()).map_or("", String::as_str), cells);
    frame.render_widget(Paragraph::new(Line::styled(banner, cx.theme.alarm())), area);
}

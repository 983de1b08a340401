//! The help: every key of the table, and the meaning of the marks.
//!
//! ```text
//! ┏ Help ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃  q  Ctrl-C   quit                            ┃
//! ┃  Esc         go back; never quits            ┃
//! ┃                                              ┃
//! ┃  ●           live                            ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//! ```

use crate::event::DisconnectReason;
use crate::snapshot::Liveness;
use crate::snapshot::View;
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::{scrolled_box, text};
use ratatui::Frame;
use ratatui::text::{Line, Span};
use std::time::Duration;

/// The help, and how far it is scrolled.
#[derive(Default, Debug)]
pub struct Help {
    scroll: Scroll,
}

impl Layer for Help {
    fn place(&self, _cx: &Context) -> Place {
        Place::Help
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Move(motion) => scrolled_box::scroll(&mut self.scroll, motion, cx, lines(cx).len()),
            _ => {}
        }
        Response::Done
    }

    fn request(&self, _cx: &Context, _view: &mut View) {}

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        scrolled_box::draw(frame, cx, "Help", lines(cx), self.scroll);
    }
}

fn lines(cx: &Context) -> Vec<Line<'static>> {
    let theme = cx.theme;
    let line = |keys: &str, style, what: &'static str| {
        Line::from(vec![
            Span::raw(" "),
            Span::styled(text::left(keys, 16), style),
            Span::styled(what, theme.text()),
        ])
    };
    let listed = cx.keys.help();
    let mut lines: Vec<Line> = listed.map(|(keys, what)| line(&keys, theme.key(), what)).collect();
    lines.push(Line::default());
    for (liveness, what) in marks() {
        let (mark, style) = theme.liveness(&liveness);
        lines.push(line(mark, style, what));
    }
    lines.push(line("?", theme.muted(), "unknown, e.g. a fee with unknown prevouts"));
    lines.push(line("12.1–12.6", theme.text(), "fee rate bounded by announcements or lists"));
    lines.push(line("≥1.0", theme.text(), "fee rate with a lower bound only"));
    lines.push(line("+ 1,204 tx", theme.text(), "vouched for by one netgroup only"));
    lines.push(line("RCW", theme.text(), "flags: replaceable, chunk with others (CPFP), watched"));
    lines.push(line("▇▇▅▁ 5/8", theme.chart(), "announced by 5 of 8 peers"));
    lines
}

fn marks() -> [(Liveness, &'static str); 5] {
    let elapsed = Duration::ZERO;
    [
        (Liveness::Dialling { elapsed, attempt: 1 }, "connecting"),
        (Liveness::Handshake { elapsed }, "handshake"),
        (Liveness::Live, "live"),
        (Liveness::Late { waiting: elapsed }, "late: no pong for over 5 s"),
        (
            Liveness::Disconnected { reason: DisconnectReason::ClosedByPeer, retry_in: None },
            "disconnected, with the reason",
        ),
    ]
}

//! The settings that can be changed while the program runs.
//!
//! ```text
//! ┏ Settings ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃  theme                               dark         ┃
//! ┃  amounts in                          BTC          ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Enter next value ━━┛
//! ```

use crate::snapshot::View;
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use crate::tui::preferences::Setting;
use crate::tui::widgets::panel::{centred, panel};
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

/// The widths of a label and of a value, in cells.
const LABEL: usize = 36;
const VALUE: usize = 20;

/// The selected setting.
#[derive(Default, Debug)]
pub struct Settings {
    selected: usize,
}

fn area(cx: &Context) -> Rect {
    centred(cx.area, LABEL + VALUE + 3, Setting::ALL.len() + 2)
}

impl Layer for Settings {
    fn place(&self, _cx: &Context) -> Place {
        Place::Settings
    }

    fn update(&mut self, action: Action, _cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Move(motion) => {
                self.selected = motion.apply(self.selected, Setting::ALL.len() - 1, Setting::ALL.len());
            }
            Action::Open => return Response::Change(Setting::ALL[self.selected]),
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let rows = area(cx).inner(Margin::new(1, 1));
        let row = usize::from(at.y.saturating_sub(rows.y));
        match Setting::ALL.get(row).filter(|_| rows.contains(at)) {
            Some(setting) => {
                self.selected = row;
                Response::Change(*setting)
            }
            None => Response::Done,
        }
    }

    fn request(&self, _cx: &Context, _view: &mut View) {}

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        let theme = cx.theme;
        let block = panel(theme, Line::styled(" Settings ", theme.title(true)), true)
            .title_bottom(Line::styled(" Enter: next value ", theme.muted()).right_aligned());
        let rows = Setting::ALL.iter().enumerate().map(|(at, setting)| {
            let style = if at == self.selected { theme.selected(true) } else { theme.text() };
            let value = Span::styled(text::left(setting.value(cx.preferences), VALUE), theme.strong());
            let label = text::left(&format!(" {}", setting.label()), LABEL);
            Line::from(vec![Span::raw(label), value]).style(style)
        });
        let area = area(cx);
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(rows.collect::<Vec<_>>()).block(block), area);
    }
}

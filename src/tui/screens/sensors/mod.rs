//! The Sensors screen: where events come from, and what is lost on the way.

mod columns;
mod draw;

use crate::event::SensorId;
use crate::snapshot::{SensorRow, SensorsView, View, Window};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use ratatui::Frame;
use ratatui::layout::Position;

/// The position in the list.
#[derive(Debug, Default)]
pub struct Sensors {
    list: List<SensorId>,
}

fn rows(cx: &Context) -> usize {
    list_rows(draw::parts(cx.area).list)
}

/// The sensors in the snapshot, once available.
fn window<'a>(cx: &Context<'a>) -> Option<&'a Window<SensorRow>> {
    cx.snapshot.sensors.as_ref().map(|screen| &screen.sensors)
}

impl Layer for Sensors {
    fn place(&self, _cx: &Context) -> Place {
        Place::Sensors
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => return self.list.back(),
            Action::Move(motion) => {
                if let Some(window) = window(cx) {
                    return self.list.go(motion, window, rows(cx)).response(cx);
                }
            }
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        if let Some(window) = window(cx)
            && self.list.click(at, draw::parts(cx.area).list, window) == Clicked::Nothing
        {
            self.list = List::default();
        }
        Response::Done
    }

    fn settle(&mut self, cx: &Context) {
        if let Some(window) = window(cx) {
            self.list.settle(window, rows(cx));
        }
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let empty = Window::default();
        let (offset, height) = self.list.wanted(window(cx).unwrap_or(&empty), rows(cx));
        view.sensors = SensorsView { offset, height, selected: self.list.selected };
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        draw::draw(frame, cx, &self.list, focused);
    }
}

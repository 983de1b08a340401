//! Mouse gestures.

use super::keys::Motion;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

/// A gesture with the mouse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gesture {
    /// The left button was pressed.
    Click(Position),
    /// The wheel was turned.
    Wheel(Position, Motion),
}

/// Returns the gesture of an event. Releases, drags and other buttons are ignored.
pub fn gesture(event: MouseEvent) -> Option<Gesture> {
    let at = Position { x: event.column, y: event.row };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Gesture::Click(at)),
        MouseEventKind::ScrollUp => Some(Gesture::Wheel(at, Motion::Up)),
        MouseEventKind::ScrollDown => Some(Gesture::Wheel(at, Motion::Down)),
        _ => None,
    }
}

//! The panels of a screen: which one has the focus, and whether it is zoomed.

use crate::tui::keys::Action;

/// The focused panel, and whether it is shown alone.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Panels<P> {
    pub focus: P,
    pub is_zoomed: bool,
}

impl<P: Copy + PartialEq> Panels<P> {
    /// Carries out an action about the choice among `all` panels. Returns whether it was one.
    pub fn update(&mut self, action: Action, all: &[P]) -> bool {
        match action {
            Action::NextPanel => self.step(1, all),
            Action::PreviousPanel => self.step(all.len().saturating_sub(1), all),
            Action::Zoom => self.is_zoomed = !self.is_zoomed,
            Action::Back if self.is_zoomed => self.is_zoomed = false,
            _ => return false,
        }
        true
    }

    fn step(&mut self, by: usize, all: &[P]) {
        let at = all.iter().position(|panel| *panel == self.focus);
        // If the focused panel is gone, the first one is next.
        let to = at.map_or(Some(0), |at| (at + by).checked_rem(all.len()));
        self.focus = to.and_then(|to| all.get(to)).copied().unwrap_or(self.focus);
    }

    /// Whether this panel receives keys, in a layer that is `focused` or not.
    pub fn has_focus(&self, panel: P, focused: bool) -> bool {
        focused && self.focus == panel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_focus_goes_round_the_panels_and_esc_ends_only_the_zoom() {
        let mut panels = Panels { focus: 'a', is_zoomed: false };
        let mut after = |action, all: &[char]| (panels.update(action, all), panels.focus, panels.is_zoomed);
        assert_eq!(after(Action::NextPanel, &['a', 'b']), (true, 'b', false));
        assert_eq!(after(Action::NextPanel, &['a', 'b']), (true, 'a', false));
        assert_eq!(after(Action::PreviousPanel, &['a', 'b']), (true, 'b', false));
        assert_eq!(after(Action::NextPanel, &['x', 'y']), (true, 'x', false));
        assert_eq!(after(Action::NextPanel, &[]), (true, 'x', false));
        assert_eq!(after(Action::Zoom, &['x']), (true, 'x', true));
        assert_eq!(after(Action::Back, &['x']), (true, 'x', false));
        assert_eq!(after(Action::Back, &['x']), (false, 'x', false));
    }
}

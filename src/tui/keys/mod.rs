//! Which key does what: one table, which dispatch, help and footer are derived from.

mod action;
mod binding;
mod bindings;
mod keymap;
#[cfg(test)]
mod tests;

pub use action::{Action, Motion, Place};
pub use binding::Key;
pub use bindings::BINDINGS;
pub use keymap::{Hint, KeyConflict, Keymap, name};

/// Parses a binding from the configuration: an action's name and keys, such as `copy=c Ctrl-Y`.
///
/// # Errors
///
/// The action or a key is unknown; the error says what is allowed.
pub fn parse_binding(text: &str) -> Result<(Action, Vec<Key>), String> {
    let (name, keys) = text.split_once('=').ok_or("must be ACTION=KEY, such as copy=c")?;
    let mut actions = BINDINGS.iter().map(|binding| binding.action);
    let action = actions.find(|action| action.name() == name).ok_or_else(|| {
        let mut names: Vec<_> = BINDINGS.iter().map(|binding| binding.action.name()).collect();
        names.sort_unstable();
        names.dedup();
        format!("unknown action \"{name}\": must be one of {}", names.join(", "))
    })?;
    let keys: Vec<Key> = keys.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err("a key is missing".to_owned()) } else { Ok((action, keys)) }
}

//! The limit of open files: each connection needs one.

use crate::util::platform;

/// Open files other than connections: terminal, log, state folder, name lookups.
const OTHERS: u64 = 64;

/// Raises the soft limit of open files so that `connections` fit beside everything else.
///
/// # Errors
/// One line with the limit and how many connections fit, if the hard limit is too low.
pub fn make_room(connections: usize) -> anyhow::Result<()> {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS);
    match platform::allow_open_files(needed) {
        Some(limit) if limit < needed => Err(anyhow::Error::msg(too_low(limit, connections))),
        _ => Ok(()),
    }
}

fn too_low(limit: u64, connections: usize) -> String {
    let fitting = limit.saturating_sub(OTHERS);
    format!(
        "{connections} connections need more open files than the limit of {limit} allows: \
         choose at most {fitting} peers, or raise the limit (ulimit -n)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_the_limit_and_how_many_fit() {
        assert_eq!(
            too_low(256, 1_000),
            "1000 connections need more open files than the limit of 256 allows: \
             choose at most 192 peers, or raise the limit (ulimit -n)"
        );
        assert!(too_low(10, 8).contains("at most 0 peers"));
    }

    #[test]
    fn a_few_connections_always_fit() {
        make_room(8).unwrap();
    }
}

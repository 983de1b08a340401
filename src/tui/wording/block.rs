//! Words for the propagation of a block.

use crate::snapshot::Spread;
use crate::tui::widgets::format;

/// Describes how many peers announced a block, and how fast.
pub fn announced(spread: &Spread) -> String {
    let by = format!("announced by {}", format::plural(spread.peers as u64, "peer"));
    if spread.peers > 1 { format!("{by}: {}", delays(spread)) } else { by }
}

/// Describes how long a block took from its first announcer to the others.
pub fn delays(spread: &Spread) -> String {
    let [half, last] = [spread.half, spread.last].map(format::millis);
    format!("half within {half}, last after {last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PeerId;
    use crate::util::time::Timestamp;
    use std::time::Duration;

    #[test]
    fn delays_are_shown_if_there_are_any() {
        let [half, last] = [310, 4_886].map(Duration::from_millis);
        let spread = Spread { first: Timestamp::from_secs(1), first_peer: PeerId(1), peers: 7, half, last };
        let text = "announced by 7 peers: half within 310 ms, last after 4,886 ms";
        assert_eq!(announced(&spread), text);
        assert_eq!(announced(&Spread { peers: 1, ..spread }), "announced by 1 peer");
    }
}

//! A terminal that takes nothing does not keep the program from its end.

use crate::util::platform::{self, Signal, Signals};
use std::time::Duration;

/// How long the program may take to end before what the terminal has not taken is discarded.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for a signal that asks for the end, then discards every second what is on its way to the terminal: a terminal
/// that takes nothing would keep the program from its end. To be aborted at the end.
pub async fn discard_output_at_end(mut signals: Signals) {
    while signals.next().await != Signal::End {}
    loop {
        tokio::time::sleep(PATIENCE).await;
        if let Err(error) = platform::discard_output() {
            tracing::debug!(%error, "what is on its way to the terminal cannot be discarded");
        }
    }
}

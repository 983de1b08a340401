//! Discards pending output at the end, so that a stuck terminal does not keep the program from ending.

use crate::util::platform::{self, Signal, Signals};
use std::time::Duration;

/// How long the program may take to end before pending output is discarded.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for a signal that ends the program, then discards pending output every second: a stuck terminal
/// would keep the program from ending. To be aborted at the end.
pub async fn discard_output_at_end(mut signals: Signals) {
    while signals.next().await != Signal::End {}
    loop {
        tokio::time::sleep(PATIENCE).await;
        if let Err(error) = platform::discard_output() {
            tracing::debug!(%error, "cannot discard pending terminal output");
        }
    }
}

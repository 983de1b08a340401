//! The JSON lines of a recording.

use crate::app::replay::track::{Played, Track};
use crate::stream::{self, Record, Stream};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How often the stream is checked for records that are due without an event.
const TICK: Duration = Duration::from_secs(1);

/// How many events are applied before their records are handed over.
const PIECE: usize = 64;

/// Feeds the stream until `shutdown`, the end of the recording, or the reader goes away.
pub async fn feed_stream(
    mut track: Track,
    mut stream: Stream,
    records: mpsc::Sender<Vec<Record>>,
    shutdown: CancellationToken,
) {
    let network = track.model().settings().network;
    let mut lines = vec![stream::start(network, track.position())];
    let mut tick = track.position();
    loop {
        if !lines.is_empty() {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                sent = records.send(lines) => if sent.is_err() { return },
            }
        }
        lines = Vec::new();
        // Apply events up to the next tick first: they belong before its records.
        let played = track.play(tick, PIECE, |event, model, outcome| {
            lines.extend(stream.records(event, model, outcome));
        });
        match played {
            Played::Underway => {}
            Played::Over => {
                // The last piece.
                let _ = records.send(lines).await;
                return;
            }
            Played::There => {
                lines.extend(stream.due(tick, track.model()));
                // Skip the time between two runs.
                tick = track.nothing_until().unwrap_or(tick + TICK);
            }
        }
    }
}

//! The stream of a network, read in its order; again from where it was interrupted.

use super::batches::{ANSWER, Batches, timestamp};
use crate::chain::Network;
use crate::sensor::kind::all_subjects;
use crate::sensor::stream::unanswered;
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use async_nats::datetime::{self, DateTime};
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::Stream;
use std::error::Error;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// When the server removes a consumer of which nothing is asked any more.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// How often the clocks are compared at the start: the fastest answer counts.
const PROBES: usize = 3;

/// What is read, and how far.
pub struct Subscription {
    context: Context,
    stream: Stream,
    network: Network,
    /// When what is read was stored: from then on, if nothing was read.
    stored: Timestamp,
    /// The number of the last message that was read.
    sequence: Option<u64>,
    /// When the stream was created.
    created: Option<DateTime>,
}

impl Subscription {
    /// Begins with what was stored at `start` in a stream that `context` has.
    pub fn new(context: Context, stream: Stream, network: Network, start: Timestamp) -> Self {
        Self { context, stream, network, stored: start, sequence: None, created: None }
    }

    /// Notes that a message was read.
    pub fn read(&mut self, sequence: u64, stored: Timestamp) {
        (self.sequence, self.stored) = (Some(sequence), stored);
    }

    /// The messages after the last one that was read.
    ///
    /// # Errors
    /// What the server says.
    pub async fn open(&mut self) -> Result<Batches, String> {
        let info = self.stream.get_info().await.map_err(|error| said(&error))?;
        let is_same = self.created.replace(info.created).is_none_or(|created| created == info.created);
        let deliver_policy = match self.sequence {
            Some(read) if is_same && read <= info.state.last_sequence => {
                DeliverPolicy::ByStartSequence { start_sequence: read + 1 }
            }
            // Another stream of this name: it begins anew.
            Some(_) => DeliverPolicy::All,
            None => DeliverPolicy::ByStartTime { start_time: date(self.stored) },
        };
        let config = pull::Config {
            filter_subject: all_subjects(self.network),
            deliver_policy,
            ack_policy: AckPolicy::None,
            inactive_threshold: FORGOTTEN,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = self.stream.create_consumer(config).await.map_err(|error| said(&error))?;
        Batches::new(consumer, self.context.clone()).await.map_err(|error| said(&error))
    }

    /// Compares the clocks, beside everything else. See [`compare_clocks`].
    pub fn compare_clocks(&self, clock: Clock) -> Comparing {
        let (stream, network) = (self.stream.clone(), self.network);
        AbortOnDropHandle::new(tokio::spawn(async move { compare_clocks(&stream, network, clock).await }))
    }
}

/// A comparison of clocks that is being made.
pub type Comparing = AbortOnDropHandle<Result<(i64, Duration), String>>;

/// By how many µs our clock is ahead of the server's, and how far that may be wrong: a consumer is created, and says
/// when it was.
pub async fn compare_clocks(
    stream: &Stream,
    network: Network,
    clock: Clock,
) -> Result<(i64, Duration), String> {
    let mut best: Option<(i64, Duration)> = None;
    for _ in 0..PROBES {
        let (before, asked) = (clock.now(), Instant::now());
        let config = pull::Config {
            filter_subject: all_subjects(network),
            deliver_policy: DeliverPolicy::New,
            inactive_threshold: ANSWER,
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(|error| said(&error))?;
        let way = asked.elapsed();
        let info = consumer.cached_info();
        let ahead = (before + way / 2).micros_since(timestamp(info.created));
        if best.is_none_or(|(_, uncertainty)| way / 2 < uncertainty) {
            best = Some((ahead, way / 2));
        }
        // The server removes it by itself, if this does not reach it.
        let _ = stream.delete_consumer(&info.name).await;
    }
    Ok(best.unwrap_or_default())
}

/// Why there is no answer.
fn said(error: &(dyn Error + 'static)) -> String {
    unanswered(error).to_string()
}

/// Times beyond the year 9999 are the beginning of time: there is nothing either.
fn date(time: Timestamp) -> DateTime {
    let nanos = i128::from(time.as_micros()) * 1_000;
    datetime::from_nanos(nanos).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_server_are_ours() {
        let time = Timestamp::from_micros(1_795_411_272_123_456);
        assert_eq!(timestamp(date(time)), time);
        assert_eq!(timestamp(date(Timestamp::from_micros(u64::MAX))), Timestamp::default());
    }
}

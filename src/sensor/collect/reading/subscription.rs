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
        let deliver_policy = next(self.sequence, self.stored, is_same, info.state.last_sequence);
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

/// What to read after the message `read`, or from `start` if none was read. `is_same` says whether the stream is the
/// one that was read, and not another one of its name.
fn next(read: Option<u64>, start: Timestamp, is_same: bool, last_sequence: u64) -> DeliverPolicy {
    match read {
        // A server that crashed may have lost the last messages: what comes then takes their numbers.
        Some(read) if is_same => {
            DeliverPolicy::ByStartSequence { start_sequence: read.min(last_sequence) + 1 }
        }
        Some(_) => DeliverPolicy::All,
        None => DeliverPolicy::ByStartTime { start_time: date(start) },
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

    const T: Timestamp = Timestamp::from_secs(1_700_000_000);

    #[test]
    fn reading_goes_on_where_it_stopped_even_if_the_server_lost_its_last_messages() {
        let from = |start_sequence| DeliverPolicy::ByStartSequence { start_sequence };
        assert_eq!(next(Some(7), T, true, 9), from(8));
        assert_eq!(next(Some(9), T, true, 9), from(10));
        assert_eq!(next(Some(9), T, true, 4), from(5));
        assert_eq!(next(Some(7), T, false, 9), DeliverPolicy::All, "it begins anew");
        assert_eq!(next(None, T, true, 9), DeliverPolicy::ByStartTime { start_time: date(T) });
    }

    #[test]
    fn times_of_the_server_are_ours() {
        let time = Timestamp::from_micros(1_795_411_272_123_456);
        assert_eq!(timestamp(date(time)), time);
        assert_eq!(timestamp(date(Timestamp::from_micros(u64::MAX))), Timestamp::default());
    }
}

//! Messages of sensors as they arrive.

use super::{Held, MAX_HELD, MAX_LATE, Merge, of_flush};
use crate::event::{ClockOffset, SensorId};
use crate::schema::message;
use crate::schema::{decode_batch, decode_block_part, decode_sensor_state, decode_sensor_status};
use crate::sensor::collect::source::{Arrival, Phase};
use crate::sensor::collect::translate;
use crate::sensor::kind::Kind;
use crate::util::time::Timestamp;
use std::time::Duration;

impl Merge {
    /// Takes a message.
    pub fn receive(&mut self, arrival: Arrival) {
        let Arrival { sensor, kind, stored, payload } = arrival;
        let Some(sensor) = self.sources.id(sensor, stored) else { return };
        let received = match kind {
            Kind::RawTx if self.skipped.contains(&kind) => Ok(()),
            Kind::RawTx => self.bodies.transaction(&payload).map(|id| self.body_arrived(id)),
            Kind::Block => decode_block_part(payload).and_then(|part| {
                if let Some(id) = self.bodies.block_part(part)? {
                    self.body_arrived(id);
                }
                Ok(())
            }),
            Kind::State => decode_sensor_state(payload).map(|state| self.state(sensor, stored, state)),
            Kind::Status => decode_sensor_status(payload).map(|status| self.status(sensor, stored, &status)),
            Kind::Traffic | Kind::Relay | Kind::Tx | Kind::Chain | Kind::Peers => {
                decode_batch(payload).map(|batch| self.batch(sensor, kind, stored, batch))
            }
        };
        let source = &mut self.sources[sensor];
        match received {
            Ok(()) => source.heard = source.heard.max(stored),
            Err(error) => {
                source.counts.refused += 1;
                tracing::debug!(sensor = %source.name, kind = kind.name(), %error, "a message of a sensor is refused");
            }
        }
    }

    fn batch(&mut self, sensor: SensorId, kind: Kind, stored: Timestamp, batch: message::Batch) {
        let source = &mut self.sources[sensor];
        if source.run != Some(batch.run) {
            // What an earlier run left comes before the state of the next one.
            if source.run.is_some() && source.phase != Phase::Waiting {
                return;
            }
            source.begin_run(batch.run);
        }
        source.offset.note(Timestamp::from_micros(batch.sent_us), stored);
        if !source.losses.note(batch.first, batch.events.len() as u64) {
            return;
        }
        source.sent =
            source.sent.max(Timestamp::from_micros(batch.sent_us).shifted(source.offset.server_ahead()));
        let is_usable = match source.phase {
            Phase::Joined { flush } => batch.flush >= flush,
            Phase::Waiting => false,
        };
        // What is skipped is decoded nevertheless: it is not lost.
        if self.skipped.contains(&kind) || !is_usable && !matches!(kind, Kind::Tx | Kind::Chain) {
            return;
        }
        let sent = batch.sent_us;
        for (place, event) in batch.places.into_iter().zip(batch.events) {
            // Nothing happens later than it is published, so that nothing is held for long.
            let time = source.time(batch.flush, event.time_us.min(sent));
            if time < self.left {
                source.counts.late += 1;
                if kind == Kind::Relay && self.left.since(time) > MAX_LATE {
                    continue;
                }
            }
            let time = time.max(self.left);
            self.held.insert((time, sensor, of_flush(batch.flush), place), Held::Event(event));
        }
        while self.held.len() > MAX_HELD {
            self.leave();
        }
    }

    fn state(&mut self, sensor: SensorId, stored: Timestamp, state: message::SensorState) {
        let source = &mut self.sources[sensor];
        let (run, flush, sent) = (state.run, state.flush, Timestamp::from_micros(state.sent_us));
        source.offset.note(sent, stored);
        let (was, is_new) = (source.phase, source.run != Some(run));
        if is_new && state.part == 0 {
            source.begin_run(run);
        }
        let Some(events) = source.state(state) else { return };
        let time = source.time(flush.saturating_sub(1), sent.as_micros()).max(self.left);
        let joins = is_new || was == Phase::Waiting;
        self.held.insert((time, sensor, of_flush(flush) - 1, 0), Held::State(events, joins));
    }

    fn status(&mut self, sensor: SensorId, stored: Timestamp, status: &message::SensorStatus) {
        let source = &mut self.sources[sensor];
        let sent = Timestamp::from_micros(status.sent_us);
        source.offset.note(sent, stored);
        source.offset.note_ack(Duration::from_micros(status.ack_us));
        if source.phase == Phase::Waiting || source.run != Some(status.run) {
            return;
        }
        let ahead = source.offset.server_ahead();
        let sent = sent.shifted(ahead);
        let mut report = translate::report(status, ahead.saturating_add(self.reader_ahead));
        report.lost = source.losses.lost();
        report.missing_bodies = source.counts.missing_bodies;
        report.late = source.counts.late;
        report.refused = source.counts.refused;
        report.lag = self.now.max(stored).since(sent);
        report.clock = source.offset.uncertainty().map(|uncertainty| ClockOffset {
            ahead_us: ahead.saturating_add(self.reader_ahead).saturating_neg(),
            uncertainty: uncertainty + self.reader_uncertainty,
        });
        let place = (sent.max(self.left), sensor, u64::MAX, 0);
        self.held.insert(place, Held::Report(Box::new(report)));
    }
}

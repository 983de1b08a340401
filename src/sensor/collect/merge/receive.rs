//! Handles messages of sensors as they arrive.

use super::{Held, MAX_HELD, MAX_LATE, Merge, Place, of_flush};
use crate::event::{ClockOffset, EventKind, SensorEvent, SensorId};
use crate::schema::message;
use crate::schema::{decode_batch, decode_block_part, decode_sensor_state, decode_sensor_status};
use crate::sensor::collect::limits::Budget;
use crate::sensor::collect::source::{Arrival, Phase};
use crate::sensor::collect::translate;
use crate::sensor::kind::Kind;
use crate::util::time::Timestamp;
use std::time::Duration;

impl Merge {
    /// Handles a message.
    pub fn receive(&mut self, arrival: Arrival) {
        let Arrival { sensor, kind, stored, received, payload } = arrival;
        self.follow_clock(stored, received);
        let known = self.sources.known(&sensor);
        if !self.budget(known).has_room(stored) {
            return self.refuse_message(known);
        }
        self.budget(known).count(1);
        let taken = match kind {
            Kind::RawTx if self.skipped.contains(&kind) => Ok(known),
            Kind::RawTx => self.bodies.transaction(known, &payload).map(|id| {
                self.body_arrived(id);
                known
            }),
            Kind::Block => {
                let whole = decode_block_part(payload).and_then(|part| self.bodies.block_part(known, part));
                whole.map(|whole| {
                    if let Some(id) = whole {
                        self.body_arrived(id);
                    }
                    known
                })
            }
            Kind::State => decode_sensor_state(payload).map(|state| {
                let id = known.or_else(|| self.sources.id(sensor, stored))?;
                self.state(id, stored, state);
                Some(id)
            }),
            Kind::Status => decode_sensor_status(payload).map(|status| {
                let id = known.or_else(|| self.sources.id(sensor, stored))?;
                self.status(id, (stored, received), &status);
                Some(id)
            }),
            Kind::Traffic | Kind::Relay | Kind::Tx | Kind::Chain | Kind::Peers => {
                decode_batch(payload).map(|batch| {
                    let id = known.or_else(|| self.sources.id(sensor, stored))?;
                    self.batch(id, kind, stored, batch);
                    Some(id)
                })
            }
        };
        match taken {
            Ok(Some(id)) => {
                let source = &mut self.sources[id];
                source.heard = source.heard.max(stored);
            }
            // The sensor is unknown so far, or there is no room for it.
            Ok(None) => {}
            Err(error) => {
                tracing::debug!(kind = kind.name(), %error, "a message of a sensor is refused");
                self.refuse_message(known);
            }
        }
    }

    fn budget(&mut self, sensor: Option<SensorId>) -> &mut Budget {
        match sensor {
            Some(id) => &mut self.sources[id].budget,
            None => &mut self.strangers,
        }
    }

    fn refuse_message(&mut self, sensor: Option<SensorId>) {
        if let Some(id) = sensor {
            self.sources[id].counts.refused += 1;
        }
    }

    /// Holds an item back at its place.
    fn hold(&mut self, place: Place, held: Held) {
        self.held.insert(place, held);
        while self.held.len() > MAX_HELD {
            self.leave();
        }
    }

    fn batch(&mut self, sensor: SensorId, kind: Kind, stored: Timestamp, batch: message::Batch) {
        let source = &mut self.sources[sensor];
        source.budget.count(batch.events.len());
        if source.run != Some(batch.run) {
            // What an earlier run left over comes before the state of the next one. What comes without a state
            // cannot be used.
            if source.run.is_some() && source.phase != Phase::Waiting {
                source.losses.miss(batch.events.len() as u64);
                return;
            }
            source.begin_run(batch.run);
        }
        source.offset.note(Timestamp::from_micros(batch.sent_us), stored);
        if !source.losses.note(batch.first, batch.events.len() as u64) {
            return;
        }
        source.sent = source.sent.max(source.server_time(batch.sent_us, stored));
        let is_usable = match source.phase {
            Phase::Joined { flush } => batch.flush >= flush,
            Phase::Waiting => false,
        };
        // Skipped batches are decoded all the same, or they would count as lost.
        if self.skipped.contains(&kind) || !is_usable && !matches!(kind, Kind::Tx | Kind::Chain) {
            return;
        }
        let (sent, origin) = (batch.sent_us, source.origin(kind));
        for (place, event) in batch.places.into_iter().zip(batch.events) {
            let source = &mut self.sources[sensor];
            // An event cannot happen after it was published.
            let time = source.time(batch.flush, event.time_us.min(sent), stored);
            if time < self.left {
                source.counts.late += 1;
                if kind == Kind::Relay && self.left.since(time) > MAX_LATE {
                    continue;
                }
            }
            let time = time.max(self.left);
            self.hold((time, sensor, of_flush(batch.flush), place), Held::Event(origin, event));
        }
    }

    fn state(&mut self, sensor: SensorId, stored: Timestamp, state: message::SensorState) {
        let source = &mut self.sources[sensor];
        source.budget.count(state.events.len());
        let (run, flush, sent) = (state.run, state.flush, Timestamp::from_micros(state.sent_us));
        if source.run != Some(run) && state.part == 0 {
            let Some(is_back) = source.begin_run_with_state(run, sent, stored) else { return };
            if is_back && source.warnings.may(stored) {
                self.push(self.left, EventKind::Sensor(sensor, SensorEvent::NameShared));
            }
        }
        let source = &mut self.sources[sensor];
        source.offset.note(sent, stored);
        let was = source.phase;
        let Some(events) = source.state(state) else { return };
        let time = source.time(flush.saturating_sub(1), sent.as_micros(), stored).max(self.left);
        let origin = source.origin(Kind::State);
        let is_first = !std::mem::replace(&mut source.has_joined, true);
        let joins = match was {
            Phase::Waiting if is_first => Some(SensorEvent::Joined(source.name.to_string())),
            Phase::Waiting => Some(SensorEvent::Back),
            Phase::Joined { .. } => None,
        };
        self.hold((time, sensor, of_flush(flush) - 1, 0), Held::State(origin, events, joins));
    }

    fn status(
        &mut self,
        sensor: SensorId,
        (stored, received): (Timestamp, Timestamp),
        status: &message::SensorStatus,
    ) {
        let source = &mut self.sources[sensor];
        let sent = Timestamp::from_micros(status.sent_us);
        source.offset.note(sent, stored);
        source.offset.note_ack(Duration::from_micros(status.ack_us));
        // A run without a state so far reports as well: its events are lost.
        if source.phase == Phase::Waiting || source.is_past(status.run) {
            return;
        }
        let ahead = source.offset.server_ahead();
        let sent = source.server_time(status.sent_us, stored);
        let mut report = translate::report(status, ahead.saturating_add(self.reader_ahead));
        report.lost = source.losses.lost();
        report.missing_bodies = source.counts.missing_bodies;
        report.late = source.counts.late;
        report.refused = source.counts.refused;
        report.lag = received.since(sent);
        report.clock = source.offset.uncertainty(stored).map(|uncertainty| ClockOffset {
            ahead_us: ahead.saturating_add(self.reader_ahead).saturating_neg(),
            uncertainty: uncertainty + self.reader_uncertainty,
        });
        let place = (sent.max(self.left), sensor, u64::MAX, 0);
        self.hold(place, Held::Report(Box::new(report)));
    }
}

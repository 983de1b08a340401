//! What happens to sensors as messages.

use crate::event::{ClockOffset, EventKind, SensorEvent, SensorId, SensorReport};
use crate::schema::error::SchemaError;
use crate::schema::message::{self, sensor_event::Kind};
use crate::schema::values::{NOTHING, text, time};
use crate::schema::warning;
use std::time::Duration;

/// `None` for a warning that never leaves the machine.
pub(super) fn encode(SensorId(sensor): SensorId, event: &SensorEvent) -> Option<message::SensorEvent> {
    let kind = match event {
        SensorEvent::Joined(name) => Kind::Joined(name.clone()),
        SensorEvent::Report(report) => Kind::Report(encode_report(report)),
        SensorEvent::Back => Kind::Back(NOTHING),
        SensorEvent::NameShared => Kind::NameShared(NOTHING),
        SensorEvent::Stale => Kind::Stale(NOTHING),
        SensorEvent::Warned(problem) => Kind::Warned(warning::encode(problem)?),
    };
    Some(message::SensorEvent { sensor, kind: Some(kind) })
}

pub(super) fn decode(message: message::SensorEvent) -> Result<Option<EventKind>, SchemaError> {
    let message::SensorEvent { sensor, kind } = message;
    let Some(kind) = kind else { return Ok(None) };
    let event = match kind {
        Kind::Joined(name) => SensorEvent::Joined(text(&name)),
        Kind::Report(report) => SensorEvent::Report(Box::new(decode_report(&report))),
        Kind::Back(_) => SensorEvent::Back,
        Kind::NameShared(_) => SensorEvent::NameShared,
        Kind::Stale(_) => SensorEvent::Stale,
        Kind::Warned(problem) => match warning::decode(problem)? {
            Some(problem) => SensorEvent::Warned(Box::new(problem)),
            None => return Ok(None),
        },
    };
    Ok(Some(EventKind::Sensor(SensorId(sensor), event)))
}

fn encode_report(report: &SensorReport) -> message::SensorReport {
    let micros = |span: Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    message::SensorReport {
        program: report.program.clone(),
        started_us: report.started.as_micros(),
        live_peers: report.live_peers,
        events: report.events,
        waiting: report.waiting,
        dropped: report.dropped,
        lost: report.lost,
        missing_bodies: report.missing_bodies,
        ahead_us: report.clock.map(|clock| clock.ahead_us),
        uncertainty_us: report.clock.map_or(0, |clock| micros(clock.uncertainty)),
        lag_us: micros(report.lag),
        late: report.late,
        refused: report.refused,
    }
}

fn decode_report(message: &message::SensorReport) -> SensorReport {
    let uncertainty = Duration::from_micros(message.uncertainty_us);
    SensorReport {
        program: text(&message.program),
        started: time(message.started_us),
        live_peers: message.live_peers,
        events: message.events,
        waiting: message.waiting,
        dropped: message.dropped,
        lost: message.lost,
        missing_bodies: message.missing_bodies,
        late: message.late,
        refused: message.refused,
        clock: message.ahead_us.map(|ahead_us| ClockOffset { ahead_us, uncertainty }),
        lag: Duration::from_micros(message.lag_us),
    }
}

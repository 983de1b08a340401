//! Converts a sensor's times to the reader's.

use crate::event::{PeerEvent, SensorReport};
use crate::schema::message::SensorStatus;
use crate::util::text::clean;
use crate::util::time::Timestamp;
use std::sync::Arc;

/// The longest version of a program, in characters.
const MAX_PROGRAM: usize = 40;

/// Shifts the times in an event by this many µs. Clock offsets relative to the sensor become relative to the
/// reader.
pub fn shift(event: &mut PeerEvent, micros: i64) {
    match event {
        PeerEvent::Ready(info) => info.clock_offset = info.clock_offset.saturating_sub(micros / 1_000_000),
        PeerEvent::Disconnected { retry_at: Some(at), .. } => *at = at.shifted(micros),
        PeerEvent::Traffic(traffic) => {
            for message in &mut Arc::make_mut(traffic).recent {
                message.time = message.time.shifted(micros);
            }
        }
        _ => {}
    }
}

/// A sensor's report about itself. The fields that only the reader knows are left empty.
pub fn report(status: &SensorStatus, micros: i64) -> SensorReport {
    SensorReport {
        program: clean(status.program.as_bytes(), MAX_PROGRAM),
        started: Timestamp::from_micros(status.started_us).shifted(micros),
        live_peers: status.live_peers,
        events: status.events,
        waiting: status.waiting,
        dropped: status.dropped.iter().fold(0, |sum: u64, of| sum.saturating_add(of.messages)),
        ..SensorReport::default()
    }
}

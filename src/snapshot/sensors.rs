//! The Sensors screen: the sensors that events come from.

use crate::event::{SensorId, SensorReport};
use crate::model::Model;
use crate::snapshot::window::Window;
use crate::util::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// The rate of events is the mean over this many seconds.
const RATE_SECONDS: u64 = 10;

/// What the Sensors screen asks for.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct SensorsView {
    /// The index of the first sensor.
    pub offset: usize,
    /// The number of sensors.
    pub height: usize,
    /// The sensor that is selected.
    pub selected: Option<SensorId>,
}

/// The Sensors screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct SensorsScreen {
    /// The number of sensors that are stale.
    pub stale: usize,
    /// The visible sensors, in the order in which they were first heard.
    pub sensors: Window<SensorRow>,
}

/// A sensor.
#[derive(Clone, PartialEq, Debug)]
pub struct SensorRow {
    /// Its id.
    pub id: SensorId,
    /// Its name.
    pub name: Arc<str>,
    /// How long it has been stale; `None` while it is heard.
    pub stale_for: Option<Duration>,
    /// How many runs of its program were heard.
    pub runs: u32,
    /// Events of its peers applied per second.
    pub rate: f32,
    /// Its last report, with what the reader knows about it.
    pub report: Option<SensorReport>,
}

impl SensorsScreen {
    /// Takes the screen. The cost depends on the number of sensors.
    pub(crate) fn take(model: &Model, view: &SensorsView, now: Timestamp) -> Self {
        let all: Vec<_> = model.sensors().iter().collect();
        let stale = model.sensors().stale_count();
        let selected = view.selected.and_then(|id| all.iter().position(|(known, _)| *known == id));
        let sensors =
            Window::of_list(all, view.offset, view.height, selected).map(|(id, sensor)| SensorRow {
                id,
                name: Arc::clone(&sensor.name),
                stale_for: sensor.stale_since.map(|since| now.since(since)),
                runs: sensor.runs,
                rate: sensor.rate(now, RATE_SECONDS),
                report: sensor.report.clone(),
            });
        Self { stale, sensors }
    }
}

//! The sensors that the events come from, if they come from several.

use crate::event::{PeerId, SensorEvent, SensorId, SensorReport};
use crate::model::notice::{Notice, SensorNotice};
use crate::util::rates::PerSecond;
use crate::util::time::Timestamp;
use std::collections::BTreeMap;

/// The most sensors that are remembered.
const MAX_SENSORS: usize = 256;

/// All sensors, and what is known of each.
#[derive(Debug, Default)]
pub(crate) struct Sensors {
    sensors: BTreeMap<SensorId, Sensor>,
}

/// One sensor.
#[derive(Debug)]
pub(crate) struct Sensor {
    /// Its name.
    pub(crate) name: String,
    /// Since when it is stale; `None` while it is heard.
    pub(crate) stale_since: Option<Timestamp>,
    /// What was last known of it.
    pub(crate) report: Option<SensorReport>,
    /// The number of runs that were heard.
    pub(crate) runs: u32,
    /// Its events per second.
    rate: PerSecond,
}

impl Sensors {
    /// Takes what happened to a sensor.
    pub(in crate::model) fn apply(
        &mut self,
        now: Timestamp,
        id: SensorId,
        event: &SensorEvent,
    ) -> Option<Notice> {
        if let SensorEvent::Joined(name) = event {
            return self.join(now, id, name);
        }
        let sensor = self.sensors.get_mut(&id)?;
        let what = match event {
            SensorEvent::Joined(_) => return None,
            SensorEvent::Report(report) => {
                sensor.report = Some((**report).clone());
                let was_stale = sensor.stale_since.take().is_some();
                if !was_stale {
                    return None;
                }
                SensorNotice::Back
            }
            SensorEvent::Stale => {
                sensor.stale_since = Some(now);
                SensorNotice::Stale
            }
            SensorEvent::Warned(warning) => SensorNotice::Warned((**warning).clone()),
        };
        Some(Notice::Sensor { name: sensor.name.clone(), what })
    }

    fn join(&mut self, now: Timestamp, id: SensorId, name: &str) -> Option<Notice> {
        if let Some(sensor) = self.sensors.get_mut(&id) {
            sensor.runs = sensor.runs.saturating_add(1);
            sensor.stale_since = None;
            return Some(Notice::Sensor { name: sensor.name.clone(), what: SensorNotice::Restarted });
        }
        if self.sensors.len() >= MAX_SENSORS {
            return None;
        }
        let name = name.to_owned();
        let sensor = Sensor {
            name: name.clone(),
            stale_since: None,
            report: None,
            runs: 1,
            rate: PerSecond::new(now),
        };
        self.sensors.insert(id, sensor);
        Some(Notice::Sensor { name, what: SensorNotice::Joined })
    }

    /// Counts an event of a peer, if it is that of a sensor.
    pub(in crate::model) fn count(&mut self, now: Timestamp, peer: PeerId) {
        if let Some(sensor) = SensorId::of(peer).and_then(|id| self.sensors.get_mut(&id)) {
            sensor.rate.add(now, 1);
        }
    }

    /// All sensors in the order of their ids.
    fn iter(&self) -> impl Iterator<Item = (SensorId, &Sensor)> {
        self.sensors.iter().map(|(id, sensor)| (*id, sensor))
    }

    /// The name of a sensor.
    pub(crate) fn name(&self, id: SensorId) -> Option<&str> {
        self.sensors.get(&id).map(|sensor| sensor.name.as_str())
    }

    /// What leads to this state, for a keyframe.
    pub(in crate::model) fn keyframe(&self) -> Vec<(SensorId, SensorEvent)> {
        let mut events = Vec::new();
        for (id, sensor) in self.iter() {
            events.push((id, SensorEvent::Joined(sensor.name.clone())));
            if let Some(report) = &sensor.report {
                events.push((id, SensorEvent::Report(Box::new(report.clone()))));
            }
            if sensor.stale_since.is_some() {
                events.push((id, SensorEvent::Stale));
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
    const FRA: SensorId = SensorId(1);

    fn what(notice: Option<Notice>) -> Option<SensorNotice> {
        notice.map(|notice| match notice {
            Notice::Sensor { what, name } if name == "fra1" => what,
            other => panic!("{other:?}"),
        })
    }

    fn report() -> SensorEvent {
        SensorEvent::Report(Box::new(SensorReport {
            program: "0.1.0".to_owned(),
            started: NOW,
            live_peers: 8,
            events: 100,
            waiting: 0,
            dropped: 0,
            lost: 0,
            missing_bodies: 0,
            late: 0,
            clock: None,
            lag: std::time::Duration::from_millis(120),
        }))
    }

    #[test]
    fn what_happens_to_a_sensor_is_noticed_once() {
        let mut sensors = Sensors::default();
        assert_eq!(what(sensors.apply(NOW, FRA, &report())), None, "a sensor begins with its name");
        let joined = SensorEvent::Joined("fra1".to_owned());
        assert_eq!(what(sensors.apply(NOW, FRA, &joined)), Some(SensorNotice::Joined));
        assert_eq!(what(sensors.apply(NOW, FRA, &report())), None);
        assert_eq!(what(sensors.apply(NOW, FRA, &SensorEvent::Stale)), Some(SensorNotice::Stale));
        assert_eq!(what(sensors.apply(NOW, FRA, &report())), Some(SensorNotice::Back));
        assert_eq!(what(sensors.apply(NOW, FRA, &joined)), Some(SensorNotice::Restarted));
        assert_eq!(sensors.name(FRA), Some("fra1"));
    }

    #[test]
    fn strangers_do_not_fill_the_table() {
        let mut sensors = Sensors::default();
        for id in 1..1_000 {
            let _ = sensors.apply(NOW, SensorId(id), &SensorEvent::Joined(format!("s{id}")));
        }
        assert_eq!(sensors.iter().count(), MAX_SENSORS);
    }
}

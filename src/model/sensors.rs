//! The sensors that events come from.

use crate::event::{PeerEvent, PeerId, SensorEvent, SensorId, SensorReport};
use crate::model::notice::{Notice, SensorNotice};
use crate::model::peers::Peers;
use crate::util::rates::PerSecond;
use crate::util::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most sensors to remember.
const MAX_SENSORS: usize = SensorId::MAX as usize;

/// All sensors, with what is known about each.
#[derive(Debug, Default)]
pub(crate) struct Sensors {
    sensors: BTreeMap<SensorId, Sensor>,
}

/// One sensor.
#[derive(Debug)]
pub(crate) struct Sensor {
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Since when it is stale; `None` while it is heard.
    pub(crate) stale_since: Option<Timestamp>,
    /// Its last report.
    pub(crate) report: Option<SensorReport>,
    /// The number of runs that were heard.
    pub(crate) runs: u32,
    /// Its events per second.
    rate: PerSecond,
}

impl Sensor {
    /// The mean number of events per second over the last `seconds` whole seconds.
    pub(crate) fn rate(&self, now: Timestamp, seconds: u64) -> f32 {
        let counts: Vec<f32> = self.rate.series(now, seconds).into_iter().flatten().collect();
        let length: f32 = counts.iter().map(|_| 1.0).sum();
        counts.iter().sum::<f32>() / length.max(1.0)
    }
}

impl Sensors {
    /// Applies an event of a sensor.
    pub(in crate::model) fn apply(
        &mut self,
        now: Timestamp,
        id: SensorId,
        event: &SensorEvent,
        peers: &mut Peers,
    ) -> Option<Notice> {
        if let SensorEvent::Joined(name) = event {
            let notice = self.join(now, id, name);
            peers.set_several_sensors(self.sensors.len() > 1);
            return notice;
        }
        let sensor = self.sensors.get_mut(&id)?;
        let what = match event {
            SensorEvent::Joined(_) => return None,
            SensorEvent::Report(report) => {
                sensor.report = Some((**report).clone());
                return None;
            }
            SensorEvent::NameShared => SensorNotice::NameShared,
            SensorEvent::Back => {
                sensor.stale_since = None;
                SensorNotice::Back
            }
            SensorEvent::Stale => {
                sensor.stale_since = Some(now);
                SensorNotice::Stale
            }
            SensorEvent::Warned(warning) => SensorNotice::Warned((**warning).clone()),
        };
        Some(Notice::Sensor { name: sensor.name.to_string(), what })
    }

    fn join(&mut self, now: Timestamp, id: SensorId, name: &str) -> Option<Notice> {
        if let Some(sensor) = self.sensors.get_mut(&id) {
            sensor.runs = sensor.runs.saturating_add(1);
            sensor.stale_since = None;
            return Some(Notice::Sensor { name: sensor.name.to_string(), what: SensorNotice::Restarted });
        }
        if self.sensors.len() >= MAX_SENSORS {
            return None;
        }
        let name = name.to_owned();
        let sensor = Sensor {
            name: name.as_str().into(),
            stale_since: None,
            report: None,
            runs: 1,
            rate: PerSecond::new(now),
        };
        self.sensors.insert(id, sensor);
        Some(Notice::Sensor { name, what: SensorNotice::Joined })
    }

    /// Counts an event of a sensor's peer, and notes the sensor of a peer being dialled.
    pub(in crate::model) fn note(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        event: &PeerEvent,
        peers: &mut Peers,
    ) {
        if matches!(event, PeerEvent::Dialling { .. }) {
            peers.set_sensor(peer, self.of(peer));
        }
        if let Some(sensor) = SensorId::of(peer).and_then(|id| self.sensors.get_mut(&id)) {
            sensor.rate.add(now, 1);
        }
    }

    /// All sensors in the order of their ids.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (SensorId, &Sensor)> {
        self.sensors.iter().map(|(id, sensor)| (*id, sensor))
    }

    /// The number of sensors that are stale.
    pub(crate) fn stale_count(&self) -> usize {
        self.sensors.values().filter(|sensor| sensor.stale_since.is_some()).count()
    }

    /// A sensor.
    pub(crate) fn get(&self, id: SensorId) -> Option<&Sensor> {
        self.sensors.get(&id)
    }

    /// The name of the sensor that a peer belongs to.
    pub(crate) fn of(&self, peer: PeerId) -> Option<Arc<str>> {
        SensorId::of(peer).and_then(|id| self.get(id)).map(|sensor| Arc::clone(&sensor.name))
    }

    /// The events that lead to this state, for a keyframe.
    pub(in crate::model) fn keyframe(&self) -> Vec<(SensorId, SensorEvent)> {
        let mut events = Vec::new();
        for (id, sensor) in self.iter() {
            events.push((id, SensorEvent::Joined(sensor.name.to_string())));
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
        SensorEvent::Report(Box::new(SensorReport { live_peers: 8, events: 100, ..SensorReport::default() }))
    }

    #[test]
    fn what_happens_to_a_sensor_is_noticed_once() {
        let (mut sensors, mut peers) = (Sensors::default(), Peers::default());
        assert_eq!(
            what(sensors.apply(NOW, FRA, &report(), &mut peers)),
            None,
            "a sensor begins with its name"
        );
        let joined = SensorEvent::Joined("fra1".to_owned());
        assert_eq!(what(sensors.apply(NOW, FRA, &joined, &mut peers)), Some(SensorNotice::Joined));
        assert_eq!(what(sensors.apply(NOW, FRA, &report(), &mut peers)), None);
        assert_eq!(what(sensors.apply(NOW, FRA, &SensorEvent::Stale, &mut peers)), Some(SensorNotice::Stale));
        assert_eq!(what(sensors.apply(NOW, FRA, &SensorEvent::Back, &mut peers)), Some(SensorNotice::Back));
        assert_eq!(what(sensors.apply(NOW, FRA, &joined, &mut peers)), Some(SensorNotice::Restarted));
        assert_eq!(sensors.of(FRA.peer(PeerId(3)).unwrap()).as_deref(), Some("fra1"));
    }

    #[test]
    fn strangers_do_not_fill_the_table() {
        let (mut sensors, mut peers) = (Sensors::default(), Peers::default());
        for id in 1..1_000 {
            let joined = SensorEvent::Joined(format!("s{id}"));
            let _ = sensors.apply(NOW, SensorId(id), &joined, &mut peers);
        }
        assert_eq!(sensors.iter().count(), MAX_SENSORS);
    }
}

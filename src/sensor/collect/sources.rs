//! The known sensors, by number.

use super::source::Source;
use crate::event::SensorId;
use crate::sensor::kind::SensorName;
use crate::util::time::Timestamp;
use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};

/// The most sensors.
const MAX_SENSORS: usize = SensorId::MAX as usize;

/// All known sensors, in numerical order. A [`SensorId`] returned here is a valid index.
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
    ids: BTreeMap<SensorName, SensorId>,
    /// Whether the lack of room was already reported.
    said_full: bool,
}

impl Sources {
    /// The number of a sensor, which is added on first sight; `None` if there is no room.
    pub fn id(&mut self, name: SensorName, heard: Timestamp) -> Option<SensorId> {
        if let Some(id) = self.known(&name) {
            return Some(id);
        }
        if self.list.len() >= MAX_SENSORS {
            if !std::mem::replace(&mut self.said_full, true) {
                tracing::warn!("there are more than {MAX_SENSORS} sensors: {name} and others are left out");
            }
            return None;
        }
        let id = SensorId(u32::try_from(self.list.len() + 1).ok()?);
        self.list.push(Source::new(id, name.clone(), heard));
        self.ids.insert(name, id);
        Some(id)
    }

    /// The number of a known sensor.
    pub fn known(&self, name: &SensorName) -> Option<SensorId> {
        self.ids.get(name).copied()
    }

    /// All sensors.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// All sensors.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Source> {
        self.list.iter_mut()
    }
}

/// Which item gives way to a new one: the oldest of the owner with the most items. `owners` are the items'
/// owners, oldest first. So a flooding sensor displaces only its own items.
pub fn to_displace(owners: impl Iterator<Item = Option<SensorId>>) -> Option<usize> {
    let mut places = BTreeMap::<_, (usize, usize)>::new();
    for (place, owner) in owners.enumerate() {
        places.entry(owner).or_insert((0, place)).0 += 1;
    }
    places
        .into_values()
        .max_by_key(|(count, first)| (*count, std::cmp::Reverse(*first)))
        .map(|(_, first)| first)
}

/// The index of a sensor in the list, as numbers start at 1.
const fn place(SensorId(id): SensorId) -> usize {
    id as usize - 1
}

impl Index<SensorId> for Sources {
    type Output = Source;

    fn index(&self, id: SensorId) -> &Source {
        &self.list[place(id)]
    }
}

impl IndexMut<SensorId> for Sources {
    fn index_mut(&mut self, id: SensorId) -> &mut Source {
        &mut self.list[place(id)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_and_there_are_no_more_than_ids_can_name() {
        let name = |number: usize| SensorName::parse(&format!("s{number}")).unwrap();
        let mut sources = Sources::default();
        for number in 1..=MAX_SENSORS {
            let id = sources.id(name(number), Timestamp::default()).unwrap();
            assert_eq!((id.0 as usize, &sources[id].name), (number, &name(number)));
        }
        assert_eq!(sources.id(name(0), Timestamp::default()), None);
        assert_eq!(sources.id(name(7), Timestamp::default()), Some(SensorId(7)));
        assert_eq!(sources.iter().count(), MAX_SENSORS);
    }

    #[test]
    fn a_flood_displaces_what_is_its_own() {
        let [fra, nyc] = [1, 2].map(|number| Some(SensorId(number)));
        let displaced = |owners: &[_]| to_displace(owners.iter().copied());
        assert_eq!(displaced(&[]), None);
        assert_eq!(displaced(&[fra, nyc]), Some(0));
        assert_eq!(displaced(&[fra, nyc, nyc]), Some(1));
        assert_eq!(displaced(&[fra, nyc, None, nyc, fra, fra]), Some(0));
    }
}

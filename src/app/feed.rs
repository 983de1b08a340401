//! What the monitor gives to the API: answers to questions, and records for readers of events.

use crate::api::Desk;
use crate::event::Event;
use crate::model::{Model, Outcome};
use crate::stream::{self, Record, Stream};
use crate::util::time::Timestamp;

/// The monitor's end of the API; without `--serve` it is empty.
#[derive(Debug, Default)]
pub struct Feed {
    desk: Option<Desk>,
    /// Writes records while there are readers of events.
    stream: Option<Stream>,
}

impl Feed {
    /// Feeds the API that asks at `desk`.
    pub fn of(desk: Desk) -> Self {
        Self { desk: Some(desk), stream: None }
    }

    /// Records an event with the `outcome` that `model` just returned for it.
    pub fn note(&mut self, event: &Event, outcome: &Outcome, model: &Model) {
        let Some(desk) = &mut self.desk else { return };
        desk.note(event, outcome, model);
        if desk.has_readers() {
            let stream = self.stream.get_or_insert_default();
            desk.write(&public(&stream.records(event, model, outcome)));
        } else {
            self.stream = None;
        }
    }

    /// Writes records that are due without an event. Meant to be called once a second.
    pub fn tick(&mut self, model: &Model, now: Timestamp) {
        if let (Some(desk), Some(stream)) = (&mut self.desk, &mut self.stream) {
            desk.write(&public(&stream.due(now, model)));
        }
    }

    /// Waits until the API has a question. Cancel-safe; never returns without an API.
    pub async fn wait(&mut self) {
        match &mut self.desk {
            Some(desk) => desk.wait().await,
            None => std::future::pending().await,
        }
    }

    /// Does one piece of the API's work, a few ms at most.
    pub fn work(&mut self, model: &Model, now: Timestamp) {
        if let Some(desk) = &mut self.desk {
            desk.work(model, now, || json(&stream::start(model.settings().network, now)));
        }
    }
}

/// The records that may be served, as JSON. Records about the user's watch list, rules and files are left
/// out.
fn public(records: &[Record]) -> Vec<String> {
    records.iter().filter(|record| !record.is_private()).map(json).collect()
}

/// A record as JSON, without a line feed. Serialising a record cannot fail.
fn json(record: &Record) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Command, EventKind, Warning, WatchTarget};
    use crate::model::testing::{Scene, coin, spend};
    use serde_json::Value;

    #[test]
    fn what_is_watched_is_not_among_the_events() {
        let tx = spend(&[coin(1)], &[50_000]);
        let mut scene = Scene::new();
        scene.connect(1);
        let target = WatchTarget::parse(&tx.txid().to_string(), crate::chain::Network::Regtest).unwrap();
        scene.model.command(&Command::Watch(vec![target]), scene.now);
        let mut written: Vec<(bool, String)> = Vec::new();
        let mut stream = Stream::default();
        let parent = crate::event::PeerEvent::Parent { tx };
        let program = Warning::AlertProgramSkipped { waiting: 4 };
        for kind in [
            EventKind::Peer(crate::event::PeerId(1), parent),
            EventKind::Warning(program),
            EventKind::Warning(Warning::ClockRight),
        ] {
            let event = Event { time: scene.now, kind };
            let outcome = scene.model.apply(&event);
            let records = stream.records(&event, &scene.model, &outcome);
            written.extend(records.iter().map(|record| (record.is_private(), json(record))));
            let served = public(&records);
            assert!(
                served.iter().all(|record| !record.contains("watch") && !record.contains("alert")),
                "{served:?}"
            );
        }
        let event = |(is_private, json): &(bool, String)| {
            let record: Value = serde_json::from_str(json).unwrap();
            (*is_private, record["event"].as_str().unwrap().to_owned())
        };
        let expected = [(false, "transaction"), (true, "watch"), (true, "warning"), (false, "warning")];
        let expected = expected.map(|(is_private, name)| (is_private, name.to_owned()));
        assert_eq!(written.iter().map(event).collect::<Vec<_>>(), expected);
    }
}

//! When rules fire, and their syntax.

mod commands;
mod figures;
mod matches;
mod syntax;

use super::*;
use crate::event::{
    AlertCommand, AlertId, BootstrapProgress, Command, DisconnectReason, Event, EventKind, PeerEvent, PeerId,
    Tip, WatchTarget,
};
use crate::model::testing::{Scene, block, coin, loose, output, spend};
use crate::model::{AlertItem, Change};
use crate::query::QueryError;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Transaction};
use proptest::prelude::*;
use std::sync::Arc;

/// A scene with rules.
struct Desk {
    scene: Scene,
    alerts: Alerts,
}

impl Desk {
    fn new(rules: &[&str]) -> Self {
        let scene = Scene::new();
        let mut alerts = Alerts::default();
        for rule in rules {
            assert!(alerts.add(Rule::parse(rule).unwrap(), Origin::Settings, scene.now));
        }
        Self { scene, alerts }
    }

    /// Applies an event, and returns the alerts.
    fn happens(&mut self, kind: EventKind) -> Vec<AlertItem> {
        let event = Event { time: self.scene.now, kind };
        let outcome = self.scene.model.apply(&event);
        items(&self.alerts.after(Some(&event.kind), &outcome, &self.scene.model, self.scene.now))
    }

    fn arrives(&mut self, tx: &Arc<Transaction>) -> Vec<AlertItem> {
        let answered_after = Duration::from_millis(5);
        let tx = Arc::clone(tx);
        self.happens(EventKind::Peer(PeerId(1), PeerEvent::Transaction { tx, answered_after }))
    }

    fn watch(&mut self, target: &str) -> Vec<AlertItem> {
        let target = WatchTarget::parse(target, self.scene.model.settings().network).unwrap();
        let outcome = self.scene.model.command(&Command::Watch(vec![target]), self.scene.now);
        items(&self.alerts.after(None, &outcome, &self.scene.model, self.scene.now))
    }

    /// Lets some seconds pass, checking after each.
    fn look(&mut self, seconds: u64) -> Vec<AlertItem> {
        let mut found = Vec::new();
        for _ in 0..seconds {
            self.scene.pass(1);
            found.extend(items(&self.alerts.look(&self.scene.model, self.scene.now)));
        }
        found
    }

    fn rows(&self) -> Vec<(RuleState, u64)> {
        self.alerts.rows(self.scene.now).iter().map(|row| (row.state, row.fired)).collect()
    }
}

fn items(firings: &[Firing]) -> Vec<AlertItem> {
    firings.iter().map(|firing| firing.alert.item.clone()).collect()
}

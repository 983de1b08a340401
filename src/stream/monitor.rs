//! Records about the monitor itself.

use super::words::{RestorationState, WarningSubject};
use crate::chain::Network;
use crate::event::{BootstrapProgress, SeedFailure, Warning};
use crate::model::{Milestone, Unreachable};
use crate::util::time::Rfc3339;
use serde::Serialize;

/// The version of the schema in `docs/stream.md`.
pub(super) const SCHEMA: u32 = 2;

/// The first record.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct StartRecord {
    pub(super) schema: u32,
    pub(super) version: &'static str,
    pub(super) network: String,
}

impl StartRecord {
    pub(super) fn new(network: Network) -> Self {
        Self { schema: SCHEMA, version: env!("CARGO_PKG_VERSION"), network: network.to_string() }
    }
}

/// A problem outside of any connection.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct WarningRecord {
    pub(super) subject: WarningSubject,
    pub(super) message: String,
}

impl WarningRecord {
    pub(super) fn new(warning: &Warning) -> Self {
        let message = match warning {
            Warning::NotUseful { peer, why } => format!("{peer} stays connected although not useful: {why}"),
            Warning::AlertProgramSkipped { waiting } => {
                format!("more than {waiting} runs of the watch command are waiting: some events are skipped")
            }
            Warning::Store(_)
            | Warning::ClockWrong { .. }
            | Warning::ClockRight
            | Warning::RecordingGap { .. }
            | Warning::RecordingFailed { .. }
            | Warning::SensorServerAway(_)
            | Warning::SensorServerBack(_)
            | Warning::SensorsSkipped { .. }
            | Warning::Behind
            | Warning::CaughtUp
            | Warning::AlertProgram { .. } => warning.to_string(),
        };
        Self { subject: warning.into(), message }
    }

    /// Whether it names the user's files or programs.
    pub(super) fn is_private(&self) -> bool {
        matches!(self.subject, WarningSubject::Store | WarningSubject::AlertProgram)
    }

    /// No peer can be reached.
    pub(super) fn unreachable(what: &Unreachable) -> Self {
        let network = what.network;
        let mut causes = Vec::new();
        if !what.chosen_peers {
            if network.dns_seeds().is_empty() {
                causes.push(format!("{network} has no DNS seeds: name a node with --peer HOST:PORT"));
            }
            causes.extend(what.seeds.iter().map(|(name, failure)| format!("DNS seed {name}: {failure}")));
        }
        causes.extend(what.peers.iter().map(|(address, reason)| format!("{address}: {reason}")));
        if what.more_peers > 0 {
            causes.push(format!("and {} more", what.more_peers));
        }
        let causes = if causes.is_empty() { "none is known".to_owned() } else { causes.join("; ") };
        Self { subject: WarningSubject::Unreachable, message: format!("no peer can be reached: {causes}") }
    }

    /// A peer is connected again after none could be reached.
    pub(super) fn reached() -> Self {
        Self { subject: WarningSubject::Unreachable, message: "a peer is reached again".to_owned() }
    }

    /// A DNS seed yielded no address.
    pub(super) fn dns_seed(name: &str, failure: &SeedFailure) -> Self {
        Self { subject: WarningSubject::DnsSeed, message: format!("DNS seed {name}: {failure}") }
    }
}

/// Progress of the download of a whole mempool.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub(super) struct BootstrapRecord {
    pub(super) listed: usize,
    pub(super) fetched: usize,
    pub(super) done: bool,
}

impl BootstrapRecord {
    pub(super) fn new(progress: BootstrapProgress) -> Self {
        let BootstrapProgress { listed, fetched, done } = progress;
        Self { listed, fetched, done }
    }
}

/// Something happened to the mempool of an earlier run.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct RestorationRecord {
    pub(super) state: RestorationState,
    pub(super) tx_count: usize,
    pub(super) saved: Option<Rfc3339>,
}

impl RestorationRecord {
    pub(super) fn new(milestone: &Milestone) -> Self {
        let (state, tx_count, saved) = match *milestone {
            Milestone::Restored { transactions, saved } => {
                (RestorationState::Entered, transactions, Some(saved.rfc3339()))
            }
            Milestone::Discarded { transactions, saved, .. } => {
                (RestorationState::Discarded, transactions, Some(saved.rfc3339()))
            }
            Milestone::Reconciled { removed } => (RestorationState::Reconciled, removed, None),
        };
        Self { state, tx_count, saved }
    }
}

/// Progress of the download of past blocks.
#[expect(clippy::struct_field_names, reason = "in the stream, all counts are named so")]
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub(super) struct BackfillRecord {
    pub(super) fetched_count: u32,
    pub(super) requested_count: u32,
    pub(super) given_up_count: u32,
}

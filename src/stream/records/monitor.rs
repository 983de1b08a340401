//! Records about the monitor itself.

use super::words::{RestorationState, WarningSubject};
use crate::chain::Network;
use crate::event::{BootstrapProgress, SeedFailure, Warning};
use crate::model::{Milestone, Unreachable};
use crate::util::time::Rfc3339;
use serde::Serialize;

/// The version of the schema in `docs/stream.md`.
pub(in crate::stream) const SCHEMA: u32 = 2;

/// The first record.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct StartRecord {
    pub(in crate::stream) schema: u32,
    pub(in crate::stream) version: &'static str,
    pub(in crate::stream) network: String,
}

impl StartRecord {
    pub(in crate::stream) fn new(network: Network) -> Self {
        Self { schema: SCHEMA, version: env!("CARGO_PKG_VERSION"), network: network.to_string() }
    }
}

/// A problem outside any connection.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct WarningRecord {
    pub(in crate::stream) subject: WarningSubject,
    pub(in crate::stream) message: String,
}

impl WarningRecord {
    pub(in crate::stream) fn new(warning: &Warning) -> Self {
        let message = match warning {
            Warning::NotUseful { peer, why } => format!("{peer} stays connected although not useful: {why}"),
            Warning::AlertProgramSkipped { waiting } => {
                format!("more than {waiting} runs of alert programs are waiting: some alerts are skipped")
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
    pub(in crate::stream) fn is_private(&self) -> bool {
        matches!(self.subject, WarningSubject::Store | WarningSubject::AlertProgram)
    }

    /// No peer can be reached.
    pub(in crate::stream) fn unreachable(what: &Unreachable) -> Self {
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
    pub(in crate::stream) fn reached() -> Self {
        Self { subject: WarningSubject::Unreachable, message: "a peer is reached again".to_owned() }
    }

    /// A DNS seed yielded no address.
    pub(in crate::stream) fn dns_seed(name: &str, failure: &SeedFailure) -> Self {
        Self { subject: WarningSubject::DnsSeed, message: format!("DNS seed {name}: {failure}") }
    }
}

/// Progress of the download of a whole mempool.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct BootstrapRecord {
    pub(in crate::stream) listed: usize,
    pub(in crate::stream) fetched: usize,
    pub(in crate::stream) done: bool,
}

impl BootstrapRecord {
    pub(in crate::stream) fn new(progress: BootstrapProgress) -> Self {
        let BootstrapProgress { listed, fetched, done } = progress;
        Self { listed, fetched, done }
    }
}

/// Something happened to the mempool of an earlier run.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct RestorationRecord {
    pub(in crate::stream) state: RestorationState,
    pub(in crate::stream) tx_count: usize,
    pub(in crate::stream) saved: Option<Rfc3339>,
}

impl RestorationRecord {
    pub(in crate::stream) fn new(milestone: &Milestone) -> Self {
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
pub(in crate::stream) struct BackfillRecord {
    pub(in crate::stream) fetched_count: u32,
    pub(in crate::stream) requested_count: u32,
    pub(in crate::stream) given_up_count: u32,
}

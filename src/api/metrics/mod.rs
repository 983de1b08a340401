//! The figures for Prometheus, as OpenMetrics or in Prometheus's own text format.

mod family;
mod mempool;
mod network;
mod process;
mod sensors;
#[cfg(test)]
mod tests;

use crate::api::answers::figures::Figures;
use crate::api::answers::peers::PeerList;
use crate::api::http::usage::Usage;
use family::Families;
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::registry::Registry;

/// How metrics are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus's text format 0.0.4.
    Prometheus,
}

impl Format {
    /// The format for a client that accepts these media types.
    pub(super) fn accepted(types: &str) -> Self {
        if types.contains("application/openmetrics-text") { Self::OpenMetrics } else { Self::Prometheus }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// Writes all metrics; those of each peer only if `per_peer` is set.
pub(super) fn render(
    figures: &Figures,
    peers: &PeerList,
    usage: &Usage,
    per_peer: bool,
    format: Format,
) -> String {
    let mut families = mempool::families(figures);
    families.extend(network::families(figures, peers));
    families.extend(process::families(figures, usage));
    families.extend(sensors::families(&figures.sensors));
    if per_peer {
        families.extend(network::per_peer(peers));
    }
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Families(families)));
    let mut text = String::new();
    // Writing to a string fails only if a metric does, and these are plain values.
    let _ = match format {
        Format::OpenMetrics => text::encode(&mut text, &registry),
        Format::Prometheus => prometheus_text::encode(&mut text, &registry),
    };
    text
}

//! Metrics of the program itself, and of the API.

use super::family::{Family, Labels, number};
use crate::api::answers::figures::Figures;
use crate::api::http::usage::Usage;
use crate::util::platform;

/// The metrics of the program.
pub(super) fn families(figures: &Figures, usage: &Usage) -> Vec<Family> {
    let snapshot = &figures.snapshot;
    let build =
        vec![("version", env!("CARGO_PKG_VERSION").into()), ("network", snapshot.network.to_string().into())];
    let started = snapshot.wall_offset.wall(figures.tally.started);
    let (readers, dropped) = figures.readers;
    let requests = Family::counter("mempulse_api_requests", "Requests to the API, by path and status");
    let requests = usage.requests().into_iter().fold(requests, |family, (path, status, count)| {
        let labels: Labels = vec![("path", path.into()), ("status", status.as_str().to_owned().into())];
        family.count(labels, count)
    });
    let mut families = vec![
        Family::gauge("mempulse_build_info", "The version, and the network that is monitored").at(build, 1.0),
        Family::gauge("mempulse_start_timestamp_seconds", "When the API was opened")
            .value(number(started.as_secs())),
        requests,
        Family::gauge("mempulse_api_connections", "Open connections to the API")
            .value(number(usage.connections())),
        Family::counter("mempulse_api_refused_connections", "Connections refused because too many were open")
            .total(usage.refused()),
        Family::gauge("mempulse_api_event_readers", "Readers of the stream of events")
            .value(number(readers as u64)),
        Family::counter("mempulse_api_dropped_event_readers", "Readers of events that did not keep up")
            .total(dropped),
    ];
    families.extend(of_system());
    families
}

/// What the system says about the process, where available.
fn of_system() -> Vec<Family> {
    let Some(figures) = platform::process_figures() else { return Vec::new() };
    vec![
        Family::counter("mempulse_process_cpu_seconds", "CPU time of the process")
            .seconds(figures.cpu_seconds),
        Family::gauge("mempulse_process_resident_memory_bytes", "Memory of the process")
            .value(figures.memory.map(number)),
        Family::gauge("mempulse_process_threads", "Threads of the process")
            .value(figures.threads.map(number)),
        Family::gauge("mempulse_process_open_files", "Open files of the process, connections included")
            .value(figures.open_files.map(number)),
    ]
}

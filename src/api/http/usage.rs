//! Counts the use of the API, for its own metrics.

use hyper::StatusCode;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts since startup.
#[derive(Debug, Default)]
pub(in crate::api) struct Usage {
    /// Requests by path and status: few, as all unknown paths count as one.
    requests: Mutex<BTreeMap<(&'static str, StatusCode), u64>>,
    connections: AtomicU64,
    refused: AtomicU64,
}

impl Usage {
    /// Counts a request, with a path from a closed list.
    pub(super) fn request(&self, path: &'static str, status: StatusCode) {
        // Valid even after a panic while locked.
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner).entry((path, status)).or_default() += 1;
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts a refused connection.
    pub(super) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests by path and status.
    pub(in crate::api) fn requests(&self) -> Vec<(&'static str, StatusCode, u64)> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().map(|(&(path, status), &count)| (path, status, count)).collect()
    }

    /// The number of open connections.
    pub(in crate::api) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// The number of refused connections.
    pub(in crate::api) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

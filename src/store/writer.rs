//! Writes in the background, one job after the other, and reports the first of consecutive failures.

use crate::event::{Store, StoreFailure, StoreProblem};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long the last writes may take on shutdown.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How many problems may wait to be reported: one from loading, one from saving.
const MAX_PROBLEMS: usize = 2;

/// A store's thread for writing.
#[derive(Debug)]
pub(super) struct Writer<J> {
    store: Store,
    path: PathBuf,
    jobs: mpsc::Sender<J>,
    problems: mpsc::Receiver<StoreProblem>,
    is_failing: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl<J: Send + 'static> Writer<J> {
    /// Starts a thread that carries out jobs with `write`, with a queue of `capacity` jobs. `loading` is a
    /// failure to load the store, reported first.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start<E: Into<StoreFailure>>(
        store: Store,
        path: PathBuf,
        capacity: usize,
        loading: Option<StoreFailure>,
        mut write: impl FnMut(J) -> Result<(), E> + Send + 'static,
    ) -> Self {
        let (jobs, mut waiting) = mpsc::channel(capacity);
        let (reporter, problems) = mpsc::channel(MAX_PROBLEMS);
        let is_failing = Arc::new(AtomicBool::new(false));
        let problem = {
            let path = path.clone();
            move |failure| StoreProblem { store, path: path.clone(), failure }
        };
        if let Some(failure) = loading {
            // The channel is empty.
            let _ = reporter.try_send(problem(failure));
        }
        let failing = Arc::clone(&is_failing);
        let task = tokio::task::spawn_blocking(move || {
            while let Some(job) = waiting.blocking_recv() {
                let outcome = write(job);
                let was_failing = failing.swap(outcome.is_err(), Ordering::Relaxed);
                if let Err(error) = outcome
                    && !was_failing
                {
                    // A full channel means that problems are not being read, and those in it are enough.
                    let _ = reporter.try_send(problem(error.into()));
                }
            }
        });
        Self { store, path, jobs, problems, is_failing, task }
    }

    /// Queues the job returned by `make`. If too many are waiting, returns false without calling `make`.
    /// Never blocks.
    pub fn write(&self, make: impl FnOnce() -> J) -> bool {
        self.jobs.try_reserve().map(|place| place.send(make())).is_ok()
    }

    /// Waits until no job is waiting. Blocks.
    #[cfg(test)]
    pub fn wait_for_room(&self) {
        while self.jobs.capacity() < self.jobs.max_capacity() {
            std::thread::yield_now();
        }
    }

    /// Whether the last write failed.
    pub fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// Waits for the next problem; pending while there is none. Cancel-safe.
    pub async fn problem(&mut self) -> StoreProblem {
        match self.problems.recv().await {
            Some(problem) => problem,
            None => std::future::pending().await,
        }
    }

    /// Carries out the waiting jobs and `last`, for at most 2 s. Returns an unreported problem.
    pub async fn close(self, last: Option<J>) -> Option<StoreProblem> {
        let Self { store, path, jobs, mut problems, task, .. } = self;
        let closed = timeout(CLOSE_TIMEOUT, async {
            if let Some(last) = last {
                // The thread ends only after this sender is dropped.
                let _ = jobs.send(last).await;
            }
            drop(jobs);
            task.await
        });
        match closed.await {
            Ok(Ok(())) => problems.try_recv().ok(),
            Ok(Err(_)) | Err(_) => Some(StoreProblem { store, path, failure: StoreFailure::TooSlow }),
        }
    }
}

/// Like [`Writer::problem`], for a store that may have no writer.
pub(super) async fn problem_of<J: Send + 'static>(writer: &mut Option<Writer<J>>) -> StoreProblem {
    match writer {
        Some(writer) => writer.problem().await,
        None => std::future::pending().await,
    }
}

/// Like [`Writer::close`], for a store that may have no writer.
pub(super) async fn close<J: Send + 'static>(
    writer: Option<Writer<J>>,
    last: Option<J>,
) -> Option<StoreProblem> {
    writer?.close(last).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::io;

    fn writer(write: impl Fn(bool) -> io::Result<()> + Send + 'static) -> Writer<bool> {
        Writer::start(Store::History, PathBuf::from("file"), 4, None, write)
    }

    fn succeed_if(job: bool) -> io::Result<()> {
        if job { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    #[tokio::test]
    async fn a_failure_is_reported_once_until_a_write_succeeds() {
        let mut writer = writer(succeed_if);
        for job in [true, false, false, true, false] {
            while !writer.write(|| job) {
                tokio::task::yield_now().await;
            }
        }
        let first = writer.problem().await;
        assert!(
            matches!(first.failure, StoreFailure::Write(error) if error.kind == io::ErrorKind::StorageFull)
        );
        assert_eq!(writer.problem().await, first, "it had succeeded in between");
        assert!(writer.is_failing());
        assert_eq!(writer.problem().now_or_never(), None);
        assert_eq!(writer.close(None).await, None);
    }

    #[tokio::test]
    async fn a_job_that_finds_no_room_is_not_made() {
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let writer = writer(move |_| wait.recv().map_err(io::Error::other));
        while writer.write(|| true) {}
        let mut is_made = false;
        assert!(!writer.write(|| std::mem::replace(&mut is_made, true)));
        assert!(!is_made);
        drop(done);
    }

    #[tokio::test]
    async fn the_last_job_is_done_before_the_end_and_its_failure_returned() {
        assert_eq!(writer(succeed_if).close(Some(true)).await, None);
        let problem = writer(succeed_if).close(Some(false)).await.unwrap();
        assert!(matches!(problem.failure, StoreFailure::Write(_)), "{problem:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_does_not_answer_blocks_nothing() {
        let (_answer, wait) = std::sync::mpsc::channel::<()>();
        let writer = writer(move |_| wait.recv().map_err(io::Error::other));
        let (closed, ()) = tokio::join!(writer.close(Some(true)), tokio::time::advance(CLOSE_TIMEOUT * 2));
        assert_eq!(closed.unwrap().failure, StoreFailure::TooSlow);
    }
}

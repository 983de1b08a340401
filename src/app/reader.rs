//! Notices that the reader of standard output is gone before the next write fails.

use crate::util::platform;
use tokio_util::sync::CancellationToken;

/// Cancels `shutdown` when the reader of standard output goes away. A dedicated thread waits for that; it
/// ends with the program.
pub fn end_without(shutdown: CancellationToken) {
    std::thread::spawn(move || {
        if platform::output_is_gone() {
            shutdown.cancel();
        }
    });
}

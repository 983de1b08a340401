//! Notices that nobody reads standard output any more, before the next write fails.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::os::fd::AsFd;
use tokio_util::sync::CancellationToken;

/// Cancels `shutdown` when the reader of standard output goes away. A thread of its own waits for that; it ends
/// with the program.
pub fn end_without(shutdown: CancellationToken) {
    std::thread::spawn(move || {
        if is_gone(&std::io::stdout()) {
            shutdown.cancel();
        }
    });
}

/// Waits until the reading end of `pipe` is closed; returns false if the system cannot wait for that. Of a file
/// it never is.
fn is_gone(pipe: &impl AsFd) -> bool {
    loop {
        // An error of the pipe is always reported, whatever is asked for.
        let mut pipes = [PollFd::new(pipe, PollFlags::empty())];
        match poll(&mut pipes, None) {
            Ok(_) => return pipes[0].revents().intersects(PollFlags::ERR | PollFlags::HUP),
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_reader_is_noticed_without_a_write() {
        let (reader, writer) = std::io::pipe().unwrap();
        let waiting = std::thread::spawn(move || is_gone(&writer));
        drop(reader);
        assert!(waiting.join().unwrap());
    }
}

//! The signals that concern the terminal: the end, the stop and the way back from it.

use rustix::process::{self, Signal as Os};
use std::io;
use tokio::signal::unix::{self, SignalKind};

/// What a signal asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// End (SIGINT, SIGTERM, SIGHUP).
    End,
    /// Stop until SIGCONT (SIGTSTP).
    Stop,
    /// The stop is over (SIGCONT).
    Continue,
}

/// The signals of this process.
pub struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hangup: unix::Signal,
    stop: unix::Signal,
    resume: unix::Signal,
}

impl Signals {
    /// Starts to listen; from now on these signals no longer do what they do by default.
    pub fn listen() -> io::Result<Self> {
        let listen = |signal: Os| unix::signal(SignalKind::from_raw(signal.as_raw()));
        Ok(Self {
            interrupt: listen(Os::INT)?,
            terminate: listen(Os::TERM)?,
            hangup: listen(Os::HUP)?,
            stop: listen(Os::TSTP)?,
            resume: listen(Os::CONT)?,
        })
    }

    /// The next signal. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::End,
            _ = self.terminate.recv() => Signal::End,
            _ = self.hangup.recv() => Signal::End,
            _ = self.stop.recv() => Signal::Stop,
            _ = self.resume.recv() => Signal::Continue,
        }
    }
}

/// Does what the terminal's driver does on Ctrl-Z outside of raw mode: asks every process of the
/// group to stop, this one included.
///
/// Without a shell that could wake it, a process does not stop.
pub fn ask_to_stop() -> io::Result<()> {
    let alone = process::getsid(None)? == process::getpid();
    if alone { Ok(()) } else { Ok(process::kill_current_process_group(Os::TSTP)?) }
}

/// Stops this process, which has caught the polite signal to do so.
pub fn stop() -> io::Result<()> {
    Ok(process::kill_process(process::getpid(), Os::STOP)?)
}

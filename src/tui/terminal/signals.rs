//! The signals that concern the terminal: end, stop and continue.

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
    /// Starts to listen. From now on the signals' default actions are off.
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

/// Asks every process of the group to stop, this one included, as the terminal driver does on Ctrl-Z
/// outside raw mode.
///
/// The leader of a session has no shell that could continue it, and so does not stop.
pub fn ask_to_stop() -> io::Result<()> {
    let alone = process::getsid(None)? == process::getpid();
    if alone { Ok(()) } else { Ok(process::kill_current_process_group(Os::TSTP)?) }
}

/// Stops this process, which has caught SIGTSTP.
pub fn stop() -> io::Result<()> {
    Ok(process::kill_process(process::getpid(), Os::STOP)?)
}

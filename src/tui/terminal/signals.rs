//! The signals that concern the terminal: end, stop and continue.

use rustix::process::{self, Signal as Os};
use rustix::termios::{Action, QueueSelector, tcflow, tcflush};
use std::io;
use std::time::Duration;
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

/// How long the program may take to end before what the terminal has not taken is discarded.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for a signal that asks for the end, then discards every second what is on its way to the terminal: a terminal
/// that takes nothing would keep the program from its end. To be aborted at the end.
pub async fn discard_output_at_end(mut signals: Signals) {
    while signals.next().await != Signal::End {}
    loop {
        tokio::time::sleep(PATIENCE).await;
        // Linux wakes a writer for room in the queue of a pseudo-terminal only when its output starts again.
        let discarded = tcflush(io::stdout(), QueueSelector::OFlush)
            .and_then(|()| tcflow(io::stdout(), Action::OOff))
            .and_then(|()| tcflow(io::stdout(), Action::OOn));
        if let Err(error) = discarded {
            tracing::debug!(%error, "what is on its way to the terminal cannot be discarded");
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

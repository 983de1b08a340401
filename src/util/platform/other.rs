//! Systems other than Unix, that is Windows. What cannot work there is noted here and in the README.

use std::fs::{DirBuilder, Metadata, OpenOptions};
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// What the system says about this process.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ProcessFigures {
    /// CPU time since the start, in s.
    pub cpu_seconds: Option<f64>,
    /// The number of threads.
    pub threads: Option<u64>,
    /// The memory in use, in bytes.
    pub memory: Option<u64>,
    /// The number of open files, connections included.
    pub open_files: Option<u64>,
}

/// The meaning of a signal. Programs are not stopped and continued here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(dead_code, reason = "the screen handles all signals that any system has")]
pub enum Signal {
    /// End (Ctrl-C, Ctrl-Break, or the window is closed).
    End,
    /// Stop until it continues.
    Stop,
    /// Continue after a stop.
    Continue,
}

/// The signals of this process.
pub struct Signals;

impl Signals {
    /// Starts listening.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// The next signal. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        end_is_asked().await;
        Signal::End
    }
}

/// Waits until the user or the system asks the program to end.
pub async fn end_is_asked() {
    // If no handler can be set, the other signals still end the program.
    tokio::signal::ctrl_c().await.ok();
}

/// A program cannot be stopped: Ctrl-Z does nothing.
pub fn ask_to_stop() -> io::Result<()> {
    Ok(())
}

/// A program cannot be stopped.
pub fn stop() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "a program cannot be stopped on this system"))
}

/// Does nothing: the console has no input queue to empty.
pub fn discard_input() -> io::Result<()> {
    Ok(())
}

/// Does nothing: pending console output cannot be discarded.
pub fn discard_output() -> io::Result<()> {
    Ok(())
}

/// The console has no modes that another program could restore.
pub fn terminal_modes() -> io::Result<String> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "the console has no modes"))
}

/// No error code means that the console is gone.
pub fn is_hang_up(_code: i32) -> bool {
    false
}

/// Cannot wait for the reader to go away: that is noticed at the next write.
pub fn output_is_gone() -> bool {
    false
}

/// There is no limit of open files to raise.
pub fn allow_open_files(_needed: u64) -> Option<u64> {
    None
}

/// Whether a file can be run, judged by its name only; the system checks the rest when running it.
pub fn is_executable(_metadata: &Metadata) -> bool {
    true
}

/// Processes do not end by signals.
pub fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}

/// Does nothing: new files inherit the permissions of their folder, which in a user's profile are private.
pub fn owner_only(_options: &mut OpenOptions) {}

/// Does nothing: new folders inherit permissions from their parent, which in a user's profile are private.
pub fn owner_only_folder(_builder: &mut DirBuilder) {}

/// Does nothing: creating links takes administrator rights.
pub fn follow_no_link(_options: &mut OpenOptions) {}

/// An open file cannot be replaced, nor its folder.
pub fn is_same_file(_one: &Metadata, _other: &Metadata) -> bool {
    true
}

/// An open file cannot be removed.
pub fn has_name(_metadata: &Metadata) -> bool {
    true
}

/// Sleep cannot be measured, and looks like a correction of the wall clock.
pub fn asleep() -> Duration {
    Duration::ZERO
}

/// Process figures are not available.
pub fn process_figures() -> Option<ProcessFigures> {
    None
}

//! Unix: Linux, macOS and the BSDs.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{self, Resource, Rlimit, Signal as Os, getrlimit, setrlimit};
use rustix::termios::{Action, QueueSelector, tcflow, tcflush};
use std::fs::{DirBuilder, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;
use tokio::signal::unix::{self, SignalKind};

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

/// The meaning of a signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// End (SIGINT, SIGTERM, SIGHUP).
    End,
    /// Stop until SIGCONT (SIGTSTP).
    Stop,
    /// Continue after a stop (SIGCONT).
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
    /// Starts listening. From here on the signals' default actions are off.
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

/// Waits until the user or the system asks the program to end.
pub async fn end_is_asked() {
    let (Ok(mut terminate), Ok(mut hang_up)) =
        (unix::signal(SignalKind::terminate()), unix::signal(SignalKind::hangup()))
    else {
        tokio::signal::ctrl_c().await.ok();
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}

/// Asks every process of the group to stop, this one included, as the terminal driver does on Ctrl-Z
/// outside raw mode.
///
/// A session leader has no shell that could continue it, so it does not stop.
pub fn ask_to_stop() -> io::Result<()> {
    let alone = process::getsid(None)? == process::getpid();
    if alone { Ok(()) } else { Ok(process::kill_current_process_group(Os::TSTP)?) }
}

/// Stops this process, which has caught SIGTSTP.
pub fn stop() -> io::Result<()> {
    Ok(process::kill_process(process::getpid(), Os::STOP)?)
}

/// Discards unread input: what was typed into the terminal, or answered by it.
pub fn discard_input() -> io::Result<()> {
    Ok(tcflush(io::stdout(), QueueSelector::IFlush)?)
}

/// Discards output on its way to the terminal.
pub fn discard_output() -> io::Result<()> {
    tcflush(io::stdout(), QueueSelector::OFlush)?;
    // Linux wakes a writer for room in the queue of a pseudo-terminal only when its output starts again.
    tcflow(io::stdout(), Action::OOff)?;
    Ok(tcflow(io::stdout(), Action::OOn)?)
}

/// The modes of the terminal, in `stty`'s own format. Blocks for some ms.
pub fn terminal_modes() -> io::Result<String> {
    let terminal = io::stdout().as_fd().try_clone_to_owned()?;
    let output = Command::new("stty").arg("-g").stdin(terminal).stderr(Stdio::null()).output()?;
    String::from_utf8(output.stdout).map(|modes| modes.trim().to_owned()).map_err(io::Error::other)
}

/// Whether an error with this code means that the terminal no longer exists.
pub fn is_hang_up(code: i32) -> bool {
    [Errno::IO, Errno::NXIO].iter().any(|gone| gone.raw_os_error() == code)
}

/// Waits until standard output has no reader any more; returns false if the system cannot wait for that.
pub fn output_is_gone() -> bool {
    is_gone(&io::stdout())
}

/// Waits until the read end of `pipe` is closed, which never happens for a file.
fn is_gone(pipe: &impl AsFd) -> bool {
    loop {
        // A pipe's errors are reported even if no events are requested.
        let mut pipes = [PollFd::new(pipe, PollFlags::empty())];
        match poll(&mut pipes, None) {
            Ok(_) => return pipes[0].revents().intersects(PollFlags::ERR | PollFlags::HUP),
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Raises the limit of open files to `needed`, or as far as the hard limit permits. Returns the new limit;
/// `None` if there is none.
pub fn allow_open_files(needed: u64) -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let soft = current?;
    if soft >= needed {
        return Some(soft);
    }
    let raised = maximum.map_or(needed, |hard| needed.min(hard).max(soft));
    let limits = Rlimit { current: Some(raised), maximum };
    Some(if setrlimit(Resource::Nofile, limits).is_ok() { raised } else { soft })
}

/// Whether a file can be run.
pub fn is_executable(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o111 != 0
}

/// The signal that a process ended by.
pub fn signal_of(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Makes a new file readable by its owner only.
pub fn owner_only(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Makes new directories accessible by their owner only.
pub fn owner_only_folder(builder: &mut DirBuilder) {
    builder.mode(0o700);
}

/// Refuses to follow a link and to wait for a pipe.
pub fn follow_no_link(options: &mut OpenOptions) {
    use rustix::fs::OFlags;
    // The sign bit has no meaning in these flags.
    options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
}

/// Whether both belong to the same file.
pub fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether an open file still has a name, that is, was not removed.
pub fn has_name(metadata: &Metadata) -> bool {
    metadata.nlink() > 0
}

/// How long the machine has slept: the boot-time clock, which counts sleep, minus the monotonic one. Only
/// Linux offers this; elsewhere a sleep looks like a correction of the wall clock.
#[cfg(target_os = "linux")]
pub fn asleep() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let [boot, monotonic] = [ClockId::Boottime, ClockId::Monotonic]
        .map(|clock| Duration::try_from(clock_gettime(clock)).unwrap_or_default());
    boot.saturating_sub(monotonic)
}

/// How long the machine has slept. Only Linux can measure this; elsewhere a sleep looks like a correction of
/// the wall clock.
#[cfg(not(target_os = "linux"))]
pub fn asleep() -> Duration {
    Duration::ZERO
}

/// What the system says about this process, from `/proc`, which only Linux has.
pub fn process_figures() -> Option<ProcessFigures> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The process name, in parentheses, may contain spaces; the next field is the third.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let ticks = rustix::param::clock_ticks_per_second();
    #[expect(clippy::cast_precision_loss, reason = "figures of less than 53 bits")]
    let seconds = |(user, system): (u64, u64)| user.saturating_add(system) as f64 / ticks as f64;
    Some(ProcessFigures {
        cpu_seconds: field(14).zip(field(15)).map(seconds),
        threads: field(20),
        memory: field(24).map(|pages| pages.saturating_mul(rustix::param::page_size() as u64)),
        open_files: std::fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as u64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_reader_is_noticed_without_a_write() {
        let (reader, writer) = io::pipe().unwrap();
        let waiting = std::thread::spawn(move || is_gone(&writer));
        drop(reader);
        assert!(waiting.join().unwrap());
    }
}

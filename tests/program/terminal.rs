//! A real terminal: the program runs in a pseudo-terminal, and a vt100 parser draws its output.

use crate::{NO_FOLDER, PATIENCE, settings, state_folder, wait_for};
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;
use std::{env, fs};

/// A terminal with a program in it. The program is killed when this is dropped.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    screen: Arc<Screen>,
    modes_before: String,
    // Held open, so that the modes can be read after the program's end.
    _slave: Box<dyn SlavePty + Send>,
    master: Box<dyn MasterPty + Send>,
}

struct Screen {
    state: Mutex<State>,
    drawn: Condvar,
}

struct State {
    parser: vt100::Parser,
    /// Whether the program's output is left unread.
    is_stopped: bool,
    /// The screen after the last complete frame, so that no test sees half of one.
    shown: vt100::Screen,
    /// The number of frames drawn, except for those whose end arrived in two pieces.
    frames: usize,
}

/// Surrounds a frame, so that a terminal can show it in one step.
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

impl Terminal {
    /// mempulse with these arguments, in a terminal of this many columns and rows.
    pub fn mempulse(arguments: &str, (columns, rows): (u16, u16)) -> Self {
        Self::with_arguments(&arguments.split_whitespace().collect::<Vec<_>>(), (columns, rows))
    }

    /// The same with arguments that contain blanks.
    pub fn with_arguments(arguments: &[&str], (columns, rows): (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mempulse"));
        command.args(arguments);
        Self::run(command, (columns, rows))
    }

    /// The same with these variables of the environment.
    pub fn with_variables(variables: &[(&str, String)], arguments: &[&str], size: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mempulse"));
        command.args(arguments);
        for (name, value) in variables {
            command.env(name, value);
        }
        Self::run(command, size)
    }

    /// A script in a shell with job control; its `$0` is mempulse.
    pub fn shell(script: &str, (columns, rows): (u16, u16)) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_mempulse")]);
        Self::run(command, (columns, rows))
    }

    fn run(mut command: CommandBuilder, (columns, rows): (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let modes_before = modes(pair.master.as_ref());
        command.cwd(env::current_dir().unwrap());
        for variable in settings() {
            command.env_remove(variable);
        }
        command.env("XDG_CONFIG_HOME", NO_FOLDER);
        command.env("XDG_STATE_HOME", state_folder());
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        for variable in ["COLORTERM", "TMUX", "STY"] {
            command.env_remove(variable);
        }
        let parser = vt100::Parser::new(rows.max(1), columns.max(1), 0);
        let state = State { shown: parser.screen().clone(), parser, is_stopped: false, frames: 0 };
        let screen = Arc::new(Screen { state: Mutex::new(state), drawn: Condvar::new() });
        let mut output = pair.master.try_clone_reader().unwrap();
        let drawn_on = Arc::clone(&screen);
        thread::spawn(move || drawn_on.draw(&mut *output));
        Self {
            child: pair.slave.spawn_command(command).unwrap(),
            keyboard: pair.master.take_writer().unwrap(),
            screen,
            modes_before,
            _slave: pair.slave,
            master: pair.master,
        }
    }

    /// Presses keys: text, or escape sequences.
    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Stops reading the program's output, as after Ctrl-S, until [`Terminal::read_again`].
    pub fn stop_reading(&self) {
        self.screen.lock().is_stopped = true;
    }

    /// Resumes reading.
    pub fn read_again(&self) {
        self.screen.lock().is_stopped = false;
        self.screen.drawn.notify_all();
    }

    /// Resizes the window, which sends SIGWINCH to the program.
    pub fn resize(&self, (columns, rows): (u16, u16)) {
        // Nothing may be drawn between the two: the old size would cut off the program's first lines in the
        // new one.
        let mut state = self.screen.lock();
        state.parser.screen_mut().set_size(rows.max(1), columns.max(1));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        let pid = self.child.process_id().and_then(|pid| Pid::from_raw(pid.try_into().unwrap()));
        kill_process(pid.unwrap(), signal).unwrap();
    }

    /// Waits until the program is blocked on writing output (system call 1).
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    pub fn is_blocked(&self) {
        let call = format!("/proc/{}/syscall", self.child.process_id().unwrap());
        wait_for("blocked output", || fs::read_to_string(&call).is_ok_and(|text| text.starts_with("1 0x1 ")));
    }

    /// What is on the screen now.
    pub fn text(&self) -> String {
        self.screen.lock().shown.contents()
    }

    /// How many frames were drawn so far.
    pub fn frames(&self) -> usize {
        self.screen.lock().frames
    }

    /// Waits until the screen shows `text`. Returns the whole screen.
    pub fn shows(&self, text: &str) -> String {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contents().contains(text))
    }

    /// Waits until the screen no longer shows `text`.
    pub fn hides(&self, text: &str) {
        self.wait_until(&format!("{text:?} to vanish"), |screen| !screen.contents().contains(text));
    }

    /// Waits until `condition` holds for the screen. Returns its text.
    pub fn wait_until(&self, what: &str, mut condition: impl FnMut(&vt100::Screen) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.screen.lock();
        while !condition(&state.shown) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "timed out waiting for {what}; the screen:\n{}", state.shown.contents());
            state = self.screen.drawn.wait_timeout(state, left).unwrap().0;
        }
        state.shown.contents()
    }

    /// Waits until the program ends.
    pub fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        wait_for("the program's end", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// Waits until the terminal is restored to its state before the program started.
    pub fn is_restored(&self) {
        self.wait_until("a restored screen", |screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        });
        wait_for("restored modes", || modes(self.master.as_ref()) == self.modes_before);
    }

    /// Waits until the program has the terminal: raw mode, alternate screen, no cursor.
    pub fn is_taken(&self) {
        self.wait_until("the program's screen", |screen| screen.alternate_screen() && screen.hide_cursor());
        wait_for("the program's modes", || modes(self.master.as_ref()) != self.modes_before);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the screen:\n{}", self.text());
        }
        // Both fail only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Screen {
    /// Readable even after a failed wait, for the report.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self, output: &mut dyn Read) {
        let mut buffer = [0; 4096];
        let mut frame = Vec::new();
        // A pseudo-terminal reports that its other side is gone as an error.
        while let Ok(length @ 1..) = output.read(&mut buffer) {
            let mut state = self.lock();
            while state.is_stopped {
                state = self.drawn.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.parser.process(&buffer[..length]);
            frame.extend_from_slice(&buffer[..length]);
            state.frames +=
                buffer[..length].windows(END_FRAME.len()).filter(|bytes| *bytes == END_FRAME).count();
            if last(&frame, BEGIN_FRAME) <= last(&frame, END_FRAME) {
                state.shown = state.parser.screen().clone();
                self.drawn.notify_all();
                frame.drain(..frame.len().saturating_sub(BEGIN_FRAME.len()));
            }
        }
    }
}

/// Where `part` is found last in `bytes`, if at all.
fn last(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).rposition(|window| window == part)
}

/// The terminal's modes (termios), readable.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("the system knows a terminal's modes"))
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

//! The terminal: taken over, drawn on, and restored however the program ends.

use super::clipboard::Multiplexer;
use super::output::{Output, Writer};
use crate::util::platform::{self, Signal, Signals};
use crossterm::event::DisableMouseCapture;
use crossterm::style::Print;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::{Frame, Terminal};
use std::io::{self, Write};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Reports presses and the wheel, with positions beyond column 223 (xterm's modes 1000 and 1006). crossterm's
/// own command would also report every mouse movement.
const CAPTURE_MOUSE: &str = "\x1b[?1000h\x1b[?1006h";

/// How a suspension ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resumed {
    /// The process continues.
    Continued,
    /// A signal ends the program.
    Ended,
}

/// The terminal while this program controls it. Dropping it restores the terminal.
pub struct Tty {
    terminal: Terminal<CrosstermBackend<Writer>>,
    output: Output,
    /// The frame on the screen.
    shown: Buffer,
    last_frame: Instant,
    captures_mouse: bool,
}

impl Tty {
    /// Takes the terminal over. From here on, a panic on any thread restores the terminal before the message
    /// is printed, and cancels `shutdown`, so that a crippled program does not go on.
    pub fn open(preserve_screen: bool, shutdown: CancellationToken) -> io::Result<Self> {
        let output = Output::new(preserve_screen);
        let terminal = Terminal::new(CrosstermBackend::new(output.writer()))?;
        restore_on_panic(output.clone(), shutdown);
        let (last_frame, shown) = (Instant::now(), Buffer::default());
        let mut tty = Self { terminal, output, shown, last_frame, captures_mouse: false };
        tty.take()?;
        Ok(tty)
    }

    /// The terminal's size in cells.
    pub fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    /// Draws a frame, unless it equals the one on the screen. Terminals with synchronized updates show it in
    /// one step.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.last_frame = Instant::now();
        let is_resized = self.terminal.size()? != self.shown.area.as_size();
        if is_resized {
            // The cleared screen must not be visible before the frame.
            queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        }
        self.terminal.autoresize()?;
        render(&mut self.terminal.get_frame());
        let drawn = self.terminal.current_buffer_mut();
        if *drawn == self.shown && !is_resized {
            drawn.reset();
            return Ok(());
        }
        self.shown.clone_from(drawn);
        if !is_resized {
            queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        }
        self.terminal.flush()?;
        self.terminal.swap_buffers();
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Captures the mouse, or leaves it to the terminal for selecting text.
    pub fn capture_mouse(&mut self, captures: bool) -> io::Result<()> {
        if captures == self.captures_mouse {
            return Ok(());
        }
        self.captures_mouse = captures;
        let output = self.terminal.backend_mut();
        if captures { execute!(output, Print(CAPTURE_MOUSE)) } else { execute!(output, DisableMouseCapture) }
    }

    /// Rings the bell.
    pub fn ring(&mut self) -> io::Result<()> {
        self.send(b"\x07")
    }

    /// Copies a text to the terminal's clipboard, in one write.
    pub fn copy(&mut self, text: &str, multiplexer: Multiplexer) -> io::Result<()> {
        self.send(&multiplexer.copy(text))
    }

    /// Sends a sequence to the terminal, in one write.
    pub fn send(&mut self, sequence: &[u8]) -> io::Result<()> {
        let output = self.terminal.backend_mut();
        output.write_all(sequence)?;
        output.flush()
    }

    /// The frame on the screen.
    pub fn shown(&self) -> &Buffer {
        &self.shown
    }

    /// When the last frame was drawn.
    pub fn last_frame(&self) -> Instant {
        self.last_frame
    }

    /// Restores the terminal, stops the process, and takes the terminal again once the process continues,
    /// unless a signal ends the program meanwhile.
    pub async fn suspend(&mut self, signals: &mut Signals) -> io::Result<Resumed> {
        self.output.give_back()?;
        platform::stop()?;
        // The stop takes effect some time after the call. Only SIGCONT marks its end.
        loop {
            match signals.next().await {
                Signal::Continue => return self.take().map(|()| Resumed::Continued),
                Signal::End => return Ok(Resumed::Ended),
                Signal::Stop => {}
            }
        }
    }

    /// Takes the terminal again after an unannounced stop (SIGSTOP), during which the shell has changed
    /// the terminal's modes.
    pub fn reopen(&mut self) -> io::Result<()> {
        self.output.give_back()?;
        self.take()
    }

    /// Restores the terminal.
    pub fn close(self) -> io::Result<()> {
        self.output.give_back()
    }

    fn take(&mut self) -> io::Result<()> {
        self.output.take()?;
        if self.captures_mouse {
            execute!(self.terminal.backend_mut(), Print(CAPTURE_MOUSE))?;
        }
        // Not `clear()`: it would ask the terminal for the cursor position, and the key reader would consume
        // the answer.
        self.shown = Buffer::default();
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        if let Err(error) = self.output.give_back() {
            tracing::warn!(%error, "the terminal could not be restored");
        }
    }
}

/// Whether an error means that the terminal no longer exists.
pub fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe || error.raw_os_error().is_some_and(platform::is_hang_up)
}

fn restore_on_panic(output: Output, shutdown: CancellationToken) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if output.is_taken() {
            shutdown.cancel();
            if let Err(error) = output.give_back() {
                tracing::error!(%error, "the terminal could not be restored after a panic");
            }
        }
        before(panic);
    }));
}

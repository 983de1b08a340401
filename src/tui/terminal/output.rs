//! Standard output while the terminal is ours, and the modes that make it ours.

use super::guard::Guard;
use crate::util::platform;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::{Print, ResetColor};
use crossterm::terminal::{
    self, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Large enough to send a frame in few writes: the largest usual frame has about 30 kB, the largest clipboard
/// text 75 kB, or twice 100 kB in tmux.
const BUFFER: usize = 1 << 18;

/// A buffered writer to the terminal.
pub type Writer = BufWriter<Output>;

/// Standard output while this program controls the terminal. At other times output is discarded: it would
/// overwrite a panic message, or fail on a closed terminal.
#[derive(Clone, Debug)]
pub struct Output {
    taken: Arc<AtomicBool>,
    /// Whether to draw on the ordinary screen, which keeps the last frame.
    preserve_screen: bool,
    guard: Guard,
}

impl Output {
    /// A terminal that is not taken yet.
    pub fn new(preserve_screen: bool) -> Self {
        Self { taken: Arc::default(), preserve_screen, guard: Guard::start(preserve_screen) }
    }

    pub fn writer(&self) -> Writer {
        BufWriter::with_capacity(BUFFER, self.clone())
    }

    /// Whether this program controls the terminal.
    pub fn is_taken(&self) -> bool {
        self.taken.load(Ordering::SeqCst)
    }

    /// Takes the terminal over.
    pub fn take(&self) -> io::Result<()> {
        self.guard.note(true);
        enable_raw_mode()?;
        self.taken.store(true, Ordering::SeqCst);
        // Discard what was typed, or answered by the terminal, before: it is not meant for us.
        platform::discard_input()?;
        let mut stdout = io::stdout();
        if !self.preserve_screen {
            execute!(stdout, EnterAlternateScreen)?;
        }
        execute!(stdout, Hide, EnableBracketedPaste)
    }

    /// Restores the terminal if it is taken. Tries every step even if another one fails.
    pub fn give_back(&self) -> io::Result<()> {
        if !self.taken.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let mut stdout = io::stdout();
        let modes = execute!(stdout, EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste);
        let screen = if self.preserve_screen {
            let last = terminal::size().map_or(0, |(_, rows)| rows.saturating_sub(1));
            execute!(stdout, MoveTo(0, last), ResetColor, Print("\r\n"), Show)
        } else {
            execute!(stdout, LeaveAlternateScreen, Show)
        };
        let restored = disable_raw_mode().and(modes).and(screen).and(stdout.flush());
        self.guard.note(false);
        restored
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_taken() { io::stdout().write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_taken() { io::stdout().flush() } else { Ok(()) }
    }
}

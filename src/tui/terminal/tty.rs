//! The terminal: taken over, drawn on, and given back however the program ends.

use super::signals::{self, Signal, Signals};
use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;
use ratatui::{Frame, Terminal};
use rustix::termios::{QueueSelector, tcflush};
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A frame goes out in few writes: the largest usual one takes some 30 kB.
const BUFFER: usize = 1 << 16;

/// Reports presses and the wheel, with positions beyond column 223 (xterm's modes 1000 and 1006). Not
/// crossterm's command, which also asks for every movement of the mouse.
const CAPTURE_MOUSE: &str = "\x1b[?1000h\x1b[?1006h";

/// How a suspension ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resumed {
    /// The process continues.
    Continued,
    /// A signal asked for the end.
    Ended,
}

/// The terminal while this program controls it. Dropping it gives the terminal back.
pub struct Tty {
    terminal: Terminal<CrosstermBackend<BufWriter<Output>>>,
    taken: Arc<AtomicBool>,
    last_frame: Instant,
    captures_mouse: bool,
}

impl Tty {
    /// Takes the terminal over. From now on a panic on any thread gives the terminal back before the
    /// message is printed, and cancels `shutdown`, so that no crippled program goes on.
    pub fn open(shutdown: CancellationToken) -> io::Result<Self> {
        let taken = Arc::new(AtomicBool::new(false));
        let output = Output { taken: Arc::clone(&taken) };
        let backend = CrosstermBackend::new(BufWriter::with_capacity(BUFFER, output));
        let terminal = Terminal::new(backend)?;
        restore_on_panic(Arc::clone(&taken), shutdown);
        let mut tty = Self { terminal, taken, last_frame: Instant::now(), captures_mouse: false };
        tty.take()?;
        Ok(tty)
    }

    /// The terminal's size in cells.
    pub fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    /// Draws a frame. A terminal that supports synchronized updates shows the frame at once.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        self.last_frame = Instant::now();
        Ok(())
    }

    /// Takes the mouse, or leaves it to the terminal, which then selects text with it.
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
        let output = self.terminal.backend_mut();
        output.write_all(b"\x07")?;
        output.flush()
    }

    /// Hands a text to the terminal's clipboard (OSC 52).
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    /// When the last frame was drawn.
    pub fn last_frame(&self) -> Instant {
        self.last_frame
    }

    /// Gives the terminal back, stops the process, and takes the terminal again when the process
    /// continues, unless a signal asks for the end meanwhile.
    pub async fn suspend(&mut self, signals: &mut Signals) -> io::Result<Resumed> {
        give_back(&self.taken)?;
        signals::stop()?;
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
        give_back(&self.taken)?;
        self.take()
    }

    /// Gives the terminal back.
    pub fn close(self) -> io::Result<()> {
        give_back(&self.taken)
    }

    fn take(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        // What was typed, or answered by the terminal, before it was ours is not meant for us.
        tcflush(io::stdout(), QueueSelector::IFlush)?;
        self.taken.store(true, Ordering::SeqCst);
        execute!(self.terminal.backend_mut(), EnterAlternateScreen, Hide, EnableBracketedPaste)?;
        if self.captures_mouse {
            execute!(self.terminal.backend_mut(), Print(CAPTURE_MOUSE))?;
        }
        // Not `clear()`, which asks the terminal for the cursor's position and waits for an answer that
        // the reader of keys consumes.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        if let Err(error) = give_back(&self.taken) {
            tracing::warn!(%error, "the terminal could not be restored");
        }
    }
}

/// Standard output while this program controls the terminal. Otherwise the output is discarded: it would
/// overwrite the message of a panic, or fail on a closed terminal.
struct Output {
    taken: Arc<AtomicBool>,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.taken.load(Ordering::SeqCst) { io::stdout().write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.taken.load(Ordering::SeqCst) { io::stdout().flush() } else { Ok(()) }
    }
}

/// Whether an error means that the terminal no longer exists.
pub fn is_gone(error: &io::Error) -> bool {
    const EIO: i32 = rustix::io::Errno::IO.raw_os_error();
    const ENXIO: i32 = rustix::io::Errno::NXIO.raw_os_error();
    error.kind() == io::ErrorKind::BrokenPipe || matches!(error.raw_os_error(), Some(EIO | ENXIO))
}

/// Gives the terminal back if it is taken. Tries every step even if another one fails.
fn give_back(taken: &AtomicBool) -> io::Result<()> {
    if !taken.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mut stdout = io::stdout();
    let screen = execute!(
        stdout,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    disable_raw_mode().and(screen).and(stdout.flush())
}

fn restore_on_panic(taken: Arc<AtomicBool>, shutdown: CancellationToken) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if taken.load(Ordering::SeqCst) {
            shutdown.cancel();
            if let Err(error) = give_back(&taken) {
                tracing::error!(%error, "the terminal could not be restored after a panic");
            }
        }
        before(panic);
    }));
}

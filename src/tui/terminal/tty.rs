//! The terminal: taken over, drawn on, and given back however the program ends.

use super::signals::{self, Signal, Signals};
use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;
use ratatui::{Frame, Terminal};
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A frame goes out in few writes: the largest usual one takes some 30 kB.
const BUFFER: usize = 1 << 16;

/// How a suspension ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resumed {
    /// The process continues.
    Continued,
    /// A signal asked for the end.
    Ended,
}

/// The terminal while it is ours. Dropping it gives the terminal back.
pub struct Tty {
    terminal: Terminal<CrosstermBackend<BufWriter<Output>>>,
    taken: Arc<AtomicBool>,
    last_frame: Instant,
}

impl Tty {
    /// Takes the terminal over. From now on a panic on any thread gives it back before its message is
    /// printed, and cancels `shutdown`: half a program has nothing to show.
    pub fn open(shutdown: CancellationToken) -> io::Result<Self> {
        let taken = Arc::new(AtomicBool::new(false));
        let output = Output { taken: Arc::clone(&taken) };
        let backend = CrosstermBackend::new(BufWriter::with_capacity(BUFFER, output));
        let terminal = Terminal::new(backend)?;
        restore_on_panic(Arc::clone(&taken), shutdown);
        let mut tty = Self { terminal, taken, last_frame: Instant::now() };
        tty.take()?;
        Ok(tty)
    }

    /// The terminal's size in cells.
    pub fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    /// Draws a frame. The terminal shows it at once, or, if it does not know how, as it comes.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        self.last_frame = Instant::now();
        Ok(())
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

    /// Gives the terminal back, stops the process, and takes the terminal again when it continues;
    /// or says that the program is to end.
    pub async fn suspend(&mut self, signals: &mut Signals) -> io::Result<Resumed> {
        give_back(&self.taken)?;
        signals::stop()?;
        // The stop takes effect some time after the call: only SIGCONT tells that it is over.
        loop {
            match signals.next().await {
                Signal::Continue => return self.take().map(|()| Resumed::Continued),
                Signal::End => return Ok(Resumed::Ended),
                Signal::Stop => {}
            }
        }
    }

    /// Takes the terminal again after a stop that was not announced (SIGSTOP): the shell has
    /// changed its modes meanwhile.
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
        self.taken.store(true, Ordering::SeqCst);
        execute!(self.terminal.backend_mut(), EnterAlternateScreen, Hide)?;
        // Not `clear()`, which asks the terminal for the cursor's place and waits for an answer that
        // the reader of keys takes away.
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

/// Standard output while the terminal is ours. Otherwise what is drawn goes nowhere: not over the
/// message of a panic, and not to a terminal that is gone, where it would fail as the last thing.
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

/// Gives the terminal back if it is taken. Every step is tried, whatever became of the others.
fn give_back(taken: &AtomicBool) -> io::Result<()> {
    if !taken.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mut stdout = io::stdout();
    let screen = execute!(stdout, EndSynchronizedUpdate, LeaveAlternateScreen, Show);
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

//! What is printed to standard output besides the stream.

use anyhow::{Context, Result};
use std::io::{ErrorKind, Write};

/// Writes to standard output. A reader that closed the pipe is no error.
pub(super) fn print(text: &[u8]) -> Result<()> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write"),
        _ => Ok(()),
    }
}

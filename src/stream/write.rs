//! Writing records as lines.

use super::Record;
use std::io::{self, Write};
use tokio::sync::mpsc;

/// Writes batches of records as lines until the channel closes or the reader goes away.
///
/// Flushes when no further batch is waiting. Blocks, and needs its own thread.
///
/// # Errors
/// Any error of `output` except a broken pipe, which is a normal end.
pub fn write_lines(mut records: mpsc::Receiver<Vec<Record>>, output: impl Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    let mut write = || -> io::Result<()> {
        while let Some(batch) = records.blocking_recv() {
            for record in batch {
                serde_json::to_writer(&mut output, &record)?;
                output.write_all(b"\n")?;
            }
            if records.is_empty() {
                output.flush()?;
            }
        }
        output.flush()
    };
    match write() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Network;
    use crate::util::time::Timestamp;

    /// Accepts this many bytes, then breaks.
    struct Pipe(usize);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_broken_pipe_is_an_ordinary_end() {
        let (sender, records) = mpsc::channel(8);
        let record = crate::stream::start(Network::Mainnet, Timestamp::from_secs(0));
        sender.try_send(vec![record.clone()]).unwrap();
        sender.try_send(vec![record.clone(), record]).unwrap();
        drop(sender);
        assert!(write_lines(records, Pipe(60)).is_ok());
    }
}

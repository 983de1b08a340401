//! The stream as server-sent events: everything is written to all readers, and a reader that does not keep up
//! is dropped.

use hyper::body::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// How many readers there may be at a time.
pub(super) const MAX_READERS: usize = 16;

/// How much may wait for a reader, in bytes: ten times what a block of 4,000 transactions writes. Waiting
/// data are shared by all readers.
pub(super) const MAX_WAITING: usize = 8 << 20;

/// The writing end of every reader.
#[derive(Debug, Default)]
pub(super) struct Readers {
    readers: Vec<Writer>,
    /// How many readers were dropped since startup because they did not keep up.
    dropped: u64,
}

#[derive(Debug)]
struct Writer {
    sender: mpsc::UnboundedSender<Bytes>,
    waiting: Arc<AtomicUsize>,
}

/// The reading end, from the reader's arrival on.
#[derive(Debug)]
pub(super) struct Reader {
    receiver: mpsc::UnboundedReceiver<Bytes>,
    waiting: Arc<AtomicUsize>,
}

impl Readers {
    /// Adds a reader that first gets `greeting`; `None` if there are too many.
    pub(super) fn add(&mut self, greeting: Bytes) -> Option<Reader> {
        self.readers.retain(|reader| !reader.sender.is_closed());
        if self.readers.len() >= MAX_READERS {
            return None;
        }
        let (sender, receiver) = mpsc::unbounded_channel();
        let waiting = Arc::default();
        let writer = Writer { sender, waiting: Arc::clone(&waiting) };
        writer.write(greeting);
        self.readers.push(writer);
        Some(Reader { receiver, waiting })
    }

    /// Writes to all readers, and drops those with too much waiting.
    pub(super) fn write(&mut self, bytes: &Bytes) {
        let before = self.readers.len();
        self.readers.retain(|reader| reader.sender.is_closed() || reader.write(bytes.clone()));
        self.dropped += (before - self.readers.len()) as u64;
        self.readers.retain(|reader| !reader.sender.is_closed());
    }

    pub(super) fn len(&self) -> usize {
        self.readers.len()
    }

    /// The number of readers that were dropped since startup because they did not keep up.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Writer {
    /// Returns false if too much waits already.
    fn write(&self, bytes: Bytes) -> bool {
        let waiting = self.waiting.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        waiting <= MAX_WAITING && self.sender.send(bytes).is_ok()
    }
}

impl Reader {
    /// Returns the next data, or `None` once the reader was dropped and has read everything.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let next = self.receiver.poll_recv(cx);
        if let Poll::Ready(Some(bytes)) = &next {
            self.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn next(reader: &mut Reader) -> Option<Bytes> {
        poll_fn(|cx| reader.poll_next(cx)).await
    }

    #[tokio::test]
    async fn a_reader_reads_what_is_written_after_its_greeting() {
        let mut readers = Readers::default();
        readers.write(&Bytes::from_static(b"before"));
        let mut reader = readers.add(Bytes::from_static(b"hello")).unwrap();
        readers.write(&Bytes::from_static(b"one"));
        assert_eq!(next(&mut reader).await.as_deref(), Some(&b"hello"[..]));
        assert_eq!(next(&mut reader).await.as_deref(), Some(&b"one"[..]));
        assert_eq!(reader.waiting.load(Ordering::Relaxed), 0);
        drop(reader);
        readers.write(&Bytes::from_static(b"two"));
        assert_eq!((readers.len(), readers.dropped()), (0, 0), "who leaves is not dropped");
    }

    #[tokio::test]
    async fn a_reader_that_does_not_keep_up_is_dropped_and_the_others_read_on() {
        let mut readers = Readers::default();
        let [mut slow, mut fast] = [1, 2].map(|_| readers.add(Bytes::new()).unwrap());
        assert_eq!(next(&mut fast).await, Some(Bytes::new()));
        let piece = Bytes::from(vec![b'x'; 1 << 20]);
        for _ in 0..20 {
            readers.write(&piece);
            assert_eq!(next(&mut fast).await.as_ref(), Some(&piece));
        }
        assert_eq!((readers.len(), readers.dropped()), (1, 1));
        let mut left = 0;
        while let Some(bytes) = next(&mut slow).await {
            left += bytes.len();
        }
        assert_eq!(left, MAX_WAITING, "nothing more is kept for it");
    }

    #[test]
    fn there_is_a_limit_to_the_number_of_readers() {
        let mut readers = Readers::default();
        let added: Vec<_> = (0..20).filter_map(|_| readers.add(Bytes::new())).collect();
        assert_eq!(added.len(), MAX_READERS);
        drop(added);
        assert!(readers.add(Bytes::new()).is_some());
    }
}

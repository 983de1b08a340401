//! How the driver controls a peer's task.

use crate::event::DisconnectReason;
use crate::wire::Message;
use tokio::sync::{mpsc, oneshot};

/// The most messages that may wait for the task of a peer.
///
/// Far more than ever wait for a peer that reads: requests for at most 100 transactions at a time, each
/// possibly in its own message, and for a few blocks and headers.
pub const MAX_QUEUED: usize = 256;

/// The driver's end.
#[derive(Debug)]
pub struct Handle {
    messages: mpsc::Sender<Message>,
    close: Option<oneshot::Sender<DisconnectReason>>,
}

/// The task's end of a [`Handle`].
#[derive(Debug)]
pub struct Inbox {
    pub messages: mpsc::Receiver<Message>,
    pub close: oneshot::Receiver<DisconnectReason>,
}

/// So many messages are queued for the peer that it cannot be reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Congested;

/// Connects a driver and a task.
pub fn handle() -> (Handle, Inbox) {
    let (message_sender, messages) = mpsc::channel(MAX_QUEUED);
    let (close_sender, close) = oneshot::channel();
    (Handle { messages: message_sender, close: Some(close_sender) }, Inbox { messages, close })
}

impl Handle {
    /// Queues a message to the peer.
    ///
    /// # Errors
    /// The queue is full.
    pub fn send(&self, message: Message) -> Result<(), Congested> {
        match self.messages.try_send(message) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Congested),
            // A task that has ended reports that itself.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }

    /// Ends the connection; only the first reason counts. The task confirms it with its last report.
    pub fn close(&mut self, reason: DisconnectReason) {
        if let Some(close) = self.close.take() {
            // A task that has ended reports that itself.
            _ = close.send(reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_requests_at_once_may_wait_for_a_busy_task() {
        let (handle, mut inbox) = handle();
        for _ in 0..100 {
            assert_eq!(handle.send(Message::GetData(Vec::new())), Ok(()));
        }
        assert!(inbox.close.try_recv().is_err(), "the connection goes on");
    }

    #[test]
    fn messages_beyond_the_limit_are_refused() {
        let (handle, _inbox) = handle();
        for _ in 0..MAX_QUEUED {
            assert_eq!(handle.send(Message::GetData(Vec::new())), Ok(()));
        }
        assert_eq!(handle.send(Message::GetData(Vec::new())), Err(Congested));
    }

    #[test]
    fn the_first_reason_to_close_counts() {
        let (mut handle, mut inbox) = handle();
        handle.close(DisconnectReason::PingTimeout);
        handle.close(DisconnectReason::ShuttingDown);
        assert_eq!(inbox.close.try_recv(), Ok(DisconnectReason::PingTimeout));
    }
}

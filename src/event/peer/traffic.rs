//! Traffic of one connection: counts by command, and the last messages.

use crate::util::time::Timestamp;

/// The direction of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// From the peer to us.
    Received,
    /// From us to the peer.
    Sent,
}

/// Traffic of one connection since the last report. Its size is bounded whatever the peer sends.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Traffic {
    /// Messages and bytes by command and direction.
    pub commands: Vec<CommandTraffic>,
    /// The last messages, oldest first; at most [`Traffic::MAX_RECENT`].
    pub recent: Vec<RecentMessage>,
}

impl Traffic {
    /// How many of the last messages are kept.
    pub const MAX_RECENT: usize = 25;
    /// How many commands are counted separately in each direction; the others count as `other`.
    pub const MAX_COMMANDS: usize = 40;

    /// Returns the number of bytes in one direction.
    pub fn bytes(&self, direction: Direction) -> u64 {
        let in_direction = self.commands.iter().filter(|command| command.direction == direction);
        in_direction.fold(0, |sum, command| sum.saturating_add(command.bytes))
    }
}

/// Traffic of one command in one direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandTraffic {
    /// Direction of the messages.
    pub direction: Direction,
    /// Command, cleaned of control characters.
    pub command: String,
    /// Number of messages.
    pub messages: u64,
    /// Number of bytes, headers included.
    pub bytes: u64,
}

/// One of the last messages of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecentMessage {
    /// When it was sent or received.
    pub time: Timestamp,
    /// Direction of the message.
    pub direction: Direction,
    /// Command, cleaned of control characters.
    pub command: String,
    /// Size in bytes, header included.
    pub bytes: u32,
    /// Summary of the payload, e.g. `35 wtx`; may be empty.
    pub summary: String,
}

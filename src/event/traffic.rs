//! What went over the wire.

use crate::util::time::Timestamp;

/// Which way a message went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// From the peer to us.
    Received,
    /// From us to the peer.
    Sent,
}

/// What went over one connection since the last report. Its size does not grow with the traffic.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Traffic {
    /// Messages and bytes by command and direction.
    pub commands: Vec<CommandTraffic>,
    /// The last messages, oldest first; at most [`Traffic::CONVERSATION`].
    pub conversation: Vec<Said>,
}

impl Traffic {
    /// How many of the last messages are kept.
    pub const CONVERSATION: usize = 25;
    /// How many different commands are counted apart, in each direction; the rest is `other`.
    pub const COMMANDS: usize = 40;

    /// All bytes that went one way.
    pub fn bytes(&self, direction: Direction) -> u64 {
        let that_way = self.commands.iter().filter(|command| command.direction == direction);
        that_way.fold(0, |sum, command| sum.saturating_add(command.bytes))
    }
}

/// The traffic of one command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandTraffic {
    /// Which way.
    pub direction: Direction,
    /// The command, cleaned.
    pub command: String,
    /// How many messages.
    pub messages: u64,
    /// How many bytes, headers included.
    pub bytes: u64,
}

/// One message of a conversation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// When.
    pub time: Timestamp,
    /// Which way.
    pub direction: Direction,
    /// The command, cleaned.
    pub command: String,
    /// How many bytes, the header included.
    pub bytes: u32,
    /// What it says in short, e.g. `35 wtx`; may be empty.
    pub gist: String,
}

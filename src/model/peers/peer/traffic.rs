//! The traffic of one peer over all its connections.

use crate::event::{CommandTraffic, Direction, RecentMessage, Traffic};
use crate::util::bounded::Ring;

/// The command that stands for those beyond [`Traffic::MAX_COMMANDS`].
const OTHER: &str = "other";

/// Messages and bytes by command and direction, and the last messages.
#[derive(Debug, Default)]
pub(super) struct TrafficLog {
    commands: Vec<CommandTraffic>,
    recent: Ring<RecentMessage, { Traffic::MAX_RECENT }>,
}

impl TrafficLog {
    /// Adds a report of a connection.
    pub(super) fn add(&mut self, traffic: &Traffic) {
        for message in &traffic.recent {
            self.recent.push(message.clone());
        }
        for report in &traffic.commands {
            self.add_command(report);
        }
    }

    fn add_command(&mut self, report: &CommandTraffic) {
        let in_direction = |known: &&CommandTraffic| known.direction == report.direction;
        let is_full = self.commands.iter().filter(in_direction).count() >= Traffic::MAX_COMMANDS;
        let position = |command: &str| {
            self.commands.iter().position(|known| in_direction(&known) && known.command == command)
        };
        let position = position(&report.command).or_else(|| if is_full { position(OTHER) } else { None });
        if let Some(known) = position.and_then(|index| self.commands.get_mut(index)) {
            known.messages = known.messages.saturating_add(report.messages);
            known.bytes = known.bytes.saturating_add(report.bytes);
        } else {
            let command = if is_full { OTHER } else { &report.command };
            self.commands.push(CommandTraffic { command: command.to_owned(), ..report.clone() });
        }
    }

    /// Returns messages and bytes by command, in both directions.
    pub(super) fn commands(&self) -> &[CommandTraffic] {
        &self.commands
    }

    /// Returns the number of bytes in one direction.
    pub(super) fn bytes(&self, direction: Direction) -> u64 {
        let in_direction = self.commands.iter().filter(|command| command.direction == direction);
        in_direction.fold(0, |sum, command| sum.saturating_add(command.bytes))
    }

    /// Iterates over the last messages, oldest first.
    pub(super) fn recent(&self) -> impl Iterator<Item = &RecentMessage> {
        self.recent.iter()
    }
}

//! Counts the traffic of one connection, for a report a few times per second.

use crate::event::{CommandTraffic, Direction, RecentMessage, Traffic};
use crate::util::time::Timestamp;
use std::time::Duration;

/// The shortest time between two reports.
const REPORT_INTERVAL: Duration = Duration::from_millis(250);

/// The name under which commands beyond [`Traffic::MAX_COMMANDS`] are counted.
const OTHER: &str = "other";

/// The traffic since the last report.
#[derive(Debug, Default)]
pub struct Meter {
    traffic: Traffic,
    since: Option<Timestamp>,
}

impl Meter {
    /// Counts a message that was sent or received.
    pub fn record(&mut self, message: RecentMessage) {
        self.since.get_or_insert(message.time);
        let counter = self.counter(message.direction, &message.command);
        counter.messages += 1;
        counter.bytes += u64::from(message.bytes);
        if self.traffic.recent.len() >= Traffic::MAX_RECENT {
            self.traffic.recent.remove(0);
        }
        self.traffic.recent.push(message);
    }

    /// When the next report is due; `None` if there was no traffic.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.since.map(|since| since + REPORT_INTERVAL)
    }

    /// Returns the traffic since the last call, if there was any.
    pub fn take(&mut self) -> Option<Box<Traffic>> {
        self.since.take()?;
        Some(Box::new(std::mem::take(&mut self.traffic)))
    }

    fn counter(&mut self, direction: Direction, command: &str) -> &mut CommandTraffic {
        let commands = &mut self.traffic.commands;
        let find = |commands: &[CommandTraffic], name: &str| {
            commands.iter().position(|known| known.direction == direction && known.command == name)
        };
        let kinds = commands.iter().filter(|known| known.direction == direction).count();
        // The last place is for all other commands together.
        let name = if kinds + 1 < Traffic::MAX_COMMANDS || find(commands, command).is_some() {
            command
        } else {
            OTHER
        };
        let position = find(commands, name).unwrap_or_else(|| {
            commands.push(CommandTraffic { direction, command: name.to_owned(), messages: 0, bytes: 0 });
            commands.len() - 1
        });
        &mut commands[position]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn message(direction: Direction, command: &str) -> RecentMessage {
        RecentMessage { time: NOW, direction, command: command.to_owned(), bytes: 32, summary: String::new() }
    }

    #[test]
    fn messages_are_counted_by_command_and_direction() {
        let mut meter = Meter::default();
        assert_eq!(meter.deadline(), None);
        for direction in [Direction::Received, Direction::Sent, Direction::Sent] {
            meter.record(message(direction, "ping"));
        }
        assert_eq!(meter.deadline(), Some(NOW + Duration::from_millis(250)));
        let traffic = meter.take().unwrap();
        let counts: Vec<_> = traffic.commands.iter().map(|c| (c.direction, c.messages, c.bytes)).collect();
        assert_eq!(counts, [(Direction::Received, 1, 32), (Direction::Sent, 2, 64)]);
        assert_eq!(traffic.recent.len(), 3);
        assert_eq!(meter.take(), None, "reported once");
        assert_eq!(meter.deadline(), None);
    }

    #[test]
    fn made_up_commands_do_not_fill_the_memory() {
        let mut meter = Meter::default();
        for number in 0..10_000 {
            meter.record(message(Direction::Received, &format!("made{number}")));
        }
        meter.record(message(Direction::Sent, "ping"));
        let traffic = meter.take().unwrap();
        assert_eq!(traffic.commands.len(), Traffic::MAX_COMMANDS + 1);
        assert_eq!(traffic.commands.iter().map(|c| c.messages).sum::<u64>(), 10_001);
        assert!(traffic.commands.iter().any(|c| c.command == OTHER));
        assert_eq!(traffic.recent.len(), Traffic::MAX_RECENT);
        assert_eq!(traffic.recent.last().unwrap().command, "ping");
    }
}

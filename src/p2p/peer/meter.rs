//! Counts the traffic of one connection, and reports it a few times per second.

use crate::event::{CommandTraffic, Direction, RecentMessage, Traffic};
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::Digest;
use std::sync::Arc;
use std::time::Duration;

/// The shortest time between two reports.
const REPORT_INTERVAL: Duration = Duration::from_millis(250);

/// The name under which commands beyond [`Traffic::MAX_COMMANDS`] are counted.
const OTHER: &str = "other";

/// The traffic since the last report.
#[derive(Debug, Default)]
pub struct Meter {
    commands: Vec<CommandTraffic>,
    recent: Ring<Noted, { Traffic::MAX_RECENT }>,
    since: Option<Timestamp>,
}

/// A message that may be among the last ones of its report: summaries are written only for these.
#[derive(Debug)]
struct Noted {
    time: Timestamp,
    direction: Direction,
    command: String,
    bytes: u32,
    digest: Digest,
}

impl Meter {
    /// Counts a message of this size, in bytes.
    pub fn record(
        &mut self,
        time: Timestamp,
        direction: Direction,
        command: &str,
        bytes: u32,
        digest: Digest,
    ) {
        self.since.get_or_insert(time);
        let counter = self.counter(direction, command);
        counter.messages += 1;
        counter.bytes += u64::from(bytes);
        self.recent.push(Noted { time, direction, command: command.to_owned(), bytes, digest });
    }

    /// When the next report is due; `None` if there was no traffic.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.since.map(|since| since + REPORT_INTERVAL)
    }

    /// Returns the traffic since the last call, if there was any.
    pub fn take(&mut self) -> Option<Arc<Traffic>> {
        self.since.take()?;
        let recent = self.recent.drain_oldest(Traffic::MAX_RECENT).map(|noted| {
            let Noted { time, direction, command, bytes, digest } = noted;
            RecentMessage { time, direction, command, bytes, summary: digest.to_string() }
        });
        let recent = recent.collect();
        Some(Arc::new(Traffic { commands: std::mem::take(&mut self.commands), recent }))
    }

    fn counter(&mut self, direction: Direction, command: &str) -> &mut CommandTraffic {
        let commands = &mut self.commands;
        let find = |commands: &[CommandTraffic], name: &str| {
            commands.iter().position(|known| known.direction == direction && known.command == name)
        };
        let kinds = commands.iter().filter(|known| known.direction == direction).count();
        // The last slot is for all other commands together.
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

    fn record(meter: &mut Meter, direction: Direction, command: &str) {
        meter.record(NOW, direction, command, 32, Digest::default());
    }

    #[test]
    fn messages_are_counted_by_command_and_direction() {
        let mut meter = Meter::default();
        assert_eq!(meter.deadline(), None);
        for direction in [Direction::Received, Direction::Sent, Direction::Sent] {
            record(&mut meter, direction, "ping");
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
            record(&mut meter, Direction::Received, &format!("made{number}"));
        }
        record(&mut meter, Direction::Sent, "ping");
        let traffic = meter.take().unwrap();
        assert_eq!(traffic.commands.len(), Traffic::MAX_COMMANDS + 1);
        assert_eq!(traffic.commands.iter().map(|c| c.messages).sum::<u64>(), 10_001);
        assert!(traffic.commands.iter().any(|c| c.command == OTHER));
        assert_eq!(traffic.recent.len(), Traffic::MAX_RECENT);
        assert_eq!(traffic.recent.last().unwrap().command, "ping");
    }
}

//! The task of one peer: gives the session a socket and a timer.
//!
//! A single `select!` makes sure that a slow driver, a slow peer and a flood block only what they must: while
//! the driver is busy, the socket is not read; while the peer does not read, nothing is read from it either;
//! and all three queues are bounded.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::{Direction, DisconnectReason, PeerEvent};
use crate::p2p::input::{Input, PeerReport};
use crate::p2p::peer::checks::{NO_COMMAND, checked, judge};
use crate::p2p::peer::handle::Inbox;
use crate::p2p::peer::meter::Meter;
use crate::p2p::peer::pace::Pace;
use crate::p2p::peer::report::{DriverGone, Pending, Reporter};
use crate::p2p::peer::session::{Instruction, Session};
use crate::p2p::peer::settings::ConnectionSettings;
use crate::p2p::peer::transport::connection::Connection;
use crate::p2p::peer::transport::open::open;
use crate::util::clock::{Clock, RECHECK};
use crate::util::time::Timestamp;
use crate::wire::{Decoded, Digest, Dropped, Message};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// The longest duration of one turn of the loop, unless the process or the machine sleeps or is busy.
const OVERSLEPT: Duration = RECHECK.saturating_mul(2);

/// Each further part of a long message of this size, in bytes, is reported. A block at 50 kB/s makes a report
/// every 0.7 s, the longest message 122 in all.
const PART: usize = 32 * 1024;

/// Dials `address`, and serves the connection until it ends.
pub async fn run(address: PeerAddress, settings: ConnectionSettings, mut inbox: Inbox, reporter: Reporter) {
    let opened = tokio::select! {
        opened = open(&address, &settings) => opened,
        reason = &mut inbox.close => Err(reason.unwrap_or(DisconnectReason::ShuttingDown)),
    };
    match opened {
        Ok(connection) => serve(connection, settings, inbox, reporter).await,
        Err(reason) => {
            let mut end = Pending::default();
            end.push(settings.clock.now(), 0, PeerReport::Ended(reason));
            // Without a driver there is no receiver.
            _ = reporter.send(&mut end).await;
        }
    }
}

/// Serves an open connection until it ends.
pub async fn serve<S: AsyncRead + AsyncWrite>(
    connection: Connection<S>,
    settings: ConnectionSettings,
    inbox: Inbox,
    reporter: Reporter,
) {
    let now = settings.clock.now();
    let wall = settings.clock.wall_offset().wall(now);
    let (session, hello) = Session::open(now, wall, settings.timing, rand::random());
    let mut task = Task {
        clock: settings.clock,
        network: settings.network,
        connection,
        session,
        meter: Meter::default(),
        pace: Pace::default(),
        pending: Pending::default(),
        blocked_since: None,
        parts: 0,
        last_turn: now,
        reporter,
    };
    task.report(now, PeerEvent::Connected { transport: task.connection.transport() });
    let Err(reason) = task.run(hello, inbox).await;
    task.report_end(reason).await;
}

struct Task<S> {
    clock: Clock,
    network: Network,
    connection: Connection<S>,
    session: Session,
    meter: Meter,
    pace: Pace,
    /// Reports not yet taken by the driver. While there are any, nothing is received.
    pending: Pending,
    /// Since when there have been pending reports.
    blocked_since: Option<Timestamp>,
    /// How many parts of the incomplete message have arrived.
    parts: usize,
    /// When the loop last looked at the time.
    last_turn: Timestamp,
    reporter: Reporter,
}

impl From<DriverGone> for DisconnectReason {
    fn from(_: DriverGone) -> Self {
        Self::ShuttingDown
    }
}

impl<S: AsyncRead + AsyncWrite> Task<S> {
    async fn run(
        &mut self,
        hello: Instruction,
        mut inbox: Inbox,
    ) -> Result<std::convert::Infallible, DisconnectReason> {
        self.follow(self.clock.now(), 0, vec![hello])?;
        loop {
            self.note_sleep();
            let mut messages = 0;
            while !self.pending.is_full()
                && !self.connection.is_congested()
                && let Some(decoded) = self.connection.next()?
            {
                self.receive(decoded)?;
                messages += 1;
            }
            let now = self.clock.now();
            self.pace.count(now, messages);
            self.note_parts();
            let is_reported = self.pending.is_empty();
            self.note_blocked(now, !is_reported);
            let may_send = !self.connection.is_congested();
            let pause = self.pace.pause(now);
            let due = self.deadline();
            let deadline = self.clock.wakeup(pause.map_or(due, |until| until.min(due)));
            tokio::select! {
                received = self.connection.progress(is_reported && may_send && pause.is_none()) => {
                    self.session.bytes_received(received?);
                    self.pace.read(self.clock.now());
                }
                result = self.reporter.send(&mut self.pending), if !is_reported => result?,
                () = tokio::time::sleep_until(deadline), if is_reported => self.timer()?,
                message = inbox.messages.recv(), if may_send => match message {
                    Some(message) => self.send(self.clock.now(), &message),
                    None => return Err(DisconnectReason::ShuttingDown),
                },
                reason = &mut inbox.close => {
                    return Err(reason.unwrap_or(DisconnectReason::ShuttingDown));
                }
            }
        }
    }

    /// Reports another part of an incomplete message.
    fn note_parts(&mut self) {
        // Otherwise the bytes waiting to be decoded may be whole messages.
        if self.pending.is_full() || self.connection.is_congested() || !self.session.is_live() {
            return;
        }
        let before = std::mem::replace(&mut self.parts, self.connection.buffered() / PART);
        if self.parts > before {
            self.pending.push(self.clock.now(), 0, PeerReport::Input(Input::Receiving));
        }
    }

    /// Detects that this process was asleep: otherwise the loop turns every few seconds.
    fn note_sleep(&mut self) {
        let now = self.clock.now();
        let time = now.since(std::mem::replace(&mut self.last_turn, now));
        if time > OVERSLEPT {
            self.session.overslept(time, now);
        }
    }

    /// Notes whether the driver keeps us waiting; the peer can't be blamed for silence meanwhile.
    fn note_blocked(&mut self, now: Timestamp, is_blocked: bool) {
        if is_blocked {
            self.blocked_since.get_or_insert(now);
        } else if let Some(since) = self.blocked_since.take() {
            self.session.excuse(now.since(since));
        }
    }

    fn deadline(&self) -> Timestamp {
        let session = self.session.deadline();
        self.meter.deadline().map_or(session, |report| report.min(session))
    }

    fn timer(&mut self) -> Result<(), DisconnectReason> {
        self.note_sleep();
        let now = self.clock.now();
        if self.meter.deadline().is_some_and(|deadline| deadline <= now) {
            self.report_traffic(now);
        }
        let instructions = self.session.timer(now);
        self.follow(now, 0, instructions)
    }

    fn receive(&mut self, decoded: Decoded) -> Result<(), DisconnectReason> {
        let now = self.clock.now();
        let Decoded { size, content } = decoded;
        let (command, digest) = match &content {
            Ok(message) => (message.command(), message.digest()),
            Err(Dropped::BadChecksum(command) | Dropped::Malformed { command, .. }) => {
                (command.name(), Digest::default())
            }
            Err(Dropped::NoCommand) => (NO_COMMAND, Digest::default()),
        };
        self.meter.record(now, Direction::Received, command, size, digest);
        match content {
            Ok(message) => {
                let instructions = self.session.received(now, message);
                self.follow(now, size, instructions)
            }
            Err(dropped) => {
                let what = judge(dropped)?;
                self.report(now, PeerEvent::Tolerated(what));
                Ok(())
            }
        }
    }

    /// Carries out the instructions that followed from a message of `size` bytes, or from a timer.
    fn follow(
        &mut self,
        now: Timestamp,
        size: u32,
        instructions: Vec<Instruction>,
    ) -> Result<(), DisconnectReason> {
        for instruction in instructions {
            match instruction {
                Instruction::Send(message) => self.send(now, &message),
                Instruction::Emit(event) => self.report(now, event),
                Instruction::Deliver(message) => {
                    if let Some(input) = checked(self.network, message) {
                        self.pending.push(now, size, PeerReport::Input(input));
                    }
                }
                // A ping that has not been sent cannot be answered.
                Instruction::Disconnect(DisconnectReason::PingTimeout) if !self.connection.is_flushed() => {
                    return Err(DisconnectReason::NotReading);
                }
                Instruction::Disconnect(reason) => return Err(reason),
            }
        }
        Ok(())
    }

    fn send(&mut self, now: Timestamp, message: &Message) {
        let bytes = self.connection.send(message);
        self.meter.record(now, Direction::Sent, message.command(), bytes, message.digest());
    }

    fn report(&mut self, time: Timestamp, event: PeerEvent) {
        self.pending.push(time, 0, PeerReport::Event(event));
    }

    fn report_traffic(&mut self, now: Timestamp) {
        if let Some(traffic) = self.meter.take() {
            self.report(now, PeerEvent::Traffic(traffic));
        }
    }

    async fn report_end(mut self, reason: DisconnectReason) {
        let now = self.clock.now();
        self.report_traffic(now);
        self.pending.push(now, 0, PeerReport::Ended(reason));
        // Without a driver there is no receiver.
        _ = self.reporter.send(&mut self.pending).await;
    }
}

#[cfg(test)]
mod tests;

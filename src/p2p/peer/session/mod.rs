//! One connection as a state machine: messages and time in, instructions out.

mod handshake;
mod keepalive;

use crate::event::{DisconnectReason, Misbehaviour, PeerEvent, PeerInfo};
use crate::p2p::peer::session::handshake::{Handshake, Progress, our_version};
use crate::p2p::peer::session::keepalive::{Answer, Due, Keepalive};
use crate::util::time::Timestamp;
use crate::wire::{Command, Message};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::time::Duration;

/// The first protocol version whose nodes know `sendheaders` (BIP130).
const SEND_HEADERS_VERSION: i32 = 70_012;

/// After this process has slept, overdue pings are sent within this time, spread out.
const WAKING: Duration = Duration::from_secs(4);

/// The time limits of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// The longest time from the open connection to `verack`.
    pub handshake_timeout: Duration,
    /// The time between two pings of ours.
    pub ping_interval: Duration,
    /// The longest time from a ping to its pong.
    pub ping_timeout: Duration,
}

/// What the peer's task has to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Instruction {
    /// Send a message to the peer.
    Send(Message),
    /// Report an event.
    Emit(PeerEvent),
    /// Pass on a message that concerns more than this connection.
    Deliver(Message),
    /// Close the connection.
    Disconnect(DisconnectReason),
}

/// One connection, from the side that dialled.
#[derive(Debug)]
pub struct Session {
    timing: Timing,
    nonces: SmallRng,
    state: State,
}

#[derive(Debug)]
enum State {
    Handshake { stage: Handshake, until: Timestamp },
    Live(Keepalive),
}

impl Session {
    /// Starts the handshake on a connection opened at `now`, which is `wall` by the wall clock. The nonces
    /// follow from `seed`, which must be hard to guess.
    pub fn open(now: Timestamp, wall: Timestamp, timing: Timing, seed: u64) -> (Self, Instruction) {
        let mut nonces = SmallRng::seed_from_u64(seed);
        let our_nonce = nonces.random();
        let state = State::Handshake {
            stage: Handshake::AwaitingVersion { our_nonce },
            until: now + timing.handshake_timeout,
        };
        let hello = Instruction::Send(Message::Version(our_version(wall, our_nonce)));
        (Self { timing, nonces, state }, hello)
    }

    /// When [`Session::timer`] has something to do.
    pub fn deadline(&self) -> Timestamp {
        match &self.state {
            State::Handshake { until, .. } => *until,
            State::Live(keepalive) => keepalive.deadline(),
        }
    }

    /// Whether the handshake is complete.
    pub fn is_live(&self) -> bool {
        matches!(self.state, State::Live(_))
    }

    /// Extends the peer's deadlines by the `time` in which we did not read, through no fault of its own.
    pub fn excuse(&mut self, time: Duration) {
        match &mut self.state {
            State::Handshake { until, .. } => *until = *until + time,
            State::Live(keepalive) => keepalive.excuse(time),
        }
    }

    /// Notes that this process was asleep for `time`, until `now`: whatever arrived waited unread.
    pub fn overslept(&mut self, time: Duration, now: Timestamp) {
        match &mut self.state {
            State::Handshake { until, .. } => *until = *until + time,
            State::Live(keepalive) => keepalive.overslept(now + WAKING.mul_f64(self.nonces.random())),
        }
    }

    /// Notes that `count` bytes arrived, which may delay a pong behind them.
    pub fn bytes_received(&mut self, count: usize) {
        if let State::Live(keepalive) = &mut self.state {
            keepalive.bytes_received(count);
        }
    }

    /// Does what is due.
    pub fn timer(&mut self, now: Timestamp) -> Vec<Instruction> {
        match &mut self.state {
            State::Handshake { until, .. } if now < *until => vec![],
            State::Handshake { .. } => {
                vec![Instruction::Disconnect(DisconnectReason::HandshakeTimeout(
                    self.timing.handshake_timeout,
                ))]
            }
            State::Live(keepalive) => {
                let nonce = self.nonces.random();
                match keepalive.timer(now, nonce) {
                    Due::Nothing => vec![],
                    Due::Ping => ping(nonce),
                    Due::Timeout => vec![Instruction::Disconnect(DisconnectReason::PingTimeout)],
                }
            }
        }
    }

    /// Handles a message.
    pub fn received(&mut self, now: Timestamp, message: Message) -> Vec<Instruction> {
        match &mut self.state {
            State::Handshake { stage, .. } => match stage.received(now, &message) {
                Progress::Nothing => vec![],
                Progress::Reply(messages) => messages.into_iter().map(Instruction::Send).collect(),
                Progress::Done(info) => self.go_live(now, info),
                Progress::Tolerated(what) => vec![tolerated(what)],
                Progress::Failed(reason) => vec![Instruction::Disconnect(reason)],
            },
            State::Live(keepalive) => received_live(keepalive, now, message),
        }
    }

    fn go_live(&mut self, now: Timestamp, info: Box<PeerInfo>) -> Vec<Instruction> {
        let Timing { ping_interval, ping_timeout, .. } = self.timing;
        let nonce = self.nonces.random();
        self.state = State::Live(Keepalive::start(now, nonce, ping_interval, ping_timeout));
        let wants_headers = info.version >= SEND_HEADERS_VERSION;
        let mut instructions = vec![Instruction::Emit(PeerEvent::Ready(info))];
        if wants_headers {
            instructions.push(Instruction::Send(Message::SendHeaders));
        }
        instructions.extend(ping(nonce));
        instructions
    }
}

fn received_live(keepalive: &mut Keepalive, now: Timestamp, message: Message) -> Vec<Instruction> {
    match message {
        Message::Ping(nonce) => vec![Instruction::Send(Message::Pong(nonce))],
        Message::Pong(nonce) => vec![match keepalive.pong(now, nonce) {
            Some(Answer::Prompt(rtt)) => Instruction::Emit(PeerEvent::Pong { rtt }),
            Some(Answer::Delayed) => Instruction::Emit(PeerEvent::DelayedPong),
            None => Instruction::Deliver(Message::Pong(nonce)),
        }],
        Message::Version(_) => vec![tolerated(Misbehaviour::SecondVersion)],
        Message::Verack => vec![tolerated(Misbehaviour::AfterHandshake(Command::Verack))],
        // Core disconnects for these two, which belong before `verack`.
        Message::WtxidRelay => vec![too_late(Command::WtxidRelay)],
        Message::SendAddrV2 => vec![too_late(Command::SendAddrV2)],
        Message::Inv(_)
        | Message::NotFound(_)
        | Message::Tx(_)
        | Message::Headers(_)
        | Message::Block(_)
        | Message::SendCmpct { .. }
        | Message::CmpctBlock(_)
        | Message::BlockTxn(_)
        | Message::Addr(_)
        | Message::AddrV2(_)
        | Message::FeeFilter(_) => vec![Instruction::Deliver(message)],
        // Our `version` says that we serve nothing, and we announce nothing that could be requested.
        Message::GetData(_)
        | Message::GetHeaders { .. }
        | Message::GetAddr
        | Message::Mempool
        | Message::SendHeaders
        | Message::GetBlockTxn(_)
        | Message::Unknown { .. } => vec![],
    }
}

fn ping(nonce: u64) -> Vec<Instruction> {
    vec![Instruction::Send(Message::Ping(nonce)), Instruction::Emit(PeerEvent::Pinged)]
}

fn too_late(command: Command) -> Instruction {
    let what = Misbehaviour::AfterHandshake(command);
    Instruction::Disconnect(DisconnectReason::Misbehaved(what))
}

fn tolerated(what: Misbehaviour) -> Instruction {
    Instruction::Emit(PeerEvent::Tolerated(what))
}

#[cfg(test)]
mod tests;

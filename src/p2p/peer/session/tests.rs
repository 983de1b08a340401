//! A connection from its first message to its end.

use crate::p2p::peer::session::*;
use crate::wire::{Inventory, Services, Version, Wtxid};

const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const TIMING: Timing = Timing {
    handshake_timeout: Duration::from_mins(1),
    ping_interval: Duration::from_secs(30),
    ping_timeout: Duration::from_secs(20),
};

fn after(secs: u64) -> Timestamp {
    START + Duration::from_secs(secs)
}

fn version() -> Version {
    Version {
        version: 70_016,
        services: Services::NETWORK,
        time: 1_700_000_000,
        nonce: 9,
        user_agent: b"/Satoshi:30.0.0/".to_vec(),
        start_height: 1,
        relay: true,
    }
}

fn opened() -> Session {
    Session::open(START, START, TIMING, 1).0
}

/// A live session and the nonce of its first ping.
fn live() -> (Session, u64) {
    let mut session = opened();
    session.received(START, Message::Version(version()));
    let nonce = nonce_of_ping(&session.received(START, Message::Verack));
    (session, nonce)
}

fn nonce_of_ping(instructions: &[Instruction]) -> u64 {
    let nonce = instructions.iter().find_map(|instruction| match instruction {
        Instruction::Send(Message::Ping(nonce)) => Some(*nonce),
        _ => None,
    });
    nonce.expect("no ping is sent")
}

#[test]
fn the_dialler_speaks_first() {
    let (_, hello) = Session::open(START, START, TIMING, 1);
    assert!(matches!(hello, Instruction::Send(Message::Version(_))));
}

#[test]
fn our_version_has_the_time_of_the_wall_clock() {
    let (_, hello) = Session::open(START, after(90), TIMING, 1);
    let Instruction::Send(Message::Version(version)) = hello else { panic!("no version is sent") };
    assert_eq!(version.time, 1_700_000_090);
}

#[test]
fn the_handshake_is_followed_by_a_ping_at_once() {
    let mut session = opened();
    assert_eq!(session.received(START, Message::Version(version())).len(), 3);
    let instructions = session.received(after(1), Message::Verack);
    assert!(matches!(&instructions[0], Instruction::Emit(PeerEvent::Ready(info)) if info.relay));
    assert_eq!(instructions[1], Instruction::Send(Message::SendHeaders));
    assert!(matches!(instructions[2], Instruction::Send(Message::Ping(_))));
    assert_eq!(instructions[3], Instruction::Emit(PeerEvent::Pinged));
    assert_eq!(instructions.len(), 4);
}

#[test]
fn a_handshake_that_takes_too_long_ends_it() {
    let mut session = opened();
    session.received(after(30), Message::Version(version()));
    assert_eq!(session.deadline(), after(60), "each message does not buy more time");
    assert_eq!(session.timer(after(59)), []);
    let reason = DisconnectReason::HandshakeTimeout(TIMING.handshake_timeout);
    assert_eq!(session.timer(after(60)), [Instruction::Disconnect(reason)]);
}

#[test]
fn pings_of_the_peer_are_answered() {
    let (mut session, _) = live();
    assert_eq!(session.received(after(1), Message::Ping(77)), [Instruction::Send(Message::Pong(77))]);
}

#[test]
fn more_time_passes_and_the_peer_does_not_answer() {
    let (mut session, nonce) = live();
    let pong = PeerEvent::Pong { rtt: Duration::from_secs(2) };
    assert_eq!(session.received(after(2), Message::Pong(nonce)), [Instruction::Emit(pong)]);
    let next = nonce_of_ping(&session.timer(after(30)));
    assert_ne!(next, nonce);
    assert_eq!(session.timer(after(49)), []);
    assert_eq!(session.timer(after(50)), [Instruction::Disconnect(DisconnectReason::PingTimeout)]);
}

#[test]
fn a_wrong_pong_is_passed_on_and_does_not_help() {
    let (mut session, nonce) = live();
    let wrong = Message::Pong(nonce ^ 1);
    assert_eq!(session.received(after(1), wrong.clone()), [Instruction::Deliver(wrong)]);
    assert_eq!(session.timer(after(20)), [Instruction::Disconnect(DisconnectReason::PingTimeout)]);
}

#[test]
fn messages_of_the_handshake_are_handled_as_in_core() {
    let (mut session, _) = live();
    let tolerated = |what| [Instruction::Emit(PeerEvent::Tolerated(what))];
    let second = session.received(after(1), Message::Version(version()));
    assert_eq!(second, tolerated(Misbehaviour::SecondVersion));
    let verack = session.received(after(1), Message::Verack);
    assert_eq!(verack, tolerated(Misbehaviour::AfterHandshake(Command::Verack)));
    let late = [(Message::WtxidRelay, Command::WtxidRelay), (Message::SendAddrV2, Command::SendAddrV2)];
    for (message, command) in late {
        let reason = DisconnectReason::Misbehaved(Misbehaviour::AfterHandshake(command));
        assert_eq!(session.received(after(1), message), [Instruction::Disconnect(reason)]);
    }
}

#[test]
fn what_concerns_others_is_delivered_once_the_handshake_is_done() {
    let inv = Message::Inv(vec![Inventory::Wtx(Wtxid([7; 32]))]);
    let mut session = opened();
    assert!(matches!(session.received(START, inv.clone())[..], [Instruction::Emit(PeerEvent::Tolerated(_))]));
    let (mut session, _) = live();
    assert_eq!(session.received(START, inv.clone()), [Instruction::Deliver(inv)]);
    let fee_filter = Message::FeeFilter(100);
    assert_eq!(session.received(START, fee_filter.clone()), [Instruction::Deliver(fee_filter)]);
}

#[test]
fn requests_of_the_peer_are_left_alone() {
    let (mut session, _) = live();
    let unknown = Message::Unknown { command: "feature".to_owned(), length: 3 };
    for message in [Message::GetAddr, Message::Mempool, Message::SendHeaders, unknown] {
        assert_eq!(session.received(START, message), []);
    }
}

#[test]
fn a_sleep_uses_up_no_time_of_a_handshake() {
    let mut session = opened();
    let night = Duration::from_hours(8);
    session.overslept(night, after(30) + night);
    assert_eq!(session.timer(after(59) + night), []);
    assert!(!session.timer(after(60) + night).is_empty());
}

#[test]
fn after_a_sleep_not_all_peers_are_pinged_at_once() {
    let morning = START + Duration::from_hours(8);
    let pinged_after = |seed| {
        let (mut session, _) = Session::open(START, START, TIMING, seed);
        session.received(START, Message::Version(version()));
        let nonce = nonce_of_ping(&session.received(START, Message::Verack));
        session.received(START, Message::Pong(nonce));
        session.overslept(morning.since(START), morning);
        assert_eq!(session.timer(morning), []);
        session.deadline().since(morning).as_secs()
    };
    let mut counts = [0; 4];
    (0..1_000).for_each(|seed| counts[usize::try_from(pinged_after(seed)).unwrap()] += 1);
    assert!(counts.iter().all(|count| (200..300).contains(count)), "{counts:?}");
}

use crate::event::{ConnectionKind, Direction, DisconnectReason, Traffic};
use crate::model::peers::liveness::LivenessSlot;
use crate::model::peers::peer::*;
use crate::model::testing::{START, address, info};

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn ready() -> Peer {
    let mut peer = Peer::new(address(1), ConnectionKind::Outbound, START);
    peer.apply(
        START,
        &PeerEvent::Dialling { address: address(1), kind: ConnectionKind::Outbound, attempt: 1 },
    );
    peer.apply(START, &PeerEvent::Connected { transport: Transport::V1 });
    peer.apply(at(1), &PeerEvent::Ready(Box::new(info())));
    peer
}

fn lose(peer: &mut Peer, now: Timestamp, retry_at: Option<Timestamp>) {
    peer.apply(now, &PeerEvent::Disconnected { reason: DisconnectReason::PingTimeout, retry_at });
}

#[test]
fn a_peer_goes_through_every_state_of_liveness() {
    let mut peer = Peer::new(address(1), ConnectionKind::Outbound, START);
    peer.apply(
        START,
        &PeerEvent::Dialling { address: address(1), kind: ConnectionKind::Outbound, attempt: 3 },
    );
    assert_eq!(peer.liveness(at(2)), Liveness::Dialling { elapsed: Duration::from_secs(2), attempt: 3 });
    peer.apply(at(3), &PeerEvent::Connected { transport: Transport::V1 });
    assert_eq!(peer.liveness(at(4)), Liveness::Handshake { elapsed: Duration::from_secs(1) });
    peer.apply(at(5), &PeerEvent::Ready(Box::new(info())));
    assert_eq!(peer.liveness(at(5)), Liveness::Live);
    peer.apply(at(10), &PeerEvent::Pinged);
    assert_eq!(peer.liveness(at(15)), Liveness::Live, "5 s are not more than 5 s");
    assert_eq!(peer.liveness(at(22)), Liveness::Late { waiting: Duration::from_secs(12) });
    peer.apply(at(23), &PeerEvent::Pong { rtt: Duration::from_secs(13) });
    assert_eq!(peer.liveness(at(23)), Liveness::Live);
    lose(&mut peer, at(30), Some(at(38)));
    let lost = |retry_in| Liveness::Disconnected { reason: DisconnectReason::PingTimeout, retry_in };
    assert_eq!(peer.liveness(at(31)), lost(Some(Duration::from_secs(7))));
    assert_eq!(peer.liveness(at(99)), lost(Some(Duration::ZERO)));
    lose(&mut peer, at(40), None);
    assert_eq!(peer.liveness(at(41)), lost(None));
}

#[test]
fn a_ping_waits_from_the_first_one_that_is_unanswered() {
    let mut peer = ready();
    peer.apply(at(10), &PeerEvent::Pinged);
    peer.apply(at(16), &PeerEvent::Pinged);
    assert_eq!(peer.liveness(at(17)), Liveness::Late { waiting: Duration::from_secs(7) });
}

#[test]
fn what_belongs_to_a_connection_ends_with_it() {
    let mut peer = ready();
    peer.apply(at(2), &PeerEvent::FeeFilter { sat_per_kvb: 100 });
    peer.apply(at(2), &PeerEvent::Pong { rtt: Duration::from_millis(40) });
    peer.apply(at(3), &PeerEvent::Pinged);
    assert_eq!((peer.ping(), peer.fee_floor()), (Some(Duration::from_millis(40)), Some(100)));
    lose(&mut peer, at(33), Some(at(34)));
    assert_eq!((peer.ping(), peer.fee_floor()), (None, None));
    peer.apply(at(34), &PeerEvent::Connected { transport: Transport::V1 });
    peer.apply(at(35), &PeerEvent::Ready(Box::new(info())));
    assert_eq!(peer.liveness(at(60)), Liveness::Live, "the old ping is not waited for");
    assert!(peer.endings().eq(&[(at(33), DisconnectReason::PingTimeout)]));
    assert_eq!(peer.connected_for(at(60)), Some(Duration::from_secs(25)));
    assert_eq!(peer.ping_min(), Some(Duration::from_millis(40)));
}

#[test]
fn the_last_pings_are_kept() {
    let mut peer = ready();
    for second in 0..200 {
        peer.apply(at(second), &PeerEvent::Pong { rtt: Duration::from_millis(500 - second) });
    }
    assert_eq!(peer.pings().len(), MAX_PINGS);
    assert_eq!(peer.pings().last(), Some((at(199), Duration::from_millis(301))));
    assert_eq!(peer.ping_min(), Some(Duration::from_millis(301)));
}

#[test]
fn a_node_without_a_chain_has_no_fee_floor() {
    let mut peer = ready();
    peer.apply(at(2), &PeerEvent::FeeFilter { sat_per_kvb: 9_936_506 });
    assert_eq!(peer.fee_floor(), None);
    assert_eq!(peer.fee_filter(), Some(9_936_506));
}

#[test]
fn misbehaviour_is_counted_by_kind() {
    let mut peer = ready();
    for number in 0..500 {
        peer.apply(at(2), &PeerEvent::Tolerated(Misbehaviour::UnexpectedPong));
        peer.apply(at(2), &PeerEvent::Tolerated(Misbehaviour::BeforeHandshake(format!("made up {number}"))));
    }
    let first = Misbehaviour::BeforeHandshake("made up 0".to_owned());
    assert!(peer.tolerated().eq(&[(Misbehaviour::UnexpectedPong, 500), (first, 500)]));
}

#[test]
fn invalid_data_is_counted_apart_from_what_is_merely_unrequested() {
    let mut peer = ready();
    peer.apply(at(2), &PeerEvent::Tolerated(Misbehaviour::NoCommand));
    peer.apply(at(2), &PeerEvent::Tolerated(Misbehaviour::UnrequestedTransaction));
    peer.apply(at(2), &PeerEvent::Tolerated(Misbehaviour::TooManyAnnouncements { dropped: 40 }));
    peer.apply(at(2), &PeerEvent::RequestTimedOut { count: 7 });
    let reason = DisconnectReason::MessageTooLong(u32::MAX);
    peer.apply(at(3), &PeerEvent::Disconnected { reason, retry_at: None });
    let stats = peer.stats(None, None, at(4));
    assert_eq!((stats.invalid, stats.tolerated, stats.dropped, stats.all.unserved()), (2, 3, 40, 7));
}

fn command(direction: Direction, command: &str) -> CommandTraffic {
    CommandTraffic { direction, command: command.to_owned(), messages: 2, bytes: 100 }
}

#[test]
fn traffic_adds_up_by_command_and_direction() {
    let mut peer = ready();
    let commands = vec![command(Direction::Received, "inv"), command(Direction::Sent, "inv")];
    for _ in 0..3 {
        let traffic = Traffic { commands: commands.clone(), recent: Vec::new() };
        peer.apply(at(2), &PeerEvent::Traffic(Arc::new(traffic)));
    }
    let traffic = peer.traffic();
    assert_eq!(traffic.len(), 2);
    assert!(traffic.iter().all(|inv| (inv.messages, inv.bytes) == (6, 300)));
}

#[test]
fn made_up_commands_are_counted_together() {
    let mut peer = ready();
    for number in 0..1_000 {
        let name = format!("x{number}");
        let commands = vec![command(Direction::Received, &name), command(Direction::Sent, "ping")];
        let traffic = Traffic { commands, recent: Vec::new() };
        peer.apply(at(2), &PeerEvent::Traffic(Arc::new(traffic)));
    }
    let traffic = peer.traffic();
    assert_eq!(traffic.len(), Traffic::MAX_COMMANDS + 2);
    let other = traffic.iter().find(|command| command.command == "other").unwrap();
    assert_eq!(other.messages, 2 * (1_000 - Traffic::MAX_COMMANDS as u64));
    assert_eq!(traffic.iter().map(|command| command.bytes).sum::<u64>(), 200_000);
}

#[test]
fn the_messages_are_the_last_25_messages_over_several_reports() {
    let mut peer = ready();
    for second in 0..40 {
        let message = RecentMessage {
            time: at(second),
            direction: Direction::Sent,
            command: "ping".to_owned(),
            bytes: 32,
            summary: String::new(),
        };
        let traffic = Traffic { commands: Vec::new(), recent: vec![message] };
        peer.apply(at(second), &PeerEvent::Traffic(Arc::new(traffic)));
    }
    let messages: Vec<_> = peer.recent_messages().collect();
    assert_eq!(messages.len(), 25);
    assert_eq!(messages.last().map(|message| message.time), Some(at(39)));
}

#[test]
fn the_liveness_history_has_late_and_disconnected_minutes() {
    let mut peer = ready();
    peer.apply(at(60), &PeerEvent::Pinged);
    peer.apply(at(75), &PeerEvent::Pong { rtt: Duration::from_secs(15) });
    peer.apply(at(300), &PeerEvent::Pinged);
    let strip = |peer: &Peer, now| peer.liveness_by_minute(now);
    let minute = |time: Timestamp| usize::try_from(time.as_secs() / 60 - at(1).as_secs() / 60).unwrap();
    let answered = strip(&peer, at(304));
    assert_eq!(answered.len(), minute(at(304)) + 1);
    for (index, slot) in answered.into_iter().enumerate() {
        let late = (minute(at(66))..=minute(at(75))).contains(&index);
        assert_eq!(slot, if late { LivenessSlot::Late } else { LivenessSlot::Live }, "minute {index}");
    }
    assert_eq!(strip(&peer, at(306)).last(), Some(&LivenessSlot::Late), "and while it waits");
    lose(&mut peer, at(330), None);
    assert_eq!(strip(&peer, at(500)).last(), Some(&LivenessSlot::Disconnected));
}

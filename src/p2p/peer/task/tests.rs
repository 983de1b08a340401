//! One task between a peer and a driver, either of which may be slow, on a paused clock.

use crate::chain::Network;
use crate::event::PeerId;
use crate::p2p::input::Input;
use crate::p2p::peer::dial::Connector;
use crate::p2p::peer::handle::{Handle, MAX_QUEUED, handle};
use crate::p2p::peer::report::{ConnectionId, Report, Reports};
use crate::p2p::peer::session::Timing;
use crate::p2p::peer::task::*;
use crate::p2p::peer::transport::codec::Codec;
use crate::p2p::peer::{Routes, SystemResolver, TransportChoice};
use crate::util::clock::testing::TestMachine;
use crate::wire::{BlockHash, Decoder, Inventory, Services, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

const NETWORK: Network = Network::Regtest;
const TIMING: Timing = Timing {
    handshake_timeout: Duration::from_mins(1),
    ping_interval: Duration::from_secs(30),
    ping_timeout: Duration::from_secs(20),
};

/// A running task with its driver, and the peer at the other end of its stream.
struct Setup {
    handle: Handle,
    reports: Reports,
    peer: Peer,
    task: JoinHandle<()>,
}

struct Peer {
    stream: DuplexStream,
    decoder: Decoder,
}

fn connection(number: u64) -> ConnectionId {
    ConnectionId { peer: PeerId(number), number }
}

/// Sets up a task over a stream that buffers at most `buffer` bytes in each direction.
fn setup(buffer: usize) -> Setup {
    setup_with(buffer, Clock::start())
}

fn setup_with(buffer: usize, clock: Clock) -> Setup {
    let (ours, theirs) = tokio::io::duplex(buffer);
    let (handle, inbox) = handle();
    let reports = Reports::new();
    let settings = ConnectionSettings {
        connector: Connector::new(Routes::default(), Arc::new(SystemResolver)),
        network: NETWORK,
        transport: TransportChoice::V1,
        timing: TIMING,
        clock,
    };
    let ours = Connection::new(ours, Codec::plain(NETWORK.magic()));
    let task = tokio::spawn(serve(ours, settings, inbox, reports.reporter(connection(0))));
    Setup { handle, reports, peer: Peer { stream: theirs, decoder: Decoder::new(NETWORK.magic()) }, task }
}

impl Peer {
    async fn say(&mut self, message: Message) {
        self.stream.write_all(&message.encode(NETWORK.magic())).await.unwrap();
    }

    async fn hear(&mut self) -> Message {
        loop {
            if let Some(decoded) = self.decoder.next().unwrap() {
                return decoded.content.unwrap();
            }
            assert_ne!(self.stream.read_buf(self.decoder.buffer()).await.unwrap(), 0, "closed");
        }
    }

    /// Waits for the first ping and returns its nonce.
    async fn hear_ping(&mut self) -> u64 {
        loop {
            if let Message::Ping(nonce) = self.hear().await {
                return nonce;
            }
        }
    }

    async fn shake_hands(&mut self) {
        let version = Version {
            version: 70_016,
            services: Services::NETWORK,
            time: 0,
            nonce: 1,
            user_agent: vec![],
            start_height: 0,
            relay: true,
        };
        self.say(Message::Version(version)).await;
        self.say(Message::Verack).await;
    }
}

impl Setup {
    /// The reason why the connection ends, and the events until then.
    async fn ending(&mut self) -> (DisconnectReason, Vec<PeerEvent>) {
        let mut events = Vec::new();
        loop {
            let Report { content, .. } = self.reports.next().await.unwrap();
            match content {
                PeerReport::Ended(reason) => return (reason, events),
                PeerReport::Event(event) => events.push(event),
                PeerReport::Input(_) => {}
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_given_up_when_the_pong_is_overdue() {
    let mut setup = setup(4_096);
    setup.peer.shake_hands().await;
    let began = tokio::time::Instant::now();
    let (reason, _) = setup.ending().await;
    assert_eq!(reason, DisconnectReason::PingTimeout);
    assert_eq!(began.elapsed().as_secs(), TIMING.ping_timeout.as_secs());
}

#[tokio::test(start_paused = true)]
async fn the_parts_of_a_long_message_are_reported_while_it_arrives() {
    let mut setup = setup(4_096);
    setup.peer.shake_hands().await;
    let nonce = setup.peer.hear_ping().await;
    setup.peer.say(Message::Pong(nonce)).await;
    let Setup { mut reports, mut peer, .. } = setup;
    let sending = tokio::spawn(async move {
        let inventory = Inventory::Block(BlockHash([7; 32]));
        let long = Message::Inv(vec![inventory; 3 * PART / 36]).encode(NETWORK.magic());
        for part in long.chunks(1_000) {
            peer.stream.write_all(part).await.unwrap();
            sleep(Duration::from_millis(20)).await;
        }
        peer
    });
    let mut moments = Vec::new();
    loop {
        let Report { content, .. } = reports.next().await.unwrap();
        match content {
            PeerReport::Input(Input::Receiving) => moments.push(tokio::time::Instant::now()),
            PeerReport::Input(Input::Inv(_)) => break,
            _ => {}
        }
    }
    assert_eq!(moments.len(), 2);
    assert!((650..=680).contains(&(moments[1] - moments[0]).as_millis()), "{moments:?}");
    drop(sending.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn pings_go_on_for_hours() {
    let mut setup = setup(4_096);
    setup.peer.shake_hands().await;
    let Setup { mut reports, mut peer, .. } = setup;
    let driver = tokio::spawn(async move {
        let mut pongs = 0;
        while let Some(report) = reports.next().await {
            match report.content {
                PeerReport::Event(PeerEvent::Pong { .. }) => pongs += 1,
                PeerReport::Ended(reason) => panic!("{reason} after {pongs} pongs"),
                _ => {}
            }
            if pongs == 240 {
                break;
            }
        }
    });
    let began = tokio::time::Instant::now();
    let answering = async {
        loop {
            let nonce = peer.hear_ping().await;
            sleep(Duration::from_millis(40)).await;
            peer.say(Message::Pong(nonce)).await;
        }
    };
    tokio::select! {
        done = driver => done.unwrap(),
        () = answering => {}
    }
    assert_eq!(began.elapsed().as_secs(), 239 * TIMING.ping_interval.as_secs());
}

#[tokio::test(start_paused = true)]
async fn after_a_sleep_the_peer_is_pinged_within_seconds() {
    let (machine, clock) = TestMachine::start(Timestamp::from_secs(1_700_000_000));
    let mut setup = setup_with(4_096, clock);
    setup.peer.shake_hands().await;
    let nonce = setup.peer.hear_ping().await;
    setup.peer.say(Message::Pong(nonce)).await;
    sleep(Duration::from_secs(1)).await;
    machine.sleep(Duration::from_hours(8));
    let woke = tokio::time::Instant::now();
    setup.peer.hear_ping().await;
    assert!(woke.elapsed() <= Duration::from_secs(9), "{:?}", woke.elapsed());
    let (reason, _) = setup.ending().await;
    assert_eq!(reason, DisconnectReason::PingTimeout, "it did not survive the night");
    assert!(woke.elapsed() <= Duration::from_secs(9) + TIMING.ping_timeout);
}

#[tokio::test(start_paused = true)]
async fn a_pong_that_waited_while_the_machine_slept_is_read_first() {
    let (machine, clock) = TestMachine::start(Timestamp::from_secs(1_700_000_000));
    let mut setup = setup_with(4_096, clock);
    setup.peer.shake_hands().await;
    let nonce = setup.peer.hear_ping().await;
    machine.sleep(Duration::from_mins(5));
    sleep(Duration::from_secs(6)).await;
    setup.peer.say(Message::Pong(nonce)).await;
    let nonce = setup.peer.hear_ping().await;
    assert!(!setup.task.is_finished());
    setup.peer.say(Message::Pong(nonce)).await;
    let (_, events) = setup.ending().await;
    let pongs: Vec<_> = events
        .into_iter()
        .filter(|event| matches!(event, PeerEvent::Pong { .. } | PeerEvent::DelayedPong))
        .collect();
    let prompt = PeerEvent::Pong { rtt: Duration::ZERO };
    assert_eq!(pongs, [PeerEvent::DelayedPong, prompt], "the sleep is no latency");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_asks_without_reading_the_answers_counts_as_not_reading() {
    let mut setup = setup(4_096);
    setup.peer.shake_hands().await;
    let flood = async {
        let ping = Message::Ping(1).encode(NETWORK.magic());
        loop {
            if setup.peer.stream.write_all(&ping).await.is_err() {
                return;
            }
        }
    };
    let ended = async {
        loop {
            if let PeerReport::Ended(reason) = setup.reports.next().await.unwrap().content {
                return reason;
            }
        }
    };
    let (reason, ()) = tokio::join!(ended, flood);
    assert_eq!(reason, DisconnectReason::NotReading);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_congests_its_queue() {
    let mut setup = setup(256);
    setup.peer.shake_hands().await;
    let request = || Message::GetData(vec![Inventory::Wtx(crate::wire::Wtxid([1; 32])); 1_000]);
    let mut sent = 0;
    while setup.handle.send(request()).is_ok() {
        sent += 1;
        sleep(Duration::from_millis(1)).await;
    }
    assert!((MAX_QUEUED..MAX_QUEUED + 4).contains(&sent), "{sent}");
    setup.handle.close(DisconnectReason::NotReading);
    assert_eq!(setup.ending().await.0, DisconnectReason::NotReading);
}

#[tokio::test(start_paused = true)]
async fn while_the_driver_is_busy_the_peer_is_not_blamed_and_nothing_is_lost() {
    let mut setup = setup(4_096);
    let another = setup.reports.reporter(connection(1));
    let fill = async {
        loop {
            let mut pending = Pending::default();
            pending.push(Timestamp::default(), 0, PeerReport::Event(PeerEvent::Pinged));
            another.send(&mut pending).await.unwrap();
        }
    };
    setup.peer.shake_hands().await;
    let nonce = setup.peer.hear_ping().await;
    assert!(timeout(Duration::from_secs(5), fill).await.is_err(), "the queue is full");
    setup.peer.say(Message::FeeFilter(7)).await;
    setup.peer.say(Message::Pong(nonce)).await;
    // Far longer than a pong may take; the pong waits unread.
    sleep(Duration::from_mins(10)).await;
    assert!(!setup.task.is_finished());
    let mut reported = Vec::new();
    while let Ok(Some(report)) = timeout(Duration::from_secs(1), setup.reports.next()).await {
        match report.content {
            PeerReport::Input(Input::FeeFilter(sat_per_kvb)) => reported.push(sat_per_kvb),
            // A delayed pong says nothing about latency.
            PeerReport::Event(PeerEvent::DelayedPong) => reported.push(0),
            PeerReport::Ended(reason) => panic!("{reason}"),
            _ => {}
        }
    }
    assert_eq!(reported, [7, 0]);
}

#[tokio::test(start_paused = true)]
async fn traffic_is_reported_at_most_four_times_a_second() {
    let mut setup = setup(4_096);
    setup.peer.shake_hands().await;
    setup.peer.hear_ping().await;
    let Setup { mut reports, mut peer, .. } = setup;
    let driver = tokio::spawn(async move {
        let (mut count, mut pings) = (0, 0);
        loop {
            if let PeerReport::Event(PeerEvent::Traffic(traffic)) = reports.next().await.unwrap().content {
                count += 1;
                let received = |t: &&crate::event::CommandTraffic| {
                    t.command == "ping" && t.direction == Direction::Received
                };
                pings += traffic.commands.iter().find(received).map_or(0, |t| t.messages);
            }
            if pings == 100 {
                return count;
            }
        }
    });
    for _ in 0..100 {
        peer.say(Message::Ping(1)).await;
        while peer.hear().await != Message::Pong(1) {}
        sleep(Duration::from_millis(50)).await;
    }
    let count = driver.await.unwrap();
    assert!((15..=21).contains(&count), "{count} in five seconds");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_drips_is_understood_like_any_other() {
    let mut setup = setup(1);
    let Setup { peer, reports, .. } = &mut setup;
    let drip = async {
        peer.shake_hands().await;
        peer.say(Message::FeeFilter(7)).await;
        // Both directions need a reader.
        loop {
            peer.hear().await;
        }
    };
    let reported = async {
        loop {
            if let PeerReport::Input(Input::FeeFilter(_)) = reports.next().await.unwrap().content {
                return;
            }
        }
    };
    tokio::select! {
        () = reported => {}
        () = drip => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_whose_driver_has_ended_ends() {
    let setup = setup(4_096);
    drop(setup.reports);
    timeout(Duration::from_secs(1), setup.task).await.unwrap().unwrap();
    let setup = self::setup(4_096);
    drop(setup.handle);
    timeout(Duration::from_secs(1), setup.task).await.unwrap().unwrap();
}

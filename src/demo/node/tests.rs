use super::*;
use crate::wire::version::PROTOCOL_VERSION;
use crate::wire::{Inventory, Message, Services, Version};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;

/// A node that serves one end of a pipe, on a paused clock.
struct Visit {
    stream: DuplexStream,
    decoder: Decoder,
    mood: watch::Sender<Mood>,
    started: Instant,
    served: JoinHandle<io::Result<()>>,
}

impl Visit {
    fn begin() -> Self {
        let clock = Clock::starting_at(Timestamp::from_secs(1_800_000_000));
        let shared = Arc::new(Shared {
            world: RwLock::new(World::small(1, 7.0)),
            news: broadcast::channel(1_000).0,
            clock,
            started: clock.now(),
            seed: 1,
            scenario: Scenario::new(1, 1),
            addresses: Arc::new([]),
        });
        let address = ([127, 0, 0, 1], 0).into();
        let node =
            Node { number: 0, address, profile: Arc::new(Profile::usual()), shared: Arc::clone(&shared) };
        let (mood, moods) = watch::channel(Mood::Well);
        let (stream, end) = tokio::io::duplex(1 << 16);
        let served = tokio::spawn(async move { node.serve(end, moods, 1).await });
        tokio::spawn(async move { shared.live().await });
        let decoder = Decoder::new(Network::Regtest.magic());
        Self { stream, decoder, mood, started: Instant::now(), served }
    }

    async fn live() -> Self {
        let mut visit = Self::begin();
        let hello = Version {
            version: PROTOCOL_VERSION,
            services: Services::NONE,
            time: 0,
            nonce: 1,
            user_agent: vec![],
            start_height: 0,
            relay: true,
        };
        for message in [Message::Version(hello), Message::WtxidRelay, Message::Verack] {
            visit.say(&message).await;
        }
        visit.hear(|message| matches!(message, Message::FeeFilter(100))).await;
        visit
    }

    async fn say(&mut self, message: &Message) {
        self.stream.write_all(&message.encode(Network::Regtest.magic())).await.unwrap();
    }

    /// Returns the next message that `matches`, and when it arrived.
    async fn hear(&mut self, matches: impl Fn(&Message) -> bool) -> (Message, Duration) {
        loop {
            while let Some(decoded) = self.decoder.next().unwrap() {
                let message = decoded.content.unwrap();
                if matches(&message) {
                    return (message, self.started.elapsed());
                }
            }
            assert!(
                self.stream.read_buf(self.decoder.buffer()).await.unwrap() > 0,
                "the node closed the connection"
            );
        }
    }

    /// Returns the round-trip time of a ping.
    async fn ping(&mut self, nonce: u64) -> Duration {
        let asked = self.started.elapsed();
        self.say(&Message::Ping(nonce)).await;
        self.hear(|message| *message == Message::Pong(nonce)).await.1.saturating_sub(asked)
    }
}

#[tokio::test(start_paused = true)]
async fn announcements_come_every_five_seconds_on_the_average() {
    let mut visit = Visit::live().await;
    let is_txs = |message: &Message| match message {
        Message::Inv(inv) => inv.iter().all(|entry| matches!(entry, Inventory::Wtx(_))),
        _ => false,
    };
    let mut times = vec![];
    while times.len() < 40 {
        times.push(visit.hear(is_txs).await.1);
    }
    let mean = times[39].saturating_sub(times[0]) / 39;
    assert!((Duration::from_secs(4)..Duration::from_secs(7)).contains(&mean), "{mean:?}");
}

#[tokio::test(start_paused = true)]
async fn a_late_node_answers_later_by_its_delay() {
    let mut visit = Visit::live().await;
    assert!(visit.ping(1).await < Duration::from_millis(200));
    visit.mood.send_replace(Mood::Late(Duration::from_secs(9)));
    tokio::task::yield_now().await;
    let rtt = visit.ping(2).await;
    assert!((Duration::from_secs(9)..Duration::from_millis(9_200)).contains(&rtt), "{rtt:?}");
}

#[tokio::test(start_paused = true)]
async fn a_frozen_node_keeps_the_connection_and_says_nothing_until_it_thaws() {
    let mut visit = Visit::live().await;
    visit.mood.send_replace(Mood::Frozen);
    tokio::task::yield_now().await;
    visit.say(&Message::Ping(1)).await;
    let silence = tokio::time::timeout(Duration::from_mins(1), visit.hear(|_| true)).await;
    assert!(silence.is_err(), "{silence:?}");
    visit.mood.send_replace(Mood::Well);
    visit.hear(|message| *message == Message::Pong(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_of_another_network_is_closed() {
    let mut visit = Visit::begin();
    visit.stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert!(visit.served.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn malformed_messages_are_skipped() {
    let mut visit = Visit::live().await;
    let mut garbled = Message::Ping(1).encode(Network::Regtest.magic());
    *garbled.last_mut().unwrap() ^= 1;
    visit.stream.write_all(&garbled).await.unwrap();
    assert!(visit.ping(2).await < Duration::from_millis(200));
}

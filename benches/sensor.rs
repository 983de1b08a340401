//! What publishing costs a sensor: the first two hours of a day of mainnet with 50 peers, as fast as a real `nats-server`
//! takes them.

mod feed;

use async_nats::jetstream;
use feed::START;
use feed::day::{Day, cpu, per_event};
use mempulse::Timestamp;
use mempulse::chain::Network;
use mempulse::model::{Model, ModelSettings};
use mempulse::sensor::{
    Login, Sensor, SensorName, SensorSettings, ServerAddress, ServerSettings, StreamSettings, Tls,
};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PEERS: u64 = 50;
const SECONDS: u64 = 2 * 3_600;

/// The time between two flushes.
const TICK: Duration = Duration::from_millis(100);

/// How many messages may wait before the day stops for a moment: it passes a thousand times as fast as it would.
const WAITING: u64 = 1_000;

/// A server that is stopped when this is dropped.
struct Broker(Child, String);

impl Broker {
    fn start(folder: &Path) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).ok()?.port();
        let mut command = Command::new("nats-server");
        command.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(folder);
        let broker = Self(command.stderr(Stdio::null()).spawn().ok()?, format!("nats://127.0.0.1:{port}"));
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(broker)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn settings(url: &str) -> SensorSettings {
    let address = ServerAddress::parse(url).expect("it is one");
    SensorSettings {
        network: Network::Mainnet,
        name: SensorName::parse("bench").expect("it is one"),
        server: ServerSettings { addresses: vec![address], tls: Tls::default(), login: Login::None },
        stream: StreamSettings { max_bytes: 4_000_000_000, max_age: Duration::from_hours(24), replicas: 1 },
        spool: None,
        max_spool: 1 << 30,
    }
}

fn model() -> Model {
    Model::new(ModelSettings::new(Network::Mainnet, START))
}

/// What the day costs without a sensor.
fn plain() -> Duration {
    let (before, mut model) = (cpu(), model());
    Day::new(PEERS).run(SECONDS, |event| _ = model.apply(&event));
    cpu().saturating_sub(before)
}

async fn publish(broker: &Broker, plain: Duration) {
    let (mut sensor, _first) = Sensor::start(settings(&broker.1), START).await.expect("the server is there");
    let (mut events, mut noted, mut tick) = (0_u64, Duration::ZERO, START);
    let (before, mut model) = (cpu(), model());
    Day::new(PEERS).run(SECONDS, |event| {
        while sensor.waiting() > WAITING {
            std::thread::sleep(Duration::from_millis(1));
        }
        let begun = Instant::now();
        if event.time > tick + TICK {
            tick = event.time;
            sensor.tick(&model, tick);
        }
        sensor.note(&event, &model);
        noted += begun.elapsed();
        model.apply(&event);
        events += 1;
    });
    let end: Timestamp = tick + TICK;
    sensor.tick(&model, end);
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if sensor.waiting() == 0 {
            break;
        }
    }
    let all = cpu().saturating_sub(before).saturating_sub(plain);
    sensor.close(end).await;
    let context = jetstream::new(async_nats::connect(&broker.1).await.expect("the server is there"));
    let stream = context.get_stream("mempulse-mainnet").await.expect("it was published");
    let state = &stream.cached_info().state;
    println!("{events} events in {} messages", state.messages);
    println!("  taken from the monitor's thread:   {}", per_event(noted, events));
    println!("  in all threads, this included:     {}", per_event(all, events));
    println!("  for comparison, events and model:  {}", per_event(plain, events));
    println!("  {} MB in the stream, {} bytes per event", state.bytes / 1_000_000, state.bytes / events);
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let Some(broker) = Broker::start(folder.path()) else {
        println!("there is no nats-server in $PATH");
        return;
    };
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(publish(&broker, plain()));
}

//! Many clients, some of them misbehaving.

use super::*;
use crate::api::events::{MAX_READERS, MAX_WAITING};
use crate::api::http::guard::Token;
use tokio::time::{Instant, timeout};

const EVENTS: &str = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A connection that reads events, after the answer has begun.
async fn reader(api: &Api) -> DuplexStream {
    let mut connection = api.connect();
    connection.write_all(EVENTS.as_bytes()).await.unwrap();
    let mut seen = String::new();
    while !seen.contains("data: {\"event\":\"start\"}") {
        let mut piece = [0; 512];
        let count = connection.read(&mut piece).await.unwrap();
        assert!(count > 0, "{seen}");
        seen += &String::from_utf8_lossy(&piece[..count]);
    }
    assert!(
        seen.starts_with("HTTP/1.1 200 OK") && seen.contains("content-type: text/event-stream"),
        "{seen}"
    );
    connection
}

#[tokio::test(start_paused = true)]
async fn a_wallet_asks_every_second_for_a_minute_beside_ten_readers_that_do_not_read() {
    let mut scene = Scene::new();
    scene.connect(1);
    let api = Api::of(scene);
    let mut slow = Vec::new();
    for _ in 0..10 {
        slow.push(reader(&api).await);
    }
    let mut good = reader(&api).await;
    let reading = tokio::spawn(async move {
        let mut piece = vec![0; 1 << 16];
        let mut count = 0;
        while let Ok(read @ 1..) = good.read(&mut piece).await {
            count += read;
        }
        count
    });
    let record = format!(r#"{{"event":"made_up","text":"{}"}}"#, "x".repeat(2_000_000));
    for second in 0..60 {
        let asked = Instant::now();
        let got = timeout(Duration::from_secs(1), api.get("/api/v1/fees/recommended")).await.unwrap();
        assert!(got.status == 503 && got.body.contains("empty"), "second {second}: {got:?}");
        assert!(asked.elapsed() < Duration::from_millis(100), "second {second}: {:?}", asked.elapsed());
        api.desk.lock().unwrap().write(std::slice::from_ref(&record));
        api.scene.lock().unwrap().pass(1);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let metrics = api.get("/metrics").await.body;
    assert!(metrics.contains("\nmempulse_api_dropped_event_readers_total 10\n"), "{metrics}");
    assert!(metrics.contains("\nmempulse_api_event_readers 1.0\n"), "{metrics}");
    for mut reader in slow {
        let mut rest = Vec::new();
        // Its connection was closed at the latest when it had read nothing for ten seconds.
        let _ = timeout(Duration::from_secs(1), reader.read_to_end(&mut rest)).await.expect("the end");
        assert!(rest.len() < MAX_WAITING, "{}", rest.len());
    }
    drop(api);
    tokio::task::yield_now().await;
    reading.abort();
}

#[tokio::test(start_paused = true)]
async fn there_is_a_limit_to_the_readers_of_events_and_one_that_leaves_makes_room() {
    let api = Api::of(Scene::new());
    let mut readers = Vec::new();
    for _ in 0..MAX_READERS {
        readers.push(reader(&api).await);
    }
    assert_eq!(api.ask(EVENTS).await.status, 503);
    readers.pop();
    tokio::time::sleep(Duration::from_secs(1)).await;
    reader(&api).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_or_little_is_disconnected_after_ten_seconds() {
    let api = Api::of(Scene::new());
    for beginning in ["", "GET /metr", "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: "] {
        let mut connection = api.connect();
        let connected = Instant::now();
        connection.write_all(beginning.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer).await;
        let (min, max) = (Duration::from_secs(9), Duration::from_secs(11));
        assert!((min..max).contains(&connected.elapsed()), "{beginning:?}: {:?}", connected.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_head_is_refused() {
    let api = Api::of(Scene::new());
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(1_000));
    let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "y".repeat(60_000));
    assert_eq!((api.ask(&many).await.status, api.ask(&long).await.status), (431, 431));
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_busy_monitor_is_limited() {
    let api = Api::of(Scene::new());
    api.monitor.abort();
    tokio::task::yield_now().await;
    let asked = Instant::now();
    let got = api.get("/api/mempool").await;
    assert_eq!(
        (got.status, got.json()["error"].as_str()),
        (503, Some("mempulse is busy: try again in a second"))
    );
    assert!(asked.elapsed() <= Duration::from_secs(10), "{:?}", asked.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_monitor_is_asked_once_a_second_however_many_ask() {
    let api = Api::of(Scene::new());
    let time = |got: &Got| got.headers.split("time=").nth(1).map(|rest| rest[..24].to_owned()).unwrap();
    let first = time(&api.get("/api/mempool").await);
    for _ in 0..500 {
        api.scene.lock().unwrap().pass(1);
        assert_eq!(time(&api.get("/api/mempool").await), first, "as of the same moment");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_ne!(time(&api.get("/api/mempool").await), first);
}

#[tokio::test(start_paused = true)]
async fn more_requests_than_a_second_has_are_refused() {
    let api = Api::of(Scene::new());
    let mut connection = api.connect();
    let mut refused = 0;
    for _ in 0..2_100 {
        connection.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4_096];
        let count = connection.read(&mut answer).await.unwrap();
        refused += usize::from(answer[..count].starts_with(b"HTTP/1.1 429"));
    }
    assert_eq!(refused, 100);
}

#[tokio::test(start_paused = true)]
async fn without_the_token_nothing_is_served() {
    let token = Some(Token::parse("correct-horse-battery").unwrap());
    let api = Api::with(Scene::new(), ServeSettings { token, ..ServeSettings::default() });
    for path in ["/", "/metrics", "/api/mempool", "/events", "/nothing"] {
        let got = api.get(path).await;
        assert_eq!((got.status, got.headers.contains("www-authenticate: Bearer")), (401, true), "{path}");
    }
    let with = "GET / HTTP/1.1\r\nHost: monitor.lan\r\nConnection: close\r\nAuthorization: Bearer correct-horse-battery\r\n\r\n";
    assert_eq!(api.ask(with).await.status, 200);
}

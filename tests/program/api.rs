//! The API of the real program, over loopback.

use crate::monitor::Monitor;
use crate::terminal::Terminal;
use crate::{PATIENCE, end_of};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};
use std::{fs, thread};

/// A free loopback port.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The status and the body of the answer; 0 if there is none.
fn get(port: u16, path: &str) -> (i32, String) {
    let asked = minreq::get(format!("http://127.0.0.1:{port}{path}")).with_timeout(30).send();
    asked.map_or((0, String::new()), |got| (got.status_code, got.as_str().unwrap_or_default().to_owned()))
}

/// Waits until the answer fulfils the condition. Returns its body.
fn wait_for(port: u16, path: &str, mut is_met: impl FnMut(i32, &str) -> bool) -> String {
    let mut last = (0, String::new());
    crate::wait_for(path, || {
        last = get(port, path);
        is_met(last.0, &last.1)
    });
    last.1
}

#[test]
fn the_demo_serves_everything_that_it_lists_until_it_is_interrupted() {
    let port = free_port();
    let serve = format!("127.0.0.1:{port}");
    let mut monitor = Monitor::run(&["demo", "--stream", "--seed", "1", "--rate", "100", "--serve", &serve]);
    let fees = wait_for(port, "/api/v1/fees/recommended", |status, _| status == 200);
    let fees: Value = serde_json::from_str(&fees).unwrap();
    assert!(fees["fastestFee"].as_u64() >= fees["minimumFee"].as_u64(), "{fees}");
    let found: Value = serde_json::from_str(&get(port, "/api/transactions?sort=-vsize&limit=3").1).unwrap();
    assert_eq!(found["transactions"].as_array().unwrap().len(), 3, "{found}");
    let txid = found["transactions"][0]["txid"].as_str().unwrap();
    let listed = get(port, "/").1;
    let paths: Vec<&str> = listed
        .lines()
        .filter(|line| line.starts_with('/'))
        .map(|line| line.split([' ', '?']).next().unwrap())
        .filter(|path| *path != "/events")
        .collect();
    assert_eq!(paths.len(), 10, "{listed}");
    for path in paths {
        let (status, body) = get(port, &path.replace("TXID", txid));
        // A replacement may have removed the transaction.
        assert!(
            status == 200 && !body.is_empty() || path.contains("TXID") && status == 404,
            "{path}: {status} {body}"
        );
    }
    let mut events = BufReader::new(TcpStream::connect(&serve).unwrap());
    events.get_mut().write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    events.get_mut().set_read_timeout(Some(PATIENCE)).unwrap();
    let records = events
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("data: ").map(str::to_owned));
    let mut records = records.map(|record| serde_json::from_str::<Value>(&record).unwrap());
    assert_eq!(records.next().unwrap()["event"], "start");
    // On a busy machine, any number of other records may come first.
    assert!(records.any(|record| record["event"] == "transaction"));
    assert!(monitor.interrupt().success());
    assert_eq!(get(port, "/").0, 0, "the port is closed");
}

#[test]
fn a_stream_whose_reader_is_slow_is_served_all_the_same() {
    let port = free_port();
    let mut process = crate::mempulse()
        .args(["demo", "--stream", "--rate", "500", "--serve", &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = process.stdout.take().unwrap();
    output.read_exact(&mut [0; 100]).unwrap();
    // The pipe is full once the records of the mempool have come; nothing more is taken from it.
    let received = |body: &str| {
        let line =
            body.lines().find(|line| line.starts_with("mempulse_mempool_received_transactions_total "));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    let mut before = 0;
    wait_for(port, "/metrics", |_, body| {
        let now = received(body);
        thread::sleep(Duration::from_millis(1_200));
        now > 100 && std::mem::replace(&mut before, now) == now
    });
    for _ in 0..5 {
        assert_eq!(get(port, "/api/mempool").0, 200);
    }
    drop(output);
    assert!(end_of(&mut process).success());
}

#[test]
fn the_configuration_file_can_ask_for_it_and_a_taken_port_is_one_line() {
    let port = free_port();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    fs::write(&file, format!("serve = \"127.0.0.1:{port}\"\nmetrics-per-peer = true\n")).unwrap();
    let arguments =
        ["stream", "--network", "regtest", "--peer", "127.0.0.1:1", "--config", file.to_str().unwrap()];
    let mut monitor = Monitor::run(&arguments);
    wait_for(port, "/metrics", |status, body| {
        status == 200 && body.contains("mempulse_peer_announcements_total{peer=\"127.0.0.1:1\"}")
    });
    let second = crate::mempulse().args(arguments).output().unwrap();
    let message = String::from_utf8(second.stderr).unwrap();
    assert_eq!(
        message,
        format!("error: cannot serve at 127.0.0.1:{port}: Address already in use (os error 98)\n")
    );
    // A report leaves the port alone, as there is no monitor to ask.
    let report = ["report", "--network", "regtest", "--peer", "127.0.0.1:1", "--after", "100ms", "--config"];
    assert!(crate::mempulse().args(report).arg(&file).output().unwrap().status.success());
    assert!(monitor.interrupt().success());
}

/// The median time until the screen shows what a key asks for, and how many frames per second it draws
/// besides.
fn liveliness(terminal: &mut Terminal) -> (Duration, f64) {
    let mut times = Vec::new();
    for _ in 0..10 {
        for (key, shown) in [("4", "projected"), ("1", "events")] {
            let pressed = Instant::now();
            terminal.press(key);
            terminal.wait_until(shown, |screen| screen.contents().to_lowercase().contains(shown));
            times.push(pressed.elapsed());
        }
    }
    let (began, before) = (Instant::now(), terminal.frames());
    thread::sleep(Duration::from_secs(5));
    #[expect(clippy::cast_precision_loss, reason = "a few frames")]
    let frames = (terminal.frames() - before) as f64 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    (times[times.len() / 2], frames)
}

/// Prints its measurements: `cargo test --release --test program -- --ignored --nocapture requests_a_second`.
#[test]
#[ignore = "measures, and needs a machine with nothing else to do"]
fn a_thousand_requests_a_second_do_not_disturb_the_screen() {
    let port = free_port();
    let mut terminal = Terminal::mempulse(&format!("demo --seed 1 --rate 50 --serve {port}"), (120, 36));
    wait_for(port, "/api/v1/fees/recommended", |status, _| status == 200);
    let quiet = liveliness(&mut terminal);
    let end = Instant::now() + Duration::from_secs(15);
    let clients: Vec<_> =
        (0..4).map(|_| thread::spawn(move || ask_until(port, end, Duration::from_millis(4)))).collect();
    thread::sleep(Duration::from_secs(1));
    let busy = liveliness(&mut terminal);
    let answered: u32 = clients.into_iter().map(|client| client.join().unwrap()).sum();
    println!(
        "{} answers a second; usual key {:?} before, {:?} meanwhile; {:.1} and {:.1} frames a second",
        answered / 15,
        quiet.0,
        busy.0,
        quiet.1,
        busy.1
    );
    assert!(answered >= 15 * 800, "{answered} answers in 15 s");
    assert!(busy.0 < quiet.0 * 3 + Duration::from_millis(250), "{:?} after {:?}", busy.0, quiet.0);
    assert!(busy.1 > quiet.1 * 0.7, "{} frames a second after {}", busy.1, quiet.1);
    terminal.press("q");
    assert!(terminal.wait().success());
}

/// Sends requests on one connection, each as soon as `pause` has passed since the last. Returns the number of
/// answers.
fn ask_until(port: u16, end: Instant, pause: Duration) -> u32 {
    let paths = ["/api/mempool", "/api/v1/fees/recommended", "/metrics", "/api/blocks/tip/height"];
    let mut connection = BufReader::new(TcpStream::connect(("127.0.0.1", port)).unwrap());
    let mut answered = 0;
    let mut next = Instant::now();
    for path in paths.into_iter().cycle() {
        if Instant::now() >= end {
            break;
        }
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.get_mut().write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            connection.read_line(&mut line).unwrap();
            if line == "\r\n" {
                break;
            }
            length =
                line.strip_prefix("content-length: ").map_or(length, |length| length.trim().parse().unwrap());
        }
        connection.read_exact(&mut vec![0; length]).unwrap();
        answered += 1;
        next += pause;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    answered
}

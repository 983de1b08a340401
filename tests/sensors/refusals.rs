//! Whatever is wrong with the server, the stream or the login is reported in one line, and the sensor ends.

use crate::broker::{Broker, STREAM, config};
use crate::logins::make_certificates;
use crate::sensor::{Sensor, mempulse};
use async_nats::jetstream::stream::Config;
use std::path::Path;

/// The line with which a sensor ends. Its peer does not exist.
async fn refusal(state_dir: &Path, url: &str, arguments: &[&str]) -> String {
    let mut command = mempulse(state_dir);
    command.args(["--name", "fra1", "--nats", url, "--peer", "127.0.0.1:1"]).args(arguments);
    let mut sensor = Sensor::of(&mut command);
    let status = sensor.end().await;
    // Its last line may still be on its way.
    sensor_says(&sensor).await;
    let said = sensor.said();
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains(" INFO ")).collect();
    let [line] = lines.as_slice() else { panic!("{said}") };
    assert_eq!(status.code(), Some(1), "{said}");
    line.strip_prefix("error: ").unwrap_or_else(|| panic!("{said}")).to_owned()
}

async fn sensor_says(sensor: &Sensor) {
    crate::wait_for("its last line", async || sensor.said().contains("error: ")).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_login_that_is_refused() {
    let broker = Broker::start("authorization { user: me, password: right }");
    let folder = tempfile::tempdir().unwrap();
    let refused = |url: &str| format!("{url} refuses the login, or needs one");
    let password = folder.path().join("password");
    std::fs::write(&password, "wrong").unwrap();
    let arguments = ["--nats-user", "me", "--nats-password-file", password.to_str().unwrap()];
    assert_eq!(refusal(folder.path(), &broker.url(), &arguments).await, refused(&broker.url()));
    assert_eq!(refusal(folder.path(), &broker.url(), &[]).await, refused(&broker.url()));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn an_unsuitable_server() {
    let folder = tempfile::tempdir().unwrap();
    let broker = Broker::start("jetstream: false");
    let said = refusal(folder.path(), &broker.url(), &[]).await;
    assert_eq!(said, "the server has no JetStream for this user: start it with -js, or allow it");
    let broker = Broker::start("max_payload: 65536");
    let said = refusal(folder.path(), &broker.url(), &[]).await;
    assert_eq!(
        said,
        "the server accepts messages of at most 65536 bytes; max_payload must be at least 525312"
    );
    let broker = Broker::start("jetstream { STORE, max_file_store: 10MB }");
    let said = refusal(folder.path(), &broker.url(), &[]).await;
    assert!(said.starts_with("stream mempulse-regtest cannot be created: insufficient storage"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_stream_that_is_not_for_sensors() {
    let folder = tempfile::tempdir().unwrap();
    let broker = Broker::start("");
    let context = broker.jetstream().await;
    let other = Config { name: "all".to_owned(), ..config() };
    context.create_stream(other).await.unwrap();
    let said = refusal(folder.path(), &broker.url(), &[]).await;
    assert_eq!(said, "stream mempulse-regtest cannot be created: another stream has its subjects");
    context.delete_stream("all").await.unwrap();
    context.create_stream(Config { subjects: vec!["orders".to_owned()], ..config() }).await.unwrap();
    let said = refusal(folder.path(), &broker.url(), &[]).await;
    assert_eq!(
        said,
        "stream mempulse-regtest is not one for sensors: its subjects are orders, and must contain \
         \"mempulse.v1.regtest.>\""
    );
    context.delete_stream(STREAM).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn an_untrusted_certificate() {
    let (files, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make_certificates(files.path());
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let tls = format!("tls {{ cert_file: {:?}, key_file: {:?} }}", path("server.pem"), path("server.key"));
    let broker = Broker::start(&tls);
    let url = format!("tls://127.0.0.1:{}", broker.port());
    let said = refusal(folder.path(), &url, &[]).await;
    assert_eq!(said, format!("{url} cannot be used with TLS: invalid peer certificate: UnknownIssuer"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_second_sensor_of_the_same_name() {
    let folder = tempfile::tempdir().unwrap();
    let broker = Broker::start("");
    let mut command = mempulse(folder.path());
    command.args(["--name", "fra1", "--nats", &broker.url(), "--peer", "127.0.0.1:1"]);
    let mut first = Sensor::of(&mut command);
    first.says("publishing").await;
    let said = refusal(folder.path(), &broker.url(), &[]).await;
    let spool = folder.path().join("sensor-fra1/spool-regtest");
    assert_eq!(
        said,
        format!("another sensor with this name and network is running: it uses {}", spool.display())
    );
    first.interrupt().await;
}

//! TLS, and every way to log in.

use crate::broker::{Broker, STREAM};
use crate::reader::Content;
use crate::sensor::{Sensor, demo, mempulse};
use crate::wait_for;
use async_nats::ConnectOptions;
use async_nats::jetstream::Context;
use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The rights that docs/sensors.md lists for the sensor with this name, including those to create the stream.
fn rights(name: &str) -> String {
    format!(
        r#"permissions: {{
            publish: ["mempulse.v1.regtest.{name}.*", "$JS.API.STREAM.INFO.mempulse-regtest",
                      "$JS.API.STREAM.CREATE.mempulse-regtest"]
            subscribe: ["_INBOX.{name}.>"]
        }}"#
    )
}

/// Asserts that a sensor with these arguments publishes something that `context` sees.
async fn publishes(url: &str, context: &Context, arguments: &[&str], variables: &[(&str, &str)]) {
    let demo = demo(20.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = mempulse(folder.path());
    command.args(["--name", "fra1", "--nats", url]).args(arguments).envs(variables.iter().copied());
    for peer in demo.addresses() {
        command.args(["--peer", &peer.to_string()]);
    }
    let mut sensor = Sensor::of(&mut command);
    sensor.says("publishing").await;
    wait_for("the mempool", async || {
        let mut stream = context.get_stream(STREAM).await.unwrap();
        stream.info().await.unwrap().state.messages > 5_000
    })
    .await;
    let said = sensor.interrupt().await;
    assert!(!said.contains("WARN") || !said.contains("publisher"), "{said}");
    assert!(Content::of(context).await.events("fra1").len() > 5_000);
}

fn write(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_user_with_the_documented_rights_publishes() {
    let users = format!(
        r#"authorization {{ users: [
            {{ user: admin, password: admin }}
            {{ user: fra1, password: "pass word", {} }}
        ] }}"#,
        rights("fra1")
    );
    let broker = Broker::start(&users);
    let admin = || ConnectOptions::with_user_and_password("admin".to_owned(), "admin".to_owned());
    let file = write(broker.folder(), "password", "pass word\n");
    let context = broker.jetstream_as(admin()).await;
    let user = ["--nats-user", "fra1"];
    publishes(&broker.url(), &context, &[&user[..], &["--nats-password-file", &file]].concat(), &[]).await;
    context.delete_stream(STREAM).await.unwrap();
    publishes(&broker.url(), &context, &user, &[("MEMPULSE_NATS_PASSWORD", "pass word")]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_sensor_cannot_publish_in_anothers_name() {
    let users = format!(
        r"authorization {{ users: [
            {{ user: admin, password: admin }}
            {{ user: sin1, password: sin1, {} }}
        ] }}",
        // It receives its answers, and may publish on its own subjects only.
        rights("sin1").replace("_INBOX.sin1", "_INBOX")
    );
    let broker = Broker::start(&users);
    let demo = demo(20.0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = mempulse(folder.path());
    command.args(["--name", "fra1", "--nats", &broker.url(), "--nats-user", "sin1"]);
    command.env("MEMPULSE_NATS_PASSWORD", "sin1");
    for peer in demo.addresses() {
        command.args(["--peer", &peer.to_string()]);
    }
    let mut sensor = Sensor::of(&mut command);
    sensor.says("the server says: ").await;
    sensor.says("Permissions Violation for Publish to \"mempulse.v1.regtest.fra1.").await;
    let admin = ConnectOptions::with_user_and_password("admin".to_owned(), "admin".to_owned());
    let context = broker.jetstream_as(admin).await;
    assert_eq!(context.get_stream(STREAM).await.unwrap().cached_info().state.messages, 0);
    sensor.interrupt().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn an_nkey_logs_in() {
    let (reader, sensor) = (KeyPair::new_user(), KeyPair::new_user());
    let users = format!(
        "authorization {{ users: [ {{ nkey: {} }}, {{ nkey: {}, {} }} ] }}",
        reader.public_key(),
        sensor.public_key(),
        rights("fra1")
    );
    let broker = Broker::start(&users);
    let seed = write(broker.folder(), "fra1.nk", &format!("{}\n", sensor.seed().unwrap()));
    let context = broker.jetstream_as(ConnectOptions::with_nkey(reader.seed().unwrap())).await;
    publishes(&broker.url(), &context, &["--nats-nkey-file", &seed], &[]).await;
}

/// A JSON web token in NATS's format.
fn jwt(issuer: &KeyPair, subject: &KeyPair, name: &str, nats: &Value) -> String {
    let encode = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let header = encode(json!({ "typ": "JWT", "alg": "ed25519-nkey" }));
    let claims = encode(json!({
        "jti": name, "iat": 1_700_000_000, "iss": issuer.public_key(), "name": name,
        "sub": subject.public_key(), "nats": nats,
    }));
    let signed = format!("{header}.{claims}");
    let signature = BASE64URL_NOPAD.encode(&issuer.sign(signed.as_bytes()).unwrap());
    format!("{signed}.{signature}")
}

/// A credentials file.
fn credentials(account: &KeyPair, name: &str) -> String {
    let user = KeyPair::new_user();
    let claims =
        json!({ "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1, "pub": {}, "sub": {} });
    let jwt = jwt(account, &user, name, &claims);
    let seed = user.seed().unwrap();
    format!(
        "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_credentials_file_logs_in() {
    let (operator, system, account) =
        (KeyPair::new_operator(), KeyPair::new_account(), KeyPair::new_account());
    let limits = json!({
        "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1,
        "leaf": -1, "mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1,
    });
    let of_account = json!({ "type": "account", "version": 2, "limits": limits });
    let of_system = json!({ "type": "account", "version": 2, "limits": { "subs": -1, "data": -1, "payload": -1,
        "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1 } });
    let broker = Broker::start(&format!(
        "operator: {}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{ {}: {}, {}: {} }}",
        jwt(&operator, &operator, "test", &json!({ "type": "operator", "version": 2 })),
        system.public_key(),
        system.public_key(),
        jwt(&operator, &system, "SYS", &of_system),
        account.public_key(),
        jwt(&operator, &account, "mempulse", &of_account),
    ));
    let file = write(broker.folder(), "fra1.creds", &credentials(&account, "fra1"));
    let reader = ConnectOptions::with_credentials(&credentials(&account, "reader")).unwrap();
    let context = broker.jetstream_as(reader).await;
    publishes(&broker.url(), &context, &["--nats-creds-file", &file], &[]).await;
}

/// Runs `openssl` in a folder.
fn openssl(folder: &Path, arguments: &str) {
    let output =
        Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Makes a certificate authority, with certificates for a server and a client.
pub fn make_certificates(folder: &Path) {
    const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(
        folder,
        &format!(
            "req -x509 {KEY} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca -addext basicConstraints=critical,CA:TRUE"
        ),
    );
    for (name, alternative) in [("server", "IP:127.0.0.1,DNS:localhost"), ("client", "DNS:fra1")] {
        openssl(
            folder,
            &format!(
                "req {KEY} -keyout {name}.key -out {name}.csr -subj /CN={name} -addext subjectAltName={alternative}"
            ),
        );
        openssl(
            folder,
            &format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out {name}.pem"
            ),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn tls_with_an_authority_of_its_own_and_a_certificate_of_the_sensor() {
    let files = tempfile::tempdir().unwrap();
    make_certificates(files.path());
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let broker = Broker::start(&format!(
        "tls {{ cert_file: {:?}, key_file: {:?}, ca_file: {:?}, verify: true }}",
        path("server.pem"),
        path("server.key"),
        path("ca.pem")
    ));
    let reader = ConnectOptions::new()
        .add_root_certificates(path("ca.pem").into())
        .add_client_certificate(path("client.pem").into(), path("client.key").into())
        .require_tls(true);
    let context = broker.jetstream_as(reader).await;
    let (ca, certificate, key) = (path("ca.pem"), path("client.pem"), path("client.key"));
    let arguments =
        ["--nats-ca-file", &ca, "--nats-cert-file", &certificate, "--nats-key-file", &key].map(String::from);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let url = format!("tls://localhost:{}", broker.port());
    publishes(&url, &context, &arguments, &[]).await;
}

//! Which routes lead to a peer, and which don't.

use crate::p2p::peer::dial::resolve::Resolving;
use crate::p2p::peer::dial::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A resolver that fails the test when asked.
#[derive(Debug)]
struct NeverAsked;

impl Resolve for NeverAsked {
    fn resolve<'a>(&'a self, host: &'a str, _: u16) -> Resolving<'a> {
        panic!("{host} was resolved on this side of the proxy")
    }
}

async fn listen() -> (TcpListener, PeerAddress) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = PeerAddress::from_socket(listener.local_addr().unwrap());
    (listener, address)
}

fn at(text: &str) -> PeerAddress {
    PeerAddress::parse(text, 8_333).unwrap()
}

fn through(proxy: &PeerAddress) -> Connector {
    let routes = Routes { proxy: Some(proxy.clone()), ..Routes::default() };
    Connector::new(routes, Arc::new(NeverAsked))
}

/// Dials through a scripted proxy: before each answer in `script` it reads the given number of bytes. Returns
/// what the proxy read, and the result of the dial.
async fn dial_through(
    script: &[(usize, &[u8])],
    address: &PeerAddress,
) -> (Vec<Vec<u8>>, Result<TcpStream, DisconnectReason>) {
    let (listener, proxy) = listen().await;
    let serve = async {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        for &(length, answer) in script {
            let mut request = vec![0; length];
            client.read_exact(&mut request).await.unwrap();
            client.write_all(answer).await.unwrap();
            read.push(request);
        }
        read
    };
    let connector = through(&proxy);
    tokio::join!(serve, connector.dial(address))
}

const METHODS: usize = 4;
const CREDENTIALS: usize = 1 + 1 + 16 + 1 + 16;
const CONNECTED: &[u8] = &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/// The length of a request for a host name of this length.
const fn request(host: usize) -> usize {
    4 + 1 + host + 2
}

#[tokio::test]
async fn names_and_addresses_go_to_the_proxy_as_names_each_with_other_credentials() {
    let onion = format!("{}.onion:8333", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd");
    let mut seen = Vec::new();
    for text in ["node.example:8333", "20.1.0.1:8333", "[2a01::1]:8333", &onion] {
        let host = text.trim_end_matches(":8333").trim_matches(['[', ']']);
        let script: [(usize, &[u8]); 3] =
            [(METHODS, &[5, 2]), (CREDENTIALS, &[1, 0]), (request(host.len()), CONNECTED)];
        let (read, dialled) = dial_through(&script, &at(text)).await;
        dialled.unwrap();
        let mut expected = vec![5, 1, 0, 3, u8::try_from(host.len()).unwrap()];
        expected.extend_from_slice(host.as_bytes());
        expected.extend_from_slice(&8_333_u16.to_be_bytes());
        assert_eq!(read[2], expected, "{text}");
        seen.push(read[1].clone());
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 4, "credentials were used twice");
}

#[tokio::test]
async fn a_proxy_without_passwords_will_do() {
    let script: [(usize, &[u8]); 2] = [(METHODS, &[5, 0]), (request(8), CONNECTED)];
    let (_, dialled) = dial_through(&script, &at("20.1.0.1")).await;
    dialled.unwrap();
}

#[tokio::test]
async fn a_refusal_says_whether_the_peer_or_the_proxy_is_at_fault() {
    let refused = |code| [5, code, 0, 1, 0, 0, 0, 0, 0, 0];
    for (code, message) in [
        (1, "unreachable by the proxy: failed without a reason"),
        (3, "unreachable by the proxy: network unreachable"),
        (4, "unreachable by the proxy: host unreachable"),
        (5, "unreachable by the proxy: connection refused"),
        (6, "unreachable by the proxy: timed out"),
        (2, "PROXY: does not allow the connection"),
        (7, "PROXY: does not support the request"),
    ] {
        let answer = refused(code);
        let (_, dialled) = dial_through(&[(METHODS, &[5, 0]), (request(8), &answer)], &at("20.1.0.1")).await;
        assert_reason(dialled, message);
    }
    for (script, message) in [
        (&[(METHODS, &b"HTTP/1.1 400 Bad Request\r\n"[..])][..], "PROXY: does not speak SOCKS5"),
        (&[(METHODS, &[5, 0xff])], "PROXY: requires a user name and password"),
        (&[(METHODS, &[5, 2]), (CREDENTIALS, &[1, 1])], "PROXY: requires a user name and password"),
        (&[], "PROXY: closed the connection"),
    ] {
        let (_, dialled) = dial_through(script, &at("20.1.0.1")).await;
        assert_reason(dialled, message);
    }
}

/// `PROXY` in `message` stands for the proxy's address.
fn assert_reason(dialled: Result<TcpStream, DisconnectReason>, message: &str) {
    let reason = dialled.unwrap_err();
    let expected = match &reason {
        DisconnectReason::Proxy { proxy, .. } => message.replace("PROXY", &format!("proxy {proxy}")),
        _ => message.to_owned(),
    };
    assert_eq!(reason.to_string(), expected);
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named() {
    let (listener, proxy) = listen().await;
    drop(listener);
    let reason = through(&proxy).dial(&at("20.1.0.1")).await.unwrap_err();
    assert_eq!(reason.to_string(), format!("proxy {proxy}: connection refused"));
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_is_silent_has_its_time() {
    let (_listener, proxy) = listen().await;
    let reason = through(&proxy).dial(&at("20.1.0.1")).await.unwrap_err();
    assert_eq!(reason, DisconnectReason::DialTimeout(PROXY_TIMEOUT));
}

/// Knows two addresses of one node.
#[derive(Debug)]
struct Both(PeerAddress);

impl Resolve for Both {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> Resolving<'a> {
        let v4 = self.0.socket().unwrap();
        Box::pin(async move { Ok(vec![format!("[::1]:{}", v4.port()).parse().unwrap(), v4]) })
    }
}

#[tokio::test]
async fn only_the_allowed_family_of_a_names_addresses_is_dialled() {
    let (_listener, address) = listen().await;
    let dial = async |families| {
        let routes = Routes { families, ..Routes::default() };
        Connector::new(routes, Arc::new(Both(address.clone()))).dial(&at("node.example")).await
    };
    assert!(dial(IpFamilies::V4).await.unwrap().peer_addr().unwrap().is_ipv4());
    assert!(dial(IpFamilies::V6).await.is_err(), "nothing listens there");
    assert!(dial(IpFamilies::Both).await.is_ok());
}

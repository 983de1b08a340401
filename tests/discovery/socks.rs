//! A SOCKS5 proxy that records its requests and plays the hosts behind it.

use crate::crowd::Script;
use mempulse::address::PeerAddress;
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// One request for a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The host, as a name.
    pub host: String,
    pub port: u16,
    pub credentials: (Vec<u8>, Vec<u8>),
}

/// The proxy; runs until it is dropped.
pub struct Proxy {
    pub address: PeerAddress,
    requests: Arc<Mutex<Vec<Request>>>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Starts a proxy behind which each host follows a script; a host without one is unreachable.
    pub async fn start(hosts: impl Fn(&str) -> Option<Script> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = PeerAddress::from_socket(listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (hosts, recorder) = (Arc::new(hosts), Arc::clone(&requests));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut conversations = JoinSet::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (hosts, recorder) = (Arc::clone(&hosts), Arc::clone(&recorder));
                conversations.spawn(async move {
                    let request = negotiate(&mut stream).await.expect("our side speaks SOCKS5");
                    let script = hosts(&request.host);
                    recorder.lock().unwrap().push(request);
                    let code = if script.is_some() { 0 } else { 4 };
                    stream.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
                    if let Some(script) = script {
                        script.follow(stream).await;
                    }
                });
            }
        });
        Self { address, requests, _tasks: tasks }
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Asserts that every connection had its own user name and password.
    pub fn assert_isolated(&self) {
        let requests = self.requests();
        let users: HashSet<_> = requests.iter().map(|request| &request.credentials.0).collect();
        let passwords: HashSet<_> = requests.iter().map(|request| &request.credentials.1).collect();
        assert_eq!((users.len(), passwords.len()), (requests.len(), requests.len()));
    }
}

/// RFC 1928 and RFC 1929, from the proxy's side. Accepts host names only.
async fn negotiate(stream: &mut TcpStream) -> io::Result<Request> {
    assert_eq!(stream.read_u8().await?, 5);
    assert!(var_bytes(stream).await?.contains(&2), "no user names are offered");
    stream.write_all(&[5, 2]).await?;
    assert_eq!(stream.read_u8().await?, 1);
    let credentials = (var_bytes(stream).await?, var_bytes(stream).await?);
    stream.write_all(&[1, 0]).await?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    assert_eq!(head, [5, 1, 0, 3], "not a connection by name");
    let host = String::from_utf8(var_bytes(stream).await?).unwrap();
    Ok(Request { host, port: stream.read_u16().await?, credentials })
}

async fn var_bytes(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

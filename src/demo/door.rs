//! The listening socket of a node: accepts, refuses or ignores connections.

use super::random;
use crate::chain::Network;
use rand::RngExt;
use std::future::pending;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 64;

/// A listening socket. In every state the port stays bound, so that the node keeps its address.
pub(super) enum Door {
    /// Connections are accepted.
    Open(TcpListener),
    /// Connections are refused: the port is bound, but not listening.
    Shut { _socket: TcpSocket },
    /// Connections get no answer: the only place in the queue is taken, and none is accepted. (Systems with a
    /// longer queue establish them, and they stay silent.)
    Jammed { _listener: TcpListener, _queued: TcpStream },
}

impl Door {
    /// Opens port `number` of the demo on its own loopback address, so that ports can be distinguished, and on
    /// the usual port number, if the system provides these.
    pub(super) fn of(seed: u64, number: usize) -> io::Result<Self> {
        let [a, b, c] = random::generator(seed, "address", number as u64).random::<[u8; 3]>();
        // 127.0.0.0/8 is all loopback; neither its first nor its last address is used.
        let own = Ipv4Addr::new(127, a, b, c.clamp(1, 254));
        let port = Network::Regtest.default_port();
        let open = |ip: Ipv4Addr, port| Self::open(SocketAddr::new(IpAddr::V4(ip), port));
        open(own, port).or_else(|_| open(own, 0)).or_else(|_| open(Ipv4Addr::LOCALHOST, 0))
    }

    /// Accepts connections to `address`; port 0 stands for any free port.
    pub(super) fn open(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::Open(bind(address)?.listen(BACKLOG)?))
    }

    /// Refuses connections to `address`.
    pub(super) fn shut(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::Shut { _socket: bind(address)? })
    }

    /// Leaves connections to `address` unanswered.
    pub(super) async fn jam(address: SocketAddr) -> io::Result<Self> {
        let listener = bind(address)?.listen(0)?;
        let queued = TcpStream::connect(address).await?;
        Ok(Self::Jammed { _listener: listener, _queued: queued })
    }

    /// Returns the address, if connections are accepted.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Open(listener) => listener.local_addr(),
            Self::Shut { .. } | Self::Jammed { .. } => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Accepts the next connection. Cancel-safe.
    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        match self {
            Self::Open(listener) => listener.accept().await.map(|(stream, _)| stream),
            Self::Shut { .. } | Self::Jammed { .. } => pending().await,
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Recently closed connections still occupy the port. (On Windows they don't, and the option has another
    // meaning.)
    socket.set_reuseaddr(cfg!(unix))?;
    socket.bind(address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test]
    async fn a_port_is_open_then_shut_then_open_again() {
        let door = Door::open((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = door.address().unwrap();
        let (dialled, accepted) = tokio::join!(TcpStream::connect(address), door.accept());
        let connection = (dialled.unwrap(), accepted.unwrap());

        drop(door);
        let door = Door::shut(address).unwrap();
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);

        drop((door, connection));
        let door = Door::open(address).unwrap();
        let (dialled, accepted) = tokio::join!(TcpStream::connect(address), door.accept());
        assert!(dialled.is_ok() && accepted.is_ok());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_jammed_port_does_not_answer() {
        let door = Door::open((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = door.address().unwrap();
        drop(door);
        let door = Door::jam(address).await.unwrap();
        let dial = timeout(Duration::from_millis(300), TcpStream::connect(address));
        assert!(dial.await.is_err(), "it hangs");

        drop(door);
        let door = Door::open(address).unwrap();
        let (dialled, accepted) = tokio::join!(TcpStream::connect(address), door.accept());
        assert!(dialled.is_ok() && accepted.is_ok());
    }
}

//! How a node's port meets who dials it.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How many may wait to be let in.
const BACKLOG: u32 = 64;

/// See the module. In every state the port stays taken, so that the node keeps its address.
pub(super) enum Door {
    /// Who dials is let in.
    Open(TcpListener),
    /// Who dials is refused: the port is taken, but nobody listens.
    Shut { _socket: TcpSocket },
    /// Who dials gets no answer: the only place in the queue is taken and nobody is let in. (Where the
    /// system makes the queue longer, who dials is connected and hears nothing.)
    Jammed { _listener: TcpListener, _queued: TcpStream },
}

impl Door {
    /// Lets in who dials `address`; port 0 stands for any free port.
    pub(super) fn open(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::Open(bind(address)?.listen(BACKLOG)?))
    }

    /// Refuses who dials `address`.
    pub(super) fn shut(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::Shut { _socket: bind(address)? })
    }

    /// Leaves who dials `address` without an answer.
    pub(super) async fn jam(address: SocketAddr) -> io::Result<Self> {
        let listener = bind(address)?.listen(0)?;
        let queued = TcpStream::connect(address).await?;
        Ok(Self::Jammed { _listener: listener, _queued: queued })
    }

    /// Where it is, if it is open.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Open(listener) => listener.local_addr(),
            Self::Shut { .. } | Self::Jammed { .. } => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The next one who is let in. Cancel-safe.
    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        match self {
            Self::Open(listener) => listener.accept().await.map(|(stream, _)| stream),
            Self::Shut { .. } | Self::Jammed { .. } => pending().await,
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections that were just closed still hold the port. (On Windows the option means another
    // thing, and they don't.)
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
    async fn who_dials_a_jammed_port_gets_no_answer() {
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

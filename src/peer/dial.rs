//! Opens the TCP connection to a peer.

use crate::address::{Host, PeerAddress};
use crate::event::DisconnectReason;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;

/// How long the connection, the resolution of a name included, may take to open.
pub const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// What the system may hold of what we send, in bytes. We send little; a peer that takes nothing
/// must not make us believe that it does for long.
const SEND_BUFFER: u32 = 64 * 1024;

/// Opens a connection to `address`.
///
/// # Errors
/// Why there is none.
pub async fn dial(address: &PeerAddress) -> Result<TcpStream, DisconnectReason> {
    let deadline = timeout(DIAL_TIMEOUT, async {
        let sockets = resolve(address).await?;
        // A share of the time for each, so that a dead one does not use up that of the others.
        let share = DIAL_TIMEOUT / u32::try_from(sockets.len()).unwrap_or(u32::MAX).max(1);
        let mut reason = DisconnectReason::NameNotResolved(address.to_string());
        for socket in sockets {
            match timeout(share, connect(socket)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => reason = refusal(&error),
                Err(_) => reason = DisconnectReason::DialTimeout(DIAL_TIMEOUT),
            }
        }
        Err(reason)
    });
    deadline.await.unwrap_or(Err(DisconnectReason::DialTimeout(DIAL_TIMEOUT)))
}

async fn resolve(address: &PeerAddress) -> Result<Vec<SocketAddr>, DisconnectReason> {
    match &address.host {
        Host::Ip(ip) => Ok(vec![SocketAddr::new(*ip, address.port)]),
        Host::Cjdns(ip) => Ok(vec![SocketAddr::new((*ip).into(), address.port)]),
        Host::Name(name) => match lookup_host((name.as_str(), address.port)).await {
            Ok(sockets) => Ok(sockets.collect()),
            Err(_) => Err(DisconnectReason::NameNotResolved(name.clone())),
        },
        Host::TorV3(_) | Host::I2p(_) => Err(DisconnectReason::Unreachable("needs a proxy".to_owned())),
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_send_buffer_size(SEND_BUFFER)?;
    let stream = socket.connect(address).await?;
    // A pong that waits for more to send would make us look slow.
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn refusal(error: &io::Error) -> DisconnectReason {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => DisconnectReason::Refused,
        io::ErrorKind::TimedOut => DisconnectReason::DialTimeout(DIAL_TIMEOUT),
        kind => DisconnectReason::Unreachable(kind.to_string()),
    }
}

//! Opens the TCP connection to a peer, directly or through a proxy.

pub mod resolve;
pub mod route;
mod socks;

use crate::address::netgroup::is_host;
use crate::address::{Host, PeerAddress};
use crate::event::{DisconnectReason, NoRoute, ProxyFailure};
use crate::p2p::peer::dial::resolve::Resolve;
use crate::p2p::peer::dial::route::{IpFamilies, Route, Routes};
use crate::p2p::peer::dial::socks::connect_through;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// The longest time to open a connection, including name resolution.
const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest time to open a connection through a proxy: Tor may have to build a circuit first (Core: 20 s).
const PROXY_TIMEOUT: Duration = Duration::from_secs(20);

/// The size of the system's send buffer, in bytes. We send little, and a peer that doesn't read must be
/// noticed soon.
const SEND_BUFFER: u32 = 64 * 1024;

/// Opens connections by the routes that the user allows.
#[derive(Clone, Debug)]
pub struct Connector {
    routes: Routes,
    resolver: Arc<dyn Resolve>,
}

impl Connector {
    /// Dials by `routes`, and resolves names by `resolver` where the route is direct.
    pub fn new(routes: Routes, resolver: Arc<dyn Resolve>) -> Self {
        Self { routes, resolver }
    }

    /// Whether a proxy stands between us and `address`.
    pub fn needs_proxy(&self, address: &PeerAddress) -> bool {
        matches!(self.routes.to(&address.host), Ok(Route::Through(_)))
    }

    /// Opens a connection to `address`.
    ///
    /// # Errors
    /// The reason why it can't be opened.
    pub async fn dial(&self, address: &PeerAddress) -> Result<TcpStream, DisconnectReason> {
        let (limit, dialled) = match self.routes.to(&address.host).map_err(DisconnectReason::NoRoute)? {
            Route::Direct => {
                let dialled = timeout(DIAL_TIMEOUT, self.dial_directly(address, self.routes.families));
                (DIAL_TIMEOUT, dialled.await)
            }
            Route::Through(proxy) => {
                let dialled = timeout(PROXY_TIMEOUT, async {
                    let stream = self.dial_directly(proxy, IpFamilies::Both).await.map_err(|reason| {
                        DisconnectReason::Proxy {
                            proxy: proxy.clone(),
                            failure: ProxyFailure::Dial(Box::new(reason)),
                        }
                    })?;
                    connect_through(stream, proxy, address).await
                });
                (PROXY_TIMEOUT, dialled.await)
            }
        };
        dialled.unwrap_or(Err(DisconnectReason::DialTimeout(limit)))
    }

    async fn dial_directly(
        &self,
        address: &PeerAddress,
        families: IpFamilies,
    ) -> Result<TcpStream, DisconnectReason> {
        let mut sockets = self.resolve(address).await?;
        sockets.retain(|socket| families.allow(socket.ip()) && is_host(&Host::from_ip(socket.ip())));
        // Each address gets a share of the time, so that a dead one doesn't use it all up.
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
    }

    async fn resolve(&self, address: &PeerAddress) -> Result<Vec<SocketAddr>, DisconnectReason> {
        match &address.host {
            Host::Ip(ip) => Ok(vec![SocketAddr::new(*ip, address.port)]),
            Host::Name(name) => {
                let resolved = self.resolver.resolve(name, address.port).await;
                resolved.map_err(|_| DisconnectReason::NameNotResolved(name.clone()))
            }
            Host::TorV3(_) | Host::I2p(_) | Host::Cjdns(_) => {
                Err(DisconnectReason::NoRoute(NoRoute::NotInternet))
            }
        }
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_send_buffer_size(SEND_BUFFER)?;
    let stream = socket.connect(address).await?;
    // Nagle's algorithm would delay pings and pongs.
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn refusal(error: &io::Error) -> DisconnectReason {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => DisconnectReason::Refused,
        io::ErrorKind::TimedOut => DisconnectReason::DialTimeout(DIAL_TIMEOUT),
        _ => DisconnectReason::Unreachable(error.into()),
    }
}

#[cfg(test)]
mod tests;

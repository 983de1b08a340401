//! Connections through a SOCKS5 proxy (RFC 1928, RFC 1929).

use crate::address::{Host, PeerAddress};
use crate::event::{DisconnectReason, ProxyFailure, ProxyReply};
use tokio::net::TcpStream;
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error, TargetAddr};

/// Asks the proxy at the other end of `stream` for a connection to `address`. Names are passed on and never
/// resolved on this side.
///
/// User name and password are random: Tor keeps connections with different credentials on different
/// circuits, so that our peers can't be linked to each other. Proxies without credentials ignore them.
///
/// # Errors
/// The fault of the proxy or the peer.
pub async fn connect_through(
    stream: TcpStream,
    proxy: &PeerAddress,
    address: &PeerAddress,
) -> Result<TcpStream, DisconnectReason> {
    let target = TargetAddr::Domain(name(address).into(), address.port);
    let [user, password] = rand::random::<[u64; 2]>().map(|number| format!("{number:016x}"));
    match Socks5Stream::connect_with_password_and_socket(stream, target, &user, &password).await {
        Ok(connected) => Ok(connected.into_inner()),
        Err(error) => Err(refusal(&error, proxy)),
    }
}

/// The host without its port, in SOCKS5 form.
fn name(address: &PeerAddress) -> String {
    match &address.host {
        Host::Ip(ip) => ip.to_string(),
        Host::Name(name) => name.clone(),
        Host::TorV3(_) | Host::I2p(_) | Host::Cjdns(_) => {
            let text = address.to_string();
            text.rsplit_once(':').map_or(text.as_str(), |(host, _)| host).to_owned()
        }
    }
}

fn refusal(error: &Error, proxy: &PeerAddress) -> DisconnectReason {
    let failure = match error {
        // Faults of the peer.
        Error::ConnectionRefused => return DisconnectReason::UnreachableByProxy(ProxyReply::Refused),
        Error::HostUnreachable => return DisconnectReason::UnreachableByProxy(ProxyReply::HostUnreachable),
        Error::NetworkUnreachable => {
            return DisconnectReason::UnreachableByProxy(ProxyReply::NetworkUnreachable);
        }
        Error::TtlExpired => return DisconnectReason::UnreachableByProxy(ProxyReply::TimedOut),
        Error::GeneralSocksServerFailure | Error::UnknownError => {
            return DisconnectReason::UnreachableByProxy(ProxyReply::General);
        }
        // Faults of the proxy.
        Error::Io(_) => ProxyFailure::Closed,
        Error::NoAcceptableAuthMethods | Error::PasswordAuthFailure(_) => ProxyFailure::Credentials,
        Error::ConnectionNotAllowedByRuleset => ProxyFailure::NotAllowed,
        Error::CommandNotSupported | Error::AddressTypeNotSupported => ProxyFailure::NotSupported,
        // Answers that SOCKS5 does not know, and errors of SOCKS4, which is not used.
        _ => ProxyFailure::NotSocks5,
    };
    DisconnectReason::Proxy { proxy: proxy.clone(), failure }
}

//! Connections through a SOCKS5 proxy (RFC 1928, RFC 1929).

use crate::address::{Host, PeerAddress};
use crate::event::DisconnectReason;
use tokio::net::TcpStream;
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error, TargetAddr};

/// Asks the proxy at the other end of `stream` for a connection to `address`, by name, so that
/// nothing is resolved on this side.
///
/// The user name and password are random: Tor keeps connections with different ones on different
/// circuits, so that our peers cannot be told to have one client. Proxies that ask for none ignore
/// them.
///
/// # Errors
/// What is wrong, with the proxy called `proxy` or with the peer.
pub async fn connect_through(
    stream: TcpStream,
    proxy: &PeerAddress,
    address: &PeerAddress,
) -> Result<TcpStream, DisconnectReason> {
    let target = TargetAddr::Domain(name(address).into(), address.port);
    let [user, password] = rand::random::<[u64; 2]>().map(|number| format!("{number:016x}"));
    match Socks5Stream::connect_with_password_and_socket(stream, target, &user, &password).await {
        Ok(connected) => Ok(connected.into_inner()),
        Err(error) => Err(refusal(error, proxy)),
    }
}

/// The host without its port, as the proxy wants it.
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

fn refusal(error: Error, proxy: &PeerAddress) -> DisconnectReason {
    let why = match error {
        // What it says of the peer.
        Error::ConnectionRefused => return DisconnectReason::UnreachableByProxy("connection refused"),
        Error::HostUnreachable => return DisconnectReason::UnreachableByProxy("host unreachable"),
        Error::NetworkUnreachable => return DisconnectReason::UnreachableByProxy("network unreachable"),
        Error::TtlExpired => return DisconnectReason::UnreachableByProxy("timed out"),
        Error::GeneralSocksServerFailure | Error::UnknownError => {
            return DisconnectReason::UnreachableByProxy("failed without a reason");
        }
        // What it says of itself.
        Error::Io(_) => "closed the connection".to_owned(),
        Error::InvalidResponseVersion | Error::UnknownAuthMethod => "speaks no SOCKS5".to_owned(),
        Error::NoAcceptableAuthMethods | Error::PasswordAuthFailure(_) => {
            "wants a user name that we don't have".to_owned()
        }
        Error::ConnectionNotAllowedByRuleset => "does not allow the connection".to_owned(),
        other => other.to_string().to_lowercase(),
    };
    DisconnectReason::Proxy { proxy: proxy.to_string(), why }
}

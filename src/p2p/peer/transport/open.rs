//! Opens a connection: dials, and agrees on a transport with the peer.

use crate::address::PeerAddress;
use crate::event::DisconnectReason;
use crate::p2p::peer::settings::{ConnectionSettings, TransportChoice};
use crate::p2p::peer::transport::codec::Codec;
use crate::p2p::peer::transport::connection::Connection;
use crate::p2p::peer::transport::key_exchange::{Refusal, exchange_keys};
use std::time::Duration;
use tokio::net::TcpStream;

/// The longest time for the key exchange. A peer without v2 may just be silent, which should not cost as much
/// time as a handshake.
const KEY_EXCHANGE_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens a connection to `address`. With [`TransportChoice::Auto`], a peer that doesn't speak v2 is dialled
/// a second time, for v1.
///
/// # Errors
/// The reason why it can't be opened.
pub async fn open(
    address: &PeerAddress,
    settings: &ConnectionSettings,
) -> Result<Connection<TcpStream>, DisconnectReason> {
    if settings.transport != TransportChoice::V1 {
        let limit = KEY_EXCHANGE_TIMEOUT.min(settings.timing.handshake_timeout);
        let mut stream = settings.connector.dial(address).await?;
        match exchange_keys(&mut stream, settings.network.magic(), limit).await {
            Ok(session) => return Ok(Connection::new(stream, Codec::V2(Box::new(session)))),
            Err(Refusal::SpeaksV1 | Refusal::Closed(_)) if settings.transport == TransportChoice::Auto => {}
            Err(Refusal::Closed(reason)) if settings.connector.needs_proxy(address) => return Err(reason),
            Err(Refusal::SpeaksV1 | Refusal::Closed(_)) => return Err(DisconnectReason::SpeaksV1),
            Err(Refusal::Ended(reason)) => return Err(reason),
        }
    }
    Ok(Connection::new(settings.connector.dial(address).await?, Codec::plain(settings.network.magic())))
}

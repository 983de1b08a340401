//! Opens a connection: dials, and agrees on a transport.

use crate::address::PeerAddress;
use crate::event::DisconnectReason;
use crate::p2p::peer::settings::{ConnectionSettings, TransportChoice};
use crate::p2p::peer::transport::codec::Codec;
use crate::p2p::peer::transport::connection::Connection;
use crate::p2p::peer::transport::key_exchange::{Refusal, exchange_keys};
use std::time::Duration;
use tokio::net::TcpStream;

/// How long a peer may take to exchange keys. One that does not understand us may just be silent,
/// and nobody wants to wait for it as long as for a handshake.
const KEY_EXCHANGE_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens a connection to `address`. A peer that does not speak the v2 transport is dialled a second
/// time if it may be spoken to in the plain one.
///
/// # Errors
/// Why there is none.
pub async fn open(
    address: &PeerAddress,
    settings: &ConnectionSettings,
) -> Result<Connection<TcpStream>, DisconnectReason> {
    if settings.transport != TransportChoice::V1 {
        let patience = KEY_EXCHANGE_TIMEOUT.min(settings.timing.handshake_timeout);
        let mut stream = settings.connector.dial(address).await?;
        match exchange_keys(&mut stream, settings.network.magic(), patience).await {
            Ok(session) => return Ok(Connection::new(stream, Codec::V2(Box::new(session)))),
            Err(Refusal::SpeaksV1) if settings.transport == TransportChoice::Auto => {}
            Err(Refusal::SpeaksV1) => return Err(DisconnectReason::SpeaksV1),
            Err(Refusal::Ended(reason)) => return Err(reason),
        }
    }
    Ok(Connection::new(settings.connector.dial(address).await?, Codec::plain(settings.network.magic())))
}

//! Opens a connection: dials, and agrees on a transport.

use crate::address::PeerAddress;
use crate::event::DisconnectReason;
use crate::p2p::peer::codec::Codec;
use crate::p2p::peer::connection::Connection;
use crate::p2p::peer::key_exchange::{Refusal, exchange_keys};
use crate::p2p::peer::task::TaskSettings;
use std::time::Duration;
use tokio::net::TcpStream;

/// Which transport to speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransportChoice {
    /// v2 with peers that offer it or whose support is unknown, v1 with the others.
    Auto,
    /// The plain transport.
    V1,
    /// The encrypted transport (BIP324); peers that do not support it are dropped.
    V2,
}

impl TransportChoice {
    /// All choices, in the order in which they are listed in help.
    pub const ALL: &[Self] = &[Self::Auto, Self::V1, Self::V2];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

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
    settings: &TaskSettings,
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

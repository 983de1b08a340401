//! Closed enums without values.

use crate::event;
use crate::schema::error::SchemaError;
use crate::schema::message;

/// Converts between a schema enum and an event enum, variant by variant.
macro_rules! same_variants {
    ($name:ident, $theirs:path, [$($variant:ident),* $(,)?]) => {
        impl From<$theirs> for message::$name {
            fn from(value: $theirs) -> Self {
                use $theirs as Theirs;
                match value {
                    $(Theirs::$variant => Self::$variant,)*
                }
            }
        }

        impl TryFrom<message::$name> for $theirs {
            type Error = SchemaError;

            fn try_from(value: message::$name) -> Result<Self, SchemaError> {
                match value {
                    message::$name::Unspecified => Err(SchemaError::Missing(stringify!($name))),
                    $(message::$name::$variant => Ok(Self::$variant),)*
                }
            }
        }
    };
}

same_variants!(ConnectionKind, event::ConnectionKind, [Manual, Outbound, AddrFetch, MempoolFetch]);
same_variants!(BlockAnnouncement, event::BlockAnnouncement, [Inv, Headers, Compact]);
same_variants!(Direction, event::Direction, [Received, Sent]);
same_variants!(
    ProxyReply,
    event::ProxyReply,
    [Refused, HostUnreachable, NetworkUnreachable, TimedOut, General]
);
same_variants!(
    NoRoute,
    event::NoRoute,
    [OnionWithoutProxy, I2p, Cjdns, NotAHost, Ipv4Excluded, Ipv6Excluded, NotInternet]
);
same_variants!(Uselessness, event::Uselessness, [BlocksOnly, NoWitness, InitialBlockDownload]);
same_variants!(KeyExchangeFailure, event::KeyExchangeFailure, [NoGarbageTerminator, NoSecret]);
same_variants!(AddressNetwork, event::AddressNetwork, [Ipv4, Ipv6, Onion, I2p, Cjdns]);
same_variants!(TxSource, event::TxSource, [Relay, Bootstrap, Parent, Restored]);

/// Decodes a field with such an enum.
pub(super) fn of<M, T>(number: i32, name: &'static str) -> Result<T, SchemaError>
where
    M: TryFrom<i32>,
    T: TryFrom<M, Error = SchemaError>,
{
    T::try_from(M::try_from(number).map_err(|_| SchemaError::Missing(name))?)
}

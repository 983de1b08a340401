//! What the protocol parts ask for, as values that the node routes and the driver carries out.

use crate::address::PeerAddress;
pub use crate::event::ConnectionKind;
use crate::event::{DisconnectReason, EventKind, PeerId};
use crate::wire::Message;

/// What a protocol part asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Send a message to a peer.
    Send(PeerId, Message),
    /// Close the connection to a peer. Only the first reason counts, and whatever the peer still sends is
    /// ignored.
    Disconnect(PeerId, DisconnectReason),
    /// Open a connection.
    Dial(Dial),
    /// Report an event to the consumer of the network.
    Emit(EventKind),
    /// Resolve the name of a DNS seed; the answer goes to the address manager.
    ResolveSeed(&'static str),
    /// Connections → address manager: whether peers are missing and the known addresses are not enough.
    NeedAddresses(bool),
    /// Connections → address manager: fall back to the built-in addresses.
    UseFixedSeeds,
    /// Address manager → connections: dial a DNS seed by name, through the proxy, to ask it for addresses.
    DialSeed(PeerAddress),
    /// Transaction download → connections: whether a whole-mempool list is needed and no connected peer can
    /// be asked for one.
    NeedMempoolList(bool),
    /// Address manager → connections: new addresses arrived, so a dial may be possible.
    AddressesLearned,
}

/// A connection to open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dial {
    /// The id of the peer, the same over redials.
    pub peer: PeerId,
    /// Where to connect.
    pub address: PeerAddress,
    /// The number of attempts in a row, this one included.
    pub attempt: u32,
    /// Whether the peer is known not to speak the v2 transport (BIP324).
    pub v1_only: bool,
    /// What the connection is for.
    pub kind: ConnectionKind,
}

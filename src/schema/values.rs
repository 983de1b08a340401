//! Ids, spans of time, texts and addresses.

use crate::address::{Host, PeerAddress};
use crate::event::OsError;
use crate::schema::error::SchemaError;
use crate::schema::message::{self, peer_address};
use crate::util::text::clean;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Command, Transaction, TxHash, Txid, Wtxid};
use bytes::Bytes;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The longest text, in characters: a path.
const MAX_TEXT: usize = 4_096;

/// Bytes of an id.
const ID: usize = 32;

pub(super) const NOTHING: message::Nothing = message::Nothing {};

pub(super) fn bytes(slice: &[u8]) -> Bytes {
    Bytes::copy_from_slice(slice)
}

/// Returns the bytes of a transaction, which are not copied.
pub(super) fn raw(tx: &Arc<Transaction>) -> Bytes {
    struct Raw(Arc<Transaction>);
    impl AsRef<[u8]> for Raw {
        fn as_ref(&self) -> &[u8] {
            self.0.raw()
        }
    }
    Bytes::from_owner(Raw(Arc::clone(tx)))
}

pub(super) fn required<T>(part: Option<T>, name: &'static str) -> Result<T, SchemaError> {
    part.ok_or(SchemaError::Missing(name))
}

pub(super) fn id(bytes: &[u8]) -> Result<[u8; ID], SchemaError> {
    bytes.try_into().map_err(|_| SchemaError::Impossible("id"))
}

pub(super) fn ids(bytes: &[u8]) -> Result<&[[u8; ID]], SchemaError> {
    match bytes.as_chunks() {
        (ids, []) => Ok(ids),
        _ => Err(SchemaError::Impossible("list of ids")),
    }
}

pub(super) fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn time(micros: u64) -> Timestamp {
    Timestamp::from_micros(micros)
}

pub(super) fn size(number: u64) -> Result<usize, SchemaError> {
    usize::try_from(number).map_err(|_| SchemaError::Impossible("number"))
}

pub(super) fn narrow<T: TryFrom<u64>>(number: u64) -> Result<T, SchemaError> {
    T::try_from(number).map_err(|_| SchemaError::Impossible("number"))
}

/// Text made safe for terminals and logs.
pub(super) fn text(text: &str) -> String {
    clean(text.as_bytes(), MAX_TEXT)
}

pub(super) fn path(path: &str) -> PathBuf {
    text(path).into()
}

pub(super) fn path_text(path: &std::path::Path) -> String {
    path.display().to_string()
}

pub(super) fn command(name: &str) -> Result<Command, SchemaError> {
    Command::from_name(name).ok_or(SchemaError::Impossible("command"))
}

/// Parses a transaction, and checks it like one from a peer.
pub(super) fn transaction(raw: &[u8]) -> Result<Arc<Transaction>, SchemaError> {
    let tx = Transaction::parse(raw)?;
    tx.check_loose()?;
    Ok(Arc::new(tx))
}

#[expect(clippy::cast_possible_truncation, reason = "no message has 4 billion entries")]
pub(super) fn encode_txs(txs: &[TxHash]) -> message::TxIds {
    let mut ids = Vec::with_capacity(txs.len() * ID);
    let mut txids = Vec::new();
    for (place, hash) in txs.iter().enumerate() {
        match hash {
            TxHash::Wtxid(wtxid) => ids.extend_from_slice(&wtxid.0),
            TxHash::Txid(txid) => {
                ids.extend_from_slice(&txid.0);
                txids.push(place as u32);
            }
        }
    }
    message::TxIds { ids: ids.into(), txids }
}

pub(super) fn decode_txs(message: Option<message::TxIds>) -> Result<Vec<TxHash>, SchemaError> {
    let message::TxIds { ids: all, txids } = message.unwrap_or_default();
    let all = ids(&all)?;
    let mut txs: Vec<_> = all.iter().map(|id| TxHash::Wtxid(Wtxid(*id))).collect();
    for place in txids {
        let place = place as usize;
        let entry = txs.get_mut(place).ok_or(SchemaError::Impossible("place of a txid"))?;
        *entry = TxHash::Txid(Txid(all[place]));
    }
    Ok(txs)
}

pub(super) fn encode_blocks(blocks: &[(u32, BlockHash)]) -> message::BlockIds {
    let hashes: Vec<u8> = blocks.iter().flat_map(|(_, hash)| hash.0).collect();
    message::BlockIds { hashes: hashes.into(), heights: blocks.iter().map(|&(height, _)| height).collect() }
}

pub(super) fn decode_blocks(
    message: Option<message::BlockIds>,
) -> Result<Vec<(u32, BlockHash)>, SchemaError> {
    let message::BlockIds { hashes, heights } = message.unwrap_or_default();
    let hashes = ids(&hashes)?;
    if hashes.len() != heights.len() {
        return Err(SchemaError::Impossible("list of blocks"));
    }
    Ok(heights.into_iter().zip(hashes.iter().map(|hash| BlockHash(*hash))).collect())
}

pub(super) fn encode_address(address: &PeerAddress) -> message::PeerAddress {
    let host = match &address.host {
        Host::Ip(IpAddr::V4(ip)) => peer_address::Host::Ip(bytes(&ip.octets())),
        Host::Ip(IpAddr::V6(ip)) => peer_address::Host::Ip(bytes(&ip.octets())),
        Host::TorV3(key) => peer_address::Host::TorV3(bytes(key)),
        Host::I2p(hash) => peer_address::Host::I2p(bytes(hash)),
        Host::Cjdns(ip) => peer_address::Host::Cjdns(bytes(&ip.octets())),
        Host::Name(name) => peer_address::Host::Name(name.clone()),
    };
    message::PeerAddress { host: Some(host), port: address.port.into() }
}

pub(super) fn decode_address(message: Option<message::PeerAddress>) -> Result<PeerAddress, SchemaError> {
    let message::PeerAddress { host, port } = required(message, "address")?;
    let six = |octets: &[u8]| {
        let octets: [u8; 16] = octets.try_into().map_err(|_| SchemaError::Impossible("address"))?;
        Ok::<_, SchemaError>(Ipv6Addr::from(octets))
    };
    let host = match required(host, "host")? {
        peer_address::Host::Ip(octets) => match <[u8; 4]>::try_from(&octets[..]) {
            Ok(octets) => Host::Ip(Ipv4Addr::from(octets).into()),
            Err(_) => Host::from_ip(six(&octets)?.into()),
        },
        peer_address::Host::TorV3(key) => Host::TorV3(id(&key)?),
        peer_address::Host::I2p(hash) => Host::I2p(id(&hash)?),
        peer_address::Host::Cjdns(octets) => Host::Cjdns(six(&octets)?),
        peer_address::Host::Name(name) => Host::Name(text(&name)),
    };
    Ok(PeerAddress { host, port: narrow(port.into())? })
}

/// The standard library's error categories that this program encounters, by name.
const ERROR_KINDS: [io::ErrorKind; 37] = [
    io::ErrorKind::NotFound,
    io::ErrorKind::PermissionDenied,
    io::ErrorKind::ConnectionRefused,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::HostUnreachable,
    io::ErrorKind::NetworkUnreachable,
    io::ErrorKind::ConnectionAborted,
    io::ErrorKind::NotConnected,
    io::ErrorKind::AddrInUse,
    io::ErrorKind::AddrNotAvailable,
    io::ErrorKind::NetworkDown,
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::AlreadyExists,
    io::ErrorKind::WouldBlock,
    io::ErrorKind::NotADirectory,
    io::ErrorKind::IsADirectory,
    io::ErrorKind::DirectoryNotEmpty,
    io::ErrorKind::ReadOnlyFilesystem,
    io::ErrorKind::StaleNetworkFileHandle,
    io::ErrorKind::InvalidInput,
    io::ErrorKind::InvalidData,
    io::ErrorKind::TimedOut,
    io::ErrorKind::WriteZero,
    io::ErrorKind::StorageFull,
    io::ErrorKind::NotSeekable,
    io::ErrorKind::QuotaExceeded,
    io::ErrorKind::FileTooLarge,
    io::ErrorKind::ResourceBusy,
    io::ErrorKind::ExecutableFileBusy,
    io::ErrorKind::Deadlock,
    io::ErrorKind::TooManyLinks,
    io::ErrorKind::ArgumentListTooLong,
    io::ErrorKind::Interrupted,
    io::ErrorKind::Unsupported,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::OutOfMemory,
    io::ErrorKind::Other,
];

pub(super) fn encode_os(error: &OsError) -> message::OsError {
    message::OsError { kind: format!("{:?}", error.kind), code: error.code }
}

/// An unnamed category is derived from the code.
pub(super) fn decode_os(message: &message::OsError) -> OsError {
    let named = ERROR_KINDS.into_iter().find(|kind| format!("{kind:?}") == message.kind);
    let by_code = || message.code.map(|code| io::Error::from_raw_os_error(code).kind());
    OsError { kind: named.or_else(by_code).unwrap_or(io::ErrorKind::Other), code: message.code }
}

pub(super) fn required_os(message: Option<&message::OsError>) -> Result<OsError, SchemaError> {
    required(message, "error of the system").map(decode_os)
}

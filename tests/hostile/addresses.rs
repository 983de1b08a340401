//! Peers that send bad addresses.

use super::peers::{BadPeer, Fate, crafted, received, tolerated};
use super::support::Conversation;
use mempulse::event::{Misbehaviour, PeerEvent};
use mempulse::wire::{Command, WireError};

/// The longest address of any network, in bytes (BIP155).
const LONGEST: u16 = 512;

/// A network number that BIP155 does not define.
const UNKNOWN: u8 = 99;

/// One entry of an `addrv2`.
pub fn entry(network: u8, address: &[u8], port: u16) -> Vec<u8> {
    let length = u16::try_from(address.len()).expect("a short address");
    let mut entry = vec![0, 0, 0x56, 0x65, 1, network];
    if let Ok(short @ ..0xfd) = u8::try_from(length) {
        entry.push(short);
    } else {
        entry.push(0xfd);
        entry.extend(length.to_le_bytes());
    }
    entry.extend_from_slice(address);
    entry.extend(port.to_be_bytes());
    entry
}

/// An `addrv2` of up to 1,000 entries.
pub fn addrv2(entries: &[Vec<u8>]) -> Vec<u8> {
    let count = u16::try_from(entries.len()).expect("at most 1,000");
    let mut payload = vec![0xfd, 0, 0];
    payload[1..].copy_from_slice(&count.to_le_bytes());
    if let Ok(few @ ..0xfd) = u8::try_from(count) {
        payload = vec![few];
    }
    payload.extend(entries.iter().flatten());
    crafted("addrv2", &payload)
}

/// Addresses that no node can have, each of valid length.
pub fn nowhere() -> Vec<Vec<u8>> {
    let (ipv4, ipv6, onion) = (1, 2, 4);
    let v4 =
        [[0, 0, 0, 0], [255, 255, 255, 255], [224, 0, 0, 1], [127, 0, 0, 1], [10, 0, 0, 1], [8, 8, 8, 8]];
    let v6 = [[0; 16], [0xff; 16], [0xfe; 16]];
    let mut entries = vec![entry(onion, &[0; 32], 8_333)];
    for port in [0, 22, 8_333] {
        // The last of these is an ordinary address, except for its port.
        let count = if port == 8_333 { v4.len() - 1 } else { v4.len() };
        entries.extend(v4[..count].iter().map(|address| entry(ipv4, address, port)));
        entries.extend(v6.iter().map(|address| entry(ipv6, address, port)));
    }
    entries
}

/// Peers that send addresses of a wrong length, of unknown networks, of no node, or too many.
pub fn gossips() -> Vec<BadPeer> {
    let sends = |bytes: Vec<u8>| {
        move |mut peer: Conversation| {
            let bytes = bytes.clone();
            async move {
                peer.greet().await;
                peer.insist(bytes).await;
            }
        }
    };
    let wrong_length = |name, network: u8, length: u16| {
        let fate = tolerated!(Misbehaviour::Malformed {
            command: Command::AddrV2,
            why: WireError::AddressLength { .. }
        });
        BadPeer::new(name, fate, sends(addrv2(&[entry(network, &vec![7; length.into()], 8_333)])))
    };
    let unknown: Vec<_> =
        (0..=LONGEST).step_by(8).map(|length| entry(UNKNOWN, &vec![7; length.into()], 1)).collect();
    let flood: Vec<_> = (0..1_000_u32).map(|number| entry(1, &number.to_be_bytes(), 8_333)).collect();
    vec![
        wrong_length("addrv2: IPv4 of 5 bytes", 1, 5),
        wrong_length("addrv2: IPv6 of 4 bytes", 2, 4),
        wrong_length("addrv2: onion of 10 bytes", 4, 10),
        wrong_length("addrv2: I2P of 31 bytes", 5, 31),
        wrong_length("addrv2: CJDNS of none", 6, 0),
        wrong_length("addrv2: unknown network of 513 bytes", UNKNOWN, LONGEST + 1),
        BadPeer::new(
            "addrv2: unknown networks of up to 512 bytes",
            received!("addrv2"),
            sends(addrv2(&unknown)),
        ),
        BadPeer::new("addrv2: addresses that no node has", received!("addrv2"), sends(addrv2(&nowhere()))),
        BadPeer::new("addrv2: 100,000 addresses", received!("addrv2"), sends(addrv2(&flood).repeat(100))),
    ]
}

//! Which addresses probably belong to the same operator.

use crate::address::Host;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A part of a network from which at most one peer is chosen, so that an operator of many addresses there
/// gets a single connection. The sizes are Core's (`NetGroupManager::GetGroup`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NetGroup {
    /// An IPv4 /16, including IPv6 addresses that tunnel to it.
    V4([u8; 2]),
    /// An IPv6 /32, by its first bits; a /36 within Hurricane Electric, whose tunnels are free.
    V6([u16; 3]),
    /// A sixteenth of the onion services, as their addresses cost nothing.
    Onion(u8),
    /// A sixteenth of I2P.
    I2p(u8),
    /// A sixteenth of CJDNS.
    Cjdns(u8),
}

impl NetGroup {
    /// Returns the group of `host`; a name has none before it is resolved.
    pub fn of(host: &Host) -> Option<Self> {
        match host {
            Host::Ip(IpAddr::V4(ip)) => Some(Self::of_v4(*ip)),
            Host::Ip(IpAddr::V6(ip)) => Some(Self::of_v6(*ip)),
            Host::TorV3(key) => Some(Self::Onion(key[0] >> 4)),
            Host::I2p(hash) => Some(Self::I2p(hash[0] >> 4)),
            // All CJDNS addresses begin with fc, followed by the hash of a key.
            Host::Cjdns(ip) => Some(Self::Cjdns(ip.octets()[1] >> 4)),
            Host::Name(_) => None,
        }
    }

    fn of_v4(ip: Ipv4Addr) -> Self {
        let [a, b, ..] = ip.octets();
        Self::V4([a, b])
    }

    fn of_v6(ip: Ipv6Addr) -> Self {
        if let Some(inner) = tunnelled(ip) {
            return Self::of_v4(inner);
        }
        match ip.segments() {
            [0x2001, 0x0470, third, ..] => Self::V6([0x2001, 0x0470, third & 0xf000]),
            [first, second, ..] => Self::V6([first, second, 0]),
        }
    }
}

/// Returns the IPv4 address embedded in an IPv6 one: its owner gets all IPv6 addresses around it for free.
fn tunnelled(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    match ip.segments() {
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))),
        // Teredo (RFC 4380): the client's address is stored inverted at the end.
        [0x2001, 0, .., high, low] => Some(Ipv4Addr::from_bits(!(u32::from(high) << 16 | u32::from(low)))),
        _ => None,
    }
}

/// Written in short form: `203.0/16`.
impl fmt::Display for NetGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4([a, b]) => write!(f, "{a}.{b}/16"),
            Self::V6([first @ 0x2001, second @ 0x0470, third]) => {
                write!(f, "{first:x}:{second:x}:{third:x}/36")
            }
            Self::V6([first, second, _]) => write!(f, "{first:x}:{second:x}/32"),
            Self::Onion(sixteenth) => write!(f, "onion {sixteenth:x}"),
            Self::I2p(sixteenth) => write!(f, "I2P {sixteenth:x}"),
            Self::Cjdns(sixteenth) => write!(f, "fc{sixteenth:x}"),
        }
    }
}

/// Whether `host` can be a node at all, even of a private network: not an unspecified, broadcast or multicast
/// address. Names are left to the resolver.
pub fn is_host(host: &Host) -> bool {
    match host {
        Host::Ip(IpAddr::V4(ip)) => !(ip.is_unspecified() || ip.is_broadcast() || ip.is_multicast()),
        Host::Ip(IpAddr::V6(ip)) => !(ip.is_unspecified() || ip.is_multicast()),
        Host::TorV3(key) | Host::I2p(key) => *key != [0; 32],
        Host::Cjdns(_) | Host::Name(_) => true,
    }
}

/// Whether `host` can be a node of the public network: gossiped addresses must not make us connect to hosts
/// in our own local network. Names are left to the resolver.
pub fn is_routable(host: &Host) -> bool {
    match host {
        Host::Ip(IpAddr::V4(ip)) => is_routable_v4(*ip),
        Host::Ip(IpAddr::V6(ip)) => is_routable_v6(*ip),
        Host::TorV3(_) | Host::I2p(_) | Host::Cjdns(_) | Host::Name(_) => is_host(host),
    }
}

fn is_routable_v4(ip: Ipv4Addr) -> bool {
    // RFC 1122 and RFC 1112; shared by carriers (RFC 6598); RFC 6890; benchmarks (RFC 2544).
    let reserved =
        matches!(ip.octets(), [0 | 240.., ..] | [100, 64..128, ..] | [192, 0, 0, _] | [198, 18..20, ..]);
    let local = ip.is_private() || ip.is_loopback() || ip.is_link_local();
    !(reserved || local || ip.is_multicast() || ip.is_documentation())
}

fn is_routable_v6(ip: Ipv6Addr) -> bool {
    // All allocated addresses are in 2000::/3 (RFC 4291), along with ORCHID (RFC 4843, RFC 7343) and
    // documentation ranges (RFC 3849, RFC 9637).
    let given_out = ip.segments()[0] >> 13 == 1;
    let reserved = match ip.segments() {
        [0x2001, second, ..] => matches!(second, 0x0010..=0x002f | 0x0db8),
        [0x3fff, second, ..] => second < 0x1000,
        _ => false,
    };
    given_out && !reserved && tunnelled(ip).is_none_or(is_routable_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(ip: &str) -> Option<NetGroup> {
        NetGroup::of(&Host::from_ip(ip.parse().unwrap()))
    }

    #[test]
    fn a_group_is_a_16_of_ipv4_and_a_32_of_ipv6() {
        assert_eq!(group("1.2.3.4"), group("1.2.200.1"));
        assert_ne!(group("1.2.3.4"), group("1.3.3.4"));
        assert_eq!(group("::ffff:1.2.3.4"), group("1.2.3.4"));
        assert_eq!(group("2a01:4f8:1::1"), group("2a01:4f8:ffff::2"));
        assert_ne!(group("2a01:4f8::1"), group("2a01:4f9::1"));
        assert_eq!(NetGroup::of(&Host::Name("node.example".into())), None);
    }

    #[test]
    fn tunnels_belong_to_the_group_that_they_come_from() {
        assert_eq!(group("2002:0102:0304::1"), group("1.2.9.9"));
        assert_eq!(group("2001:0:4136:e378:8000:63bf:fefd:fcfb"), group("1.2.3.4"));
        assert_eq!(group("2001:470:1234::1"), group("2001:470:1fff::1"));
        assert_ne!(group("2001:470:1234::1"), group("2001:470:2234::1"), "a /36 there");
    }

    #[test]
    fn a_group_has_a_short_name() {
        let name = |ip| group(ip).unwrap().to_string();
        assert_eq!(name("203.0.113.9"), "203.0/16");
        assert_eq!(name("2a01:4f8::1"), "2a01:4f8/32");
        assert_eq!(name("2001:470:1234::1"), "2001:470:1000/36");
        assert_eq!(NetGroup::of(&Host::TorV3([0xa7; 32])).unwrap().to_string(), "onion a");
    }

    #[test]
    fn no_host_all_hosts_and_groups_of_hosts_are_no_host() {
        for ip in ["0.0.0.0", "255.255.255.255", "224.0.0.1", "239.255.255.250", "::", "ff02::1"] {
            let host = Host::from_ip(ip.parse().unwrap());
            assert!(!is_host(&host) && !is_routable(&host), "{ip}");
        }
        for host in [Host::TorV3([0; 32]), Host::I2p([0; 32])] {
            assert!(!is_host(&host) && !is_routable(&host), "{host:?}");
        }
        for ip in ["127.0.0.1", "10.0.0.1", "::1", "fe80::1"] {
            assert!(is_host(&Host::from_ip(ip.parse().unwrap())), "{ip}");
        }
        assert!(is_host(&Host::TorV3([1; 32])));
    }

    #[test]
    fn a_sixteenth_of_each_overlay_is_a_group() {
        let key = |first: u8| {
            let mut key = [0; 32];
            key[0] = first;
            key
        };
        let onion = |first| NetGroup::of(&Host::TorV3(key(first)));
        assert_eq!(onion(0x12), onion(0x1f));
        assert_ne!(onion(0x12), onion(0x22));
        assert_ne!(onion(0x12), NetGroup::of(&Host::I2p(key(0x12))));
        let cjdns = |ip: &str| NetGroup::of(&Host::Cjdns(ip.parse().unwrap()));
        assert_eq!(cjdns("fc12::1"), cjdns("fc1f::1"));
        assert_ne!(cjdns("fc12::1"), cjdns("fc22::1"));
    }

    #[test]
    fn only_addresses_of_the_public_internet_are_routable() {
        let routable = |ip: &str| is_routable(&Host::from_ip(ip.parse().unwrap()));
        for ip in [
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "2a01:4f8::1",
            "2001:470::1",
            "2002:808::1",
        ] {
            assert!(routable(ip), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::808:808",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001:10::1",
            "2001:20::1",
            "2002:7f00:1::1",
            "3fff:fff::1",
        ] {
            assert!(!routable(ip), "{ip}");
        }
    }
}

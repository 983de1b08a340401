//! The route to an address: direct, or through a proxy.

use crate::address::netgroup::is_host;
use crate::address::{Host, PeerAddress};
use crate::event::NoRoute;
use std::net::IpAddr;

/// Which IP versions may be used.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum IpFamilies {
    /// IPv4 and IPv6.
    #[default]
    Both,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl IpFamilies {
    /// Whether `ip` is of an allowed version.
    pub const fn allow(self, ip: IpAddr) -> bool {
        match self {
            Self::Both => true,
            Self::V4 => ip.is_ipv4(),
            Self::V6 => ip.is_ipv6(),
        }
    }
}

/// The routes that the user allows.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Routes {
    /// A SOCKS5 proxy for everything: no name is resolved and no peer dialled directly.
    pub proxy: Option<PeerAddress>,
    /// A SOCKS5 proxy for onion services, in place of `proxy`.
    pub onion_proxy: Option<PeerAddress>,
    /// The versions of IP for direct connections and for addresses behind `proxy`.
    pub families: IpFamilies,
}

/// The route to a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route<'a> {
    /// A connection of our own.
    Direct,
    /// A connection through this SOCKS5 proxy, which resolves names.
    Through(&'a PeerAddress),
}

impl Routes {
    /// Returns the route to `host`.
    ///
    /// # Errors
    /// The settings allow none.
    pub fn to(&self, host: &Host) -> Result<Route<'_>, NoRoute> {
        match host {
            Host::I2p(_) => Err(NoRoute::I2p),
            Host::Cjdns(_) => Err(NoRoute::Cjdns),
            _ if !is_host(host) => Err(NoRoute::NotAHost),
            Host::TorV3(_) => {
                let proxy = self.onion_proxy.as_ref().or(self.proxy.as_ref());
                proxy.map(Route::Through).ok_or(NoRoute::OnionWithoutProxy)
            }
            Host::Ip(ip) if !self.families.allow(*ip) => Err(match ip {
                IpAddr::V4(_) => NoRoute::Ipv4Excluded,
                IpAddr::V6(_) => NoRoute::Ipv6Excluded,
            }),
            Host::Ip(_) | Host::Name(_) => Ok(self.proxy.as_ref().map_or(Route::Direct, Route::Through)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        PeerAddress::parse(text, 1).unwrap().host
    }

    fn proxy(port: u16) -> PeerAddress {
        PeerAddress::parse("127.0.0.1", port).unwrap()
    }

    const ONION: Host = Host::TorV3([7; 32]);

    #[test]
    fn with_a_proxy_everything_goes_through_it() {
        let routes = Routes { proxy: Some(proxy(1)), ..Routes::default() };
        for host in [host("20.1.0.1"), host("127.0.0.1"), host("::1"), host("node.example"), ONION] {
            assert_eq!(routes.to(&host), Ok(Route::Through(&proxy(1))), "{host:?}");
        }
    }

    #[test]
    fn an_onion_proxy_serves_onion_addresses_beside_direct_connections() {
        let routes = Routes { onion_proxy: Some(proxy(2)), ..Routes::default() };
        assert_eq!(routes.to(&ONION), Ok(Route::Through(&proxy(2))));
        assert_eq!(routes.to(&host("20.1.0.1")), Ok(Route::Direct));
        assert_eq!(routes.to(&host("node.example")), Ok(Route::Direct));
        let both = Routes { proxy: Some(proxy(1)), ..routes };
        assert_eq!(both.to(&ONION), Ok(Route::Through(&proxy(2))));
        assert_eq!(both.to(&host("20.1.0.1")), Ok(Route::Through(&proxy(1))));
    }

    #[test]
    fn what_cannot_be_reached_says_why() {
        let direct = Routes::default();
        assert_eq!(direct.to(&ONION), Err(NoRoute::OnionWithoutProxy));
        for text in ["0.0.0.0", "255.255.255.255", "::", "224.0.0.1"] {
            assert_eq!(direct.to(&host(text)), Err(NoRoute::NotAHost), "{text}");
        }
        assert_eq!(direct.to(&Host::TorV3([0; 32])), Err(NoRoute::NotAHost));
        assert_eq!(direct.to(&Host::I2p([0; 32])), Err(NoRoute::I2p));
        assert_eq!(direct.to(&Host::Cjdns("fc00::1".parse().unwrap())), Err(NoRoute::Cjdns));
        let v4 = Routes { families: IpFamilies::V4, ..Routes::default() };
        assert_eq!(v4.to(&host("::1")), Err(NoRoute::Ipv6Excluded));
        assert_eq!(v4.to(&host("127.0.0.1")), Ok(Route::Direct));
        let v6 = Routes { families: IpFamilies::V6, ..Routes::default() };
        assert_eq!(v6.to(&host("127.0.0.1")), Err(NoRoute::Ipv4Excluded));
    }
}

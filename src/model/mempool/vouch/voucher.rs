//! Netgroups as vouchers: none, one, or several.

use crate::address::PeerAddress;
use crate::address::netgroup::{NetGroup, is_routable};
use crate::event::{PeerId, SensorId};
use foldhash::quality::FixedState;
use std::hash::{BuildHasher, Hash};

/// No peer vouches.
const NOBODY: u16 = 0;

/// Peers of several netgroups vouch.
const SEVERAL: u16 = 1;

/// Set in the number of a netgroup that one of several sensors saw. The bits below are those of the sensor, and
/// [`GROUP`] those of the netgroup.
const OF_SENSOR: u16 = 1 << (Vouchers::BITS - 1);
const GROUP: u16 = (1 << 7) - 1;

/// Whether one party may be behind both numbers: a peer that several sensors are connected to, or a sensor that
/// makes up its peers. A number from before there were several sensors can be of any of them.
const fn are_near(one: u16, another: u16) -> bool {
    let differing = one ^ another;
    match (one & OF_SENSOR, another & OF_SENSOR) {
        (0, 0) => false,
        (0, _) | (_, 0) => true,
        _ => differing & GROUP == 0 || differing & !GROUP == 0,
    }
}

/// The netgroups that vouch for something: none, one by its number, or several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) struct Vouchers(u16);

impl Vouchers {
    pub(in crate::model) const NOBODY: Self = Self(NOBODY);
    pub(in crate::model) const SEVERAL: Self = Self(SEVERAL);

    /// The bits of a number. Two netgroups share one by a chance of 1 in 8,000, and of peers of sensors by 1 in
    /// 128; they then count as one: a transaction counts later than it could, never earlier.
    pub(in crate::model) const BITS: u32 = 14;

    /// Returns the netgroup of a peer. An address without one (a name, or one outside the public internet,
    /// such as loopback) is its own group.
    pub(in crate::model) fn of(address: &PeerAddress) -> Self {
        match NetGroup::of(&address.host).filter(|_| is_routable(&address.host)) {
            Some(group) => Self::numbered(group),
            None => Self::numbered(address),
        }
    }

    /// Returns the voucher of a peer whose address is unknown.
    pub(in crate::model) fn unknown(peer: PeerId) -> Self {
        Self::numbered(peer)
    }

    fn numbered(group: impl Hash) -> Self {
        let hash = FixedState::default().hash_one(group);
        let number = (hash >> (u64::BITS - Self::BITS + 1)) as u16;
        Self(number.max(SEVERAL + 1))
    }

    /// The same netgroup, as one of several sensors sees it.
    #[must_use]
    pub(in crate::model) const fn seen_by(self, SensorId(sensor): SensorId) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the lowest bits are enough to tell sensors apart"
        )]
        let sensor = (sensor as u16) << GROUP.count_ones() & (OF_SENSOR - 1);
        Self(OF_SENSOR | sensor | self.0 & GROUP)
    }

    /// Returns the union.
    #[must_use]
    pub(in crate::model) const fn with(self, other: Self) -> Self {
        match (self.0, other.0) {
            (NOBODY, _) => other,
            (_, NOBODY) => self,
            (one, another) if one == another => self,
            (SEVERAL, _) | (_, SEVERAL) => Self::SEVERAL,
            (one, another) if are_near(one, another) => {
                if one & OF_SENSOR == 0 {
                    other
                } else {
                    self
                }
            }
            _ => Self::SEVERAL,
        }
    }

    /// Whether peers of several netgroups vouch.
    pub(in crate::model) const fn are_several(self) -> bool {
        self.0 == SEVERAL
    }

    /// Returns the number that stands for these netgroups, below 2¹⁴.
    pub(in crate::model) const fn number(self) -> u16 {
        self.0
    }

    pub(super) const fn from_number(number: u16) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Vouchers {
        Vouchers::of(&PeerAddress::from_socket(address.parse().unwrap()))
    }

    #[test]
    fn peers_of_one_netgroup_are_one_voucher() {
        let [one, same, other] = ["8.8.1.1:8333", "8.8.200.7:18333", "8.9.1.1:8333"].map(of);
        assert_eq!(one.with(same), one);
        assert_eq!(one.with(other), Vouchers::SEVERAL);
        assert_eq!(Vouchers::NOBODY.with(one).with(Vouchers::NOBODY), one);
        assert!(Vouchers::SEVERAL.with(one).are_several() && !one.are_several());
    }

    #[test]
    fn each_local_address_is_a_voucher_of_its_own() {
        for [a, b] in
            [["127.0.0.1:1", "127.0.0.1:2"], ["10.0.0.1:8333", "10.0.0.2:8333"], ["[::1]:1", "[::1]:2"]]
        {
            assert_eq!(of(a).with(of(b)), Vouchers::SEVERAL, "{a} {b}");
        }
    }

    #[test]
    fn of_sensors_neither_one_alone_nor_one_netgroup_is_several() {
        let [a, b] = ["8.8.1.1:8333", "8.9.1.1:8333"].map(of);
        let [fra, nyc] = [1, 2].map(SensorId);
        assert!(!a.seen_by(fra).with(b.seen_by(fra)).are_several(), "the sensor may make them up");
        assert!(!a.seen_by(fra).with(a.seen_by(nyc)).are_several(), "one peer that both are connected to");
        assert!(a.seen_by(fra).with(b.seen_by(nyc)).are_several());
        assert!(!a.with(b.seen_by(fra)).with(b).are_several(), "there was only one sensor");
        assert!(a.with(b.seen_by(fra)).with(a.seen_by(nyc)).are_several());
        assert!(Vouchers::SEVERAL.with(a.seen_by(fra)).are_several());
        assert_eq!(Vouchers::NOBODY.with(a.seen_by(fra)), a.seen_by(fra));
    }
}

//! Peers in groups: by network, by address range, by version, by autonomous system, by sensor.

use crate::snapshot::Liveness;
use crate::snapshot::peers::row::PeerStatsRow;
use crate::snapshot::window::MAX_ROWS;
use crate::util::share::share;
use std::collections::HashMap;
use std::time::Duration;

/// The criterion for grouping peers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grouping {
    /// The network of the address.
    Network,
    /// The address range that one operator probably controls.
    Netgroup,
    /// The user agent.
    Version,
    /// The autonomous system, from the user's database.
    AutonomousSystem,
    /// The sensor.
    Sensor,
}

impl Grouping {
    /// Every grouping.
    pub const ALL: [Self; 5] =
        [Self::Network, Self::Netgroup, Self::Version, Self::AutonomousSystem, Self::Sensor];

    /// Returns the group of a peer.
    pub(super) fn group(self, peer: &PeerStatsRow) -> GroupName {
        GroupName(match self {
            Self::Network => peer.stats.network.map(|network| network.to_string()),
            Self::Netgroup => peer.stats.netgroup.map(|group| group.to_string()),
            Self::AutonomousSystem => peer.stats.autonomous_system.as_ref().map(ToString::to_string),
            Self::Sensor => peer.stats.sensor.as_deref().map(ToOwned::to_owned),
            Self::Version => {
                Some(peer.row.user_agent.trim_matches('/').to_owned()).filter(|agent| !agent.is_empty())
            }
        })
    }
}

/// What the peers of a group have in common; `None` if unknown.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct GroupName(pub Option<String>);

/// A group of peers.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerGroup {
    /// What its peers have in common.
    pub name: GroupName,
    /// The number of peers.
    pub peers: usize,
    /// The number of live peers, whose handshake is complete.
    pub live: usize,
    /// The median of the live peers' last pings.
    pub median_ping: Option<Duration>,
    /// The share (0–1) of arrived transactions that a peer of this group announced first, out of all that any
    /// peer announced first.
    pub first: Option<f32>,
    /// The number of transactions that the peers announced.
    pub announced: u64,
    /// The number of transactions that the peers sent.
    pub served: u64,
}

/// Returns the groups, the one with the most live peers first; at most as many as a list has rows. `firsts`
/// is the number of transactions that any peer announced first.
pub(super) fn groups<'a>(
    peers: impl Iterator<Item = &'a PeerStatsRow>,
    grouping: Grouping,
    firsts: u64,
) -> Vec<PeerGroup> {
    let mut by_name: HashMap<GroupName, Vec<&PeerStatsRow>> = HashMap::new();
    for peer in peers {
        by_name.entry(grouping.group(peer)).or_default().push(peer);
    }
    let mut groups: Vec<_> = by_name.into_iter().map(|(name, peers)| group(name, &peers, firsts)).collect();
    groups.sort_unstable_by(|one, other| {
        let size = |group: &PeerGroup| (group.live, group.peers);
        size(other).cmp(&size(one)).then_with(|| one.name.cmp(&other.name))
    });
    groups.truncate(MAX_ROWS);
    groups
}

fn group(name: GroupName, peers: &[&PeerStatsRow], firsts: u64) -> PeerGroup {
    let is_live = |peer: &&&PeerStatsRow| matches!(peer.row.liveness, Liveness::Live | Liveness::Late { .. });
    let mut pings: Vec<Duration> =
        peers.iter().filter(is_live).filter_map(|peer| peer.stats.ping.last).collect();
    pings.sort_unstable();
    let sum =
        |count: fn(&PeerStatsRow) -> u64| peers.iter().map(|peer| count(peer)).fold(0, u64::saturating_add);
    PeerGroup {
        name,
        peers: peers.len(),
        live: peers.iter().filter(is_live).count(),
        median_ping: pings.get(pings.len() / 2).copied(),
        first: share(sum(|peer| peer.stats.all.first), firsts),
        announced: sum(|peer| peer.stats.all.announced),
        served: sum(|peer| peer.stats.all.served),
    }
}

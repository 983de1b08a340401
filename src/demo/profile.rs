//! The kinds of nodes.

use super::mempool::Order;
use super::random::generator;
use crate::wire::Services;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use std::time::Duration;

/// The software and behaviour of a node without trouble.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) user_agent: &'static str,
    pub(super) services: Services,
    /// The order in which it announces.
    pub(super) order: Order,
    /// Whether it announces by wtxid (BIP339).
    pub(super) wtxid_relay: bool,
    /// The minimum relay fee rate, in sat/kvB.
    pub(super) fee_floor: u64,
    /// The mean time between two announcements to a peer.
    pub(super) trickle: Duration,
    /// The mean time from a message to its answer.
    pub(super) latency: Duration,
    /// The mean delay of a block behind the first node.
    pub(super) block_delay: Duration,
}

/// A kind of node: user agent, BIP339, order, fee floor in sat/kvB, trickle in ms.
type Kind = (&'static str, bool, Order, u64, u64);

/// One of each in every group of eight. The first offers its mempool (BIP35). Core announces every 5 s on
/// average (`INBOUND_INVENTORY_BROADCAST_INTERVAL`), and serves nothing before its first announcement. Two
/// with the lowest fee floor are faster, so that a newcomer soon has the whole mempool and there is always
/// something happening on screen. Fee floors are those of old and current defaults, and of a full mempool.
const KINDS: [Kind; 8] = [
    ("/Satoshi:31.0.0/", true, Order::ChunkFeeRate, 100, 1_200),
    ("/Satoshi:30.0.0/", true, Order::Ancestors, 100, 600),
    ("/Satoshi:31.0.0/", true, Order::ChunkFeeRate, 100, 5_000),
    ("/Satoshi:31.1.0/", true, Order::ChunkFeeRate, 100, 5_000),
    ("/Satoshi:32.0.0/", true, Order::ChunkFeeRate, 1_000, 5_000),
    ("/Satoshi:29.2.0/Knots:20251110/", true, Order::Ancestors, 1_000, 5_000),
    ("/Satoshi:27.1.0/", true, Order::Ancestors, 1_871, 5_000),
    ("/btcwire:0.5.0/btcd:0.24.2/", false, Order::Ancestors, 1_000, 5_000),
];

impl Profile {
    /// Returns a node with default configuration: it announces by wtxid, every 5 s, and answers within 100
    /// ms.
    #[cfg(test)]
    pub(super) fn usual() -> Self {
        Self {
            user_agent: "/Satoshi:30.0.0/",
            services: Services::WITNESS,
            order: Order::ChunkFeeRate,
            wtxid_relay: true,
            fee_floor: 100,
            trickle: Duration::from_secs(5),
            latency: Duration::from_millis(100),
            block_delay: Duration::from_millis(100),
        }
    }

    /// Returns the profile of node number `node`. The first of a group offers its mempool, so that the smallest
    /// demo has such a node.
    pub(super) fn of(seed: u64, node: usize) -> Self {
        let (mut kinds, place) = (KINDS, node % KINDS.len());
        kinds[1..].shuffle(&mut generator(seed, "kinds", (node / KINDS.len()) as u64));
        let (user_agent, wtxid_relay, order, fee_floor, trickle) = kinds[place];
        let rng = &mut generator(seed, "profile", node as u64);
        let services = Services::NETWORK_LIMITED.with(Services::WITNESS);
        Self {
            user_agent,
            services: if place == 0 { services.with(Services::BLOOM) } else { services },
            order,
            wtxid_relay,
            fee_floor,
            trickle: Duration::from_millis(trickle),
            latency: spread(rng, 5.0, 300.0),
            block_delay: spread(rng, 20.0, 1_500.0),
        }
    }
}

/// Returns a time between `least` and `most` ms; all orders of magnitude are equally likely.
fn spread(rng: &mut StdRng, least: f64, most: f64) -> Duration {
    Duration::from_secs_f64(rng.random_range(least.ln()..most.ln()).exp() / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn eight_nodes_are_of_all_kinds_in_an_order_of_the_seed() {
        let agents = |seed| (0..8).map(|node| Profile::of(seed, node).user_agent).collect::<Vec<_>>();
        assert_eq!(agents(1).iter().collect::<HashSet<_>>().len(), 7, "one is there twice");
        assert_eq!(agents(1), agents(1));
        assert_ne!(agents(1), agents(2));
    }

    #[test]
    fn nodes_differ_in_what_they_relay_and_how_fast_they_are() {
        let nodes: Vec<_> = (0..8).map(|node| Profile::of(3, node)).collect();
        assert_eq!(nodes.iter().filter(|node| node.services.has(Services::BLOOM)).count(), 1);
        assert_eq!(nodes.iter().filter(|node| node.order == Order::Ancestors).count(), 4);
        assert!(nodes.iter().any(|node| !node.wtxid_relay));
        assert_eq!(nodes.iter().map(|node| node.fee_floor).collect::<HashSet<_>>().len(), 3);
        assert_eq!(nodes.iter().map(|node| node.latency).collect::<HashSet<_>>().len(), 8);
        for node in nodes {
            assert!((5..300).contains(&node.latency.as_millis()), "{:?}", node.latency);
        }
    }
}

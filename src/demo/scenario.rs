//! The nodes' troubles, as a pure function of seed and time.
//!
//! Nodes form groups. In each group, one node after the other is in trouble, and the kinds of trouble
//! alternate, so that every kind occurs within two minutes for any number of nodes, while most nodes work
//! most of the time.

use super::random::generator;
use rand::RngExt;
use rand::seq::SliceRandom;
use std::time::Duration;

/// All nodes work at first, so that a newcomer has the whole mempool before the first trouble.
const CALM: Duration = Duration::from_secs(20);

/// The number of nodes in a group.
const GROUP: usize = 8;

/// The time from one trouble of a group to the next. Four kinds fit into two minutes, and the longest
/// trouble ends before the next one begins.
const ROUND: Duration = Duration::from_secs(28);

/// The quiet time from the start of a round to its trouble.
const QUIET: Duration = Duration::from_secs(1);

/// A frozen node must be silent for longer than the demo's ping interval and ping timeout together (see
/// [`Demo::settings`](super::Demo::settings)), or it would not be dropped.
const FREEZE: Duration = Duration::from_secs(27);

/// The offset of the rounds of a group against those of the previous group.
const SHIFT: Duration = Duration::from_secs(11);

/// The state of a node in the scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mood {
    /// The node works.
    Well,
    /// Everything that the node sends is delayed by this time.
    Late(Duration),
    /// Connections stay open, but the node neither reads nor writes.
    Frozen,
    /// The node has closed its connections and refuses new ones.
    Dead,
    /// The node has closed its connections and does not answer new ones.
    Unreachable,
}

/// The trouble of a node.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    node: usize,
    mood: Mood,
    from: Duration,
    until: Duration,
}

/// The scenario of all nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scenario {
    seed: u64,
    /// The number of nodes.
    nodes: usize,
}

impl Scenario {
    pub(super) fn new(seed: u64, nodes: usize) -> Self {
        Self { seed, nodes }
    }

    /// Returns the mood of node number `node`, `elapsed` after the start, and the time until which it lasts
    /// at least.
    pub(super) fn mood(&self, node: usize, elapsed: Duration) -> (Mood, Duration) {
        let Some(elapsed) = elapsed.checked_sub(CALM) else { return (Mood::Well, CALM) };
        let group = node / GROUP;
        let shift = shift(group);
        let time = elapsed + shift;
        let round = u32::try_from(time.as_millis() / ROUND.as_millis()).unwrap_or(u32::MAX);
        let trouble = self.trouble(group, round);
        let (mood, until) = if time < trouble.from {
            (Mood::Well, trouble.from)
        } else if time >= trouble.until {
            (Mood::Well, ROUND.saturating_mul(round.saturating_add(1)))
        } else if trouble.node == node {
            (trouble.mood, trouble.until)
        } else {
            (Mood::Well, trouble.until)
        };
        (mood, CALM + until.saturating_sub(shift))
    }

    /// Returns the trouble of a group in a round, by the group's time.
    fn trouble(&self, group: usize, round: u32) -> Trouble {
        let members = group * GROUP..self.nodes.min((group + 1) * GROUP);
        // Every node has its turn before one gets a second.
        let turn = round as usize % members.len().max(1);
        let lap = u64::from(round) / members.len().max(1) as u64;
        let group_bits = (group as u64) << 32;
        let mut order: Vec<usize> = members.collect();
        order.shuffle(&mut generator(self.seed, "turns", group_bits | lap));
        let node = order.get(turn).copied().unwrap_or(0);

        let mut rng = generator(self.seed, "trouble", group_bits | u64::from(round));
        let mut between = |least: u64, most: u64| Duration::from_millis(rng.random_range(least..most));
        let (mood, lasts) = match (round as usize).wrapping_add(group) % 4 {
            0 => (Mood::Frozen, FREEZE),
            1 => (Mood::Dead, between(9_000, 16_000)),
            2 => (Mood::Unreachable, between(12_000, 18_000)),
            _ => (Mood::Late(between(6_500, 13_500)), between(20_000, 25_000)),
        };
        let from = ROUND.saturating_mul(round) + QUIET;
        Trouble { node, mood, from, until: from + lasts }
    }
}

/// Returns how far the group is into a round when the troubles start.
fn shift(group: usize) -> Duration {
    let shift = SHIFT.as_millis() * group as u128 % ROUND.as_millis();
    Duration::from_millis(u64::try_from(shift).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::mem::discriminant;

    /// The moods of a node one after the other, and when each begins.
    fn moods(scenario: Scenario, node: usize, end: Duration) -> Vec<(Duration, Mood)> {
        let mut moods = vec![];
        let mut elapsed = Duration::ZERO;
        while elapsed < end {
            let (mood, until) = scenario.mood(node, elapsed);
            moods.push((elapsed, mood));
            elapsed = until;
        }
        moods
    }

    #[test]
    fn every_kind_of_trouble_comes_within_two_minutes_however_few_nodes_there_are() {
        for seed in 0..8 {
            for nodes in [1, 2, 3, 8, 20] {
                let scenario = Scenario::new(seed, nodes);
                let seen: HashSet<_> = (0..nodes)
                    .flat_map(|node| moods(scenario, node, Duration::from_secs(115)))
                    .map(|(_, mood)| discriminant(&mood))
                    .collect();
                assert_eq!(seen.len(), 5, "seed {seed}, {nodes} nodes");
            }
        }
    }

    #[test]
    fn most_nodes_work_and_each_has_its_turn() {
        let scenario = Scenario::new(1, 8);
        let mut in_trouble = [0; 8];
        for second in 0..900 {
            let mood = |node: &usize| scenario.mood(*node, Duration::from_secs(second)).0;
            let bad: Vec<_> = (0..8).filter(|node| mood(node) != Mood::Well).collect();
            assert!(bad.len() <= 1, "{bad:?}");
            for node in bad {
                in_trouble[node] += 1;
            }
        }
        assert!(in_trouble.iter().all(|seconds| *seconds > 20), "{in_trouble:?}");
    }

    #[test]
    fn a_mood_lasts_as_long_as_planned() {
        let scenario = Scenario::new(3, 20);
        for node in 0..20 {
            let mut elapsed = Duration::ZERO;
            while elapsed < Duration::from_mins(5) {
                let (mood, until) = scenario.mood(node, elapsed);
                assert!(until > elapsed);
                let last = until.saturating_sub(Duration::from_millis(1));
                assert_eq!(scenario.mood(node, (elapsed + last) / 2).0, mood);
                assert_eq!(scenario.mood(node, last).0, mood);
                elapsed = until;
            }
        }
    }

    #[test]
    fn a_seed_repeats_the_scenario() {
        let all = |seed| {
            (0..8)
                .flat_map(|node| moods(Scenario::new(seed, 8), node, Duration::from_mins(5)))
                .collect::<Vec<_>>()
        };
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
    }

    #[test]
    fn a_frozen_node_is_silent_for_longer_than_a_ping_may_take() {
        let settings = super::super::settings(vec![]);
        assert!(FREEZE > settings.ping_interval + settings.ping_timeout);
        assert!(FREEZE + QUIET <= ROUND);
    }
}

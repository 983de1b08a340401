//! Confirmed coins, by age.

use super::coin::{Coin, Origin};
use rand::RngExt;
use rand::rngs::StdRng;

/// The age group of a confirmed coin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Age {
    /// In one of the last 6 blocks.
    Hour,
    /// In one of the last 144.
    Day,
    /// In one of the last 288, which pruned nodes serve (BIP159).
    Served,
    /// In a block that no node of the demo serves any more.
    Old,
}

/// The number of blocks up to which a coin belongs to each group but the last.
const BLOCKS: [u32; 3] = [6, 144, 288];

/// How many random coins are tried to find a suitable one.
const ATTEMPTS: usize = 16;

/// Confirmed coins, in a group for each [`Age`].
#[derive(Default)]
pub(super) struct Confirmed {
    groups: [Vec<Coin>; BLOCKS.len() + 1],
    height: u32,
}

impl Confirmed {
    /// Adds a coin.
    pub(super) fn add(&mut self, coin: Coin) {
        self.groups[group(&coin, self.height)].push(coin);
    }

    /// Raises the height of the tip to `height`, which makes all coins older.
    pub(super) fn grow_older(&mut self, height: u32) {
        self.height = height;
        for younger in 0..BLOCKS.len() {
            let (from, to) = self.groups.split_at_mut(younger + 1);
            to[0].extend(from[younger].extract_if(.., |coin| group(coin, height) > younger));
        }
    }

    /// Takes a random coin of this age that `suits`; if there is none, from the next younger group, and
    /// finally from an older one.
    pub(super) fn take(&mut self, rng: &mut StdRng, age: Age, suits: impl Fn(&Coin) -> bool) -> Option<Coin> {
        let (younger, older) = self.groups.split_at_mut(age as usize + 1);
        younger.iter_mut().rev().chain(older).find_map(|coins| take(rng, coins, &suits))
    }

    /// Returns the height of the tip.
    pub(super) fn height(&self) -> u32 {
        self.height
    }

    /// Returns the number of coins.
    pub(super) fn len(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }
}

/// Takes a random suitable coin, if one is found within a few attempts.
pub(super) fn take(rng: &mut StdRng, coins: &mut Vec<Coin>, suits: impl Fn(&Coin) -> bool) -> Option<Coin> {
    for _ in 0..ATTEMPTS {
        if coins.is_empty() {
            return None;
        }
        let index = rng.random_range(0..coins.len());
        if suits(&coins[index]) {
            return Some(coins.swap_remove(index));
        }
    }
    None
}

/// Returns the index of the group to which a coin belongs while the tip has this height.
fn group(coin: &Coin, height: u32) -> usize {
    let Origin::Block(confirmed) = coin.origin else { return 0 };
    BLOCKS.iter().position(|&blocks| height.saturating_sub(confirmed) < blocks).unwrap_or(BLOCKS.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::random::generator;
    use crate::demo::script::ScriptType;
    use crate::wire::OutPoint;

    fn coin(height: u32) -> Coin {
        let origin = Origin::Block(height);
        Coin { outpoint: OutPoint::NULL, value: 10_000, script: ScriptType::P2tr, origin }
    }

    #[test]
    fn coins_grow_older_with_each_block() {
        let mut confirmed = Confirmed::default();
        for height in 1..=300 {
            confirmed.grow_older(height);
            confirmed.add(coin(height));
        }
        assert_eq!(confirmed.groups.each_ref().map(Vec::len), [6, 138, 144, 12]);
    }

    #[test]
    fn a_missing_age_is_replaced_by_a_younger_one_before_an_older_one() {
        let mut confirmed = Confirmed::default();
        for height in [1, 100, 290] {
            confirmed.add(coin(height));
        }
        confirmed.grow_older(300);
        let rng = &mut generator(1, "test", 0);
        let mut heights = vec![];
        while let Some(coin) = confirmed.take(rng, Age::Served, |_| true) {
            heights.push(coin.origin);
        }
        assert_eq!(heights, [100, 290, 1].map(Origin::Block));
    }
}

//! A maximum flow of surplus from transactions to their ancestors.

use crate::model::mempool::cluster::chunks::{Set, closures, members};

/// Who gives how much to whom.
#[derive(Debug)]
pub(crate) struct Flow {
    count: usize,
    /// What is left to give (or, below 0, to get), by number.
    balance: Vec<i128>,
    /// By giver and receiver.
    given: Vec<i128>,
    /// Who gives to it, by receiver.
    givers: Vec<Set>,
    /// How a way led to it, by number.
    previous: Vec<usize>,
}

impl Flow {
    /// Among so many transactions.
    pub(crate) fn new(count: usize) -> Self {
        Self {
            count,
            balance: vec![0; count],
            given: vec![0; count * count],
            givers: vec![0; count],
            previous: vec![0; count],
        }
    }

    /// Lets those of `set` that have a surplus give to their ancestors in it, as much as can be.
    /// Those that have something left, with all that stands or falls with them; none if every
    /// surplus goes. The surpluses must sum up to 0.
    pub(crate) fn better_part(
        &mut self,
        set: Set,
        ancestors: &[Set],
        surplus: impl Fn(usize) -> i128,
    ) -> Set {
        self.forget();
        members(set).for_each(|index| self.balance[index] = surplus(index));
        // By shortest ways (Edmonds and Karp 1972), which bounds their number.
        loop {
            match self.search(set, ancestors) {
                Ok(receiver) => self.hand_on(receiver),
                Err(reached) => return reached,
            }
        }
    }

    fn forget(&mut self) {
        for (receiver, givers) in self.givers.iter_mut().enumerate() {
            members(*givers).for_each(|giver| self.given[giver * self.count + receiver] = 0);
            *givers = 0;
        }
    }

    /// A way from one that has something left to one that lacks something; if there is none, all
    /// that ways lead to.
    fn search(&mut self, set: Set, ancestors: &[Set]) -> Result<usize, Set> {
        let mut reached = members(set).filter(|&i| self.balance[i] > 0).fold(0, |set, i| set | 1 << i);
        let mut frontier = reached;
        members(reached).for_each(|giver| self.previous[giver] = giver);
        while frontier != 0 {
            let mut next = 0;
            for from in members(frontier) {
                let ways = (ancestors[from] & set | self.givers[from]) & !reached;
                reached |= ways;
                next |= ways;
                for to in members(ways) {
                    self.previous[to] = from;
                    if self.balance[to] < 0 {
                        return Ok(to);
                    }
                }
            }
            frontier = next;
        }
        Err(reached)
    }

    /// Lets as much as possible go the way that was found to `receiver`.
    fn hand_on(&mut self, receiver: usize) {
        let mut most = -self.balance[receiver];
        let mut at = receiver;
        while self.previous[at] != at {
            let from = self.previous[at];
            if self.givers[from] >> at & 1 == 1 {
                most = most.min(self.given[at * self.count + from]);
            }
            at = from;
        }
        most = most.min(self.balance[at]);
        self.balance[at] -= most;
        self.balance[receiver] += most;
        let mut at = receiver;
        while self.previous[at] != at {
            let from = self.previous[at];
            // Who is given to hands it back first: nobody gives to a descendant.
            if self.givers[from] >> at & 1 == 1 {
                self.give(at, from, -most);
            } else {
                self.give(from, at, most);
            }
            at = from;
        }
    }

    fn give(&mut self, giver: usize, receiver: usize, more: i128) {
        let so_far = &mut self.given[giver * self.count + receiver];
        *so_far += more;
        let bit = 1 << giver;
        self.givers[receiver] =
            if *so_far > 0 { self.givers[receiver] | bit } else { self.givers[receiver] & !bit };
    }

    /// The smallest parts of `set`, all of whose surplus went, that pay the same each: those of the
    /// flow that lead to each other (Picard and Queyranne 1980).
    pub(crate) fn inseparable(&self, set: Set, ancestors: &[Set]) -> impl Iterator<Item = Set> + use<> {
        let steps = (0..self.count).map(|index| match set >> index & 1 {
            1 => ancestors[index] & set | self.givers[index] | 1 << index,
            _ => 0,
        });
        let reach = closures(steps.collect());
        let mut left = set;
        std::iter::from_fn(move || {
            let first = members(left).next()?;
            let part = members(reach[first]).filter(|&to| reach[to] >> first & 1 == 1);
            let part = part.fold(0, |part, to| part | 1 << to);
            left &= !part;
            Some(part)
        })
    }
}

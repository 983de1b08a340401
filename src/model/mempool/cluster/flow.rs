//! A maximum flow of surplus from transactions to their ancestors.

use crate::model::mempool::cluster::set::{Set, closures, members};

/// The surplus passed from each transaction to each ancestor.
#[derive(Debug)]
pub(super) struct Flow {
    count: usize,
    /// The surplus left to give, or the deficit if negative, by number.
    balance: Vec<i128>,
    /// The amounts passed on, by giver and receiver.
    given: Vec<i128>,
    /// The givers of each receiver.
    givers: Vec<Set>,
    /// The previous step of the path found, by number.
    previous: Vec<usize>,
}

impl Flow {
    /// Creates a flow among `count` transactions.
    pub(super) fn new(count: usize) -> Self {
        Self {
            count,
            balance: vec![0; count],
            given: vec![0; count * count],
            givers: vec![0; count],
            previous: vec![0; count],
        }
    }

    /// Passes as much surplus as possible from the members of `set` to their ancestors in it. Returns the
    /// members with surplus left, with all their ancestors and all that pay for these; the empty set if all
    /// surplus is used. The surpluses must add up to 0.
    pub(super) fn better_part(
        &mut self,
        set: Set,
        ancestors: &[Set],
        surplus: impl Fn(usize) -> i128,
    ) -> Set {
        self.reset();
        members(set).for_each(|index| self.balance[index] = surplus(index));
        // Shortest paths first (Edmonds and Karp 1972), which bounds their number.
        loop {
            match self.search(set, ancestors) {
                Ok(receiver) => self.pass_on(receiver),
                Err(reached) => return reached,
            }
        }
    }

    fn reset(&mut self) {
        for (receiver, givers) in self.givers.iter_mut().enumerate() {
            members(*givers).for_each(|giver| self.given[giver * self.count + receiver] = 0);
            *givers = 0;
        }
    }

    /// Finds a path from a member with surplus to one with a deficit and returns its end; otherwise returns
    /// all members reached by paths.
    fn search(&mut self, set: Set, ancestors: &[Set]) -> Result<usize, Set> {
        let mut reached = members(set).filter(|&i| self.balance[i] > 0).fold(0, |set, i| set | 1 << i);
        let mut frontier = reached;
        members(reached).for_each(|giver| self.previous[giver] = giver);
        while frontier != 0 {
            let mut next = 0;
            for from in members(frontier) {
                let paths = (ancestors[from] & set | self.givers[from]) & !reached;
                reached |= paths;
                next |= paths;
                for to in members(paths) {
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

    /// Passes on as much as possible along the path found to `receiver`.
    fn pass_on(&mut self, receiver: usize) {
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
            // A step down the ancestry takes back what was passed up.
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

    /// Returns the smallest parts of `set` with equal fee rates, once all surplus is used: the strongly
    /// connected components of the flow (Picard and Queyranne 1980).
    pub(super) fn inseparable(&self, set: Set, ancestors: &[Set]) -> impl Iterator<Item = Set> + use<> {
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

//! Sorted runs of coins: 16 bytes for each, looked up by binary search. Runs of similar length are
//! merged, so that there are few (as in a log-structured merge tree), and what was dropped goes then.

/// How many bits of a coin's second half are its value: all the money there is has 51.
const VALUE_BITS: u32 = 51;

/// The number of a coin that was dropped.
const DROPPED: u16 = (1 << (64 - VALUE_BITS)) - 1;

/// An output: the tag of its outpoint, its value and the number of its block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Coin {
    tag: u64,
    packed: u64,
}

impl Coin {
    /// A value that no coin can have becomes the highest that fits: it makes no fee that is possible.
    pub(super) fn new(tag: u64, value: u64, number: u16) -> Self {
        let value = value.min((1 << VALUE_BITS) - 1);
        Self { tag, packed: value | u64::from(number) << VALUE_BITS }
    }

    fn value(self) -> u64 {
        self.packed & ((1 << VALUE_BITS) - 1)
    }

    fn number(self) -> u16 {
        // What is left has 13 bits.
        (self.packed >> VALUE_BITS) as u16
    }
}

/// All coins.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Longest first. Each is sorted.
    sorted: Vec<Vec<Coin>>,
    /// Numbers whose coins are to go, and have not gone from every run.
    gone: Vec<u16>,
    in_use: Vec<u16>,
}

impl Runs {
    /// A number that no coin carries.
    pub(super) fn free_number(&mut self) -> u16 {
        if self.in_use.len() + self.gone.len() >= usize::from(DROPPED) {
            self.merge_all();
        }
        let is_free = |number: &u16| !self.in_use.contains(number) && !self.gone.contains(number);
        let number = (0..DROPPED).find(is_free).unwrap_or_default();
        self.in_use.push(number);
        number
    }

    /// Adds coins, which are sorted by tag.
    pub(super) fn push(&mut self, coins: Vec<Coin>) {
        self.sorted.push(coins);
        while let [.., longer, shorter] = self.sorted.as_slice()
            && longer.len() <= 2 * shorter.len()
        {
            self.merge_last_two();
        }
        // When a fifth of the numbers waits to go, all of it goes.
        if self.gone.len() > 8 && self.gone.len() * 5 > self.in_use.len() {
            self.merge_all();
        }
    }

    /// The value of a coin.
    pub(super) fn get(&self, tag: u64) -> Option<u64> {
        let (run, index) = self.find(tag)?;
        self.sorted.get(run)?.get(index).map(|coin| coin.value())
    }

    /// A coin is not needed any more.
    pub(super) fn drop_coin(&mut self, tag: u64) {
        if let Some((run, index)) = self.find(tag)
            && let Some(coin) = self.sorted.get_mut(run).and_then(|run| run.get_mut(index))
        {
            *coin = Coin::new(tag, coin.value(), DROPPED);
        }
    }

    /// Coins with this number are not needed any more.
    pub(super) fn drop_number(&mut self, number: u16) {
        self.in_use.retain(|used| *used != number);
        self.gone.push(number);
    }

    /// How many coins take memory.
    pub(super) fn len(&self) -> usize {
        self.sorted.iter().map(Vec::len).sum()
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        self.sorted.iter().map(|run| run.capacity() * size_of::<Coin>()).sum()
    }

    /// The place of a coin that was not dropped.
    fn find(&self, tag: u64) -> Option<(usize, usize)> {
        let found = |(number, run): (usize, &Vec<Coin>)| {
            let index = run.binary_search_by_key(&tag, |coin| coin.tag).ok()?;
            run.get(index).filter(|coin| coin.number() != DROPPED).map(|_| (number, index))
        };
        self.sorted.iter().enumerate().find_map(found)
    }

    fn merge_all(&mut self) {
        while self.sorted.len() > 1 {
            self.merge_last_two();
        }
        let last = self.sorted.pop().unwrap_or_default();
        let kept = merge(last, Vec::new(), &self.gone);
        self.sorted.push(kept);
        self.gone.clear();
    }

    fn merge_last_two(&mut self) {
        if let (Some(shorter), Some(longer)) = (self.sorted.pop(), self.sorted.pop()) {
            self.sorted.push(merge(longer, shorter, &self.gone));
        }
    }
}

/// One sorted run of what is left of two.
fn merge(one: Vec<Coin>, other: Vec<Coin>, gone: &[u16]) -> Vec<Coin> {
    let is_kept = |coin: &Coin| coin.number() != DROPPED && !gone.contains(&coin.number());
    let count = one.iter().chain(&other).filter(|coin| is_kept(coin)).count();
    let mut merged = Vec::with_capacity(count);
    let mut one = one.into_iter().filter(is_kept).peekable();
    let mut other = other.into_iter().filter(is_kept).peekable();
    loop {
        let next = match (one.peek(), other.peek()) {
            (Some(first), Some(second)) if second < first => other.next(),
            (Some(_), _) => one.next(),
            (None, _) => other.next(),
        };
        match next {
            Some(coin) => merged.push(coin),
            None => return merged,
        }
    }
}

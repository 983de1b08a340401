//! Sorted runs of coins: 16 bytes for each, looked up by binary search. Runs of similar length are
//! merged, so that there are few (as in a log-structured merge tree), and what was dropped goes then.

/// How many bits of a coin's second half are its value: all the money there is has 51.
const VALUE_BITS: u32 = 51;

/// The number of a coin that was dropped.
const DROPPED: u16 = (1 << (64 - VALUE_BITS)) - 1;

/// An output: the tag of its outpoint, its value and the number of its block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Coin {
    tag: u64,
    packed: u64,
}

impl Coin {
    /// A value that no coin can have becomes the highest that fits: it makes no fee that is possible.
    pub(crate) fn new(tag: u64, value: u64, number: u16) -> Self {
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
pub(crate) struct Runs {
    /// Longest first. Each is sorted.
    sorted: Vec<Vec<Coin>>,
    /// Numbers whose coins are to go, and have not gone from every run.
    gone: Numbers,
    in_use: Numbers,
}

/// A set of numbers of blocks. A merge looks every coin's number up: there are tens of millions.
#[derive(Debug)]
struct Numbers {
    is_member: Vec<bool>,
    count: usize,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { is_member: vec![false; usize::from(DROPPED)], count: 0 }
    }
}

impl Numbers {
    fn set(&mut self, number: u16, is_member: bool) {
        if let Some(entry) = self.is_member.get_mut(usize::from(number))
            && std::mem::replace(entry, is_member) != is_member
        {
            self.count = if is_member { self.count + 1 } else { self.count - 1 };
        }
    }

    fn contains(&self, number: u16) -> bool {
        self.is_member.get(usize::from(number)).is_some_and(|&is_member| is_member)
    }
}

impl Runs {
    /// A number that no coin carries.
    pub(crate) fn free_number(&mut self) -> u16 {
        if self.in_use.count + self.gone.count >= usize::from(DROPPED) {
            self.merge_all();
        }
        let is_free = |number: &u16| !self.in_use.contains(*number) && !self.gone.contains(*number);
        let number = (0..DROPPED).find(is_free).unwrap_or_default();
        self.in_use.set(number, true);
        number
    }

    /// Adds coins, which are sorted by tag.
    pub(crate) fn push(&mut self, coins: Vec<Coin>) {
        self.sorted.push(coins);
        while let [.., longer, shorter] = self.sorted.as_slice()
            && longer.len() <= 2 * shorter.len()
        {
            self.merge_last_two();
        }
        // When a fifth of the numbers waits to go, all of it goes.
        if self.gone.count > 8 && self.gone.count * 5 > self.in_use.count {
            self.merge_all();
        }
    }

    /// The value of a coin.
    pub(crate) fn get(&self, tag: u64) -> Option<u64> {
        let (run, index) = self.find(tag)?;
        self.sorted.get(run)?.get(index).map(|coin| coin.value())
    }

    /// A coin is not needed any more.
    pub(crate) fn drop_coin(&mut self, tag: u64) {
        if let Some((run, index)) = self.find(tag)
            && let Some(coin) = self.sorted.get_mut(run).and_then(|run| run.get_mut(index))
        {
            *coin = Coin::new(tag, coin.value(), DROPPED);
        }
    }

    /// Outputs with this number are not needed any more.
    pub(crate) fn drop_number(&mut self, number: u16) {
        self.in_use.set(number, false);
        self.gone.set(number, true);
    }

    /// How many coins take memory.
    pub(crate) fn len(&self) -> usize {
        self.sorted.iter().map(Vec::len).sum()
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
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
        self.gone = Numbers::default();
    }

    fn merge_last_two(&mut self) {
        if let (Some(shorter), Some(longer)) = (self.sorted.pop(), self.sorted.pop()) {
            self.sorted.push(merge(longer, shorter, &self.gone));
        }
    }
}

/// One sorted run of what is left of two.
fn merge(mut one: Vec<Coin>, mut other: Vec<Coin>, gone: &Numbers) -> Vec<Coin> {
    for run in [&mut one, &mut other] {
        run.retain(|coin| coin.number() != DROPPED && !gone.contains(coin.number()));
    }
    one.reserve_exact(other.len());
    one.append(&mut other);
    // The standard library's stable sort finds the two runs and merges them.
    one.sort();
    one.shrink_to_fit();
    one
}

//! What the outputs of blocks cost, for as many blocks as are kept at least and at most: the memory, and
//! the time that one block takes. It is the worst one that counts: now and then all are merged, and
//! meanwhile the model does nothing else.

use mempulse::model::fees::prevouts::{BlockOutputs, OutpointKey, PrevoutCache};
use mempulse::wire::BlockHash;
use std::time::{Duration, Instant};

/// How many outputs a block leaves.
const OUTPUTS: u64 = 7_000;

/// Without end: blocks whose tags are spread as those of real ones.
struct Blocks {
    next: u32,
    state: u64,
}

impl Blocks {
    fn next(&mut self) -> BlockOutputs {
        let height = self.next;
        self.next += 1;
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&height.to_le_bytes());
        let mut coins: Vec<_> = (0..OUTPUTS).map(|value| (self.tag(), value)).collect();
        coins.sort_unstable();
        BlockOutputs { height, hash: BlockHash(hash), outputs: coins }
    }

    /// Marsaglia's xorshift.
    fn tag(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}

/// A line of what Linux tells about the process, in MB; `None` elsewhere.
fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib: u64 =
        status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1_024 / 1_000_000)
}

fn told(name: &str) -> String {
    memory(name).map_or_else(|| "?".to_owned(), |megabytes| megabytes.to_string())
}

/// How long each of so many blocks took, all together and at worst.
fn insert(coins: &mut PrevoutCache, blocks: &mut Blocks, count: usize) -> (Duration, Duration) {
    let (mut sum, mut worst) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..count {
        let block = blocks.next();
        let start = Instant::now();
        assert!(coins.insert(&block), "each is higher than those before");
        let elapsed = start.elapsed();
        sum += elapsed;
        worst = worst.max(elapsed);
    }
    (sum, worst)
}

fn main() {
    // The peak is that of the whole process: the smaller one comes first.
    for limit in [PrevoutCache::DEFAULT_BLOCKS, PrevoutCache::MAX_BLOCKS] {
        let mut coins = PrevoutCache::new(OutpointKey(1, 2), limit);
        let mut blocks = Blocks { next: 1, state: 0x9e37_79b9_7f4a_7c15 };
        let (filling, _) = insert(&mut coins, &mut blocks, limit);
        println!("{limit} blocks of {OUTPUTS} outputs: filled in {filling:.2?}");
        // Until a fifth has made room, so that all are merged once.
        let count = limit / 5 + 12;
        let (sum, worst) = insert(&mut coins, &mut blocks, count);
        let mean = sum / u32::try_from(count).unwrap_or(u32::MAX);
        println!("  {count} more: {mean:.2?} each, {worst:.2?} at worst");
        let account = coins.memory() / 1_000_000;
        println!(
            "  {account} MB by its own account; in the process {} MB, {} MB at most",
            told("VmRSS:"),
            told("VmHWM:")
        );
    }
}

//! What the prevout cache costs with the default and with the greatest number of blocks: its memory, and the time
//! that one more block takes. The slowest block matters: now and then all are merged, and meanwhile the model
//! does nothing else.

mod memory;

use mempulse::model::{BlockOutputs, OutpointKey, PrevoutCache};
use mempulse::wire::BlockHash;
use std::time::{Duration, Instant};

/// How many outputs a block leaves.
const OUTPUTS: u64 = 7_000;

/// An endless source of blocks whose outputs are spread like real ones.
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
        let mut outputs: Vec<_> = (0..OUTPUTS).map(|value| (self.tag(), value)).collect();
        outputs.sort_unstable();
        BlockOutputs { height, hash: BlockHash(hash), outputs }
    }

    /// Marsaglia's xorshift.
    fn tag(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}

fn megabytes(name: &str) -> String {
    memory::bytes(name).map_or_else(|| "?".to_owned(), |bytes| (bytes / 1_000_000).to_string())
}

/// Inserts `count` blocks, and returns the time of all and of the slowest.
fn insert(cache: &mut PrevoutCache, blocks: &mut Blocks, count: usize) -> (Duration, Duration) {
    let (mut sum, mut worst) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..count {
        let block = blocks.next();
        let start = Instant::now();
        assert!(cache.insert(&block), "each is higher than those before");
        let elapsed = start.elapsed();
        sum += elapsed;
        worst = worst.max(elapsed);
    }
    (sum, worst)
}

fn main() {
    // The peak is that of the whole process: the smaller one comes first.
    for limit in [PrevoutCache::DEFAULT_BLOCKS, PrevoutCache::MAX_BLOCKS] {
        let mut cache = PrevoutCache::new(OutpointKey(1, 2), limit);
        let mut blocks = Blocks { next: 1, state: 0x9e37_79b9_7f4a_7c15 };
        let (filling, _) = insert(&mut cache, &mut blocks, limit);
        println!("{limit} blocks of {OUTPUTS} outputs: filled in {filling:.2?}");
        // Until a fifth of the blocks has been replaced, so that all are merged once.
        let count = limit / 5 + 12;
        let (sum, worst) = insert(&mut cache, &mut blocks, count);
        let mean = sum / u32::try_from(count).unwrap_or(u32::MAX);
        println!("  {count} more: {mean:.2?} each, {worst:.2?} at worst");
        let account = cache.memory() / 1_000_000;
        println!(
            "  {account} MB by the cache's account; in the process {} MB, {} MB at most",
            megabytes("VmRSS"),
            megabytes("VmHWM")
        );
    }
}

//! The program beside real Bitcoin Core nodes.

mod backfill;
mod blocks;
mod bounds;
mod clusters;
mod compact_blocks;
mod discovery;
mod handshake;
mod harness;
mod liar;
mod liveness;
mod mempool;
mod recording;
mod restart;
mod scenario;
mod screen;
mod throughput;
mod transactions;
mod transport;
mod whole_mempool;

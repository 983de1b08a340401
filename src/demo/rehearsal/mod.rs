//! A rehearsal of mainnet: real blocks, replayed to the program as if they were new.
//!
//! The first blocks are past ones. The transactions of the later blocks are the mempool until their blocks
//! appear. Nodes of all kinds announce both, and every message crosses the wire in mainnet's form.
//!
//! | module | what it contains |
//! |---|---|
//! | `facts` | what the `bitcoin` crate says about each transaction |
//! | `plan` | when each transaction appears, its fee if that is unknowable, and which nodes have it |
//! | `chunks` | divides a cluster into chunks |
//! | `stage` | what the nodes share at one moment |

mod chunks;
mod facts;
mod plan;
mod stage;
mod tests;

//! A rehearsal of mainnet: real blocks, played to the program as if they were happening.
//!
//! The first blocks are the past. The transactions of the later ones are the mempool, until their blocks come.
//! Nodes of all kinds announce both, and every message crosses the wire in mainnet's form.
//!
//! | module | what it contains |
//! |---|---|
//! | `facts` | what the `bitcoin` crate says of each transaction |
//! | `plan` | when each transaction appears, what it pays if nobody can know, and who knows of it |
//! | `chunks` | how a cluster is divided into chunks |
//! | `stage` | what the nodes share at one moment |

mod chunks;
mod facts;
mod plan;
mod stage;
mod tests;

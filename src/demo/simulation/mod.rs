//! The monitor among simulated nodes: everything but sockets and the clock, all derived from one seed.
//!
//! ```text
//!  world ─▶ nodes ═ links ═▶ monitor: sessions ─▶ node ─▶ model ─▶ stores
//!             ▲                 │
//!          manner, forks        └──▶ checks
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `scenario` | what the seed determines: how many nodes, how they behave, what goes wrong |
//! | `network` | nodes, links and time |
//! | `link` | the node's side of a connection: as in the demo, except for its manner |
//! | `manner` | the behaviours of dishonest nodes |
//! | `forks` | blocks outside the best chain |
//! | `trouble` | links that stall, die and close, a process that sleeps, ends or is killed, and a clock that is set |
//! | `monitor` | the network, the model and the stores, joined as the program joins them |
//! | `surroundings` | the disk, settings, and measurements |
//! | `checks` | the invariants |
//!
//! A seed that fails becomes a test: it joins the list in `tests`, which says how to run others and for longer.

mod checks;
mod forks;
mod link;
mod manner;
mod monitor;
mod network;
mod scenario;
mod surroundings;
mod tests;
mod trouble;

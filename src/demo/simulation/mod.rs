//! The monitor among simulated nodes: everything but sockets and the clock, and all of it from one seed.
//!
//! ```text
//!  world ─▶ nodes ═ links ═▶ monitor: sessions ─▶ node ─▶ model ─▶ stores
//!             ▲                 │
//!          manner, forks        └──▶ checks
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `scenario` | what is drawn from the seed: how many nodes, how they behave, what goes wrong |
//! | `network` | nodes, links and time |
//! | `link` | one connection: the node's side of it, as in the demo, unless its manner is another one |
//! | `manner` | what nodes do that honest ones do not |
//! | `forks` | blocks beside the best chain |
//! | `trouble` | links that stall, die and close, a process that sleeps, ends or is killed, and a clock that is set |
//! | `monitor` | the network, the model and the stores, joined as the program joins them |
//! | `surroundings` | the disk, settings, and what is looked at from outside |
//! | `checks` | what must hold |
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

//! mempulse: a terminal monitor of the Bitcoin mempool that needs no node.
//!
//! ```text
//!  sockets ─ wire ─ peer ─┐
//!                         network ──▶ Event ──▶ Model ──▶ Snapshot ══ watch ══▶ tui
//!  demo nodes (sockets) ──┘             │         ▲
//!                                       │         └═══════════ watch ══ View
//!                                       └──▶ stream (JSON lines)
//! ```
//!
//! Imports point one way: `wire ← event ← peer ← network`, and `event ← model → snapshot ← tui`.
//! The pure parts (`wire`, the state machines of `peer`, the deciders of `network`, `model`)
//! know no socket and no clock: the time is a parameter.
//!
//! | module | what it answers |
//! |---|---|
//! | [`address`] | where a peer can be reached |
//! | [`chain`] | what differs between mainnet, the test networks and regtest |
//! | [`cli`], [`config`] | flags, environment and file, and which of them counts |
//! | [`time`], [`clock`] | when something happened; the one place that asks the system |
//! | [`text`] | how strangers' bytes become harmless text |
//! | [`wire`] | bytes ↔ messages of the Bitcoin P2P protocol |
//! | [`event`] | everything that can happen: the one vocabulary |
//! | `peer` | one connection: handshake, keepalive, and the task that gives them a socket |
//! | [`network`] | many connections: whom to dial, whom to ask for what, when to give up |
//! | [`model`] | events → the state of mempool, peers and blocks |
//! | [`monitor`] | where network and model meet |
//! | [`coin_store`], [`history_store`], `state_file` | what the model learned, kept from one run to the next |
//! | [`watching`] | what the user watches, and the command that is run for it |
//! | [`stream`], [`log`] | events as JSON lines, events as a log file |
//! | [`demo`] | a network of its own, to be watched without any other |
//! | [`snapshot`], [`view`] | what the screen may know, and what it looks at |
//! | [`tui`] | the screen: keys and snapshots in, views and frames out |

#![forbid(unsafe_code)]

pub mod address;
pub mod app;
pub mod chain;
pub mod demo;
pub mod event;
pub mod model;
pub mod p2p;
pub mod snapshot;
pub mod store;
pub mod stream;
pub mod tui;
pub mod util;
pub mod wire;

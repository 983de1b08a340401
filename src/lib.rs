//! mempulse: a terminal monitor of the Bitcoin mempool that needs no node.
//!
//! ```text
//!  sockets ─ wire ─ p2p ──▶ Event ──▶ Model ──▶ Snapshot ══ watch ══▶ tui
//!  demo nodes (sockets) ┘     │         │          ▲
//!                             │         │          └═══════ watch ══ View
//!      p2p ◀── Request ───────┼─────────┤◀── Command (what the user asks for)
//!                             │         │
//!                             ├──▶ stream, log ◀── what changed
//!                             ├──▶ sensor ══ NATS
//!                             ├──▶ api ◀── questions over HTTP
//!                                       └────────▶ store: what survives a restart
//! ```
//!
//! Events arrive the same way, whether live peers or the demo's nodes cause them. The model is pure: the
//! same events make the same state. [`Model::apply`](model::Model::apply) returns what changed, as typed
//! values that each front end words for itself, and what the network should fetch, as typed `Request`s.
//! The two `watch` channels keep only the latest value, so a slow screen slows nothing down.
//!
//! An import may only point to a lower floor, or stay in its own room; no two files import from each
//! other, not even through others. `tests/architecture.rs` enforces this table:
//!
//! | floor | rooms | what they are |
//! |---|---|---|
//! | 10 | `main` | the entry: arguments → front end → exit code |
//! | 9 | `app` | command line, configuration, log, the programs of alerts, and the loop that joins everything |
//! | 8 | `tui` · `stream` · `report` · `api` · `sensor` | the front ends: the screen, JSON lines, one moment as tables, HTTP, and NATS; none knows another |
//! | 7 | `snapshot` · `store` · `recording` · `demo` | what a screen may see of the model · what survives a restart · events as files · a network of real nodes on loopback |
//! | 6 | `alert` | the user's rules, and which of them fire |
//! | 5 | `query` | the query language: conditions and orders over what the model contains |
//! | 4 | `model` · `p2p` · `schema` | the state that events make · the network that makes events · events as protobuf; none knows another |
//! | 3 | `event` | the vocabulary between them: events, requests, commands |
//! | 2 | `wire` | bytes ↔ messages of the Bitcoin P2P protocol |
//! | 1 | `chain` · `address` | network parameters, limits, scripts, proof of work · where a peer can be reached |
//! | 0 | `util` | time, text, bounded collections, rates |
//!
//! `wire`, `event`, the protocol parts of `p2p`, `model` and `snapshot` know no socket, no task and no
//! clock: the time is a parameter.

#![forbid(unsafe_code)]

pub mod address;
pub mod alert;
mod api;
mod app;
pub mod chain;
pub mod demo;
pub mod event;
pub mod model;
pub mod p2p;
pub mod query;
pub mod recording;
mod report;
pub mod schema;
pub mod sensor;
pub mod snapshot;
mod store;
pub mod stream;
pub mod tui;
mod util;
pub mod wire;

pub use app::{command, run};
pub use store::{StoreSettings, Stores};
pub use util::clock::Clock;
pub use util::time::Timestamp;

//! What survives a restart: addresses of peers, outputs of recent blocks, the mempool and its history, the watch
//! list.
//!
//! Each store has the same life cycle: `load` reads what an earlier run saved, `save` hands new state to
//! a thread that writes it and never blocks, `problem` waits for what went wrong, and `close` writes the
//! last state. What cannot be loaded or saved is reported once, and the program goes on without it.
//! [`Stores`] has them all; without a state directory nothing is kept.
//!
//! Every file but the journal of the mempool has the same frame with a checksum (`format`), is written whole
//! or not at all, and is set aside if it is damaged (`file`). Of several processes with the same files, the
//! first one saves (`lock`).

mod addresses;
mod blocks;
mod file;
mod format;
mod history;
mod lines;
mod lock;
mod mempool;
mod prevouts;
mod saving;
mod screens;
mod stores;
mod transfer;
mod view;
mod watchlist;
mod writer;

pub use file::default_state_dir;
pub use lines::LineStore;
pub use saving::Saving;
pub use screens::save_screen;
pub use stores::{Loaded, StoreSettings, Stores};
pub use transfer::{Transferred, export, import};
pub use view::{load_view, save_view};

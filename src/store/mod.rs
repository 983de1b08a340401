//! What survives a restart: addresses of peers, outputs of recent blocks, the mempool and its history, the watch
//! list.
//!
//! All stores have the same life cycle: `load` reads what an earlier run saved; `save` hands new state to a
//! writing thread and never blocks; `problem` waits for errors; and `close` writes the final state. Whatever
//! cannot be loaded or saved is reported once, and the program continues without it. [`Stores`] contains all
//! of them; without a state directory nothing is saved.
//!
//! Every file except the mempool's journal has the same format with a checksum (`format`), is written whole
//! or not at all, and is set aside if damaged (`file`). If several processes use the same files, only the
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

//! What the system gives this process: open files and heaps.

pub mod heap;
pub mod open_files;

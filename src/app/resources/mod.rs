//! Reads and opens what flags name: files, a port, and the limit of open files. Errors are one line that
//! names the flag.

pub mod as_file;
pub mod nats;
pub mod open_files;
pub mod serve;

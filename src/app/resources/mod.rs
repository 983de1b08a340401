//! What flags name, read and opened: files, a port, and the limit of open files. What is wrong is one line that names the
//! flag.

pub mod as_file;
pub mod nats;
pub mod open_files;
pub mod serve;

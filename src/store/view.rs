//! The view state: where the user was and what the user chose on screen, in `view.json`, for all networks.

use super::file;
use std::io;
use std::path::Path;

const NAME: &str = "view.json";

/// The largest file to read, in bytes.
const LARGEST: u64 = 1 << 16;

/// Returns what the last run saved; empty if there is no such file.
///
/// # Errors
///
/// The file exists but cannot be read.
pub fn load_view(state_dir: &Path) -> io::Result<Vec<u8>> {
    match file::read(&state_dir.join(NAME), LARGEST) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

/// Saves `content` for the next run.
///
/// # Errors
///
/// The file cannot be written.
pub fn save_view(state_dir: &Path, content: &[u8]) -> io::Result<()> {
    file::write(&state_dir.join(NAME), content)
}

//! The recordings in a folder: their names, and which are removed to make room.
//!
//! A file is named `NETWORK-YYYYMMDD-HHMMSS-mmm.mempulse.zst` after the UTC time when it begins.

use crate::chain::Network;
use crate::recording::error::{RecordingError, Unreadable};
use crate::util::time::Timestamp;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The end of every file name.
const SUFFIX: &str = ".mempulse.zst";

/// The default size limit of a folder, in bytes.
pub const DEFAULT_KEEP: u64 = 20_000_000_000;

/// The smallest size limit of a folder, in bytes: the current file and the one before.
pub const MIN_KEEP: u64 = 1_000_000_000;

/// The name of a file that begins at `start`; the second, third… that does has its number behind that.
pub(super) fn name(network: Network, start: Timestamp, number: u32) -> String {
    let text = start.rfc3339().to_string();
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().replace(['-', ':'], "");
    let number = if number > 1 { format!("-{number}") } else { String::new() };
    format!("{network}-{}-{}-{}{number}{SUFFIX}", part(0..10), part(11..19), part(20..23))
}

/// Whether a file has the name of a recording.
fn is_recording(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(SUFFIX))
}

/// The recordings in a folder with their lengths, by name.
fn recordings(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Links are neither followed nor removed.
        if let Ok(of) = fs::symlink_metadata(&path)
            && of.is_file()
            && is_recording(&path)
        {
            found.push((path, of.len()));
        }
    }
    found.sort();
    Ok(found)
}

/// Removes the oldest recordings in a folder, except `current`, until the rest has at most `keep` bytes.
pub(super) fn make_room(folder: &Path, current: Option<&Path>, keep: u64) -> io::Result<()> {
    let mut found = recordings(folder)?;
    // By the time in the name, whatever the network.
    found.sort_by_key(|(path, _)| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.split_once('-').map(|(_, time)| time.to_owned())
    });
    let mut total: u64 = found.iter().map(|(_, length)| length).sum();
    for (path, length) in found {
        if total <= keep {
            break;
        }
        if current != Some(&path) {
            fs::remove_file(&path)?;
            total -= length;
        }
    }
    Ok(())
}

/// Returns the files among `paths`, and the recordings in the folders among them.
///
/// # Errors
/// A path cannot be read, or a folder has no recordings.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, RecordingError> {
    let mut files = Vec::new();
    for path in paths {
        let is_folder = fs::metadata(path).map_err(|error| Unreadable::from(error).of(path))?.is_dir();
        if !is_folder {
            files.push(path.clone());
            continue;
        }
        let found = recordings(path).map_err(|error| Unreadable::from(error).of(path))?;
        if found.is_empty() {
            return Err(Unreadable::Empty.of(path));
        }
        files.extend(found.into_iter().map(|(path, _)| path));
    }
    Ok(files)
}

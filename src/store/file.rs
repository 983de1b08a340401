//! Files in the state directory: written whole or not at all, read up to a limit, set aside if damaged.
//!
//! A file is written under a temporary name and then renamed, so neither a crash nor a second process can
//! leave half a file. If two processes save, the last one wins.

use crate::util::{files, platform};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The extension of a file being written.
const TEMPORARY: &str = "tmp";

/// The extension added to a file that was set aside.
const DAMAGED: &str = "damaged";

/// A temporary file younger than this may belong to another process.
pub(super) const STALE: Duration = Duration::from_hours(1);

/// Returns `$XDG_STATE_HOME/mempulse`, for data that the program can afford to lose; `None` without a home
/// directory.
pub fn default_state_dir() -> Option<PathBuf> {
    use etcetera::{BaseStrategy, choose_base_strategy};
    let strategy = choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("mempulse"))
}

/// Writes a file, creating directories as needed, all accessible by the owner only: which nodes this machine
/// talks to is private. Blocks.
///
/// # Errors
/// The error of the system; the file is unchanged then.
pub(super) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, |file| file.write_all(content))
}

/// Like [`write()`], but fails if the file exists, so that the first of two processes wins. Blocks.
///
/// # Errors
/// The error of the system, or that the file exists.
pub(super) fn write_once(path: &Path, content: &[u8]) -> io::Result<()> {
    create_dir(parent(path))?;
    let temporary = temporary(path);
    // Unlike a rename, a link never replaces a file.
    let written =
        create_new(&temporary, |file| file.write_all(content)).and_then(|()| fs::hard_link(&temporary, path));
    // Leftovers are removed later.
    let _ = fs::remove_file(&temporary);
    written
}

/// Opens a file for reading and writing, creating it and its directories if necessary. Blocks.
///
/// # Errors
/// The error of the system, or that the path is a symbolic link or not a regular file.
pub(super) fn open(path: &Path) -> io::Result<File> {
    create_dir(parent(path))?;
    files::open_own(path)
}

/// Locks a file, creating it and its directories if necessary. See [`files::lock`]. Blocks.
///
/// # Errors
/// Those of [`files::lock`].
pub(super) fn lock(path: &Path) -> Result<Option<File>, TryLockError> {
    create_dir(parent(path)).map_err(TryLockError::Error)?;
    files::lock(path)
}

/// Whether an open file still has a name and at least this many bytes: it may have been removed or truncated.
/// Blocks.
///
/// # Errors
/// The error of the system.
pub(super) fn is_in_place(file: &File, length: u64) -> io::Result<bool> {
    let metadata = file.metadata()?;
    Ok(platform::has_name(&metadata) && metadata.len() >= length)
}

/// Whether `path` is this open file. Blocks.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    let metadata = (file.metadata(), fs::symlink_metadata(path));
    matches!(metadata, (Ok(open), Ok(there)) if platform::is_same_file(&open, &there))
}

/// Like [`write()`], with the content written by `content`. Blocks.
///
/// # Errors
/// The error of the system or of `content`; the file is unchanged then.
pub(super) fn replace(path: &Path, content: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    create_dir(parent(path))?;
    let temporary = temporary(path);
    create_new(&temporary, content).and_then(|()| fs::rename(&temporary, path)).inspect_err(|_| {
        // The first error is the one to report; leftovers are removed later.
        let _ = fs::remove_file(&temporary);
    })
}

/// Reads at most `limit` bytes of a file, plus one more that reveals a longer file. Blocks.
///
/// # Errors
/// The error of the system.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_open(&files::open_to_read(path)?, limit)
}

/// Like [`read()`], for a file chosen by the user. Blocks.
///
/// # Errors
/// The error of the system.
pub(super) fn read_chosen(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_open(&File::open(path)?, limit)
}

fn read_open(file: &File, limit: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(limit + 1).read_to_end(&mut content)?;
    Ok(content)
}

/// Renames a damaged file and returns its new name. Blocks.
///
/// # Errors
/// The error of the system.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{DAMAGED}"));
    let aside = PathBuf::from(name);
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Removes a file. A missing file is no error, because another process may share the directory. Blocks.
///
/// # Errors
/// The error of the system.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes old temporary files of `path` left behind by killed processes. Blocks.
pub(super) fn remove_stale(path: &Path) {
    let stem = path.file_stem();
    remove_stale_where(parent(path), |temporary| {
        temporary.file_stem().map(Path::new).and_then(Path::file_stem) == stem
    });
}

/// Removes all old temporary files in a directory. Blocks.
pub(super) fn remove_stale_in(dir: &Path) {
    remove_stale_where(dir, |_| true);
}

fn remove_stale_where(dir: &Path, is_ours: impl Fn(&Path) -> bool) {
    for file in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = file.path();
        let is_temporary = path.extension().is_some_and(|extension| extension == TEMPORARY);
        let age = file.metadata().and_then(|data| data.modified()).map(|time| time.elapsed());
        if is_temporary && is_ours(&path) && matches!(age, Ok(Ok(age)) if age > STALE) {
            // Another attempt follows at the next start.
            let _ = fs::remove_file(path);
        }
    }
}

/// Removes the files set aside in a directory, except for the `keep` last ones by name. Blocks.
pub(super) fn limit_set_aside(dir: &Path, keep: usize) {
    let files = fs::read_dir(dir).into_iter().flatten().flatten().map(|file| file.path());
    let mut aside: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == DAMAGED)).collect();
    aside.sort();
    for path in aside.iter().rev().skip(keep) {
        // Another attempt follows at the next start.
        let _ = fs::remove_file(path);
    }
}

/// Creates a directory and its parents, accessible by the owner only. Existing ones are not changed.
fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    platform::owner_only_folder(&mut builder);
    builder.create(path)
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn temporary(path: &Path) -> PathBuf {
    path.with_extension(format!("{:016x}.{TEMPORARY}", rand::random::<u64>()))
}

fn create_new(path: &Path, content: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    platform::owner_only(&mut options);
    let mut file = options.open(path)?;
    content(&mut file)?;
    file.sync_all()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_link_is_neither_read_nor_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let [target, link] = ["target", "link"].map(|name| dir.path().join(name));
        fs::write(&target, "secret").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(read(&link, 9).is_err() && open(&link).is_err() && lock(&link).is_err());
        write(&link, b"ours").unwrap();
        assert_eq!(
            (fs::read(&target).unwrap(), read(&link, 9).unwrap()),
            (b"secret".to_vec(), b"ours".to_vec())
        );
    }

    #[test]
    fn only_the_owner_can_read_files_and_enter_directories() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("a/b/file");
        write(&path, b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let dir = path.parent().unwrap();
        assert_eq!([dir.parent().unwrap(), dir, &path].map(mode), [0o700, 0o700, 0o600]);
    }

    #[test]
    fn what_a_killed_process_left_is_removed_after_a_while() {
        let dir = tempfile::tempdir().unwrap();
        let leftover = |name: &str, age| {
            let file = File::create(dir.path().join(name)).unwrap();
            file.set_modified(std::time::SystemTime::now() - age).unwrap();
        };
        leftover("ours.0.tmp", STALE * 2);
        leftover("ours.1.tmp", Duration::ZERO);
        leftover("other.tmp", STALE * 2);
        remove_stale(&dir.path().join("ours.dat"));
        let names = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        assert_eq!(names, ["other.tmp", "ours.1.tmp"]);
        remove_stale_in(dir.path());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}

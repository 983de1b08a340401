//! Files in the state folder: written whole or not at all, read within bounds, set aside if damaged.
//!
//! A file is written under another name and then takes the old one's place, so that neither a crash
//! nor a second process can leave half a file: of two processes the last one to save wins.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the name of a file ends with that is not whole yet.
const TEMPORARY: &str = "tmp";

/// What the name of a file ends with that was set aside.
const DAMAGED: &str = "damaged";

/// What another process may still be writing is left alone for this long.
pub(crate) const STALE: Duration = Duration::from_hours(1);

/// Writes a file, and the folders above it. Only its owner may read it: with whom this machine talks
/// is its owner's business. Blocks.
///
/// # Errors
/// What the system says; the file is then as it was before.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    make_folder(path.parent().unwrap_or(Path::new(".")))?;
    let temporary = temporary(path);
    write_new(&temporary, content).and_then(|()| fs::rename(&temporary, path)).inspect_err(|_| {
        // What matters is the first error; a leftover is swept up later.
        let _ = fs::remove_file(&temporary);
    })
}

/// As [`write`], unless there is such a file: of two processes the first one wins. Blocks.
///
/// # Errors
/// What the system says, also if the file exists.
pub fn write_once(path: &Path, content: &[u8]) -> io::Result<()> {
    make_folder(path.parent().unwrap_or(Path::new(".")))?;
    let temporary = temporary(path);
    // Unlike a rename, a link takes nobody's place.
    let written = write_new(&temporary, content).and_then(|()| fs::hard_link(&temporary, path));
    // What is left is swept up later.
    let _ = fs::remove_file(&temporary);
    written
}

/// Reads a file of at most `most` bytes; one more if it is longer. Blocks.
///
/// # Errors
/// What the system says.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut content)?;
    Ok(content)
}

/// Renames a file that is not what it should be. Its new name. Blocks.
///
/// # Errors
/// What the system says.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{DAMAGED}"));
    let aside = PathBuf::from(name);
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Removes what processes that were killed while saving left in a folder, as far as `is_ours` takes its
/// name. Blocks.
pub fn remove_stale(folder: &Path, is_ours: impl Fn(&Path) -> bool) {
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = file.path();
        let is_temporary = path.extension().is_some_and(|extension| extension == TEMPORARY);
        let age = file.metadata().and_then(|data| data.modified()).map(|time| time.elapsed());
        if is_temporary && is_ours(&path) && matches!(age, Ok(Ok(age)) if age > STALE) {
            // Whoever else removed it did our work.
            let _ = fs::remove_file(path);
        }
    }
}

/// Removes what was set aside in a folder, but for the `most` whose names come last. Blocks.
pub fn limit_set_aside(folder: &Path, most: usize) {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut aside: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == DAMAGED)).collect();
    aside.sort();
    for path in aside.iter().rev().skip(most) {
        // Whoever else removed it did our work.
        let _ = fs::remove_file(path);
    }
}

/// Makes a folder, and those above it, that only their owner may look into. Those that exist stay as they
/// are.
fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn temporary(path: &Path) -> PathBuf {
    path.with_extension(format!("{:016x}.{TEMPORARY}", rand::random::<u64>()))
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_the_owner_may_read_what_is_written_and_look_into_the_folders() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("a/b/file");
        write(&path, b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = path.parent().unwrap();
        assert_eq!([folder.parent().unwrap(), folder, &path].map(mode), [0o700, 0o700, 0o600]);
    }
}

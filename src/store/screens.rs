//! Screens that the user saves as text. The program never reads them again.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The most files with one base name in a folder, suffixed `-2`, `-3` and so on.
const MAX_OF_A_NAME: usize = 99;

/// Why a screen was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// There is no folder to save it in.
    #[error("there is no folder to save it in")]
    NoFolder,
    /// No folder is writable; the error is for the first one.
    #[error("cannot write in {}: {error}", .folder.display())]
    Write {
        /// The folder.
        folder: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
}

/// Writes `text` to a new file in the first writable folder, and returns its path. No file is ever
/// overwritten: if `NAME.txt` exists, it becomes `NAME-2.txt`. Blocks.
///
/// # Errors
/// No folder is writable.
pub fn save_screen(folders: &[PathBuf], name: &str, text: &str) -> Result<PathBuf, SaveError> {
    let mut first = None;
    for folder in folders {
        match save_in(folder, name, text) {
            Ok(path) => return Ok(path),
            Err(error) => {
                first.get_or_insert(SaveError::Write { folder: folder.clone(), error });
            }
        }
    }
    Err(first.unwrap_or(SaveError::NoFolder))
}

fn save_in(folder: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    for number in 1..=MAX_OF_A_NAME {
        let mut file_name = name.to_owned();
        if number > 1 {
            // Writing to a string cannot fail.
            let _ = write!(file_name, "-{number}");
        }
        let path = folder.join(file_name + ".txt");
        match File::create_new(&path) {
            Ok(mut file) => {
                return match file.write_all(text.as_bytes()) {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        // Half a screen is useless; the first error is the one to report.
                        let _ = fs::remove_file(&path);
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let folders = [dir.path().to_owned()];
        let save = |text: &str| save_screen(&folders, "screen", text).unwrap();
        let paths = ["a", "b", "c"].map(save);
        let names = paths.each_ref().map(|path| path.file_name().unwrap().to_str().unwrap());
        assert_eq!(names, ["screen.txt", "screen-2.txt", "screen-3.txt"]);
        assert_eq!(paths.map(|path| fs::read_to_string(path).unwrap()), ["a", "b", "c"]);
    }

    #[test]
    fn the_second_folder_is_used_where_the_first_cannot_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing");
        let path = save_screen(&[missing.clone(), dir.path().to_owned()], "screen", "a").unwrap();
        assert_eq!(path, dir.path().join("screen.txt"));
        let error = save_screen(std::slice::from_ref(&missing), "screen", "a").unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write in {}: ", missing.display())), "{error}");
        assert_eq!(save_screen(&[], "s", "a").unwrap_err().to_string(), "there is no folder to save it in");
    }

    #[test]
    fn a_folder_takes_only_so_many_files_of_a_name() {
        let dir = tempfile::tempdir().unwrap();
        let folders = [dir.path().to_owned()];
        assert!((0..MAX_OF_A_NAME).all(|_| save_screen(&folders, "screen", "a").is_ok()));
        assert!(save_screen(&folders, "screen", "a").is_err());
    }
}

//! Whether a program can be run.

use super::platform;
use std::ffi::OsStr;
use std::path::Path;

/// Checks that a program can be run, as far as possible without running it. A name without a folder is looked
/// up in `paths`, the value of `PATH`.
///
/// # Errors
/// One line: the file does not exist or is not executable.
pub fn check(program: &Path, paths: Option<&OsStr>) -> Result<(), String> {
    let wrong = |why: String| format!("{}: {why}", program.display());
    if program.components().count() > 1 || program.is_absolute() {
        return is_program(program).map_err(wrong);
    }
    // Without PATH, the system uses its own default.
    let Some(paths) = paths else { return Ok(()) };
    let found = std::env::split_paths(paths).any(|folder| is_program(&folder.join(program)).is_ok());
    found.then_some(()).ok_or_else(|| wrong("not found in PATH".to_owned()))
}

fn is_program(path: &Path) -> Result<(), String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    match metadata.is_file() {
        false => Err("not a file".to_owned()),
        true if !platform::is_executable(&metadata) => Err("not executable".to_owned()),
        true => Ok(()),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    fn script(folder: &Path) -> PathBuf {
        let path = folder.join("script");
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    #[test]
    fn a_program_that_cannot_be_run_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| check(path, None);
        assert_eq!(refused(&script(folder.path())), Ok(()));
        let missing = folder.path().join("missing");
        let reason = "No such file or directory (os error 2)";
        assert_eq!(refused(&missing), Err(format!("{}: {reason}", missing.display())));
        assert!(refused(folder.path()).unwrap_err().ends_with(": not a file"));
        let plain = folder.path().join("plain");
        std::fs::write(&plain, "").unwrap();
        assert!(refused(&plain).unwrap_err().ends_with(": not executable"));
    }

    #[test]
    fn a_program_without_a_folder_is_searched_in_path() {
        let folder = tempfile::tempdir().unwrap();
        script(folder.path());
        let paths = std::env::join_paths(["/nonexistent".as_ref(), folder.path()]).unwrap();
        assert_eq!(check(Path::new("script"), Some(&paths)), Ok(()));
        assert_eq!(check(Path::new("nothing"), Some(&paths)).unwrap_err(), "nothing: not found in PATH");
    }
}

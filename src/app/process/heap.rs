//! One heap for all threads.
//!
//! The allocator of glibc gives threads heaps of their own, up to eight for each core. What one thread allocates and
//! another one frees, as transactions from the task of a peer to the model, leaves holes in all of them: after a million
//! transactions the program takes three times the memory that it uses. The number of heaps can be set only before the
//! program starts.

use std::ffi::OsString;

/// The variable that sets the number of heaps (mallopt(3)).
const HEAPS: &str = "MALLOC_ARENA_MAX";

/// Starts this program again in this process with a single heap, unless the environment says how many. Returns where
/// that is impossible or without meaning.
pub fn share(arguments: &[OsString]) {
    if cfg!(not(all(target_os = "linux", target_env = "gnu"))) || std::env::var_os(HEAPS).is_some() {
        return;
    }
    #[cfg(unix)]
    if let (Ok(program), [name, rest @ ..]) = (std::env::current_exe(), arguments) {
        use std::os::unix::process::CommandExt;
        // Returns only if it fails; the program then runs as well, with more memory.
        let _failed = std::process::Command::new(program).arg0(name).args(rest).env(HEAPS, "1").exec();
    }
}

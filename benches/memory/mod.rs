//! How much memory the process has.

/// A figure of `/proc/self/status`, such as `VmRSS`, in bytes; `None` unless the system is Linux.
pub fn bytes(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let figure = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kib: u64 = figure.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1_024)
}

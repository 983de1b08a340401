//! `import` and `export`: the saved mempool from and to a `mempool.dat` of Bitcoin Core.

use crate::app::cli::TransferArgs;
use crate::app::output::print;
use crate::store::{self, Transferred};
use crate::util::clock::Clock;
use crate::util::text::grouped;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Replaces the saved mempool with the file's.
pub fn import(args: &TransferArgs) -> Result<()> {
    let done = store::import(&args.file, &state_dir(args)?, args.network, Clock::start().now())?;
    print(describe("imported", &done).as_bytes())
}

/// Writes the saved mempool to the file.
pub fn export(args: &TransferArgs) -> Result<()> {
    let done = store::export(&args.file, &state_dir(args)?, args.network)?;
    print(describe("exported", &done).as_bytes())
}

fn state_dir(args: &TransferArgs) -> Result<PathBuf> {
    args.folders.state_dir().context("there is no home directory: name the folder with --state-dir")
}

/// Returns one line: `imported 5,000 transactions (1.2 MB), saved as of 2026-11-23T05:33:00.123Z`.
fn describe(what: &str, done: &Transferred) -> String {
    let Transferred { transactions, bytes, left_out, saved } = *done;
    let tenths = bytes.div_ceil(100_000);
    let size = format!("{}.{} MB", grouped(tenths / 10), tenths % 10);
    let left_out = if left_out > 0 {
        format!(", {} invalid ones left out", grouped(left_out as u64))
    } else {
        String::new()
    };
    let count = grouped(transactions as u64);
    format!("{what} {count} transactions ({size}), saved as of {}{left_out}\n", saved.rfc3339())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::time::Timestamp;

    #[test]
    fn what_was_done_is_one_line() {
        let saved = Timestamp::from_secs(1_700_000_000);
        let done = Transferred { transactions: 5_000, bytes: 1_234_567, left_out: 0, saved };
        let expected = "imported 5,000 transactions (1.3 MB), saved as of 2023-11-14T22:13:20.000Z\n";
        assert_eq!(describe("imported", &done), expected);
        let done = Transferred { left_out: 2, ..done };
        assert!(describe("imported", &done).ends_with("Z, 2 invalid ones left out\n"));
    }
}

//! Imports and exports the saved mempool as a `mempool.dat` of Bitcoin Core.

use crate::chain::Network;
use crate::event::{Knowledge, Restored, RestoredTx, StoreFailure, StoreProblem};
use crate::store::file;
use crate::store::lock::Lock;
use crate::store::mempool::{Batch, Journal, journal_path};
use crate::util::time::Timestamp;
use crate::wire::mempool_dat::{self, MempoolDat, MempoolDatError};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest file to read, in bytes: ten times Bitcoin Core's largest default mempool.
const MAX_FILE: u64 = 3 << 30;

/// The number of transactions written at a time.
const BATCH: usize = 1_000;

/// The result of an import or export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transferred {
    /// The number of transactions.
    pub transactions: usize,
    /// Their size, in bytes.
    pub bytes: u64,
    /// The number of transactions left out because they are invalid on their own or duplicates.
    pub left_out: usize,
    /// When the mempool was saved, as far as is known; for an imported one, a lower bound.
    pub saved: Timestamp,
}

/// Why nothing was imported or exported.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A file cannot be read.
    #[error("cannot read \"{}\": {error}", .path.display())]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write \"{}\": {error}", .path.display())]
    Write {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The file to export to exists.
    #[error("\"{}\" exists: choose another name, or remove it first", .0.display())]
    Exists(PathBuf),
    /// The file is not one that can be imported.
    #[error("cannot import \"{}\": {why}", .path.display())]
    Import {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong with it.
        why: MempoolDatError,
    },
    /// The file is longer than any mempool.
    #[error("cannot import \"{}\": longer than {MAX_FILE} bytes", .0.display())]
    TooLong(PathBuf),
    /// No mempool is saved.
    #[error("no mempool of {network} is saved in \"{}\"", .state_dir.display())]
    NothingSaved {
        /// The network.
        network: Network,
        /// The state directory.
        state_dir: PathBuf,
    },
    /// The saved mempool cannot be read or written.
    #[error("{0}")]
    Store(StoreProblem),
    /// Another process uses the state directory.
    #[error("\"{}\" is in use by another mempulse: end it first", .0.display())]
    InUse(PathBuf),
}

/// Replaces the saved mempool of `network` in `state_dir` with the one in `path`. Blocks.
///
/// # Errors
/// The file cannot be read or is not a whole `mempool.dat`, it cannot be saved, or another process uses
/// `state_dir`; in each case the saved mempool is unchanged.
pub fn import(
    path: &Path,
    state_dir: &Path,
    network: Network,
    now: Timestamp,
) -> Result<Transferred, TransferError> {
    let content = file::read_chosen(path, MAX_FILE)
        .map_err(|error| TransferError::Read { path: path.to_owned(), error })?;
    if content.len() as u64 > MAX_FILE {
        return Err(TransferError::TooLong(path.to_owned()));
    }
    let failed = |why| TransferError::Import { path: path.to_owned(), why };
    let mut dat = MempoolDat::new(content).map_err(failed)?;
    let (mut txs, mut txids, mut left_out) = (Vec::new(), HashSet::new(), 0);
    while let Some((tx, time)) = dat.next().map_err(failed)? {
        if tx.check().is_err() || !txids.insert(tx.txid()) {
            left_out += 1;
            continue;
        }
        let entered = u64::try_from(time).map_or(now, Timestamp::from_secs).min(now);
        // The user's own node accepted it.
        let knowledge = Knowledge { is_proven: true, ..Knowledge::default() };
        txs.push(RestoredTx { tx: Arc::new(tx), first_seen: entered, knowledge });
    }
    let bytes = txs.iter().map(|tx| tx.tx.raw().len() as u64).sum();
    let saved = txs.iter().map(|tx| tx.first_seen).max().unwrap_or(now);
    let transferred = Transferred { transactions: txs.len(), bytes, left_out, saved };
    let _lock = lock(state_dir, network)?;
    let journal_path = journal_path(state_dir, network);
    // Without transactions, one empty batch records when the mempool was saved.
    let mut is_first = true;
    let batches = std::iter::from_fn(|| {
        let added: Vec<_> = txs.drain(..txs.len().min(BATCH)).collect();
        let is_due = !added.is_empty() || is_first;
        is_first = false;
        is_due.then(|| Batch { time: saved, added, ..Batch::default() })
    });
    match Journal::replace(&journal_path, network, batches) {
        Ok(()) => Ok(transferred),
        Err(error) => Err(TransferError::Write { path: journal_path, error }),
    }
}

/// Writes the saved mempool of `network` in `state_dir` to `path`, which must not exist. Blocks.
///
/// # Errors
/// No mempool is saved, or it cannot be read; the file exists or cannot be written; or another process uses
/// `state_dir`.
pub fn export(path: &Path, state_dir: &Path, network: Network) -> Result<Transferred, TransferError> {
    let _lock = lock(state_dir, network)?;
    let journal_path = journal_path(state_dir, network);
    let (mut txs, mut saved) = (Vec::new(), None);
    let loaded = Journal::new(journal_path.clone(), network).load(|part| {
        match part {
            Restored::Transactions(slice) => txs.extend(slice),
            Restored::Complete(state) => saved = Some(state.time),
            Restored::Nothing | Restored::Continue => {}
        }
        true
    });
    match loaded {
        // Everything before the damage is exported; the monitor reports the damage when it starts.
        Ok(()) | Err(StoreFailure::Cut { .. }) => {}
        Err(failure) => {
            let store = crate::event::Store::Mempool;
            return Err(TransferError::Store(StoreProblem { store, path: journal_path, failure }));
        }
    }
    let Some(saved) = saved else {
        return Err(TransferError::NothingSaved { network, state_dir: state_dir.to_owned() });
    };
    let bytes = txs.iter().map(|tx| tx.tx.raw().len() as u64).sum();
    let transferred = Transferred { transactions: txs.len(), bytes, left_out: 0, saved };
    let unwritable = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => TransferError::Exists(path.to_owned()),
        _ => TransferError::Write { path: path.to_owned(), error },
    };
    let target = File::create_new(path).map_err(unwritable)?;
    write(target, &parents_first(txs)).map_err(|error| {
        // Half a file is useless; the first error is the one to report.
        let _ = fs::remove_file(path);
        unwritable(error)
    })?;
    Ok(transferred)
}

fn lock(state_dir: &Path, network: Network) -> Result<Option<Lock>, TransferError> {
    Lock::of_network(state_dir, network).map_err(|_| TransferError::InUse(state_dir.to_owned()))
}

fn write(file: File, txs: &[RestoredTx]) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    file.write_all(&mempool_dat::start(txs.len() as u64))?;
    for RestoredTx { tx, first_seen, .. } in txs {
        file.write_all(&mempool_dat::entry(tx.raw(), first_seen.as_secs()))?;
    }
    file.write_all(&mempool_dat::END)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Sorts transactions so that parents come before their children, as Bitcoin Core takes them one by one. Each
/// pass takes one generation of what is left.
fn parents_first(txs: Vec<RestoredTx>) -> Vec<RestoredTx> {
    let mut left: HashSet<_> = txs.iter().map(|tx| tx.tx.txid()).collect();
    let (mut sorted, mut waiting) = (Vec::with_capacity(txs.len()), txs);
    while !waiting.is_empty() {
        let has_parent = |tx: &RestoredTx| tx.tx.inputs().any(|input| left.contains(&input.prevout.txid));
        let (children, ready): (Vec<_>, Vec<_>) = waiting.into_iter().partition(has_parent);
        if ready.is_empty() {
            // Hashes cannot form a cycle.
            sorted.extend(children);
            return sorted;
        }
        for tx in &ready {
            left.remove(&tx.tx.txid());
        }
        sorted.extend(ready);
        waiting = children;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{loose, output, spend};
    use std::time::Duration;

    const NET: Network = Network::Regtest;
    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn exported(dir: &Path) -> Vec<u8> {
        let path = dir.join("exported");
        let _ = fs::remove_file(&path);
        export(&path, dir, NET).unwrap();
        fs::read(path).unwrap()
    }

    #[test]
    fn what_is_imported_is_exported_again_parents_first() {
        let dir = tempfile::tempdir().unwrap();
        let parent = loose(1);
        let child = spend(&[output(&parent, 0)], &[1]);
        let grandchild = spend(&[output(&child, 0)], &[1]);
        let content = |order: [&Arc<crate::wire::Transaction>; 3]| {
            let mut content = mempool_dat::start(3);
            for tx in order {
                content.extend(mempool_dat::entry(tx.raw(), 1_699_999_000));
            }
            content.extend(mempool_dat::END);
            content
        };
        let path = dir.path().join("mempool.dat");
        fs::write(&path, content([&grandchild, &child, &parent])).unwrap();
        let imported = import(&path, dir.path(), NET, NOW).unwrap();
        assert_eq!((imported.transactions, imported.left_out), (3, 0));
        assert_eq!(imported.saved, NOW - Duration::from_secs(1_000));
        assert_eq!(exported(dir.path()), content([&parent, &child, &grandchild]));
        import(&path, dir.path(), NET, NOW).unwrap();
        assert_eq!(exported(dir.path()).len(), content([&parent, &child, &grandchild]).len(), "it replaces");
    }

    #[test]
    fn times_that_cannot_be_are_now() {
        let dir = tempfile::tempdir().unwrap();
        let mut content = mempool_dat::start(2);
        content.extend(mempool_dat::entry(loose(1).raw(), u64::MAX));
        content.extend(mempool_dat::entry(loose(2).raw(), 9_999_999_999));
        let path = dir.path().join("mempool.dat");
        fs::write(&path, content).unwrap();
        assert_eq!(import(&path, dir.path(), NET, NOW).unwrap().saved, NOW);
    }

    #[test]
    fn each_wrong_input_gets_one_clear_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mempool.dat");
        let name = path.display().to_string();
        let message = |content: Option<&[u8]>| {
            content.inspect(|content| fs::write(&path, content).unwrap());
            import(&path, dir.path(), NET, NOW).unwrap_err().to_string()
        };
        assert_eq!(message(None), format!("cannot read \"{name}\": No such file or directory (os error 2)"));
        assert_eq!(message(Some(b"a text")), format!("cannot import \"{name}\": not a mempool.dat"));
        let expected =
            format!("cannot import \"{name}\": mempool.dat version 7 is not supported: must be 1 or 2");
        assert_eq!(message(Some(&7_u64.to_le_bytes())), expected);
        let expected = format!("cannot import \"{name}\": cut off after 0 of 9 transactions");
        assert_eq!(message(Some(&mempool_dat::start(9))), expected);
        let target = dir.path().join("target");
        let message = || export(&target, dir.path(), NET).unwrap_err().to_string();
        assert_eq!(message(), format!("no mempool of regtest is saved in \"{}\"", dir.path().display()));
        fs::write(&path, mempool_dat::start(0)).unwrap();
        import(&path, dir.path(), NET, NOW).unwrap();
        fs::write(&target, "").unwrap();
        assert!(message().ends_with("exists: choose another name, or remove it first"), "{}", message());
        let _lock = Lock::of_network(dir.path(), NET).unwrap().unwrap();
        let expected = format!("\"{}\" is in use by another mempulse: end it first", dir.path().display());
        assert_eq!(message(), expected);
        assert_eq!(import(&path, dir.path(), NET, NOW).unwrap_err().to_string(), expected);
    }
}

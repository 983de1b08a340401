//! Bitcoin Core's file of its mempool, `mempool.dat` (`savemempool`, `importmempool`).
//!
//! ```text
//! version 8 · [version 2: CompactSize 8 · key 8] · count 8 · (transaction · entry time 8 · fee delta 8) …
//! · CompactSize n · (txid 32 · fee delta 8) … · CompactSize n · txid 32 …
//! ```
//! Numbers are little-endian, times in s since the UNIX epoch. In version 2, each byte after the key is combined
//! by exclusive or with the key byte at its file offset modulo 8. The two lists at the end (fee deltas of other transactions,
//! and transactions not broadcast yet) are ignored when reading and written empty.

#[cfg(test)]
mod tests;

use super::{Reader, Transaction, WireError};

/// The version without obfuscation.
const PLAIN: u64 = 1;

/// The version with an obfuscation key.
const OBFUSCATED: u64 = 2;

/// The length of the obfuscation key, in bytes.
const KEY: usize = 8;

/// The fewest bytes of a transaction with its time and its fee delta.
const MIN_ENTRY: usize = 60 + 16;

/// Why a file cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MempoolDatError {
    /// The file does not start with a version.
    #[error("not a mempool.dat")]
    Foreign,
    /// A version unknown to this program.
    #[error("mempool.dat version {0} is not supported: must be 1 or 2")]
    Version(u64),
    /// The file ends too early.
    #[error("cut off after {complete} of {count} transactions")]
    Truncated {
        /// The number of complete transactions.
        complete: u64,
        /// The number of transactions that the file announces.
        count: u64,
    },
    /// A transaction is malformed.
    #[error("damaged at transaction {number}: {why}")]
    Transaction {
        /// Its position in the file, from 1.
        number: u64,
        /// What is wrong with it.
        why: WireError,
    },
}

/// The transactions of a file.
#[derive(Debug)]
pub struct MempoolDat {
    content: Vec<u8>,
    /// The offset of the next transaction.
    at: usize,
    count: u64,
    complete: u64,
}

impl MempoolDat {
    /// Begins to read a file.
    ///
    /// # Errors
    /// The file is of another kind or version, or too short.
    pub fn new(mut content: Vec<u8>) -> Result<Self, MempoolDatError> {
        let mut reader = Reader::new(&content);
        let mut key = None;
        match reader.u64().map_err(|_| MempoolDatError::Foreign)? {
            PLAIN => {}
            OBFUSCATED => {
                let length = reader.compact_size().map_err(|_| MempoolDatError::Foreign)?;
                let bytes = reader.array::<KEY>().map_err(|_| MempoolDatError::Foreign)?;
                key = Some(bytes).filter(|_| length == KEY as u64);
                if key.is_none() {
                    return Err(MempoolDatError::Foreign);
                }
            }
            // Only a small number can be a version.
            version @ 3..=99 => return Err(MempoolDatError::Version(version)),
            _ => return Err(MempoolDatError::Foreign),
        }
        let start = content.len() - reader.remaining();
        if let Some(key) = key {
            let plain = content.iter_mut().zip(key.iter().cycle()).skip(start);
            plain.for_each(|(byte, key)| *byte ^= key);
        }
        let mut reader = Reader::new(content.get(start..).unwrap_or_default());
        let count = reader.u64().map_err(|_| MempoolDatError::Truncated { complete: 0, count: 0 })?;
        let at = content.len() - reader.remaining();
        Ok(Self { content, at, count, complete: 0 })
    }

    /// Returns the next transaction and its entry time, in s since the UNIX epoch; `None` after the last one.
    ///
    /// # Errors
    /// The file is cut off or damaged.
    pub fn next(&mut self) -> Result<Option<(Transaction, i64)>, MempoolDatError> {
        if self.complete >= self.count {
            return Ok(None);
        }
        let truncated = MempoolDatError::Truncated { complete: self.complete, count: self.count };
        let mut reader = Reader::new(self.content.get(self.at..).unwrap_or_default());
        if reader.remaining() < MIN_ENTRY {
            return Err(truncated);
        }
        let tx = Transaction::parse_next(&mut reader).map_err(|why| match why {
            WireError::Truncated => truncated,
            why => MempoolDatError::Transaction { number: self.complete + 1, why },
        })?;
        let time = reader.u64().map_err(|_| truncated)?;
        reader.u64().map_err(|_| truncated)?;
        self.at = self.content.len() - reader.remaining();
        self.complete += 1;
        Ok(Some((tx, time.cast_signed())))
    }
}

/// Returns the beginning of a file of version 1 with this number of transactions.
pub fn start(count: u64) -> Vec<u8> {
    [PLAIN, count].map(u64::to_le_bytes).concat()
}

/// Returns a transaction and its entry time, in s since the UNIX epoch, as it stands in a file.
pub fn entry(raw: &[u8], time: u64) -> Vec<u8> {
    [raw, &time.to_le_bytes(), &0_u64.to_le_bytes()].concat()
}

/// The end of a file: two empty lists.
pub const END: [u8; 2] = [0, 0];

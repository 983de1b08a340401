//! A cursor over untrusted bytes: every read is checked.

use super::compact_size::MAX_SIZE;

/// Why a payload is malformed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum WireError {
    /// The bytes end inside a value.
    #[error("ends too early")]
    Truncated,
    /// A `CompactSize` that is not in its shortest form.
    #[error("a number is not in its shortest form")]
    NonMinimal,
    /// A `CompactSize` above 0x02000000 (Core: `MAX_SIZE`).
    #[error("a length of {0} is above the protocol's limit")]
    TooLarge(u64),
    /// A complete list that is longer than the protocol allows, which is misbehaviour.
    #[error("{count} entries where at most {limit} are allowed")]
    TooManyEntries {
        /// The number of entries.
        count: u64,
        /// The highest number allowed.
        limit: usize,
    },
    /// Bytes after the end of a transaction or a block.
    #[error("{0} bytes too many")]
    TrailingBytes(usize),
    /// A transaction in the witness format (BIP144) with nothing but empty witnesses.
    #[error("witness format without a witness")]
    SuperfluousWitness,
    /// An undefined flag of the witness format (BIP144).
    #[error("unknown transaction flags {0:#04x}")]
    UnknownFlags(u8),
    /// A user agent longer than [`super::version::MAX_USER_AGENT`], in bytes.
    #[error("user agent of {0} bytes")]
    UserAgentTooLong(u64),
    /// An `addrv2` entry whose length does not fit its network (BIP155).
    #[error("address of {length} bytes for network {network}")]
    AddressLength {
        /// The BIP155 number of the network.
        network: u8,
        /// The length, in bytes.
        length: u64,
    },
    /// The index of a transaction in its block exceeds 16 bits (BIP152).
    #[error("transaction index {0} has more than 16 bits")]
    IndexTooLarge(u64),
    /// The index of a prefilled transaction is outside the block (BIP152).
    #[error("transaction index {0} is outside the block")]
    IndexOutOfBlock(u16),
    /// A transaction too small to be part of a block, in bytes (Core: `MIN_TRANSACTION_WEIGHT`).
    #[error("a transaction of {0} bytes in a block")]
    TransactionTooSmall(usize),
    /// A compact block without transactions.
    #[error("a block without transactions")]
    EmptyBlock,
    /// A `sendcmpct` with a flag other than 0 and 1 (BIP152), which is misbehaviour.
    #[error("announce flag {0} is neither 0 nor 1")]
    AnnounceFlag(u8),
}

/// A cursor over the bytes that are left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Returns a reader at the beginning of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Returns the number of bytes left.
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether no bytes are left.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads `count` bytes.
    #[inline]
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or(WireError::Truncated)?;
        self.rest = tail;
        Ok(head)
    }

    /// Reads `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (head, tail) = self.rest.split_first_chunk().ok_or(WireError::Truncated)?;
        self.rest = tail;
        Ok(*head)
    }

    /// Reads one byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, WireError> {
        self.array().map(|[byte]| byte)
    }

    /// Reads two bytes in big-endian order, as in ports.
    pub fn u16_be(&mut self) -> Result<u16, WireError> {
        self.array().map(u16::from_be_bytes)
    }

    /// Reads four bytes in little-endian order.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, WireError> {
        self.array().map(u32::from_le_bytes)
    }

    /// Reads eight bytes in little-endian order.
    #[inline]
    pub fn u64(&mut self) -> Result<u64, WireError> {
        self.array().map(u64::from_le_bytes)
    }

    /// Reads a signed number of four bytes.
    pub fn i32(&mut self) -> Result<i32, WireError> {
        self.array().map(i32::from_le_bytes)
    }

    /// Reads a signed number of eight bytes.
    pub fn i64(&mut self) -> Result<i64, WireError> {
        self.array().map(i64::from_le_bytes)
    }

    /// Reads a `CompactSize` of any magnitude, which must be in its shortest form.
    #[inline]
    pub fn compact_size(&mut self) -> Result<u64, WireError> {
        let (value, least) = match self.u8()? {
            0xfd => (self.array().map(u16::from_le_bytes)?.into(), 0xfd),
            0xfe => (self.u32()?.into(), 0x1_0000),
            0xff => (self.u64()?, 0x1_0000_0000),
            short => return Ok(short.into()),
        };
        if value < least { Err(WireError::NonMinimal) } else { Ok(value) }
    }

    /// Reads a `CompactSize` that is a length: at most [`MAX_SIZE`].
    #[inline]
    fn size(&mut self) -> Result<usize, WireError> {
        // Nearly every size in a transaction is one byte.
        if let [size @ ..0xfd, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(usize::from(*size));
        }
        let (size, after) = self.long_size()?;
        *self = after;
        Ok(size)
    }

    /// Reads a size; returns it and the rest. Takes the reader by value, so that it may stay in registers.
    #[cold]
    fn long_size(mut self) -> Result<(usize, Self), WireError> {
        let value = self.compact_size()?;
        match usize::try_from(value) {
            Ok(size) if size <= MAX_SIZE => Ok((size, self)),
            _ => Err(WireError::TooLarge(value)),
        }
    }

    /// Reads the length of a list whose entries take at least `entry_size` bytes each.
    ///
    /// The result is safe to allocate for: that many entries fit into the remaining bytes.
    #[inline]
    pub fn count(&mut self, entry_size: usize) -> Result<usize, WireError> {
        let count = self.size()?;
        if count * entry_size > self.remaining() { Err(WireError::Truncated) } else { Ok(count) }
    }

    /// As [`Reader::count`], for a list that may have at most `limit` entries.
    pub fn count_up_to(&mut self, limit: usize, entry_size: usize) -> Result<usize, WireError> {
        let count = self.count(entry_size)?;
        if count > limit {
            return Err(WireError::TooManyEntries { count: count as u64, limit });
        }
        Ok(count)
    }

    /// Reads a length and as many bytes.
    #[inline]
    pub fn var_bytes(&mut self) -> Result<&'a [u8], WireError> {
        let length = self.size()?;
        self.bytes(length)
    }

    /// Checks that no bytes are left.
    pub const fn finish(&self) -> Result<(), WireError> {
        if self.is_empty() { Ok(()) } else { Err(WireError::TrailingBytes(self.remaining())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_must_have_its_shortest_form() {
        let read = |bytes: &[u8]| Reader::new(bytes).compact_size();
        assert_eq!(read(&[0xfc]), Ok(0xfc));
        assert_eq!(read(&[0xfd, 0xfd, 0]), Ok(0xfd));
        assert_eq!(read(&[0xfd, 0xfc, 0]), Err(WireError::NonMinimal));
        assert_eq!(read(&[0xfe, 0, 0, 1, 0]), Ok(0x1_0000));
        assert_eq!(read(&[0xfe, 0xff, 0xff, 0, 0]), Err(WireError::NonMinimal));
        assert_eq!(read(&[0xff, 0, 0, 0, 0, 1, 0, 0, 0]), Ok(0x1_0000_0000));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), Err(WireError::NonMinimal));
        assert_eq!(read(&[0xff; 9]), Ok(u64::MAX));
        assert_eq!(read(&[0xfd, 0xfd]), Err(WireError::Truncated));
        assert_eq!(read(&[]), Err(WireError::Truncated));
    }

    #[test]
    fn a_count_is_believed_only_as_far_as_the_bytes_reach() {
        assert_eq!(Reader::new(&[2, 0, 0, 0, 0]).count(2), Ok(2));
        assert_eq!(Reader::new(&[2, 0, 0, 0]).count(2), Err(WireError::Truncated));
        assert_eq!(Reader::new(&[0xff; 9]).count(1), Err(WireError::TooLarge(u64::MAX)));
        assert_eq!(Reader::new(&[0xfe, 0, 0, 0, 2, 9]).count(1), Err(WireError::Truncated));
        assert_eq!(Reader::new(&[0xfe, 1, 0, 0, 2]).var_bytes(), Err(WireError::TooLarge(0x0200_0001)));
        let too_many = WireError::TooManyEntries { count: 3, limit: 2 };
        assert_eq!(Reader::new(&[3, 0, 0, 0]).count_up_to(2, 1), Err(too_many));
    }

    #[test]
    fn decoded_bytes_are_discarded() {
        let mut reader = Reader::new(&[1, 0xaa, 0x12, 0x34, 7]);
        assert_eq!(reader.var_bytes(), Ok(&[0xaa][..]));
        assert_eq!(reader.u16_be(), Ok(0x1234));
        assert_eq!(reader.finish(), Err(WireError::TrailingBytes(1)));
        assert_eq!(reader.u32(), Err(WireError::Truncated));
        assert_eq!(reader.u8(), Ok(7));
        assert_eq!(reader.finish(), Ok(()));
    }
}

//! A cursor over bytes from a stranger: every read says whether there was enough.

use super::compact_size::MAX_SIZE;

/// Why a payload is not what its command says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum WireError {
    /// The bytes end before the value does.
    #[error("ends too early")]
    Truncated,
    /// A `CompactSize` that a shorter form could have held.
    #[error("a number is not in its shortest form")]
    NonMinimal,
    /// A `CompactSize` above 0x02000000 (Core: `MAX_SIZE`).
    #[error("a length of {0} is above the protocol's limit")]
    TooLarge(u64),
    /// A list that is all there but longer than the protocol allows. Core punishes it.
    #[error("{count} entries where at most {limit} are allowed")]
    TooManyEntries {
        /// How many it has.
        count: u64,
        /// How many it may have.
        limit: usize,
    },
    /// Bytes after the end of a transaction or a block.
    #[error("{0} bytes too many")]
    TrailingBytes(usize),
    /// A transaction in the witness format (BIP144) with nothing but empty witnesses.
    #[error("witness format without a witness")]
    SuperfluousWitness,
    /// A flag of the witness format (BIP144) that nobody has defined.
    #[error("unknown transaction flags {0:#04x}")]
    UnknownFlags(u8),
    /// A user agent longer than [`super::version::MAX_USER_AGENT`], in bytes.
    #[error("user agent of {0} bytes")]
    UserAgentTooLong(u64),
    /// An `addrv2` entry whose length does not fit its network (BIP155).
    #[error("address of {length} bytes for network {network}")]
    AddressLength {
        /// The network, by its BIP155 number.
        network: u8,
        /// The length, in bytes.
        length: u64,
    },
    /// A transaction's place in its block that 16 bits cannot hold (BIP152).
    #[error("transaction index {0} has more than 16 bits")]
    IndexTooLarge(u64),
    /// A prefilled transaction outside of its compact block (BIP152).
    #[error("transaction index {0} is outside of the block")]
    IndexOutOfBlock(u16),
    /// A compact block without transactions.
    #[error("a block without transactions")]
    EmptyBlock,
    /// A `sendcmpct` that says neither 0 nor 1 (BIP152). Core punishes it.
    #[error("announce flag {0} is neither 0 nor 1")]
    AnnounceFlag(u8),
}

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from their beginning.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether nothing is left.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    #[inline]
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or(WireError::Truncated)?;
        self.rest = tail;
        Ok(head)
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (head, tail) = self.rest.split_first_chunk().ok_or(WireError::Truncated)?;
        self.rest = tail;
        Ok(*head)
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, WireError> {
        self.array().map(|[byte]| byte)
    }

    /// Two bytes, the high one first: ports.
    pub fn u16_be(&mut self) -> Result<u16, WireError> {
        self.array().map(u16::from_be_bytes)
    }

    /// Four bytes, the low one first.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, WireError> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes, the low one first.
    #[inline]
    pub fn u64(&mut self) -> Result<u64, WireError> {
        self.array().map(u64::from_le_bytes)
    }

    /// Four bytes, signed.
    pub fn i32(&mut self) -> Result<i32, WireError> {
        self.array().map(i32::from_le_bytes)
    }

    /// Eight bytes, signed.
    pub fn i64(&mut self) -> Result<i64, WireError> {
        self.array().map(i64::from_le_bytes)
    }

    /// A `CompactSize` of any magnitude, in its shortest form.
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

    /// A `CompactSize` that counts something: at most [`MAX_SIZE`].
    #[inline]
    fn size(&mut self) -> Result<usize, WireError> {
        // Nearly every size in a transaction takes one byte.
        if let [size @ ..0xfd, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(usize::from(*size));
        }
        let (size, after) = self.long_size()?;
        *self = after;
        Ok(size)
    }

    /// Size and what follows it. Takes the reader by value, so that it may stay in registers.
    #[cold]
    fn long_size(mut self) -> Result<(usize, Self), WireError> {
        let value = self.compact_size()?;
        match usize::try_from(value) {
            Ok(size) if size <= MAX_SIZE => Ok((size, self)),
            _ => Err(WireError::TooLarge(value)),
        }
    }

    /// The number of entries that follow, of which each takes at least `entry_size` bytes.
    ///
    /// What this returns can be allocated for: that many entries fit into what is left.
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

    /// Bytes behind their length.
    #[inline]
    pub fn var_bytes(&mut self) -> Result<&'a [u8], WireError> {
        let length = self.size()?;
        self.bytes(length)
    }

    /// Nothing may be left.
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
    fn what_was_read_is_gone() {
        let mut reader = Reader::new(&[1, 0xaa, 0x12, 0x34, 7]);
        assert_eq!(reader.var_bytes(), Ok(&[0xaa][..]));
        assert_eq!(reader.u16_be(), Ok(0x1234));
        assert_eq!(reader.finish(), Err(WireError::TrailingBytes(1)));
        assert_eq!(reader.u32(), Err(WireError::Truncated));
        assert_eq!(reader.u8(), Ok(7));
        assert_eq!(reader.finish(), Ok(()));
    }
}

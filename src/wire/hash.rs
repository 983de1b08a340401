//! Identifiers of transactions and blocks.

use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Why a string is not an identifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not 64 hexadecimal digits")]
pub struct HashTextError;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Written as 64 hexadecimal digits in reverse byte order, as is customary.
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Written in one piece for speed: most lines of a stream have two identifiers.
                let digits = reversed_digits(self.0);
                std::str::from_utf8(&digits).map_or(Err(fmt::Error), |text| f.write_str(text))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = HashTextError;

            fn from_str(text: &str) -> Result<Self, HashTextError> {
                reversed_hex(text).map(Self)
            }
        }
    };
}

identifier!(
    /// Identifies a transaction without its witness: sha256d of the stripped serialization.
    Txid
);
identifier!(
    /// Identifies a transaction with its witness (BIP141): sha256d of the whole serialization.
    Wtxid
);
identifier!(
    /// Identifies a block: sha256d of its 80-byte header.
    BlockHash
);

/// The digits of the bytes in reverse order.
fn reversed_digits(bytes: [u8; 32]) -> [u8; 64] {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes.into_iter().rev()) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    text
}

fn reversed_hex(text: &str) -> Result<[u8; 32], HashTextError> {
    if text.len() != 64 || !text.is_ascii() {
        return Err(HashTextError);
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().rev().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |c: u8| char::from(c).to_digit(16).ok_or(HashTextError);
        *byte = u8::try_from(digit(digits[0])? << 4 | digit(digits[1])?).map_err(|_| HashTextError)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_survive_their_text() {
        let text = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
        let hash: BlockHash = text.parse().unwrap();
        assert_eq!(hash.0[31], 0);
        assert_eq!(hash.0[0], 0x6f);
        assert_eq!(hash.to_string(), text);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32), &"+1".repeat(32)] {
            assert_eq!(text.parse::<Txid>(), Err(HashTextError), "{text}");
        }
    }
}

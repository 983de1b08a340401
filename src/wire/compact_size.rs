//! Encodes `CompactSize`, the variable-length integer in front of every list.

/// The largest length of a list or a byte string (Core: `MAX_SIZE`).
pub const MAX_SIZE: usize = 0x0200_0000;

/// Returns the encoded length of `value`, in bytes.
pub const fn encoded_len(value: u64) -> usize {
    match value {
        0..0xfd => 1,
        0xfd..0x1_0000 => 3,
        0x1_0000..0x1_0000_0000 => 5,
        _ => 9,
    }
}

/// Appends `value` in its shortest form.
pub fn put(out: &mut Vec<u8>, value: u64) {
    let bytes = value.to_le_bytes();
    match encoded_len(value) {
        1 => out.push(bytes[0]),
        3 => {
            out.push(0xfd);
            out.extend_from_slice(&bytes[..2]);
        }
        5 => {
            out.push(0xfe);
            out.extend_from_slice(&bytes[..4]);
        }
        _ => {
            out.push(0xff);
            out.extend_from_slice(&bytes);
        }
    }
}

/// Appends the length of a list.
pub fn put_len(out: &mut Vec<u8>, len: usize) {
    put(out, len as u64);
}

/// Appends the length of `bytes`, then `bytes`.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_len(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;

    #[test]
    fn every_number_is_read_back_from_its_shortest_form() {
        for bits in 0..64 {
            for value in [(1 << bits) - 1, 1 << bits, 0xfc, 0xfd, u64::MAX] {
                let mut out = Vec::new();
                put(&mut out, value);
                assert_eq!(out.len(), encoded_len(value));
                assert_eq!(Reader::new(&out).compact_size(), Ok(value));
            }
        }
    }
}

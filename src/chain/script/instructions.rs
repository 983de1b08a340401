//! Scripts, instruction by instruction.

use crate::chain::opcodes::*;

/// One instruction of a script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Instruction<'a> {
    /// An opcode that carries no data.
    Op(u8),
    /// Pushed data; empty for `OP_0`.
    Push(&'a [u8]),
}

/// Iterates over the instructions of a script, up to its end or to a push that exceeds it.
#[derive(Clone, Debug)]
pub(crate) struct Instructions<'a>(&'a [u8]);

/// Returns the instructions of `script`.
pub(crate) fn instructions(script: &[u8]) -> Instructions<'_> {
    Instructions(script)
}

impl<'a> Instructions<'a> {
    /// Returns the remaining bytes, not parsed or not parseable.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Iterator for Instructions<'a> {
    type Item = Instruction<'a>;

    fn next(&mut self) -> Option<Instruction<'a>> {
        let (&opcode, rest) = self.0.split_first()?;
        let (length, rest) = match opcode {
            OP_0..=OP_PUSHBYTES_75 => (usize::from(opcode), rest),
            OP_PUSHDATA1 => length::<1>(rest)?,
            OP_PUSHDATA2 => length::<2>(rest)?,
            OP_PUSHDATA4 => length::<4>(rest)?,
            _ => {
                self.0 = rest;
                return Some(Instruction::Op(opcode));
            }
        };
        let (data, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Instruction::Push(data))
    }
}

/// Reads a length of `N` bytes, little-endian; returns it and the bytes after it.
fn length<const N: usize>(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<N>()?;
    let length = length.iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
    Some((length, rest))
}

/// Returns the data that `script` pushes, in order.
pub(crate) fn pushes(script: &[u8]) -> impl Iterator<Item = &[u8]> {
    instructions(script).filter_map(|instruction| match instruction {
        Instruction::Push(data) => Some(data),
        Instruction::Op(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::Instruction::{Op, Push};
    use super::*;

    #[test]
    fn a_script_is_read_up_to_the_push_that_exceeds_it() {
        let script = [OP_DUP, 2, 7, 8, OP_PUSHDATA1, 1, 9, OP_0, OP_PUSHDATA2, 5, 0, 1];
        let mut read = instructions(&script);
        let all: Vec<_> = read.by_ref().collect();
        assert_eq!(all, [Op(OP_DUP), Push(&[7, 8]), Push(&[9]), Push(&[])]);
        assert_eq!(read.rest(), [OP_PUSHDATA2, 5, 0, 1]);
        assert_eq!(pushes(&script).collect::<Vec<_>>(), [&[7, 8][..], &[9], &[]]);
    }
}

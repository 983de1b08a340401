//! Inscriptions: data in a tapscript branch that is never executed.

use crate::chain::opcodes::OP_IF;
use crate::chain::script::{Instruction, instructions};

/// The protocol id in the envelope.
const ORD: &[u8] = b"ord";

/// Returns whether `tapscript` contains an envelope `OP_FALSE OP_IF <"ord">`, as opcodes rather than as bytes
/// inside other data.
pub(super) fn is_revealed_by(tapscript: &[u8]) -> bool {
    let mut instructions = instructions(tapscript).peekable();
    while let Some(instruction) = instructions.next() {
        let opens =
            instruction == Instruction::Push(&[]) && instructions.peek() == Some(&Instruction::Op(OP_IF));
        if opens {
            instructions.next();
            if instructions.peek() == Some(&Instruction::Push(ORD)) {
                return true;
            }
        }
    }
    false
}

//! Inscriptions: data in a branch of a tapscript that is never taken.

use crate::model::classify::script::{Step, op, steps};

/// What opens an envelope's protocol.
const ORD: &[u8] = b"ord";

/// Whether `tapscript` contains an envelope: `OP_FALSE OP_IF <"ord">`, as opcodes, and not merely as
/// bytes inside other data.
pub(crate) fn is_revealed_by(tapscript: &[u8]) -> bool {
    let mut steps = steps(tapscript).peekable();
    while let Some(step) = steps.next() {
        let opens = step == Step::Push(&[]) && steps.peek() == Some(&Step::Op(op::IF));
        if opens {
            steps.next();
            if steps.peek() == Some(&Step::Push(ORD)) {
                return true;
            }
        }
    }
    false
}

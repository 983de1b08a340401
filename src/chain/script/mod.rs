//! Scripts: their instructions, the templates that outputs follow, and addresses.

mod address;
mod asm;
mod instructions;
mod kind;
#[cfg(test)]
mod tests;

pub use address::{address, script_pubkey};
pub use asm::asm;
pub(crate) use instructions::{Instruction, instructions, pushes};
pub use kind::ScriptKind;
pub(crate) use kind::{is_multisig, is_witness_program};

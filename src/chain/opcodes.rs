//! Script opcodes that any part of the program names, with the names that Bitcoin Core gives them.

pub const OP_0: u8 = 0x00;
/// The first byte of a 20-byte push: an opcode up to 0x4b pushes as many bytes as its value.
pub const OP_PUSHBYTES_20: u8 = 20;
/// The longest push whose length is the opcode itself.
pub const OP_PUSHBYTES_75: u8 = 0x4b;
pub const OP_PUSHDATA1: u8 = 0x4c;
pub const OP_PUSHDATA2: u8 = 0x4d;
pub const OP_PUSHDATA4: u8 = 0x4e;
pub const OP_1: u8 = 0x51;
pub const OP_2: u8 = 0x52;
pub const OP_3: u8 = 0x53;
pub const OP_13: u8 = 0x5d;
pub const OP_16: u8 = 0x60;
pub const OP_IF: u8 = 0x63;
pub const OP_NOTIF: u8 = 0x64;
pub const OP_ENDIF: u8 = 0x68;
pub const OP_RETURN: u8 = 0x6a;
pub const OP_IFDUP: u8 = 0x73;
pub const OP_DUP: u8 = 0x76;
pub const OP_EQUAL: u8 = 0x87;
pub const OP_EQUALVERIFY: u8 = 0x88;
pub const OP_HASH160: u8 = 0xa9;
pub const OP_CHECKSIG: u8 = 0xac;
pub const OP_CHECKSIGVERIFY: u8 = 0xad;
pub const OP_CHECKMULTISIG: u8 = 0xae;
pub const OP_CHECKMULTISIGVERIFY: u8 = 0xaf;
pub const OP_CHECKLOCKTIMEVERIFY: u8 = 0xb1;
pub const OP_CHECKSEQUENCEVERIFY: u8 = 0xb2;

/// Returns the number from 1 to 16 that `opcode` pushes, or `None` for any other opcode.
pub const fn small_number(opcode: u8) -> Option<u8> {
    match opcode {
        OP_1..=OP_16 => Some(opcode - OP_1 + 1),
        _ => None,
    }
}

/// Returns the opcode that pushes `number`, from 0 to 16.
pub const fn push_number(number: u8) -> Option<u8> {
    match number {
        0 => Some(OP_0),
        1..=16 => Some(OP_1 + number - 1),
        _ => None,
    }
}

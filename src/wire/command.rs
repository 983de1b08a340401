//! The names of the messages that this program understands.

/// How many bytes a name takes in a message header; shorter ones are filled up with NUL.
pub const COMMAND_SIZE: usize = 12;

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a message is.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Command {
            $($(#[$doc])* $variant,)*
        }

        impl Command {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The command in the header field `field`: its name, then NULs and nothing else.
            pub fn from_field(field: &[u8; COMMAND_SIZE]) -> Option<Self> {
                match *field {
                    $(name if name == const { padded($name) } => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    /// A transaction.
    Tx = "tx",
    /// I have these.
    Inv = "inv",
    /// Give me these.
    GetData = "getdata",
    /// I don't have these.
    NotFound = "notfound",
    /// Are you there? (BIP31)
    Ping = "ping",
    /// I am.
    Pong = "pong",
    /// The first message of each side.
    Version = "version",
    /// The handshake's end.
    Verack = "verack",
    /// `inv` by wtxid, please (BIP339).
    WtxidRelay = "wtxidrelay",
    /// `addrv2`, please (BIP155).
    SendAddrV2 = "sendaddrv2",
    /// The lowest fee rate that is worth an announcement (BIP133).
    FeeFilter = "feefilter",
    /// Addresses, please.
    GetAddr = "getaddr",
    /// Addresses of IP nodes.
    Addr = "addr",
    /// Addresses of any network (BIP155).
    AddrV2 = "addrv2",
    /// Blocks by their headers, please (BIP130).
    SendHeaders = "sendheaders",
    /// Compact blocks, please (BIP152).
    SendCmpct = "sendcmpct",
    /// A compact block (BIP152).
    CmpctBlock = "cmpctblock",
    /// Some transactions of a block, please (BIP152).
    GetBlockTxn = "getblocktxn",
    /// Some transactions of a block (BIP152).
    BlockTxn = "blocktxn",
    /// Headers, please.
    GetHeaders = "getheaders",
    /// Headers.
    Headers = "headers",
    /// A block.
    Block = "block",
    /// Your whole mempool, please (BIP35).
    Mempool = "mempool",
}

impl Command {
    /// The command of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.name() == name)
    }
}

/// `name` as the field of a header.
const fn padded(name: &str) -> [u8; COMMAND_SIZE] {
    let mut field = [0; COMMAND_SIZE];
    field.split_at_mut(name.len()).0.copy_from_slice(name.as_bytes());
    field
}

/// `field` without the NULs at its end. NULs before other bytes stay: no name has them.
pub fn name_of(field: &[u8; COMMAND_SIZE]) -> &[u8] {
    let padding = field.iter().rev().take_while(|&&byte| byte == 0).count();
    &field[..COMMAND_SIZE - padding]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> [u8; COMMAND_SIZE] {
        let mut field = [0; COMMAND_SIZE];
        field[..name.len()].copy_from_slice(name.as_bytes());
        field
    }

    #[test]
    fn every_command_is_found_by_its_field() {
        for &command in Command::ALL {
            assert_eq!(Command::from_field(&field(command.name())), Some(command));
        }
    }

    #[test]
    fn a_field_with_anything_else_is_no_command() {
        for name in ["", "Tx", "tx ", "ping\0\0x", "\0tx", "txx", "versionversi", "feature"] {
            assert_eq!(Command::from_field(&field(name)), None, "{name:?}");
        }
        assert_eq!(Command::from_field(&[0xff; COMMAND_SIZE]), None);
    }
}

//! The commands of the messages that this program understands.

/// The length of a command in a message header, in bytes; shorter ones are padded with NUL.
pub const COMMAND_SIZE: usize = 12;

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The kind of a message.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Command {
            $($(#[$doc])* $variant,)*
        }

        impl Command {
            /// Every command.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the command in a header field: its name, padded with NULs.
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
    /// Announces transactions or blocks.
    Inv = "inv",
    /// Requests transactions or blocks.
    GetData = "getdata",
    /// Answers a `getdata` for objects that the sender does not have.
    NotFound = "notfound",
    /// Asks for a `pong` (BIP31).
    Ping = "ping",
    /// Answers a `ping`.
    Pong = "pong",
    /// Opens the handshake.
    Version = "version",
    /// Completes the handshake.
    Verack = "verack",
    /// Asks for announcements by wtxid (BIP339).
    WtxidRelay = "wtxidrelay",
    /// Asks for `addrv2` instead of `addr` (BIP155).
    SendAddrV2 = "sendaddrv2",
    /// Sets the lowest fee rate to be announced (BIP133).
    FeeFilter = "feefilter",
    /// Requests addresses of peers.
    GetAddr = "getaddr",
    /// Addresses of IPv4 and IPv6 nodes.
    Addr = "addr",
    /// Addresses of any network (BIP155).
    AddrV2 = "addrv2",
    /// Asks for announcements of blocks by header (BIP130).
    SendHeaders = "sendheaders",
    /// Negotiates compact blocks (BIP152).
    SendCmpct = "sendcmpct",
    /// A compact block (BIP152).
    CmpctBlock = "cmpctblock",
    /// Requests transactions of a block (BIP152).
    GetBlockTxn = "getblocktxn",
    /// Answers a `getblocktxn` (BIP152).
    BlockTxn = "blocktxn",
    /// Requests headers.
    GetHeaders = "getheaders",
    /// Headers of blocks.
    Headers = "headers",
    /// A block.
    Block = "block",
    /// Requests the whole mempool (BIP35).
    Mempool = "mempool",
}

impl Command {
    /// Returns the command of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.name() == name)
    }
}

/// Returns `name` as the field of a header.
const fn padded(name: &str) -> [u8; COMMAND_SIZE] {
    let mut field = [0; COMMAND_SIZE];
    field.split_at_mut(name.len()).0.copy_from_slice(name.as_bytes());
    field
}

/// Returns `field` without its trailing NULs. NULs before other bytes stay: no name has them.
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

//! The payload of each message ↔ bytes, the same for both transports.

use super::compact_size::put_len;
use super::known_address::{decode_addr, decode_addrv2, encode_addr, encode_addrv2};
use super::message::{MAX_HEADERS, MAX_LOCATOR};
use super::version::PROTOCOL_VERSION;
use super::{
    Block, BlockHash, BlockHeader, BlockTransactions, BlockTransactionsRequest, Command, CompactBlock,
    Inventory, Message, Reader, Transaction, Version, WireError,
};

impl Message {
    /// Decodes the payload of `command`.
    ///
    /// Bytes after the end are ignored, as in Core, except after a transaction or a block, where they would
    /// count towards its size.
    ///
    /// # Errors
    /// [`WireError`] if the payload is not one of `command`.
    pub fn decode(command: Command, payload: &[u8]) -> Result<Self, WireError> {
        let reader = &mut Reader::new(payload);
        Ok(match command {
            Command::Version => Self::Version(Version::decode(reader)?),
            Command::Verack => Self::Verack,
            Command::WtxidRelay => Self::WtxidRelay,
            Command::SendAddrV2 => Self::SendAddrV2,
            Command::Ping => Self::Ping(reader.u64()?),
            Command::Pong => Self::Pong(reader.u64()?),
            Command::Inv => Self::Inv(Inventory::decode_list(reader)?),
            Command::GetData => Self::GetData(Inventory::decode_list(reader)?),
            Command::NotFound => Self::NotFound(Inventory::decode_list(reader)?),
            // Copied, here and for blocks, so that kept bytes do not keep a whole read buffer alive.
            Command::Tx => Self::Tx(Transaction::parse(payload)?),
            Command::FeeFilter => Self::FeeFilter(reader.u64()?),
            Command::GetAddr => Self::GetAddr,
            Command::Addr => Self::Addr(decode_addr(reader)?),
            Command::AddrV2 => Self::AddrV2(decode_addrv2(reader)?),
            Command::SendHeaders => Self::SendHeaders,
            Command::SendCmpct => {
                let announce = match reader.u8()? {
                    flag @ (0 | 1) => flag == 1,
                    flag => return Err(WireError::AnnounceFlag(flag)),
                };
                Self::SendCmpct { announce, version: reader.u64()? }
            }
            Command::CmpctBlock => Self::CmpctBlock(CompactBlock::decode(payload)?),
            Command::GetBlockTxn => Self::GetBlockTxn(BlockTransactionsRequest::decode(reader)?),
            Command::BlockTxn => Self::BlockTxn(BlockTransactions::decode(payload)?),
            Command::GetHeaders => decode_getheaders(reader)?,
            Command::Headers => Self::Headers(decode_headers(reader)?),
            Command::Block => Self::Block(Block::parse(payload)?),
            Command::Mempool => Self::Mempool,
        })
    }

    /// Appends the payload. That of [`Message::Unknown`] is empty, as it was skipped.
    pub fn encode_payload(&self, out: &mut Vec<u8>) {
        match self {
            Self::Version(version) => version.encode(out),
            Self::Ping(number) | Self::Pong(number) | Self::FeeFilter(number) => {
                out.extend_from_slice(&number.to_le_bytes());
            }
            Self::Inv(list) | Self::GetData(list) | Self::NotFound(list) => Inventory::encode_list(list, out),
            Self::Tx(tx) => out.extend_from_slice(tx.raw()),
            Self::Addr(list) => encode_addr(list, out),
            Self::AddrV2(list) => encode_addrv2(list, out),
            Self::SendCmpct { announce, version } => {
                out.push(u8::from(*announce));
                out.extend_from_slice(&version.to_le_bytes());
            }
            Self::CmpctBlock(compact) => compact.encode(out),
            Self::GetBlockTxn(request) => request.encode(out),
            Self::BlockTxn(answer) => answer.encode(out),
            Self::GetHeaders { locator, stop } => {
                out.extend_from_slice(&PROTOCOL_VERSION.to_le_bytes());
                put_len(out, locator.len());
                locator.iter().chain([stop]).for_each(|hash| out.extend_from_slice(&hash.0));
            }
            Self::Headers(headers) => {
                put_len(out, headers.len());
                for header in headers {
                    out.extend_from_slice(&header.encode());
                    out.push(0); // the number of transactions: a header comes without
                }
            }
            Self::Block(block) => block.encode(out),
            Self::Verack
            | Self::WtxidRelay
            | Self::SendAddrV2
            | Self::GetAddr
            | Self::SendHeaders
            | Self::Mempool
            | Self::Unknown { .. } => {}
        }
    }
}

fn decode_getheaders(reader: &mut Reader<'_>) -> Result<Message, WireError> {
    let _version = reader.u32()?;
    let count = reader.count_up_to(MAX_LOCATOR, 32)?;
    let locator = (0..count).map(|_| reader.array().map(BlockHash)).collect::<Result<_, _>>()?;
    Ok(Message::GetHeaders { locator, stop: BlockHash(reader.array()?) })
}

fn decode_headers(reader: &mut Reader<'_>) -> Result<Vec<BlockHeader>, WireError> {
    let count = reader.count_up_to(MAX_HEADERS, BlockHeader::SIZE + 1)?;
    let mut headers = Vec::with_capacity(count);
    for _ in 0..count {
        headers.push(BlockHeader::decode(&reader.array()?));
        reader.compact_size()?; // the number of transactions, which Core ignores as well
    }
    Ok(headers)
}

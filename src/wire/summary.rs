//! A message in a few words, for the log of a conversation.

use super::{Inventory, Message};
use crate::util::text::clean;
use crate::wire::Txid;
use std::fmt::{self, Display};

/// The longest summary, in characters.
const MAX_SUMMARY: usize = 40;

/// Everything the summary of a message needs, to be written on demand: most messages are transactions, and
/// few of their summaries are ever shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Digest(Contents);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Contents {
    Text(String),
    Transaction { txid: Txid, vsize: u32 },
}

impl Default for Digest {
    fn default() -> Self {
        Self(Contents::Text(String::new()))
    }
}

/// The contents of a message in at most 40 harmless characters; empty if the command says everything.
impl Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Contents::Text(text) => f.write_str(text),
            Contents::Transaction { txid, vsize } => write!(f, "{} {vsize} vB", short(txid)),
        }
    }
}

impl Message {
    /// Returns the contents of the message in at most 40 harmless characters; empty if the command says
    /// everything.
    pub fn summary(&self) -> String {
        self.digest().to_string()
    }

    /// Returns what [`Message::summary`] is written from.
    pub fn digest(&self) -> Digest {
        let summary = match self {
            Self::Tx(tx) => {
                return Digest(Contents::Transaction { txid: tx.txid(), vsize: tx.vsize() });
            }
            Self::Version(version) => {
                let agent = clean(&version.user_agent, MAX_SUMMARY);
                format!("{} {agent}", version.version)
            }
            Self::Ping(nonce) | Self::Pong(nonce) => format!("nonce {nonce:016x}"),
            Self::Inv(list) | Self::GetData(list) | Self::NotFound(list) => kinds(list),
            Self::FeeFilter(rate) => format!("{}.{:03} sat/vB", rate / 1_000, rate % 1_000),
            Self::Addr(list) | Self::AddrV2(list) => counted(list.len(), "address", "addresses"),
            Self::SendCmpct { announce, version } => {
                format!("v{version}, {} bandwidth", if *announce { "high" } else { "low" })
            }
            Self::CmpctBlock(compact) => {
                format!("{} {} tx", short(compact.header.hash()), compact.transaction_count())
            }
            Self::GetBlockTxn(request) => format!("{} {} tx", short(request.hash), request.indexes.len()),
            Self::BlockTxn(answer) => format!("{} {} tx", short(answer.hash), answer.transactions.len()),
            Self::GetHeaders { locator, .. } => match locator.first() {
                Some(hash) => format!("after {}", short(hash)),
                None => String::new(),
            },
            Self::Headers(headers) => counted(headers.len(), "header", "headers"),
            Self::Block(block) => format!("{} {} tx", short(block.hash), block.transactions.len()),
            Self::Verack
            | Self::WtxidRelay
            | Self::SendAddrV2
            | Self::GetAddr
            | Self::SendHeaders
            | Self::Mempool
            | Self::Unknown { .. } => String::new(),
        };
        Digest(Contents::Text(summary.chars().take(MAX_SUMMARY).collect()))
    }
}

/// Returns the last digits of a hash, as block hashes begin with zeros.
fn short(hash: impl Display) -> String {
    let text = hash.to_string();
    let from = text.len().saturating_sub(12);
    format!("…{}", &text[from..])
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Returns the number of entries of each kind, in the order of [`Inventory`].
fn kinds(list: &[Inventory]) -> String {
    let names = ["tx", "witness tx", "wtx", "block", "witness block", "compact block", "unknown"];
    let mut counts = [0_usize; 7];
    for entry in list {
        let kind = match entry {
            Inventory::Tx(_) => 0,
            Inventory::WitnessTx(_) => 1,
            Inventory::Wtx(_) => 2,
            Inventory::Block(_) => 3,
            Inventory::WitnessBlock(_) => 4,
            Inventory::CompactBlock(_) => 5,
            Inventory::Unknown { .. } => 6,
        };
        counts[kind] += 1;
    }
    let present: Vec<_> = counts
        .iter()
        .zip(names)
        .filter(|(count, _)| **count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    present.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{BlockHash, Services, Txid, Version, Wtxid};

    #[test]
    fn a_summary_names_what_matters() {
        let version = |agent: &[u8]| {
            Message::Version(Version {
                version: 70_016,
                services: Services::NONE,
                time: 0,
                nonce: 0,
                user_agent: agent.to_vec(),
                start_height: 0,
                relay: true,
            })
        };
        let hash = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f".parse().unwrap();
        let list = vec![
            Inventory::Wtx(Wtxid([1; 32])),
            Inventory::Block(BlockHash([2; 32])),
            Inventory::Wtx(Wtxid([3; 32])),
        ];
        for (message, summary) in [
            (version(b"/Satoshi:30.0.0/"), "70016 /Satoshi:30.0.0/"),
            (version(&[0x1b; 256]), "70016 ··································"),
            (Message::Ping(0xab), "nonce 00000000000000ab"),
            (Message::Inv(list), "2 wtx, 1 block"),
            (Message::Inv(Vec::new()), ""),
            (Message::GetData(vec![Inventory::WitnessTx(Txid([0; 32]))]), "1 witness tx"),
            (Message::FeeFilter(1_050), "1.050 sat/vB"),
            (Message::Addr(Vec::new()), "0 addresses"),
            (Message::SendCmpct { announce: false, version: 2 }, "v2, low bandwidth"),
            (Message::GetHeaders { locator: vec![hash], stop: hash }, "after …f1b60a8ce26f"),
            (Message::Headers(Vec::new()), "0 headers"),
            (Message::Verack, ""),
        ] {
            assert_eq!(message.summary(), summary);
        }
    }
}

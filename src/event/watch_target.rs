//! Targets of the watch list, and how the user writes them.

use crate::chain::Network;
use crate::chain::limits::MAX_SCRIPT_SIZE;
use crate::chain::script::script_pubkey;
use crate::util::text::clean;
use crate::wire::Txid;
use std::fmt;

/// How many targets the watch list may contain.
pub const MAX_TARGETS: usize = 1_000;

/// How much of an invalid target an error quotes, in characters.
const MAX_QUOTED: usize = 80;

/// A target of the watch list.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WatchTarget {
    text: String,
    key: WatchKey,
}

/// What a target matches.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum WatchKey {
    /// Outputs with this scriptPubKey, and inputs that spend them.
    Script(Vec<u8>),
    /// The transaction with this txid.
    Transaction(Txid),
}

/// Why a string is not a valid watch target. The text is one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "invalid watch target \"{text}\": {problem}; must be an address of {network}, a txid (64 hexadecimal digits) or a scriptPubKey in hexadecimal digits"
)]
pub struct TargetError {
    text: String,
    problem: TargetProblem,
    network: Network,
}

/// What is wrong with a watch target.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
enum TargetProblem {
    #[error("empty")]
    Empty,
    #[error("script too long to be spent")]
    ScriptTooLong,
    #[error("address of another network")]
    OtherNetwork,
    #[error("neither an address nor hexadecimal digits")]
    Unknown,
}

impl WatchTarget {
    /// Parses an address, a txid or a scriptPubKey in hexadecimal digits. 64 digits are a txid, even
    /// though they could be a script.
    ///
    /// # Errors
    /// `text` is none of these, or an address of another network than `network`.
    pub fn parse(text: &str, network: Network) -> Result<Self, TargetError> {
        let text = text.trim();
        let wrong = |problem| TargetError { text: clean(text.as_bytes(), MAX_QUOTED), problem, network };
        let target = |key| Ok(Self { text: text.to_owned(), key });
        if text.is_empty() {
            return Err(wrong(TargetProblem::Empty));
        }
        if text.len() == 64
            && let Ok(txid) = text.to_ascii_lowercase().parse()
        {
            return target(WatchKey::Transaction(txid));
        }
        if let Some(script) = script_pubkey(text, network) {
            return target(WatchKey::Script(script));
        }
        match data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()) {
            Ok(script) if script.len() <= MAX_SCRIPT_SIZE => target(WatchKey::Script(script)),
            Ok(_) => Err(wrong(TargetProblem::ScriptTooLong)),
            Err(_) if Network::ALL.iter().any(|other| script_pubkey(text, *other).is_some()) => {
                Err(wrong(TargetProblem::OtherNetwork))
            }
            Err(_) => Err(wrong(TargetProblem::Unknown)),
        }
    }

    /// Returns what the target matches.
    pub fn key(&self) -> &WatchKey {
        &self.key
    }

    /// Returns the target as the user wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for WatchTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::script::address;
    use proptest::prelude::*;

    const MAIN: Network = Network::Mainnet;

    #[test]
    fn addresses_txids_and_scripts_are_distinguished() {
        let key = |text: &str| WatchTarget::parse(text, MAIN).unwrap().key().clone();
        let script = |hex: &str| WatchKey::Script(data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap());
        let bip173 = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        let program = "0014751e76e8199196d454941c45d1b3a323f1433bd6";
        assert_eq!(key(bip173), script(program));
        assert_eq!(key(&bip173.to_uppercase()), script(program));
        assert_eq!(key(program), script(program));
        assert_eq!(key(" 51 "), script("51"));
        let genesis = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
        assert_eq!(key(genesis), script("76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac"));
        let txid = "4A5E1E4BAAB89F3A32518A88C31BC87F618F76673E2CC77AB2127B7AFDEDA33B";
        assert_eq!(key(txid), WatchKey::Transaction(txid.to_lowercase().parse().unwrap()));
    }

    #[test]
    fn an_error_quotes_the_input_and_lists_what_is_allowed() {
        let wrong = |text: &str| WatchTarget::parse(text, MAIN).unwrap_err().to_string();
        let elsewhere = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx";
        let allowed = "; must be an address of mainnet, a txid (64 hexadecimal digits) or a scriptPubKey \
                       in hexadecimal digits";
        assert_eq!(
            wrong(elsewhere),
            format!("invalid watch target \"{elsewhere}\": address of another network{allowed}")
        );
        assert!(wrong("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5").contains("neither an address nor"));
        assert!(wrong("").starts_with("invalid watch target \"\": empty"));
        assert!(wrong("abc").contains("neither"));
        assert!(wrong(&"51".repeat(10_001)).contains("script too long"));
        assert!(!wrong("a\x1b[2J\nb").contains(['\x1b', '\n']));
    }

    proptest! {
        #[test]
        fn every_address_parses_to_its_script(kind in 0_usize..5, hash in prop::array::uniform32(any::<u8>()), network in 0_usize..6) {
            let network = Network::ALL[network];
            let script = match kind {
                0 => [&[0x76, 0xa9, 20][..], &hash[..20], &[0x88, 0xac]].concat(),
                1 => [&[0xa9, 20][..], &hash[..20], &[0x87]].concat(),
                2 => [&[0, 20][..], &hash[..20]].concat(),
                3 => [&[0, 32][..], &hash].concat(),
                _ => [&[0x51, 32][..], &hash].concat(),
            };
            let text = address(&script, network).unwrap();
            let target = WatchTarget::parse(&text, network).unwrap();
            prop_assert_eq!(target.key(), &WatchKey::Script(script));
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = WatchTarget::parse(&text, MAIN);
        }
    }
}

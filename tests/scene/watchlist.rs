//! The user's watch list: an address that is paid, one whose payment is replaced, and one without any match.

use super::recording::seconds;
use super::transactions::{Spread, Transactions};
use mempulse::chain::Network;
use mempulse::chain::script::address;
use mempulse::event::{Command, WatchTarget};

/// The address of BIP173's examples, to which nothing is paid.
pub const QUIET: &str = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";

/// What the user adds to the watch list at startup.
pub fn commands(transactions: &Transactions) -> Vec<Command> {
    let target = |text: String| WatchTarget::parse(&text, Network::Mainnet).unwrap();
    targets(transactions).into_iter().map(|text| Command::Watch(vec![target(text)])).collect()
}

fn targets(transactions: &Transactions) -> Vec<String> {
    let payee = |from: u64, to: u64, spread| {
        let mut arrivals = transactions.arrivals.iter();
        let arrival = arrivals.find(|arrival| {
            let tx = &arrival.tx;
            (seconds(from)..seconds(to)).contains(&arrival.at)
                && arrival.spread == spread
                && tx.outputs().all(|output| address(output.script_pubkey, Network::Mainnet).is_some())
        });
        arrival.unwrap()
    };
    let paid = |from, to| {
        let output = payee(from, to, Spread::Everywhere).tx.outputs().next().unwrap();
        address(output.script_pubkey, Network::Mainnet).unwrap()
    };
    let contested = payee(60, 600, Spread::HalfOfThePeers).tx.txid().to_string();
    vec![paid(690, 715), paid(60, 120), contested, QUIET.to_owned()]
}

//! Prints transactions as they enter the mempool, with what is known of their fee rate.
//!
//! ```sh
//! cargo run --example watch
//! ```

use mempulse::Clock;
use mempulse::model::{Change, Model, ModelSettings};
use mempulse::p2p::{Driver, Settings};

#[tokio::main]
async fn main() {
    watch(Settings::default(), usize::MAX, |line| println!("{line}")).await;
}

/// Calls `print` for the next `count` transactions.
pub async fn watch(settings: Settings, mut count: usize, mut print: impl FnMut(String)) {
    let clock = Clock::start();
    let mut model = Model::new(ModelSettings::new(settings.network, clock.now()));
    let mut network = Driver::start(settings, clock);
    while count > 0 {
        let outcome = model.apply(&network.next().await);
        // What the model needs to learn more fees: unconfirmed parents.
        outcome.requests.into_iter().for_each(|request| network.request(request));
        for change in outcome.changes {
            if let Change::Accepted(wtxid) = change
                && let Some(entry) = model.transaction(&wtxid)
            {
                let (tx, rate) = (entry.tx(), entry.fee_rate().exact());
                let rate = rate.map_or("?".to_owned(), |rate| format!("{rate:.1} sat/vB"));
                print(format!("{}  {} vB  {rate}", tx.txid(), tx.vsize()));
                count = count.saturating_sub(1);
            }
        }
    }
    network.shutdown().await;
}

//! The user's watch list is never served.

use super::*;
use crate::event::{Command, WatchTarget};
use crate::model::testing::{coin, spend};

#[tokio::test]
async fn nothing_about_the_watch_list_is_served() {
    let watched = spend(&[coin(1)], &[50_000]);
    let same = spend(&[coin(2)], &[50_000]);
    let target = |text: &str| WatchTarget::parse(text, crate::chain::Network::Regtest).unwrap();
    let txid = watched.txid().to_string();
    // A script that nothing pays to, so that its digits are in no transaction.
    let script = format!("a914{}87", "77".repeat(20));
    let address = target(&script);
    let mut with = Scene::new();
    with.connect(1);
    let mut without = Scene::new();
    without.connect(1);
    with.model.command(&Command::Watch(vec![target(&txid), address]), with.now);
    for scene in [&mut with, &mut without] {
        scene.deliver(1, &watched).deliver(1, &same);
    }
    assert!(with.all().watchlist.is_none() && with.model.watchlist().is_watched(watched.txid()));
    let settings = || ServeSettings { metrics_per_peer: true, ..ServeSettings::default() };
    let (with, without) = (Api::with(with, settings()), Api::with(without, settings()));
    for path in [
        "/",
        "/metrics",
        "/api/mempool",
        "/api/v1/fees/recommended",
        "/api/v1/fees/precise",
        "/api/v1/fees/mempool-blocks",
        &format!("/api/tx/{txid}"),
        "/api/blocks/tip/height",
        "/api/blocks/tip/hash",
        "/api/transactions",
        "/api/transactions?where=watched",
        "/api/transactions?where=not%20watched",
        "/api/transactions?sort=watched",
        "/api/peers",
        "/watchlist",
        "/api/watchlist",
    ] {
        let [with, without] = [with.get(path).await, without.get(path).await];
        let comparable = |got: &Got| {
            let process = |line: &&str| !line.contains("mempulse_process_");
            (got.status, got.body.lines().filter(process).map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(comparable(&with), comparable(&without), "{path} reveals what is watched");
        assert!(!with.body.contains(&script), "{path}");
    }
}

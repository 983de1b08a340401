//! One address is enough, many made-up ones do no harm, and addresses survive a restart.

use crate::crowd::{Node, Script, crowd, known, listen, made_up};
use crate::support::version;
use crate::watch::{Watch, search};
use mempulse::event::{Damage, DisconnectReason, Store, StoreFailure, StoreProblem, Uselessness, Warning};
use mempulse::wire::{Message, Services, Version};
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn from_one_address_eight_peers_are_found_and_kept_while_half_of_the_network_dies() {
    let mut nodes = crowd(40, 10).await;
    let first = nodes[0].address.clone();
    let mut watch = Watch::start(search(vec![first.clone()], 8));
    let others = |watch: &Watch| watch.live().iter().filter(|address| **address != first).count();
    watch.until(|watch| others(watch) == 8).await;
    for round in 0..5 {
        // Four die at a time: two of those that are connected, and two of the others.
        for connected in [true, true, false, false] {
            let is_due = |node: &Node| watch.live().contains(&node.address) == connected;
            let number = nodes.iter().position(is_due).unwrap();
            nodes.remove(number);
        }
        let alive = |watch: &Watch| {
            let living =
                watch.live().iter().filter(|address| nodes.iter().any(|node| node.address == **address));
            living.filter(|address| **address != first).count()
        };
        let lost = Instant::now();
        watch.until(|watch| alive(watch) == 8).await;
        assert!(lost.elapsed() < Duration::from_secs(15), "round {round} took {:?}", lost.elapsed());
    }
    assert_eq!(nodes.len(), 20);
    watch.shutdown().await;
}

#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs all of 127/8")]
async fn fifty_thousand_made_up_addresses_of_one_peer_leave_the_others_reachable() {
    let nodes = crowd(10, 9).await;
    let flood = made_up(50_000).chunks(1_000).map(<[_]>::to_vec).collect();
    let poisoner = Node::start(listen(100).await, Script { answer: flood, ..Script::default() });
    let mut watch = Watch::start(search(vec![poisoner.address.clone(), nodes[0].address.clone()], 8));
    watch.until(|watch| watch.addresses_received >= 50_000).await;
    let is_honest = |address: &_| nodes[1..].iter().any(|node| node.address == *address);
    watch.until(|watch| watch.live().iter().filter(|address| is_honest(*address)).count() == 8).await;
    watch.until(|watch| watch.book_size > 0).await;
    assert!(watch.book_size <= 1_001 + 11, "{} addresses", watch.book_size);
    watch.shutdown().await;
}

#[tokio::test]
async fn after_a_restart_the_saved_addresses_are_enough() {
    let dir = tempfile::tempdir().unwrap();
    let nodes = crowd(12, 11).await;
    let mut watch = Watch::start_in(dir.path(), search(vec![nodes[0].address.clone()], 8));
    watch.until(|watch| watch.live().len() == 9).await;
    watch.shutdown().await;
    let mut again = Watch::start_in(dir.path(), search(vec![], 8));
    again.until(|watch| watch.live().len() == 8).await;
    assert_eq!((&again.seeds, &again.warnings, &again.problems), (&vec![], &vec![], &vec![]));
    again.shutdown().await;
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_with_a_warning_and_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("peers-regtest.dat");
    std::fs::write(&file, "not a file of ours").unwrap();
    let nodes = crowd(3, 2).await;
    let mut watch = Watch::start_in(dir.path(), search(vec![nodes[0].address.clone()], 2));
    watch.until(|watch| watch.live().len() == 3).await;
    let aside = dir.path().join("peers-regtest.dat.damaged");
    let failure = StoreFailure::Damaged { files: 1, damage: Damage::Foreign, set_aside: Ok(aside.clone()) };
    assert_eq!(watch.problems, [StoreProblem { store: Store::Addresses, path: file.clone(), failure }]);
    watch.shutdown().await;
    assert!(std::fs::read(&file).unwrap().starts_with(b"mpulpeer"));
    assert_eq!(std::fs::read_to_string(aside).unwrap(), "not a file of ours");
}

#[tokio::test]
async fn useless_peers_are_replaced_if_discovered_and_kept_if_named() {
    let start = async |number, script| Node::start(listen(number).await, script);
    let blocks_only = Script { version: Version { relay: false, ..version() }, ..Script::default() };
    let no_witness =
        Script { version: Version { services: Services::NETWORK, ..version() }, ..Script::default() };
    let downloading = Script { greeting: vec![Message::FeeFilter(9_936_506)], ..Script::default() };
    let named = Script { greeting: vec![Message::FeeFilter(9_936_506); 3], ..blocks_only.clone() };
    let useless = [
        (start(50, blocks_only).await, Uselessness::BlocksOnly),
        (start(51, no_witness).await, Uselessness::NoWitness),
        (start(52, downloading).await, Uselessness::InitialBlockDownload),
    ];
    let named = start(53, named).await;
    let useful = crowd(2, 1).await;
    let found = useless.iter().map(|(node, _)| node).chain(&useful);
    let answer = vec![found.map(|node| known(node.address.clone())).collect()];
    let guide = start(54, Script { answer, ..Script::default() }).await;
    let mut watch = Watch::start(search(vec![guide.address.clone(), named.address.clone()], 3));
    let useful_are_live = |watch: &Watch| useful.iter().all(|node| watch.live().contains(&node.address));
    watch.until(|watch| useful_are_live(watch) && watch.endings.len() == 3).await;
    for (node, why) in &useless {
        let ending = (node.address.clone(), DisconnectReason::NotUseful(*why));
        assert!(watch.endings.contains(&ending), "{:?}", watch.endings);
    }
    assert!(watch.live().contains(&named.address));
    watch.until(|watch| !watch.warnings.is_empty()).await;
    let warning = Warning::NotUseful { peer: named.address.clone(), why: Uselessness::BlocksOnly };
    assert_eq!(watch.warnings, [warning]);
    watch.shutdown().await;
}

//! How much one peer may announce at a time, and what happens to the rest.

use super::*;
use crate::wire::Wtxid;
use std::collections::{HashSet, VecDeque};

/// The announcements that a busy peer makes.
const ANNOUNCED: u32 = 30_000;

/// How many of these announcements are unanswered at any time.
const UNANSWERED: u32 = 3_000;

/// The announcements in one message.
const BATCH: u32 = 1_000;

fn numbered(number: u32) -> Arc<Transaction> {
    scene::tx(number)
}

fn announcement(numbers: impl Iterator<Item = u32>) -> Input {
    Input::Inv(numbers.map(|number| Inventory::Wtx(numbered(number).wtxid())).collect())
}

/// The entries of the requests among these actions, and how many announcements were dropped.
fn sorted(actions: Vec<Action>) -> (Vec<Inventory>, usize) {
    let (mut requests, mut dropped) = (Vec::new(), 0);
    for action in actions {
        match action {
            Action::Send(_, Message::GetData(list)) => requests.extend(list),
            Action::Emit(EventKind::Peer(
                _,
                PeerEvent::Tolerated(Misbehaviour::TooManyAnnouncements { dropped: count }),
            )) => dropped += count,
            _ => {}
        }
    }
    (requests, dropped)
}

/// All of its thousands of announcements are requested, although each transaction has parents that are
/// requested too.
#[test]
fn every_announcement_of_a_busy_peer_is_requested_besides_the_parents() {
    let mut download = connected();
    let mut transactions = std::collections::HashMap::new();
    let (mut queue, mut requested, mut parents) = (VecDeque::new(), HashSet::new(), 0_u32);
    let (mut announced, mut arrived, mut now) = (0, 0, START);
    while arrived < ANNOUNCED {
        let room = announced - arrived + BATCH <= UNANSWERED;
        let batch = announced..if room { ANNOUNCED.min(announced + BATCH) } else { announced };
        announced = batch.end;
        transactions.extend(batch.clone().map(numbered).map(|tx| (tx.wtxid(), tx)));
        let (_, dropped) = sorted(download.received(ALICE, &announcement(batch), now));
        assert_eq!(dropped, 0, "after {arrived}");
        let (requests, dropped) = sorted(download.timer(now));
        assert_eq!(dropped, 0);
        queue.extend(requests);
        now = now + Duration::from_millis(20);
        // Twenty requests are answered at a time: transactions are served, and parents were confirmed long
        // ago.
        for entry in queue.drain(..queue.len().min(20)) {
            match entry {
                Inventory::Wtx(wtxid) => {
                    requested.insert(wtxid);
                    let tx = transactions.remove(&wtxid).expect("it was announced and not served yet");
                    download.received(ALICE, &valid(&tx), now);
                    arrived += 1;
                    let two = [parents + 1, parents + 2].map(|number| {
                        let mut txid = [0xaa; 32];
                        txid[..4].copy_from_slice(&number.to_le_bytes());
                        Txid(txid)
                    });
                    parents += 2;
                    download.request_parents(ALICE, tx.txid(), &two, now);
                }
                entry => drop(download.received(ALICE, &Input::NotFound(vec![entry]), now)),
            }
        }
    }
    assert_eq!(requested.len(), ANNOUNCED as usize);
}

#[test]
fn what_was_dropped_for_lack_of_room_is_requested_when_it_is_announced_again() {
    let mut download = connected();
    let made_up = |number: u32| Inventory::Wtx(scene::made_up(number));
    download.received(ALICE, &Input::Inv((0..5_000).map(made_up).collect()), START);
    let late = [numbered(1), numbered(2)];
    let late: Vec<_> = late.iter().collect();
    let (_, dropped) = sorted(download.received(ALICE, &inv(&late), START));
    assert_eq!(dropped, 2);
    // Alice has none of the others.
    let mut now = START;
    loop {
        let (requests, _) = sorted(download.timer(now));
        if requests.is_empty() {
            break;
        }
        now = now + Duration::from_secs(1);
        download.received(ALICE, &Input::NotFound(requests), now);
    }
    let ids = |requests: Vec<Inventory>| -> Vec<Wtxid> {
        requests
            .into_iter()
            .filter_map(|entry| if let Inventory::Wtx(id) = entry { Some(id) } else { None })
            .collect()
    };
    download.received(ALICE, &inv(&late[..1]), now);
    assert_eq!(ids(sorted(download.timer(now)).0), [late[0].wtxid()], "by the same peer");
    download.received(BOB, &inv(&late[1..]), now);
    assert_eq!(ids(sorted(download.timer(now)).0), [late[1].wtxid()], "by another peer");
}

#[test]
fn what_was_dropped_for_lack_of_room_is_requested_when_it_is_listed() {
    let mut scene = scene::Scene::new();
    let flooder = scene.connect(1, scene::PLAIN, 0..0);
    scene.announce(flooder, (0..5_000).map(scene::made_up));
    scene.announce(flooder, scene::ids(0..10));
    let lister = scene.connect(2, scene::BLOOM, 0..10);
    scene.list(lister, &scene::ids(0..10));
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 10));
}

//! New blocks on their way to us.

use crate::p2p::block_download::block_requests::*;
use crate::wire::BlockHeader;

const TIMEOUT: Duration = Duration::from_secs(20);
const START: Timestamp = Timestamp::from_secs(1_000);
const A: PeerId = PeerId(9);
const B: PeerId = PeerId(3);
const C: PeerId = PeerId(5);

fn after(secs: u64) -> Timestamp {
    START + Duration::from_secs(secs)
}

fn block(height: u32) -> Arc<Block> {
    let header = BlockHeader {
        version: 1,
        previous: BlockHash::default(),
        merkle_root: [0; 32],
        time: height,
        bits: 0,
        nonce: 0,
    };
    Arc::new(Block { header, hash: header.hash(), size: 80, transactions: vec![] })
}

fn hash(height: u32) -> BlockHash {
    block(height).hash
}

fn requests() -> BlockRequests {
    let mut requests = BlockRequests::new(TIMEOUT);
    for peer in [A, B, C] {
        requests.connected(peer);
    }
    requests
}

impl BlockRequests {
    fn wants(&mut self, heights: impl IntoIterator<Item = u32>) {
        let connected: Vec<_> = heights.into_iter().map(|height| (height, hash(height))).collect();
        self.want(connected, |_| true);
    }

    fn asks(&mut self, now: Timestamp) -> Vec<(PeerId, BlockHash)> {
        self.requests(now).into_iter().map(|request| (request.peer, request.hash)).collect()
    }

    fn next_height(&mut self) -> Option<u32> {
        self.take_next().map(|fetched| fetched.height)
    }
}

#[test]
fn an_announcer_is_asked_first_and_then_anybody() {
    let mut requests = requests();
    requests.wants([1]);
    requests.announced(A, hash(1));
    assert_eq!(requests.asks(START), [(A, hash(1))]);
    assert_eq!(requests.asks(START), []);
    assert_eq!(requests.deadline(), Some(after(20)));
    assert_eq!(requests.asks(after(20)), [(B, hash(1))]);
    requests.announced(C, hash(1));
    requests.not_found(B, hash(1));
    assert_eq!(requests.asks(after(20)), [(C, hash(1))]);
    assert_eq!(requests.received(C, block(1)), BlockReceipt::Taken);
    let fetched = requests.take_next().unwrap();
    assert_eq!((fetched.peer, fetched.height, fetched.block.hash), (C, 1, hash(1)));
    assert_eq!(requests.deadline(), None);
}

#[test]
fn blocks_are_handed_on_in_the_order_of_the_chain() {
    let mut requests = requests();
    requests.wants([1, 2, 3]);
    for height in 1..=3 {
        requests.announced(A, hash(height));
    }
    assert_eq!(requests.asks(START).len(), 3);
    assert_eq!(requests.received(A, block(3)), BlockReceipt::Taken);
    assert_eq!(requests.received(A, block(2)), BlockReceipt::Taken);
    assert_eq!(requests.next_height(), None, "the first is missing");
    assert_eq!(requests.received(A, block(1)), BlockReceipt::Taken);
    let heights: Vec<_> = std::iter::from_fn(|| requests.next_height()).collect();
    assert_eq!(heights, [1, 2, 3]);
}

#[test]
fn only_a_few_are_under_way_at_once() {
    let mut requests = requests();
    requests.wants(1..=10);
    assert_eq!(requests.asks(START).len(), MAX_PARALLEL);
    assert_eq!(requests.received(B, block(1)), BlockReceipt::Taken);
    assert_eq!(requests.asks(START), []);
    assert_eq!(requests.next_height(), Some(1));
    assert_eq!(requests.asks(START), [(B, hash(5))]);
}

#[test]
fn what_was_not_asked_for_is_not_taken() {
    let mut requests = requests();
    requests.wants([1]);
    requests.announced(A, hash(1));
    requests.asks(START);
    assert_eq!(requests.received(B, block(1)), BlockReceipt::NotAsked);
    assert_eq!(requests.received(A, block(2)), BlockReceipt::NotAsked);
    assert_eq!(requests.received(A, block(1)), BlockReceipt::Taken);
    assert_eq!(requests.received(A, block(1)), BlockReceipt::NotAsked, "twice");
}

#[test]
fn a_late_block_is_welcome_and_the_second_one_forgiven() {
    let mut requests = requests();
    requests.wants([1]);
    requests.announced(A, hash(1));
    requests.asks(START);
    assert_eq!(requests.asks(after(20)), [(B, hash(1))]);
    assert_eq!(requests.received(A, block(1)), BlockReceipt::Taken);
    assert_eq!(requests.next_height(), Some(1));
    assert_eq!(requests.received(B, block(1)), BlockReceipt::Late);
    assert_eq!(requests.received(B, block(1)), BlockReceipt::NotAsked);
}

#[test]
fn a_block_that_nobody_serves_is_left_out() {
    let mut requests = requests();
    requests.wants([1, 2]);
    for now in [0, 20, 40] {
        requests.asks(after(now));
        assert_eq!(requests.received(B, block(2)) == BlockReceipt::Taken, now == 0);
        assert_eq!(requests.next_height(), None);
    }
    requests.asks(after(60));
    assert_eq!(requests.next_height(), Some(2));
}

#[test]
fn a_lost_peer_is_replaced_and_a_time_without_peers_is_waited_out() {
    let mut requests = requests();
    requests.wants([1]);
    requests.announced(A, hash(1));
    requests.asks(START);
    for peer in [A, B, C] {
        requests.disconnected(peer);
        assert_eq!(requests.next_height(), None);
    }
    assert_eq!(requests.asks(START), []);
    requests.connected(C);
    assert_eq!(requests.asks(START), [(C, hash(1))]);
}

#[test]
fn a_reorganisation_drops_what_is_no_longer_in_the_chain() {
    let mut requests = requests();
    requests.wants([1, 2]);
    requests.asks(START);
    requests.want([(2, hash(22)), (3, hash(33))], |active| active == hash(1));
    let asked: Vec<_> = requests.asks(START).into_iter().map(|(_, hash)| hash).collect();
    assert_eq!(asked, [hash(22), hash(33)]);
}

#[test]
fn after_a_long_pause_only_the_last_blocks_are_fetched() {
    let mut requests = requests();
    requests.wants(0..1_000);
    assert_eq!(requests.wanted.len(), MAX_CATCH_UP);
    assert_eq!(requests.wanted.front().unwrap().hash, hash(856));
}

#[test]
fn what_left_the_chain_while_it_was_under_way_is_expected_late() {
    let mut requests = requests();
    requests.wants([1, 2]);
    let asked = requests.asks(START);
    assert_eq!(asked.len(), 2);
    requests.want([], |_| false);
    for (height, (peer, _)) in (1..).zip(asked) {
        assert_eq!(requests.received(peer, block(height)), BlockReceipt::Late);
        assert_eq!(requests.received(peer, block(height)), BlockReceipt::NotAsked);
    }
}

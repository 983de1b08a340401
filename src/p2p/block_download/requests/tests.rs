//! New blocks: which peers are asked, and the order of handing on.

use crate::p2p::block_download::requests::*;
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
    fn needs(&mut self, heights: impl IntoIterator<Item = u32>) {
        let connected: Vec<_> = heights.into_iter().map(|height| (height, hash(height))).collect();
        self.need(connected, |_| true, START);
    }

    fn sends(&mut self, now: Timestamp) -> Vec<(PeerId, BlockHash)> {
        self.requests(now).into_iter().map(|request| (request.peer, request.hash)).collect()
    }

    fn next_height(&mut self) -> Option<u32> {
        self.take_next().map(|downloaded| downloaded.height)
    }
}

#[test]
fn an_announcer_is_asked_first_and_then_any_server() {
    let mut requests = requests();
    requests.needs([1]);
    requests.announced(A, hash(1), START);
    assert_eq!(requests.sends(START), [(A, hash(1))]);
    assert_eq!(requests.sends(START), []);
    assert_eq!(requests.deadline(after(5)), Some(after(20)));
    assert_eq!(requests.sends(after(20)), [(B, hash(1))]);
    requests.announced(C, hash(1), START);
    requests.not_found(B, hash(1), after(20));
    assert_eq!(requests.sends(after(20)), [(C, hash(1))]);
    assert_eq!(requests.received(C, block(1)), BlockReceipt::Accepted);
    let downloaded = requests.take_next().unwrap();
    assert_eq!((downloaded.peer, downloaded.height, downloaded.block.hash), (C, 1, hash(1)));
    assert_eq!(requests.deadline(after(20)), None);
}

#[test]
fn blocks_are_handed_on_in_the_order_of_the_chain() {
    let mut requests = requests();
    requests.needs([1, 2, 3]);
    for height in 1..=3 {
        requests.announced(A, hash(height), START);
    }
    assert_eq!(requests.sends(START).len(), 3);
    assert_eq!(requests.received(A, block(3)), BlockReceipt::Accepted);
    assert_eq!(requests.received(A, block(2)), BlockReceipt::Accepted);
    assert_eq!(requests.next_height(), None, "the first is missing");
    assert_eq!(requests.received(A, block(1)), BlockReceipt::Accepted);
    let heights: Vec<_> = std::iter::from_fn(|| requests.next_height()).collect();
    assert_eq!(heights, [1, 2, 3]);
}

#[test]
fn only_a_few_blocks_are_requested_at_once() {
    let mut requests = requests();
    requests.needs(1..=10);
    assert_eq!(requests.sends(START).len(), MAX_PARALLEL);
    assert_eq!(requests.received(B, block(1)), BlockReceipt::Accepted);
    assert_eq!(requests.sends(START), []);
    assert_eq!(requests.next_height(), Some(1));
    assert_eq!(requests.sends(START), [(B, hash(5))]);
}

#[test]
fn an_unrequested_block_is_not_accepted() {
    let mut requests = requests();
    requests.needs([1]);
    requests.announced(A, hash(1), START);
    requests.sends(START);
    assert_eq!(requests.received(B, block(1)), BlockReceipt::Unrequested);
    assert_eq!(requests.received(A, block(2)), BlockReceipt::Unrequested);
    assert_eq!(requests.received(A, block(1)), BlockReceipt::Accepted);
    assert_eq!(requests.received(A, block(1)), BlockReceipt::Unrequested, "twice");
}

#[test]
fn a_late_block_is_accepted_and_the_second_one_tolerated() {
    let mut requests = requests();
    requests.needs([1]);
    requests.announced(A, hash(1), START);
    requests.sends(START);
    assert_eq!(requests.sends(after(20)), [(B, hash(1))]);
    assert_eq!(requests.received(A, block(1)), BlockReceipt::Accepted);
    assert_eq!(requests.next_height(), Some(1));
    assert_eq!(requests.received(B, block(1)), BlockReceipt::Late);
    assert_eq!(requests.received(B, block(1)), BlockReceipt::Unrequested);
}

#[test]
fn a_disconnected_peer_is_replaced_and_a_time_without_peers_waited_out() {
    let mut requests = requests();
    requests.needs([1]);
    requests.announced(A, hash(1), START);
    requests.sends(START);
    for peer in [A, B, C] {
        requests.disconnected(peer);
        assert_eq!(requests.next_height(), None);
    }
    assert_eq!(requests.sends(START), []);
    requests.connected(C);
    assert_eq!(requests.sends(START), [(C, hash(1))]);
}

#[test]
fn a_reorg_drops_the_blocks_that_left_the_chain() {
    let mut requests = requests();
    requests.needs([1, 2]);
    requests.sends(START);
    requests.need([(2, hash(22)), (3, hash(33))], |active| active == hash(1), START);
    let asked: Vec<_> = requests.sends(START).into_iter().map(|(_, hash)| hash).collect();
    assert_eq!(asked, [hash(22), hash(33)]);
}

#[test]
fn after_a_long_pause_only_the_last_blocks_are_requested() {
    let mut requests = requests();
    requests.needs(0..1_000);
    assert_eq!(requests.needed.len(), MAX_CATCH_UP);
    assert_eq!(requests.needed.front().unwrap().hash, hash(856));
}

#[test]
fn the_answer_for_a_block_that_left_the_chain_is_expected_late() {
    let mut requests = requests();
    requests.needs([1, 2]);
    let asked = requests.sends(START);
    assert_eq!(asked.len(), 2);
    requests.need([], |_| false, START);
    for (height, (peer, _)) in (1..).zip(asked) {
        assert_eq!(requests.received(peer, block(height)), BlockReceipt::Late);
        assert_eq!(requests.received(peer, block(height)), BlockReceipt::Unrequested);
    }
}

//! Every way to announce a block × every way to fail to serve it × when an honest peer has it: the block is
//! reported exactly once, as soon as the honest peer can serve it.

use super::scene::*;
use crate::event::{EventKind, PeerId};
use crate::p2p::action::Action;
use crate::p2p::input::Input;
use crate::wire::block::BlockError;
use crate::wire::{Block, BlockTransactions, CompactBlock, Inventory, Message, Transaction};
use std::sync::Arc;
use std::time::Duration;

/// The peer that announces the block first.
const FIRST: PeerId = A;
/// The peer that serves it.
const HONEST: PeerId = B;

/// One step of the simulation.
const STEP: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Announcement {
    Inv,
    Headers,
    Compact,
}

/// How the first peer fails when asked for the block or parts of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Silent,
    NotFound,
    Closes,
    /// Sends a part of an answer, and closes the connection after a second.
    ClosesHalfWay,
    /// Sends a part of an answer every half second, and never the end.
    Trickles,
    /// Sends transactions other than the block's.
    Mutates,
    /// Sends fewer transactions than requested.
    SendsTooFew,
    /// Sends the block, but after 25 s.
    Late,
}

const ANNOUNCEMENTS: [Announcement; 3] = [Announcement::Inv, Announcement::Headers, Announcement::Compact];

const FAULTS: [Fault; 8] = [
    Fault::Silent,
    Fault::NotFound,
    Fault::Closes,
    Fault::ClosesHalfWay,
    Fault::Trickles,
    Fault::Mutates,
    Fault::SendsTooFew,
    Fault::Late,
];

/// A peer's action, and when it takes place.
enum Step {
    Says(PeerId, Input),
    Leaves(PeerId),
}

struct Race {
    scene: Scene,
    block: Block,
    fault: Fault,
    /// When the honest peer gets the block.
    honest_at: Duration,
    elapsed: Duration,
    due: Vec<(Duration, Step)>,
    /// When the block was reported, and which peer delivered it.
    reported: Vec<(Duration, PeerId)>,
    gone: Vec<PeerId>,
}

impl Race {
    fn new(fault: Fault, honest_at: Duration) -> Self {
        let mut scene = Scene::synced(&[FIRST, HONEST], &[]);
        for peer in [FIRST, HONEST] {
            scene.says(peer, &Input::SendCmpct);
        }
        scene.timer();
        let block = mine(START, genesis(), 1, vec![transaction(1), transaction(2)]);
        let (elapsed, due) = (Duration::ZERO, vec![]);
        Self { scene, block, fault, honest_at, elapsed, due, reported: vec![], gone: vec![] }
    }

    fn at(&mut self, after: Duration, step: Step) {
        self.due.push((self.elapsed + after, step));
    }

    fn announce(&mut self, after: Duration, peer: PeerId, by: Announcement) {
        let input = match by {
            Announcement::Inv => inv(&self.block),
            Announcement::Headers => headers(std::slice::from_ref(&self.block)),
            Announcement::Compact => compact(&self.block),
        };
        self.at(after, Step::Says(peer, input));
    }

    /// Plays until `end`.
    fn play(&mut self, end: Duration) {
        while self.elapsed <= end {
            let (due, later) =
                std::mem::take(&mut self.due).into_iter().partition(|(at, _)| *at <= self.elapsed);
            self.due = later;
            let due: Vec<(Duration, Step)> = due;
            for (_, step) in due {
                match step {
                    Step::Says(peer, input) if !self.gone.contains(&peer) => {
                        let actions = self.scene.says(peer, &input);
                        self.follow(actions);
                    }
                    Step::Leaves(peer) if !self.gone.contains(&peer) => self.leave(peer),
                    Step::Says(..) | Step::Leaves(_) => {}
                }
            }
            let actions = self.scene.timer();
            self.follow(actions);
            self.scene.wait(STEP);
            self.elapsed += STEP;
        }
    }

    fn leave(&mut self, peer: PeerId) {
        self.gone.push(peer);
        self.scene.disconnect(peer);
    }

    fn follow(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Emit(EventKind::Block { peer, .. }) => self.reported.push((self.elapsed, peer)),
                Action::Disconnect(peer, _) => {
                    assert_ne!(peer, HONEST, "the honest peer is blamed");
                    self.leave(peer);
                }
                Action::Send(FIRST, message) => self.fail(&message),
                Action::Send(HONEST, message) if self.elapsed >= self.honest_at => {
                    self.serve(HONEST, STEP, &message);
                }
                _ => {}
            }
        }
    }

    fn is_for_block(message: &Message) -> bool {
        matches!(message, Message::GetData(_) | Message::GetBlockTxn(_))
    }

    /// Answers like an honest peer.
    fn serve(&mut self, peer: PeerId, after: Duration, message: &Message) {
        let input = match message {
            Message::GetHeaders { .. } => headers(std::slice::from_ref(&self.block)),
            Message::GetData(list) if matches!(list[..], [Inventory::CompactBlock(_)]) => {
                compact(&self.block)
            }
            Message::GetData(_) => whole(&self.block),
            Message::GetBlockTxn(request) => {
                let wanted =
                    request.indexes.iter().map(|index| self.block.transactions[usize::from(*index)].clone());
                block_txn(&self.block, wanted.collect())
            }
            _ => return,
        };
        self.at(after, Step::Says(peer, input));
    }

    /// Answers like the first peer.
    fn fail(&mut self, message: &Message) {
        if !Self::is_for_block(message) {
            return self.serve(FIRST, STEP, message);
        }
        match self.fault {
            Fault::Silent => {}
            Fault::NotFound => {
                let input = Input::NotFound(vec![Inventory::WitnessBlock(self.block.hash)]);
                self.at(STEP, Step::Says(FIRST, input));
            }
            Fault::Closes => self.at(STEP, Step::Leaves(FIRST)),
            Fault::ClosesHalfWay => {
                self.at(STEP, Step::Says(FIRST, Input::Receiving));
                self.at(Duration::from_secs(1), Step::Leaves(FIRST));
            }
            Fault::Trickles => {
                for half in 1..400 {
                    self.at(Duration::from_millis(500) * half, Step::Says(FIRST, Input::Receiving));
                }
            }
            Fault::Late => self.serve(FIRST, Duration::from_secs(25), message),
            Fault::Mutates | Fault::SendsTooFew => {
                let input = match message {
                    Message::GetBlockTxn(request) => {
                        let others = (7..).take(request.indexes.len()).map(transaction);
                        let missing = usize::from(self.fault == Fault::SendsTooFew);
                        block_txn(&self.block, others.skip(missing).collect())
                    }
                    Message::GetData(list) if matches!(list[..], [Inventory::CompactBlock(_)]) => {
                        compact(&self.block)
                    }
                    _ => Input::Block(Arc::new(self.block.clone()), Err(BlockError::MerkleRoot)),
                };
                self.at(STEP, Step::Says(FIRST, input));
            }
        }
    }
}

fn compact(block: &Block) -> Input {
    let compact = CompactBlock::of(block.header, 7, &block.transactions);
    Input::CompactBlock(Box::new(compact), Ok(block.hash))
}

fn block_txn(block: &Block, transactions: Vec<Transaction>) -> Input {
    Input::BlockTxn(BlockTransactions { hash: block.hash, transactions })
}

#[test]
fn however_peers_fail_the_block_is_reported_once_as_soon_as_an_honest_peer_can_serve_it() {
    let mut cells = 0;
    for fault in FAULTS {
        for first_by in ANNOUNCEMENTS {
            for honest_by in ANNOUNCEMENTS {
                for honest_ms in [0, 300, 3_000, 30_000] {
                    let honest_at = Duration::from_millis(honest_ms);
                    let mut race = Race::new(fault, honest_at);
                    race.announce(Duration::ZERO, FIRST, first_by);
                    race.announce(honest_at, HONEST, honest_by);
                    race.play(Duration::from_secs(70));
                    let cell = format!(
                        "{fault:?}, announced by {first_by:?}, the other by {honest_by:?} {honest_ms} ms later"
                    );
                    let [(at, _)] = race.reported[..] else { panic!("{cell}: {:?}", race.reported) };
                    // Two seconds of silence, and some round trips.
                    let limit = match fault {
                        Fault::Trickles => Duration::from_mins(1).max(honest_at),
                        _ => honest_at,
                    };
                    assert!(at <= limit + Duration::from_millis(2_500), "{cell}: {at:?}");
                    cells += 1;
                }
            }
        }
    }
    assert_eq!(cells, 288);
}

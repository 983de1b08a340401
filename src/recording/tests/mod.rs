//! Recordings play back what happened, whatever happened to the disk.

mod disks;
mod folders;
mod fuzz;
mod playback;

use crate::chain::opcodes::OP_RETURN;
use crate::event::{Event, EventKind, PeerEvent, PeerId, Warning};
use crate::model::testing::{Scene, address, block, coin, info, loose, output, parts, spend};
use crate::model::{Keyframe, Model};
use crate::recording::frame::FrameBuilder;
use crate::recording::recorder::Recorder;
use crate::recording::writer::{Disk, FileSystem, MAX_FILE};
use crate::recording::{Item, Player, RecordingFile, find, folder, keyframe};
use crate::schema;
use crate::schema::message::Record;
use crate::schema::message::record::Content;
use crate::util::time::Timestamp;
use crate::wire::{Block, TxHash};
use bytes::Bytes;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

const KEEP: u64 = 1 << 40;

/// A recording in progress, with its model.
struct Studio {
    recorder: Recorder,
    scene: Scene,
    events: Vec<Event>,
}

impl Studio {
    fn new(folder: &Path) -> Self {
        Self::with(folder, KEEP, Box::new(FileSystem))
    }

    fn with(folder: &Path, keep: u64, disk: Box<dyn Disk>) -> Self {
        let recorder = Recorder::on(folder.to_owned(), keep, disk).unwrap();
        Self { recorder, scene: Scene::new(), events: Vec::new() }
    }

    fn happen(&mut self, kind: EventKind) -> &mut Self {
        let event = Event { time: self.scene.now, kind };
        self.recorder.note(&event, &self.scene.model);
        self.scene.model.apply(&event);
        self.events.push(event);
        self
    }

    fn peer(&mut self, peer: u64, event: PeerEvent) -> &mut Self {
        self.happen(EventKind::Peer(PeerId(peer), event))
    }

    fn connect(&mut self, peer: u64) -> &mut Self {
        let kind = crate::event::ConnectionKind::Outbound;
        self.peer(peer, PeerEvent::Dialling { address: address(peer), kind, attempt: 1 })
            .peer(peer, PeerEvent::Connected { transport: crate::event::Transport::V1 })
            .peer(peer, PeerEvent::Ready(Box::new(info())))
            .peer(peer, PeerEvent::FeeFilter { sat_per_kvb: 1_000 })
    }

    fn pass(&mut self, seconds: u64) -> &mut Self {
        self.scene.pass(seconds);
        self
    }

    /// Two peers, transactions with and without parents, a replacement, a block, and its aftermath.
    fn life(&mut self, seed: u32) -> &mut Self {
        let parent = spend(&[coin(seed)], &[5_000, 7_000]);
        let child = spend(&[output(&parent, 0)], &[4_000]);
        let replaced = spend(&[coin(seed + 1)], &[9_000]);
        let replacement = spend(&[coin(seed + 1)], &[8_000]);
        for (peer, tx) in [
            (1, &parent),
            (2, &parent),
            (1, &child),
            (1, &replaced),
            (2, &replacement),
            (2, &loose(seed + 2)),
        ] {
            self.peer(peer, PeerEvent::Announced { txs: vec![TxHash::Wtxid(tx.wtxid())], count: 1 });
            let answered_after = Duration::from_millis(3);
            self.peer(peer, PeerEvent::Transaction { tx: Arc::clone(tx), answered_after }).pass(1);
        }
        // Announced but never delivered.
        let wtxid = loose(seed + 3).wtxid();
        self.peer(1, PeerEvent::Announced { txs: vec![TxHash::Wtxid(wtxid)], count: 1 });
        self.peer(1, PeerEvent::Pong { rtt: Duration::from_millis(40) });
        let block = reparsed(&block(&[&parent]));
        self.happen(EventKind::Block { peer: PeerId(1), height: seed, block }).pass(1)
    }

    /// Waits until everything handed over has been written.
    async fn settle(&mut self) -> &mut Self {
        self.recorder.flush();
        while self.recorder.is_busy() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self
    }

    async fn close(self) -> (Model, Vec<Event>) {
        assert_eq!(self.recorder.close().await, None);
        (self.scene.model, self.events)
    }
}

fn reparsed(block: &Block) -> Arc<Block> {
    let mut raw = Vec::new();
    block.encode(&mut raw);
    Arc::new(Block::parse(&raw).unwrap())
}

fn player(folder: &Path) -> Player {
    Player::open(&find(&[folder.to_owned()]).unwrap()).unwrap()
}

/// The events of a recording, without known outputs.
fn events(mut player: Player) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(item) = player.next_item() {
        match item {
            Item::Event(event) if !matches!(event.kind, EventKind::KnownOutputs(_)) => events.push(event),
            Item::Gap { .. } | Item::Damage(_) => panic!("{item:?}"),
            _ => {}
        }
    }
    events
}

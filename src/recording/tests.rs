//! Recordings play back what happened, whatever happened to the disk.

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

/// The keyframes of a recording.
fn keyframes(player: Player) -> Vec<(Keyframe, Model, Timestamp)> {
    let mut player = player.with_every_keyframe();
    let mut found = Vec::new();
    while let Some(item) = player.next_item() {
        if let Item::File { model, keyframe, start, .. } = item {
            found.push((*keyframe, *model, start));
        }
    }
    found
}

#[tokio::test]
async fn what_was_recorded_is_played() {
    let folder = tempfile::tempdir().unwrap();
    let mut studio = Studio::new(folder.path());
    studio.connect(1).connect(2).life(100).life(200);
    let (_, recorded) = studio.close().await;
    assert_eq!(events(player(folder.path())), recorded);
}

#[tokio::test]
async fn every_kind_of_event_is_played_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut studio = Studio::new(folder.path());
    for kind in schema::tests::all_kinds() {
        studio.happen(kind);
    }
    let (_, recorded) = studio.close().await;
    let expected = recorded.into_iter().filter(|event| !matches!(event.kind, EventKind::KnownOutputs(_)));
    assert_eq!(events(player(folder.path())), expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_file_begins_every_hour_with_the_state_from_which_a_model_continues() {
    let folder = tempfile::tempdir().unwrap();
    let mut studio = Studio::new(folder.path());
    studio.connect(1).connect(2).life(100).settle().await;
    let before = studio.scene.model.keyframe(studio.scene.now + Duration::from_hours(1));
    studio.pass(3_600);
    let second = studio.scene.now;
    studio.life(200);
    let (_, recorded) = studio.close().await;
    let frames = keyframes(player(folder.path()));
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[0].0.entries, []);
    let (keyframe, model, start) = &frames[1];
    assert_eq!((keyframe, *start), (&before, second));
    assert!(keyframe.entries.len() >= 3 && keyframe.events.len() >= 10);
    assert_eq!(model.keyframe(second), before, "a model that continues is in the same state");
    // From the second file on, the same events follow.
    let mut from_second = player(folder.path());
    from_second.go_to_file(second);
    let later: Vec<_> = recorded.into_iter().filter(|event| event.time >= second).collect();
    assert_eq!(events(from_second), later);
}

#[tokio::test]
async fn a_file_that_was_cut_anywhere_is_played_up_to_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut studio = Studio::new(folder.path());
    studio.connect(1).connect(2);
    for second in 0..3 {
        studio.life(100 + 10 * second);
        // The thread writes waiting messages after a second of silence.
        studio.recorder.flush();
        std::thread::sleep(Duration::from_millis(1_100));
    }
    let (_, recorded) = studio.close().await;
    let path = find(&[folder.path().to_owned()]).unwrap().remove(0);
    let whole = fs::read(&path).unwrap();
    let mut most = 0;
    for length in 0..whole.len() {
        let cut = folder.path().join("cut");
        fs::write(&cut, &whole[..length]).unwrap();
        let Ok(file) = RecordingFile::open(&cut) else { continue };
        let is_cut = file.cut() > 0;
        let mut reader = Player::open(&[cut]).unwrap();
        let mut played = Vec::new();
        while let Some(item) = reader.next_item() {
            match item {
                Item::Event(event) => played.push(event),
                Item::Damage(error) => {
                    assert!(played.is_empty(), "only the keyframe may be missing: {error}");
                }
                _ => {}
            }
        }
        assert_eq!(played, recorded[..played.len()], "{length}");
        assert!(played.len() >= most && (is_cut || !played.is_empty() || length < 5_000));
        most = played.len();
    }
    assert_eq!(most, recorded.len());
}

#[tokio::test]
async fn a_file_ends_after_256_mb_and_the_next_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut studio = Studio::new(folder.path());
    let mut state = 1_u64;
    // Incompressible data (xorshift: Marsaglia 2003).
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut parts = parts(&[coin(1)], &[1]);
    parts.outputs[0].script_pubkey = (0..500_000).flat_map(|_| random()).collect();
    let large = reparsed(&block(&[&Arc::new(parts.build().unwrap())]));
    for height in 0..72 {
        let block = Arc::clone(&large);
        studio.happen(EventKind::PastBlock { peer: PeerId(1), height, block }).pass(1);
        if height % 10 == 9 {
            studio.settle().await;
        }
    }
    let (_, recorded) = studio.close().await;
    let paths = find(&[folder.path().to_owned()]).unwrap();
    let [first, second] = &paths[..] else { panic!("{} files", paths.len()) };
    let [first, second] = [first, second].map(|path| path.metadata().unwrap().len());
    // The writer reports the length with a delay; up to ten blocks may be on the way.
    assert!((MAX_FILE..MAX_FILE + 44_000_000).contains(&first), "{first} bytes, and then {second}");
    let mut player = player(folder.path());
    let mut times = Vec::new();
    while let Some(item) = player.next_item() {
        match item {
            Item::Event(event) => times.push(event.time),
            Item::File { .. } => assert!(times.is_empty(), "the events before lead to the second file"),
            Item::Gap { .. } | Item::Damage(_) => panic!("{item:?}"),
        }
    }
    assert_eq!(times, recorded.iter().map(|event| event.time).collect::<Vec<_>>());
}

/// A disk that writes when allowed to.
struct SlowDisk(Option<Receiver<()>>);

struct SlowFile(Receiver<()>, fs::File);

impl Disk for SlowDisk {
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn Write + Send>> {
        let file = fs::File::create(path)?;
        Ok(match self.0.take() {
            Some(gate) => Box::new(SlowFile(gate, file)),
            None => Box::new(file),
        })
    }
}

impl Write for SlowFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Once the other end is gone, the disk is fast.
        let _ = self.0.recv();
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.1.flush()
    }
}

fn slow(folder: &Path) -> (Studio, SyncSender<()>) {
    let (open, gate) = sync_channel(0);
    (Studio::with(folder, KEEP, Box::new(SlowDisk(Some(gate)))), open)
}

#[tokio::test]
async fn a_disk_that_is_too_slow_leaves_out_whole_seconds_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (mut studio, open) = slow(folder.path());
    // Each event has 4 MB, and the queue has room for 64.
    let mut parts = parts(&[coin(1)], &[1]);
    parts.outputs[0].script_pubkey = vec![OP_RETURN; 4_000_000];
    let large = reparsed(&block(&[&Arc::new(parts.build().unwrap())]));
    for height in 0..60 {
        let block = Arc::clone(&large);
        studio.happen(EventKind::PastBlock { peer: PeerId(1), height, block });
        if height % 3 == 2 {
            studio.pass(1);
        }
    }
    drop(open);
    studio.settle().await;
    studio.pass(1).peer(1, PeerEvent::Pinged).pass(1).peer(1, PeerEvent::Pinged);
    let Warning::RecordingGap { secs, events } = studio.recorder.warning().await else { panic!() };
    // A minute later, a file with a complete state begins.
    studio.settle().await.pass(60).peer(1, PeerEvent::Pinged);
    let (model, _) = studio.close().await;
    let mut player = player(folder.path());
    let (mut seen, mut gaps, mut files) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(item) = player.next_item() {
        match item {
            Item::Event(event) => seen.push(event.time),
            Item::Gap { from, to, events } => gaps.push((from, to, events)),
            Item::File { model, start, follows, .. } => files.push((model, start, follows)),
            Item::Damage(error) => panic!("{error}"),
        }
    }
    let [(from, to, lost)] = gaps[..] else { panic!("{gaps:?}") };
    assert_eq!((lost, secs), (events, to.as_secs() - from.as_secs() + 1));
    assert_eq!(seen.len() as u64 + lost, 63);
    assert!(seen.iter().all(|time| *time < from || *time > to), "no second is there in part");
    assert!(seen.len() >= 8, "what the queue has room for is there");
    let [_, (state, start, follows)] = &files[..] else { panic!("{} files", files.len()) };
    assert!(!follows, "the events before do not lead there");
    assert_eq!(state.keyframe(*start).blocks, model.keyframe(*start).blocks);
}

/// A disk that is full.
struct FullDisk;

impl Disk for FullDisk {
    fn create(&mut self, _: &Path) -> io::Result<Box<dyn Write + Send>> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[tokio::test]
async fn a_disk_that_is_full_ends_the_recording_with_one_warning() {
    let folder = tempfile::tempdir().unwrap();
    let mut studio = Studio::with(folder.path(), KEEP, Box::new(FullDisk));
    studio.connect(1);
    let warning = studio.recorder.warning().await;
    let said = warning.to_string();
    assert!(said.ends_with("no storage space; nothing more is recorded"), "{said}");
    studio.life(100);
    assert_eq!(studio.recorder.close().await, None);
}

#[test]
fn the_oldest_files_make_room_whatever_their_network() {
    let dir = tempfile::tempdir().unwrap();
    let at = |network, secs| dir.path().join(folder::name(network, Timestamp::from_secs(secs), 1));
    let [main, test] = [crate::chain::Network::Mainnet, crate::chain::Network::Testnet4];
    let files = [at(test, 1_700_000_000), at(main, 1_700_003_600), at(test, 1_700_007_200)];
    let other = dir.path().join("notes.txt");
    for path in files.iter().chain([&other]) {
        fs::write(path, [0; 100]).unwrap();
    }
    let left = || files.iter().map(|path| path.exists()).collect::<Vec<_>>();
    folder::make_room(dir.path(), None, 300).unwrap();
    assert_eq!(left(), [true; 3]);
    folder::make_room(dir.path(), None, 299).unwrap();
    assert_eq!(left(), [false, true, true]);
    folder::make_room(dir.path(), Some(&files[1]), 0).unwrap();
    assert_eq!(left(), [false, true, false], "the current file stays");
    assert!(other.exists(), "other files are left alone");
    assert_eq!(files[0].file_name().unwrap().to_str(), Some("testnet4-20231114-221320-000.mempulse.zst"));
}

#[tokio::test]
async fn two_recordings_that_begin_with_the_same_event_are_both_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorded = 0;
    for _ in 0..3 {
        let mut studio = Studio::new(dir.path());
        studio.life(7);
        recorded += studio.close().await.1.len();
    }
    assert_eq!(player(dir.path()).files().len(), 3);
    assert_eq!(events(player(dir.path())).len(), recorded);
}

#[tokio::test]
async fn one_process_records_into_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let settings = crate::recording::RecordingSettings { folder: dir.path().join("new"), keep: KEEP };
    let first = Recorder::start(settings.clone()).unwrap();
    let refused = Recorder::start(settings.clone()).unwrap_err().to_string();
    assert!(refused.ends_with("in use by another mempulse"), "{refused}");
    first.close().await;
    assert!(Recorder::start(settings).is_ok());
}

#[test]
fn other_files_are_refused_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    let refused = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        Player::open(std::slice::from_ref(&path)).unwrap_err().why.to_string()
    };
    for content in [&b""[..], b"hello", &[0; 100], b"\x5e\x2a\x4d\x18\xff\xff\xff\xff"] {
        assert_eq!(refused(content), "not a recording of mempulse");
    }
    let newer = b"\x5e\x2a\x4d\x18\x16\0\0\0mempulse recording\x07\0\0\0";
    assert_eq!(refused(newer), "recording of version 7: this mempulse reads version 1");
    let empty: PathBuf = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let said = find(&[empty]).unwrap_err().to_string();
    assert!(said.ends_with("no recordings here: their names end in .mempulse.zst"), "{said}");
}

/// Messages as in a frame, each prefixed with its length.
fn play_messages(bytes: &[u8]) {
    let mut rest = Bytes::copy_from_slice(bytes);
    let mut state = Keyframe::default();
    let mut happened = Vec::new();
    while let Ok(length) = prost::encoding::decode_varint(&mut rest) {
        let Some(length) = usize::try_from(length).ok().filter(|length| *length <= rest.len()) else { break };
        let Ok(record) = schema::decode_record(rest.split_to(length)) else { continue };
        match record.content {
            Some(Content::Event(event)) => happened.extend(schema::decode(event).ok().flatten()),
            Some(content) => _ = keyframe::read(&mut state, content),
            None => {}
        }
    }
    let settings = crate::model::testing::settings();
    let Some(mut model) = Model::from_keyframe(settings, &state, Timestamp::from_secs(1_800_000_000)) else {
        return;
    };
    let mut builder = FrameBuilder::new().unwrap();
    for event in happened {
        model.apply(&event);
        if let Some(message) = schema::encode(&event) {
            builder.add(&Record { content: Some(Content::Event(message)) });
        }
    }
    let _ = model.keyframe(Timestamp::from_secs(1_800_000_000));
}

#[test]
fn fuzz_recording_messages() {
    crate::util::fuzz::target("recording_messages", play_messages);
}

#[test]
fn fuzz_recording_file() {
    crate::util::fuzz::target("recording_file", |bytes| {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        let Ok(mut player) = Player::open(&[file.path().to_owned()]) else { return };
        while player.next_item().is_some() {}
        player.blocks_around(Timestamp::from_secs(1_700_000_000));
    });
}

/// `UPDATE_CORPUS=1` writes a recording and its messages as the seeds of the fuzz targets.
#[tokio::test]
async fn the_seeds_of_the_fuzz_targets_are_recordings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let [file, messages] = [root.join("recording_file/short"), root.join("recording_messages/short")];
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        let folder = tempfile::tempdir().unwrap();
        let mut studio = Studio::new(folder.path());
        studio.connect(1).connect(2).life(100);
        studio.close().await;
        let recorded = find(&[folder.path().to_owned()]).unwrap().remove(0);
        for path in [&file, &messages] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
        }
        fs::write(&messages, zstd::decode_all(&fs::read(&recorded).unwrap()[..]).unwrap()).unwrap();
        fs::copy(recorded, &file).unwrap();
    }
    let mut player = Player::open(&[file]).unwrap();
    let mut count = 0;
    while player.next_item().is_some() {
        count += 1;
    }
    assert!(count > 20);
    play_messages(&fs::read(messages).unwrap());
}

//! Disks that are slow or full.

use super::*;

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
    let message = warning.to_string();
    assert!(message.ends_with("no storage space; nothing more is recorded"), "{message}");
    studio.life(100);
    assert_eq!(studio.recorder.close().await, None);
}

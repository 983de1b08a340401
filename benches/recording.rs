//! What a recording costs, and how fast it is replayed: a day of mainnet with 600,000 transactions of its mean size,
//! each announced by eight peers, and a full block every ten minutes.

mod feed;

use feed::START;
use feed::day::{Day, cpu, own_cpu, per_event};
use mempulse::chain::Network;
use mempulse::event::Event;
use mempulse::model::{Model, ModelSettings};
use mempulse::recording::{Item, Player, Recorder, RecordingSettings, find};
use std::path::Path;
use std::time::{Duration, Instant};

/// A day.
const SECONDS: u64 = 86_400;

fn model() -> Model {
    Model::new(ModelSettings::new(Network::Mainnet, START))
}

/// Returns the CPU time of the calling thread for `each` on the events of a day, and their number.
fn compute(mut each: impl FnMut(&Event)) -> (Duration, u64) {
    let before = own_cpu();
    let mut events = 0;
    Day::new(8).run(SECONDS, |event| {
        each(&event);
        events += 1;
    });
    (own_cpu().saturating_sub(before), events)
}

/// Times are CPU times of threads, so that other work on the machine hardly counts.
async fn record(folder: &Path) {
    let (making, _) = compute(|_| {});
    let mut alone = model();
    let (applying, events) = compute(|event| _ = alone.apply(event));
    drop(alone);
    let settings = RecordingSettings { folder: folder.to_owned(), keep: 1 << 50 };
    let mut recorder = Recorder::start(settings).expect("the folder can be written to");
    let mut model = model();
    let before = cpu().saturating_sub(own_cpu());
    let (noting, _) = compute(|event| {
        // The day is recorded faster than it would pass: the disk is waited for.
        while recorder.queued() > 16 << 20 {
            std::thread::sleep(Duration::from_millis(1));
        }
        recorder.note(event, &model);
        model.apply(event);
    });
    recorder.flush();
    while recorder.queued() > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let writer = cpu().saturating_sub(own_cpu()).saturating_sub(before);
    assert_eq!(recorder.close().await, None);
    let noted = noting.saturating_sub(applying);
    let applied = applying.saturating_sub(making);
    println!("{events} events");
    println!("  taken from the monitor's thread: {}", per_event(noted, events));
    println!("  in the thread that writes:       {}", per_event(writer, events));
    println!("  for comparison, the model:       {}", per_event(applied, events));
    let files = find(&[folder.to_owned()]).expect("there are files");
    let bytes: u64 = files.iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum();
    println!(
        "  {} files of {} MB together, {} bytes per event",
        files.len(),
        bytes / 1_000_000,
        bytes / events
    );
}

fn replay(folder: &Path) {
    let mut player =
        Player::open(&find(&[folder.to_owned()]).expect("there are files")).expect("they are sound");
    let (begun, before) = (Instant::now(), own_cpu());
    let (mut model, mut events) = (model(), 0_u64);
    while let Some(item) = player.next_item() {
        match item {
            Item::Event(event) => {
                model.apply(&event);
                events += 1;
            }
            Item::File { model: first, .. } => model = *first,
            Item::Gap { .. } | Item::Damage(_) => panic!("{item:?}"),
        }
    }
    println!(
        "replayed in {:.1?}, of which {:.1?} were computed: {events} events, {} in the mempool",
        begun.elapsed(),
        own_cpu().saturating_sub(before),
        model.transactions().len()
    );
}

fn seek(folder: &Path) {
    let mut player =
        Player::open(&find(&[folder.to_owned()]).expect("there are files")).expect("they are sound");
    let starts: Vec<_> = player.files().iter().map(mempulse::recording::RecordingFile::start).collect();
    let mut times = Vec::new();
    // The end of an hour is as far from a keyframe as any moment can be.
    for start in starts.iter().skip(2).step_by(5) {
        let to = *start - Duration::from_secs(1);
        let before = own_cpu();
        player.go_to_file(to);
        let mut model = model();
        while let Some(item) = player.next_item() {
            match item {
                Item::Event(event) if event.time > to => break,
                Item::Event(event) => _ = model.apply(&event),
                Item::File { model: first, .. } => model = *first,
                Item::Gap { .. } | Item::Damage(_) => panic!("{item:?}"),
            }
        }
        times.push(own_cpu().saturating_sub(before));
    }
    println!("sought the end of an hour in {:.2?} at most", times.iter().max().expect("some"));
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(record(folder.path()));
    replay(folder.path());
    seek(folder.path());
}

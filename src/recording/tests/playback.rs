//! What was recorded is played.

use super::*;

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

//! Arbitrary files and messages.

use super::*;

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

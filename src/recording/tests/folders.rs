//! The files of a folder: which are kept, removed or refused.

use super::*;

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
    let message = find(&[empty]).unwrap_err().to_string();
    assert!(message.ends_with("no recordings here: their names end in .mempulse.zst"), "{message}");
}

//! The exchange with peers that do it well, badly, or not at all. The good ones use the crate `bip324`.

use crate::p2p::peer::transport::key_exchange::*;
use crate::wire::{Message, codec::frame};
use bip324::PacketType;
use tokio::io::{DuplexStream, duplex};

const MAGIC: [u8; 4] = [0xfa, 0xbf, 0xb5, 0xda];
const LIMIT: Duration = Duration::from_secs(10);

/// Answers an exchange as the other end, with `decoys` in front of the version packet.
async fn respond(stream: &mut DuplexStream, piece: usize, garbage: &[u8], decoys: &[&[u8]]) -> CipherSession {
    let mut key = [0; KEY];
    stream.read_exact(&mut key).await.unwrap();
    let mut hello = vec![0; KEY + garbage.len()];
    let begun = Handshake::new(MAGIC, Role::Responder).unwrap();
    let handshake = begun.send_key(Some(garbage), &mut hello).unwrap().receive_key(key).unwrap();
    let mut version = vec![0; Handshake::send_version_len(Some(decoys))];
    let mut handshake = handshake.send_version(&mut version, Some(decoys)).unwrap();
    for piece in [hello, version].concat().chunks(piece) {
        stream.write_all(piece).await.unwrap();
        tokio::task::yield_now().await;
    }

    let mut received = Vec::new();
    loop {
        received.push(stream.read_u8().await.unwrap());
        match handshake.receive_garbage(&received).unwrap() {
            GarbageResult::NeedMoreData(same) => handshake = same,
            GarbageResult::FoundGarbage { mut handshake, .. } => {
                let mut packet = [0; 20];
                stream.read_exact(&mut packet).await.unwrap();
                let (length, packet) = packet.split_first_chunk_mut::<3>().unwrap();
                assert_eq!(handshake.decrypt_packet_len(*length), Ok(packet.len()));
                match handshake.receive_version(packet).unwrap() {
                    VersionResult::Complete { cipher } => return cipher,
                    VersionResult::Decoy(_) => panic!("we send no decoys"),
                }
            }
        }
    }
}

/// Reads a key, then sends `answer` and nothing more.
async fn refusal(answer: &[u8], stays: bool) -> Refusal {
    let (mut ours, mut theirs) = duplex(16_384);
    theirs.write_all(answer).await.unwrap();
    if stays {
        let refusal = exchange_keys(&mut ours, MAGIC, LIMIT).await;
        return refusal.err().unwrap();
    }
    theirs.shutdown().await.unwrap();
    exchange_keys(&mut ours, MAGIC, LIMIT).await.err().unwrap()
}

#[tokio::test]
async fn a_session_results_however_the_bytes_are_cut() {
    let garbage = vec![7; MAX_GARBAGE];
    for piece in [1, 77, 20_000] {
        for (garbage, decoys) in [(&garbage[..], &[&[1; 900][..], &[]][..]), (&[], &[])] {
            let (mut ours, mut theirs) = duplex(20_000);
            let peer = async {
                let mut cipher = respond(&mut theirs, piece, garbage, decoys).await;
                let packet = cipher.outbound().encrypt_to_vec(&[18; 9], PacketType::Genuine, None);
                theirs.write_all(&packet).await.unwrap();
                (cipher, theirs)
            };
            let us = async {
                let mut session = exchange_keys(&mut ours, MAGIC, LIMIT).await.ok().unwrap();
                let message = loop {
                    if let Some(decoded) = session.decoder.next().unwrap() {
                        break decoded.content;
                    }
                    ours.read_buf(session.decoder.buffer()).await.unwrap();
                };
                assert_eq!(message, Ok(Message::Ping(u64::from_le_bytes([18; 8]))));
                ours.write_all(&session.encoder.encode(&Message::Pong(5))).await.unwrap();
                session
            };
            let ((mut cipher, mut theirs), session) = tokio::join!(peer, us);
            assert_eq!(&session.id, cipher.id());
            let mut length = [0; 3];
            theirs.read_exact(&mut length).await.unwrap();
            let mut packet = vec![0; cipher.inbound().decrypt_packet_len(length)];
            theirs.read_exact(&mut packet).await.unwrap();
            let (_, pong) = cipher.inbound().decrypt_in_place(&mut packet, None).unwrap();
            assert_eq!(pong, [0, 19, 5, 0, 0, 0, 0, 0, 0, 0]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_sends_nothing_speaks_v1() {
    assert_eq!(refusal(&[], true).await, Refusal::SpeaksV1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_before_any_data_may_be_to_a_v1_peer() {
    assert_eq!(refusal(&[], false).await, Refusal::Closed(DisconnectReason::ClosedByPeer));
    let (mut ours, theirs) = duplex(16);
    drop(theirs);
    let closed = exchange_keys(&mut ours, MAGIC, LIMIT).await.err();
    assert!(matches!(closed, Some(Refusal::Closed(DisconnectReason::Io(_)))), "the write fails: {closed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_answers_in_v1_speaks_v1() {
    assert_eq!(refusal(&frame(MAGIC, "version", &[0; 86]), true).await, Refusal::SpeaksV1);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_starts_and_stops_does_not_speak_v1() {
    for count in [1, KEY - 1, KEY, KEY + 100] {
        let silent = Refusal::Ended(if count < KEY {
            DisconnectReason::HandshakeTimeout(LIMIT)
        } else {
            DisconnectReason::KeyExchange(KeyExchangeFailure::NoGarbageTerminator)
        });
        assert_eq!(refusal(&vec![9; count], true).await, silent, "{count}");
        let closed = Refusal::Ended(DisconnectReason::ClosedInsideMessage);
        assert_eq!(refusal(&vec![9; count], false).await, closed, "{count}");
    }
}

#[tokio::test(start_paused = true)]
async fn garbage_has_its_limit() {
    let endless = Refusal::Ended(DisconnectReason::KeyExchange(KeyExchangeFailure::NoGarbageTerminator));
    assert_eq!(refusal(&[9; KEY + MAX_GARBAGE + 16], true).await, endless);
}

#[tokio::test(start_paused = true)]
async fn a_peer_on_another_network_is_recognised_by_its_missing_terminator() {
    let (mut ours, mut theirs) = duplex(100_000);
    let peer = async {
        let other = exchange_keys(&mut theirs, [0xf9, 0xbe, 0xb4, 0xd9], LIMIT * 2);
        other.await.err();
    };
    let (refusal, ()) = tokio::join!(exchange_keys(&mut ours, MAGIC, LIMIT), peer);
    let Refusal::Ended(reason) = refusal.err().unwrap() else { panic!("it speaks v2") };
    assert!(reason.to_string().ends_with("as from a node on another network"), "{reason}");
}

/// Answers an exchange well, but with `bytes` in place of the version packet.
async fn with_version(bytes: impl FnOnce(&[u8]) -> Vec<u8>) -> Refusal {
    let (mut ours, mut theirs) = duplex(100_000);
    let peer = async {
        let mut key = [0; KEY];
        theirs.read_exact(&mut key).await.unwrap();
        let mut hello = [0; KEY];
        let begun = Handshake::new(MAGIC, Role::Responder).unwrap();
        let handshake = begun.send_key(None, &mut hello).unwrap().receive_key(key).unwrap();
        let mut version = vec![0; Handshake::send_version_len(None)];
        let _sent = handshake.send_version(&mut version, None).unwrap();
        let (terminator, packet) = version.split_at(16);
        theirs.write_all(&[&hello, terminator, &bytes(packet)].concat()).await.unwrap();
    };
    let (refusal, ()) = tokio::join!(exchange_keys(&mut ours, MAGIC, LIMIT), peer);
    refusal.err().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_tampered_version_message_is_refused() {
    let garbled = |packet: &[u8]| [&packet[..5], &[!packet[5]], &packet[6..]].concat();
    assert_eq!(with_version(garbled).await, Refusal::Ended(DisconnectReason::NotAuthentic));
}

#[tokio::test(start_paused = true)]
async fn a_length_is_checked_before_its_packet_comes() {
    // The length is 0, encrypted by a bit stream: inverting its bits makes it 2²⁴ − 1.
    let huge = with_version(|packet| packet[..3].iter().map(|byte| !byte).collect()).await;
    assert_eq!(huge, Refusal::Ended(DisconnectReason::MessageTooLong((1 << 24) - 1 + 17)));
}

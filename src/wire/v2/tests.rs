use super::*;
use crate::wire::{Decoder, Inventory, Wtxid};
use bip324::{CipherSession, GarbageResult, Handshake, Role, VersionResult};
use proptest::prelude::*;

const MAGIC: [u8; 4] = [0xfa, 0xbf, 0xb5, 0xda];

/// Both ends of a session.
fn sessions() -> (CipherSession, CipherSession) {
    let begin = |role| {
        let mut key = [0; 64];
        let begun = Handshake::new(MAGIC, role).unwrap().send_key(None, &mut key).unwrap();
        (begun, key)
    };
    let ((initiator, initiator_key), (responder, responder_key)) =
        (begin(Role::Initiator), begin(Role::Responder));
    let mut hello = [0; 36];
    let initiator = initiator.receive_key(responder_key).unwrap().send_version(&mut hello, None).unwrap();
    let mut answer = [0; 36];
    let responder = responder.receive_key(initiator_key).unwrap().send_version(&mut answer, None).unwrap();
    let finish = |handshake: Handshake<_>, bytes: &mut [u8; 36]| {
        let (garbage, packet) = bytes.split_at_mut(16);
        let Ok(GarbageResult::FoundGarbage { mut handshake, .. }) = handshake.receive_garbage(garbage) else {
            panic!("no terminator");
        };
        let (length, packet) = packet.split_first_chunk_mut::<3>().unwrap();
        assert_eq!(handshake.decrypt_packet_len(*length), Ok(packet.len()));
        match handshake.receive_version(packet) {
            Ok(VersionResult::Complete { cipher }) => cipher,
            _ => panic!("no version"),
        }
    };
    (finish(initiator, &mut answer), finish(responder, &mut hello))
}

/// The cipher of a sender and the decoder of its receiver.
fn ends() -> (OutboundCipher, PacketDecoder) {
    let (ours, theirs) = sessions();
    (theirs.into_split().1, PacketDecoder::new(ours.into_split().0, &[]))
}

fn read_all(decoder: &mut PacketDecoder) -> Result<Vec<Decoded>, FrameError> {
    std::iter::from_fn(|| decoder.next().transpose()).collect()
}

fn genuine(cipher: &mut OutboundCipher, contents: &[u8]) -> Vec<u8> {
    cipher.encrypt_to_vec(contents, PacketType::Genuine, None)
}

#[test]
fn messages_come_out_as_they_went_in() {
    let (ours, theirs) = sessions();
    let mut encoder = PacketEncoder::new(theirs.into_split().1);
    let mut decoder = PacketDecoder::new(ours.into_split().0, &[]);
    let large = Message::Inv(vec![Inventory::Wtx(Wtxid([9; 32])); 50_000]);
    let small = [Message::Ping(7), Message::Verack, Message::SendAddrV2, Message::Mempool];
    // Ciphers rekey after 224 packets.
    for message in small.iter().cycle().take(300).chain([&large]).chain(&small) {
        let packet = encoder.encode(message);
        decoder.buffer().extend_from_slice(&packet);
        let found = decoder.next().unwrap().unwrap();
        assert_eq!(found.size as usize, packet.len());
        assert_eq!(found.content.as_ref(), Ok(message));
        assert!(decoder.is_between_messages());
    }
    assert!(decoder.buffer.capacity() <= 2 * READ_AHEAD);
}

#[test]
fn common_names_take_one_byte_and_others_thirteen() {
    let (ours, _) = sessions();
    let mut encoder = PacketEncoder::new(ours.into_split().1);
    assert_eq!(encoder.encode(&Message::Ping(7)).len(), OVERHEAD + 1 + 8);
    assert_eq!(encoder.encode(&Message::Verack).len(), OVERHEAD + 13);
}

#[test]
fn decoys_are_passed_over() {
    let (mut cipher, mut decoder) = ends();
    let mut bytes = cipher.encrypt_to_vec(&[18; 9], PacketType::Decoy, None);
    bytes.extend(genuine(&mut cipher, &[19, 7, 0, 0, 0, 0, 0, 0, 0]));
    bytes.extend(cipher.encrypt_to_vec(&[], PacketType::Decoy, None));
    decoder.buffer().extend_from_slice(&bytes);
    let found = read_all(&mut decoder).unwrap();
    assert_eq!(found, [Decoded { size: 29, content: Ok(Message::Pong(7)) }]);
    assert!(decoder.is_between_messages());
}

#[test]
fn a_malformed_message_is_dropped_and_the_stream_continues() {
    let (mut cipher, mut decoder) = ends();
    let named = [&[0][..], b"ping\0\0\0\0\0\0\0x", &[1, 2]].concat();
    let long = [&[0][..], b"verack\0\0\0\0\0\0"].concat();
    for contents in [&[][..], &[0], &[0; 12], &[99, 1], &[8, 1, 2], &named, &[18, 7], &long] {
        decoder.buffer().extend_from_slice(&genuine(&mut cipher, contents));
    }
    let found: Vec<_> = read_all(&mut decoder).unwrap().into_iter().map(|it| it.content).collect();
    let unknown = |command: &str, length| Ok(Message::Unknown { command: command.to_owned(), length });
    let malformed =
        Err(Dropped::Malformed { command: Command::Ping, why: crate::wire::WireError::Truncated });
    assert_eq!(found[..3], [Err(Dropped::NoCommand), Err(Dropped::NoCommand), Err(Dropped::NoCommand)]);
    assert_eq!(found[3..6], [unknown("id 99", 1), unknown("filterload", 2), unknown("ping·······x", 2)]);
    assert_eq!(found[6..], [malformed, Ok(Message::Verack)]);
}

#[test]
fn a_changed_packet_ends_the_stream() {
    let (mut cipher, mut decoder) = ends();
    let mut packet = genuine(&mut cipher, &[18, 7, 0, 0, 0, 0, 0, 0, 0]);
    packet[8] ^= 1;
    decoder.buffer().extend_from_slice(&packet);
    assert_eq!(decoder.next(), Err(FrameError::NotAuthentic));
}

#[test]
fn a_length_is_checked_before_its_packet_comes() {
    let (mut cipher, mut decoder) = ends();
    let longest = genuine(&mut cipher, &vec![21; 1 + COMMAND_SIZE + MAX_PAYLOAD as usize]);
    decoder.buffer().extend_from_slice(&longest[..3]);
    assert_eq!(decoder.next(), Ok(None));
    assert!(!decoder.is_between_messages());
    assert!(decoder.buffer().capacity() <= 2 * READ_AHEAD, "{}", decoder.buffer.capacity());

    let (mut cipher, mut decoder) = ends();
    let longer = genuine(&mut cipher, &vec![21; 2 + COMMAND_SIZE + MAX_PAYLOAD as usize]);
    decoder.buffer().extend_from_slice(&longer[..3]);
    assert_eq!(decoder.next(), Err(FrameError::TooLong(4_000_031)));
}

proptest! {
    #[test]
    fn any_chunks_give_the_same_messages(cuts in prop::collection::vec(1_usize..80, 1..40)) {
        let (mut cipher, mut decoder) = ends();
        let mut stream = Vec::new();
        let nonces = 0..10_u8;
        for nonce in nonces.clone() {
            stream.extend(cipher.encrypt_to_vec(&[nonce], PacketType::Decoy, None));
            stream.extend(genuine(&mut cipher, &[18, nonce, 0, 0, 0, 0, 0, 0, 0]));
        }
        let mut found = Vec::new();
        let mut rest = &stream[..];
        for cut in cuts.into_iter().chain([usize::MAX]) {
            let (chunk, behind) = rest.split_at(cut.min(rest.len()));
            decoder.buffer().extend_from_slice(chunk);
            found.extend(read_all(&mut decoder).unwrap());
            rest = behind;
        }
        let expected = nonces.map(|nonce| Message::Ping(nonce.into()));
        let found: Vec<_> = found.into_iter().map(|it| it.content.unwrap()).collect();
        prop_assert_eq!(found, expected.collect::<Vec<_>>());
    }

    #[test]
    fn garbage_ends_the_stream_or_waits_for_more(garbage in prop::collection::vec(any::<u8>(), 0..300)) {
        let (_, mut decoder) = ends();
        decoder.buffer().extend_from_slice(&garbage);
        while let Ok(Some(found)) = decoder.next() {
            prop_assert!(false, "{found:?} out of garbage");
        }
    }
}

/// Both transports read payloads the same way.
#[test]
fn an_unknown_command_is_skipped_as_in_v1() {
    let (mut cipher, mut decoder) = ends();
    let contents = [&[0][..], b"al\x1bert\0\0\0\0\0\0", &[7; 5]].concat();
    decoder.buffer().extend_from_slice(&genuine(&mut cipher, &contents));
    let mut plain = Decoder::new(MAGIC);
    plain.extend(&crate::wire::codec::frame(MAGIC, "al\x1bert", &[7; 5]));
    let (encrypted, plain) = (decoder.next().unwrap().unwrap(), plain.next().unwrap().unwrap());
    assert_eq!(encrypted.content, plain.content);
}

/// The input is packets, each a two-byte length and a header before its contents. Its first byte is the size
/// of the chunks; the second is the number of the byte, counted from the end, that is changed in transit, or
/// zero.
#[test]
fn fuzz_stream_v2() {
    crate::util::fuzz::target("stream_v2", |input| {
        let Some((&[size, changed], mut rest)) = input.split_first_chunk() else { return };
        let (mut cipher, mut decoder) = ends();
        let (mut stream, mut expected) = (Vec::new(), Vec::new());
        while let Some((&[low, high, header], behind)) = rest.split_first_chunk() {
            let length = usize::from(u16::from_le_bytes([low, high])).min(behind.len());
            let (contents, behind) = behind.split_at(length);
            rest = behind;
            let kind = if header & DECOY == 0 { PacketType::Genuine } else { PacketType::Decoy };
            stream.extend(cipher.encrypt_to_vec(contents, kind, None));
            if header & DECOY == 0 {
                let size = u32::try_from(OVERHEAD + length).unwrap();
                expected.push(Decoded { size, content: decode(contents) });
            }
        }
        let changed = usize::from(changed);
        if changed > 0
            && changed <= stream.len()
            && let Some(byte) = stream.iter_mut().nth_back(changed - 1)
        {
            *byte ^= 1;
        }
        let mut found = Vec::new();
        let mut error = None;
        for chunk in stream.chunks(usize::from(size).max(1)) {
            decoder.buffer().extend_from_slice(chunk);
            assert!(decoder.buffer.capacity() <= stream.len() + 2 * READ_AHEAD);
            loop {
                match decoder.next() {
                    Ok(Some(one)) => found.push(one),
                    Ok(None) => break,
                    Err(why) => {
                        error = Some(why);
                        break;
                    }
                }
            }
            if error.is_some() {
                break;
            }
        }
        if changed == 0 || changed > stream.len() {
            assert_eq!((found, error), (expected, None));
        } else {
            assert_eq!(found[..], expected[..found.len()]);
            assert!(error.is_some() || decoder.buffered() > 0 || !decoder.is_between_messages());
        }
    });
}

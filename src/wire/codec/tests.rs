use super::*;
use crate::wire::Inventory;

const MAGIC: [u8; 4] = [0xfa, 0xbf, 0xb5, 0xda];

fn decoded(bytes: &[u8]) -> Result<Vec<Decoded>, FrameError> {
    let mut decoder = Decoder::new(MAGIC);
    decoder.extend(bytes);
    let mut all = Vec::new();
    while let Some(one) = decoder.next()? {
        all.push(one);
    }
    assert!(decoder.is_between_messages());
    Ok(all)
}

#[test]
fn a_message_comes_out_as_it_went_in() {
    let frame = Message::Ping(7).encode(MAGIC);
    assert_eq!(frame.len(), 32);
    assert_eq!(decoded(&frame), Ok(vec![Decoded { size: 32, content: Ok(Message::Ping(7)) }]));
}

#[test]
fn wrong_magic_is_reported_after_its_four_bytes() {
    let mut decoder = Decoder::new(MAGIC);
    decoder.extend(b"GET");
    assert_eq!(decoder.next(), Ok(None));
    decoder.extend(b" ");
    assert_eq!(decoder.next(), Err(FrameError::WrongMagic(*b"GET ")));
}

#[test]
fn a_length_is_checked_before_the_payload_comes() {
    let header = |length: u32| {
        let mut header = frame(MAGIC, "inv", &[]);
        header[16..20].copy_from_slice(&length.to_le_bytes());
        header
    };
    assert_eq!(decoded(&header(4_000_001)), Err(FrameError::TooLong(4_000_001)));
    let mut decoder = Decoder::new(MAGIC);
    decoder.extend(&header(4_000_000));
    assert_eq!(decoder.next(), Ok(None));
    assert!(!decoder.is_between_messages());
    assert!(decoder.buffer().capacity() <= 2 * READ_AHEAD, "{}", decoder.buffer().capacity());
}

#[test]
fn a_bad_checksum_costs_one_message() {
    let mut bytes = Message::Ping(7).encode(MAGIC);
    bytes[20] ^= 1;
    bytes.extend(Message::Verack.encode(MAGIC));
    let all = decoded(&bytes).unwrap();
    assert_eq!(all[0].content, Err(Dropped::BadChecksum(Command::Ping)));
    assert_eq!(all[1].content, Ok(Message::Verack));
}

#[test]
fn a_malformed_payload_costs_one_message_and_says_why() {
    let mut list = vec![0xfd, 0x51, 0xc3];
    list.resize(3 + 50_001 * 36, 0);
    let mut bytes = frame(MAGIC, "inv", &list);
    bytes.extend(frame(MAGIC, "ping", &[1, 2, 3]));
    let all = decoded(&bytes).unwrap();
    let why = WireError::TooManyEntries { count: 50_001, limit: 50_000 };
    assert_eq!(all[0].content, Err(Dropped::Malformed { command: Command::Inv, why }));
    let error = all[1].content.as_ref().unwrap_err();
    assert_eq!(error.to_string(), "malformed ping: ends too early");
}

#[test]
fn an_unknown_message_is_skipped_whole_and_not_kept() {
    let mut bytes = frame(MAGIC, "al\x1bert", &vec![7; 3_000_000]);
    bytes.extend(Message::Verack.encode(MAGIC));
    let mut decoder = Decoder::new(MAGIC);
    let mut all = Vec::new();
    for chunk in bytes.chunks(10_000) {
        decoder.extend(chunk);
        while let Some(one) = decoder.next().unwrap() {
            all.push(one);
        }
        assert!(decoder.buffer.len() < 10_000);
    }
    assert!(decoder.buffer().capacity() < 100_000, "{}", decoder.buffer().capacity());
    let unknown = Message::Unknown { command: "al·ert".to_owned(), length: 3_000_000 };
    assert_eq!(all[0], Decoded { size: 3_000_024, content: Ok(unknown) });
    assert_eq!(all[1].content, Ok(Message::Verack));
}

#[test]
fn a_command_with_garbage_after_its_name_is_unknown() {
    let mut bytes = Message::Ping(7).encode(MAGIC);
    bytes[15] = b'x';
    let unknown = Message::Unknown { command: "ping·······x".to_owned(), length: 8 };
    assert_eq!(decoded(&bytes).unwrap()[0].content, Ok(unknown));
}

#[test]
fn the_room_of_a_large_message_is_given_back() {
    let large = Message::Inv(vec![Inventory::Tx(crate::wire::Txid([3; 32])); 50_000]);
    let mut decoder = Decoder::new(MAGIC);
    decoder.extend(&large.encode(MAGIC));
    decoder.extend(&Message::Verack.encode(MAGIC)[..20]);
    assert_eq!(decoder.next().unwrap().unwrap().content, Ok(large));
    assert!(decoder.buffer().capacity() <= KEEP, "{}", decoder.buffer().capacity());
    decoder.extend(&Message::Verack.encode(MAGIC)[20..]);
    assert_eq!(decoder.next().unwrap().unwrap().content, Ok(Message::Verack));
}

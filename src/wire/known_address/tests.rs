use super::*;
use std::net::Ipv4Addr;

/// An `addrv2` entry with time 7, service bit 3 and port 8333.
fn entry(network: u8, address: &[u8]) -> Vec<u8> {
    let length = u8::try_from(address.len()).unwrap();
    [&[7, 0, 0, 0, 8, network, length][..], address, &[0x20, 0x8d]].concat()
}

/// An `addr` entry with time 7, service bit 3 and port 8333.
fn old_entry(address: [u8; 16]) -> Vec<u8> {
    [&[7, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0][..], &address, &[0x20, 0x8d]].concat()
}

fn list(entries: &[Vec<u8>]) -> Vec<u8> {
    [&[u8::try_from(entries.len()).unwrap()], &entries.concat()[..]].concat()
}

fn hosts(known: Result<Vec<KnownAddress>, WireError>) -> Result<Vec<Host>, WireError> {
    known.map(|list| list.into_iter().map(|known| known.address.host).collect())
}

fn read(entries: &[Vec<u8>]) -> Result<Vec<Host>, WireError> {
    hosts(decode_addrv2(&mut Reader::new(&list(entries))))
}

fn ipv4() -> Host {
    Host::Ip(Ipv4Addr::new(203, 0, 113, 5).into())
}

#[test]
fn every_network_is_read() {
    let cjdns = [0xfc; 16];
    let entries = [
        entry(1, &[203, 0, 113, 5]),
        entry(2, &[0x20; 16]),
        entry(4, &[4; 32]),
        entry(5, &[5; 32]),
        entry(6, &cjdns),
    ];
    let v6 = Host::Ip(Ipv6Addr::from([0x20; 16]).into());
    let expected = [ipv4(), v6, Host::TorV3([4; 32]), Host::I2p([5; 32]), Host::Cjdns(cjdns.into())];
    assert_eq!(read(&entries).unwrap(), expected);

    let known = decode_addrv2(&mut Reader::new(&list(&entries[..1]))).unwrap();
    let address = PeerAddress { host: ipv4(), port: 8333 };
    assert_eq!(known, [KnownAddress { time: 7, services: Services::WITNESS, address }]);
}

#[test]
fn unknown_networks_are_left_out() {
    let entries = [entry(3, &[3; 10]), entry(200, &[]), entry(7, &[7; 100]), entry(1, &[203, 0, 113, 5])];
    assert_eq!(read(&entries), Ok(vec![ipv4()]));
}

#[test]
fn addresses_that_hide_in_another_network_are_left_out() {
    let mapped = Ipv4Addr::new(203, 0, 113, 5).to_ipv6_mapped().octets();
    let mut onion_cat = [1; 16];
    onion_cat[..6].copy_from_slice(&TORV2_PREFIX);
    let not_cjdns = [0xfd; 16];
    let entries =
        [entry(2, &mapped), entry(2, &onion_cat), entry(6, &not_cjdns), entry(1, &[203, 0, 113, 5])];
    assert_eq!(read(&entries), Ok(vec![ipv4()]));
}

#[test]
fn a_wrong_length_for_a_known_network_spoils_the_message() {
    for (network, length) in [(1, 5), (2, 4), (4, 31), (5, 33), (6, 15)] {
        let entries = [entry(1, &[203, 0, 113, 5]), entry(network, &vec![0xfc; length])];
        let error = WireError::AddressLength { network, length: length as u64 };
        assert_eq!(read(&entries), Err(error));
    }
    let long = [&[1, 7, 0, 0, 0, 8, 200, 0xfd, 0x01, 0x02][..], &[0; 515]].concat();
    let error = WireError::AddressLength { network: 200, length: 513 };
    assert_eq!(decode_addrv2(&mut Reader::new(&long)), Err(error));
    let endless = [1, 7, 0, 0, 0, 8, 200, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let error = WireError::AddressLength { network: 200, length: u64::MAX };
    assert_eq!(decode_addrv2(&mut Reader::new(&endless)), Err(error));
}

#[test]
fn an_old_entry_is_an_ip_address_or_left_out() {
    let mapped = Ipv4Addr::new(203, 0, 113, 5).to_ipv6_mapped().octets();
    let mut onion_cat = [1; 16];
    onion_cat[..6].copy_from_slice(&TORV2_PREFIX);
    let mut internal = [1; 16];
    internal[..6].copy_from_slice(&INTERNAL_PREFIX);
    let bytes = list(&[old_entry(onion_cat), old_entry(mapped), old_entry(internal)]);
    assert_eq!(hosts(decode_addr(&mut Reader::new(&bytes))), Ok(vec![ipv4()]));
}

#[test]
fn addresses_that_a_message_cannot_encode_are_left_out() {
    let known = |host| KnownAddress {
        time: 7,
        services: Services::WITNESS,
        address: PeerAddress { host, port: 8333 },
    };
    let all = [known(Host::Name("seed.example.org".into())), known(Host::TorV3([4; 32])), known(ipv4())];
    let (mut old, mut new) = (Vec::new(), Vec::new());
    encode_addr(&all, &mut old);
    encode_addrv2(&all, &mut new);
    assert_eq!(hosts(decode_addr(&mut Reader::new(&old))), Ok(vec![ipv4()]));
    assert_eq!(hosts(decode_addrv2(&mut Reader::new(&new))), Ok(vec![Host::TorV3([4; 32]), ipv4()]));
}

//! Real headers, as peers send them: `MEMPULSE_CHAIN_DATA` names the folder that contains them.

use crate::p2p::block_download::header_chain::tests::*;
use crate::wire::message::MAX_HEADERS;
use std::path::Path;

/// The headers in a file, with their hashes. Their proof of work is valid.
fn read(network: Network, name: &str) -> Vec<Named> {
    let folder = std::env::var("MEMPULSE_CHAIN_DATA")
        .expect("MEMPULSE_CHAIN_DATA must name the folder of the headers");
    let path = Path::new(&folder).join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let header = |bytes: &[u8]| {
        let header = BlockHeader::decode(bytes.try_into().unwrap());
        assert_eq!(header.check(network), Ok(()));
        (header.hash(), header)
    };
    bytes.chunks_exact(BlockHeader::SIZE).map(header).collect()
}

#[test]
#[ignore = "needs headers that are not part of the project"]
fn chain_data_of_mainnet_and_signet_is_followed_to_its_tip() {
    for (network, name, height) in [
        (Network::Mainnet, "mainnet-headers-822528-830592.bin", 822_528),
        (Network::Signet, "signet-headers.bin", 0),
    ] {
        let headers = read(network, name);
        let start = StartingPoint { height, hash: headers[0].0, time: None };
        let mut chain = HeaderChain::new(network, start);
        for part in headers[1..].chunks(MAX_HEADERS) {
            assert!(chain.add(part).unwrap().is_some());
        }
        let end = height + u32::try_from(headers.len()).unwrap() - 1;
        assert_eq!(tip(&chain), (end, last(&headers)));
        println!("{} headers of {network} followed to {end}", headers.len());
    }
}

/// Headers of stale blocks are valid and change nothing.
#[test]
#[ignore = "needs headers that are not part of the project"]
fn chain_data_of_stale_blocks_changes_nothing() {
    let headers = read(Network::Mainnet, "mainnet-headers-822528-830592.bin");
    let stale = read(Network::Mainnet, "mainnet-stale-headers-823226-829613.bin");
    let start = StartingPoint { height: 822_528, hash: headers[0].0, time: None };
    let mut chain = HeaderChain::new(Network::Mainnet, start);
    for part in headers[1..].chunks(MAX_HEADERS) {
        chain.add(part).unwrap();
    }
    // One of the two belongs to the winning block.
    let stale: Vec<_> = stale.into_iter().filter(|header| !headers.contains(header)).collect();
    assert_eq!(stale.len(), 1);
    for header in stale {
        assert_eq!(chain.add(&[header]), Ok(None));
        assert!(!chain.is_active(header.0));
    }
}

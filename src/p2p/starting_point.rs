//! The first block of our header chain. Headers before it are never requested.

use crate::chain::Network;
use crate::wire::BlockHash;

/// A block that is known to be in the best chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StartingPoint {
    /// Height of the block.
    pub height: u32,
    /// Hash of the block.
    pub hash: BlockHash,
    /// The miner's clock, in s since the UNIX epoch; known for the genesis blocks of private chains, which
    /// can be the tip.
    pub time: Option<u32>,
}

impl StartingPoint {
    /// The starting point of `network`: Bitcoin Core 31.99's `defaultAssumeValid` for public chains, the
    /// genesis block for private ones.
    pub(in crate::p2p) fn of(network: Network) -> Self {
        let (height, hash, time) = match network {
            Network::Mainnet => {
                (938_343, "00000000000000000000ccebd6d74d9194d8dcdc1d177c478e094bfad51ba5ac", None)
            }
            Network::Testnet3 => {
                (4_842_348, "000000007a61e4230b28ac5cb6b5e5a0130de37ac1faf2f8987d2fa6505b67f4", None)
            }
            Network::Testnet4 => {
                (123_613, "0000000002368b1e4ee27e2e85676ae6f9f9e69579b29093e9a82c170bf7cf8a", None)
            }
            Network::Signet => {
                (293_175, "00000008414aab61092ef93f1aacc54cf9e9f16af29ddad493b908a01ff5c329", None)
            }
            Network::Regtest => {
                (0, "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206", Some(1_296_688_602))
            }
            Network::Simnet => {
                (0, "683e86bd5c6d110d91b94b97137ba6bfe02dbbdb8e3dff722a669b5d69d77af6", Some(1_401_292_357))
            }
        };
        Self { height, hash: hash.parse().expect("the constants above have 64 digits"), time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::BlockHeader;

    #[test]
    fn every_network_has_a_starting_point() {
        for network in Network::ALL {
            let start = StartingPoint::of(network);
            assert_eq!(start.hash.0[31], if start.time.is_none() { 0 } else { start.hash.0[31] });
        }
    }

    #[test]
    fn the_genesis_headers_of_private_chains_have_these_hashes() {
        for network in [Network::Regtest, Network::Simnet] {
            let start = StartingPoint::of(network);
            let root: BlockHash =
                "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b".parse().unwrap();
            let header = BlockHeader {
                version: 1,
                previous: BlockHash::default(),
                merkle_root: root.0,
                time: start.time.unwrap(),
                bits: 0x207f_ffff,
                nonce: 2,
            };
            assert_eq!(header.hash(), start.hash, "{network}");
        }
    }
}

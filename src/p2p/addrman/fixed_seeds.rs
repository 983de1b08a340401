//! The addresses built into the program as a last resort (see `assets/seeds/README.md`).

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::wire::decode_addresses;

/// The built-in node addresses of `network`; none for private chains.
pub fn fixed_seeds(network: Network) -> Vec<PeerAddress> {
    let list: &[u8] = match network {
        Network::Mainnet => include_bytes!("../../../assets/seeds/mainnet.bin"),
        Network::Testnet3 => include_bytes!("../../../assets/seeds/testnet3.bin"),
        Network::Testnet4 => include_bytes!("../../../assets/seeds/testnet4.bin"),
        Network::Signet => include_bytes!("../../../assets/seeds/signet.bin"),
        Network::Regtest | Network::Simnet => &[],
    };
    decode_addresses(list).expect("the lists are part of the program, and a test reads them all")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::netgroup::is_routable;
    use crate::event::AddressNetwork;

    #[test]
    fn every_list_is_complete() {
        for (network, sizes) in [
            (Network::Mainnet, [512, 512, 512, 512, 11]),
            (Network::Testnet3, [65, 38, 69, 8, 1]),
            (Network::Testnet4, [63, 70, 78, 18, 1]),
            (Network::Signet, [46, 47, 67, 9, 1]),
            (Network::Regtest, [0; 5]),
            (Network::Simnet, [0; 5]),
        ] {
            let seeds = fixed_seeds(network);
            assert!(seeds.iter().all(|seed| is_routable(&seed.host)));
            let of = |kind| seeds.iter().filter(|seed| AddressNetwork::of(&seed.host) == Some(kind)).count();
            assert_eq!(AddressNetwork::ALL.map(of), sizes, "{network}");
        }
    }
}

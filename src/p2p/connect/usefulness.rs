//! Which peers are of use to somebody who watches the mempool.

use crate::event::{PeerInfo, Uselessness};
use crate::wire::Services;

/// A fee filter from here on, in sat/kvB, says that the peer is in its initial block download and
/// wants no transactions: Core then sends the highest amount that there is, which rounds to
/// 9,936,506 or, in older versions, to 9,170,997.
const DOWNLOADING: u64 = 9_000_000;

/// What is wrong with a peer that says this of itself.
pub fn by_handshake(info: &PeerInfo) -> Option<Uselessness> {
    if !info.relay {
        Some(Uselessness::BlocksOnly)
    } else if !info.services.has(Services::WITNESS) {
        Some(Uselessness::NoWitness)
    } else {
        None
    }
}

/// What is wrong with a peer that has this fee filter, in sat/kvB.
pub fn by_fee_filter(sat_per_kvb: u64) -> Option<Uselessness> {
    (sat_per_kvb >= DOWNLOADING).then_some(Uselessness::InitialBlockDownload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_useful_peer_relays_transactions_with_witnesses() {
        let info = |services, relay| PeerInfo {
            version: 70_016,
            services,
            user_agent: String::new(),
            start_height: 0,
            relay,
            clock_offset: 0,
            wtxid_relay: true,
        };
        assert_eq!(by_handshake(&info(Services::WITNESS, true)), None);
        assert_eq!(by_handshake(&info(Services::WITNESS, false)), Some(Uselessness::BlocksOnly));
        assert_eq!(by_handshake(&info(Services::NETWORK, true)), Some(Uselessness::NoWitness));
    }

    #[test]
    fn only_the_highest_fee_filters_tell_of_a_download() {
        assert_eq!(by_fee_filter(9_936_506), Some(Uselessness::InitialBlockDownload));
        assert_eq!(by_fee_filter(9_170_997), Some(Uselessness::InitialBlockDownload));
        assert_eq!(by_fee_filter(1_000_000), None, "a dear day");
    }
}

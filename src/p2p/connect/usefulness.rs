//! Which peers are useless for watching the mempool.

use crate::chain::limits::is_ibd_fee_filter;
use crate::event::{PeerInfo, Uselessness};
use crate::wire::Services;

/// Why a peer with this handshake is not useful, or `None` if it is.
pub fn by_handshake(info: &PeerInfo) -> Option<Uselessness> {
    if !info.relay {
        Some(Uselessness::BlocksOnly)
    } else if !info.services.has(Services::WITNESS) {
        Some(Uselessness::NoWitness)
    } else {
        None
    }
}

/// Why a peer with this fee filter, in sat/kvB, is not useful, or `None` if it is.
pub fn by_fee_filter(sat_per_kvb: u64) -> Option<Uselessness> {
    is_ibd_fee_filter(sat_per_kvb).then_some(Uselessness::InitialBlockDownload)
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
    fn only_the_highest_fee_filters_mean_an_initial_block_download() {
        assert_eq!(by_fee_filter(9_936_506), Some(Uselessness::InitialBlockDownload));
        assert_eq!(by_fee_filter(9_170_997), Some(Uselessness::InitialBlockDownload));
        assert_eq!(by_fee_filter(1_000_000), None, "a day of high fees");
    }
}

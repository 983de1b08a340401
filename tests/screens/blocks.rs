//! Blocks for the screens.

use mempulse::event::PeerId;
use mempulse::snapshot::{BlockDetail, BlockFigures, BlockRow, BlocksScreen, Missing, Spread, TxKey, Unseen};
use mempulse::wire::{BlockHash, Txid};
use std::sync::Arc;
use std::time::Duration;

/// A dozen blocks, of which the third newest is stale.
pub fn screen() -> BlocksScreen {
    BlocksScreen { blocks: (0..12).map(block).collect() }
}

pub fn detail() -> BlockDetail {
    BlockDetail {
        row: block(0),
        delivered_by: "203.0.113.5:8333".to_owned(),
        first_announced_by: Some("[2001:db8::7]:8333".to_owned()),
        announcers: 8,
    }
}

fn block(age: u8) -> BlockRow {
    let number = u32::from(age);
    let first = crate::fixture::NOW - Duration::from_secs(180 + 600 * u64::from(age));
    let share = 1.0 - f64::from(age) / 20.0;
    let figures = BlockFigures {
        hash: BlockHash([0xa0 + age; 32]),
        height: 923_114 - number,
        time: u32::try_from(first.as_secs()).unwrap() - 20,
        arrived: first + Duration::from_millis(240),
        arrived_after: Some(Duration::from_millis(240)),
        peer: PeerId(1),
        size: 1_620_000,
        weight: 3_992_000 - 350_000 * u64::from(age),
        paying_weight: 3_991_000 - 350_000 * u64::from(age),
        transactions: 2_915 - 100 * usize::from(age),
        subsidy: 312_500_000,
        fees: (age != 4).then_some(4_812_345),
        fee_rates: Some([0.5, 4.1 * share, 220.0]),
        fees_known: 1_212,
        tag: ["/Foundry USA Pool #dropgold/", "Mined by AntPool", ""][usize::from(age % 3)].to_owned(),
        seen: 2_876 - 100 * usize::from(age),
        seen_weight: 3_900_000 - 350_000 * u64::from(age),
        unseen: vec![
            (Txid([0x51; 32]), Unseen::NeverAnnounced),
            (Txid([0x52; 32]), Unseen::NotReceived),
            (Txid([0x53; 32]), Unseen::Conflicting),
        ],
        conflicted: 2,
        median_wait: Some(Duration::from_secs(372)),
        expected: 1,
        missing: vec![Missing {
            key: TxKey(3),
            txid: Txid([0x61; 32]),
            chunk_fee_rate: 31.7,
            vsize: 1_402,
            waited: Duration::from_secs(912),
        }],
        stale: age == 2,
    };
    let spread = Spread {
        first,
        first_peer: PeerId(2),
        peers: 7,
        half: Duration::from_millis(310),
        last: Duration::from_millis(1_904),
    };
    BlockRow { figures: Arc::new(figures), spread: (age < 10).then_some(spread) }
}

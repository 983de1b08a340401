//! How the lines of the list of events read.

use crate::address::PeerAddress;
use crate::event::{DisconnectReason, PeerEvent, PeerId, SeedFailure, Warning};
use crate::model::blocks::backfill::Progress;
use crate::model::blocks::figures::BlockFigures;
use crate::model::event_line::Level;
use crate::model::log::Subject;
use crate::model::mempool::conflicts::double_spend::DoubleSpend;
use crate::model::peers::odd::Oddity;
use crate::model::watchlist::{WatchEvent, WatchNotice};
use crate::util::text::{grouped, plural};
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Txid};
use std::mem::discriminant;

/// A line to be.
pub(crate) struct Told {
    pub(crate) level: Level,
    pub(crate) subject: Subject,
    pub(crate) text: String,
}

/// A peer, as far as a line about it depends on it.
pub(crate) struct Teller<'a> {
    pub(crate) id: PeerId,
    pub(crate) address: &'a PeerAddress,
    /// Whether it was live before the event.
    pub(crate) was_live: bool,
    /// Whether the user named it.
    pub(crate) listed: bool,
}

/// What is worth a line about a peer.
pub(crate) fn peer(now: Timestamp, teller: &Teller<'_>, event: &PeerEvent) -> Option<Told> {
    let Teller { id, address, was_live, listed } = *teller;
    let (level, subject, text) = match event {
        PeerEvent::Ready(info) if info.relay => {
            (Level::Good, Subject::Ready(id), format!("{address} connected: {}", info.user_agent))
        }
        PeerEvent::Ready(info) => {
            let text = format!("{address} connected, blocks only: {}", info.user_agent);
            (Level::Warning, Subject::Ready(id), text)
        }
        PeerEvent::Tolerated(misbehaviour) => {
            let subject = Subject::Tolerated(id, discriminant(misbehaviour));
            (Level::Warning, subject, format!("{address}: {misbehaviour}"))
        }
        PeerEvent::Disconnected { reason, retry_at } => {
            let retry = retry_at.map(|at| format!(", next attempt in {} s", at.since(now).as_secs()));
            let retry = retry.unwrap_or_default();
            let (level, what) = match was_live {
                true if is_wanted(reason) => (Level::Info, "gone"),
                true => (Level::Bad, "gone"),
                false => (Level::Warning, "not reached"),
            };
            let one_of_many = !was_live && !listed;
            let subject = if one_of_many {
                Subject::NotReached(discriminant(reason))
            } else {
                Subject::Gone(id, discriminant(reason))
            };
            (level, subject, format!("{address} {what}: {reason}{retry}"))
        }
        _ => return None,
    };
    Some(Told { level, subject, text })
}

/// Whether it was us who ended the connection, and not for want of anything.
fn is_wanted(reason: &DisconnectReason) -> bool {
    matches!(reason, DisconnectReason::AddressesReceived | DisconnectReason::ShuttingDown)
}

/// That a peer is odd.
pub(crate) fn odd(id: PeerId, address: &PeerAddress, oddity: Oddity, text: &str) -> Told {
    Told { level: Level::Warning, subject: Subject::Odd(id, oddity), text: format!("{address}: {text}") }
}

/// What a DNS seed answered.
pub(crate) fn seed(name: &str, answer: &Result<usize, SeedFailure>) -> Told {
    let (level, text) = match answer {
        Ok(1) => (Level::Info, format!("seed {name}: 1 address")),
        Ok(count) => (Level::Info, format!("seed {name}: {} addresses", grouped(*count as u64))),
        Err(why) => (Level::Warning, format!("seed {name}: {why}")),
    };
    Told { level, subject: Subject::Once, text }
}

/// What is wrong outside of any peer.
pub(crate) fn warning(warning: &Warning) -> Told {
    Told { level: Level::Warning, subject: Subject::Once, text: warning.to_string() }
}

/// What a block contained.
pub(crate) fn block(figures: &BlockFigures) -> Told {
    let height = grouped(figures.height.into());
    let mut parts = vec![format!("block {height}"), format!("{} tx", grouped(figures.transactions as u64))];
    parts.extend(figures.share_seen().map(|share| format!("{:.1} % seen before", share * 100.0)));
    parts.extend(figures.fee_rate().map(|rate| format!("{rate:.1} sat/vB")));
    if figures.expected > 0 {
        parts.push(format!("{} expected left out", figures.expected));
    }
    if figures.conflicted > 0 {
        parts.push(format!("{} conflicting dropped", figures.conflicted));
    }
    Told { level: Level::Good, subject: Subject::Once, text: parts.join(" · ") }
}

/// That blocks left the best chain.
pub(crate) fn reorg(blocks: &[(u32, BlockHash)], returned: usize) -> Option<Told> {
    let &(lowest, _) = blocks.last()?;
    let count = blocks.len();
    let plural = if count == 1 { "" } else { "s" };
    let text = format!(
        "reorg: {count} block{plural} undone from {} on, {returned} tx return",
        grouped(lowest.into())
    );
    Some(Told { level: Level::Warning, subject: Subject::Once, text })
}

/// That no more past blocks are fetched.
pub(crate) fn backfill(progress: Progress) -> Told {
    let Progress { fetched, wanted } = progress;
    let blocks = |count: u32| grouped(count.into());
    let (level, text) = if fetched < wanted {
        let text =
            format!("backfill: {} of {} blocks, nobody serves the others", blocks(fetched), blocks(wanted));
        (Level::Warning, text)
    } else {
        (
            Level::Info,
            format!("backfill: {} {}", blocks(fetched), if fetched == 1 { "block" } else { "blocks" }),
        )
    };
    Told { level, subject: Subject::Once, text }
}

/// That a transaction took the place of others.
pub(crate) fn replacement(old: &[Txid], new: Txid, descendants: usize) -> Option<Told> {
    let (first, others) = old.split_first()?;
    let others = match others.len() + descendants {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let text = format!("{}{others} replaced by {}", short(*first), short(new));
    Some(Told { level: Level::Info, subject: Subject::Once, text })
}

/// That two transactions that spend the same are both alive.
pub(crate) fn double_spend(spend: &DoubleSpend) -> Told {
    let DoubleSpend { txid, conflict, txid_peers, conflict_peers } = spend;
    let peers = |count: usize| plural(count as u64, "peer");
    let text = format!(
        "double spend: {} ({} only) and {} ({} only)",
        short(*txid),
        peers(*txid_peers),
        short(*conflict),
        peers(*conflict_peers)
    );
    Told { level: Level::Warning, subject: Subject::Once, text }
}

/// That something happened with what the user watches.
pub(crate) fn watched(notice: &WatchNotice) -> Told {
    let what = match notice.event {
        WatchEvent::Arrived => "arrived".to_owned(),
        WatchEvent::Replaced { by } => format!("replaced by {}", short(by)),
        WatchEvent::DoubleSpent { by, height: None } => format!("DOUBLE SPENT by {}", short(by)),
        WatchEvent::DoubleSpent { by, height: Some(height) } => {
            format!("DOUBLE SPENT by {} in block {}", short(by), grouped(height.into()))
        }
        WatchEvent::Confirmed { height, confirmations } => {
            format!("confirmed in block {} ({confirmations})", grouped(height.into()))
        }
        WatchEvent::Unconfirmed => "back to unconfirmed".to_owned(),
        WatchEvent::Left { why } => format!("left the mempool: {why}"),
    };
    let mut parts = vec![format!("watched {}: {} {what}", cut(&notice.target), short(notice.txid))];
    if notice.received > 0 {
        parts.push(format!("+{} sat", grouped(notice.received)));
    }
    if notice.spent > 0 {
        parts.push(format!("−{} sat", grouped(notice.spent)));
    }
    let level = match notice.event {
        WatchEvent::Arrived | WatchEvent::Confirmed { .. } => Level::Good,
        _ => Level::Warning,
    };
    Told { level, subject: Subject::Once, text: parts.join(" ") }
}

/// The beginning and the end of what is watched.
fn cut(target: &str) -> String {
    match (target.get(..10), target.len().checked_sub(6).and_then(|end| target.get(end..))) {
        (Some(begin), Some(end)) if target.len() > 17 => format!("{begin}…{end}"),
        _ => target.to_owned(),
    }
}

/// The beginning and the end of a txid, as the screen shows it.
fn short(txid: Txid) -> String {
    let text = txid.to_string();
    format!("{}…{}", &text[..6], &text[61..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Misbehaviour, PeerInfo};
    use crate::model::testing::{START, address, info};
    use std::time::Duration;

    fn tell(was_live: bool, event: &PeerEvent) -> Option<(Level, String)> {
        let teller = Teller { id: PeerId(1), address: &address(1), was_live, listed: true };
        peer(START, &teller, event).map(|told| (told.level, told.text))
    }

    fn gone(reason: DisconnectReason) -> PeerEvent {
        PeerEvent::Disconnected { reason, retry_at: Some(START + Duration::from_secs(38)) }
    }

    #[test]
    fn peers_are_told_with_address_and_reason() {
        let line = |level, text: &str| Some((level, format!("203.0.113.1:8333 {text}")));
        let ready = |info| PeerEvent::Ready(Box::new(info));
        assert_eq!(tell(true, &ready(info())), line(Level::Good, "connected: /Satoshi:30.0.0/"));
        let blocks_only = PeerInfo { relay: false, ..info() };
        let text = "connected, blocks only: /Satoshi:30.0.0/";
        assert_eq!(tell(true, &ready(blocks_only)), line(Level::Warning, text));
        let lost = gone(DisconnectReason::PingTimeout);
        let text = "gone: ping timeout, next attempt in 38 s";
        assert_eq!(tell(true, &lost), line(Level::Bad, text));
        let text = "not reached: ping timeout, next attempt in 38 s";
        assert_eq!(tell(false, &lost), line(Level::Warning, text));
        let wanted = tell(true, &gone(DisconnectReason::AddressesReceived));
        assert_eq!(wanted.map(|(level, _)| level), Some(Level::Info));
        let odd = PeerEvent::Tolerated(Misbehaviour::UnexpectedPong);
        assert_eq!(
            tell(true, &odd),
            Some((Level::Warning, "203.0.113.1:8333: pong without a ping".to_owned()))
        );
        assert_eq!(tell(true, &PeerEvent::Pinged), None);
    }

    #[test]
    fn a_reorg_is_told_with_where_it_began() {
        let blocks = [(9, BlockHash([1; 32])), (8, BlockHash([2; 32]))];
        let told = reorg(&blocks, 12).unwrap();
        assert_eq!(told.text, "reorg: 2 blocks undone from 8 on, 12 tx return");
        assert_eq!(reorg(&[], 0).map(|told| told.text), None);
    }

    #[test]
    fn one_is_told_as_one() {
        let spend = DoubleSpend {
            txid: Txid([1; 32]),
            conflict: Txid([2; 32]),
            txid_peers: 1,
            conflict_peers: 1_204,
        };
        let text = "double spend: 010101…101 (1 peer only) and 020202…202 (1,204 peers only)";
        assert_eq!(double_spend(&spend).text, text);
        assert_eq!(seed("seed.example", &Ok(1)).text, "seed seed.example: 1 address");
        assert_eq!(seed("seed.example", &Ok(25)).text, "seed seed.example: 25 addresses");
    }

    #[test]
    fn a_replacement_names_both() {
        let told =
            |old: &[Txid], descendants| replacement(old, Txid([0xab; 32]), descendants).map(|told| told.text);
        assert_eq!(told(&[], 0), None);
        assert_eq!(told(&[Txid([1; 32])], 0).unwrap(), "010101…101 replaced by ababab…bab");
        assert_eq!(
            told(&[Txid([1; 32]), Txid([2; 32])], 3).unwrap(),
            "010101…101 and 4 more replaced by ababab…bab"
        );
    }
}

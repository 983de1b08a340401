//! Words for notices, as one line of the list of events.

use super::txid::short;
use super::watch;
use crate::event::{CatchUpFailure, SeedFailure};
use crate::model::{
    Anomaly, BackfillProgress, BlockFigures, DoubleSpend, Ending, Milestone, Notice, NoticeEntry,
    SensorNotice, WatchMatch,
};
use crate::tui::preferences::Unit;
use crate::util::text::{clean, grouped, plural};
use std::time::Duration;

/// The longest line, in characters.
const MAX_LINE: usize = 240;

/// Words an entry of the list of events; a final `×12` means that it stands for twelve notices. Amounts are
/// in `unit`.
pub fn entry(entry: &NoticeEntry, unit: Unit) -> String {
    let text = clean(notice(&entry.notice, unit).as_bytes(), MAX_LINE);
    if entry.count > 1 { format!("{text} ×{}", entry.count) } else { text }
}

/// Words a notice.
pub fn notice(notice: &Notice, unit: Unit) -> String {
    match notice {
        Notice::PeerReady { address, user_agent, relay: true, .. } => {
            format!("{address} connected: {user_agent}")
        }
        Notice::PeerReady { address, user_agent, relay: false, .. } => {
            format!("{address} connected, blocks only: {user_agent}")
        }
        Notice::Disconnected { address, reason, retry_in, kind, .. } => {
            let what = match kind {
                Ending::Lost | Ending::ShortLived => "disconnected",
                Ending::ChosenNotReached | Ending::NotReached => "not reached",
            };
            let retry = retry_in.map(|time| format!(" · retrying in {} s", time.as_secs()));
            format!("{address} {what}: {reason}{}", retry.unwrap_or_default())
        }
        Notice::Misbehaved { address, misbehaviour, .. } => format!("{address}: {misbehaviour}"),
        Notice::Anomaly { address, anomaly, .. } => format!("{address}: {}", self::anomaly(*anomaly)),
        Notice::Seed { name, answer } => format!("seed {name}: {}", seed_answer(answer)),
        Notice::Warning(warning) => warning.to_string(),
        Notice::Block(figures) => block(figures),
        Notice::Reorg { blocks, from_height, returned } => format!(
            "reorg: {} disconnected from height {}, {} tx return",
            plural(*blocks as u64, "block"),
            grouped((*from_height).into()),
            grouped(*returned as u64),
        ),
        Notice::BackfillDone(progress) => backfill(*progress),
        Notice::Restoration(milestone) => restoration(milestone),
        Notice::Replacement { replaced, others, by } => {
            let others = if *others > 0 { format!(" and {others} more") } else { String::new() };
            format!("{}{others} replaced by {}", short(*replaced), short(*by))
        }
        Notice::DoubleSpend(spend) => double_spend(spend),
        Notice::Watch(found) => watched(found, unit),
        Notice::Alert(alert) => super::alert::alert(alert, unit),
        Notice::Sensor { name, what } => format!("sensor {name} {}", sensor(what)),
    }
}

/// Words what happened to a sensor, without its name.
fn sensor(what: &SensorNotice) -> String {
    match what {
        SensorNotice::Joined => "joined".to_owned(),
        SensorNotice::Restarted => "was restarted".to_owned(),
        SensorNotice::Stale => "is stale: its peers no longer count".to_owned(),
        SensorNotice::NameShared => "is used by two programs: give each its own name".to_owned(),
        SensorNotice::Back => "is live again".to_owned(),
        SensorNotice::Warned(warning) => format!("warns: {warning}"),
    }
}

/// Words what happened to an earlier run's mempool.
fn restoration(milestone: &Milestone) -> String {
    match *milestone {
        Milestone::Restored { transactions, saved } => {
            format!("{} tx restored, saved {}", grouped(transactions as u64), saved.rfc3339())
        }
        Milestone::Discarded { transactions, saved, why } => {
            let why = match why {
                CatchUpFailure::TooMany { blocks } => format!("{} blocks ago", grouped(blocks.into())),
                CatchUpFailure::OtherChain => "on a chain that peers do not have".to_owned(),
                CatchUpFailure::NotServed => "and no peer serves the blocks since".to_owned(),
            };
            let (count, saved) = (grouped(transactions as u64), saved.rfc3339());
            format!("saved mempool of {count} tx discarded: saved {saved}, {why}")
        }
        Milestone::Reconciled { removed: 0 } => "peers still have all restored tx".to_owned(),
        Milestone::Reconciled { removed } => {
            format!("{} restored tx removed: no peer has them any more", grouped(removed as u64))
        }
    }
}

/// Words an anomaly.
pub fn anomaly(anomaly: Anomaly) -> String {
    let ms = |time: Duration| grouped(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    match anomaly {
        Anomaly::LatencyJump { ping, usual } => {
            format!("latency jumped to {} ms, usually {} ms", ms(ping), ms(usual))
        }
        Anomaly::StaleTip { height, others } => {
            format!("stale tip: at {}, the others at {}", grouped(height.into()), grouped(others.into()))
        }
        Anomaly::ClockOffset { seconds } => {
            let direction = if seconds < 0 { "behind" } else { "ahead" };
            format!("clock is {} min {direction}", grouped(seconds.unsigned_abs() / 60))
        }
        Anomaly::FeeFilter { sat_per_kvb, others } => {
            let (own, others) = (grouped(sat_per_kvb), grouped(others));
            format!("fee filter {own} sat/kvB, the others' median is {others} sat/kvB")
        }
        Anomaly::InvFlood { per_minute } => {
            format!("floods with announcements: {} in a minute", grouped(per_minute))
        }
    }
}

fn seed_answer(answer: &Result<usize, SeedFailure>) -> String {
    match answer {
        Ok(1) => "1 address".to_owned(),
        Ok(count) => format!("{} addresses", grouped(*count as u64)),
        Err(failure) => failure.to_string(),
    }
}

fn block(figures: &BlockFigures) -> String {
    let height = grouped(figures.height.into());
    let mut parts = vec![format!("block {height}"), format!("{} tx", grouped(figures.transactions as u64))];
    parts.extend(figures.share_seen().map(|share| format!("{:.1} % seen before", share * 100.0)));
    parts.extend(figures.fee_rate().map(|rate| format!("{rate:.1} sat/vB")));
    if let Some(arrival) = &figures.arrival {
        if arrival.missing.count > 0 {
            parts.push(format!("{} expected left out", arrival.missing.count));
        }
        if arrival.conflicted > 0 {
            parts.push(format!("{} conflicting removed", arrival.conflicted));
        }
    }
    parts.join(" · ")
}

fn backfill(progress: BackfillProgress) -> String {
    let BackfillProgress { fetched, requested } = progress;
    if fetched < requested {
        let (fetched, requested) = (grouped(fetched.into()), grouped(requested.into()));
        format!("backfill: {fetched} of {requested} blocks, no peer serves the others")
    } else {
        format!("backfill: {}", plural(fetched.into(), "block"))
    }
}

fn double_spend(spend: &DoubleSpend) -> String {
    let DoubleSpend { txid, conflict, txid_peers, conflict_peers } = spend;
    let peers = |count: usize| plural(count as u64, "peer");
    format!(
        "double spend: {} ({} only) and {} ({} only)",
        short(*txid),
        peers(*txid_peers),
        short(*conflict),
        peers(*conflict_peers)
    )
}

fn watched(found: &WatchMatch, unit: Unit) -> String {
    let (target, txid) = (cut(&found.target), short(found.txid));
    format!("watched {target}: {txid} {}{}", watch::event(&found.event), watch::amounts(found, unit))
}

/// The beginning and the end of a long target.
fn cut(target: &str) -> String {
    match (target.get(..10), target.len().checked_sub(6).and_then(|end| target.get(end..))) {
        (Some(begin), Some(end)) if target.len() > 17 => format!("{begin}…{end}"),
        _ => target.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::PeerAddress;
    use crate::event::{DisconnectReason, Misbehaviour, PeerId};
    use crate::model::Level;
    use crate::util::time::Timestamp;
    use crate::wire::Txid;

    const PEER: PeerId = PeerId(1);

    fn address() -> PeerAddress {
        PeerAddress::parse("203.0.113.1", 8_333).unwrap()
    }

    fn line(notice: &Notice) -> (Level, String) {
        (notice.level(), super::notice(notice, Unit::Sat))
    }

    fn ready(relay: bool) -> Notice {
        Notice::PeerReady { peer: PEER, address: address(), user_agent: "/Satoshi:30.0.0/".to_owned(), relay }
    }

    fn ended(reason: DisconnectReason, kind: Ending) -> Notice {
        let retry_in = Some(Duration::from_secs(38));
        Notice::Disconnected { peer: PEER, address: address(), reason, retry_in, kind }
    }

    #[test]
    fn a_peer_is_named_with_its_address_and_the_reason() {
        let expect = |level, text: &str| (level, format!("203.0.113.1:8333{text}"));
        assert_eq!(line(&ready(true)), expect(Level::Good, " connected: /Satoshi:30.0.0/"));
        assert_eq!(line(&ready(false)), expect(Level::Warning, " connected, blocks only: /Satoshi:30.0.0/"));
        let lost = line(&ended(DisconnectReason::PingTimeout, Ending::Lost));
        assert_eq!(lost, expect(Level::Bad, " disconnected: ping timeout · retrying in 38 s"));
        let failed = line(&ended(DisconnectReason::PingTimeout, Ending::NotReached));
        assert_eq!(failed, expect(Level::Warning, " not reached: ping timeout · retrying in 38 s"));
        let (level, _) = line(&ended(DisconnectReason::MempoolListed, Ending::ShortLived));
        assert_eq!(level, Level::Info);
        let misbehaviour = Misbehaviour::UnexpectedPong;
        let misbehaved = Notice::Misbehaved { peer: PEER, address: address(), misbehaviour };
        assert_eq!(line(&misbehaved), expect(Level::Warning, ": pong without a ping"));
    }

    #[test]
    fn a_reorg_says_where_it_began() {
        let text = |blocks| notice(&Notice::Reorg { blocks, from_height: 923_114, returned: 12 }, Unit::Sat);
        assert_eq!(text(2), "reorg: 2 blocks disconnected from height 923,114, 12 tx return");
        assert_eq!(text(1), "reorg: 1 block disconnected from height 923,114, 12 tx return");
    }

    #[test]
    fn numbers_of_one_are_singular() {
        let spend = DoubleSpend {
            txid: Txid([1; 32]),
            conflict: Txid([2; 32]),
            txid_peers: 1,
            conflict_peers: 1_204,
        };
        let text = "double spend: 010101…101 (1 peer only) and 020202…202 (1,204 peers only)";
        assert_eq!(double_spend(&spend), text);
        assert_eq!(seed_answer(&Ok(1)), "1 address");
        assert_eq!(seed_answer(&Ok(1_025)), "1,025 addresses");
    }

    #[test]
    fn a_replacement_names_both_transactions() {
        let text = |others| {
            notice(&Notice::Replacement { replaced: Txid([1; 32]), others, by: Txid([0xab; 32]) }, Unit::Sat)
        };
        assert_eq!(text(0), "010101…101 replaced by ababab…bab");
        assert_eq!(text(4), "010101…101 and 4 more replaced by ababab…bab");
    }

    #[test]
    fn a_line_is_clean_bounded_and_counts_what_it_stands_for() {
        let misbehaviour = Misbehaviour::BeforeHandshake(format!("\x1b[2J{}", "x".repeat(5_000)));
        let notice = Notice::Misbehaved { peer: PEER, address: address(), misbehaviour };
        let line =
            entry(&NoticeEntry { number: 0, time: Timestamp::from_secs(1), notice, count: 3 }, Unit::Sat);
        assert!(line.starts_with("203.0.113.1:8333: ·[2Jx") && line.ends_with("x ×3"), "{line}");
        assert_eq!(line.chars().count(), MAX_LINE + 3);
    }
}

//! How the lines of the list of events read.

use super::blocks::Confirmed;
use super::log::Subject;
use crate::address::PeerAddress;
use crate::event::{PeerEvent, PeerId};
use crate::snapshot::Level;
use crate::text::grouped;
use crate::time::Timestamp;
use crate::wire::Txid;
use std::mem::discriminant;

/// A line to be.
pub(super) struct Told {
    pub(super) level: Level,
    pub(super) subject: Subject,
    pub(super) text: String,
}

/// A peer, as far as a line about it depends on it.
pub(super) struct Teller<'a> {
    pub(super) id: PeerId,
    pub(super) address: &'a PeerAddress,
    /// Whether it was live before the event.
    pub(super) was_live: bool,
    /// Whether the user named it.
    pub(super) listed: bool,
}

/// What is worth a line about a peer.
pub(super) fn peer(now: Timestamp, teller: &Teller<'_>, event: &PeerEvent) -> Option<Told> {
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
            let (level, what) = if was_live { (Level::Bad, "gone") } else { (Level::Warning, "not reached") };
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

/// What a DNS seed answered.
pub(super) fn seed(name: &str, answer: &Result<usize, String>) -> Told {
    let (level, text) = match answer {
        Ok(count) => (Level::Info, format!("seed {name}: {count} addresses")),
        Err(why) => (Level::Warning, format!("seed {name}: {why}")),
    };
    Told { level, subject: Subject::Once, text }
}

/// What is wrong outside of any peer.
pub(super) fn warning(text: &str) -> Told {
    Told { level: Level::Warning, subject: Subject::Once, text: text.to_owned() }
}

/// What a block contained.
pub(super) fn block(height: u32, confirmed: &Confirmed) -> Told {
    let height = grouped(height.into());
    let mut parts = vec![format!("block {height}"), format!("{} tx", grouped(confirmed.transactions as u64))];
    parts.extend(confirmed.share_seen().map(|share| format!("{:.1} % seen before", share * 100.0)));
    if confirmed.conflicted > 0 {
        parts.push(format!("{} conflicting dropped", confirmed.conflicted));
    }
    Told { level: Level::Good, subject: Subject::Once, text: parts.join(" · ") }
}

/// That a transaction took the place of others.
pub(super) fn replacement(old: &[Txid], new: Txid, descendants: usize) -> Option<Told> {
    let (first, others) = old.split_first()?;
    let others = match others.len() + descendants {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let text = format!("{}{others} replaced by {}", short(*first), short(new));
    Some(Told { level: Level::Info, subject: Subject::Once, text })
}

/// The beginning and the end of a txid, as the screen shows it.
fn short(txid: Txid) -> String {
    let text = txid.to_string();
    format!("{}…{}", &text[..6], &text[61..])
}

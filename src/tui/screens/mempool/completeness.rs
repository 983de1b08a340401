//! How complete the mempool is, as text.

use crate::snapshot::{ListComparison, Snapshot};
use crate::tui::widgets::format;

/// What the last blocks, a peer's list and the peers' netgroups say about the mempool's completeness.
pub fn lines(snapshot: &Snapshot) -> Vec<String> {
    let blocks = snapshot.completeness.blocks.and_then(|seen| {
        let (share, blocks) = (format::share(seen.share?), format::plural(seen.blocks as u64, "block"));
        Some(format!("{share} of the last {blocks} (vB) was here before"))
    });
    let list = snapshot.completeness.list.as_ref().and_then(list);
    let unproven = snapshot.totals.unproven;
    let count = format::grouped(unproven.count);
    let doubt = match (unproven.count, snapshot.totals.one_netgroup) {
        (0, _) => None,
        (_, true) => Some(format!("{count} tx by one peer only: there is no other to ask")),
        (_, false) => Some(format!("+ {count} tx by one peer only, in no figure")),
    };
    [blocks, list, doubt].into_iter().flatten().collect()
}

fn list(list: &ListComparison) -> Option<String> {
    let (share, listed) = (format::share(list.share()?), format::grouped(list.listed));
    let lacks = match list.extra.count {
        0 => String::new(),
        _ => format!("; it lacks {}", format::vsize(list.extra.vsize)),
    };
    Some(format!("{share} of a list of {listed} is here{lacks}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Amount, Completeness, SeenInBlocks, Totals};

    #[test]
    fn only_what_is_known_is_shown() {
        assert_eq!(lines(&Snapshot::default()), Vec::<String>::new());
        let list = ListComparison {
            listed: 14_105,
            here: 13_978,
            extra: Amount { count: 700, vsize: 241_000 },
            ..ListComparison::default()
        };
        let blocks = Some(SeenInBlocks { blocks: 6, share: Some(0.982) });
        let unproven = Amount { count: 1_204, vsize: 300_000 };
        let mut snapshot = Snapshot {
            completeness: Completeness { blocks, list: Some(list) },
            totals: Totals { unproven, ..Totals::default() },
            ..Snapshot::default()
        };
        let expected = [
            "98.2 % of the last 6 blocks (vB) was here before",
            "99.1 % of a list of 14,105 is here; it lacks 241.0 kvB",
            "+ 1,204 tx by one peer only, in no figure",
        ];
        assert_eq!(lines(&snapshot), expected);
        snapshot.totals.one_netgroup = true;
        assert_eq!(lines(&snapshot)[2], "1,204 tx by one peer only: there is no other to ask");
    }
}

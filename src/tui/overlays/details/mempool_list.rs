//! The difference between our mempool and the list of a peer's.
//!
//! ```text
//! Its mempool  listed at 12:03:11
//! listed     52,880 transactions that are still waiting
//! here       51,700 (97.8 %)
//! missing    1,180 that it has and we lack
//! extra      1,204 that we have and it lacks, 410.2 kvB
//!            inscription: 812, 301.0 kvB
//! ```

use super::document::{facts, heading};
use crate::snapshot::{Amount, ListComparison};
use crate::tui::context::Context;
use crate::tui::widgets::{clock, format};
use crate::tui::wording;
use ratatui::text::Line;

/// How many kinds are listed.
const KINDS: usize = 6;

/// Describes the difference in lines of `cells` cells.
pub fn lines(cx: &Context, list: &ListComparison, cells: usize) -> Vec<Line<'static>> {
    let taken = clock::time(cx.wall(list.taken), cx.zone);
    let mut lines = vec![Line::default(), heading(cx, format!("Its mempool  listed at {taken}"))];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    add("listed", format!("{} transactions that are still waiting", format::grouped(list.listed)));
    let share = format::known(list.share().map(format::share));
    add("here", format!("{} ({share})", format::grouped(list.here)));
    if list.unproven > 0 {
        add("alone", format!("{} that no other netgroup vouches for", format::grouped(list.unproven)));
    }
    add("missing", format!("{} that it has and we lack", format::grouped(list.missing())));
    let amount = |Amount { count, vsize }| (format::grouped(count), format::vsize(vsize));
    let (count, vsize) = amount(list.extra);
    add("extra", format!("{count} that we have and it lacks, {vsize}"));
    for &(kind, extra) in list.extra_kinds.iter().take(KINDS) {
        let (count, vsize) = amount(extra);
        add("", format!("{}: {count}, {vsize}", wording::kind::label(kind)));
    }
    lines
}

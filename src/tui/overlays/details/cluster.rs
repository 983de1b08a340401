//! The cluster of a transaction, in its details.
//!
//! ```text
//! chunk         8.4 sat/vB with 2 others, 612 vB, 5,140 sat
//!
//! Chunk with
//!  88d002…91b                          21.0 sat/vB  pays more
//!  3fa9c1…e07                           0.1 sat/vB  pays less
//!
//! 2 ancestors, 421 vB
//!  3fa9c1…e07                           0.1 sat/vB
//! ```

use super::document::{Row, heading};
use crate::snapshot::{Cluster, EphemeralDust, Open, Package, Relative, Relatives};
use crate::tui::context::Context;
use crate::tui::widgets::{format, text};
use ratatui::text::{Line, Span};

/// The cells of a fee rate.
const RATE: usize = 9;

/// Describes the chunk of a transaction, if its cluster has other transactions.
pub fn chunk(cluster: &Cluster) -> Option<String> {
    let has_relatives = !cluster.ancestors.rows.is_empty() || !cluster.descendants.rows.is_empty();
    Some(match &cluster.package {
        Package::Together { fee_rate, fee, vsize, others } => {
            let [fee, vsize] = [*fee, u64::from(*vsize)].map(format::grouped);
            let others = match others.len() {
                1 => "1 other".to_owned(),
                count => format!("{count} others"),
            };
            format!("{} sat/vB with {others}, {vsize} vB, {fee} sat", format::fee_rate(*fee_rate))
        }
        Package::Alone if has_relatives => "alone".to_owned(),
        Package::Alone => return None,
        Package::Unknown { min, max } => {
            let min = format::fee_rate(*min);
            let range = match max {
                Some(max) => format!("{min} to {}", format::fee_rate(*max)),
                None => format!("at least {min}"),
            };
            format!("{range} sat/vB (a fee in the cluster is unknown)")
        }
        Package::Oversized => "? (cluster exceeds the node limit)".to_owned(),
    })
}

/// A flag for ephemeral dust.
pub const fn dust(cluster: &Cluster) -> Option<&'static str> {
    match cluster.ephemeral_dust {
        Some(EphemeralDust::Carries) => Some("ephemeral dust"),
        Some(EphemeralDust::Spends) => Some("spends ephemeral dust"),
        None => None,
    }
}

/// Lists the rest of the chunk, the ancestors and the descendants, with a blank line after each group.
pub fn rows(cx: &Context, cluster: &Cluster, cells: usize) -> Vec<Row> {
    let mut rows = chunk_members(cx, cluster, cells);
    rows.extend(relatives(cx, &cluster.ancestors, "ancestor", cells));
    rows.extend(relatives(cx, &cluster.descendants, "descendant", cells));
    rows
}

fn chunk_members(cx: &Context, cluster: &Cluster, cells: usize) -> Vec<Row> {
    let Package::Together { fee_rate, others, .. } = &cluster.package else { return Vec::new() };
    let part = |other: &Relative| match other.fee_rate.exact() {
        Some(rate) if rate > *fee_rate => "pays more",
        Some(rate) if rate < *fee_rate => "pays less",
        _ => "",
    };
    let mut rows = vec![heading(cx, "Chunk with").into()];
    rows.extend(others.iter().map(|other| relative(cx, other, part(other), cells)));
    rows.push(Line::default().into());
    rows
}

fn relatives(cx: &Context, relatives: &Relatives, what: &str, cells: usize) -> Vec<Row> {
    let count = relatives.rows.len();
    if count == 0 && !relatives.more {
        return Vec::new();
    }
    let plural = if count == 1 && !relatives.more { "" } else { "s" };
    let more = if relatives.more { "≥" } else { "" };
    let title = format!("{more}{count} {what}{plural}, {more}{} vB", format::grouped(relatives.vsize));
    let mut rows = vec![heading(cx, title).into()];
    rows.extend(relatives.rows.iter().map(|row| relative(cx, row, "", cells)));
    rows.push(Line::default().into());
    rows
}

fn relative(cx: &Context, row: &Relative, part: &str, cells: usize) -> Row {
    let rate = format::rate(row.fee_rate, RATE);
    let right = format!(" {} sat/vB  {}", text::right(&rate, RATE), text::left(part, 11));
    let room = cells.saturating_sub(text::width(&right));
    let line = Line::from(vec![
        Span::raw(text::left(&text::cut_middle(&row.txid.to_string(), room), room)),
        Span::styled(right, cx.theme.muted()),
    ]);
    Row::linked(line, Open::Transaction(row.key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_without_an_upper_bound_pays_at_least_the_lower_one() {
        let shown = |max| {
            let package = Package::Unknown { min: 14.8, max };
            chunk(&Cluster { package, ..Cluster::default() }).unwrap()
        };
        assert_eq!(shown(None), "at least 14.8 sat/vB (a fee in the cluster is unknown)");
        assert_eq!(shown(Some(20.0)), "14.8 to 20.0 sat/vB (a fee in the cluster is unknown)");
    }
}

//! Words for alerts.

use super::txid::short;
use super::watch;
use crate::model::{Alert, AlertFigure, AlertItem};
use crate::tui::preferences::Unit;
use crate::util::text::grouped;

/// Words an alert: `alert: next_block < 3 · next_block 2.5 sat/vB`. Amounts are in `unit`.
pub fn alert(alert: &Alert, unit: Unit) -> String {
    let head = if alert.is_test { "test of alert" } else { "alert" };
    let mut parts = vec![format!("{head}: {}", alert.rule)];
    match &alert.item {
        AlertItem::Transaction(txid) => parts.push(short(*txid)),
        AlertItem::Block { height, pool, .. } => {
            let pool = pool.map(|pool| format!(" by {pool}")).unwrap_or_default();
            parts.push(format!("block {}{pool}", grouped((*height).into())));
        }
        AlertItem::Peer { address, .. } => parts.push(address.to_string()),
        AlertItem::Figures(figures) => parts.extend(figures.iter().map(figure)),
        AlertItem::Watch(found) => {
            let (event, amounts) = (watch::event(&found.event), watch::amounts(found, unit));
            parts.push(format!("{} {event}{amounts}", short(found.txid)));
        }
        AlertItem::Nothing => {}
    }
    if alert.skipped > 0 {
        let matches = if alert.skipped == 1 { "match" } else { "matches" };
        parts.push(format!("{} more {matches} since the last one", grouped(alert.skipped)));
    }
    parts.join(" · ")
}

fn figure(figure: &AlertFigure) -> String {
    match figure.value {
        None => format!("{} unknown", figure.name),
        Some(value) => {
            let number =
                if value.fract().abs() < 0.005 { format!("{value:.0}") } else { format!("{value:.2}") };
            let unit = if figure.unit.is_empty() { String::new() } else { format!(" {}", figure.unit) };
            format!("{} {number}{unit}", figure.name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{BlockHash, Txid};

    fn worded(item: AlertItem, skipped: u64, is_test: bool) -> String {
        alert(&Alert { rule: "next_block < 3".into(), item, skipped, is_test }, Unit::Sat)
    }

    #[test]
    fn an_alert_says_which_rule_and_what_about() {
        let figure = AlertFigure { name: "next_block", unit: "sat/vB", value: Some(2.5) };
        let count = AlertFigure { name: "live_peers", unit: "", value: Some(4.0) };
        assert_eq!(
            worded(AlertItem::Figures(vec![figure, count]), 0, false),
            "alert: next_block < 3 · next_block 2.50 sat/vB · live_peers 4"
        );
        let block = AlertItem::Block { height: 923_114, hash: BlockHash([0; 32]), pool: Some("Foundry USA") };
        assert_eq!(worded(block, 0, false), "alert: next_block < 3 · block 923,114 by Foundry USA");
        let tx = AlertItem::Transaction(Txid([7; 32]));
        assert!(worded(tx, 12, false).ends_with(" · 12 more matches since the last one"));
        assert_eq!(worded(AlertItem::Nothing, 0, true), "test of alert: next_block < 3");
    }
}

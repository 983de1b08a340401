//! Words for alerts.

use super::txid::short;
use super::watch;
use crate::alert::{Actions, MAX_PER_SECOND, TestResult};
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

/// Words the result of testing a rule.
pub fn tested(result: &TestResult) -> String {
    match result {
        TestResult::Throttled => format!("not tested: {MAX_PER_SECOND} alerts fired within a second"),
        TestResult::Fired(rule) => {
            let Actions { event, bell, notify, run } = rule.actions();
            let run = run.as_ref().map(|program| format!("{} started", program.display()));
            let parts = [
                event.then(|| "event on the Overview".to_owned()),
                bell.then(|| "bell".to_owned()),
                notify.then(|| "notification".to_owned()),
                run,
            ];
            format!("tested: {}", parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
        }
        TestResult::Ended { program, result: Ok(()) } => {
            format!("tested: {} ended without an error", program.display())
        }
        TestResult::Ended { program, result: Err(failure) } => {
            format!("tested: {} failed: {failure}", program.display())
        }
    }
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
    use crate::alert::Rule;
    use crate::event::CommandFailure;
    use crate::wire::{BlockHash, Txid};
    use std::sync::Arc;

    fn worded(item: AlertItem, skipped: u64, is_test: bool) -> String {
        alert(&Alert { rule: "next_block < 3".into(), item, skipped, is_test }, Unit::Sat)
    }

    #[test]
    fn a_test_says_what_the_rule_did_and_how_its_program_ended() {
        let rule = Rule::parse("blocks; event; bell; run /bin/true").unwrap();
        assert_eq!(
            tested(&TestResult::Fired(Arc::new(rule))),
            "tested: event on the Overview · bell · /bin/true started"
        );
        let ended = |result| tested(&TestResult::Ended { program: "/bin/true".into(), result });
        assert_eq!(ended(Ok(())), "tested: /bin/true ended without an error");
        assert_eq!(ended(Err(CommandFailure::Exit(3))), "tested: /bin/true failed: exit status: 3");
        assert_eq!(tested(&TestResult::Throttled), "not tested: 10 alerts fired within a second");
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

//! The fee estimates and their basis, as text.

use crate::snapshot::{Estimates, Target};
use crate::tui::widgets::format;
use crate::tui::wording::estimate as words;

/// The fee rates for confirmation within some blocks.
pub fn line(estimates: &Estimates) -> String {
    let known = estimates.targets.iter().filter(|target| target.estimate.is_some());
    let target =
        |target: &Target| format!("{} {}", words::target(target.within), words::rate(target.estimate));
    let known: Vec<String> = known.map(target).collect();
    if known.is_empty() { "? sat/vB".to_owned() } else { format!("{} sat/vB", known.join(" · ")) }
}

/// The lowest relayed fee rate, the accuracy of past estimates, and how full the last blocks were.
pub fn basis(estimates: &Estimates) -> String {
    let minimum = format::fee_rate(estimates.minimum);
    let shares = estimates.targets.map(|target| target.hit_rate.share());
    let hit_rate = if shares.iter().all(Option::is_none) {
        format::UNKNOWN.to_owned()
    } else {
        format!("{} %", shares.map(|share| format::known(share.map(percent))).join(", "))
    };
    let full = match estimates.full_blocks {
        (_, 0) => String::new(),
        (full, all) => format!(" · {full} of {all} blocks full"),
    };
    format!("minimum {minimum} · hit rate {hit_rate}{full}")
}

fn percent(share: f32) -> String {
    format!("{:.0}", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Estimate, HitRate};

    fn target(within: u32, estimate: Option<Estimate>, hits: usize) -> Target {
        Target { within, estimate, hit_rate: HitRate { hits, judged: hits.min(1) * 40 } }
    }

    #[test]
    fn estimates_and_bounds_look_different() {
        let targets = [
            target(1, Some(Estimate::About(8.1)), 32),
            target(3, Some(Estimate::AtLeast(2.7)), 0),
            target(6, None, 0),
        ];
        let estimates = Estimates { minimum: 0.1, targets, full_blocks: (5, 6) };
        assert_eq!(line(&estimates), "next block 8.1 · 3 blocks ≥2.7 sat/vB");
        assert_eq!(basis(&estimates), "minimum 0.10 · hit rate 80, ?, ? % · 5 of 6 blocks full");
        assert_eq!(line(&Estimates::default()), "? sat/vB");
        assert_eq!(basis(&Estimates::default()), "minimum 0.10 · hit rate ?");
    }
}

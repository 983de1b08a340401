//! Words for the estimates of fee rates.

use crate::model::Estimate;
use crate::tui::widgets::format;

/// The target of an estimate: `next block`, `3 blocks`.
pub fn target(within: u32) -> String {
    if within == 1 { "next block".to_owned() } else { format!("{within} blocks") }
}

/// The rate in sat/vB: `8.1`, `≥2.7`, `?`.
pub fn rate(estimate: Option<Estimate>) -> String {
    match estimate {
        Some(Estimate::About(rate)) => format::fee_rate(rate),
        Some(Estimate::AtLeast(rate)) => format!("≥{}", format::fee_rate(rate)),
        None => format::UNKNOWN.to_owned(),
    }
}

//! Kinds of transactions.

use crate::model::classify::Kind;

/// The label of a kind; `None` stands for other transactions.
pub const fn label(kind: Option<Kind>) -> &'static str {
    let Some(kind) = kind else { return "other" };
    match kind {
        Kind::Payment => "payment",
        Kind::Consolidation => "consolidation",
        Kind::BatchPayout => "batch payout",
        Kind::CoinJoin => "CoinJoin-like",
        Kind::Inscription => "inscription",
        Kind::Runestone => "runestone",
        Kind::Data => "data",
        Kind::LightningOpen => "Lightning open",
        Kind::LightningForceClose => "Lightning force close",
        Kind::LightningAnchorSpend => "Lightning anchor spend",
        Kind::Multisig => "multisig",
        Kind::TimeLocked => "time-locked",
        Kind::Truc => "TRUC",
    }
}

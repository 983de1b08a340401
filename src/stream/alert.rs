//! The record of an alert.

use super::values::{PeerFields, sensor};
use crate::model::{Alert, AlertFigure, AlertItem, Model};
use serde::Serialize;

/// A rule of the user fired.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct AlertRecord {
    pub(super) rule: String,
    pub(super) skipped_count: u64,
    pub(super) txid: Option<String>,
    pub(super) height: Option<u32>,
    pub(super) block: Option<String>,
    pub(super) pool: Option<String>,
    #[serde(flatten)]
    pub(super) peer: PeerFields<Option<String>>,
    pub(super) target: Option<String>,
    pub(super) figures: Vec<FigureFields>,
}

/// A figure of the overview that the rule mentions.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct FigureFields {
    pub(super) name: String,
    pub(super) value: Option<f64>,
}

impl AlertRecord {
    pub(super) fn new(alert: &Alert, model: &Model) -> Self {
        let mut record = Self {
            rule: alert.rule.to_string(),
            skipped_count: alert.skipped,
            txid: None,
            height: None,
            block: None,
            pool: None,
            peer: PeerFields::default(),
            target: None,
            figures: Vec::new(),
        };
        match &alert.item {
            AlertItem::Transaction(txid) => record.txid = Some(txid.to_string()),
            AlertItem::Block { height, hash, pool } => {
                (record.height, record.block) = (Some(*height), Some(hash.to_string()));
                record.pool = pool.map(str::to_owned);
            }
            AlertItem::Peer { peer, address } => {
                record.peer = PeerFields { peer: Some(address.to_string()), sensor: sensor(*peer, model) };
            }
            AlertItem::Figures(figures) => {
                let fields =
                    |figure: &AlertFigure| FigureFields { name: figure.name.to_owned(), value: figure.value };
                record.figures = figures.iter().map(fields).collect();
            }
            AlertItem::Watch(found) => {
                record.txid = Some(found.txid.to_string());
                record.target = Some(found.target.clone());
                record.height = found.event.height();
                record.block = found.block.map(|block| block.to_string());
            }
            AlertItem::Nothing => {}
        }
        record
    }
}

//! The record of an alert.

use super::values::{PeerFields, sensor};
use crate::model::{Alert, AlertFigure, AlertItem, Model};
use serde::Serialize;

/// A rule of the user fired.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct AlertRecord {
    pub(in crate::stream) rule: String,
    pub(in crate::stream) skipped_count: u64,
    pub(in crate::stream) txid: Option<String>,
    pub(in crate::stream) height: Option<u32>,
    pub(in crate::stream) block: Option<String>,
    pub(in crate::stream) pool: Option<String>,
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields<Option<String>>,
    pub(in crate::stream) target: Option<String>,
    pub(in crate::stream) figures: Vec<FigureFields>,
}

/// A figure of the overview that the rule mentions.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct FigureFields {
    pub(in crate::stream) name: String,
    pub(in crate::stream) value: Option<f64>,
}

impl AlertRecord {
    pub(in crate::stream) fn new(alert: &Alert, model: &Model) -> Self {
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

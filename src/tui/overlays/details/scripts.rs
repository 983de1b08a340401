//! The scripts and witnesses of a transaction, in hex and as instructions, in its details.
//!
//! ```text
//! input 0
//! script     (empty)
//! witness 0  3044…01, 71 B
//!
//! output 0
//! script     0014751e76e8199196d454941c45d1b3a323f1433bd6
//! asm        0 751e76e8199196d454941c45d1b3a323f1433bd6
//! ```

use super::document::{facts, heading};
use crate::chain::script::asm;
use crate::snapshot::TransactionDetail;
use crate::tui::context::Context;
use crate::tui::widgets::format;
use crate::util::text::hex;
use crate::wire::Transaction;
use ratatui::text::Line;

/// The most bytes shown of a script or a witness item: the most that a script may push (Core:
/// `MAX_SCRIPT_ELEMENT_SIZE`).
const SHOWN: usize = 520;
/// The most witness items shown per input.
const ITEMS: usize = 100;

/// Lists the scripts in lines of `cells` cells.
pub fn lines(cx: &Context, transaction: &TransactionDetail, cells: usize) -> Vec<Line<'static>> {
    // The model has already parsed these bytes.
    let Ok(tx) = Transaction::parse(&transaction.raw) else { return Vec::new() };
    let mut lines = Vec::new();
    for (vin, input) in tx.inputs().take(TransactionDetail::LISTED).enumerate() {
        lines.push(heading(cx, format!("Input {vin}")));
        script(cx, input.script_sig, cells, &mut lines);
        for (item, bytes) in input.witness.take(ITEMS).enumerate() {
            lines.extend(facts(cx, &format!("witness {item}"), &shortened(bytes), cells));
        }
    }
    for (vout, output) in tx.outputs().take(TransactionDetail::LISTED).enumerate() {
        lines.push(heading(cx, format!("Output {vout}")));
        script(cx, output.script_pubkey, cells, &mut lines);
    }
    lines
}

fn script(cx: &Context, script: &[u8], cells: usize, lines: &mut Vec<Line<'static>>) {
    lines.extend(facts(cx, "script", &shortened(script), cells));
    if (1..=SHOWN).contains(&script.len()) {
        lines.extend(facts(cx, "asm", &asm(script), cells));
    }
}

/// The bytes in hex, and their number if not all are shown.
fn shortened(bytes: &[u8]) -> String {
    match bytes {
        [] => "(empty)".to_owned(),
        _ if bytes.len() <= SHOWN => hex(bytes),
        _ => format!("{}… {} B in all", hex(&bytes[..SHOWN]), format::grouped(bytes.len() as u64)),
    }
}

//! Made-up inscriptions of nearly the standard limit of 100 kvB each, so that the mempool fills several
//! blocks.

use super::recording::seconds;
use super::transactions::{Spread, Transactions, funding};
use mempulse::wire::transaction::{InputParts, OutputParts, TxParts};
use mempulse::wire::{OutPoint, Transaction, Txid};

const COUNT: u64 = 28;
/// The bytes that each one reveals.
const DATA: usize = 385_000;
/// The longest data that one opcode may push (Core: `MAX_SCRIPT_ELEMENT_SIZE`).
const PUSH: usize = 520;
/// In sat/kvB, used in turn.
const FEE_RATES: [u64; 7] = [9_100, 1_120, 2_330, 7_800, 1_640, 1_010, 3_150];
/// In sat.
const OUTPUT: u64 = 546;

/// Adds them; every fourth one has an unknown fee.
pub fn add(transactions: &mut Transactions) {
    for (number, fee_rate) in (0..COUNT).zip(FEE_RATES.into_iter().cycle()) {
        let unknown = OutPoint { txid: Txid([0x1d; 32]), vout: u32::try_from(number).unwrap() };
        let vsize = u64::from(inscription(unknown).vsize());
        let funding = funding(10_000 + number, &[OUTPUT + fee_rate * vsize / 1_000]);
        let tx = if number % 4 == 2 {
            inscription(unknown)
        } else {
            inscription(OutPoint { txid: funding.txid(), vout: 0 })
        };
        transactions.add(tx, seconds(20 + 25 * number), fee_rate, Spread::Everywhere);
        transactions.funding.push(funding);
    }
}

fn inscription(prevout: OutPoint) -> Transaction {
    let mut script = [&[32][..], &[9; 32], &[0xac, 0x00, 0x63, 3], b"ord", &[0x00]].concat();
    for chunk in vec![0xab; DATA].chunks(PUSH) {
        script.push(0x4d);
        script.extend_from_slice(&u16::try_from(chunk.len()).unwrap().to_le_bytes());
        script.extend_from_slice(chunk);
    }
    script.push(0x68);
    let control_block = [&[0xc1][..], &[3; 32]].concat();
    let input = InputParts {
        prevout,
        script_sig: Vec::new(),
        sequence: 0xffff_fffd,
        witness: vec![vec![1; 64], script, control_block],
    };
    let output = OutputParts { value: OUTPUT, script_pubkey: [&[0x51, 32][..], &[5; 32]].concat() };
    let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
    parts.build().unwrap()
}

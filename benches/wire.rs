//! From the bytes of `tx` messages to ids, weight and outputs, on the transactions of a real block:
//! this program, the `bitcoin` crate, and the hashes that both need.
//!
//! `cargo bench --bench wire` ends with the ratios, measured side by side in the same run.

use bitcoin::consensus::deserialize_partial;
use bitcoin::p2p::message::{NetworkMessage, RawNetworkMessage};
use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput};
use mempulse::wire::{Block, Decoder, Message, Transaction};
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::time::{Duration, Instant};

const MAGIC: [u8; 4] = [0xf9, 0xbe, 0xb4, 0xd9];

/// How many transactions at a time the ratios are measured on: few enough that a busy machine
/// rarely interrupts a round.
const PART: usize = 50;

/// How often each part is timed for the ratios.
const ROUNDS: usize = 51;

/// Some transactions.
struct Input {
    /// As a stream of messages.
    stream: Vec<u8>,
    /// What has to be hashed: each transaction, and again without its witness if it has one.
    hashed: Vec<Vec<u8>>,
}

impl Input {
    fn new(transactions: &[Transaction]) -> Self {
        let mut stream = Vec::new();
        let mut hashed = Vec::new();
        for tx in transactions {
            hashed.push(tx.raw().to_vec());
            if tx.has_witness() {
                hashed.push(stripped(tx));
            }
            stream.extend(Message::Tx(tx.clone()).encode(MAGIC));
        }
        Self { stream, hashed }
    }
}

fn stripped(tx: &Transaction) -> Vec<u8> {
    let mut tx: bitcoin::Transaction = bitcoin::consensus::deserialize(tx.raw()).expect("the block is valid");
    for input in &mut tx.input {
        input.witness.clear();
    }
    bitcoin::consensus::serialize(&tx)
}

/// The hashes that both need, by the `sha2` crate.
fn hashes_alone(hashed: &[Vec<u8>]) {
    for bytes in hashed {
        black_box(Sha256::digest(Sha256::digest(bytes)));
    }
}

/// A decoder with the stream in its buffer, where a socket puts it, and in the processor's caches,
/// where the others find theirs.
fn received(stream: &[u8]) -> Decoder {
    let mut decoder = Decoder::new(MAGIC);
    decoder.extend(stream);
    black_box(decoder.buffer().iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
    decoder
}

/// This program. Returns something that depends on every output.
fn mempulse(mut decoder: Decoder) -> u64 {
    let mut sum = 0;
    while let Some(decoded) = decoder.next().expect("the stream is valid") {
        let Ok(Message::Tx(tx)) = decoded.content else { panic!("not a transaction") };
        black_box((tx.txid(), tx.wtxid(), tx.weight()));
        sum += tx.outputs().map(|output| output.value + output.script_pubkey.len() as u64).sum::<u64>();
    }
    sum
}

/// The crate, from a slice. Returns the same.
fn bitcoin_crate(mut stream: &[u8]) -> u64 {
    let mut sum = 0;
    while !stream.is_empty() {
        let (message, size) = deserialize_partial::<RawNetworkMessage>(stream).expect("the stream is valid");
        stream = &stream[size..];
        let NetworkMessage::Tx(tx) = message.payload() else { panic!("not a transaction") };
        black_box((tx.compute_txid(), tx.compute_wtxid(), tx.weight()));
        let worth = |output: &bitcoin::TxOut| output.value.to_sat() + output.script_pubkey.len() as u64;
        sum += tx.output.iter().map(worth).sum::<u64>();
    }
    sum
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

/// The median times of the three. They take turns, so that whatever else the machine does hits
/// all alike.
fn medians(input: &Input) -> [Duration; 3] {
    let mut rounds: [Vec<Duration>; 3] = Default::default();
    for _ in 0..ROUNDS {
        let decoder = received(&input.stream);
        rounds[0].push(time(|| hashes_alone(&input.hashed)));
        rounds[1].push(time(|| mempulse(decoder)));
        rounds[2].push(time(|| bitcoin_crate(&input.stream)));
    }
    rounds.map(|mut times| {
        times.sort();
        times[ROUNDS / 2]
    })
}

fn main() {
    let raw = Bytes::from_static(bitcoin_test_data::blocks::mainnet_702861());
    let transactions = Block::parse(&raw).expect("the block is valid").transactions;
    let input = Input::new(&transactions);
    assert_eq!(mempulse(received(&input.stream)), bitcoin_crate(&input.stream), "the two disagree");

    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut group = criterion.benchmark_group("real transactions");
    group.throughput(Throughput::Elements(transactions.len() as u64));
    group.bench_function("hashes alone", |bencher| bencher.iter(|| hashes_alone(black_box(&input.hashed))));
    group.bench_function("mempulse", |bencher| {
        bencher.iter_batched(|| received(&input.stream), mempulse, BatchSize::SmallInput);
    });
    group.bench_function("bitcoin crate", |bencher| bencher.iter(|| bitcoin_crate(black_box(&input.stream))));
    group.finish();
    criterion.final_summary();

    let mut total = [Duration::ZERO; 3];
    for part in transactions.chunks(PART) {
        for (total, time) in total.iter_mut().zip(medians(&Input::new(part))) {
            *total += time;
        }
    }
    let count = u32::try_from(transactions.len()).map_or(f64::INFINITY, f64::from);
    let [hashes, ours, theirs] = total.map(|time| time.as_secs_f64() * 1e9 / count);
    println!(
        "per transaction: hashes alone {hashes:.0} ns, mempulse {ours:.0} ns, bitcoin crate {theirs:.0} ns"
    );
    println!("mempulse takes {:.2} × the time of the hashes alone (to reach: at most 1.15)", ours / hashes);
    println!("mempulse is {:.2} × as fast as the bitcoin crate (to reach: at least 2.5)", theirs / ours);
}

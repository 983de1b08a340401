//! What it costs to start with a saved mempool of 300,000 transactions of mainnet's mean size: the time until
//! all are loaded, the time until all are in the mempool, and the longest event, during which no frame is drawn.

mod memory;

use mempulse::chain::Network;
use mempulse::event::{CatchUp, Event, EventKind, Restored};
use mempulse::model::{Model, ModelSettings};
use mempulse::wire::transaction::{InputParts, OutputParts, TxParts};
use mempulse::wire::{OutPoint, Txid};
use mempulse::{StoreSettings, Stores, Timestamp};
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const TRANSACTIONS: u32 = 300_000;

/// The mean size of a transaction on mainnet, in bytes.
const SIZE: usize = 626;

/// Writes a `mempool.dat` of version 1.
fn write(path: &Path, time: u64) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(&[1, u64::from(TRANSACTIONS)].map(u64::to_le_bytes).concat())?;
    for number in 0..TRANSACTIONS {
        let mut txid = [7; 32];
        txid[..4].copy_from_slice(&number.to_le_bytes());
        let spend = |vout| InputParts {
            prevout: OutPoint { txid: Txid(txid), vout },
            script_sig: vec![],
            sequence: 0xffff_fffd,
            witness: vec![vec![1; 72], vec![2; 33]],
        };
        let output = |value| OutputParts { value, script_pubkey: vec![0x51; 34] };
        let inputs: Vec<_> = (0..2).map(spend).collect();
        let mut outputs: Vec<_> = (0..2).map(output).collect();
        // The rest of the size is data.
        let so_far = 10 + 2 + 2 * (41 + 108) + 2 * 43;
        outputs.push(OutputParts { value: 0, script_pubkey: vec![0x6a; SIZE - so_far - 9] });
        let parts = TxParts { version: 2, inputs, outputs, lock_time: 0 };
        let Ok(tx) = parts.build() else { return Err(std::io::Error::other("no transaction")) };
        file.write_all(tx.raw())?;
        file.write_all(&[time, 0].map(u64::to_le_bytes).concat())?;
    }
    file.write_all(&[0, 0])?;
    file.flush()
}

/// A figure of the memory of the process, in MB.
fn megabytes(name: &str) -> Option<u64> {
    Some(memory::bytes(name)? / 1_000_000)
}

async fn start(dir: &Path, now: Timestamp) {
    let network = Network::Regtest;
    let settings = StoreSettings {
        state_dir: Some(dir),
        network,
        addresses: false,
        prevout_blocks: 1,
        mempool: true,
        figures: true,
        screen: false,
    };
    let begun = Instant::now();
    let (mut stores, _) = Stores::load(settings, now);
    println!("stores opened after {:.2?}: the first frame waits no longer", begun.elapsed());
    let model_settings = ModelSettings { max_mempool: 1 << 30, ..ModelSettings::new(network, now) };
    let mut model = Model::new(model_settings).expecting_restored();
    let mut longest = Duration::ZERO;
    let mut apply = |model: &mut Model, kind: EventKind| {
        let start = Instant::now();
        model.apply(&Event { time: now, kind });
        longest = longest.max(start.elapsed());
    };
    loop {
        let kind = stores.next().await;
        let is_complete = matches!(kind, EventKind::Restored(Restored::Complete(_)));
        apply(&mut model, kind);
        if is_complete {
            break;
        }
    }
    println!("{TRANSACTIONS} transactions loaded after {:.2?}", begun.elapsed());
    apply(&mut model, EventKind::CatchUp(CatchUp::Complete));
    while model.transactions().len() < TRANSACTIONS as usize {
        apply(&mut model, EventKind::Restored(Restored::Continue));
    }
    println!("in the mempool after {:.2?}; the longest event took {longest:.2?}", begun.elapsed());
    println!("memory of the process: {:?} MB, {:?} MB at most", megabytes("VmRSS"), megabytes("VmHWM"));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("mempool.dat");
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    write(&file, now - 3_600)?;
    let begun = Instant::now();
    let arguments = ["mempulse", "import", "--network", "regtest", "--state-dir"].map(OsString::from);
    let paths = [dir.path().into(), file.into_os_string()];
    mempulse::run(&arguments.into_iter().chain(paths).collect::<Vec<_>>());
    println!("imported in {:.2?}", begun.elapsed());
    tokio::runtime::Runtime::new()?.block_on(start(dir.path(), Timestamp::from_secs(now)));
    Ok(())
}

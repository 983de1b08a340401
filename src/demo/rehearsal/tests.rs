//! Eight blocks of February 2024: `MEMPULSE_CHAIN_DATA` names the folder that contains them.

use super::chunks::{Member, chunk_rates};
use super::facts::{Facts, KINDS};
use super::plan::{Plan, plan};
use super::stage::Stage;
use crate::chain::Network;
use crate::demo::newcomer::{Newcomer, addresses};
use crate::model::{Anomaly, Basis, Level, MempoolEntry, Model, Notice};
use crate::p2p::{PeerChoice, Settings, StartingPoint};
use crate::snapshot::Snapshot;
use crate::tui::{App, Depth, TuiSettings};
use crate::util::time::Timestamp;
use crate::wire::Wtxid;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The height of the first block.
const FIRST: u32 = 831_328;

/// How many of the blocks are from before the start.
const PAST: usize = 4;

/// The eight blocks.
fn raw_blocks() -> Vec<Vec<u8>> {
    let folder =
        std::env::var("MEMPULSE_CHAIN_DATA").expect("MEMPULSE_CHAIN_DATA must name the folder of the blocks");
    let read = |height: u32| {
        let path = Path::new(&folder).join(format!("mainnet-block-{height:07}.bin.zst"));
        zstd::decode_all(
            std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        )
        .unwrap()
    };
    (FIRST..FIRST + 8).map(read).collect()
}

/// Connects to eight mainnet nodes a minute after the last past block.
fn newcomer(plan: Plan) -> Newcomer<Stage> {
    let first = &plan.past[0];
    let start = Timestamp::from_secs(u64::from(plan.past[PAST - 1].header.time) + 60);
    let before = StartingPoint { height: FIRST - 1, hash: first.header.previous, time: None };
    let settings = Settings {
        network: Network::Mainnet,
        choice: PeerChoice::Only(addresses(8)),
        backfill: u32::try_from(PAST).unwrap(),
        start: Some(before),
        ..crate::demo::settings(addresses(8))
    };
    Newcomer::to(1, addresses(8), Stage::new(plan, FIRST - 1), settings, start)
}

/// Draws every screen into files in the folder given by `MEMPULSE_REHEARSAL`, if set.
fn draw(model: &mut Model, now: Timestamp, name: &str) {
    let Ok(folder) = std::env::var("MEMPULSE_REHEARSAL") else { return };
    for (width, height) in [(80, 24), (200, 60)] {
        let settings = TuiSettings { depth: Depth::Indexed, ..TuiSettings::default() };
        let mut app = App::new(&settings, Size { width, height }, Arc::default(), now);
        let mut text = String::new();
        for key in "123456".chars() {
            app.on_event(&Input::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE)));
            for _ in 0..2 {
                let view = app.view();
                view.prepare(model, now);
                while model.is_indexing() {
                    model.index_more(now);
                }
                app.on_snapshot(Arc::new(Snapshot::take(model, &view, now)), now);
            }
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal.draw(|frame| app.draw(frame)).unwrap();
            text += &terminal.backend().to_string();
        }
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}-{width}x{height}.txt")), text).unwrap();
    }
}

/// Asserts that the program says the same about a transaction as the `bitcoin` crate.
fn assert_facts(model: &Model, entry: &MempoolEntry, facts: &Facts, paid: u64) {
    let tx = entry.tx();
    assert_eq!((tx.txid().0, tx.wtxid().0), (facts.txid, facts.wtxid));
    let txid = tx.txid();
    assert_eq!(tx.raw().len(), facts.size, "{txid}");
    assert_eq!(u64::from(tx.weight()), facts.weight, "{txid}");
    assert_eq!(u64::from(tx.vsize()), facts.vsize, "{txid}");
    assert_eq!(entry.fee(), facts.fee, "{txid}");
    let kinds = model.kinds(entry);
    let found: Vec<_> = KINDS.into_iter().filter(|kind| kinds.has(*kind)).collect();
    assert_eq!(found, facts.kinds, "{txid}");
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let rate = paid as f64 / f64::from(tx.vsize());
    let (min, max) = (entry.fee_rate().min(), entry.fee_rate().max());
    let is_within =
        min.is_none_or(|min| min <= rate * 1.000_001) && max.is_none_or(|max| rate <= max * 1.000_001);
    assert!(is_within, "{txid} pays {rate}, not {min:?} to {max:?}");
}

#[test]
#[ignore = "needs blocks of mainnet"]
fn chain_data_mainnet_blocks_are_a_living_mempool_with_the_figures_of_another_implementation() {
    let plan = plan(&raw_blocks(), PAST);
    let blocks = plan.blocks.clone();
    let theirs: Vec<_> =
        plan.txs.iter().map(|tx| (tx.at, tx.block, tx.secret, Wtxid(tx.facts.wtxid))).collect();
    let facts: HashMap<_, _> =
        plan.txs.iter().map(|tx| (Wtxid(tx.facts.wtxid), (tx.facts.clone(), tx.fee))).collect();
    let mut newcomer = newcomer(plan);
    let start = newcomer.now;

    for (number, (mined, block)) in blocks.iter().enumerate() {
        let before = mined.saturating_sub(Duration::from_secs(5));
        newcomer.watch((start + before).since(newcomer.now));
        let here: HashMap<_, _> =
            newcomer.model.transactions().map(|entry| (entry.tx().wtxid(), entry)).collect();
        for (wtxid, entry) in &here {
            let (facts, paid) = &facts[wtxid];
            assert_facts(&newcomer.model, entry, facts, *paid);
        }
        let is_due = |at: &Duration| *at + Duration::from_mins(1) < before;
        let expected =
            theirs.iter().filter(|(at, block, secret, _)| is_due(at) && *block >= number && !secret);
        let missing = expected.clone().filter(|(.., wtxid)| !here.contains_key(wtxid)).count();
        assert_eq!(missing, 0, "of {} before block {number}", expected.count());
        let [exact, within, open] = Basis::of(newcomer.model.mempool().histogram()).shares().unwrap();
        let projected = crate::model::fees::projection::project(newcomer.model.mempool().histogram())[0];
        draw(&mut newcomer.model, newcomer.now, &format!("{number}-before"));

        newcomer.watch(Duration::from_secs(35));
        let figures = Arc::clone(newcomer.model.blocks().newest().next().unwrap());
        assert_eq!(figures.hash, block.hash);
        assert_eq!(figures.transactions, block.transactions.len());
        let secrets = theirs.iter().filter(|(_, of, secret, _)| *of == number && *secret).count();
        assert_eq!(figures.unseen(), Some(secrets), "{figures:?}");
        let reward = block.transactions[0].output_value();
        assert_eq!(figures.fees, Some(reward - Network::Mainnet.subsidy(figures.height)));
        println!(
            "block {}: {} transactions, {secrets} unseen, match {:.4}, projected {} tx and {} sat, real {:?}; \
             before it exact {exact:.3} within {within:.3} open {open:.3}, pool {:?}",
            figures.height,
            figures.transactions - 1,
            figures.match_share().unwrap(),
            projected.count,
            projected.fees,
            figures.fees,
            figures.pool,
        );
        assert!(figures.match_share().unwrap() > 0.97, "{figures:?}");
        draw(&mut newcomer.model, newcomer.now, &format!("{number}-mined"));
    }
    // One of the nodes has such a filter.
    let is_expected =
        |notice: &Notice| matches!(notice, Notice::Anomaly { anomaly: Anomaly::FeeFilter { .. }, .. });
    let is_bad =
        |notice: &Notice| matches!(notice.level(), Level::Warning | Level::Bad) && !is_expected(notice);
    let bad: Vec<_> = newcomer.notices.iter().filter(|(_, notice)| is_bad(notice)).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn the_best_chunk_of_a_cluster_comes_first_and_a_child_pays_for_both_parents() {
    let member = |fee, parents: &[usize]| Member { fee, weight: 400, parents: parents.to_vec() };
    let rates = chunk_rates(&[member(100, &[]), member(200, &[]), member(900, &[0, 1]), member(50, &[2])]);
    let [both, alone] = [1_200.0 / 1_200.0, 50.0 / 400.0];
    assert_eq!(rates, [both, both, both, alone]);
}

//! A scenario of thousands of transactions, in which Bitcoin Core judges what mempulse reports.

mod blocks;
mod drafts;
mod judge;
mod mirror;
mod stage;
pub mod watcher;

use drafts::{Draft, LONGEST_CHAIN};
use serde_json::Value;
use stage::{Stage, send_all};
use std::collections::HashSet;
use std::time::Duration;

/// How many transactions the scenario must have to be meaningful.
const ENOUGH: usize = 2_000;

#[test]
#[ignore = "needs bitcoind"]
fn core_confirms_fees_and_contents_of_the_mempool_after_each_step() {
    let mut stage = Stage::set();
    let singles = stage.workshop.singles(700);
    send_all(&stage.node, &singles);
    stage.judge("singles");

    let chains: Vec<Vec<Draft>> = (2..=LONGEST_CHAIN).map(|length| stage.workshop.chain(length)).collect();
    send_all(&stage.node, chains.iter().flatten());
    stage.judge("chains");

    let families: Vec<Vec<Draft>> = (0..120).map(|_| stage.workshop.family()).collect();
    send_all(&stage.node, families.iter().flatten());
    stage.judge("families");

    let packages: Vec<[Draft; 2]> = (0..100).map(|_| stage.workshop.package()).collect();
    stage.send_packages(&packages);
    let dusty: Vec<[Draft; 2]> = (0..50).map(|_| stage.workshop.ephemeral_dust()).collect();
    stage.send_packages(&dusty);
    stage.judge("packages");

    let siblings: Vec<[Draft; 3]> = (0..20).map(|_| stage.workshop.siblings()).collect();
    send_all(&stage.node, siblings.iter().flat_map(|family| &family[..2]));
    stage.judge("only children");
    let evicting: Vec<_> = siblings.iter().map(|[_, first, second]| (second.clone(), vec![first])).collect();
    stage.replace(&evicting);
    stage.judge("siblings");

    let replacements = replace(&mut stage, &singles, &chains, &families);
    stage.judge("replacements");

    // Parents without their children, and the first half of each chain.
    let halves = chains[4..].iter().flat_map(|chain| &chain[..chain.len() / 2]);
    let parents = families[20..].iter().map(|family| &family[0]);
    stage.mine_only(halves.chain(parents).chain(&singles[300..500]));
    stage.judge("a block of parts of packages");

    // The first of these conflict with mempool transactions; the others never were in any mempool.
    let rivals: Vec<Draft> = singles[500..520].iter().map(|single| single.underbid(100)).collect();
    let of_chains: Vec<Draft> = chains[4..].iter().map(|chain| chain[chain.len() / 2].underbid(10)).collect();
    let unseen = stage.workshop.singles(20);
    stage.mine_only(rivals.iter().chain(&of_chains).chain(&unseen));
    stage.judge("a block of double spends");

    double_spend(&mut stage);
    reorganise(&mut stage, &singles[520..], &replacements);

    stage.node.mine(1);
    let verdict = stage.judge("a block of everything");
    assert_eq!(verdict.transactions, 0);
    assert!(stage.transaction_count() >= ENOUGH, "{}", stage.transaction_count());
}

/// Replaces singles (some several times), the first and the last of chains, and children. Returns the
/// replacements that stay.
fn replace(
    stage: &mut Stage,
    singles: &[Draft],
    chains: &[Vec<Draft>],
    families: &[Vec<Draft>],
) -> Vec<Draft> {
    let mut last: Vec<Draft> = singles[..150].to_vec();
    for round in 0..4 {
        let next: Vec<(Draft, Vec<&Draft>)> =
            last[round * 30..].iter().map(|draft| (draft.outbid(2_000), vec![draft])).collect();
        stage.replace(&next);
        // Otherwise the node would not announce a transaction that it replaces immediately.
        stage.judge(&format!("replacements of singles, round {round}"));
        let next: Vec<Draft> = next.into_iter().map(|(draft, _)| draft).collect();
        last.splice(round * 30.., next);
    }
    let pairs = singles[150..250].chunks_exact(2);
    let of_two = pairs.map(|pair| (pair[0].outbid_both(&pair[1]), vec![&pair[0], &pair[1]]));
    // With all of its descendants.
    let roots = chains[..4].iter().chain(&chains[20..22]).map(|chain| &chain[0]);
    let ends = chains[10..14].iter().filter_map(|chain| chain.last());
    let children = families[..20].iter().map(|family| &family[2]);
    let of_one = roots.chain(ends).chain(children).map(|draft| (draft.outbid(200_000), vec![draft]));
    let replacements: Vec<(Draft, Vec<&Draft>)> = of_two.chain(of_one).collect();
    stage.replace(&replacements);
    last.into_iter().chain(replacements.into_iter().map(|(draft, _)| draft)).collect()
}

/// Two nodes have different transactions that spend the same coins; the judge has those that pay more.
fn double_spend(stage: &mut Stage) {
    stage.slow.disconnect(&stage.node);
    // Those that pay most are announced first.
    let ours: Vec<Draft> = stage.workshop.singles(10).iter().map(|single| single.outbid(50_000)).collect();
    let theirs: Vec<Draft> = ours.iter().map(|draft| draft.underbid(200)).collect();
    send_all(&stage.slow, &theirs);
    send_all(&stage.node, &ours);
    stage.judge("double spends");
    // They are reported once the other node has announced its own and a minute has passed.
    while stage.watcher.records("double_spend").count() < ours.len() {
        stage.watcher.let_pass(Duration::from_mins(1));
        let pongs = stage.watcher.records("pong").count();
        stage.watcher.run_until("a pong", |watcher| {
            (watcher.records("pong").count() == pongs).then(|| "none came".to_owned())
        });
        assert!(stage.watcher.records("pong").count() < 500, "the double spends are not reported");
    }
    let pairs = |record: &Value| [record["txid"].clone(), record["conflict"].clone()];
    let reported: HashSet<[Value; 2]> = stage.watcher.records("double_spend").map(pairs).collect();
    let done = ours.iter().zip(&theirs).map(|(our, their)| [our, their].map(|draft| draft.txid().into()));
    assert_eq!(reported, done.collect());
    stage.judge("conflicts");
    stage.slow.connect(&stage.node);
}

/// Two blocks are replaced by three others, one of which spends the same outputs differently.
fn reorganise(stage: &mut Stage, singles: &[Draft], replacements: &[Draft]) {
    let chain = stage.workshop.chain(LONGEST_CHAIN);
    let fresh = stage.workshop.singles(40);
    send_all(&stage.node, chain.iter().chain(&fresh));
    stage.judge("what two blocks will take");
    let first = stage.mine_only(singles[..100].iter().chain(&chain[..10]));
    stage.mine_only(chain[10..15].iter().chain(&fresh[..20]).chain(&replacements[..50]));
    stage.judge("two blocks");

    stage.invalidate(&first);
    stage.mine_only(singles[..40].iter().chain(&chain[..3]).chain(&replacements[..20]));
    let rivals: Vec<Draft> = singles[40..50].iter().map(|single| single.underbid(100)).collect();
    let chain_rival = chain[12].underbid(10);
    stage.mine_only(rivals.iter().chain(&chain[3..12]).chain([&chain_rival]));
    stage.mine_only(&[]);
    stage.judge("three blocks instead of two");
}

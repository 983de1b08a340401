//! The stage of the scenario: a judging node, a trickling one, and mempulse beside both.

use super::blocks;
use super::drafts::{Draft, Workshop};
use super::judge::{self, Verdict};
use super::watcher::Watcher;
use crate::bitcoind::{self, Kind, NOBAN, Node, Purse};
use bitcoin::Transaction;
use bitcoin::consensus::encode::serialize_hex;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// P2WSH of `OP_TRUE` on regtest: what nodes call standard.
const STANDARD: &str = "bcrt1qft5p2uhsdcdc3l2ua4ap5qqfg4pjaqlp250x7us7a8qqhrxrxfsqseac85";

/// Makes nodes as strict as on mainnet.
const STRICT: &str = "-acceptnonstdtxn=0";

/// The number of coinbases spent, each fanned out into as many coins as fit into a transaction.
const FAN_OUTS: usize = 2;

/// Nodes, mempulse, and a record of what was done.
pub struct Stage {
    /// The judge. Announces immediately.
    pub node: Node,
    /// Announces some seconds later.
    pub slow: Node,
    /// mempulse.
    pub watcher: Watcher,
    /// The source of the transactions.
    pub workshop: Workshop,
    /// Which transactions replaced which, by txid.
    replaced: BTreeMap<String, BTreeSet<String>>,
    /// The same for the current step only.
    replaced_now: BTreeMap<String, BTreeSet<String>>,
    /// The mempool at the start of the current step.
    mempool: BTreeSet<String>,
    /// The hashes of the best chain at the start of the current step, by height.
    chain: Vec<String>,
}

impl Stage {
    /// Starts everything.
    pub fn set() -> Self {
        let (node, slow) = (Node::start(&[NOBAN, STRICT]), Node::start(&[STRICT]));
        node.rpc("generatetoaddress", &json!([100 + FAN_OUTS, STANDARD]));
        slow.connect(&node);
        let mut watcher = Watcher::of(&[node.address(), slow.address()]);
        judge::compare("the start", &node, &mut watcher);
        let mut purse = Purse::new();
        let coins = (0..FAN_OUTS).flat_map(|_| purse.coins(&node, 1_000, Kind::Segwit)).collect();
        judge::compare("the coins", &node, &mut watcher);
        watcher.end_step();
        let chain = best_chain(&node);
        Self {
            node,
            slow,
            watcher,
            workshop: Workshop::new(coins),
            replaced: BTreeMap::new(),
            replaced_now: BTreeMap::new(),
            mempool: BTreeSet::new(),
            chain,
        }
    }

    /// Sends packages to the node, each parent with its child.
    pub fn send_packages(&self, packages: &[[Draft; 2]]) {
        let hex = |package: &[Draft; 2]| package.each_ref().map(|draft| serialize_hex(&draft.tx));
        let answers =
            self.node.ask_all(packages.iter().map(|package| ("submitpackage", json!([hex(package)]))));
        for answer in answers {
            assert_eq!(answer["package_msg"], "success", "{answer}");
        }
    }

    /// Sends replacements to the node, each with those that it replaces directly.
    pub fn replace(&mut self, replacements: &[(Draft, Vec<&Draft>)]) {
        send_all(&self.node, replacements.iter().map(|(draft, _)| draft));
        let entry = |(draft, rivals): &(Draft, Vec<&Draft>)| {
            (draft.txid(), rivals.iter().map(|rival| rival.txid()).collect())
        };
        self.replaced_now.extend(replacements.iter().map(entry));
    }

    /// Mines a block of exactly these, in this order. Returns its hash.
    pub fn mine_only<'a>(&self, drafts: impl IntoIterator<Item = &'a Draft>) -> String {
        let drafts: Vec<&Draft> = drafts.into_iter().collect();
        let fees = drafts.iter().map(|draft| draft.pays()).sum();
        bitcoind::mine_only(&self.node, transactions(drafts), fees)
    }

    /// Waits for mempulse, and compares everything with the node.
    pub fn judge(&mut self, step: &str) -> Verdict {
        let verdict = judge::compare(step, &self.node, &mut self.watcher);
        // All coins are from blocks that mempulse has received.
        assert_eq!([verdict.exact, verdict.rated], [verdict.transactions; 2], "{step}: {verdict:?}");
        let step_records = self.watcher.end_step();
        assert_eq!(
            step_records.replaced, self.replaced_now,
            "{step}: what replaced what (what was done on the right)"
        );
        self.replaced.append(&mut self.replaced_now);
        for entry in self.watcher.model().transactions() {
            let replaced: BTreeSet<String> = entry.replaces().iter().map(ToString::to_string).collect();
            let done = self.replaced.get(&entry.tx().txid().to_string());
            assert_eq!(Some(&replaced), done.or(Some(&BTreeSet::new())), "{step}: {}", entry.tx().txid());
        }
        let chain = best_chain(&self.node);
        let common = self.chain.iter().zip(&chain).take_while(|(old, new)| old == new).count();
        let (stale, fresh) = (&self.chain[common..], &chain[common..]);
        let returned = blocks::transactions(&self.node, stale);
        same(&step_records.returned, &returned, &format!("{step}: what came back"));
        self.mempool.extend(returned);
        let mined = blocks::transactions(&self.node, fresh);
        let confirmed = self.mempool.intersection(&mined).cloned().collect();
        same(&step_records.confirmed, &confirmed, &format!("{step}: what is in blocks"));
        for hash in fresh {
            blocks::compare(step, &self.node, hash, &self.watcher);
        }
        if fresh.is_empty() {
            assert_eq!(step_records.others, BTreeMap::new(), "{step}: nothing left for another reason");
        }
        self.chain = chain;
        self.mempool.clone_from(self.watcher.mirror());
        verdict
    }

    /// Disconnects a block and all later ones from the node's chain.
    pub fn invalidate(&self, hash: &str) {
        self.node.rpc("invalidateblock", &json!([hash]));
    }

    /// How many transactions mempulse has reported.
    pub fn transaction_count(&self) -> usize {
        self.watcher.records("transaction").count()
    }
}

fn best_chain(node: &Node) -> Vec<String> {
    let hashes = node.ask_all((0..=node.height()).map(|height| ("getblockhash", json!([height]))));
    hashes.iter().map(|hash| hash.as_str().unwrap().to_owned()).collect()
}

fn same(reported: &BTreeSet<String>, done: &BTreeSet<String>, what: &str) {
    let differing: Vec<&String> = reported.symmetric_difference(done).take(5).collect();
    assert!(differing.is_empty(), "{what}: {} reported, {} done, {differing:?}", reported.len(), done.len());
}

/// Sends transactions to a node, one after the other.
pub fn send_all<'a>(node: &Node, drafts: impl IntoIterator<Item = &'a Draft>) {
    bitcoind::send_all(node, &transactions(drafts));
}

fn transactions<'a>(drafts: impl IntoIterator<Item = &'a Draft>) -> Vec<Transaction> {
    drafts.into_iter().map(|draft| draft.tx.clone()).collect()
}

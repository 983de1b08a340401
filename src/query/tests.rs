//! The language as a whole: what is accepted, what is refused and where, and properties over arbitrary text.

use super::operator::Operator;
use super::parser::parse;
use super::subjects::{BlockItem, PeerItem, TransactionItem};
use super::syntax::{Expression, SortSyntax, Syntax, Test, Word};
use super::*;
use crate::event::{ConnectionKind, PeerEvent, PeerId};
use crate::model::testing::{Scene, address, coin, info, output, spend};
use crate::model::{Liveness, PeerStats};
use crate::util::time::Timestamp;
use proptest::prelude::*;
use std::time::Duration;

fn examples_are_understood<S: Subject>() {
    for (query, _) in S::EXAMPLES {
        let parsed = Query::<S>::parse(query).unwrap_or_else(|error| panic!("{}", error.caret(query)));
        let printed = parsed.to_string();
        assert_eq!(Query::<S>::parse(&printed).as_ref(), Ok(&parsed), "{printed}");
    }
    let names: Vec<_> = S::FIELDS.iter().map(|field| field.name).collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len(), "{}: a field is listed twice", S::NAME);
    assert!(names.iter().all(|name| !Known::ALL.iter().any(|known| known.name() == *name)));
}

#[test]
fn the_examples_of_every_subject_are_understood() {
    examples_are_understood::<Transactions>();
    examples_are_understood::<Peers>();
    examples_are_understood::<Blocks>();
    examples_are_understood::<Figures>();
    examples_are_understood::<WatchEvents>();
}

/// Asserts how a query about transactions is refused; `marks` is the line below the invalid part.
fn refused(text: &str, marks: &str, message: &str) {
    let error = Query::<Transactions>::parse(text).unwrap_err();
    assert_eq!(error.caret(text), format!("{text}\n{marks} {message}"));
}

#[test]
fn errors_point_at_what_is_wrong_and_say_what_is_allowed() {
    refused("fee_rate", "^^^^^^^^", "fee_rate needs a comparison, such as fee_rate > 20sat/vB");
    refused("szie > 1", "^^^^", "transactions have no field \"szie\": did you mean vsize?");
    refused("colour = red", "^^^^^^", "transactions have no field \"colour\"");
    refused(
        "kind = inscripton",
        "       ^^^^^^^^^^",
        "kind cannot be \"inscripton\": did you mean inscription?",
    );
    refused("kind > data", "^^^^^^^^^^^", "kind is one of a list: compare it with = or !=");
    refused(
        "replaceable = yes",
        "^^^^^^^^^^^^^^^^^",
        "replaceable is yes or no: write it alone, or after not",
    );
    refused("fee_rate ~ 2", "^^^^^^^^^^^^", "fee_rate is a figure: compare it with =, !=, <, <=, > or >=");
    refused("txid < a", "^^^^^^^^", "txid is text: compare it with = or !=, or match it with ~ or !~");
    refused("age > soon", "      ^^^^", "\"soon\" must be a time such as 500ms, 30s, 1m or 1h30m");
    refused("fee > 1vB", "      ^^^", "\"1vB\" must be a number, in sat unless followed by sat, BTC, mBTC");
    refused("fee >", "     ^", "expected a value after >");
    refused("fee > and", "      ^^^", "expected a value after >, not the word \"and\"");
    refused("(fee > 1", "^", "this parenthesis is not closed");
    refused("fee > 1)", "       ^", "no parenthesis is open here");
    refused("fee > 1 vsize < 2", "        ^^^^^", "expected and, or, or sort here");
    let comparison = "expected a comparison such as > or =, and, or, or sort here";
    refused("fee_rate 20", "         ^^", comparison);
    refused("(watched) vsize", "          ^^^^^", "expected and, or, or sort here");
    refused("(fee 1)", "     ^", "expected a comparison such as > or =, and, or, or ) here");
    refused("watched and", "           ^", "expected a field");
    refused("sort", "    ^", "expected a field to sort by");
    refused("sort -size", "      ^^^^", "transactions have no field \"size\": did you mean vsize?");
    refused("sort fee sort age", "         ^^^^", "the query must end after the field to sort by");
    refused("txid ~ \"a(\"", "       ^^^^", "not a regular expression: unclosed group");
    refused("txid ~ \"a", "       ^^", "the quote is not closed: end it with \"");
}

#[test]
fn length_depth_and_patterns_are_limited() {
    let fails = |text: &str| Query::<Transactions>::parse(text).unwrap_err().message;
    assert_eq!(fails(&"a".repeat(MAX_LENGTH + 1)), "longer than 1000 bytes");
    assert_eq!(fails(&format!("{}watched", "not ".repeat(MAX_DEPTH + 1))), "nested deeper than 32");
    assert_eq!(fails(&"(".repeat(MAX_LENGTH)), "nested deeper than 32");
    assert!(Query::<Transactions>::parse(&format!("{}watched", "not ".repeat(MAX_DEPTH))).is_ok());
    assert_eq!(fails("txid ~ \"(\\w{500}){500}\""), "not a regular expression: it is too large");
}

#[test]
fn not_binds_tighter_than_and_and_that_tighter_than_or() {
    let printed = |text| Query::<Transactions>::parse(text).unwrap().to_string();
    assert_eq!(printed("watched OR (watched and NOT watched)"), "watched or watched and not watched");
    assert_eq!(printed("(watched or watched) and not (watched)"), "(watched or watched) and not watched");
    assert_eq!(printed("value>=10 BTC sort -age"), "value >= 10BTC sort -age");
}

/// A mempool with a child whose fee is exact and a transaction of unknown fee, and the two txids.
fn mempool() -> (Scene, [crate::wire::Txid; 2]) {
    let mut scene = Scene::new();
    scene.connect(1);
    let parent = spend(&[coin(1)], &[500_000]);
    let child = spend(&[output(&parent, 0)], &[480_000]);
    for tx in [&parent, &child] {
        let tx = std::sync::Arc::clone(tx);
        scene.peer(1, PeerEvent::Parent { tx });
    }
    scene.pass(90);
    (scene, [parent.txid(), child.txid()])
}

#[test]
fn transactions_match_by_what_is_known_of_them() {
    let (scene, [parent, child]) = mempool();
    let matching = |text: &str| {
        let query = Query::<Transactions>::parse(text).unwrap();
        [parent, child].map(|txid| {
            let entry = scene.model.transaction_by_txid(txid).unwrap();
            query.matches(&TransactionItem::new(&scene.model, entry, scene.now))
        })
    };
    for (text, expected) in [
        ("", [true, true]),
        ("fee = 20_000", [false, true]),
        ("fee_rate > 20", [false, true]),
        // The fee of the parent is unknown, so neither the condition nor its opposite is true.
        ("fee_rate <= 20", [false, false]),
        ("not fee_rate > 20", [false, false]),
        ("fee_rate = unknown", [true, false]),
        ("fee = exact", [false, true]),
        ("fee_rate > 20 or value > 490_000", [true, true]),
        ("age > 1m and age < 2m", [true, true]),
        ("value >= 0.005btc", [true, false]),
        ("ancestors = 1", [false, true]),
        ("descendants = 1", [true, false]),
        ("kind = payment and source = parent", [true, true]),
        ("kind != payment", [false, false]),
        ("replaceable or watched", [false, false]),
        ("peers = 0", [true, true]),
    ] {
        assert_eq!(matching(text), expected, "{text}");
    }
    assert_eq!(matching(&format!("txid = {parent}")), [true, false]);
    let start = &child.to_string().to_uppercase()[..8];
    assert_eq!(matching(&format!("txid ~ ^{start}")), [false, true]);
}

#[test]
fn an_order_follows_a_field_in_its_direction_and_what_is_unknown_comes_last() {
    let (scene, txids) = mempool();
    let sorted = |text: &str| {
        let query = Query::<Transactions>::parse(text).unwrap();
        let sort = query.sort().unwrap();
        let mut keys: Vec<_> = txids
            .iter()
            .map(|txid| {
                let entry = scene.model.transaction_by_txid(*txid).unwrap();
                (sort.key(&TransactionItem::new(&scene.model, entry, scene.now)), *txid)
            })
            .collect();
        keys.sort_by(|(one, _), (other, _)| sort.compare(one, other));
        keys.into_iter().map(|(_, txid)| txid).collect::<Vec<_>>()
    };
    let [parent, child] = txids;
    assert_eq!(sorted("sort value"), [child, parent]);
    assert_eq!(sorted("sort -value"), [parent, child]);
    assert_eq!(sorted("sort fee_rate"), [child, parent]);
    assert_eq!(sorted("sort -fee_rate"), [child, parent]);
}

#[test]
fn peers_match_by_what_is_known_of_them() {
    let (address, info) = (address(7), info());
    let mut stats = PeerStats::default();
    stats.ping.last = Some(Duration::from_millis(40));
    let matches = |text: &str, info| {
        let query = Query::<Peers>::parse(text).unwrap();
        let liveness = Liveness::Live;
        let kind = ConnectionKind::Outbound;
        query.matches(&PeerItem { address: &address, kind, liveness: &liveness, info, stats: &stats })
    };
    assert!(matches("agent ~ \"satoshi:[23][0-9]\" and ping < 50ms and state = live", Some(&info)));
    assert!(matches("version = 70016 and relay and services = witness", Some(&info)));
    assert!(!matches("agent ~ .", None) && !matches("not agent ~ .", None), "it has not report");
    assert!(!matches("network = ipv4", Some(&info)), "the figures lack it");
}

#[test]
fn blocks_match_by_what_is_known_of_them() {
    let (mut scene, _) = mempool();
    let block = crate::model::testing::block(&[]);
    scene.happen(crate::event::EventKind::Block { peer: PeerId(1), height: 7, block });
    let figures = scene.model.blocks().newest().next().unwrap();
    let item = BlockItem { figures, spread: None, now: scene.now };
    let matches = |text: &str| Query::<Blocks>::parse(text).unwrap().matches(&item);
    assert!(matches("height = 7 and transactions = 1 and not stale"));
    assert!(!matches("peers > 0") && !matches("peers < 9") && matches("peers = unknown"));
}

#[test]
fn figures_match_by_the_state_of_the_model() {
    let (scene, _) = mempool();
    let item = subjects::FiguresItem { model: &scene.model, now: scene.now };
    let matches = |text: &str| Query::<Figures>::parse(text).unwrap().matches(&item);
    assert!(matches("live_peers = 1 and live_peers < 5 and tip_age = unknown"));
    assert!(!matches("tip_age > 60m") && !matches("not tip_age > 60m"));
}

#[test]
fn completion_offers_what_may_stand_at_the_cursor() {
    let offered = |text: &str| {
        let completion = complete::<Transactions>(text, text.len());
        let words: Vec<_> = completion.candidates.into_iter().map(|(word, _)| word).collect();
        (completion.replaces, words)
    };
    assert_eq!(offered("fee_rate > 20 and wei"), (18..21, vec!["weight".to_owned()]));
    assert_eq!(offered("kind = light").1.len(), 3);
    assert_eq!(offered("kind ").1, ["=", "!="]);
    assert_eq!(offered("watched ").1, ["and", "or", "sort"]);
    assert_eq!(offered("watched a").1, ["and"]);
    assert_eq!(offered("sort -vs"), (5..8, vec!["-vsize".to_owned()]));
    assert_eq!(offered("fee = ").1, ["exact", "bounded", "unknown"]);
    assert_eq!(offered("txid ~ \"a").1, Vec::<String>::new());
    assert!(offered("(").1.contains(&"not".to_owned()));
}

fn word() -> impl Strategy<Value = Word> {
    let text = prop_oneof![
        "[a-z_]{1,8}",
        "[0-9.]{1,5}",
        "[ -~äß漢]{0,8}",
        Just("and".to_owned()),
        Just("NOT".to_owned()),
    ];
    text.prop_map(|text| Word { text, at: 0..0 })
}

fn test() -> impl Strategy<Value = Expression> {
    let operator = proptest::sample::select(&Operator::ALL[..]);
    (word(), proptest::option::of((operator, word())))
        .prop_map(|(field, comparison)| Expression::Test(Test { field, comparison }))
}

fn expression() -> impl Strategy<Value = Expression> {
    test().prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expression::Any),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expression::All),
            inner.prop_map(|inner| Expression::Not(Box::new(inner))),
        ]
    })
}

fn syntax() -> impl Strategy<Value = Syntax> {
    let field = word().prop_filter("a leading - is the direction", |word| !word.text.starts_with('-'));
    let sort = (field, any::<bool>()).prop_map(|(field, is_descending)| SortSyntax { field, is_descending });
    (proptest::option::of(expression()), proptest::option::of(sort))
        .prop_map(|(condition, sort)| Syntax { condition, sort })
}

/// Pieces of queries in random order: closer to the grammar than arbitrary text.
fn pieces() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(
        &[
            "fee_rate", "kind", "txid", "watched", "age", "and", "or", "not", "sort", "(", ")", "=", "!=",
            "~", "<", "20", "-5m", "1btc", "data", "\"", "'", "\"a b\"", " ", "\\", "漢", "\u{1b}", "[", "*",
        ][..],
    );
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

fn survives<S: Subject>(text: &str) {
    match Query::<S>::parse(text) {
        Ok(query) => {
            let printed = query.to_string();
            assert_eq!(Query::parse(&printed), Ok(query), "{text:?} is printed {printed:?}");
        }
        Err(error) => {
            assert!(text.get(error.at.clone()).is_some(), "{:?} of {text:?}", error.at);
            assert!(!error.message.is_empty() && !error.message.contains(char::is_control));
            assert_eq!(error.caret(text).lines().count(), 2);
        }
    }
    for (cursor, _) in text.char_indices() {
        let completion = complete::<S>(text, cursor);
        assert!(text.get(completion.replaces).is_some());
    }
    complete::<S>(text, usize::MAX);
}

proptest! {
    #[test]
    fn what_is_printed_is_parsed_to_the_same_tree(syntax in syntax()) {
        let printed = syntax.to_string();
        prop_assume!(printed.len() <= MAX_LENGTH);
        prop_assert_eq!(parse(&printed), Ok(syntax), "{}", printed);
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        survives::<Transactions>(&text);
        survives::<Peers>(&text);
    }

    #[test]
    fn nothing_that_resembles_a_query_panics(text in pieces()) {
        survives::<Transactions>(&text);
    }

    #[test]
    fn a_query_that_is_understood_is_evaluated_without_panic(text in pieces()) {
        let (scene, txids) = mempool();
        if let Ok(query) = Query::<Transactions>::parse(&text) {
            for txid in txids {
                let entry = scene.model.transaction_by_txid(txid).unwrap();
                let item = TransactionItem::new(&scene.model, entry, Timestamp::from_secs(0));
                let is = query.truth(&item);
                let negated = Query::<Transactions>::parse(&format!("not ({query})"));
                if let Ok(negated) = negated {
                    prop_assert_eq!(negated.truth(&item), !is);
                }
            }
        }
    }
}

/// The first byte chooses the subject, the rest is the query.
#[test]
fn fuzz_query() {
    crate::util::fuzz::target("query", |input| {
        let Some((subject, text)) = input.split_first() else { return };
        let text = String::from_utf8_lossy(text);
        match subject % 5 {
            0 => survives::<Transactions>(&text),
            1 => survives::<Peers>(&text),
            2 => survives::<Blocks>(&text),
            3 => survives::<Figures>(&text),
            _ => survives::<WatchEvents>(&text),
        }
    });
}

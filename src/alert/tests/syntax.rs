//! How rules are written, completed and refused.

use super::*;

#[test]
fn the_examples_are_rules() {
    for (text, _) in EXAMPLES {
        let rule = Rule::parse(text).unwrap();
        assert_eq!(rule.to_string(), *text);
        for page in [include_str!("../../../README.md"), include_str!("../../../docs/usage.md")] {
            assert!(page.contains(text), "{text} is documented");
        }
    }
}

#[test]
fn a_rule_says_what_to_do_and_how_often() {
    let rule = Rule::parse("Blocks: tag ~ \"a;b: c\" ;bell; run '/a dir/x;y'; cooldown 1h30m; name my rule")
        .unwrap();
    assert_eq!((&*rule.title(), rule.cooldown()), ("my rule", Duration::from_mins(90)));
    assert_eq!(rule.condition_text(), "Blocks: tag ~ \"a;b: c\"");
    let actions = rule.actions();
    assert_eq!(
        (actions.event, actions.bell, actions.run.as_deref()),
        (false, true, Some("/a dir/x;y".as_ref()))
    );
    assert_eq!(actions.to_string(), "bell · run x;y");
    assert!(Rule::parse("watch").unwrap().actions().event, "without an action there is an event");
}

#[test]
fn the_error_for_a_wrong_rule_names_the_place_and_what_is_allowed() {
    let wrong = |text: &str| {
        let QueryError { at, message } = Rule::parse(text).unwrap_err();
        (text[at].to_owned(), message)
    };
    for (text, at, part) in [
        ("", "", "a rule begins with its subject: figures:, transactions:, blocks:, peers:, watch:"),
        ("next_block < 3", "next_block < 3", "a rule begins with its subject"),
        ("figures", "", "expected a condition of the figures"),
        ("figures: nex_block < 3", "nex_block", "did you mean next_block?"),
        (
            "figures: next_block < 3; bel",
            "bel",
            "unknown part \"bel\": must be event, bell, notify, run PROGRAM",
        ),
        ("watch; bell; bell", "bell", "\"bell\" is given twice"),
        ("watch; bell loud", "bell loud", "nothing may follow \"bell\""),
        ("watch; run", "run", "expected a program"),
        ("watch; cooldown 25h", "cooldown 25h", "from 0s to 24h"),
        ("watch; cooldown -1s", "cooldown -1s", "from 0s to 24h"),
        ("watch; name", "name", "1 to 60 characters"),
        ("transactions: age > 1m", "age > 1m", "an alert cannot use age"),
        ("blocks: half > 1s", "half > 1s", "an alert cannot use half"),
        ("peers: relay sort ping", "relay sort ping", "an alert has no sort order"),
        ("watch; name a\u{1b}b", "\u{1b}", "cannot contain control characters"),
        ("watch; name a\u{85}b", "\u{85}", "cannot contain control characters"),
    ] {
        let (wrong_at, message) = wrong(text);
        assert_eq!(wrong_at, at, "{text:?}: {message}");
        assert!(message.contains(part), "{text:?}: {message}");
    }
}

#[test]
fn a_rule_is_completed_as_it_is_typed() {
    let words = |text: &str| -> Vec<String> {
        Rule::complete(text, text.len()).candidates.into_iter().map(|(word, _)| word).collect()
    };
    assert_eq!(words(""), ["figures:", "transactions:", "blocks:", "peers:", "watch:"]);
    assert_eq!(words("fi"), ["figures:"]);
    assert_eq!(words("figures: next"), ["next_block"]);
    assert_eq!(words("figures: next_block < 3; no"), ["notify"]);
    let Some(first) = words("watch: event = ").into_iter().next() else { panic!("no value") };
    assert_eq!(first, "arrived");
    let typed = "figures: live";
    assert_eq!(Rule::complete(typed, typed.len()).replaces, 9..typed.len());
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_a_rule_reads_back(
        text in "(figures|transactions|blocks|peers|watch|x)?:?[ a-z_<=~>0-9\"';:é]{0,40}(; ?(bell|off|cooldown 1m|run é|name \"a;b\"))*",
    ) {
        if let Ok(rule) = Rule::parse(&text) {
            let again = Rule::parse(&rule.to_string()).unwrap();
            prop_assert_eq!(&again, &rule);
            prop_assert_eq!(again.title(), rule.title());
        }
        for cursor in 0..=text.len() {
            Rule::complete(&text, cursor);
        }
    }
}

#[test]
fn fuzz_alert_rule() {
    crate::util::fuzz::target("alert_rule", |input| {
        let text = String::from_utf8_lossy(input);
        match Rule::parse(&text) {
            Ok(rule) => {
                let again = Rule::parse(&rule.to_string()).expect("what is written is read");
                assert_eq!(again, rule);
                assert_eq!(again.title(), rule.title());
                assert!(!rule.to_string().contains(char::is_control));
            }
            Err(error) => {
                assert!(text.get(error.at.clone()).is_some(), "{:?} of {text:?}", error.at);
                assert!(!error.message.is_empty() && !error.message.contains(char::is_control));
            }
        }
        for (cursor, _) in text.char_indices() {
            assert!(text.get(Rule::complete(&text, cursor).replaces).is_some());
        }
    });
}

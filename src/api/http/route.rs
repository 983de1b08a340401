//! Parses paths and their parameters.

use crate::api::answers::transactions::Selection;
use crate::query::{Query, QueryError, Transactions};
use crate::wire::Txid;
use std::borrow::Cow;

/// How many transactions are returned by default.
const DEFAULT_LIMIT: usize = 100;

/// The most transactions in an answer.
const MAX_LIMIT: usize = 1_000;

/// The query field that would reveal the watch list.
const WATCHED: &str = "watched";

/// A parsed path.
#[derive(Debug)]
pub(super) enum Route {
    Index,
    Metrics,
    Mempool,
    RecommendedFees,
    PreciseFees,
    MempoolBlocks,
    Transaction(Txid),
    TipHeight,
    TipHash,
    Transactions(Box<Selection>),
    Peers,
    Events,
}

/// Why a path or its parameters are refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum RouteError {
    /// There is no such path.
    Unknown,
    /// A parameter is wrong: which, and what is allowed.
    Wrong(String),
}

impl Route {
    /// Parses a path, such as `/api/mempool`, and its parameters. Paths without parameters ignore any, as
    /// clients may add some to bypass caches.
    pub(super) fn parse(path: &str, query: Option<&str>) -> Result<Self, RouteError> {
        Ok(match path {
            "/" => Self::Index,
            "/metrics" => Self::Metrics,
            "/api/mempool" => Self::Mempool,
            "/api/v1/fees/recommended" => Self::RecommendedFees,
            "/api/v1/fees/precise" => Self::PreciseFees,
            "/api/v1/fees/mempool-blocks" => Self::MempoolBlocks,
            "/api/blocks/tip/height" => Self::TipHeight,
            "/api/blocks/tip/hash" => Self::TipHash,
            "/api/transactions" => Self::Transactions(Box::new(selection(query.unwrap_or_default())?)),
            "/api/peers" => Self::Peers,
            "/events" => Self::Events,
            _ => match path.strip_prefix("/api/tx/") {
                Some(txid) => Self::Transaction(
                    txid.parse()
                        .map_err(|_| RouteError::Wrong("a txid has 64 hexadecimal digits".to_owned()))?,
                ),
                None => return Err(RouteError::Unknown),
            },
        })
    }

    /// The path without its variable parts.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Index => "/",
            Self::Metrics => "/metrics",
            Self::Mempool => "/api/mempool",
            Self::RecommendedFees => "/api/v1/fees/recommended",
            Self::PreciseFees => "/api/v1/fees/precise",
            Self::MempoolBlocks => "/api/v1/fees/mempool-blocks",
            Self::Transaction(_) => "/api/tx",
            Self::TipHeight => "/api/blocks/tip/height",
            Self::TipHash => "/api/blocks/tip/hash",
            Self::Transactions(_) => "/api/transactions",
            Self::Peers => "/api/peers",
            Self::Events => "/events",
        }
    }
}

/// Parses `where=CONDITION&sort=[-]FIELD&limit=N`.
fn selection(parameters: &str) -> Result<Selection, RouteError> {
    let wrong = |message: String| RouteError::Wrong(message);
    let (mut condition, mut order, mut limit) = (None, None, None);
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        let place = match name.as_ref() {
            "where" => &mut condition,
            "sort" => &mut order,
            "limit" => &mut limit,
            _ => return Err(wrong("unknown parameter: must be where, sort or limit".to_owned())),
        };
        if place.replace(value).is_some() {
            return Err(wrong(format!("{name} is given twice")));
        }
    }
    let limit = match limit {
        None => DEFAULT_LIMIT,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| wrong(format!("limit must be 1 to {MAX_LIMIT}")))?,
    };
    let condition = condition.unwrap_or_default();
    let order = order.unwrap_or(Cow::Borrowed("age"));
    let condition = parsed("where", &condition, &condition)?;
    if condition.sort().is_some() {
        return Err(wrong("the order belongs in the parameter sort: sort=-vsize".to_owned()));
    }
    let order = parsed("sort", &format!("sort {order}"), &order)?;
    if [&condition, &order].into_iter().any(|query| query.asks(WATCHED)) {
        return Err(wrong("the watch list is not served: watched cannot be used".to_owned()));
    }
    Ok(Selection { condition, order, limit })
}

fn parsed(parameter: &str, text: &str, output: &str) -> Result<Query<Transactions>, RouteError> {
    Query::parse(text).map_err(|error: QueryError| {
        let added = text.chars().count() - output.chars().count();
        let column = error.column(text).saturating_sub(added).max(1);
        RouteError::Wrong(format!("{parameter}, column {column}: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(query: &str) -> String {
        match Route::parse("/api/transactions", Some(query)) {
            Err(RouteError::Wrong(message)) => message,
            other => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn every_path_is_what_it_is_named_after() {
        for path in [
            "/",
            "/metrics",
            "/api/mempool",
            "/api/v1/fees/recommended",
            "/api/v1/fees/precise",
            "/api/v1/fees/mempool-blocks",
            "/api/blocks/tip/height",
            "/api/blocks/tip/hash",
            "/api/transactions",
            "/api/peers",
            "/events",
        ] {
            assert_eq!(Route::parse(path, Some("")).unwrap().name(), path);
        }
        let txid = "ab".repeat(32);
        assert_eq!(Route::parse(&format!("/api/tx/{txid}"), None).unwrap().name(), "/api/tx");
        for path in ["", "/metrics/", "/api", "/api/tx", "//metrics", "/api/../metrics", "/watchlist"] {
            assert_eq!(Route::parse(path, None).unwrap_err(), RouteError::Unknown, "{path}");
        }
        assert!(matches!(Route::parse("/api/tx/12", None), Err(RouteError::Wrong(_))));
    }

    #[test]
    fn parameters_select_transactions() {
        let query = "where=fee_rate%20%3E+20+and+kind%3Dinscription&sort=-vsize&limit=5";
        let Ok(Route::Transactions(selection)) = Route::parse("/api/transactions", Some(query)) else {
            panic!()
        };
        assert_eq!(selection.condition.to_string(), "fee_rate > 20 and kind = inscription");
        assert_eq!((selection.order.to_string().as_str(), selection.limit), ("sort -vsize", 5));
        let Ok(Route::Transactions(all)) = Route::parse("/api/transactions", None) else { panic!() };
        assert_eq!(
            (all.condition.is_empty(), all.order.to_string(), all.limit),
            (true, "sort age".to_owned(), 100)
        );
    }

    #[test]
    fn a_wrong_parameter_is_named_with_the_column_and_what_is_allowed() {
        assert_eq!(wrong("limit=1001"), "limit must be 1 to 1000");
        assert_eq!(wrong("limit=0"), "limit must be 1 to 1000");
        assert_eq!(wrong("limits=1"), "unknown parameter: must be where, sort or limit");
        assert_eq!(wrong("limit=1&limit=2"), "limit is given twice");
        assert!(
            wrong("where=vsise+%3E+1").starts_with("where, column 1: "),
            "{}",
            wrong("where=vsise+%3E+1")
        );
        assert!(wrong("sort=-vsise").starts_with("sort, column 2: "), "{}", wrong("sort=-vsise"));
        assert!(
            wrong("where=vsize+sort+vsize").contains("column 7")
                || wrong("where=replaceable+sort+vsize").contains("sort=-vsize")
        );
        assert!(wrong(&format!("where={}", "x".repeat(2_000))).starts_with("where, column "));
    }

    #[test]
    fn queries_cannot_use_the_watch_list() {
        for query in [
            "where=watched",
            "where=not+watched",
            "where=vsize>1+or+(WATCHED+and+fee>1)",
            "sort=watched",
            "sort=-Watched",
        ] {
            assert!(wrong(query).starts_with("the watch list is not served"), "{query}: {}", wrong(query));
        }
    }
}

//! Which transactions are in the list.

use crate::chain::script::address;
use crate::model::list::listed::Listed;
use std::fmt;
use std::sync::Arc;

/// A predicate for the list's transactions.
pub(crate) trait TxPredicate: Send + Sync {
    /// Whether the transaction is in the list.
    fn matches(&self, tx: &Listed) -> bool;

    /// Whether the answer may change without any event about the transaction, as with its age.
    fn is_timed(&self) -> bool {
        false
    }
}

/// A filter of the list: a predicate with its text. Filters are equal if their texts are.
#[derive(Clone)]
pub struct TxFilter {
    text: String,
    predicate: Arc<dyn TxPredicate>,
}

impl TxFilter {
    /// Accepts transactions with `text` in their txid or in an address that they pay to, ignoring case.
    pub fn containing(text: &str) -> Self {
        Self::new(format!("/{text}"), Arc::new(Containing { text: text.to_lowercase() }))
    }

    /// Accepts transactions that fulfil `predicate`; `text` identifies it.
    pub(crate) fn new(text: String, predicate: Arc<dyn TxPredicate>) -> Self {
        Self { text, predicate }
    }

    /// Accepts transactions that both filters accept.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(format!("{}\n{}", self.text, other.text), Arc::new(Both(self, other)))
    }

    pub(super) fn matches(&self, tx: &Listed) -> bool {
        self.predicate.matches(tx)
    }

    pub(super) fn is_timed(&self) -> bool {
        self.predicate.is_timed()
    }
}

impl PartialEq for TxFilter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for TxFilter {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_tuple("TxFilter").field(&self.text).finish()
    }
}

/// Two filters combined.
struct Both(TxFilter, TxFilter);

impl TxPredicate for Both {
    fn matches(&self, tx: &Listed) -> bool {
        self.0.matches(tx) && self.1.matches(tx)
    }

    fn is_timed(&self) -> bool {
        self.0.is_timed() || self.1.is_timed()
    }
}

/// A text, in lower case.
struct Containing {
    text: String,
}

impl TxPredicate for Containing {
    fn matches(&self, tx: &Listed) -> bool {
        let Listed { entry, around, .. } = tx;
        if entry.tx().txid().to_string().contains(&self.text) {
            return true;
        }
        // Addresses consist of letters and digits.
        let may_be_address = self.text.chars().all(|c| c.is_ascii_alphanumeric());
        may_be_address
            && entry.tx().outputs().any(|output| {
                let address = address(output.script_pubkey, around.network);
                address.is_some_and(|address| address.to_lowercase().contains(&self.text))
            })
    }
}

//! The operators of comparisons.

/// How a field is compared with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Below,
    AtMost,
    Above,
    AtLeast,
    Like,
    NotLike,
}

impl Operator {
    /// All operators; two-character ones precede their first characters.
    pub(super) const ALL: [Self; 8] = [
        Self::AtMost,
        Self::AtLeast,
        Self::NotEqual,
        Self::NotLike,
        Self::Equal,
        Self::Below,
        Self::Above,
        Self::Like,
    ];

    /// Returns the operator's text.
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Like => "~",
            Self::NotLike => "!~",
        }
    }

    /// Returns the operator at the start of `text`.
    pub(super) fn at_start(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| text.starts_with(operator.symbol()))
    }
}

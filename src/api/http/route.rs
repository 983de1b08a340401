//! What a path and its parameters ask for.

/// What is asked for.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Route {
    Index,
    Metrics,
    Mempool,
}

/// Why a path or its parameters are refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum RouteError {
    /// There is no such path.
    Unknown,
}

impl Route {
    /// Reads a path, such as `/api/mempool`.
    pub(super) fn parse(path: &str, _query: Option<&str>) -> Result<Self, RouteError> {
        Ok(match path {
            "/" => Self::Index,
            "/metrics" => Self::Metrics,
            "/api/mempool" => Self::Mempool,
            _ => return Err(RouteError::Unknown),
        })
    }
}

//! Checks which requests may be served.

use crate::api::ServeSettings;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{Method, StatusCode};
use sha2::{Digest, Sha256};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// The fewest characters of a token: 96 bits if they are base64.
const MIN_TOKEN: usize = 16;

/// The most characters of a token.
const MAX_TOKEN: usize = 1_024;

/// The header in which browsers say where a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A secret that clients must know. Only its hash is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// Why a text is not a valid token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenError {
    /// It is too short or too long.
    #[error("has {0} characters; a token has {MIN_TOKEN} to {MAX_TOKEN}")]
    Length(usize),
    /// It contains spaces or characters that a header cannot have.
    #[error("a token consists of printable ASCII characters without spaces")]
    Characters,
}

impl Token {
    /// Parses a token, ignoring surrounding white space.
    ///
    /// # Errors
    ///
    /// [`TokenError`]
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Characters);
        }
        if !(MIN_TOKEN..=MAX_TOKEN).contains(&text.len()) {
            return Err(TokenError::Length(text.len()));
        }
        Ok(Self::of(text.as_bytes()))
    }

    fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Whether a header `Authorization: Bearer …` contains this token. Hashes are compared, so that timing
    /// reveals nothing about the token.
    fn is_in(&self, headers: &HeaderMap) -> bool {
        let value = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let (scheme, token) = value.and_then(|value| value.split_at_checked(7)).unwrap_or_default();
        scheme.eq_ignore_ascii_case(b"bearer ") && Self::of(token.trim_ascii()) == *self
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    Method,
    NoHost,
    Host,
    OtherSite,
    Token,
}

impl Refusal {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoHost => StatusCode::BAD_REQUEST,
            Self::Host | Self::OtherSite => StatusCode::FORBIDDEN,
            Self::Token => StatusCode::UNAUTHORIZED,
        }
    }

    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Method => "only GET is served: the API is read-only",
            Self::NoHost => "the request needs one Host header",
            Self::Host => "the Host header must be an IP address or localhost",
            Self::OtherSite => "pages of other sites are not served",
            Self::Token => "the request needs the header \"Authorization: Bearer TOKEN\"",
        }
    }
}

/// Checks whether a request may be served.
///
/// A web page can let its name resolve to an address of this machine to read what is served here (DNS
/// rebinding). The browser then sends that name as `Host`, so only IP addresses and `localhost` are accepted.
/// With a token, which such a page cannot know, any name is acceptable.
pub(super) fn check(request: &Parts, settings: &ServeSettings) -> Result<(), Refusal> {
    if request.method != Method::GET {
        return Err(Refusal::Method);
    }
    let mut hosts = request.headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Refusal::NoHost) };
    let host = host.to_str().map_err(|_| Refusal::Host)?;
    match &settings.token {
        Some(token) if !token.is_in(&request.headers) => return Err(Refusal::Token),
        Some(_) => {}
        None => {
            let authority = request.uri.authority().map(Authority::as_str);
            if ![Some(host), authority].into_iter().flatten().all(is_address) {
                return Err(Refusal::Host);
            }
        }
    }
    match request.headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes) {
        None | Some(b"none" | b"same-origin") => Ok(()),
        Some(_) => Err(Refusal::OtherSite),
    }
}

/// Whether `host`, with or without a port, is an IP address or `localhost`.
fn is_address(host: &str) -> bool {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(address, port)| {
            address.parse::<Ipv6Addr>().is_ok()
                && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        });
    }
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    port.is_none_or(is_port) && (name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok())
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    const SECRET: &str = "correct-horse-battery";

    fn checked(method: &str, headers: &[(&str, &str)], token: Option<&str>) -> Result<(), Refusal> {
        let request = Request::builder().method(method).uri("/metrics");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let token = token.map(|token| Token::parse(token).unwrap());
        let settings = ServeSettings { token, ..ServeSettings::default() };
        check(&request.body(()).unwrap().into_parts().0, &settings)
    }

    #[test]
    fn a_name_that_a_page_can_have_resolved_to_this_machine_is_refused() {
        for host in ["127.0.0.1:9332", "localhost", "LOCALHOST:9332", "[::1]:9332", "[::1]", "192.0.2.7:1"] {
            assert_eq!(checked("GET", &[("Host", host)], None), Ok(()), "{host}");
        }
        for host in [
            "evil.example:9332",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:9332",
            "[::1].evil.example",
            "[::1]:evil",
            "127.0.0.1:evil",
            "",
        ] {
            assert_eq!(checked("GET", &[("Host", host)], None), Err(Refusal::Host), "{host}");
        }
        assert_eq!(checked("GET", &[], None), Err(Refusal::NoHost));
        let two = [("Host", "127.0.0.1"), ("Host", "evil.example")];
        assert_eq!(checked("GET", &two, None), Err(Refusal::NoHost));
    }

    #[test]
    fn a_name_in_the_request_line_counts_as_well() {
        let request = Request::builder().uri("http://evil.example/metrics").header("Host", "127.0.0.1");
        let request = request.body(()).unwrap().into_parts().0;
        assert_eq!(check(&request, &ServeSettings::default()), Err(Refusal::Host));
    }

    #[test]
    fn a_page_of_another_site_is_refused() {
        let from = |site| checked("GET", &[("Host", "127.0.0.1"), ("Sec-Fetch-Site", site)], None);
        assert_eq!((from("none"), from("same-origin")), (Ok(()), Ok(())));
        for site in ["cross-site", "same-site", "anything"] {
            assert_eq!(from(site), Err(Refusal::OtherSite), "{site}");
        }
    }

    #[test]
    fn every_other_method_is_refused() {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "CONNECT", "TRACE", "BREW"] {
            assert_eq!(checked(method, &[("Host", "127.0.0.1")], None), Err(Refusal::Method), "{method}");
        }
    }

    #[test]
    fn with_a_token_only_those_who_know_it_are_served_by_whatever_name() {
        let with = |value| checked("GET", &[("Host", "monitor.lan"), ("Authorization", value)], Some(SECRET));
        assert_eq!(with("Bearer correct-horse-battery"), Ok(()));
        assert_eq!(with("bearer  correct-horse-battery"), Ok(()));
        for wrong in ["", "Bearer", "Bearer ", "Basic correct-horse-battery", "Bearer correct-horse-batter"] {
            assert_eq!(with(wrong), Err(Refusal::Token), "{wrong}");
        }
        assert_eq!(checked("GET", &[("Host", "127.0.0.1")], Some(SECRET)), Err(Refusal::Token));
    }

    #[test]
    fn a_token_is_long_and_fits_into_a_header() {
        assert_eq!(Token::parse(" correct-horse-battery\n"), Token::parse(SECRET));
        assert_eq!(Token::parse("short"), Err(TokenError::Length(5)));
        assert_eq!(Token::parse(&"x".repeat(1_025)), Err(TokenError::Length(1_025)));
        assert_eq!(Token::parse("correct horse battery"), Err(TokenError::Characters));
        assert_eq!(Token::parse("schlüssel-schlüssel"), Err(TokenError::Characters));
        assert_eq!(format!("{:?}", Token::parse(SECRET)), "Ok(Token(…))", "it is not written anywhere");
    }
}

//! The connection to a NATS server: addresses, TLS and login.

use crate::util::text::clean;
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr, ServerError, rustls};
use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long connecting may take, including TLS and login.
const CONNECT: Duration = Duration::from_secs(5);

/// How often the server is pinged, so that a dead link is noticed before its sensors count as stale.
const PING: Duration = Duration::from_secs(4);

/// The longest server text to quote, in characters.
const MAX_TEXT: usize = 200;

/// How many connection events may wait; further ones are dropped.
const EVENTS: usize = 64;

/// The address of a server: `nats://HOST:PORT`, or `tls://HOST:PORT` for one that must speak TLS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerAddress(ServerAddr);

/// Why a text is not a valid server address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// It is not such a URL.
    #[error("must be nats://HOST[:PORT] or tls://HOST[:PORT]")]
    NotAnAddress,
    /// It contains a login, which every user of the machine could read.
    #[error("must not contain a user or a password, which other users of this machine could read")]
    Login,
}

impl ServerAddress {
    /// Parses the address. Without a scheme it is `nats`, without a port it is 4222.
    ///
    /// # Errors
    /// The text is not such a URL, or contains a login.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let address: ServerAddr = text.parse().map_err(|_| AddressError::NotAnAddress)?;
        if address.has_user_pass() || address.password().is_some() || text.contains('@') {
            return Err(AddressError::Login);
        }
        let url = address.clone().into_inner();
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !matches!(address.scheme(), "nats" | "tls") || address.host().is_empty() || !is_bare {
            return Err(AddressError::NotAnAddress);
        }
        Ok(Self(address))
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host, port) = (self.0.scheme(), self.0.host(), self.0.port());
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]:{port}")
        } else {
            write!(f, "{scheme}://{host}:{port}")
        }
    }
}

/// How to reach a server.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// The server, or all servers of a cluster; at least one.
    pub addresses: Vec<ServerAddress>,
    /// How we and the server authenticate to each other.
    pub tls: Tls,
    /// Our login.
    pub login: Login,
}

/// TLS files, in PEM.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Tls {
    /// The CA certificates to trust; `None`: the system's.
    pub ca: Option<PathBuf>,
    /// Our own certificate, and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

/// Our login. It is never shown.
#[derive(Clone)]
pub enum Login {
    /// No login.
    None,
    /// A user with a password.
    Password {
        /// The name of the user.
        user: String,
        /// The password.
        password: String,
    },
    /// The seed of an NKey.
    NKey(String),
    /// The content of a credentials file: a JWT, and the seed of its NKey.
    Credentials(String),
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Password { .. } => "Password",
            Self::NKey(_) => "NKey",
            Self::Credentials(_) => "Credentials",
        })
    }
}

/// Why there is no connection, in one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConnectError {
    /// The server cannot be reached at the moment.
    #[error("cannot reach {server}: {reason}")]
    Away {
        /// The addresses of the servers.
        server: String,
        /// The system's error.
        reason: String,
    },
    /// The server or our settings for it must be changed first.
    #[error("{server} {reason}")]
    Refused {
        /// The addresses of the servers.
        server: String,
        /// What is wrong.
        reason: String,
    },
}

/// A change of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ConnectionEvent {
    /// It was established, for the first time or again.
    Connected,
    /// It ended; we are reconnecting.
    Disconnected,
    /// The server refuses something, such as publishing on a subject.
    Refused(String),
}

/// A connection to a server, re-established when it ends.
#[derive(Debug)]
pub(super) struct Connection {
    pub client: Client,
    pub events: mpsc::Receiver<ConnectionEvent>,
}

impl ServerSettings {
    /// Connects. The server shows `name`, and answers on subjects `_INBOX.NAME.>`.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses us.
    pub(super) async fn connect(&self, name: &str) -> Result<Connection, ConnectError> {
        self.connect_with(name, |options| options).await
    }

    /// Like [`Self::connect`], but keeps trying while the server is away.
    ///
    /// # Errors
    /// A file of the settings cannot be used.
    pub(super) async fn connect_later(&self, name: &str) -> Result<Connection, ConnectError> {
        self.connect_with(name, ConnectOptions::retry_on_initial_connect).await
    }

    async fn connect_with(
        &self,
        name: &str,
        change: impl FnOnce(ConnectOptions) -> ConnectOptions,
    ) -> Result<Connection, ConnectError> {
        let (sender, events) = mpsc::channel(EVENTS);
        let heard = move |event| {
            let heard = match event {
                Event::Connected => Some(ConnectionEvent::Connected),
                Event::Disconnected => Some(ConnectionEvent::Disconnected),
                Event::ServerError(error) => Some(ConnectionEvent::Refused(described(&error))),
                _ => None,
            };
            // Dropped if there is no room: the connection changes faster than anybody can follow.
            let _ = heard.map(|event| sender.try_send(event));
            std::future::ready(())
        };
        let options = self.options(name)?.event_callback(heard);
        let addresses: Vec<ServerAddr> = self.addresses.iter().map(|address| address.0.clone()).collect();
        let client = change(options).connect(addresses).await.map_err(|error| self.failure(&error))?;
        Ok(Connection { client, events })
    }

    fn options(&self, name: &str) -> Result<ConnectOptions, ConnectError> {
        let mut options = ConnectOptions::new()
            .name(name)
            .custom_inbox_prefix(format!("_INBOX.{name}"))
            .connection_timeout(CONNECT)
            .ping_interval(PING)
            // The login goes only to servers that the user named, not to others that these announce.
            .ignore_discovered_servers()
            .no_echo();
        options = match &self.login {
            Login::None => options,
            Login::Password { user, password } => options.user_and_password(user.clone(), password.clone()),
            Login::NKey(seed) => options.nkey(seed.clone()),
            Login::Credentials(text) => options
                .credentials(text)
                .map_err(|error| self.refused(format!("cannot be logged in to: {error}")))?,
        };
        let Tls { ca, certificate } = &self.tls;
        if ca.is_some() || certificate.is_some() {
            options = options.require_tls(true);
        }
        if let Some(ca) = ca {
            options = options.add_root_certificates(ca.clone());
        }
        if let Some((certificate, key)) = certificate {
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        Ok(options)
    }

    /// The addresses as text.
    pub(super) fn server(&self) -> String {
        self.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    fn refused(&self, reason: String) -> ConnectError {
        ConnectError::Refused { server: self.server(), reason }
    }

    fn failure(&self, error: &async_nats::ConnectError) -> ConnectError {
        let cause = error.source().map(|cause| one_line(&cause.to_string())).unwrap_or_default();
        match error.kind() {
            ConnectErrorKind::AuthorizationViolation => {
                self.refused("refuses the login, or needs one".to_owned())
            }
            ConnectErrorKind::Authentication => {
                self.refused("cannot be logged in to: the seed of the NKey is invalid".to_owned())
            }
            ConnectErrorKind::Tls => self.refused(format!("cannot be used with TLS: {cause}")),
            ConnectErrorKind::TimedOut => {
                ConnectError::Away { server: self.server(), reason: "no answer in 5 s".to_owned() }
            }
            _ if is_of_tls(error) => self.refused(format!("cannot be used with TLS: {cause}")),
            _ => ConnectError::Away { server: self.server(), reason: cause },
        }
    }
}

/// What a server says is wrong.
fn described(error: &ServerError) -> String {
    match error {
        ServerError::AuthorizationViolation => "the login is no longer valid".to_owned(),
        error => one_line(&error.to_string()),
    }
}

/// A server's text, made safe for a terminal.
pub(super) fn one_line(text: &str) -> String {
    clean(text.as_bytes(), MAX_TEXT)
}

/// Whether the TLS handshake failed.
fn is_of_tls(error: &async_nats::ConnectError) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    source.and_then(io::Error::get_ref).is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_defaults_and_no_login() {
        let parse = |text| ServerAddress::parse(text).map(|address| address.to_string());
        assert_eq!(parse("nats.example").as_deref(), Ok("nats://nats.example:4222"));
        assert_eq!(parse("nats://127.0.0.1:4333").as_deref(), Ok("nats://127.0.0.1:4333"));
        assert_eq!(parse("tls://[::1]").as_deref(), Ok("tls://[::1]:4222"));
        for login in ["nats://me:secret@host", "nats://token@host", "me@host:4222", "nats://:secret@host"] {
            assert_eq!(parse(login), Err(AddressError::Login), "{login}");
        }
        for wrong in
            ["", "http://host", "ws://host", "nats://", "nats://host:99999", "nats://host/path", "a b"]
        {
            assert_eq!(parse(wrong), Err(AddressError::NotAnAddress), "{wrong}");
        }
    }

    #[test]
    fn a_login_is_never_shown() {
        let secret = || "SECRET".to_owned();
        for login in [
            Login::Password { user: secret(), password: secret() },
            Login::NKey(secret()),
            Login::Credentials(secret()),
        ] {
            let settings = ServerSettings { addresses: Vec::new(), tls: Tls::default(), login };
            assert!(!format!("{settings:?}").contains("SECRET"));
        }
    }
}

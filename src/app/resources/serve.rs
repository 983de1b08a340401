//! Opens the port of the API.

use crate::api::{ServeSettings, Token};
use crate::app::cli::ServeArgs;
use crate::app::invalid::InvalidValue;
use anyhow::{Context, Result};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use tokio::net::TcpListener;

/// The longest file with a token, in bytes.
const MAX_TOKEN_FILE: u64 = 4_096;

/// Returns the settings of the API.
///
/// # Errors
/// One line with the flag, its value, and what is wrong with it.
pub fn settings(args: &ServeArgs) -> Result<ServeSettings, InvalidValue> {
    let token = args.serve_token_file.as_deref().map(token).transpose()?;
    if let Some(address) = args.serve.filter(|address| !address.ip().to_canonical().is_loopback())
        && token.is_none()
    {
        let message = format!(
            "--serve {address} can be reached from other machines, and needs a --serve-token-file; without one the \
             address must be a loopback one, such as 127.0.0.1:{}",
            address.port()
        );
        return Err(InvalidValue::new("serve", message));
    }
    Ok(ServeSettings { token, metrics_per_peer: args.metrics_per_peer })
}

fn token(path: &Path) -> Result<Token, InvalidValue> {
    let wrong = |why: String| {
        InvalidValue::new(
            "serve_token_file",
            format!("invalid --serve-token-file \"{}\": {why}", path.display()),
        )
    };
    let mut text = String::new();
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    file.take(MAX_TOKEN_FILE).read_to_string(&mut text).map_err(|error| wrong(error.to_string()))?;
    Token::parse(&text).map_err(|error| wrong(error.to_string()))
}

/// Listens at the address of `--serve`, if given.
///
/// # Errors
/// The system refuses the address.
pub async fn listen(args: &ServeArgs) -> Result<Option<TcpListener>> {
    let Some(address) = args.serve else { return Ok(None) };
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot serve at {address}"))?;
    tracing::info!("the API is served at http://{address}/");
    Ok(Some(listener))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(serve: &str, token_file: Option<&Path>) -> ServeArgs {
        ServeArgs {
            serve: Some(serve.parse().unwrap()),
            serve_token_file: token_file.map(Path::to_owned),
            metrics_per_peer: false,
        }
    }

    #[test]
    fn other_machines_are_served_only_with_a_token() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "correct-horse-battery\n").unwrap();
        for loopback in ["127.0.0.1:9332", "[::1]:9332", "127.9.9.9:1", "[::ffff:127.0.0.1]:1"] {
            assert!(settings(&args(loopback, None)).is_ok(), "{loopback}");
        }
        for elsewhere in ["0.0.0.0:9332", "[::]:9332", "192.0.2.7:9332", "[2001:db8::1]:9332"] {
            let error = settings(&args(elsewhere, None)).unwrap_err().message;
            assert!(error.contains("needs a --serve-token-file"), "{error}");
            assert!(settings(&args(elsewhere, Some(&file))).unwrap().token.is_some());
        }
    }

    #[test]
    fn a_file_without_a_token_is_named_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let output = |name: &str, text: Option<&str>| {
            let file = folder.path().join(name);
            if let Some(text) = text {
                std::fs::write(&file, text).unwrap();
            }
            settings(&args("127.0.0.1:1", Some(&file))).unwrap_err().message
        };
        assert!(output("none", None).contains("none\": No such file"), "{}", output("none", None));
        assert!(output("short", Some("short")).ends_with("has 5 characters; a token has 16 to 1024"));
        assert!(output("long", Some(&"x".repeat(9_000))).contains("has 4096 characters"));
        assert!(output("words", Some("a token with spaces")).contains("without spaces"));
    }
}

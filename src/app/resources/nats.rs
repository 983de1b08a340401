//! Reads the files about a NATS server.

use crate::app::cli::NatsArgs;
use crate::app::invalid::InvalidValue;
use crate::sensor::{Login, ServerAddress, ServerSettings, Tls};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The variable with the password of `--nats-user`.
const PASSWORD: &str = "MEMPULSE_NATS_PASSWORD";

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// The first letters of the seed of a user's NKey, and its length.
const SEED_OF_USER: &str = "SU";
const SEED_LENGTH: usize = 58;

/// Returns how the server at `addresses` is reached.
///
/// # Errors
/// One line with the flag, its value, and what is wrong with it.
pub fn settings(addresses: &[ServerAddress], args: &NatsArgs) -> Result<ServerSettings, InvalidValue> {
    Ok(ServerSettings { addresses: addresses.to_vec(), tls: tls(args)?, login: login(args)? })
}

fn tls(args: &NatsArgs) -> Result<Tls, InvalidValue> {
    for (id, path) in [
        ("nats_ca_file", &args.nats_ca_file),
        ("nats_cert_file", &args.nats_cert_file),
        ("nats_key_file", &args.nats_key_file),
    ] {
        let what = if id == "nats_key_file" { "PRIVATE KEY-----" } else { "-----BEGIN CERTIFICATE-----" };
        if let Some(path) = path
            && !read(id, path)?.contains(what)
        {
            let expected = if id == "nats_key_file" { "a private key" } else { "a certificate" };
            return Err(wrong(id, path, &format!("must contain {expected} in PEM")));
        }
    }
    let certificate = args.nats_cert_file.clone().zip(args.nats_key_file.clone());
    Ok(Tls { ca: args.nats_ca_file.clone(), certificate })
}

fn login(args: &NatsArgs) -> Result<Login, InvalidValue> {
    if let Some(user) = args.nats_user.clone() {
        return Ok(Login::Password { user, password: password(args.nats_password_file.as_deref())? });
    }
    if let Some(path) = &args.nats_nkey_file {
        let text = read("nats_nkey_file", path)?;
        // Comments may stand around it, as in the files of the tool nk.
        let seed = text.split_whitespace().find(|word| is_seed(word));
        let seed =
            seed.ok_or_else(|| wrong("nats_nkey_file", path, "must contain the seed of a user, SU..."))?;
        return Ok(Login::NKey(seed.to_owned()));
    }
    if let Some(path) = &args.nats_creds_file {
        let text = read("nats_creds_file", path)?;
        if !text.contains("NATS USER JWT") || !text.split_whitespace().any(is_seed) {
            return Err(wrong("nats_creds_file", path, "must contain the JWT and the seed of a user"));
        }
        return Ok(Login::Credentials(text));
    }
    Ok(Login::None)
}

fn password(file: Option<&Path>) -> Result<String, InvalidValue> {
    let Some(path) = file else {
        return std::env::var(PASSWORD).map_err(|_| {
            let message = format!("--nats-user needs a password, in --nats-password-file or in {PASSWORD}");
            InvalidValue::new("nats_user", message)
        });
    };
    let text = read("nats_password_file", path)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let password = line.strip_suffix('\r').unwrap_or(line);
    if password.is_empty() || password.contains('\n') {
        return Err(wrong("nats_password_file", path, "must contain one line, the password"));
    }
    Ok(password.to_owned())
}

fn is_seed(word: &str) -> bool {
    word.len() == SEED_LENGTH
        && word.starts_with(SEED_OF_USER)
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn read(id: &'static str, path: &Path) -> Result<String, InvalidValue> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| wrong(id, path, &error.to_string()))?;
    file.take(MAX_FILE).read_to_string(&mut text).map_err(|error| wrong(id, path, &error.to_string()))?;
    Ok(text)
}

/// The content of the file is never part of the message.
fn wrong(id: &'static str, path: &Path, why: &str) -> InvalidValue {
    InvalidValue::new(id, format!("invalid --{} \"{}\": {why}", id.replace('_', "-"), path.display()))
}

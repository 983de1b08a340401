//! Reads the files about a NATS server.

use crate::app::cli::NatsArgs;
use crate::app::invalid::InvalidValue;
use crate::sensor::{Login, ServerAddress, ServerSettings, Tls};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The environment variable with the password of `--nats-user`.
const PASSWORD: &str = "MEMPULSE_NATS_PASSWORD";

/// The longest file to read, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// The prefix of a user's NKey seed.
const SEED_OF_USER: &str = "SU";
const SEED_LENGTH: usize = 58;

/// Returns the settings for the server at `addresses`.
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
    for (id, path, other) in [
        ("nats_cert_file", &args.nats_cert_file, &args.nats_key_file),
        ("nats_key_file", &args.nats_key_file, &args.nats_cert_file),
    ] {
        if path.is_some() && other.is_none() {
            let message = "--nats-cert-file and --nats-key-file have no effect without each other";
            return Err(InvalidValue::new(id, message));
        }
    }
    let certificate = args.nats_cert_file.clone().zip(args.nats_key_file.clone());
    Ok(Tls { ca: args.nats_ca_file.clone(), certificate })
}

fn login(args: &NatsArgs) -> Result<Login, InvalidValue> {
    if let Some(user) = args.nats_user.clone() {
        return Ok(Login::Password { user, password: password(args.nats_password_file.as_deref())? });
    }
    if args.nats_password_file.is_some() {
        let message = "--nats-password-file has no effect without --nats-user <NAME>";
        return Err(InvalidValue::new("nats_password_file", message));
    }
    if let Some(path) = &args.nats_nkey_file {
        let text = read("nats_nkey_file", path)?;
        // The seed may be surrounded by comments, as in the files of the tool nk.
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

/// The error message never contains the file's content.
fn wrong(id: &'static str, path: &Path, why: &str) -> InvalidValue {
    InvalidValue::new(id, format!("invalid --{} \"{}\": {why}", id.replace('_', "-"), path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    type Files<'a> = &'a dyn Fn(&str) -> Option<PathBuf>;

    const SEED: &str = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";

    fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        folder
    }

    fn read_with(
        change: impl FnOnce(&mut NatsArgs, Files<'_>),
        files: &[(&str, &str)],
    ) -> Result<ServerSettings, String> {
        let folder = folder_with(files);
        let mut args = NatsArgs::default();
        change(&mut args, &|name| Some(folder.path().join(name)));
        let address = ServerAddress::parse("nats://127.0.0.1").unwrap();
        settings(&[address], &args).map_err(|invalid| invalid.message)
    }

    #[test]
    fn one_of_two_files_that_belong_together_is_refused() {
        let cert = [("cert", "-----BEGIN CERTIFICATE-----")];
        let output = read_with(|args, file| args.nats_cert_file = file("cert"), &cert).unwrap_err();
        assert_eq!(output, "--nats-cert-file and --nats-key-file have no effect without each other");
        let key = [("key", "-----BEGIN PRIVATE KEY-----")];
        assert_eq!(read_with(|args, file| args.nats_key_file = file("key"), &key).unwrap_err(), output);
        let password = [("password", "secret")];
        let output =
            read_with(|args, file| args.nats_password_file = file("password"), &password).unwrap_err();
        assert_eq!(output, "--nats-password-file has no effect without --nats-user <NAME>");
    }

    #[test]
    fn each_login_is_read_from_its_file() {
        let user = |args: &mut NatsArgs, file: Files<'_>| {
            args.nats_user = Some("me".to_owned());
            args.nats_password_file = file("password");
        };
        for text in ["pass word\n", "pass word", "pass word\r\n"] {
            let login = read_with(user, &[("password", text)]).unwrap().login;
            assert!(
                matches!(login, Login::Password { user, password } if user == "me" && password == "pass word")
            );
        }
        let seed = format!("# of fra1\n{SEED}\n");
        let login =
            read_with(|args, file| args.nats_nkey_file = file("nkey"), &[("nkey", &seed)]).unwrap().login;
        assert!(matches!(login, Login::NKey(seed) if seed == SEED));
        let text = format!("-----BEGIN NATS USER JWT-----\ney\n------END NATS USER JWT------\n{SEED}\n");
        let login =
            read_with(|args, file| args.nats_creds_file = file("creds"), &[("creds", &text)]).unwrap().login;
        assert!(matches!(login, Login::Credentials(content) if content == text));
        assert!(matches!(read_with(|_, _| {}, &[]).unwrap().login, Login::None));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_one_line_that_names_the_flag_and_no_secret() {
        let output = |change: fn(&mut NatsArgs, Files<'_>), content: &str| {
            read_with(change, &[("file", content)]).unwrap_err()
        };
        for (change, content, flag, why) in [
            (
                (|args, file| args.nats_nkey_file = file("file")) as fn(&mut NatsArgs, Files<'_>),
                "SECRET",
                "--nats-nkey-file",
                "must contain the seed of a user, SU...",
            ),
            (|args, file| args.nats_nkey_file = file("none"), "", "--nats-nkey-file", "No such file"),
            (
                |args, file| args.nats_creds_file = file("file"),
                SEED,
                "--nats-creds-file",
                "the JWT and the seed",
            ),
            (
                |args, file| args.nats_ca_file = file("file"),
                "SECRET",
                "--nats-ca-file",
                "a certificate in PEM",
            ),
            (
                |args, file| args.nats_key_file = file("file"),
                "-----BEGIN CERTIFICATE-----",
                "--nats-key-file",
                "a private key in PEM",
            ),
            (
                |args, file| {
                    args.nats_user = Some("me".to_owned());
                    args.nats_password_file = file("file");
                },
                "SECRET\nSECRET\n",
                "--nats-password-file",
                "must contain one line",
            ),
        ] {
            let output = output(change, content);
            assert!(output.starts_with(&format!("invalid {flag} \"")) && output.contains(why), "{output}");
            assert!(
                !output.contains("SECRET") && !output.contains(SEED) && !output.contains('\n'),
                "{output}"
            );
        }
        let output = read_with(|args, _| args.nats_user = Some("me".to_owned()), &[]).unwrap_err();
        assert_eq!(
            output,
            "--nats-user needs a password, in --nats-password-file or in MEMPULSE_NATS_PASSWORD"
        );
    }
}

//! The flags about a NATS server.

use crate::app::cli::heading;
use clap::Args;
use std::path::PathBuf;

/// How a NATS server and this program authenticate to each other.
#[derive(Clone, PartialEq, Debug, Default, Args)]
#[expect(clippy::struct_field_names, reason = "each is the name of a flag")]
pub struct NatsArgs {
    /// Trust only NATS servers whose certificates are signed by these (PEM), and require TLS
    ///
    /// Without it, a server at tls:// must have a certificate that this system trusts.
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = heading::NATS)]
    pub nats_ca_file: Option<PathBuf>,
    /// Present this certificate to the NATS server (PEM), and require TLS
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = heading::NATS)]
    pub nats_cert_file: Option<PathBuf>,
    /// The key of --nats-cert-file (PEM)
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = heading::NATS)]
    pub nats_key_file: Option<PathBuf>,
    /// Log in to the NATS server as this user
    ///
    /// The password is in --nats-password-file, or in the environment as MEMPULSE_NATS_PASSWORD; on the command line
    /// every user of this machine could read it.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["nats_nkey_file", "nats_creds_file"],
          hide_short_help = true, help_heading = heading::NATS)]
    pub nats_user: Option<String>,
    /// The file with the password of --nats-user
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = heading::NATS)]
    pub nats_password_file: Option<PathBuf>,
    /// Log in to the NATS server with the NKey whose seed is in this file
    #[arg(long, value_name = "FILE", conflicts_with = "nats_creds_file", hide_short_help = true,
          help_heading = heading::NATS)]
    pub nats_nkey_file: Option<PathBuf>,
    /// Log in to the NATS server with this credentials file (JWT and NKey)
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = heading::NATS)]
    pub nats_creds_file: Option<PathBuf>,
}

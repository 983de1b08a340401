//! From the arguments of `replay` to its front end.

use crate::app::cli::ReplayArgs;
use crate::app::log::{self, LogTo};
use crate::app::output::print;
use crate::app::replay::check::check;
use crate::app::replay::show::Show;
use crate::app::replay::track::Track;
use crate::app::replay::write::feed_stream;
use crate::app::resources::as_file;
use crate::app::{front_ends, start};
use crate::recording::{self, Player};
use crate::snapshot::LogLines;
use crate::stream::Stream;
use crate::tui::TuiSettings;
use anyhow::{Context, Result};
use std::sync::Arc;

/// The error for a recording that failed its check.
#[derive(Debug, thiserror::Error)]
#[error("the recording does not lead to the same state again, or is incomplete")]
struct Unsound;

/// Replays recordings.
pub async fn run(args: &ReplayArgs) -> Result<()> {
    let is_screen = !args.stream && !args.check;
    if is_screen {
        start::check_terminal("mempulse replay --stream PATH")?;
    }
    let log_lines = LogLines::default();
    let _log = log::start(
        args.files.log_file.as_deref(),
        if is_screen { LogTo::Screen(log_lines.clone()) } else { LogTo::File },
        args.files.log_level,
    )?;
    let paths = recording::find(&args.paths).context("cannot replay")?;
    if args.check {
        let report = check(Player::open(&paths)?);
        print((report.lines.join("\n") + "\n").as_bytes())?;
        return if report.is_sound { Ok(()) } else { Err(Unsound.into()) };
    }
    let state_dir = args.folders.state_dir();
    let screen = args.screen.settings(front_ends::kept_view(state_dir.as_deref()))?;
    let as_database = args.files.asn_file.as_deref().map(as_file::load).transpose()?.map(Arc::new);
    let query = args.filter.query()?;
    let network = Player::open(&paths)?.network().unwrap_or_default();
    let targets = start::targets(&args.watch, network)?;
    let track = Track::open(&paths, targets, as_database)?;
    if args.stream {
        let stream = Stream::new(args.raw, query);
        return front_ends::stream(|records, shutdown| feed_stream(track, stream, records, shutdown)).await;
    }
    let show = Show::new(track, args.speed, log_lines);
    // The last run's saved view is read but not changed: a live mempulse may be running.
    let settings = TuiSettings { state_dir, ..screen };
    front_ends::screen(|screen, shutdown| show.feed_screen(screen, shutdown), settings).await
}

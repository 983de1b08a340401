//! The flags of alerts.

use crate::alert::{MAX_RULES, Rule};
use crate::app::cli::{heading, parsers};
use crate::app::invalid::InvalidValue;
use crate::util::program;
use clap::Args;
use std::path::PathBuf;

/// What the user is alerted to, and how.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct AlertArgs {
    /// Alert by this rule, such as 'blocks: pool ~ foundry; bell'; repeatable
    ///
    /// A rule has a subject (figures, transactions, blocks, peers or watch), a condition in the query language, and
    /// actions: event (the default), bell, notify (a desktop notification), run PROGRAM; also cooldown TIME, name
    /// TEXT and off. docs/usage.md has examples; on screen, the key A lists, tests and adds rules.
    #[arg(long, value_name = "RULE", value_parser = parsers::rule, help_heading = heading::ALERTS)]
    pub alert: Vec<String>,
    /// Run this program at every event of the watch list: short for --alert 'watch; run PATH'
    ///
    /// Details are passed in environment variables (MEMPULSE_EVENT, MEMPULSE_TARGET, MEMPULSE_TXID and more), never
    /// through a shell and without arguments. At most four run at the same time, each for at most 30 s.
    #[arg(long, value_name = "PATH", hide_short_help = true, help_heading = heading::ALERTS)]
    pub on_watch: Option<PathBuf>,
    /// Ring the bell at events of the watch list: short for --alert 'watch; bell; cooldown 1s'
    #[arg(long, hide_short_help = true, help_heading = heading::ALERTS)]
    pub bell: bool,
}

impl AlertArgs {
    /// Returns the rules.
    ///
    /// # Errors
    ///
    /// There are too many, or a program cannot be run.
    pub fn rules(&self) -> Result<Vec<Rule>, InvalidValue> {
        let mut rules = Vec::new();
        for (index, text) in self.alert.iter().enumerate() {
            let invalid = |error| InvalidValue::new("alert", format!("--alert: {error}")).at(index);
            rules.push(("alert", Rule::parse(text).map_err(invalid)?));
        }
        rules.extend(self.on_watch.iter().map(|program| ("on_watch", Rule::on_watch(program))));
        rules.extend(self.bell.then(|| ("bell", Rule::bell_on_watch())));
        if rules.len() > MAX_RULES {
            let message = format!("--alert is given {} times; there can be {MAX_RULES} rules", rules.len());
            return Err(InvalidValue::new("alert", message));
        }
        let paths = std::env::var_os("PATH");
        for (index, (id, rule)) in rules.iter().enumerate() {
            if let Some(path) = &rule.actions().run {
                let flag = id.replace('_', "-");
                program::check(path, paths.as_deref())
                    .map_err(|error| InvalidValue::new(id, format!("--{flag} {error}")).at(index))?;
            }
        }
        Ok(rules.into_iter().map(|(_, rule)| rule).collect())
    }
}

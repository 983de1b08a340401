//! The overlays: details, alerts, help, settings, copy menu, and lines for typing.

mod alerts;
mod copy_menu;
pub mod details;
mod find;
mod help;
mod query;
mod settings;

pub use query::QueryHistory;

use super::layer::{Copyable, Layer};
use super::list_query::QuerySubject;
use crate::chain::Network;
use crate::snapshot::Open;
use alerts::Alerts;
use copy_menu::CopyMenu;
use details::Details;
use find::Find;
use help::Help;
use query::{QueryHelp, QueryLine};
use settings::Settings;

/// An overlay.
#[derive(Debug)]
pub enum Overlay {
    Details(Details),
    Alerts(Alerts),
    Help(Help),
    Find(Find),
    Settings(Settings),
    CopyMenu(CopyMenu),
    Query(QueryLine),
    QueryHelp(QueryHelp),
}

impl Overlay {
    pub fn details(open: Open) -> Self {
        Self::Details(Details::new(open))
    }

    pub fn alerts() -> Self {
        Self::Alerts(Alerts::default())
    }

    pub fn find() -> Self {
        Self::Find(Find::default())
    }

    /// An overlay that finds what was pasted, if it names something.
    pub fn find_pasted(text: &str, network: Network) -> Option<Self> {
        Find::pasted(text, network).map(Self::Find)
    }

    pub fn help() -> Self {
        Self::Help(Help::default())
    }

    pub fn settings() -> Self {
        Self::Settings(Settings::default())
    }

    pub fn copy_menu(items: Vec<Copyable>) -> Self {
        Self::CopyMenu(CopyMenu::new(items))
    }

    /// A query line that contains the current query.
    pub fn query(subject: QuerySubject, text: String, history: &QueryHistory) -> Self {
        Self::Query(QueryLine::new(subject, text, history))
    }

    pub fn query_help(subject: QuerySubject) -> Self {
        Self::QueryHelp(QueryHelp::new(subject))
    }

    /// Whether the screen beneath cannot be seen.
    pub const fn covers_screen(&self) -> bool {
        matches!(self, Self::Details(_) | Self::Alerts(_))
    }

    pub fn layer(&self) -> &dyn Layer {
        match self {
            Self::Details(details) => details,
            Self::Alerts(alerts) => alerts,
            Self::Help(help) => help,
            Self::Find(find) => find,
            Self::Settings(settings) => settings,
            Self::CopyMenu(menu) => menu,
            Self::Query(line) => line,
            Self::QueryHelp(help) => help,
        }
    }

    pub fn layer_mut(&mut self) -> &mut dyn Layer {
        match self {
            Self::Details(details) => details,
            Self::Alerts(alerts) => alerts,
            Self::Help(help) => help,
            Self::Find(find) => find,
            Self::Settings(settings) => settings,
            Self::CopyMenu(menu) => menu,
            Self::Query(line) => line,
            Self::QueryHelp(help) => help,
        }
    }
}

//! What can lie on top of a screen: the details, the watch list, the help, the settings, the choice of what
//! to copy.

mod copy_menu;
pub mod details;
mod find;
mod help;
mod settings;
mod watchlist;

use super::layer::{Copyable, Layer};
use crate::chain::Network;
use crate::snapshot::Open;
use copy_menu::CopyMenu;
use details::Details;
use find::Find;
use help::Help;
use settings::Settings;
use watchlist::Watchlist;

/// An overlay.
#[derive(Debug)]
pub enum Overlay {
    Details(Details),
    Watchlist(Watchlist),
    Help(Help),
    Find(Find),
    Settings(Settings),
    CopyMenu(CopyMenu),
}

impl Overlay {
    pub fn details(open: Open) -> Self {
        Self::Details(Details::new(open))
    }

    pub fn watchlist() -> Self {
        Self::Watchlist(Watchlist::default())
    }

    pub fn find() -> Self {
        Self::Find(Find::default())
    }

    /// Finds what was pasted, if it names something.
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

    /// Whether the screen beneath cannot be seen.
    pub const fn covers_screen(&self) -> bool {
        !matches!(self, Self::Help(_) | Self::Find(_) | Self::Settings(_) | Self::CopyMenu(_))
    }

    pub fn layer(&self) -> &dyn Layer {
        match self {
            Self::Details(details) => details,
            Self::Watchlist(watchlist) => watchlist,
            Self::Help(help) => help,
            Self::Find(find) => find,
            Self::Settings(settings) => settings,
            Self::CopyMenu(menu) => menu,
        }
    }

    pub fn layer_mut(&mut self) -> &mut dyn Layer {
        match self {
            Self::Details(details) => details,
            Self::Watchlist(watchlist) => watchlist,
            Self::Help(help) => help,
            Self::Find(find) => find,
            Self::Settings(settings) => settings,
            Self::CopyMenu(menu) => menu,
        }
    }
}

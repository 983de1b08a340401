//! What can lie on top of a screen: the details, the watch list, the help.

pub mod details;
mod find;
mod help;
mod watchlist;

use super::layer::Layer;
use crate::chain::Network;
use crate::snapshot::Open;
use details::Details;
use find::Find;
use help::Help;
use watchlist::Watchlist;

/// An overlay.
#[derive(Debug)]
pub enum Overlay {
    Details(Details),
    Watchlist(Watchlist),
    Help(Help),
    Find(Find),
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

    /// Whether the screen beneath cannot be seen.
    pub const fn covers_screen(&self) -> bool {
        !matches!(self, Self::Help(_) | Self::Find(_))
    }

    pub fn layer(&self) -> &dyn Layer {
        match self {
            Self::Details(details) => details,
            Self::Watchlist(watchlist) => watchlist,
            Self::Help(help) => help,
            Self::Find(find) => find,
        }
    }

    pub fn layer_mut(&mut self) -> &mut dyn Layer {
        match self {
            Self::Details(details) => details,
            Self::Watchlist(watchlist) => watchlist,
            Self::Help(help) => help,
            Self::Find(find) => find,
        }
    }
}

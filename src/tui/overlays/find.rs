//! Finds something by its txid, block hash or address, to open or to watch it.
//!
//! ```text
//! ┏ Find ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ 3fa9c1…e07▏                                                 ┃
//! ┃ transaction in the mempool · Enter opens it · Tab watches it ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//! ```

use crate::chain::Network;
use crate::event::{Command, WatchKey, WatchTarget};
use crate::snapshot::{Found, Open, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use crate::tui::widgets::panel::{centred, panel};
use crate::tui::widgets::text;
use crate::wire::Txid;
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

/// The longest text; an address has at most 90 characters.
const LONGEST: usize = 100;

/// The width for 64 digits, the cursor, blanks and borders, in cells.
const WIDTH: usize = 72;

/// The text being typed.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Find {
    text: String,
}

/// What the text names.
enum Meaning {
    /// Nothing yet.
    Unknown,
    /// A transaction or a block.
    Hash(Txid),
    /// An address.
    Address,
}

impl Find {
    /// Starts with a pasted text, if it is a single line that names something.
    pub fn pasted(pasted: &str, network: Network) -> Option<Self> {
        let mut find = Self::default();
        find.push_all(pasted.trim());
        let is_whole = find.text == pasted.trim();
        (is_whole && !matches!(find.meaning(network), Meaning::Unknown)).then_some(find)
    }

    fn push_all(&mut self, text: &str) {
        let room = LONGEST - self.text.len();
        self.text.extend(text.chars().filter(char::is_ascii_graphic).take(room));
    }

    /// A script in hexadecimal is a valid watch target, but it is not recognised here: a short one looks like
    /// anything else.
    fn meaning(&self, network: Network) -> Meaning {
        let Ok(target) = WatchTarget::parse(&self.text, network) else { return Meaning::Unknown };
        match target.key() {
            WatchKey::Transaction(txid) => Meaning::Hash(*txid),
            WatchKey::Script(_) if self.text.chars().all(|c| c.is_ascii_hexdigit()) => Meaning::Unknown,
            WatchKey::Script(_) => Meaning::Address,
        }
    }

    fn open(&self, cx: &Context) -> Response {
        match self.meaning(cx.snapshot.network) {
            Meaning::Unknown => Response::remark("type or paste a txid, a block hash or an address"),
            Meaning::Address => Response::List(self.text.clone()),
            Meaning::Hash(id) => match found(cx, id).and_then(|found| open(&found)) {
                Some(open) => Response::Open(open),
                None => Response::remark("neither in the mempool nor one of the last blocks"),
            },
        }
    }

    fn watch(&self, cx: &Context) -> Response {
        match WatchTarget::parse(&self.text, cx.snapshot.network) {
            _ if cx.is_frozen() => Response::remark("unfreeze (Space) to change the watch list"),
            _ if self.is_watched(cx) => Response::remark("already on the watch list"),
            Ok(target) => Response::Send(Command::Watch(vec![target])),
            Err(error) => Response::remark(error.to_string()),
        }
    }

    fn is_watched(&self, cx: &Context) -> bool {
        let Ok(target) = WatchTarget::parse(&self.text, cx.snapshot.network) else { return false };
        cx.snapshot.watched.iter().any(|watched| watched.key() == target.key())
    }

    /// What the text names, and what can be done about it.
    fn explanation(&self, cx: &Context) -> String {
        let (what, can_open) = match self.meaning(cx.snapshot.network) {
            Meaning::Unknown if self.text.is_empty() => {
                return "a txid, a block hash or an address".to_owned();
            }
            Meaning::Unknown => return "not a whole txid, block hash or address".to_owned(),
            Meaning::Address => ("address · Enter lists what pays to it".to_owned(), false),
            Meaning::Hash(id) => {
                let found = found(cx, id);
                (
                    found.map_or_else(String::new, |found| kind(&found)),
                    found.and_then(|found| open(&found)).is_some(),
                )
            }
        };
        let opens = if can_open { " · Enter opens it" } else { "" };
        let watches = if self.is_watched(cx) { " · on the watch list" } else { " · Tab watches it" };
        format!("{what}{opens}{watches}")
    }
}

/// What the snapshot knows about `id`, once it arrives.
fn found(cx: &Context, id: Txid) -> Option<Found> {
    cx.snapshot.found.filter(|found| found.id == id)
}

fn open(found: &Found) -> Option<Open> {
    found.transaction.map(Open::Transaction).or_else(|| found.block.map(Open::Block))
}

fn kind(found: &Found) -> String {
    match *found {
        Found { transaction: Some(_), .. } => "transaction in the mempool".to_owned(),
        Found { block: Some(_), .. } => "block".to_owned(),
        Found { removed: Some(_), .. } => "transaction that left the mempool".to_owned(),
        _ => "neither in the mempool nor one of the last blocks".to_owned(),
    }
}

impl Layer for Find {
    fn place(&self, _cx: &Context) -> Place {
        Place::Find
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Open => return self.open(cx),
            Action::Add => return self.watch(cx),
            Action::Type(letter) => self.push_all(letter.encode_utf8(&mut [0; 4])),
            Action::Erase => {
                self.text.pop();
            }
            Action::EraseAll => self.text.clear(),
            _ => {}
        }
        Response::Done
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.text.clear();
        self.push_all(text);
        Some(Response::Done)
    }

    fn request(&self, cx: &Context, view: &mut View) {
        view.watched = true;
        if let Meaning::Hash(id) = self.meaning(cx.snapshot.network) {
            view.find = Some(id);
        }
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        let theme = cx.theme;
        let area = centred(cx.area, WIDTH, 5);
        let cells = usize::from(area.width).saturating_sub(4);
        // Keep the end of a long text visible, as letters appear there.
        let skipped = self.text.len().saturating_sub(cells.saturating_sub(1));
        let mut lines = vec![Line::from(vec![
            Span::raw(format!(" {}", &self.text[skipped..])),
            Span::styled("▏", theme.strong()),
        ])];
        let explained = text::wrap(&self.explanation(cx), cells);
        lines.extend(explained.into_iter().map(|line| Line::styled(format!(" {line}"), theme.muted())));
        frame.render_widget(Clear, area);
        let block = panel(theme, Line::styled(" Find ", theme.title(true)), true);
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_taken_if_the_whole_of_it_names_something() {
        let takes = |text: &str| Find::pasted(text, Network::Mainnet).is_some();
        assert!(takes(&"0a".repeat(32)) && takes(&format!("  {}\n", "0A".repeat(32))));
        assert!(takes("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"));
        for other in ["", "q", "51", "bc1qnothing", &format!("{0}\n{0}", "0a".repeat(32)), &"x".repeat(5_000)]
        {
            assert!(!takes(other), "{other}");
        }
    }
}

//! Saves a screen as a text file: name, content and folder.

use super::widgets::{clock, text};
use crate::chain::Network;
use crate::store;
use crate::util::text::clean;
use crate::util::time::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::{Buffer, Cell};
use std::path::{Path, PathBuf};

/// The longest folder or file name shown, in characters.
const LONGEST_NAME: usize = 1_000;

/// The name of the file, without an extension: `mempulse-mainnet-watch-list-20261128-053312`.
pub fn file_name(network: Network, screen: &str, at: Timestamp, zone: &TimeZone) -> String {
    let screen = screen.to_lowercase().replace(' ', "-");
    format!("mempulse-{network}-{screen}-{}", clock::stamp(at, zone))
}

/// The content: one line per row, without control characters and trailing blanks.
pub fn content(screen: &Buffer) -> String {
    let rows = screen.content.chunks(usize::from(screen.area.width).max(1));
    rows.map(|row| line(row) + "\n").collect()
}

/// Saves a screen as a new file in the first folder where that is possible. Returns a message with the path
/// or the error. Blocks.
pub fn save(folders: &[PathBuf], name: &str, content: &str) -> String {
    match store::save_screen(folders, name, content) {
        Ok(path) => {
            let [name, folder] = [path.file_name(), path.parent().map(Path::as_os_str)]
                .map(|part| clean(part.unwrap_or_default().as_encoded_bytes(), LONGEST_NAME));
            format!("screen saved as {name} in {folder}")
        }
        Err(error) => format!("screen not saved: {}", clean(error.to_string().as_bytes(), LONGEST_NAME)),
    }
}

fn line(row: &[Cell]) -> String {
    let (mut line, mut covered) = (String::new(), 0_usize);
    for cell in row {
        // A wide character has a second cell of its own.
        if covered == 0 {
            let symbol: String = cell.symbol().chars().filter(|letter| !letter.is_control()).collect();
            covered = text::width(&symbol).max(1);
            line += &symbol;
        }
        covered -= 1;
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn a_file_is_named_by_network_screen_and_time() {
        let at = Timestamp::from_secs(1_700_000_000);
        let name = file_name(Network::Testnet4, "Watch list", at, &TimeZone::UTC);
        assert_eq!(name, "mempulse-testnet4-watch-list-20231114-221320");
    }

    #[test]
    fn wide_characters_stand_once_and_blanks_at_the_end_are_left_out() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 3));
        buffer.set_string(0, 0, "日本 a", Style::new());
        buffer.set_string(2, 2, "b", Style::new());
        buffer[(1, 2)].set_symbol("\u{1b}\u{9b}x");
        assert_eq!(content(&buffer), "日本 a\n\n xb\n");
        assert_eq!(content(&Buffer::default()), "");
    }
}

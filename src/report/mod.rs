//! A report: one moment of the monitor as tables, for a document, a program or a spreadsheet.

mod csv;
mod json;
mod markdown;
mod tables;
#[cfg(test)]
mod tests;
mod value;

use crate::model::Model;
use crate::util::time::Timestamp;

/// The format of a report.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Format {
    /// Markdown: a heading and a table for each part.
    #[default]
    Markdown,
    /// One JSON object with an array of objects for each part.
    Json,
    /// Lines of `table,row,column,value`.
    Csv,
}

impl Format {
    /// Every format with its name.
    pub const ALL: [(&str, Self); 3] = [("md", Self::Markdown), ("json", Self::Json), ("csv", Self::Csv)];
}

/// Writes what `model` knows at `now`, with a line feed at the end.
pub fn report(model: &Model, now: Timestamp, format: Format) -> String {
    let tables = tables::all(model, now);
    match format {
        Format::Markdown => markdown::write(&tables),
        Format::Json => json::write(&tables),
        Format::Csv => csv::write(&tables),
    }
}

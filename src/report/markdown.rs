//! A report as Markdown.

use super::tables::Table;
use super::value::Value;

/// Writes a heading and a table for each part. A part with one row is written vertically.
pub(super) fn write(tables: &[Table]) -> String {
    let mut lines = vec!["# mempulse report\n".to_owned()];
    for table in tables {
        lines.push(format!("\n## {}\n\n", table.title()));
        match table.rows.as_slice() {
            [] => lines.push("nothing yet\n".to_owned()),
            [row] => {
                lines.extend([line(["figure", "value"]), line(["---"; 2])]);
                let figures = table.columns.iter().zip(row);
                lines.extend(figures.map(|(column, value)| line([*column, &value.text()])));
            }
            rows => {
                lines.extend([line(&table.columns), line(table.columns.iter().map(|_| "---"))]);
                lines.extend(rows.iter().map(|row| line(row.iter().map(Value::text))));
            }
        }
    }
    lines.concat()
}

fn line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let escaped = |cell: T| cell.as_ref().replace('\\', r"\\").replace('|', r"\|");
    let cells: Vec<String> = cells.into_iter().map(escaped).collect();
    format!("| {} |\n", cells.join(" | "))
}

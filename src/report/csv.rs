//! A report as comma-separated values (RFC 4180), one figure per line, since its parts have different
//! columns.

use super::tables::Table;

/// Writes `table,row,column,value` lines; rows count from 1.
pub(super) fn write(tables: &[Table]) -> String {
    let mut lines = vec!["table,row,column,value\n".to_owned()];
    for table in tables {
        for (number, row) in (1..).zip(&table.rows) {
            for (column, value) in table.columns.iter().zip(row) {
                lines.push(format!("{},{number},{column},{}\n", table.name, quoted(&value.text())));
            }
        }
    }
    lines.concat()
}

/// Quotes text that would be mistaken for several values, or by a spreadsheet for a formula: peers choose
/// their user agents.
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '@', '\t']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_quotes_and_formulas_are_made_harmless() {
        assert_eq!(quoted("/Satoshi:30.0.0/"), "/Satoshi:30.0.0/");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=HYPERLINK(1,2)"), "\"'=HYPERLINK(1,2)\"");
        assert_eq!(quoted("-3"), "-3", "a clock offset is a number");
    }
}

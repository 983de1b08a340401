//! A report as one JSON object.

use super::tables::Table;
use super::value::{Value, rounded};
use serde_json::{Map, Number, Value as Json};

/// Writes an object with an array of objects for each part, indented.
pub(super) fn write(tables: &[Table]) -> String {
    let row = |table: &Table, row: &Vec<Value>| {
        let columns = table.columns.iter().map(ToString::to_string);
        Json::Object(columns.zip(row.iter().map(json)).collect())
    };
    let rows = |table: &Table| Json::Array(table.rows.iter().map(|values| row(table, values)).collect());
    let object: Map<String, Json> = tables.iter().map(|table| (table.name.to_owned(), rows(table))).collect();
    format!("{:#}\n", Json::Object(object))
}

fn json(value: &Value) -> Json {
    match value {
        Value::Unknown => Json::Null,
        Value::Text(text) => Json::String(text.clone()),
        Value::Whole(number) => Json::Number((*number).into()),
        Value::Decimal(number) => Number::from_f64(rounded(*number)).map_or(Json::Null, Json::Number),
        Value::Truth(truth) => Json::Bool(*truth),
    }
}

//! Populations as the Parquet of `headcount import`, which DuckDB asks where it lies: what docs/sql.md says of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use headcount::sql::{CustomColumn, CustomFields, CustomType, SqlSchema, TableName};
use headcount::{Table, filter::AmountField};
use serde_json::{Value as Json, json};

use crate::engine::{Answer, Engine};
use crate::question::Questions;

/// A file, seen as a table.
pub(crate) struct Held {
    pub(crate) schema: SqlSchema,
    pub(crate) tables: Json,
}

/// The file of each population, with a schema by the types of its columns; none where an amount is in a column of JSON.
pub(crate) fn hold(engine: &mut Engine, all: &[Questions]) -> Result<Vec<Option<Held>>, String> {
    let folder = folder();
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut statements = Vec::new();
    let mut files = Vec::new();
    for (case, questions) in all.iter().enumerate() {
        let file: PathBuf = folder.join(format!("{case}.parquet"));
        let out = File::create(&file).map_err(|error| error.to_string())?;
        let table = Table::from(&questions.population);
        headcount::records::write_parquet(&table, out, &mut |_| {}).map_err(|error| error.to_string())?;
        let rows = format!("read_parquet('{}', file_row_number = true)", file.display());
        let json = format!(
            "SELECT json_contains(decode(value), to_json(column_name)) FROM parquet_kv_metadata('{}') \
             WHERE decode(key) = 'headcount.json_columns'",
            file.display()
        );
        let describe = format!(
            "SELECT column_name, CASE WHEN ({json}) THEN 'JSON' ELSE column_type END FROM (DESCRIBE SELECT * FROM {rows})"
        );
        statements.push(json!({"kind": "describe", "sql": describe, "parameters": [], "columns": 2}));
        files.push(rows);
    }
    let answers = engine.ask(&json!({"settings": [], "columns": [], "populations": [], "statements": statements}))?;
    let answers: Vec<Answer> = serde_json::from_value(answers["answers"].clone()).map_err(|error| error.to_string())?;
    let held = files.into_iter().zip(answers).enumerate().map(|(case, (rows, answer))| {
        let Answer::Rows(columns) = answer else { return Err(format!("{rows}: {answer:?}")) };
        let columns = columns.iter().filter_map(|row| Some((row.first()?.as_str()?, row.get(1)?.as_str()?)));
        Ok(schema(case, &columns.collect()).map(|schema| Held {
            tables: json!([{"name": format!("file_{case}"), "ddl": format!("CREATE VIEW file_{case} AS SELECT * FROM {rows}")}]),
            schema,
        }))
    });
    held.collect()
}

/// Where the files are.
fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("headcount-conformance-{}", std::process::id()))
}

/// Removes the files.
pub(crate) fn clean() {
    let _ = fs::remove_dir_all(folder());
}

fn schema(case: usize, columns: &BTreeMap<&str, &str>) -> Option<SqlSchema> {
    let mut schema = SqlSchema::default();
    schema.memberships = TableName::new(format!("file_{case}"));
    schema.membership_id = "file_row_number".to_owned();
    schema.is_membership = columns.contains_key("is_membership").then(|| "is_membership".to_owned());
    schema.wholes.clear();
    for amount in AmountField::ALL {
        match *columns.get(amount.name())? {
            "DOUBLE" => {}
            "BIGINT" | "UBIGINT" => drop(schema.wholes.insert(*amount, amount.name().to_owned())),
            _ => return None,
        }
    }
    let custom = columns.iter().filter_map(|(name, of)| {
        let of = match *of {
            "VARCHAR" => CustomType::Text,
            "BIGINT" | "UBIGINT" => CustomType::Integer,
            "DOUBLE" => CustomType::Double,
            "BOOLEAN" => CustomType::Boolean,
            _ => CustomType::Json,
        };
        Some((name.strip_prefix("custom_fields.")?.to_owned(), CustomColumn::new(of).named(*name)))
    });
    schema.custom_fields = CustomFields::Columns(custom.collect());
    Some(schema)
}

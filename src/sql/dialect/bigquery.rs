//! BigQuery, in GoogleSQL.

use super::shared::{NUMBERS_OF_JSON, cast_instant, fraction, translated, without_zone};
use super::syntax::{
    ColumnTypes, Entries, FileSyntax, JsonSyntax, LoadedFile, StatementLimits, Syntax, Unnested, Unsupported,
};
use crate::sql::expression::Folding;
use crate::sql::file_loads::Stored;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;
use crate::sql::tables::RowsOf;

pub(super) struct BigQuery;

/// What it has for a map.
const PAIRS: &str = "ARRAY<STRUCT<key STRING, value STRING>>";

/// The characters that no column may have in its name; with a point in it, a name would be several.
const NO_NAME: &str = "!\"$()*,./;?@[\\]^`{}~";

impl Syntax for BigQuery {
    fn display_name(&self) -> &'static str {
        "BigQuery"
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "INT64",
            text: "STRING",
            count: "NUMERIC",
            double: "FLOAT64",
            whole: "NUMERIC",
            flag: "BOOL",
            instant: "TIMESTAMP",
            texts: Ok("ARRAY<STRING>"),
            map: Ok(PAIRS),
            json: Err(NUMBERS_OF_JSON),
        }
    }

    fn limits(&self) -> StatementLimits {
        StatementLimits { groups: None, parameters: Some(10_000), columns: Some(10_000) }
    }

    fn holds_nul(&self) -> bool {
        true
    }

    /// A NULL is kept as an array without elements.
    fn has_null_collections(&self) -> bool {
        false
    }

    /// An array is never NULL, and may not say so.
    fn not_null(&self, of: &str) -> String {
        if of.starts_with("ARRAY<") { of.to_owned() } else { format!("{of} NOT NULL") }
    }

    fn first_year(&self) -> Option<i32> {
        Some(1)
    }

    fn takes_name(&self, name: &str) -> Result<(), Unsupported> {
        if name.contains(|character: char| character.is_control() || NO_NAME.contains(character)) {
            return Err(Unsupported("a name in the schema has a character that no name there may have"));
        }
        Ok(())
    }

    /// Quotes or not, a name is another one's whatever their case is.
    fn compared_name(&self, name: &str) -> String {
        name.to_lowercase()
    }

    fn name_quote(&self) -> char {
        '`'
    }

    fn quoted_name(&self, name: &str) -> String {
        format!("`{}`", escaped(name).replace('`', "\\`"))
    }

    fn table_layout(&self, _rows: RowsOf, key: &[String]) -> String {
        format!("\nCLUSTER BY {}", key.join(", "))
    }

    fn quoted_text(&self, text: &str) -> String {
        format!("'{}'", escaped(text).replace('\'', "\\'"))
    }

    /// What does not fit 64 bits with a sign has to say its type.
    fn whole_literal(&self, whole: i128) -> String {
        if i64::try_from(whole).is_ok() { whole.to_string() } else { format!("NUMERIC '{whole}'") }
    }

    fn parameter_name(&self, number: usize) -> String {
        format!("p{number}")
    }

    fn placeholder(&self, number: usize, _value: &Parameter) -> String {
        format!("@{}", self.parameter_name(number))
    }

    fn instant(&self, micros: i64) -> Sketch {
        cast_instant(without_zone(micros) + "+00", "TIMESTAMP")
    }

    fn array(&self, elements: &[String]) -> Result<String, Unsupported> {
        Ok(format!("ARRAY<STRING>[{}]", elements.join(", ")))
    }

    fn map(&self, keys: &[String], values: &[String]) -> Result<String, Unsupported> {
        let pairs: Vec<String> = keys.iter().zip(values).map(|(key, value)| format!("({key}, {value})")).collect();
        Ok(format!("{PAIRS}[{}]", pairs.join(", ")))
    }

    fn contains(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("STRPOS", [text, part]).then(" > 0")
    }

    fn starts_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("STARTS_WITH", [text, part])
    }

    fn ends_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("ENDS_WITH", [text, part])
    }

    fn lower_cased(&self, text: Sketch, folding: &Folding) -> Sketch {
        translated("TRANSLATE", text, folding)
    }

    fn code_point_order(&self, text: Sketch) -> Sketch {
        text
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("REGEXP_CONTAINS({text}, '{pattern}')")
    }

    fn without_match(&self, text: &str, pattern: &str) -> String {
        format!("REGEXP_REPLACE({text}, '{pattern}', '')")
    }

    fn whole(&self, text: &str) -> String {
        safe_cast(text, "NUMERIC")
    }

    fn double(&self, text: &str) -> String {
        safe_cast(text, "FLOAT64")
    }

    fn digits(&self, text: &str) -> String {
        safe_cast(text, "INT64")
    }

    fn fraction(&self, text: &str) -> String {
        fraction(self, text)
    }

    fn quotient(&self, number: &str, by: u32) -> String {
        format!("DIV({number}, {by})")
    }

    fn instant_of_micros(&self, micros: &str) -> String {
        format!("TIMESTAMP_MICROS({micros})")
    }

    fn unnested(&self, array: &str) -> Result<Unnested, Unsupported> {
        Ok(Unnested { value: "`element`".to_owned(), join: unnest(array, "element") })
    }

    fn map_entries(&self, map: &str) -> Result<Entries, Unsupported> {
        Ok(Entries::Joined {
            columns: "`pair`.`key` AS `key`, `pair`.`value` AS `value`",
            join: unnest(map, "pair"),
            key: "`pair`.`key`",
            is_value: "`pair`.`value` IS NOT NULL",
        })
    }

    fn files(&self) -> Result<&dyn FileSyntax, Unsupported> {
        Ok(self)
    }

    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported> {
        Err(NUMBERS_OF_JSON)
    }

    /// It takes those that it can make a join of.
    fn has_correlated_subqueries(&self) -> bool {
        false
    }

    fn joins_below_or(&self) -> bool {
        false
    }
}

impl FileSyntax for BigQuery {
    fn stored(&self, of: Stored) -> Result<Stored, Unsupported> {
        if of == Stored::Map {
            return Err(Unsupported("it makes something else of a map in a file than its column is: insert"));
        }
        Ok(of)
    }

    fn loads(&self, file: &LoadedFile<'_>) -> Result<Vec<String>, Unsupported> {
        if !file.location.starts_with("gs://") {
            return Err(Unsupported("it reads files of Google Cloud Storage: the location begins with `gs://`"));
        }
        // An array is else a group with a list in it.
        let has_arrays = file.columns.iter().any(|column| column.stored == Stored::Texts);
        let arrays = if has_arrays { ", enable_list_inference = TRUE" } else { "" };
        Ok(vec![format!(
            "LOAD DATA INTO {}\nFROM FILES (format = 'PARQUET', uris = ['{}']{arrays})",
            file.table,
            file.path()
        )])
    }
}

/// What stands between quotes; neither a text nor a name may go over the end of a line.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\0', "\\u0000")
}

fn safe_cast(text: &str, of: &str) -> String {
    format!("SAFE_CAST({text} AS {of})")
}

/// A join of each row with what is in an array of it.
fn unnest(array: &str, alias: &str) -> String {
    format!(", UNNEST({array}) AS `{alias}`")
}

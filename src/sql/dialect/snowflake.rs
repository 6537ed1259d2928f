//! Snowflake.

use super::shared::{NUMBERS_OF_JSON, fraction, single_quoted, translated, try_cast, without_zone};
use super::syntax::{
    ColumnTypes, Entries, FileColumn, FileSyntax, JsonSyntax, LoadedFile, StatementLimits, Syntax, Unnested,
    Unsupported,
};
use crate::sql::expression::Folding;
use crate::sql::file_loads::Stored;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;
use crate::sql::tables::RowsOf;

pub(super) struct Snowflake;

const NO_CONSTANT: Unsupported = Unsupported("its VALUES take no arrays and no objects: load a file");

impl Syntax for Snowflake {
    fn display_name(&self) -> &'static str {
        "Snowflake"
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "NUMBER(19, 0)",
            text: "VARCHAR",
            count: "NUMBER(20, 0)",
            double: "DOUBLE",
            whole: "NUMBER(20, 0)",
            flag: "BOOLEAN",
            // As an instant; what TIMESTAMP is depends on the session.
            instant: "TIMESTAMP_LTZ(6)",
            texts: Ok("ARRAY"),
            map: Ok("OBJECT"),
            json: Err(NUMBERS_OF_JSON),
        }
    }

    fn limits(&self) -> StatementLimits {
        StatementLimits { groups: None, parameters: None, columns: None }
    }

    fn holds_nul(&self) -> bool {
        true
    }

    fn has_null_collections(&self) -> bool {
        true
    }

    /// Its calendar is said to be the Gregorian one from then on.
    fn first_year(&self) -> Option<i32> {
        Some(1583)
    }

    fn table_layout(&self, _rows: RowsOf, key: &[String]) -> String {
        format!("\nCLUSTER BY ({})", key.join(", "))
    }

    fn quoted_text(&self, text: &str) -> String {
        // A backslash escapes what is behind it; with digits behind it, a 0 would be one of an octal number.
        single_quoted(&text.replace('\\', "\\\\")).replace('\0', "\\u0000")
    }

    /// A number with an exponent is a decimal of 38 digits where it fits one.
    fn double_literal(&self, double: f64) -> String {
        format!("CAST('{double:e}' AS DOUBLE)")
    }

    fn parameter_name(&self, number: usize) -> String {
        format!("?{number}")
    }

    fn placeholder(&self, _number: usize, _value: &Parameter) -> String {
        "?".to_owned()
    }

    /// With its format, whatever `TIMESTAMP_INPUT_FORMAT` is.
    fn instant(&self, micros: i64) -> Sketch {
        let text = without_zone(micros);
        let fraction = if text.contains('.') { ".FF6" } else { "" };
        let text = match text.split_once('.') {
            Some((front, digits)) => format!("{front}.{digits:0<6}"),
            None => text,
        };
        let format = format!("'YYYY-MM-DD HH24:MI:SS{fraction} TZHTZM'");
        Sketch::call("TO_TIMESTAMP_TZ", [Parameter::Text(text + " +0000").into(), format.as_str().into()])
    }

    fn array(&self, _elements: &[String]) -> Result<String, Unsupported> {
        Err(NO_CONSTANT)
    }

    fn map(&self, _keys: &[String], _values: &[String]) -> Result<String, Unsupported> {
        Err(NO_CONSTANT)
    }

    fn contains(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("CONTAINS", [text, part])
    }

    fn starts_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("STARTSWITH", [text, part])
    }

    fn ends_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("ENDSWITH", [text, part])
    }

    fn lower_cased(&self, text: Sketch, folding: &Folding) -> Sketch {
        translated("TRANSLATE", text, folding)
    }

    fn code_point_order(&self, text: Sketch) -> Sketch {
        text
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        // It asks of the whole text.
        let rest = if pattern.ends_with('$') { "" } else { "([^0]|0)*$" };
        format!("REGEXP_LIKE({text}, '{pattern}{rest}')")
    }

    fn without_match(&self, text: &str, pattern: &str) -> String {
        format!("REGEXP_REPLACE({text}, '{pattern}', '')")
    }

    fn whole(&self, text: &str) -> String {
        try_cast(text, "NUMBER(20, 0)")
    }

    fn double(&self, text: &str) -> String {
        try_cast(text, "DOUBLE")
    }

    fn digits(&self, text: &str) -> String {
        try_cast(text, "NUMBER(18, 0)")
    }

    fn fraction(&self, text: &str) -> String {
        fraction(self, text)
    }

    /// Of whole numbers, too, a division has a fraction.
    fn quotient(&self, number: &str, by: u32) -> String {
        format!("CAST(FLOOR(({number}) / {by}) AS NUMBER(18, 0))")
    }

    fn instant_of_micros(&self, micros: &str) -> String {
        format!("TO_TIMESTAMP_LTZ({micros}, 6)")
    }

    fn unnested(&self, array: &str) -> Result<Unnested, Unsupported> {
        Ok(Unnested { value: r#"CAST("element".value AS VARCHAR)"#.to_owned(), join: flattened(array, "element") })
    }

    fn map_entries(&self, map: &str) -> Result<Entries, Unsupported> {
        Ok(Entries::Joined {
            columns: r#""pair".key AS "key", CAST("pair".value AS VARCHAR) AS "value""#,
            join: flattened(map, "pair"),
            key: r#""pair".key"#,
            is_value: r#"CAST("pair".value AS VARCHAR) IS NOT NULL"#,
        })
    }

    fn files(&self) -> Result<&dyn FileSyntax, Unsupported> {
        Ok(self)
    }

    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported> {
        Err(NUMBERS_OF_JSON)
    }

    /// It takes some forms of them, each of which it has to know as a join.
    fn has_correlated_subqueries(&self) -> bool {
        false
    }

    fn joins_below_or(&self) -> bool {
        false
    }
}

impl FileSyntax for Snowflake {
    /// What becomes of others depends on the format's options, on the session, and on how a file is scanned.
    fn stored(&self, of: Stored) -> Result<Stored, Unsupported> {
        Ok(match of {
            Stored::Instant => Stored::Key,
            Stored::Texts | Stored::Map => Stored::Text,
            of => of,
        })
    }

    /// Of a stage, or of a location that it may read itself; files of this machine are put into the user's own stage.
    fn loads(&self, file: &LoadedFile<'_>) -> Result<Vec<String>, Unsupported> {
        let (table, names, name) = (&file.table, file.names(), file.name);
        let is_there = file.location.starts_with('@') || file.location.contains("://");
        let path = if is_there { file.path() } else { format!("@~/headcount/{name}") };
        let values = file.each(|FileColumn { key, of, stored, .. }| match stored {
            Stored::Instant => self.instant_of_micros(&format!("CAST($1[{key}] AS NUMBER(38, 0))")),
            Stored::Texts | Stored::Map => format!("CAST(PARSE_JSON(CAST($1[{key}] AS VARCHAR)) AS {of})"),
            _ => format!("CAST($1[{key}] AS {of})"),
        });
        let put = (!is_there)
            .then(|| format!("PUT 'file://{}' '@~/headcount'\nAUTO_COMPRESS = FALSE OVERWRITE = TRUE", file.path()));
        let copy = format!(
            "COPY INTO {table} ({names})\nFROM (SELECT {values} FROM '{path}')\nFILE_FORMAT = (TYPE = PARQUET)"
        );
        Ok(put.into_iter().chain([copy]).collect())
    }
}

/// A join of each row with what is in an array, or an object, of it.
fn flattened(of: &str, alias: &str) -> String {
    format!(", LATERAL FLATTEN(INPUT => {of}) AS \"{alias}\"")
}

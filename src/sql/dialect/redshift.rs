//! Amazon Redshift.
//!
//! It began as PostgreSQL 8.0 and kept that dialect's spelling; what it compares, casts and stores is its own.

use super::shared::{
    NUMBERS_OF_JSON, cast_instant, fraction, numbered, single_quoted, split_at_each, translated, try_cast, without_zone,
};
use super::syntax::{
    ColumnTypes, Entries, FileColumn, FileSyntax, JsonSyntax, LoadedFile, StatementLimits, Syntax, Unnested,
    Unsupported,
};
use crate::sql::expression::Folding;
use crate::sql::file_loads::Stored;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;
use crate::sql::tables::RowsOf;
use crate::time::year_start;

pub(super) struct Redshift;

/// A text of any length: `TEXT` would be one of 256 bytes.
const TEXT: &str = "VARCHAR(65535)";

/// The bytes of a name that it reads.
const LONGEST_NAME: usize = 127;

const NO_LISTS: Unsupported = Unsupported("it has no type of arrays of texts");

const NO_MAPS: Unsupported = Unsupported("it has no type of maps");

impl Syntax for Redshift {
    fn display_name(&self) -> &'static str {
        "Redshift"
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "BIGINT",
            text: TEXT,
            count: "DECIMAL(20, 0)",
            double: "DOUBLE PRECISION",
            whole: "DECIMAL(20, 0)",
            flag: "BOOLEAN",
            instant: "TIMESTAMPTZ",
            texts: Err(NO_LISTS),
            map: Err(NO_MAPS),
            json: Err(NUMBERS_OF_JSON),
        }
    }

    fn limits(&self) -> StatementLimits {
        // Its drivers count them in 16 bits with a sign.
        StatementLimits { groups: None, parameters: Some(32_767), columns: Some(1_600) }
    }

    fn holds_nul(&self) -> bool {
        false
    }

    fn has_null_collections(&self) -> bool {
        true
    }

    fn table_layout(&self, rows: RowsOf, key: &[String]) -> String {
        // Where a contact's memberships are, and a membership's values.
        let together = if rows == RowsOf::Values { key.last() } else { key.first() };
        let together = together.map_or_else(String::new, |column| format!("\nDISTKEY ({column})"));
        format!("{together}\nCOMPOUND SORTKEY ({})", key.join(", "))
    }

    fn takes_name(&self, name: &str) -> Result<(), Unsupported> {
        // What is behind these it leaves off, and says so where nobody looks.
        if name.len() > LONGEST_NAME {
            return Err(Unsupported("a name in the schema has more than 127 bytes, of which it reads 127"));
        }
        Ok(())
    }

    /// Quotes or not, a name is another one's whatever their case is.
    fn compared_name(&self, name: &str) -> String {
        name.to_lowercase()
    }

    fn quoted_text(&self, text: &str) -> String {
        // A backslash escapes what is behind it.
        let part = |part: &str| if part == "\\" { "CHR(92)".to_owned() } else { single_quoted(part) };
        match split_at_each(text, ['\\']).as_slice() {
            [] => "''".to_owned(),
            [only] => part(only),
            parts => format!("({})", parts.iter().map(|text| part(text)).collect::<Vec<_>>().join(" || ")),
        }
    }

    /// A number with a point or an exponent is a decimal of 38 digits.
    fn double_literal(&self, double: f64) -> String {
        format!("CAST('{double:e}' AS DOUBLE PRECISION)")
    }

    fn parameter_name(&self, number: usize) -> String {
        numbered(number)
    }

    fn placeholder(&self, number: usize, value: &Parameter) -> String {
        let of = match value {
            Parameter::Text(_) => TEXT,
            Parameter::Integer(_) => "BIGINT",
            Parameter::Unsigned(_) => "DECIMAL(20, 0)",
            Parameter::Double(_) => "DOUBLE PRECISION",
        };
        format!("CAST({} AS {of})", numbered(number))
    }

    fn instant(&self, micros: i64) -> Sketch {
        // It writes no year 0.
        if micros < year_start(1) {
            return self.instant_of_micros(&micros.to_string()).as_str().into();
        }
        cast_instant(without_zone(micros) + "+00", "TIMESTAMPTZ")
    }

    fn array(&self, _elements: &[String]) -> Result<String, Unsupported> {
        Err(NO_LISTS)
    }

    fn map(&self, _keys: &[String], _values: &[String]) -> Result<String, Unsupported> {
        Err(NO_MAPS)
    }

    fn contains(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("STRPOS", [text, part]).then(" > 0")
    }

    fn starts_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("STRPOS", [text, part]).then(" = 1")
    }

    fn ends_with(&self, text: Sketch, part: Sketch) -> Sketch {
        let reversed = |text| Sketch::call("REVERSE", [text]);
        Sketch::call("STRPOS", [reversed(text), reversed(part)]).then(" = 1")
    }

    fn lower_cased(&self, text: Sketch, folding: &Folding) -> Sketch {
        translated("TRANSLATE", text, folding)
    }

    /// Texts are in the order of their bytes, but for spaces at their end: with the least character behind it that a text may
    /// have, none is at its end.
    fn code_point_order(&self, text: Sketch) -> Sketch {
        let mut order = Sketch::from("(");
        order.append(text);
        order.then(" || CHR(1))")
    }

    fn code_point_bound(&self, text: Sketch) -> Sketch {
        self.code_point_order(text)
    }

    fn ignores_trailing_spaces(&self) -> bool {
        true
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        // There the end is also the end of a line.
        format!("({text} ~ '{pattern}' AND STRPOS({text}, CHR(10)) = 0)")
    }

    fn without_match(&self, text: &str, pattern: &str) -> String {
        format!("REGEXP_REPLACE({text}, '{pattern}', '')")
    }

    fn whole(&self, text: &str) -> String {
        try_cast(&not_blank(text), "DECIMAL(20, 0)")
    }

    fn double(&self, text: &str) -> String {
        try_cast(&not_blank(text), "DOUBLE PRECISION")
    }

    fn digits(&self, text: &str) -> String {
        try_cast(&not_blank(text), "BIGINT")
    }

    fn fraction(&self, text: &str) -> String {
        fraction(self, text)
    }

    fn quotient(&self, number: &str, by: u32) -> String {
        format!("({number}) / {by}")
    }

    fn instant_of_micros(&self, micros: &str) -> String {
        // What DATEADD adds is a number of 32 bits.
        let part = |of: &str| format!("CAST({of} AS INTEGER)");
        let days = part(&format!("{micros} / 86400000000"));
        let seconds = part(&format!("{micros} % 86400000000 / 1000000"));
        let rest = part(&format!("{micros} % 1000000"));
        format!(
            "DATEADD(microsecond, {rest}, DATEADD(second, {seconds}, DATEADD(day, {days}, \
             CAST('1970-01-01 00:00:00' AS TIMESTAMP)))) AT TIME ZONE 'UTC'"
        )
    }

    fn unnested(&self, _array: &str) -> Result<Unnested, Unsupported> {
        Err(NO_LISTS)
    }

    fn map_entries(&self, _map: &str) -> Result<Entries, Unsupported> {
        Err(NO_MAPS)
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

impl FileSyntax for Redshift {
    /// Its reference names no type in a file that an instant is read of.
    fn stored(&self, of: Stored) -> Result<Stored, Unsupported> {
        Ok(if of == Stored::Instant { Stored::Key } else { of })
    }

    /// By a table in between: its COPY of Parquet reads columns as they are.
    fn loads(&self, file: &LoadedFile<'_>) -> Result<Vec<String>, Unsupported> {
        if !file.location.starts_with("s3://") {
            return Err(Unsupported("it reads files of S3: the location begins with `s3://`"));
        }
        let (table, beside, names) = (&file.table, &file.beside, file.names());
        let is_instant = |column: &FileColumn| column.stored == Stored::Instant;
        let columns = file.each(|column| {
            format!("\n    {} {}", column.name, if is_instant(column) { self.types().key } else { column.of })
        });
        let values = file.each(|column| match column {
            column if is_instant(column) => self.instant_of_micros(&column.name),
            column => column.name.clone(),
        });
        Ok(vec![
            format!("CREATE TEMP TABLE {beside} ({columns}\n)"),
            format!("COPY {beside}\nFROM '{}'\nIAM_ROLE DEFAULT\nFORMAT AS PARQUET", file.path()),
            format!("INSERT INTO {table} ({names})\nSELECT {values}\nFROM {beside}"),
            format!("DROP TABLE {beside}"),
        ])
    }
}

/// A text, which is NULL where a cast would not try it.
fn not_blank(text: &str) -> String {
    format!("NULLIF({text}, '')")
}

//! DuckDB.

use super::shared::{cast_instant, fraction, numbered, single_quoted, translated, try_cast, without_zone};
use super::syntax::{
    ColumnTypes, Entries, FileSyntax, JsonSyntax, LoadedFile, StatementLimits, Syntax, Unnested, Unsupported,
};
use crate::sql::expression::Folding;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;

pub(super) struct DuckDb;

impl Syntax for DuckDb {
    fn display_name(&self) -> &'static str {
        "DuckDB"
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "BIGINT",
            text: "VARCHAR",
            count: "UBIGINT",
            double: "DOUBLE",
            whole: "DECIMAL(20, 0)",
            flag: "BOOLEAN",
            instant: "TIMESTAMPTZ",
            texts: Ok("VARCHAR[]"),
            map: Ok("MAP(VARCHAR, VARCHAR)"),
            json: Ok("JSON"),
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

    /// Quotes or not, a name is another one's whatever their case is.
    fn compared_name(&self, name: &str) -> String {
        name.to_lowercase()
    }

    fn quoted_text(&self, text: &str) -> String {
        let quoted = single_quoted(text);
        // The source of a statement ends at a NUL.
        if text.contains('\0') { format!("({})", quoted.replace('\0', "' || chr(0) || '")) } else { quoted }
    }

    fn parameter_name(&self, number: usize) -> String {
        numbered(number)
    }

    fn placeholder(&self, number: usize, _value: &Parameter) -> String {
        numbered(number)
    }

    fn instant(&self, micros: i64) -> Sketch {
        cast_instant(without_zone(micros) + "+00", "TIMESTAMPTZ")
    }

    fn array(&self, elements: &[String]) -> Result<String, Unsupported> {
        Ok(format!("CAST([{}] AS VARCHAR[])", elements.join(", ")))
    }

    fn map(&self, keys: &[String], values: &[String]) -> Result<String, Unsupported> {
        Ok(format!("map({}, {})", self.array(keys)?, self.array(values)?))
    }

    fn contains(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("contains", [text, part])
    }

    fn starts_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("starts_with", [text, part])
    }

    fn ends_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("ends_with", [text, part])
    }

    fn lower_cased(&self, text: Sketch, folding: &Folding) -> Sketch {
        translated("translate", text, folding)
    }

    fn code_point_order(&self, text: Sketch) -> Sketch {
        text
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("regexp_matches({text}, '{pattern}')")
    }

    fn without_match(&self, text: &str, pattern: &str) -> String {
        format!("regexp_replace({text}, '{pattern}', '')")
    }

    fn whole(&self, text: &str) -> String {
        try_cast(text, "DECIMAL(20, 0)")
    }

    fn double(&self, text: &str) -> String {
        try_cast(text, "DOUBLE")
    }

    fn digits(&self, text: &str) -> String {
        try_cast(text, "BIGINT")
    }

    fn fraction(&self, text: &str) -> String {
        fraction(self, text)
    }

    fn quotient(&self, number: &str, by: u32) -> String {
        format!("({number}) // {by}")
    }

    fn instant_of_micros(&self, micros: &str) -> String {
        format!("make_timestamptz({micros})")
    }

    fn unnested(&self, array: &str) -> Result<Unnested, Unsupported> {
        Ok(Unnested::of(format!("unnest({array})")))
    }

    fn map_entries(&self, map: &str) -> Result<Entries, Unsupported> {
        Ok(Entries::Nested {
            columns: format!("unnest(map_entries({map})) AS \"pair\""),
            join: String::new(),
            key: r#""pair"."key""#,
            value: r#""pair"."value""#,
            is_value: r#""pair"."value" IS NOT NULL"#,
        })
    }

    fn files(&self) -> Result<&dyn FileSyntax, Unsupported> {
        Ok(self)
    }

    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported> {
        Ok(self)
    }
}

impl FileSyntax for DuckDb {
    fn loads(&self, file: &LoadedFile<'_>) -> Result<Vec<String>, Unsupported> {
        Ok(vec![file.insert(&format!("read_parquet('{}')", file.path()))])
    }
}

/// Values are of type `JSON`.
impl JsonSyntax for DuckDb {
    fn object_entries(&self, column: &str) -> Entries {
        Entries::Joined {
            columns: r#""pair"."key" AS "key", "pair"."value" AS "value""#,
            join: format!(", json_each({column}) AS \"pair\""),
            key: r#""pair"."key""#,
            is_value: r#""pair"."type" <> 'NULL'"#,
        }
    }

    fn parsed(&self, text: &str) -> String {
        format!("CAST({text} AS JSON)")
    }

    fn is_not_null(&self, value: &str) -> String {
        format!("json_type({value}) <> 'NULL'")
    }

    fn is_array(&self, value: &str) -> String {
        format!("json_type({value}) = 'ARRAY'")
    }

    fn elements(&self, value: &str) -> String {
        format!(
            "unnest(CASE WHEN json_type({value}) <> 'ARRAY' THEN [{value}] WHEN json_array_length({value}) = 0 \
             THEN [NULL] ELSE from_json({value}, '[\"JSON\"]') END)"
        )
    }

    fn is_text(&self, value: &str) -> String {
        format!("json_type({value}) = 'VARCHAR'")
    }

    fn text(&self, value: &str) -> String {
        format!("{value} ->> '$'")
    }

    fn is_number(&self, value: &str) -> String {
        format!("json_type({value}) IN ('BIGINT', 'UBIGINT', 'DOUBLE')")
    }

    fn number(&self, value: &str) -> String {
        format!("CAST({value} AS VARCHAR)")
    }

    fn is_flag(&self, value: &str) -> String {
        format!("json_type({value}) = 'BOOLEAN'")
    }

    fn flag(&self, value: &str) -> String {
        format!("{value} = 'true'")
    }
}

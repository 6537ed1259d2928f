//! Spark SQL.

use super::shared::{cast_instant, fraction, split_at_each, translated, try_cast, without_zone};
use super::syntax::{ColumnTypes, Entries, JsonSyntax, StatementLimits, Syntax, Unsupported};
use crate::sql::expression::Folding;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;

pub(super) struct Spark;

impl Syntax for Spark {
    fn display_name(&self) -> &'static str {
        "Spark SQL"
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "BIGINT",
            text: "STRING",
            count: "DECIMAL(20, 0)",
            double: "DOUBLE",
            whole: "DECIMAL(20, 0)",
            flag: "BOOLEAN",
            instant: "TIMESTAMP_LTZ",
            texts: "ARRAY<STRING>",
            map: Ok("MAP<STRING, STRING>"),
            json: "STRING",
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

    fn table_options(&self, _key: &[String]) -> String {
        " USING PARQUET".to_owned()
    }

    fn name_quote(&self) -> char {
        '`'
    }

    fn quoted_text(&self, text: &str) -> String {
        // Whether a backslash escapes what is behind it, and what two quotes are, depends on the session and the version. A
        // setting or a variable of the environment is put in the place of its name in `${}`, also in a literal.
        let part = |part: &str| match part {
            "\\" | "'" | "\0" => format!("char({})", part.as_bytes()[0]),
            plain => format!("'{plain}'"),
        };
        let parts: Vec<&str> = split_at_each(text, ['\\', '\'', '\0', '$']);
        match parts.as_slice() {
            [] => "''".to_owned(),
            [only] => part(only),
            parts => format!("concat({})", parts.iter().map(|text| part(text)).collect::<Vec<_>>().join(", ")),
        }
    }

    fn double_literal(&self, double: f64) -> String {
        format!("{double:e}D")
    }

    fn parameter_name(&self, number: usize) -> String {
        format!("?{number}")
    }

    fn placeholder(&self, _number: usize, _value: &Parameter) -> String {
        "?".to_owned()
    }

    fn instant(&self, micros: i64) -> Sketch {
        cast_instant(without_zone(micros) + "Z", "TIMESTAMP_LTZ")
    }

    fn array(&self, elements: &[String]) -> String {
        format!("CAST(array({}) AS ARRAY<STRING>)", elements.join(", "))
    }

    fn map(&self, keys: &[String], values: &[String]) -> Result<String, Unsupported> {
        Ok(format!("map_from_arrays({}, {})", self.array(keys), self.array(values)))
    }

    fn contains(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("contains", [text, part])
    }

    fn starts_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("startswith", [text, part])
    }

    fn ends_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("endswith", [text, part])
    }

    fn lower_cased(&self, text: Sketch, folding: &Folding) -> Sketch {
        translated("translate", text, folding)
    }

    fn code_point_order(&self) -> &'static str {
        ""
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        match pattern.strip_suffix('$') {
            // There the end is also in front of a last line's end; behind this stands nothing.
            Some(front) => format!("{text} RLIKE '{front}(?![^0]|0)'"),
            None => format!("{text} RLIKE '{pattern}'"),
        }
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
        format!("({number}) DIV {by}")
    }

    fn instant_of_micros(&self, micros: &str) -> String {
        format!("timestamp_micros({micros})")
    }

    fn unnested(&self, array: &str) -> String {
        format!("explode({array})")
    }

    fn map_entries(&self, map: &str) -> Entries {
        Entries::Nested {
            columns: format!("explode({map}) AS (`key`, `value`)"),
            join: String::new(),
            key: "`key`",
            value: "`value`",
            is_value: "`value` IS NOT NULL",
        }
    }

    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported> {
        Ok(self)
    }
}

/// Values are of type `VARIANT`.
impl JsonSyntax for Spark {
    fn object_entries(&self, column: &str) -> Entries {
        Entries::Joined {
            columns: "`pair`.`key` AS `key`, `pair`.`value` AS `value`",
            join: format!(", LATERAL variant_explode(try_parse_json({column})) AS `pair`"),
            key: "`pair`.`key`",
            is_value: "schema_of_variant(`pair`.`value`) <> 'VOID'",
        }
    }

    fn parsed(&self, text: &str) -> String {
        format!("try_parse_json({text})")
    }

    fn is_not_null(&self, value: &str) -> String {
        format!("schema_of_variant({value}) <> 'VOID'")
    }

    fn is_array(&self, value: &str) -> String {
        format!("schema_of_variant({value}) LIKE 'ARRAY%'")
    }

    fn elements(&self, value: &str) -> String {
        let (is_array, array) = (self.is_array(value), format!("try_cast({value} AS ARRAY<VARIANT>)"));
        format!(
            "explode(CASE WHEN NOT {is_array} THEN array({value}) WHEN size({array}) = 0 THEN array(NULL) \
             ELSE {array} END)"
        )
    }

    fn is_text(&self, value: &str) -> String {
        format!("schema_of_variant({value}) = 'STRING'")
    }

    fn text(&self, value: &str) -> String {
        format!("try_cast({value} AS STRING)")
    }

    fn is_number(&self, value: &str) -> String {
        let of = format!("schema_of_variant({value})");
        format!("({of} IN ('BIGINT', 'DOUBLE') OR {of} LIKE 'DECIMAL%')")
    }

    fn number(&self, value: &str) -> String {
        self.text(value)
    }

    fn is_flag(&self, value: &str) -> String {
        format!("schema_of_variant({value}) = 'BOOLEAN'")
    }

    fn flag(&self, value: &str) -> String {
        format!("try_cast({value} AS BOOLEAN)")
    }
}

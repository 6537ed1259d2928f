//! DataFusion.

use super::shared::{cast_instant, fraction, numbered, single_quoted, try_cast, without_zone};
use super::syntax::{
    ColumnTypes, Entries, FileSyntax, JsonSyntax, LoadedFile, StatementLimits, Syntax, Unnested, Unsupported,
};
use crate::sql::expression::Folding;
use crate::sql::folding::SIGMAS;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;

pub(super) struct DataFusion;

impl Syntax for DataFusion {
    fn display_name(&self) -> &'static str {
        "DataFusion"
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "BIGINT",
            text: "VARCHAR",
            count: "BIGINT UNSIGNED",
            double: "DOUBLE",
            whole: "DECIMAL(20, 0)",
            flag: "BOOLEAN",
            instant: "TIMESTAMP(6)",
            texts: Ok("VARCHAR[]"),
            map: Err(Unsupported("its CREATE TABLE has no type of maps: register a file with one")),
            json: Ok("VARCHAR"),
        }
    }

    fn limits(&self) -> StatementLimits {
        // Its parser goes 50 deep, and a group takes two steps of that.
        StatementLimits { groups: Some(12), parameters: None, columns: None }
    }

    fn holds_nul(&self) -> bool {
        true
    }

    fn has_null_collections(&self) -> bool {
        true
    }

    fn quoted_text(&self, text: &str) -> String {
        single_quoted(text)
    }

    fn double_literal(&self, double: f64) -> String {
        format!("CAST('{double:e}' AS DOUBLE)")
    }

    fn parameter_name(&self, number: usize) -> String {
        numbered(number)
    }

    fn placeholder(&self, number: usize, _value: &Parameter) -> String {
        numbered(number)
    }

    fn instant(&self, micros: i64) -> Sketch {
        cast_instant(without_zone(micros) + "Z", "TIMESTAMP(6)")
    }

    fn array(&self, elements: &[String]) -> Result<String, Unsupported> {
        Ok(format!("CAST(make_array({}) AS VARCHAR[])", elements.join(", ")))
    }

    fn map(&self, _keys: &[String], _values: &[String]) -> Result<String, Unsupported> {
        self.types().map.map(str::to_owned)
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
        // Its `translate` goes by what looks like one character, accents included, and calls do not nest deep. Its `lower` is
        // Rust's own, which looks at the neighbours of one letter.
        let [capital, _, small] = SIGMAS.map(|sigma| Sketch::from(&*format!("'{sigma}'")));
        let text = if folding.sigma { Sketch::call("replace", [text, capital, small]) } else { text };
        Sketch::call("lower", [text])
    }

    fn code_point_order(&self, text: Sketch) -> Sketch {
        text
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("regexp_like({text}, '{pattern}')")
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
        format!("({number}) / {by}")
    }

    fn instant_of_micros(&self, micros: &str) -> String {
        format!("CAST({micros} AS TIMESTAMP(6))")
    }

    fn unnested(&self, array: &str) -> Result<Unnested, Unsupported> {
        Ok(Unnested::of(format!("unnest({array})")))
    }

    fn map_entries(&self, map: &str) -> Result<Entries, Unsupported> {
        Ok(Entries::Nested {
            columns: format!("unnest(map_keys({map})) AS \"key\", unnest(map_values({map})) AS \"value\""),
            join: String::new(),
            key: "\"key\"",
            value: "\"value\"",
            is_value: "\"value\" IS NOT NULL",
        })
    }

    fn files(&self) -> Result<&dyn FileSyntax, Unsupported> {
        Ok(self)
    }

    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported> {
        Err(Unsupported("it has no functions that read JSON"))
    }
}

impl FileSyntax for DataFusion {
    fn loads(&self, file: &LoadedFile<'_>) -> Result<Vec<String>, Unsupported> {
        let (beside, path) = (&file.beside, file.path());
        Ok(vec![
            format!("CREATE EXTERNAL TABLE {beside}\nSTORED AS PARQUET\nLOCATION '{path}'"),
            file.insert(beside),
            format!("DROP TABLE {beside}"),
        ])
    }
}

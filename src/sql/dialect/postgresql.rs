//! PostgreSQL.

use std::borrow::Cow;

use super::shared::{cast_instant, numbered, single_quoted, translated, without_zone};
use super::syntax::{
    ColumnTypes, CopySyntax, Entries, FileSyntax, JsonSyntax, StatementLimits, Syntax, Unnested, Unsupported, divisor,
};
use crate::sql::expression::Folding;
use crate::sql::reading::EXACT;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;

pub(super) struct PostgreSql;

/// The bytes of a name that it reads.
const LONGEST_NAME: usize = 63;

impl Syntax for PostgreSql {
    fn display_name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "BIGINT",
            text: "TEXT",
            count: "NUMERIC(20)",
            double: "DOUBLE PRECISION",
            whole: "NUMERIC(20)",
            flag: "BOOLEAN",
            instant: "TIMESTAMPTZ",
            texts: Ok("TEXT[]"),
            map: Ok("HSTORE"),
            json: Ok("JSONB"),
        }
    }

    fn limits(&self) -> StatementLimits {
        StatementLimits { groups: None, parameters: Some(65_535), columns: Some(1_600) }
    }

    fn holds_nul(&self) -> bool {
        false
    }

    fn has_null_collections(&self) -> bool {
        true
    }

    fn has_indexes(&self) -> bool {
        true
    }

    fn prefix_order(&self) -> &'static str {
        " text_pattern_ops"
    }

    fn takes_name(&self, name: &str) -> Result<(), Unsupported> {
        // What is behind these it leaves off, and says so where nobody looks.
        if name.len() > LONGEST_NAME {
            return Err(Unsupported("a name in the schema has more than 63 bytes, of which it reads 63"));
        }
        Ok(())
    }

    fn quoted_text(&self, text: &str) -> String {
        let quoted = single_quoted(text);
        // With `E`, a backslash is one whatever `standard_conforming_strings` is.
        if text.contains('\\') { format!("E{}", quoted.replace('\\', "\\\\")) } else { quoted }
    }

    fn parameter_name(&self, number: usize) -> String {
        numbered(number)
    }

    /// It says the type, which the server would else take from what the value is compared with, and a driver from there.
    fn placeholder(&self, number: usize, value: &Parameter) -> String {
        let of = match value {
            Parameter::Text(_) => "TEXT",
            Parameter::Integer(_) => "BIGINT",
            Parameter::Unsigned(_) => "NUMERIC",
            Parameter::Double(_) => "DOUBLE PRECISION",
        };
        format!("CAST({} AS {of})", numbered(number))
    }

    fn instant(&self, micros: i64) -> Sketch {
        cast_instant(self.instant_text(micros), "TIMESTAMPTZ")
    }

    fn array(&self, elements: &[String]) -> Result<String, Unsupported> {
        Ok(format!("CAST(ARRAY[{}] AS TEXT[])", elements.join(", ")))
    }

    fn map(&self, keys: &[String], values: &[String]) -> Result<String, Unsupported> {
        Ok(format!("hstore({}, {})", self.array(keys)?, self.array(values)?))
    }

    fn contains(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("strpos", [text, part]).then(" > 0")
    }

    fn starts_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("starts_with", [text, part])
    }

    fn ends_with(&self, text: Sketch, part: Sketch) -> Sketch {
        // There is no function of that name.
        let length = Sketch::call("length", [part.clone()]);
        let mut ends = Sketch::call("right", [text, length]).then(" = ");
        ends.append(part);
        ends
    }

    fn lower_cased(&self, text: Sketch, folding: &Folding) -> Sketch {
        translated("translate", text, folding)
    }

    fn code_point_order(&self, text: Sketch) -> Sketch {
        text.then(" COLLATE \"C\"")
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("{text} ~ '{pattern}'")
    }

    fn without_match(&self, text: &str, pattern: &str) -> String {
        format!("regexp_replace({text}, '{pattern}', '')")
    }

    fn whole(&self, text: &str) -> String {
        format!("CAST({text} AS NUMERIC)")
    }

    fn double(&self, text: &str) -> String {
        format!("CAST({text} AS DOUBLE PRECISION)")
    }

    fn digits(&self, text: &str) -> String {
        format!("CAST({text} AS BIGINT)")
    }

    fn fraction(&self, text: &str) -> String {
        let double = self.double(text);
        // A cast that ends in infinity, or in a 0 that was none, would be an error.
        format!(
            "CASE WHEN jsonb_path_exists(to_jsonb({text}), '$.double()', silent => TRUE) \
             THEN CASE WHEN abs({double}) < {EXACT} THEN {double} END END"
        )
    }

    /// A quotient that is rounded to 0 would be an error there.
    fn average(&self, sum: Sketch, count: Sketch) -> Sketch {
        let count = divisor(count, self.types().double);
        let quotient = || {
            let mut quotient = sum.clone().then(" / ");
            quotient.append(count.clone());
            quotient
        };
        let size = || Sketch::call("abs", [sum.clone()]);
        // Of doubles that small, both products are exact.
        let mut average = Sketch::from("CASE WHEN ");
        average.append(size().then(" >= 1e-300 THEN "));
        average.append(quotient());
        average.push(" WHEN ");
        average.append(size().then(" * 2 <= "));
        average.append(count.clone());
        average.push(" * 5e-324 THEN 0 ELSE ");
        average.append(quotient());
        average.then(" END")
    }

    fn quotient(&self, number: &str, by: u32) -> String {
        format!("({number}) / {by}")
    }

    fn instant_of_micros(&self, micros: &str) -> String {
        format!(
            "(TIMESTAMP '1970-01-01 00:00:00' + ({micros} / 86400000000) * INTERVAL '1 day' \
             + ({micros} % 86400000000) * INTERVAL '1 microsecond') AT TIME ZONE 'UTC'"
        )
    }

    fn unnested(&self, array: &str) -> Result<Unnested, Unsupported> {
        Ok(Unnested::of(format!("unnest({array})")))
    }

    fn map_entries(&self, map: &str) -> Result<Entries, Unsupported> {
        Ok(Entries::Nested {
            columns: r#""pair"."key", "pair"."value""#.to_owned(),
            join: format!("\nCROSS JOIN LATERAL each({map}) AS \"pair\" (\"key\", \"value\")"),
            key: "\"key\"",
            value: "\"value\"",
            is_value: "\"value\" IS NOT NULL",
        })
    }

    fn files(&self) -> Result<&dyn FileSyntax, Unsupported> {
        Err(Unsupported("it reads no Parquet: copy"))
    }

    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported> {
        Ok(self)
    }

    fn copy(&self) -> Result<&dyn CopySyntax, Unsupported> {
        Ok(self)
    }

    /// It runs one for each row there, or hashes what it finds as long as that fits `work_mem`.
    fn joins_below_or(&self) -> bool {
        false
    }

    /// Of rows that equal something it expects one in 200, and of those that equal two things hardly any: these it would look through
    /// for each row that they are joined to. Of an expression that it does not look into it expects half.
    fn of_worked_out(&self, condition: Sketch) -> Sketch {
        Sketch::call("COALESCE", [condition, "FALSE".into()])
    }

    /// It would else put each expression in every place where its column is named, and again those in that.
    fn materialized(&self) -> &'static str {
        "\nOFFSET 0"
    }
}

impl CopySyntax for PostgreSql {
    fn field(&self, text: &str) -> String {
        let mut field = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '\\' => field.push_str("\\\\"),
                '\n' => field.push_str("\\n"),
                '\r' => field.push_str("\\r"),
                '\t' => field.push_str("\\t"),
                other => field.push(other),
            }
        }
        field
    }

    fn instant_text(&self, micros: i64) -> String {
        let text = without_zone(micros);
        // It has no year 0.
        match text.strip_prefix("0000-") {
            Some(rest) => format!("0001-{rest}+00 BC"),
            None => format!("{text}+00"),
        }
    }

    fn array_text(&self, elements: &[&str]) -> String {
        format!("{{{}}}", elements.iter().map(|text| in_quotes(text)).collect::<Vec<_>>().join(","))
    }

    fn map_text(&self, pairs: &[(&str, Cow<'_, str>)]) -> String {
        let pairs = pairs.iter().map(|(key, value)| format!("{}=>{}", in_quotes(key), in_quotes(value)));
        pairs.collect::<Vec<_>>().join(",")
    }
}

/// An element of an array, or of an hstore, as text.
fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Values are of type `jsonb`.
impl JsonSyntax for PostgreSql {
    fn object_entries(&self, column: &str) -> Entries {
        let json = self.parsed(column);
        let object = format!("CASE WHEN jsonb_typeof({json}) = 'object' THEN {json} END");
        Entries::Joined {
            columns: r#""pair"."key", "pair"."value""#,
            join: format!("\nCROSS JOIN LATERAL jsonb_each({object}) AS \"pair\" (\"key\", \"value\")"),
            key: r#""pair"."key""#,
            is_value: r#"jsonb_typeof("pair"."value") <> 'null'"#,
        }
    }

    fn parsed(&self, text: &str) -> String {
        format!("CAST({text} AS JSONB)")
    }

    fn is_not_null(&self, value: &str) -> String {
        format!("jsonb_typeof({value}) <> 'null'")
    }

    fn is_array(&self, value: &str) -> String {
        format!("jsonb_typeof({value}) = 'array'")
    }

    fn elements(&self, value: &str) -> String {
        format!(
            "jsonb_array_elements(CASE WHEN jsonb_typeof({value}) <> 'array' THEN jsonb_build_array({value}) \
             WHEN {value} = '[]' THEN '[null]' ELSE {value} END)"
        )
    }

    fn is_text(&self, value: &str) -> String {
        format!("jsonb_typeof({value}) = 'string'")
    }

    fn text(&self, value: &str) -> String {
        format!("{value} #>> '{{}}'")
    }

    fn is_number(&self, value: &str) -> String {
        format!("jsonb_typeof({value}) = 'number'")
    }

    fn number(&self, value: &str) -> String {
        // One that is nearest to 0 is 0.
        format!(
            "CASE WHEN jsonb_path_exists({value}, '$.double()', silent => TRUE) THEN {value} #>> '{{}}' \
             WHEN abs(CAST({value} AS NUMERIC)) < 1 THEN '0' END"
        )
    }

    fn is_flag(&self, value: &str) -> String {
        format!("jsonb_typeof({value}) = 'boolean'")
    }

    fn flag(&self, value: &str) -> String {
        format!("{value} = 'true'")
    }
}

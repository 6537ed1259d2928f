//! ClickHouse.

use super::shared::{fraction, translated, without_zone};
use super::syntax::{
    ColumnTypes, Entries, FileSyntax, JsonSyntax, LoadedFile, StatementLimits, Syntax, Unnested, Unsupported,
};
use crate::sql::expression::Folding;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;

pub(super) struct ClickHouse;

/// The instants that it reads from a text in every version, in microseconds since 1970: the years 1900 to 2299.
const READ_FROM_TEXT: std::ops::Range<i64> = -2_208_988_800_000_000..10_413_792_000_000_000;

impl Syntax for ClickHouse {
    fn display_name(&self) -> &'static str {
        "ClickHouse"
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "Int64",
            text: "String",
            count: "UInt64",
            double: "Float64",
            whole: "Decimal(20, 0)",
            flag: "Bool",
            instant: "DateTime64(6, 'UTC')",
            texts: Ok("Array(String)"),
            map: Ok("Map(String, String)"),
            json: Ok("String"),
        }
    }

    fn limits(&self) -> StatementLimits {
        StatementLimits { groups: None, parameters: None, columns: None }
    }

    fn holds_nul(&self) -> bool {
        true
    }

    fn has_null_collections(&self) -> bool {
        false
    }

    fn nullable(&self, of: &str) -> String {
        format!("Nullable({of})")
    }

    fn not_null(&self, of: &str) -> String {
        of.to_owned()
    }

    fn table_options(&self, key: &[String]) -> String {
        format!("\nENGINE = MergeTree\nORDER BY ({})", key.join(", "))
    }

    fn name_quote(&self) -> char {
        '`'
    }

    fn quoted_name(&self, name: &str) -> String {
        format!("`{}`", name.replace('\\', "\\\\").replace('`', "``"))
    }

    fn has_correlated_subqueries(&self) -> bool {
        false
    }

    /// Exact by name, whatever `count_distinct_implementation` is.
    fn count_distinct(&self, column: &str) -> String {
        format!("uniqExact({column})")
    }

    /// Strict by name, whatever `join_default_strictness` is.
    fn join(&self) -> &'static str {
        "ALL JOIN"
    }

    fn left_join(&self) -> &'static str {
        "ALL LEFT JOIN"
    }

    fn quoted_text(&self, text: &str) -> String {
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\0', "\\0"))
    }

    fn parameter_name(&self, number: usize) -> String {
        format!("p{number}")
    }

    fn placeholder(&self, number: usize, value: &Parameter) -> String {
        let of = match value {
            Parameter::Text(_) => "String",
            Parameter::Integer(_) => "Int64",
            Parameter::Unsigned(_) => "UInt64",
            Parameter::Double(_) => "Float64",
        };
        format!("{{{}:{of}}}", self.parameter_name(number))
    }

    fn instant(&self, micros: i64) -> Sketch {
        if READ_FROM_TEXT.contains(&micros) {
            let text = Sketch::from(Parameter::Text(without_zone(micros)));
            Sketch::call("toDateTime64", [text, "6".into(), "'UTC'".into()])
        } else {
            Sketch::call("fromUnixTimestamp64Micro", [Parameter::Integer(micros).into(), "'UTC'".into()])
        }
    }

    fn array(&self, elements: &[String]) -> Result<String, Unsupported> {
        Ok(format!("CAST([{}], 'Array(String)')", elements.join(", ")))
    }

    fn map(&self, keys: &[String], values: &[String]) -> Result<String, Unsupported> {
        Ok(format!("mapFromArrays({}, {})", self.array(keys)?, self.array(values)?))
    }

    fn contains(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("position", [text, part]).then(" > 0")
    }

    fn starts_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("startsWith", [text, part])
    }

    fn ends_with(&self, text: Sketch, part: Sketch) -> Sketch {
        Sketch::call("endsWith", [text, part])
    }

    fn lower_cased(&self, text: Sketch, folding: &Folding) -> Sketch {
        translated("translateUTF8", text, folding)
    }

    fn code_point_order(&self, text: Sketch) -> Sketch {
        text
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("match({text}, '{pattern}')")
    }

    fn without_match(&self, text: &str, pattern: &str) -> String {
        format!("replaceRegexpOne({text}, '{pattern}', '')")
    }

    fn whole(&self, text: &str) -> String {
        format!("toDecimal128OrNull({text}, 0)")
    }

    fn double(&self, text: &str) -> String {
        format!("toFloat64OrNull({text})")
    }

    fn digits(&self, text: &str) -> String {
        format!("toInt64OrNull({text})")
    }

    fn fraction(&self, text: &str) -> String {
        fraction(self, text)
    }

    fn quotient(&self, number: &str, by: u32) -> String {
        format!("intDiv({number}, {by})")
    }

    fn instant_of_micros(&self, micros: &str) -> String {
        format!("fromUnixTimestamp64Micro({micros}, 'UTC')")
    }

    fn unnested(&self, array: &str) -> Result<Unnested, Unsupported> {
        Ok(Unnested::of(format!("arrayJoin({array})")))
    }

    fn map_entries(&self, map: &str) -> Result<Entries, Unsupported> {
        Ok(Entries::Nested {
            columns: format!("arrayJoin(arrayZip(mapKeys({map}), mapValues({map}))) AS `pair`"),
            join: String::new(),
            key: "`pair`.1",
            value: "`pair`.2",
            is_value: "`pair`.2 IS NOT NULL",
        })
    }

    fn files(&self) -> Result<&dyn FileSyntax, Unsupported> {
        Ok(self)
    }

    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported> {
        Ok(self)
    }
}

impl FileSyntax for ClickHouse {
    /// Of the client's files, or of S3.
    fn loads(&self, file: &LoadedFile<'_>) -> Result<Vec<String>, Unsupported> {
        let (table, names, path) = (&file.table, file.names(), file.path());
        if path.contains("://") {
            return Ok(vec![file.insert(&format!("s3('{path}', 'Parquet')"))]);
        }
        Ok(vec![format!("INSERT INTO {table} ({names})\nFROM INFILE '{path}'\nFORMAT Parquet")])
    }
}

/// Values are their text.
impl JsonSyntax for ClickHouse {
    fn object_entries(&self, column: &str) -> Entries {
        Entries::Nested {
            columns: format!("arrayJoin(JSONExtractKeysAndValuesRaw(ifNull({column}, ''))) AS `pair`"),
            join: String::new(),
            key: "`pair`.1",
            value: "`pair`.2",
            is_value: "`pair`.2 <> 'null'",
        }
    }

    fn parsed(&self, text: &str) -> String {
        format!("ifNull({text}, 'null')")
    }

    fn is_not_null(&self, value: &str) -> String {
        format!("JSONType({value}) <> 'Null'")
    }

    fn is_array(&self, value: &str) -> String {
        format!("JSONType({value}) = 'Array'")
    }

    fn elements(&self, value: &str) -> String {
        format!(
            "arrayJoin(multiIf(JSONType({value}) <> 'Array', [{value}], empty(JSONExtractArrayRaw({value})), \
             ['null'], JSONExtractArrayRaw({value})))"
        )
    }

    fn is_text(&self, value: &str) -> String {
        format!("JSONType({value}) = 'String'")
    }

    fn text(&self, value: &str) -> String {
        format!("JSONExtractString({value})")
    }

    fn is_number(&self, value: &str) -> String {
        format!("JSONType({value}) IN ('Int64', 'UInt64', 'Double')")
    }

    fn number(&self, value: &str) -> String {
        value.to_owned()
    }

    fn is_flag(&self, value: &str) -> String {
        format!("JSONType({value}) = 'Bool'")
    }

    fn flag(&self, value: &str) -> String {
        format!("{value} = 'true'")
    }
}

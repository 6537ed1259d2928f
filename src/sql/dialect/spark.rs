//! Spark SQL, and what the dialects that are made of it have in common.

use super::shared::{cast_instant, fraction, split_at_each, translated, try_cast, without_zone};
use super::syntax::{
    ColumnTypes, Entries, FileSyntax, JsonSyntax, LoadedFile, StatementLimits, Syntax, Unnested, Unsupported,
};
use crate::sql::expression::Folding;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;
use crate::sql::tables::RowsOf;

pub(super) struct Spark;

/// What a dialect that is Spark's says differently.
pub(super) trait SparkSql: Sync {
    /// Its name as its makers write it.
    fn engine_name(&self) -> &'static str;

    /// The type of an instant.
    fn instant_type(&self) -> &'static str;

    /// What stands behind the columns of a table, in DDL.
    fn table_format(&self) -> &'static str;

    /// [`Syntax::table_layout`].
    fn layout(&self, rows: RowsOf, key: &[String]) -> String;

    /// The statement that loads a file.
    fn load(&self, file: &LoadedFile<'_>) -> String;
}

impl SparkSql for Spark {
    fn engine_name(&self) -> &'static str {
        "Spark SQL"
    }

    /// Whatever `TIMESTAMP` is in the session.
    fn instant_type(&self) -> &'static str {
        "TIMESTAMP_LTZ"
    }

    fn table_format(&self) -> &'static str {
        " USING PARQUET"
    }

    /// A folder for each custom field, of which few are asked at once.
    fn layout(&self, rows: RowsOf, key: &[String]) -> String {
        match (rows, key) {
            (RowsOf::Values, [key, ..]) => format!("\nPARTITIONED BY ({key})"),
            _ => String::new(),
        }
    }

    fn load(&self, file: &LoadedFile<'_>) -> String {
        file.insert(&format!("parquet.`{}`", file.path()))
    }
}

impl<D: SparkSql> FileSyntax for D {
    fn loads(&self, file: &LoadedFile<'_>) -> Result<Vec<String>, Unsupported> {
        Ok(vec![self.load(file)])
    }
}

impl<D: SparkSql> Syntax for D {
    fn display_name(&self) -> &'static str {
        self.engine_name()
    }

    fn types(&self) -> ColumnTypes {
        ColumnTypes {
            key: "BIGINT",
            text: "STRING",
            count: "DECIMAL(20, 0)",
            double: "DOUBLE",
            whole: "DECIMAL(20, 0)",
            flag: "BOOLEAN",
            instant: self.instant_type(),
            texts: Ok("ARRAY<STRING>"),
            map: Ok("MAP<STRING, STRING>"),
            json: Ok("STRING"),
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
        self.table_format().to_owned()
    }

    fn table_layout(&self, rows: RowsOf, key: &[String]) -> String {
        self.layout(rows, key)
    }

    /// The value of a setting or of a variable is put in the place of its name in `${}`, also between quotes.
    fn takes_name(&self, name: &str) -> Result<(), Unsupported> {
        if name.contains("${") {
            return Err(Unsupported("a name in the schema has `${` in it, which is the beginning of a variable there"));
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
        cast_instant(without_zone(micros) + "Z", self.instant_type())
    }

    fn array(&self, elements: &[String]) -> Result<String, Unsupported> {
        Ok(format!("CAST(array({}) AS ARRAY<STRING>)", elements.join(", ")))
    }

    fn map(&self, keys: &[String], values: &[String]) -> Result<String, Unsupported> {
        Ok(format!("map_from_arrays({}, {})", self.array(keys)?, self.array(values)?))
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

    fn code_point_order(&self, text: Sketch) -> Sketch {
        text
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

    fn unnested(&self, array: &str) -> Result<Unnested, Unsupported> {
        Ok(Unnested::of(format!("explode({array})")))
    }

    fn map_entries(&self, map: &str) -> Result<Entries, Unsupported> {
        Ok(Entries::Nested {
            columns: format!("explode({map}) AS (`key`, `value`)"),
            join: String::new(),
            key: "`key`",
            value: "`value`",
            is_value: "`value` IS NOT NULL",
        })
    }

    fn files(&self) -> Result<&dyn FileSyntax, Unsupported> {
        Ok(self)
    }

    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported> {
        Ok(self)
    }
}

/// Values are of type `VARIANT`.
impl<D: SparkSql> JsonSyntax for D {
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

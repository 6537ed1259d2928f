//! What there is to say of a dialect.

use std::borrow::Cow;

use crate::sql::expression::Folding;
use crate::sql::file_loads::Stored;
use crate::sql::sketch::Sketch;
use crate::sql::statement::Parameter;
use crate::sql::tables::RowsOf;

/// All that a dialect says differently.
///
/// The arguments are SQL where they are not said to be anything else: the name of a column in quotes, or an expression that
/// stands in no need of parentheses. What is here without a default, a dialect has to know of its engine: said wrongly, most
/// of it would be an answer to another question.
pub(in crate::sql) trait Syntax: Sync {
    // What it is called.

    /// Its name as its makers write it.
    fn display_name(&self) -> &'static str;

    // What it holds.

    /// The types of the columns of the default tables.
    fn types(&self) -> ColumnTypes;

    /// What a statement may have at most.
    fn limits(&self) -> StatementLimits;

    /// Whether a text may have a NUL in it.
    fn holds_nul(&self) -> bool;

    /// Whether an array, or a map, may be NULL.
    fn has_null_collections(&self) -> bool;

    /// The first year of its instants, where they do not go back to the year 0 as those of records do.
    fn first_year(&self) -> Option<i32> {
        None
    }

    /// A type of which NULL is a value.
    fn nullable(&self, of: &str) -> String {
        of.to_owned()
    }

    /// The type, in DDL, of a column that is never NULL.
    fn not_null(&self, of: &str) -> String {
        format!("{of} NOT NULL")
    }

    /// What stands behind the columns of a table with this key, in DDL.
    fn table_options(&self, _key: &[String]) -> String {
        String::new()
    }

    /// What stands behind these, so that rows are kept together that are read together: a proposal.
    fn table_layout(&self, _rows: RowsOf, _key: &[String]) -> String {
        String::new()
    }

    /// Whether a table may have indexes that a plan looks rows up in.
    fn has_indexes(&self) -> bool {
        false
    }

    /// What stands behind a text in an index, so that it also finds what starts with another text.
    fn prefix_order(&self) -> &'static str {
        ""
    }

    // Names and values.

    /// A name of a table or a column, always in quotes; a quote in it is doubled.
    fn quoted_name(&self, name: &str) -> String {
        let quote = self.name_quote();
        format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
    }

    /// Whether a name can be said, whatever the quotes.
    fn takes_name(&self, _name: &str) -> Result<(), Unsupported> {
        Ok(())
    }

    /// A name as it is compared with another: whether the engine tells apart two that differ in case.
    fn compared_name(&self, name: &str) -> String {
        name.to_owned()
    }

    /// What names are quoted with.
    fn name_quote(&self) -> char {
        '"'
    }

    /// A text as a literal, from which nothing in it escapes.
    fn quoted_text(&self, text: &str) -> String;

    /// A double as a literal that is one whatever numbers with a point or an exponent are else taken for.
    fn double_literal(&self, double: f64) -> String {
        format!("{double:e}")
    }

    /// A whole number of 64 bits, with or without a sign, as a literal that is one.
    fn whole_literal(&self, whole: i128) -> String {
        whole.to_string()
    }

    /// What the parameter with a number, from 1 on, is called beside the statement.
    fn parameter_name(&self, number: usize) -> String;

    /// What stands in the statement for the parameter with a number, from 1 on.
    fn placeholder(&self, number: usize, value: &Parameter) -> String;

    /// An instant in microseconds since 1970, of those that records have: of the years 0 to 9999.
    fn instant(&self, micros: i64) -> Sketch;

    /// An array of these texts.
    fn array(&self, elements: &[String]) -> Result<String, Unsupported>;

    /// A map of these keys to these texts.
    fn map(&self, keys: &[String], values: &[String]) -> Result<String, Unsupported>;

    // Texts.

    /// Whether a text has a part in it.
    fn contains(&self, text: Sketch, part: Sketch) -> Sketch;

    /// Whether a text starts with a part.
    fn starts_with(&self, text: Sketch, part: Sketch) -> Sketch;

    /// Whether a text ends with a part.
    fn ends_with(&self, text: Sketch, part: Sketch) -> Sketch;

    /// A text in which at least these letters are small; others may stay or become small.
    fn lower_cased(&self, text: Sketch, folding: &Folding) -> Sketch;

    /// A text whose order is asked, so that it is by code point.
    fn code_point_order(&self, text: Sketch) -> Sketch;

    /// The text that such a one is ordered against.
    fn code_point_bound(&self, text: Sketch) -> Sketch {
        text
    }

    /// Whether two texts are equal that differ in spaces at their end.
    fn ignores_trailing_spaces(&self) -> bool {
        false
    }

    /// Whether a text matches a pattern, which is the text of a regular expression without backslashes and quotes.
    fn matches(&self, text: &str, pattern: &str) -> String;

    /// A text without the first part that matches such a pattern.
    fn without_match(&self, text: &str, pattern: &str) -> String;

    // Numbers and instants of texts.

    /// The number of a text of at most 20 digits and a sign; of another text it may be NULL, or an error.
    fn whole(&self, text: &str) -> String;

    /// The double next to the number that a text is; of another text it may be NULL, or an error.
    fn double(&self, text: &str) -> String;

    /// The number of a text of a few digits.
    fn digits(&self, text: &str) -> String;

    /// The double of a text that is a number with a fraction or an exponent; NULL where that is 2^53 or more, or 0 and the
    /// number is not.
    fn fraction(&self, text: &str) -> String;

    /// A double by a count, as a double; NULL where the count is 0 or NULL.
    fn average(&self, sum: Sketch, count: Sketch) -> Sketch {
        let mut average = sum.then(" / ");
        average.append(divisor(count, &self.nullable(self.types().double)));
        average
    }

    /// A whole number that is not negative, divided without its remainder.
    fn quotient(&self, number: &str, by: u32) -> String;

    /// The instant of microseconds since 1970.
    fn instant_of_micros(&self, micros: &str) -> String;

    // Rows.

    /// The elements of an array, a row each.
    fn unnested(&self, array: &str) -> Result<Unnested, Unsupported>;

    /// The entries of a map, a row each.
    fn map_entries(&self, map: &str) -> Result<Entries, Unsupported>;

    /// How JSON is read.
    fn json(&self) -> Result<&dyn JsonSyntax, Unsupported>;

    /// How psql is given rows to copy.
    fn copy(&self) -> Result<&dyn CopySyntax, Unsupported> {
        Err(Unsupported("it has no COPY that reads what stands behind it: insert"))
    }

    /// How a file is loaded into a table.
    fn files(&self) -> Result<&dyn FileSyntax, Unsupported>;

    // Plans.

    /// Whether a subquery may name a row of the query around it.
    fn has_correlated_subqueries(&self) -> bool {
        true
    }

    /// Whether a subquery in a condition below an OR is planned as a join, so that it is not run for each row.
    fn joins_below_or(&self) -> bool {
        true
    }

    /// A condition on rows that are worked out, of which a planner has no statistics.
    fn of_worked_out(&self, condition: Sketch) -> Sketch {
        condition
    }

    /// How many different values there are.
    fn count_distinct(&self, column: &str) -> String {
        format!("count(DISTINCT {column})")
    }

    /// A join of all pairs with the same key.
    fn join(&self) -> &'static str {
        "JOIN"
    }

    /// The same, with rows that have no counterpart.
    fn left_join(&self) -> &'static str {
        "LEFT JOIN"
    }

    /// What stands behind a query that is to be worked out before what is asked of it.
    fn materialized(&self) -> &'static str {
        ""
    }
}

/// What a double is divided by for an average.
pub(super) fn divisor(count: Sketch, double: &str) -> Sketch {
    let mut divisor = Sketch::from("CAST(");
    divisor.append(Sketch::call("NULLIF", [count, "0".into()]));
    divisor.then(&format!(" AS {double})"))
}

/// How a dialect tells JSON values apart, and reads them. The arguments are JSON values as `parsed` makes them, if they are not
/// said to be anything else.
pub(in crate::sql) trait JsonSyntax {
    /// The keys and values of a column with JSON objects, a row each.
    fn object_entries(&self, column: &str) -> Entries;

    /// A text of JSON as the value that it is.
    fn parsed(&self, text: &str) -> String;

    /// Whether a value is other than null.
    fn is_not_null(&self, value: &str) -> String;

    /// Whether a value is an array.
    fn is_array(&self, value: &str) -> String;

    /// The elements of an array, a row each, and one that is null if it has none; any other value itself.
    fn elements(&self, value: &str) -> String;

    /// Whether a value is a text.
    fn is_text(&self, value: &str) -> String;

    /// The text that a value is.
    fn text(&self, value: &str) -> String;

    /// Whether a value is a number.
    fn is_number(&self, value: &str) -> String;

    /// The number that a value is, as text.
    fn number(&self, value: &str) -> String;

    /// Whether a value is true or false.
    fn is_flag(&self, value: &str) -> String;

    /// Whether a value is true, of one that is true or false.
    fn flag(&self, value: &str) -> String;
}

/// How a dialect writes the rows that stand behind a `COPY … FROM STDIN`.
pub(in crate::sql) trait CopySyntax {
    /// A text with all escaped that would end it.
    fn field(&self, text: &str) -> String;

    /// An instant in microseconds since 1970.
    fn instant_text(&self, micros: i64) -> String;

    fn array_text(&self, elements: &[&str]) -> String;

    fn map_text(&self, pairs: &[(&str, Cow<'_, str>)]) -> String;
}

/// How a dialect loads files of Parquet into tables.
pub(in crate::sql) trait FileSyntax {
    /// As what a file has such values. An instant may be the microseconds since 1970, which are a [`Stored::Key`], and an array or a
    /// map a text of JSON, where it is not said what becomes of these; the statements then make them of it.
    fn stored(&self, of: Stored) -> Result<Stored, Unsupported> {
        Ok(of)
    }

    /// The statements that load a file.
    fn loads(&self, file: &LoadedFile<'_>) -> Result<Vec<String>, Unsupported>;
}

/// A file that is loaded into a table of its columns.
pub(in crate::sql) struct LoadedFile<'f> {
    pub(in crate::sql) table: String,
    /// A table that there is not, for the rows in between.
    pub(in crate::sql) beside: String,
    pub(in crate::sql) columns: Vec<FileColumn>,
    /// Where the file is, without a slash behind it.
    pub(in crate::sql) location: &'f str,
    pub(in crate::sql) name: &'static str,
}

pub(in crate::sql) struct FileColumn {
    pub(in crate::sql) name: String,
    /// The name as a text.
    pub(in crate::sql) key: String,
    /// The type of the table's column, and what values it has.
    pub(in crate::sql) of: &'static str,
    pub(in crate::sql) stored: Stored,
}

impl LoadedFile<'_> {
    /// Where it is; nothing in that ends a literal.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.location, self.name)
    }

    /// What this makes of each column, in a list.
    pub(super) fn each(&self, of: impl Fn(&FileColumn) -> String) -> String {
        self.columns.iter().map(of).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn names(&self) -> String {
        self.each(|column| column.name.clone())
    }

    /// Inserts what this has in columns of the same names.
    pub(super) fn insert(&self, from: &str) -> String {
        let names = self.names();
        format!("INSERT INTO {} ({names})\nSELECT {names}\nFROM {from}", self.table)
    }
}

/// The types of the columns of the default tables.
pub(in crate::sql) struct ColumnTypes {
    /// Ids of lists and memberships.
    pub(in crate::sql) key: &'static str,
    pub(in crate::sql) text: &'static str,
    pub(in crate::sql) count: &'static str,
    pub(in crate::sql) double: &'static str,
    /// Whole numbers of 64 bits, with and without a sign.
    pub(in crate::sql) whole: &'static str,
    pub(in crate::sql) flag: &'static str,
    pub(in crate::sql) instant: &'static str,
    /// Arrays of texts.
    pub(in crate::sql) texts: Result<&'static str, Unsupported>,
    /// Maps from texts to texts.
    pub(in crate::sql) map: Result<&'static str, Unsupported>,
    pub(in crate::sql) json: Result<&'static str, Unsupported>,
}

/// What a statement may have at most; `None` where the engine sets no limit that a filter reaches.
pub(in crate::sql) struct StatementLimits {
    /// How deep groups may nest.
    pub(in crate::sql) groups: Option<usize>,
    pub(in crate::sql) parameters: Option<usize>,
    /// The columns of a row.
    pub(in crate::sql) columns: Option<usize>,
}

/// Why an engine cannot be asked something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sql) struct Unsupported(pub(in crate::sql) &'static str);

impl From<Unsupported> for Cow<'static, str> {
    fn from(Unsupported(reason): Unsupported) -> Self {
        reason.into()
    }
}

impl From<Unsupported> for String {
    fn from(Unsupported(reason): Unsupported) -> Self {
        reason.to_owned()
    }
}

/// The elements of an array in a column of a table.
pub(in crate::sql) struct Unnested {
    /// What is selected.
    pub(in crate::sql) value: String,
    /// What stands behind the table.
    pub(in crate::sql) join: String,
}

impl Unnested {
    /// Of an expression that makes as many rows as there are.
    pub(super) fn of(expression: String) -> Self {
        Self { value: expression, join: String::new() }
    }
}

/// A query that makes a row of each key and value in a column of the table of memberships.
pub(in crate::sql) enum Entries {
    /// Of a join, whose columns a condition can name beside it.
    Joined {
        /// The columns `key` and `value`.
        columns: &'static str,
        /// What stands behind the table.
        join: String,
        key: &'static str,
        /// Whether there is a value.
        is_value: &'static str,
    },
    /// Of expressions, which only a query around it can name.
    Nested {
        /// What is selected.
        columns: String,
        /// What stands behind the table.
        join: String,
        /// What the key and the value are to the query around it.
        key: &'static str,
        value: &'static str,
        /// Whether there is a value.
        is_value: &'static str,
    },
}

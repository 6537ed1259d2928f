//! The table of what differs between the dialects, and how each writes a name and a text.

use std::fmt;

use crate::settings;
use crate::time::{InFull, WRITABLE};

/// Whose SQL is written.
///
/// ```
/// use headcount::sql::Dialect;
///
/// assert_eq!(Dialect::from_name("duckdb"), Some(Dialect::DuckDb));
/// assert_eq!(Dialect::ALL.map(Dialect::name), ["postgresql", "duckdb", "clickhouse", "spark", "datafusion"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// PostgreSQL, from version 12 on.
    PostgreSql,
    /// DuckDB.
    DuckDb,
    /// ClickHouse.
    ClickHouse,
    /// Spark SQL, from version 3.4 on.
    Spark,
    /// DataFusion.
    DataFusion,
}

settings::named!(
    @read Dialect,
    "a dialect",
    "`postgresql`, `duckdb`, `clickhouse`, `spark` or `datafusion`",
    Self::ALL,
    Self::name
);

/// What values are written as where the dialects differ.
pub(super) struct Forms {
    pub(super) name: &'static str,
    pub(super) display: &'static str,
    /// What stands before a parameter's number where parameters are listed.
    pub(super) parameter_sign: char,
    /// The types of columns, as DDL has them.
    pub(super) types: Types,
    pub(super) contains: PartForm,
    pub(super) starts_with: PartForm,
    pub(super) ends_with: PartForm,
    /// A function that puts one character in the place of another, by code point; none where `lower` is Rust's own.
    pub(super) translate: Option<&'static str>,
    /// What makes an instant of a text.
    pub(super) instant: [&'static str; 2],
    /// Behind the order of texts, where the engine would else ask its locale.
    pub(super) by_code_point: &'static str,
    /// How deep groups may nest.
    pub(super) groups: usize,
    /// The most parameters that a statement may have.
    pub(super) parameters: usize,
}

/// How a text is looked for in another.
pub(super) struct PartForm {
    /// What stands before the text, between text and part, and behind.
    pub(super) around: [&'static str; 3],
    /// Whether the part stands once more behind it all.
    pub(super) repeats_part: bool,
}

impl PartForm {
    const fn new(around: [&'static str; 3]) -> Self {
        Self { around, repeats_part: false }
    }

    const fn repeating(around: [&'static str; 3]) -> Self {
        Self { around, repeats_part: true }
    }
}

/// The types of the columns of the default tables.
pub(super) struct Types {
    pub(super) key: &'static str,
    pub(super) text: &'static str,
    pub(super) count: &'static str,
    pub(super) double: &'static str,
    pub(super) whole: &'static str,
    pub(super) flag: &'static str,
    pub(super) instant: &'static str,
    /// Arrays of texts.
    pub(super) texts: &'static str,
    /// Maps from texts to texts.
    pub(super) map: &'static str,
    pub(super) json: &'static str,
}

const FORMS: [Forms; 5] = [
    Forms {
        name: "postgresql",
        display: "PostgreSQL",
        parameter_sign: '$',
        types: Types {
            key: "BIGINT",
            text: "TEXT",
            count: "NUMERIC(20)",
            double: "DOUBLE PRECISION",
            whole: "NUMERIC(20)",
            flag: "BOOLEAN",
            instant: "TIMESTAMPTZ",
            texts: "TEXT[]",
            map: "HSTORE",
            json: "JSONB",
        },
        contains: PartForm::new(["strpos(", ", ", ") > 0"]),
        starts_with: PartForm::new(["starts_with(", ", ", ")"]),
        // `right` of as many characters: there is no function of that name.
        ends_with: PartForm::repeating(["right(", ", length(", ")) = "]),
        translate: Some("translate"),
        instant: ["CAST(", " AS TIMESTAMPTZ)"],
        by_code_point: " COLLATE \"C\"",
        groups: usize::MAX,
        parameters: 65_535,
    },
    Forms {
        name: "duckdb",
        display: "DuckDB",
        parameter_sign: '$',
        types: Types {
            key: "BIGINT",
            text: "VARCHAR",
            count: "UBIGINT",
            double: "DOUBLE",
            whole: "DECIMAL(20, 0)",
            flag: "BOOLEAN",
            instant: "TIMESTAMPTZ",
            texts: "VARCHAR[]",
            map: "MAP(VARCHAR, VARCHAR)",
            json: "JSON",
        },
        contains: PartForm::new(["contains(", ", ", ")"]),
        starts_with: PartForm::new(["starts_with(", ", ", ")"]),
        ends_with: PartForm::new(["ends_with(", ", ", ")"]),
        translate: Some("translate"),
        instant: ["CAST(", " AS TIMESTAMPTZ)"],
        by_code_point: "",
        groups: usize::MAX,
        parameters: usize::MAX,
    },
    Forms {
        name: "clickhouse",
        display: "ClickHouse",
        parameter_sign: 'p',
        types: Types {
            key: "Int64",
            text: "String",
            count: "UInt64",
            double: "Float64",
            whole: "Decimal(20, 0)",
            flag: "Bool",
            instant: "DateTime64(6, 'UTC')",
            texts: "Array(String)",
            map: "Map(String, String)",
            json: "String",
        },
        contains: PartForm::new(["position(", ", ", ") > 0"]),
        starts_with: PartForm::new(["startsWith(", ", ", ")"]),
        ends_with: PartForm::new(["endsWith(", ", ", ")"]),
        translate: Some("translateUTF8"),
        instant: ["toDateTime64(", ", 6, 'UTC')"],
        by_code_point: "",
        groups: usize::MAX,
        parameters: usize::MAX,
    },
    Forms {
        name: "spark",
        display: "Spark SQL",
        parameter_sign: '?',
        types: Types {
            key: "BIGINT",
            text: "STRING",
            count: "DECIMAL(20, 0)",
            double: "DOUBLE",
            whole: "DECIMAL(20, 0)",
            flag: "BOOLEAN",
            instant: "TIMESTAMP",
            texts: "ARRAY<STRING>",
            map: "MAP<STRING, STRING>",
            json: "STRING",
        },
        contains: PartForm::new(["contains(", ", ", ")"]),
        starts_with: PartForm::new(["startswith(", ", ", ")"]),
        ends_with: PartForm::new(["endswith(", ", ", ")"]),
        translate: Some("translate"),
        instant: ["CAST(", " AS TIMESTAMP)"],
        by_code_point: "",
        groups: usize::MAX,
        parameters: usize::MAX,
    },
    Forms {
        name: "datafusion",
        display: "DataFusion",
        parameter_sign: '$',
        types: Types {
            key: "BIGINT",
            text: "VARCHAR",
            count: "BIGINT UNSIGNED",
            double: "DOUBLE",
            whole: "DECIMAL(20, 0)",
            flag: "BOOLEAN",
            instant: "TIMESTAMP(6)",
            texts: "VARCHAR[]",
            // Its DDL has none.
            map: "",
            json: "VARCHAR",
        },
        contains: PartForm::new(["contains(", ", ", ")"]),
        starts_with: PartForm::new(["starts_with(", ", ", ")"]),
        ends_with: PartForm::new(["ends_with(", ", ", ")"]),
        // Its `translate` goes by what looks like one character, accents included, and calls do not nest deep.
        translate: None,
        instant: ["CAST(", " AS TIMESTAMP(6))"],
        by_code_point: "",
        // Its parser goes 50 deep, and a group takes two steps of that.
        groups: 12,
        parameters: usize::MAX,
    },
];

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 5] = [Self::PostgreSql, Self::DuckDb, Self::ClickHouse, Self::Spark, Self::DataFusion];

    /// The dialect's name in arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.forms().name
    }

    /// The dialect of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    pub(super) fn forms(self) -> &'static Forms {
        &FORMS[self as usize]
    }

    /// What the parameter with a number, from 1 on, is called beside the statement.
    ///
    /// ```
    /// use headcount::sql::Dialect;
    ///
    /// assert_eq!(Dialect::ALL.map(|dialect| dialect.parameter_name(1)), ["$1", "$1", "p1", "?1", "$1"]);
    /// ```
    #[must_use]
    pub fn parameter_name(self, number: usize) -> String {
        format!("{}{number}", self.forms().parameter_sign)
    }

    /// Whether a text may have a NUL in it.
    pub(super) fn holds_nul(self) -> bool {
        self != Self::PostgreSql
    }
}

impl fmt::Display for Dialect {
    /// The name as its makers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.forms().display)
    }
}

/// A name of a table or a column, always in quotes.
pub(super) fn quoted_name(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::PostgreSql | Dialect::DuckDb | Dialect::DataFusion => format!("\"{}\"", name.replace('"', "\"\"")),
        Dialect::Spark => format!("`{}`", name.replace('`', "``")),
        Dialect::ClickHouse => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
    }
}

/// A text as a literal, from which nothing in it escapes.
pub(super) fn quoted_text(dialect: Dialect, text: &str) -> String {
    let doubled = || text.replace('\'', "''");
    match dialect {
        // With `E`, a backslash is one whatever `standard_conforming_strings` is.
        Dialect::PostgreSql if text.contains('\\') => format!("E'{}'", doubled().replace('\\', "\\\\")),
        // The source of a statement ends at a NUL.
        Dialect::DuckDb if text.contains('\0') => format!("('{}')", doubled().replace('\0', "' || chr(0) || '")),
        Dialect::PostgreSql | Dialect::DuckDb | Dialect::DataFusion => format!("'{}'", doubled()),
        Dialect::ClickHouse => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\0', "\\0"))
        }
        // Where escapes are switched off, a quote would still not end the literal.
        Dialect::Spark => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\0', "\\u0000"))
        }
    }
}

/// An instant as the text that the dialect reads.
pub(super) fn written_instant(dialect: Dialect, micros: i64) -> String {
    // 2025-10-16T08:30:00Z
    let full = InFull(micros).to_string().replace('T', " ");
    let bare = full.strip_suffix('Z').unwrap_or(&full);
    match (dialect, bare.strip_prefix("0000-")) {
        (Dialect::PostgreSql, Some(rest)) => format!("0001-{rest}+00 BC"),
        (Dialect::PostgreSql | Dialect::DuckDb, _) => format!("{bare}+00"),
        (Dialect::ClickHouse, _) => bare.to_owned(),
        (Dialect::Spark | Dialect::DataFusion, _) => format!("{bare}Z"),
    }
}

/// The instants that ClickHouse reads from a text in every version: 1900 to 2299.
pub(super) fn reads_instant(dialect: Dialect, micros: i64) -> bool {
    dialect != Dialect::ClickHouse || (-2_208_988_800_000_000..10_413_792_000_000_000).contains(&micros)
}

/// The instants that a column may hold: what a record may say, from the beginning of the year 0 to the end of 9999.
pub(super) const INSTANTS: std::ops::RangeInclusive<i64> = WRITABLE.start..=WRITABLE.end - 1;

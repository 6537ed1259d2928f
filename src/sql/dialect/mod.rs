//! Whose SQL is written: a dialect is a [`Syntax`], each in a file of its own.

mod bigquery;
mod clickhouse;
mod databricks;
mod datafusion;
mod duckdb;
mod postgresql;
mod redshift;
mod shared;
mod snowflake;
mod spark;
mod syntax;

use std::fmt;

use crate::settings;

pub(super) use self::syntax::{
    ColumnTypes, CopySyntax, Entries, FileColumn, JsonSyntax, LoadedFile, Syntax, Unsupported,
};

/// Declares the dialects: each is called what the type is called that says how it writes, and in arguments what its file is
/// called.
macro_rules! dialects {
    (@expected $first:ident $($other:ident)*) => {
        concat!("one of `", stringify!($first), "`" $(, ", `", stringify!($other), "`")*)
    };
    ($($(#[doc = $about:literal])+ $dialect:ident = $module:ident;)+) => {
        /// Whose SQL is written.
        ///
        /// ```
        /// use headcount::sql::Dialect;
        ///
        /// assert_eq!(Dialect::from_name("duckdb"), Some(Dialect::DuckDb));
        /// assert_eq!(Dialect::DuckDb.name(), "duckdb");
        /// assert_eq!(Dialect::DuckDb.to_string(), "DuckDB");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Dialect { $($(#[doc = $about])+ $dialect,)+ }

        impl Dialect {
            /// Every dialect.
            pub const ALL: &'static [Self] = &[$(Self::$dialect),+];

            /// The dialect's name in arguments.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$dialect => stringify!($module)),+ }
            }

            /// All that it says differently.
            pub(super) fn syntax(self) -> &'static dyn Syntax {
                match self { $(Self::$dialect => &$module::$dialect),+ }
            }
        }

        settings::named!(@read Dialect, "a dialect", dialects!(@expected $($module)+), Self::ALL, Self::name);
    };
}

dialects! {
    /// PostgreSQL, from version 12 on.
    PostgreSql = postgresql;
    /// DuckDB.
    DuckDb = duckdb;
    /// ClickHouse.
    ClickHouse = clickhouse;
    /// Spark SQL, from version 3.4 on.
    Spark = spark;
    /// DataFusion.
    DataFusion = datafusion;
    /// Databricks: SQL warehouses, and runtimes from 14.1 on; for custom fields in JSON, from 15.3 on.
    Databricks = databricks;
    /// Amazon Redshift.
    Redshift = redshift;
    /// Snowflake.
    Snowflake = snowflake;
    /// BigQuery, in GoogleSQL.
    BigQuery = bigquery;
}

impl Dialect {
    /// The dialect of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dialect| dialect.name() == name)
    }

    /// What the parameter with a number, from 1 on, is called beside the statement.
    ///
    /// ```
    /// use headcount::sql::Dialect;
    ///
    /// assert_eq!(Dialect::PostgreSql.parameter_name(1), "$1");
    /// assert_eq!(Dialect::ClickHouse.parameter_name(1), "p1");
    /// assert_eq!(Dialect::Spark.parameter_name(1), "?1");
    /// ```
    #[must_use]
    pub fn parameter_name(self, number: usize) -> String {
        self.syntax().parameter_name(number)
    }
}

impl fmt::Display for Dialect {
    /// The name as its makers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.syntax().display_name())
    }
}

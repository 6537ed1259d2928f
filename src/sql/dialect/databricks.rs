//! Databricks, whose SQL is Spark's.

use super::spark::SparkSql;
use super::syntax::LoadedFile;
use crate::sql::tables::RowsOf;

pub(super) struct Databricks;

impl SparkSql for Databricks {
    fn engine_name(&self) -> &'static str {
        "Databricks"
    }

    /// An instant whatever a session has set, and the only name that its reference has for one.
    fn instant_type(&self) -> &'static str {
        "TIMESTAMP"
    }

    /// Its tables are of Delta Lake unless they say otherwise.
    fn table_format(&self) -> &'static str {
        ""
    }

    fn layout(&self, _rows: RowsOf, key: &[String]) -> String {
        format!("\nCLUSTER BY ({})", key.join(", "))
    }

    fn load(&self, file: &LoadedFile<'_>) -> String {
        format!("COPY INTO {}\nFROM '{}'\nFILEFORMAT = PARQUET\nFILES = ('{}')", file.table, file.location, file.name)
    }
}

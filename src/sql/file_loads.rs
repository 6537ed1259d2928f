//! Statements that load the tables of a schema from files of Parquet.

use super::Refusal;
use super::ddl::type_of;
use super::dialect::{Dialect, FileColumn, LoadedFile, Unsupported};
use super::layout::CustomType;
use super::names;
use super::print::Printer;
use super::schema::SqlSchema;
use super::statement::Statement;
use super::tables::{Holds, RowsOf, Table, tables};
use crate::catalogue::Field;

/// Characters that some engine reads as more than a part of the name of a file.
const NO_LOCATION: &str = "'\"`\\$*?[]{}";

/// What is in a column of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// Whole numbers of 64 bits with a sign.
    Key,
    /// Whole numbers of 20 digits.
    Whole,
    Double,
    Flag,
    Text,
    Instant,
    Texts,
    Map,
}

impl Stored {
    pub(super) fn of(holds: Holds<'_>) -> Self {
        match holds {
            Holds::MembershipId | Holds::ListId => Self::Key,
            Holds::Field(Field::Count(_)) | Holds::Whole(_) | Holds::NumberWhole => Self::Whole,
            Holds::Field(Field::Amount(_)) | Holds::Number => Self::Double,
            Holds::Active | Holds::IsMembership | Holds::Flag | Holds::Field(Field::Flag(_)) => Self::Flag,
            Holds::Field(Field::Text(_)) | Holds::Key | Holds::Text | Holds::Json => Self::Text,
            Holds::Field(Field::Time(_)) | Holds::Instant => Self::Instant,
            Holds::Map(_) => Self::Map,
            Holds::Custom(_, of) => match of {
                CustomType::Text | CustomType::Json => Self::Text,
                CustomType::Integer => Self::Whole,
                CustomType::Double => Self::Double,
                CustomType::Boolean => Self::Flag,
                CustomType::Timestamp => Self::Instant,
                CustomType::TextList => Self::Texts,
            },
        }
    }
}

/// What the file of a table is called.
pub(super) fn file_name(rows: RowsOf) -> &'static str {
    match rows {
        RowsOf::Contacts => "contacts.parquet",
        RowsOf::Memberships => "memberships.parquet",
        RowsOf::Values => "custom_values.parquet",
    }
}

/// The statements that load the files of `parquet_files` (feature `parquet`), in the way that an engine loads most at once.
///
/// They are to be run once, in their order, on tables without rows. `location` is where the files are to the engine: a folder,
/// `s3://…`, `gs://…`, a stage.
///
/// ```
/// use headcount::sql::{Dialect, SqlSchema, parquet_loads};
///
/// let loads = parquet_loads(Dialect::BigQuery, &SqlSchema::default(), "gs://crm/export")?;
/// assert_eq!(
///     loads[0].text(),
///     "LOAD DATA INTO `memberships`\nFROM FILES (format = 'PARQUET', uris = ['gs://crm/export/memberships.parquet'])"
/// );
/// # Ok::<(), headcount::sql::Refusal>(())
/// ```
///
/// # Errors
///
/// A dialect whose engine reads no Parquet, as PostgreSQL does not; a type of columns that it does not load from there; a location
/// that it reads no files from, or with a quote, a backslash or a pattern in it.
pub fn parquet_loads(dialect: Dialect, schema: &SqlSchema, location: &str) -> Result<Vec<Statement>, Refusal> {
    let refused = |reason: String| Refusal::of_loading(dialect, reason);
    names::check(dialect, schema).map_err(refused)?;
    if location.contains(|character: char| character.is_control() || NO_LOCATION.contains(character)) {
        return Err(refused(format!("the location has one of {NO_LOCATION} or a control character in it")));
    }
    let printer = Printer::new(dialect, schema);
    let each = tables(schema).into_iter().map(|table| of_table(&printer, &table, location));
    let loads = each.collect::<Result<Vec<_>, _>>().map_err(|reason| refused(reason.into()))?;
    Ok(loads.into_iter().flatten().map(Statement::of_text).collect())
}

fn of_table(printer: &Printer<'_>, table: &Table<'_>, location: &str) -> Result<Vec<String>, Unsupported> {
    let (syntax, files) = (printer.syntax, printer.syntax.files()?);
    let types = syntax.types();
    let columns = table.columns.iter().map(|column| {
        let stored = Stored::of(column.holds);
        files.stored(stored)?;
        Ok(FileColumn {
            name: printer.name(column.name),
            key: syntax.quoted_text(column.name),
            of: type_of(column.holds, &types)?,
            stored,
        })
    });
    let location = location.trim_end_matches('/');
    let file = LoadedFile {
        table: printer.table(table.name),
        beside: printer.name(&printer.aliases.file),
        columns: columns.collect::<Result<_, _>>()?,
        location,
        name: file_name(table.rows),
    };
    files.loads(&file)
}

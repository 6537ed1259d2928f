//! Records as what brings them into the tables of a schema: statements that insert them, or what psql copies.

use std::collections::VecDeque;

use super::Refusal;
use super::dialect::{CopySyntax, Dialect, Syntax};
use super::names;
use super::print::Printer;
use super::rows::{Cell, Reason, RowMaker};
use super::schema::SqlSchema;
use super::statement::Statement;
use super::tables::{Table, tables};
use crate::contact::Contact;

/// The most rows that one statement inserts.
const INSERTED: usize = 500;

/// The most rows that are copied at once.
const COPIED: usize = 20_000;

/// The statements that insert contacts into the tables of a schema, as [`ddl`](super::ddl) describes those. Each inserts a few
/// hundred rows, with its values as literals; together they are to be run once, in their order, on tables without rows.
///
/// A contact's memberships are in it, so that one of whom there are several records is to be merged before, as
/// [`Population`](crate::Population) does. Contacts without memberships, which are in no audience, are left out where the schema
/// has no place for them.
///
/// ```
/// use headcount::Contact;
/// use headcount::sql::{Dialect, SqlSchema, inserts};
///
/// let contact = r#"{"phone_number": "+15550000001", "lists": [{"list_id": 7, "custom_fields": {"state": "CA", "visits": 3}}]}"#;
/// let contact: Contact = serde_json::from_str(contact)?;
/// let statements: Vec<_> = inserts(Dialect::PostgreSql, &SqlSchema::default(), [&contact])?.collect::<Result<_, _>>()?;
/// let [memberships, values] = &statements[..] else { panic!("a statement for each table") };
/// assert!(memberships.text().contains("(1, '+15550000001', "));
/// assert!(values.text().ends_with("\n(1, 'state', 'CA', NULL, NULL, NULL, NULL),\n(1, 'visits', NULL, 3e0, NULL, NULL, NULL)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A name that is empty, or has a NUL in it. A statement is an error where a value has no place in its column: a text with a
/// NUL in PostgreSQL, a number in a column of texts.
pub fn inserts<'a>(
    dialect: Dialect,
    schema: &'a SqlSchema,
    contacts: impl IntoIterator<Item = &'a Contact, IntoIter: 'a>,
) -> Result<impl Iterator<Item = Result<Statement, Refusal>> + 'a, Refusal> {
    let blocks = blocks(dialect, schema, contacts, INSERTED, Insert { dialect, syntax: dialect.syntax() })?;
    Ok(blocks.map(|block| block.map(Statement::of_text)))
}

/// The same records as blocks that `psql` copies: a `COPY … FROM STDIN`, thousands of rows, and the line that ends them.
///
/// The server reads these several times as fast as statements that insert. They are to be copied once, in their order, into
/// tables without rows.
///
/// ```
/// use headcount::Contact;
/// use headcount::sql::{Dialect, SqlSchema, copies};
///
/// let contact = r#"{"phone_number": "+15550000001", "lists": [{"list_id": 7, "custom_fields": {"state": "CA", "visits": 3}}]}"#;
/// let contact: Contact = serde_json::from_str(contact)?;
/// let blocks: Vec<String> = copies(Dialect::PostgreSql, &SqlSchema::default(), [&contact])?.collect::<Result<_, _>>()?;
/// assert!(blocks[0].starts_with(r#"COPY "memberships" ("membership_id", "phone_number", "#));
/// assert!(blocks[1].ends_with(") FROM STDIN;\n1\tstate\tCA\t\\N\t\\N\t\\N\t\\N\n1\tvisits\t\\N\t3\t\\N\t\\N\t\\N\n\\."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A dialect other than PostgreSQL's; else as [`inserts`].
pub fn copies<'a>(
    dialect: Dialect,
    schema: &'a SqlSchema,
    contacts: impl IntoIterator<Item = &'a Contact, IntoIter: 'a>,
) -> Result<impl Iterator<Item = Result<String, Refusal>> + 'a, Refusal> {
    let syntax = dialect.syntax().copy().map_err(|reason| refused(dialect, reason.into()))?;
    blocks(dialect, schema, contacts, COPIED, Copy { dialect, syntax })
}

fn refused(dialect: Dialect, reason: String) -> Refusal {
    Refusal::of_loading(dialect, reason)
}

/// How rows are written.
trait Writer {
    /// What stands in front of rows.
    fn front(&self, table: &str, columns: &str) -> String;

    fn row(&self, cells: &[Cell<'_>]) -> Result<String, Reason>;

    /// What stands between two rows, and behind the last.
    fn joints(&self) -> [&'static str; 2];
}

struct Insert {
    dialect: Dialect,
    syntax: &'static dyn Syntax,
}

impl Writer for Insert {
    fn front(&self, table: &str, columns: &str) -> String {
        format!("INSERT INTO {table} ({columns}) VALUES\n")
    }

    fn row(&self, cells: &[Cell<'_>]) -> Result<String, Reason> {
        let literals = cells.iter().map(|cell| self.literal(cell));
        Ok(format!("({})", literals.collect::<Result<Vec<_>, _>>()?.join(", ")))
    }

    fn joints(&self) -> [&'static str; 2] {
        [",\n", ""]
    }
}

impl Insert {
    fn literal(&self, cell: &Cell<'_>) -> Result<String, Reason> {
        let syntax = self.syntax;
        let texts = |texts: &mut dyn Iterator<Item = &str>| -> Result<Vec<String>, Reason> {
            texts.map(|text| Ok(syntax.quoted_text(held(syntax, text)?))).collect()
        };
        Ok(match cell {
            Cell::Null => "NULL".to_owned(),
            Cell::Whole(whole) => syntax.whole_literal(*whole),
            Cell::Double(double) => syntax.double_literal(*double),
            Cell::Flag(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
            Cell::Text(text) => syntax.quoted_text(held(syntax, text)?),
            Cell::Instant(micros) => syntax.instant(*micros).finished(self.dialect, true).text().to_owned(),
            Cell::Texts(elements) => syntax.array(&texts(&mut elements.iter().copied())?)?,
            Cell::Map(pairs) => {
                let keys = texts(&mut pairs.iter().map(|(key, _)| *key))?;
                syntax.map(&keys, &texts(&mut pairs.iter().map(|(_, value)| &**value))?)?
            }
        })
    }
}

struct Copy {
    dialect: Dialect,
    syntax: &'static dyn CopySyntax,
}

impl Writer for Copy {
    fn front(&self, table: &str, columns: &str) -> String {
        format!("COPY {table} ({columns}) FROM STDIN;\n")
    }

    fn row(&self, cells: &[Cell<'_>]) -> Result<String, Reason> {
        let syntax = self.dialect.syntax();
        let field = |cell: &Cell<'_>| -> Result<String, Reason> {
            let written = match cell {
                Cell::Null => return Ok("\\N".to_owned()),
                Cell::Whole(whole) => whole.to_string(),
                Cell::Double(double) => double.to_string(),
                Cell::Flag(flag) => if *flag { "t" } else { "f" }.to_owned(),
                Cell::Text(text) => held(syntax, text)?.to_owned(),
                Cell::Instant(micros) => self.syntax.instant_text(*micros),
                Cell::Texts(elements) => self.syntax.array_text(elements),
                Cell::Map(pairs) => self.syntax.map_text(pairs),
            };
            Ok(self.syntax.field(held(syntax, &written)?))
        };
        Ok(cells.iter().map(field).collect::<Result<Vec<_>, _>>()?.join("\t"))
    }

    fn joints(&self) -> [&'static str; 2] {
        ["\n", "\n\\."]
    }
}

/// A text that the engine can hold.
pub(super) fn held<'t>(syntax: &dyn Syntax, text: &'t str) -> Result<&'t str, Reason> {
    if text.contains('\0') && !syntax.holds_nul() {
        return Err("it holds no text with a NUL, and there is one".into());
    }
    Ok(text)
}

fn blocks<'a>(
    dialect: Dialect,
    schema: &'a SqlSchema,
    contacts: impl IntoIterator<Item = &'a Contact, IntoIter: 'a>,
    most: usize,
    writer: impl Writer + 'a,
) -> Result<impl Iterator<Item = Result<String, Refusal>> + 'a, Refusal> {
    names::check(dialect, schema).map_err(|reason| refused(dialect, reason))?;
    let printer = Printer::new(dialect, schema);
    let tables = tables(schema);
    let pending = tables.iter().map(|table| {
        let columns: Vec<String> = table.columns.iter().map(|column| printer.name(column.name)).collect();
        Pending { front: writer.front(&printer.table(table.name), &columns.join(", ")), rows: Vec::new() }
    });
    let pending = pending.collect();
    let maker = RowMaker::new(dialect);
    Ok(Blocks { dialect, tables, maker, writer, most, contacts: contacts.into_iter(), pending, ready: VecDeque::new() })
}

struct Blocks<'a, I, W> {
    dialect: Dialect,
    tables: Vec<Table<'a>>,
    maker: RowMaker,
    writer: W,
    /// The most rows in one.
    most: usize,
    contacts: I,
    pending: Vec<Pending>,
    ready: VecDeque<String>,
}

impl<'a, I: Iterator<Item = &'a Contact>, W: Writer> Iterator for Blocks<'a, I, W> {
    type Item = Result<String, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let Some(contact) = self.contacts.next() else {
                self.ready.extend(self.pending.iter_mut().filter_map(|pending| pending.block(&self.writer)));
                break;
            };
            let put = &mut |table: usize, cells: Vec<Cell<'a>>| -> Result<(), Reason> {
                self.pending[table].rows.push(self.writer.row(&cells)?);
                Ok(())
            };
            if let Err(reason) = self.maker.add(contact, &self.tables, put) {
                let reason = format!("{reason}, of the contact {}", contact.phone_number.escape_debug());
                return Some(Err(refused(self.dialect, reason)));
            }
            let full = self.pending.iter_mut().filter(|pending| pending.rows.len() >= self.most);
            self.ready.extend(full.filter_map(|pending| pending.block(&self.writer)));
        }
        self.ready.pop_front().map(Ok)
    }
}

/// The rows of a table that are in no block yet.
struct Pending {
    front: String,
    rows: Vec<String>,
}

impl Pending {
    fn block(&mut self, writer: &impl Writer) -> Option<String> {
        let rows = std::mem::take(&mut self.rows);
        let [between, behind] = writer.joints();
        (!rows.is_empty()).then(|| format!("{}{}{behind}", self.front, rows.join(between)))
    }
}

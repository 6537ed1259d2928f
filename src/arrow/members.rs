//! Members as record batches: their phone numbers, or the columns that are asked for.

use std::fmt;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder, UInt64Builder,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow_schema::{ArrowError, Schema, SchemaRef};

use super::types;
use crate::audience::Audience;
use crate::catalogue::{FIELDS, TextField};
use crate::columnar::{Meaning, WrittenType, WrittenValue};
use crate::contact::{Contact, NameMap, RecordKey};
use crate::error::{Errors, Kind, nearest};
use crate::filter::CustomKey;
use crate::semantics::EvalContext;
use crate::table::{ColumnId, Members, PhoneNumbers, cell};

/// The most rows of a batch.
const ROWS: usize = 8 * 1024;

/// How many bytes of texts a batch has before it ends: far fewer than offsets of 32 bits count, whatever the next row has.
const BYTES: usize = 64 << 20;

/// The phone numbers of members, in the order in which the contacts were first seen: batches of one column,
/// `phone_number`, Utf8.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, Table, arrow};
///
/// let record = r#"{"phone_number": "+14155550101", "list_id": 101}"#;
/// let table = Table::from_iter([serde_json::from_str::<Contact>(record)?]);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let members = table.members(&Audience::of("not on_dnc".parse()?), &cx);
/// let batches = arrow::phone_numbers(&members).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!((batches.len(), batches[0].num_rows()), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn phone_numbers(members: &Members) -> MemberBatches {
    let phone_number = ColumnId::Text(TextField::PhoneNumber);
    let name = phone_number.name().to_owned();
    let columns = vec![ColumnBuilder::new(name, phone_number, WrittenType::Text)];
    MemberBatches::new(columns, Rows::PhoneNumbers(members.phone_numbers()))
}

/// Columns of members, by the names that records have for them, custom fields as `custom_fields.KEY`: a row for each
/// member, or for each of its memberships that the audience matches where a column is a membership's.
///
/// Rows are in the order in which the contacts were first seen. A custom field that nobody has is a column of nulls.
///
/// # Errors
///
/// - `click_counts` — `unknown_field`: what is no column of a record.
/// - `carrier`, and `carrier` again — `duplicate_key`.
///
/// ```
/// use headcount::records::Input;
/// use headcount::{Audience, EvalContext, Table, arrow};
///
/// let csv = "phone_number,list_id,custom_fields.state\n+14155550101,101,CA\n+14155550101,102,NY\n+14155550102,101,\n";
/// let table = Table::read([Input::new("contacts.csv", csv.as_bytes())])?;
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let audience = Audience::of(r#"custom.state = "CA""#.parse()?);
///
/// let members = table.members(&audience, &cx);
/// let mut batches = arrow::members(&members, ["phone_number", "list_id"], &audience, &cx)?;
/// let batch = batches.next().unwrap()?;
/// assert_eq!((batch.num_rows(), batch.num_columns()), (1, 2));
///
/// let errors = arrow::members(&members, ["click_counts"], &audience, &cx).unwrap_err();
/// assert_eq!(errors.to_string(), "unknown_field: unknown field `click_counts`, did you mean `click_count`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn members(
    members: &Members,
    columns: impl IntoIterator<Item = impl AsRef<str>>,
    audience: &Audience,
    cx: &EvalContext,
) -> Result<MemberBatches, Errors> {
    let mut asked: Vec<ColumnBuilder> = Vec::new();
    for name in columns {
        let name = name.as_ref();
        let id = column(name)?;
        if asked.iter().any(|before| before.name == name) {
            return Err(Kind::DuplicateKey { key: name.to_owned(), first: None }.into());
        }
        let written = WrittenType::of(&id, members.table().cells_of(&id));
        asked.push(ColumnBuilder::new(name.to_owned(), id, written));
    }
    let by_membership = asked.iter().any(|column| !column.id.is_of_the_contact());
    let contacts = Box::new(members.contacts());
    let rows = Rows::Records { contacts, audience: Box::new(audience.clone()), cx: *cx, by_membership, open: None };
    Ok(MemberBatches::new(asked, rows))
}

/// The column of a name.
fn column(name: &str) -> Result<ColumnId, Errors> {
    match Meaning::of(name, &NameMap::EMPTY) {
        Some(Meaning::Key(RecordKey::Field(field))) => return Ok(field.into()),
        Some(Meaning::Key(RecordKey::ListId)) => return Ok(ColumnId::List),
        Some(Meaning::Key(RecordKey::Active)) => return Ok(ColumnId::Active),
        Some(Meaning::Custom(key)) => {
            if let Some(key) = CustomKey::new(key) {
                return Ok(ColumnId::Custom(key));
            }
        }
        _ => {}
    }
    let known = FIELDS.iter().map(|row| row.name).chain(RecordKey::other_names());
    let nearest = nearest(name, known).map(str::to_owned);
    Err(Kind::UnknownField { found: name.to_owned(), of: None, nearest }.into())
}

/// Members as a stream of record batches, each of 8,192 rows at most. It holds a snapshot of its table, and borrows nothing.
pub struct MemberBatches {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    rows: Rows,
}

/// The rows that are still to come.
enum Rows {
    PhoneNumbers(PhoneNumbers),
    Records {
        contacts: Box<dyn Iterator<Item = Contact> + Send>,
        audience: Box<Audience>,
        cx: EvalContext,
        /// Whether there is a row for each membership that matches.
        by_membership: bool,
        /// The contact of which more rows are to come, and its next membership.
        open: Option<(Contact, usize)>,
    },
}

impl MemberBatches {
    fn new(columns: Vec<ColumnBuilder>, rows: Rows) -> Self {
        let fields = columns.iter().map(|column| {
            let is_always_there = column.id == ColumnId::Text(TextField::PhoneNumber);
            types::field(&column.name, column.written, !is_always_there)
        });
        Self { schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns, rows }
    }

    /// Puts the next row in, if there is one.
    fn row(&mut self) -> bool {
        let Self { columns, rows, .. } = self;
        match rows {
            Rows::PhoneNumbers(phone_numbers) => {
                let Some(phone_number) = phone_numbers.next() else { return false };
                columns.iter_mut().for_each(|column| column.push(Some(WrittenValue::Text((&*phone_number).into()))));
            }
            Rows::Records { contacts, audience, cx, by_membership, open } => {
                let (contact, next) = loop {
                    match open.take() {
                        Some((contact, next)) if next < contact.memberships.len() => break (contact, next),
                        _ => {}
                    }
                    let Some(mut contact) = contacts.next() else { return false };
                    if !*by_membership {
                        break (contact, 0);
                    }
                    let matching: Vec<_> = audience.matching_memberships(&contact, cx).cloned().collect();
                    contact.memberships = matching;
                    *open = Some((contact, 0));
                };
                let membership = if *by_membership { contact.memberships.get(next) } else { None };
                for column in columns {
                    let cell = cell(&column.id, &contact, membership);
                    column.push(cell.map(|cell| column.written.value(cell)));
                }
                if *by_membership {
                    *open = Some((contact, next + 1));
                }
            }
        }
        true
    }
}

impl Iterator for MemberBatches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rows = 0;
        while rows < ROWS && self.columns.iter().map(|column| column.bytes).sum::<usize>() < BYTES && self.row() {
            rows += 1;
        }
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        (rows > 0).then(|| RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options))
    }
}

impl RecordBatchReader for MemberBatches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

impl fmt::Debug for MemberBatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemberBatches").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// A column of a batch in the making.
struct ColumnBuilder {
    name: String,
    id: ColumnId,
    written: WrittenType,
    values: ValueBuilder,
    /// How many bytes its texts have.
    bytes: usize,
}

enum ValueBuilder {
    Boolean(BooleanBuilder),
    Int64(Int64Builder),
    Uint64(UInt64Builder),
    Double(Float64Builder),
    Timestamp(TimestampMicrosecondBuilder),
    Text(StringBuilder),
}

impl ColumnBuilder {
    fn new(name: String, id: ColumnId, written: WrittenType) -> Self {
        let values = match written {
            WrittenType::Boolean => ValueBuilder::Boolean(BooleanBuilder::new()),
            WrittenType::Int64 => ValueBuilder::Int64(Int64Builder::new()),
            WrittenType::Uint64 => ValueBuilder::Uint64(UInt64Builder::new()),
            WrittenType::Double => ValueBuilder::Double(Float64Builder::new()),
            WrittenType::Timestamp => {
                ValueBuilder::Timestamp(TimestampMicrosecondBuilder::new().with_data_type(types::timestamp()))
            }
            WrittenType::Text | WrittenType::Json => ValueBuilder::Text(StringBuilder::new()),
        };
        Self { name, id, written, values, bytes: 0 }
    }

    fn push(&mut self, value: Option<WrittenValue<'_>>) {
        match (&mut self.values, value) {
            (ValueBuilder::Boolean(values), Some(WrittenValue::Boolean(flag))) => values.append_value(flag),
            (ValueBuilder::Boolean(values), _) => values.append_null(),
            (ValueBuilder::Int64(values), Some(WrittenValue::Int64(value))) => values.append_value(value),
            (ValueBuilder::Int64(values), _) => values.append_null(),
            (ValueBuilder::Uint64(values), Some(WrittenValue::Int64(bits))) => values.append_value(bits as u64),
            (ValueBuilder::Uint64(values), _) => values.append_null(),
            (ValueBuilder::Double(values), Some(WrittenValue::Double(value))) => values.append_value(value),
            (ValueBuilder::Double(values), _) => values.append_null(),
            (ValueBuilder::Timestamp(values), Some(WrittenValue::Int64(value))) => values.append_value(value),
            (ValueBuilder::Timestamp(values), _) => values.append_null(),
            (ValueBuilder::Text(values), Some(WrittenValue::Text(text))) => {
                self.bytes += text.len();
                values.append_value(text);
            }
            (ValueBuilder::Text(values), _) => values.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        self.bytes = 0;
        match &mut self.values {
            ValueBuilder::Boolean(values) => Arc::new(values.finish()),
            ValueBuilder::Int64(values) => Arc::new(values.finish()),
            ValueBuilder::Uint64(values) => Arc::new(values.finish()),
            ValueBuilder::Double(values) => Arc::new(values.finish()),
            ValueBuilder::Timestamp(values) => Arc::new(values.finish()),
            ValueBuilder::Text(values) => Arc::new(values.finish()),
        }
    }
}

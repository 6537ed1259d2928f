//! What the columns of a file are: by their names what they mean, by their types what can be made of their values.

use std::collections::HashMap;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type};

use super::nested::NestedType;
use crate::catalogue::{Field, TextField};
use crate::contact::{Conventions, NameMap, NameMeaning, RecordKey};
use crate::limits::{MAX_CUSTOM_FIELDS, TOO_MANY_CUSTOM_FIELDS};
use crate::parquet::{CUSTOM, IS_MEMBERSHIP};

/// A column that says something of contacts.
#[derive(Clone, Debug)]
pub(super) struct FileColumn {
    /// Which of the columns of each row group.
    pub(super) at: usize,
    /// As the file spells it.
    pub(super) name: String,
    pub(super) meaning: Meaning,
    pub(super) kind: ColumnType,
    /// Of the values of a map, which of the columns has the keys.
    pub(super) keys: Option<usize>,
    /// Of a list, a struct or another map, what it is made of.
    pub(super) nested: Option<NestedType>,
}

/// What a column says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Meaning {
    Key(RecordKey),
    /// A custom field.
    Custom(String),
    /// All custom fields, as the text of a JSON object.
    CustomFields,
    /// Whether the row is a membership.
    IsMembership,
}

/// What the values of a column stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Text,
    Json,
    Boolean,
    Int,
    /// Without a sign, in this number of bits.
    Uint(u32),
    Float,
    /// Whole numbers with this number of digits behind the point.
    Decimal(u32),
    Date,
    Timestamp(TimestampUnit),
    /// Nanoseconds of a day, and the day: as times were written before there were others.
    Int96,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimestampUnit {
    Millis,
    Micros,
    Nanos,
}

/// A column that cannot be what its name says, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongColumn {
    pub(crate) name: Option<String>,
    pub(crate) reason: String,
}

/// The columns of a file that are known by their names.
#[derive(Debug, Default)]
pub(super) struct KnownColumns {
    pub(super) read: Vec<FileColumn>,
    /// Those whose values cannot be what their names say, of fields that are perhaps not asked for.
    pub(super) unfit: Vec<UnfitColumn>,
}

/// A column that is not read, because of its type.
#[derive(Clone, Debug)]
pub(crate) struct UnfitColumn {
    pub(super) at: usize,
    pub(crate) name: String,
    /// The name of what it would say.
    pub(crate) field: String,
    pub(crate) reason: String,
}

/// The columns of a file that are known by their names, or everything that is wrong with them. Of a column without any
/// value, which `has_values` tells, the type says nothing.
pub(super) fn columns(
    schema: &SchemaDescriptor,
    conventions: &Conventions,
    has_values: impl Fn(usize) -> bool,
) -> Result<KnownColumns, Vec<WrongColumn>> {
    let names = &conventions.names;
    let mut told = ColumnsTold::default();
    let map = map(schema, names);
    let mut next = 0;
    for (at, descriptor) in schema.columns().iter().enumerate() {
        // Part of what was read with the columns before.
        if at < next {
            continue;
        }
        if let Some((keys, values)) = map
            && (at == keys || at == values)
        {
            if at == values {
                told.map(schema, keys, values);
            }
            continue;
        }
        let path = descriptor.path().parts();
        let Some((mut name, mut meaning)) = meaning(path, names) else { continue };
        let root = schema.get_column_root(at);
        let mut found = of(&meaning, path, descriptor, conventions).map(|kind| (kind, None));
        if let Some(Group { of_type, above, is_all_of_them }) = group(root, path, &meaning, names) {
            next = at
                + schema.columns()[at..]
                    .iter()
                    .take_while(|part| part.path().parts().starts_with(&path[..=above.len()]))
                    .count();
            if is_all_of_them {
                (name, meaning) = (path[0].clone(), Meaning::CustomFields);
            }
            let nested = NestedType::of(of_type, &above, &schema.columns()[at..next]);
            found = nested.map(|nested| (ColumnType::Json, Some(nested)));
        }
        match found {
            Ok((kind, nested)) => told.column(FileColumn { at, name, meaning, kind, keys: None, nested }),
            Err(_) if (is_null(descriptor) || !has_values(at)) && !meaning.is_phone_number() => {}
            Err(reason) => told.unfit(at, name, &meaning, reason),
        }
    }
    told.known()
}

/// What was found of the columns so far.
#[derive(Default)]
struct ColumnsTold {
    known: KnownColumns,
    wrong: Vec<WrongColumn>,
    /// What the first column with each meaning is called: whatever a phone number is called, there is one.
    first_of: HashMap<Meaning, String>,
}

impl ColumnsTold {
    fn column(&mut self, column: FileColumn) {
        match self.first_of.insert(column.meaning.clone(), column.name.clone()) {
            Some(first) if first == column.name => self.refuse(Some(column.name), "is a column twice".to_owned()),
            Some(first) => {
                self.refuse(Some(column.name), format!("is a column beside `{first}`, and only one may be"));
            }
            None => self.known.read.push(column),
        }
    }

    /// All custom fields, as a map.
    fn map(&mut self, schema: &SchemaDescriptor, keys: usize, values: usize) {
        let descriptor = &schema.columns()[values];
        let (name, meaning) = (descriptor.path().parts()[0].clone(), Meaning::CustomFields);
        match kind(descriptor).filter(|_| kind(&schema.columns()[keys]) == Some(ColumnType::Text)) {
            Some(kind) => {
                self.column(FileColumn { at: values, name, meaning, kind, keys: Some(keys), nested: None });
            }
            None => {
                self.refuse(Some(name), "expected a map of strings to values that are no lists".to_owned());
            }
        }
    }

    /// A column that cannot be what its name says.
    fn unfit(&mut self, at: usize, name: String, meaning: &Meaning, reason: String) {
        match meaning.field() {
            // Of a list or a struct, once.
            Some(field) if self.known.unfit.last().is_some_and(|last| last.field == field) => {}
            Some(field) => self.known.unfit.push(UnfitColumn { at, name, field, reason }),
            None => self.refuse(Some(name), reason),
        }
    }

    fn refuse(&mut self, name: Option<String>, reason: String) {
        self.wrong.push(WrongColumn { name, reason });
    }

    /// All of them, or everything that is wrong.
    fn known(mut self) -> Result<KnownColumns, Vec<WrongColumn>> {
        let custom = self.known.read.iter().filter(|column| matches!(column.meaning, Meaning::Custom(_))).count();
        if self.first_of.contains_key(&Meaning::CustomFields) && custom > 0 {
            let name = Some(RecordKey::CUSTOM_FIELDS.to_owned());
            self.refuse(name, format!("is a column beside `{CUSTOM}KEY`, and only one may be"));
        }
        if custom > MAX_CUSTOM_FIELDS {
            self.refuse(Some(RecordKey::CUSTOM_FIELDS.to_owned()), TOO_MANY_CUSTOM_FIELDS.to_owned());
        }
        if !self.known.read.iter().any(|column| column.meaning.is_phone_number()) && self.wrong.is_empty() {
            self.refuse(None, "expected Parquet with a column `phone_number`, `phone` or `msisdn`".to_owned());
        }
        if self.wrong.is_empty() { Ok(self.known) } else { Err(self.wrong) }
    }
}

/// The names of the columns that mean nothing, each with the first of its columns in a row group.
pub(super) fn not_read(schema: &SchemaDescriptor, names: &NameMap) -> Vec<(String, usize)> {
    let of_map = map(schema, names);
    let mut found: Vec<(String, usize)> = Vec::new();
    for (at, descriptor) in schema.columns().iter().enumerate() {
        let path = descriptor.path().parts();
        let is_of_map = of_map.is_some_and(|(keys, values)| at == keys || at == values);
        if !is_of_map && meaning(path, names).is_none() && found.last().is_none_or(|(name, _)| *name != path[0]) {
            found.push((path[0].clone(), at));
        }
    }
    found
}

impl Meaning {
    fn is_phone_number(&self) -> bool {
        *self == Self::Key(RecordKey::Field(Field::Text(TextField::PhoneNumber)))
    }

    /// The name of the field that the column says, where a filter need not ask for it: who takes part, and on which list,
    /// is always asked.
    fn field(&self) -> Option<String> {
        match self {
            Self::Key(RecordKey::Field(field)) if !self.is_phone_number() => Some(field.name().to_owned()),
            Self::Custom(key) => Some(format!("{CUSTOM}{key}")),
            _ => None,
        }
    }

    /// The bit of the key that the column gives a value; none where it is no key of a record.
    pub(super) fn bit(&self) -> u64 {
        match self {
            Self::Key(key) => key.bit(),
            Self::Custom(_) | Self::CustomFields => RecordKey::CustomFields.bit(),
            Self::IsMembership => 0,
        }
    }
}

/// Which columns are the keys and the values of the custom fields, where those are one map.
fn map(schema: &SchemaDescriptor, names: &NameMap) -> Option<(usize, usize)> {
    let mut of_map = schema.columns().iter().enumerate().filter(|(_, column)| {
        let path = column.path().parts();
        path.len() == 3 && is_custom_fields(&path[0], names)
    });
    let ((keys, key), (values, _)) = (of_map.next()?, of_map.next()?);
    (is_map(schema.get_column_root(keys)) && key.max_rep_level() == 1 && of_map.next().is_none())
        .then_some((keys, values))
}

/// Columns that together are a custom field, or all of them.
struct Group<'s> {
    of_type: &'s Type,
    /// The groups around it.
    above: Vec<&'s Type>,
    /// Whether it is all custom fields, as a map.
    is_all_of_them: bool,
}

/// The group that a column of custom fields is part of, if it is no column by itself.
fn group<'s>(root: &'s Type, path: &[String], meaning: &Meaning, names: &NameMap) -> Option<Group<'s>> {
    let Meaning::Custom(key) = meaning else { return None };
    let in_struct = path.len() > 1 && is_custom_fields(&path[0], names);
    if in_struct && is_map(root) {
        return Some(Group { of_type: root, above: Vec::new(), is_all_of_them: true });
    }
    let (of_type, above) = match in_struct {
        true => (&**root.get_fields().iter().find(|field| field.name() == key)?, vec![root]),
        false => (root, Vec::new()),
    };
    let repeats =
        of_type.get_basic_info().has_repetition() && of_type.get_basic_info().repetition() == Repetition::REPEATED;
    (!of_type.is_primitive() || repeats).then_some(Group { of_type, above, is_all_of_them: false })
}

fn is_custom_fields(root: &str, names: &NameMap) -> bool {
    matches!(names.meaning(root), NameMeaning::Known(RecordKey::CustomFields, _))
}

fn is_map(of_type: &Type) -> bool {
    let info = of_type.get_basic_info();
    matches!(info.converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
        || matches!(info.logical_type_ref(), Some(LogicalType::Map))
}

/// What a column is called, and what it means, where it means something.
fn meaning(path: &[String], names: &NameMap) -> Option<(String, Meaning)> {
    let [root, inside @ ..] = path else { return None };
    if root == IS_MEMBERSHIP {
        return Some((root.clone(), Meaning::IsMembership));
    }
    let meaning = match (names.meaning(root), inside) {
        // A struct has a column for each of its fields.
        (NameMeaning::Known(RecordKey::CustomFields, _), [key, ..]) => {
            return Some((format!("{CUSTOM}{key}"), Meaning::Custom(key.clone())));
        }
        (NameMeaning::Known(RecordKey::CustomFields, _), []) => Meaning::CustomFields,
        (NameMeaning::Known(key, _), _) => Meaning::Key(key),
        (NameMeaning::CustomField(key), _) => Meaning::Custom(key.to_owned()),
        (NameMeaning::Nothing, _) => return None,
    };
    Some((root.clone(), meaning))
}

/// What a column's values stand for, where that can be what the column means.
fn of(
    meaning: &Meaning,
    path: &[String],
    descriptor: &ColumnDescriptor,
    Conventions { names, epoch, .. }: &Conventions,
) -> Result<ColumnType, String> {
    let is_number = |kind: ColumnType| {
        matches!(
            kind,
            ColumnType::Int | ColumnType::Uint(_) | ColumnType::Float | ColumnType::Decimal(_) | ColumnType::Json
        )
    };
    let is_time = |kind: ColumnType| {
        matches!(kind, ColumnType::Timestamp(_) | ColumnType::Date | ColumnType::Int96 | ColumnType::Text)
    };
    let is_text = |kind: ColumnType| kind == ColumnType::Text;
    let (expected, fits): (&str, &dyn Fn(ColumnType) -> bool) = match meaning {
        Meaning::Key(RecordKey::Field(Field::Text(_))) => ("a string", &is_text),
        Meaning::Key(RecordKey::Field(Field::Flag(_)) | RecordKey::Active) => ("a boolean", &|kind| {
            matches!(kind, ColumnType::Boolean | ColumnType::Int | ColumnType::Uint(_) | ColumnType::Text)
        }),
        Meaning::IsMembership => ("a boolean", &|kind| kind == ColumnType::Boolean),
        Meaning::Key(key @ (RecordKey::Field(Field::Count(_) | Field::Amount(_)) | RecordKey::ListId)) => {
            (key.value_type().expected(), &|kind| is_number(kind) || is_text(kind))
        }
        Meaning::Key(RecordKey::Field(Field::Time(_))) => {
            ("a timestamp, a date or an ISO 8601 string", &|kind| is_time(kind) || epoch.is_some() && is_number(kind))
        }
        Meaning::Key(RecordKey::CustomFields) | Meaning::CustomFields => {
            ("an object", &|kind| matches!(kind, ColumnType::Json | ColumnType::Text))
        }
        Meaning::Key(RecordKey::Lists) => ("a row for each membership", &|_| false),
        Meaning::Custom(_) => ("a string, a number, a boolean, a date, a timestamp or JSON", &|_| true),
    };
    // Of the struct that all custom fields are.
    let is_struct = matches!(meaning, Meaning::Custom(_)) && is_custom_fields(&path[0], names);
    let found = match kind(descriptor) {
        _ if descriptor.max_rep_level() > 0 => "a list or a map".to_owned(),
        _ if path.len() > if is_struct { 2 } else { 1 } => "a struct".to_owned(),
        Some(kind) if fits(kind) => return Ok(kind),
        Some(kind) if matches!(meaning, Meaning::Key(RecordKey::Field(Field::Time(_)))) && is_number(kind) => {
            format!("{}; `--epoch s`, `ms` or `us` says what a number counts since 1970", kind.called())
        }
        Some(kind) => kind.called().to_owned(),
        None => other(descriptor),
    };
    Err(format!("expected {expected}, found a column of type {found}"))
}

/// Whether a column can hold nothing but nulls: writers keep no statistics of such.
fn is_null(descriptor: &ColumnDescriptor) -> bool {
    matches!(descriptor.logical_type_ref(), Some(LogicalType::Unknown))
}

/// What a type is called that no record has a value of.
pub(super) fn other(descriptor: &ColumnDescriptor) -> String {
    let called = match (descriptor.logical_type_ref(), descriptor.converted_type()) {
        (Some(logical), _) => format!("{logical:?}"),
        (None, ConvertedType::NONE) => descriptor.physical_type().to_string(),
        (None, converted) => converted.to_string(),
    };
    // Without what the type is made of.
    called.split('(').next().unwrap_or_default().to_lowercase()
}

impl ColumnType {
    fn called(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Json => "JSON",
            Self::Boolean => "boolean",
            Self::Int | Self::Uint(_) => "integer",
            Self::Float => "float",
            Self::Decimal(_) => "decimal",
            Self::Date => "date",
            Self::Timestamp(_) | Self::Int96 => "timestamp",
        }
    }
}

/// What the values stand for: by the type that says so, or by the older one that said so before.
pub(super) fn kind(descriptor: &ColumnDescriptor) -> Option<ColumnType> {
    let physical = descriptor.physical_type();
    let decimal = || u32::try_from(descriptor.type_scale()).ok().filter(|scale| *scale <= 38).map(ColumnType::Decimal);
    let whole = matches!(physical, Physical::INT32 | Physical::INT64);
    match (descriptor.logical_type_ref(), descriptor.converted_type()) {
        (Some(LogicalType::Timestamp(timestamp)), _) if whole => Some(ColumnType::Timestamp(match timestamp.unit {
            TimeUnit::MILLIS => TimestampUnit::Millis,
            TimeUnit::MICROS => TimestampUnit::Micros,
            TimeUnit::NANOS => TimestampUnit::Nanos,
        })),
        (Some(LogicalType::Decimal(decimal)), _) => {
            u32::try_from(decimal.scale).ok().filter(|scale| *scale <= 38).map(ColumnType::Decimal)
        }
        (Some(LogicalType::Integer(integer)), _) if whole && !integer.is_signed => {
            u32::try_from(integer.bit_width).ok().map(ColumnType::Uint)
        }
        (Some(LogicalType::Unknown), _) => Some(match physical {
            Physical::BOOLEAN => ColumnType::Boolean,
            Physical::BYTE_ARRAY => ColumnType::Text,
            _ => ColumnType::Int,
        }),
        (Some(LogicalType::Json), _) | (None, ConvertedType::JSON) => Some(ColumnType::Json),
        (_, ConvertedType::TIMESTAMP_MILLIS) if whole => Some(ColumnType::Timestamp(TimestampUnit::Millis)),
        (_, ConvertedType::TIMESTAMP_MICROS) if whole => Some(ColumnType::Timestamp(TimestampUnit::Micros)),
        (_, ConvertedType::DATE) if whole => Some(ColumnType::Date),
        (_, ConvertedType::DECIMAL) => decimal(),
        (_, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32) if whole => {
            Some(ColumnType::Uint(32))
        }
        (_, ConvertedType::UINT_64) if whole => Some(ColumnType::Uint(64)),
        (
            _,
            ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS | ConvertedType::BSON | ConvertedType::INTERVAL,
        ) => None,
        (None | Some(LogicalType::Integer(_)), _) if whole => Some(ColumnType::Int),
        (None | Some(LogicalType::String | LogicalType::Enum), _) if physical == Physical::BYTE_ARRAY => {
            Some(ColumnType::Text)
        }
        (None, _) => match physical {
            Physical::BOOLEAN => Some(ColumnType::Boolean),
            Physical::FLOAT | Physical::DOUBLE => Some(ColumnType::Float),
            Physical::INT96 => Some(ColumnType::Int96),
            _ => None,
        },
        _ => None,
    }
}

//! What the columns of a file are: by their names what they mean, by their types what can be made of their values.

use std::collections::HashMap;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use crate::catalogue::{Field, TextField};
use crate::contact::RecordKey;
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
}

/// What a column says.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// The columns of a file that are known by their names, or everything that is wrong with them.
pub(super) fn columns(schema: &SchemaDescriptor) -> Result<Vec<FileColumn>, Vec<WrongColumn>> {
    let (mut columns, mut wrong): (Vec<FileColumn>, Vec<WrongColumn>) = (Vec::new(), Vec::new());
    let mut first_of: HashMap<String, String> = HashMap::new();
    let map = map(schema);
    for (at, descriptor) in schema.columns().iter().enumerate() {
        if let Some((keys, values)) = map
            && at == values
        {
            let reason = "expected a map of strings to values that are no lists";
            let (name, meaning) = (descriptor.path().parts()[0].clone(), Meaning::CustomFields);
            first_of.insert(CUSTOM.to_owned(), name.clone());
            match kind(descriptor).filter(|_| kind(&schema.columns()[keys]) == Some(ColumnType::Text)) {
                Some(kind) => columns.push(FileColumn { at, name, meaning, kind, keys: Some(keys) }),
                None => wrong.push(WrongColumn { name: Some(name), reason: reason.to_owned() }),
            }
        }
        if map.is_some_and(|(keys, values)| at == keys || at == values) {
            continue;
        }
        let path = descriptor.path().parts();
        let Some((name, meaning)) = meaning(path) else { continue };
        let mut refuse = |reason: String| wrong.push(WrongColumn { name: Some(name.clone()), reason });
        match of(&meaning, path, descriptor) {
            Ok(kind) => {
                let same = match &meaning {
                    // Whatever the phone number is called, there is one.
                    Meaning::Key(key) => format!("{key:?}"),
                    // One column for all custom fields, or one for each.
                    Meaning::CustomFields => CUSTOM.to_owned(),
                    Meaning::Custom(key) => format!("{CUSTOM}{key}"),
                    Meaning::IsMembership => IS_MEMBERSHIP.to_owned(),
                };
                match first_of.insert(same, name.clone()) {
                    Some(first) if first == name => refuse("is a column twice".to_owned()),
                    Some(first) => refuse(format!("is a column beside `{first}`, and only one may be")),
                    None => columns.push(FileColumn { at, name, meaning, kind, keys: None }),
                }
            }
            Err(reason) => refuse(reason),
        }
    }
    if first_of.contains_key(CUSTOM) && columns.iter().any(|column| matches!(column.meaning, Meaning::Custom(_))) {
        let name = Some(CUSTOM.trim_end_matches('.').to_owned());
        wrong.push(WrongColumn { name, reason: format!("is a column beside `{CUSTOM}KEY`, and only one may be") });
    }
    let custom = columns.iter().filter(|column| matches!(column.meaning, Meaning::Custom(_)));
    if custom.count() > MAX_CUSTOM_FIELDS {
        let name = Some(RecordKey::CUSTOM_FIELDS.to_owned());
        wrong.push(WrongColumn { name, reason: TOO_MANY_CUSTOM_FIELDS.to_owned() });
    }
    let phone_number = Meaning::Key(RecordKey::Field(Field::Text(TextField::PhoneNumber)));
    if !columns.iter().any(|column| column.meaning == phone_number) && wrong.is_empty() {
        let reason = "expected Parquet with a column `phone_number`, `phone` or `msisdn`";
        wrong.push(WrongColumn { name: None, reason: reason.to_owned() });
    }
    if wrong.is_empty() { Ok(columns) } else { Err(wrong) }
}

/// The names of the columns that mean nothing, each with the first of its columns in a row group.
pub(super) fn not_read(schema: &SchemaDescriptor) -> Vec<(String, usize)> {
    let of_map = map(schema);
    let mut names: Vec<(String, usize)> = Vec::new();
    for (at, descriptor) in schema.columns().iter().enumerate() {
        let path = descriptor.path().parts();
        let is_of_map = of_map.is_some_and(|(keys, values)| at == keys || at == values);
        if !is_of_map && meaning(path).is_none() && names.last().is_none_or(|(name, _)| *name != path[0]) {
            names.push((path[0].clone(), at));
        }
    }
    names
}

impl Meaning {
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
fn map(schema: &SchemaDescriptor) -> Option<(usize, usize)> {
    let mut of_map = schema.columns().iter().enumerate().filter(|(_, column)| {
        let path = column.path().parts();
        path.len() == 3 && matches!(RecordKey::from_name(&path[0]), Some((RecordKey::CustomFields, _)))
    });
    let ((keys, key), (values, _)) = (of_map.next()?, of_map.next()?);
    let root = schema.get_column_root(keys);
    let is_map = matches!(root.get_basic_info().converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
        || matches!(root.get_basic_info().logical_type_ref(), Some(LogicalType::Map));
    (is_map && key.max_rep_level() == 1 && of_map.next().is_none()).then_some((keys, values))
}

/// What a column is called, and what it means, where it means something.
fn meaning(path: &[String]) -> Option<(String, Meaning)> {
    let [root, inside @ ..] = path else { return None };
    let meaning = match (RecordKey::from_name(root), inside) {
        // A struct has a column for each of its fields.
        (Some((RecordKey::CustomFields, _)), [key, ..]) => {
            return Some((format!("{CUSTOM}{key}"), Meaning::Custom(key.clone())));
        }
        (Some((RecordKey::CustomFields, _)), []) => Meaning::CustomFields,
        (Some((key, _)), _) => Meaning::Key(key),
        (None, _) if root == IS_MEMBERSHIP => Meaning::IsMembership,
        (None, _) => Meaning::Custom(root.strip_prefix(CUSTOM)?.to_owned()),
    };
    Some((root.clone(), meaning))
}

/// What a column's values stand for, where that can be what the column means.
fn of(meaning: &Meaning, path: &[String], descriptor: &ColumnDescriptor) -> Result<ColumnType, String> {
    let (expected, fits): (&str, fn(ColumnType) -> bool) = match meaning {
        Meaning::Key(RecordKey::Field(Field::Text(_))) => ("a string", |kind| kind == ColumnType::Text),
        Meaning::Key(RecordKey::Field(Field::Flag(_)) | RecordKey::Active) | Meaning::IsMembership => {
            ("a boolean", |kind| kind == ColumnType::Boolean)
        }
        Meaning::Key(key @ (RecordKey::Field(Field::Count(_) | Field::Amount(_)) | RecordKey::ListId)) => {
            (key.value_type().expected(), |kind| {
                matches!(
                    kind,
                    ColumnType::Int
                        | ColumnType::Uint(_)
                        | ColumnType::Float
                        | ColumnType::Decimal(_)
                        | ColumnType::Json
                )
            })
        }
        Meaning::Key(RecordKey::Field(Field::Time(_))) => ("a timestamp, a date or an ISO 8601 string", |kind| {
            matches!(kind, ColumnType::Timestamp(_) | ColumnType::Date | ColumnType::Int96 | ColumnType::Text)
        }),
        Meaning::Key(RecordKey::CustomFields) | Meaning::CustomFields => {
            ("an object", |kind| matches!(kind, ColumnType::Json | ColumnType::Text))
        }
        Meaning::Key(RecordKey::Lists) => ("a row for each membership", |_| false),
        Meaning::Custom(_) => ("a string, a number, a boolean, a date, a timestamp or JSON", |_| true),
    };
    let is_struct = matches!(meaning, Meaning::Custom(_)) && RecordKey::from_name(&path[0]).is_some();
    let found = match kind(descriptor) {
        _ if descriptor.max_rep_level() > 0 => "a list or a map".to_owned(),
        _ if path.len() > if is_struct { 2 } else { 1 } => "a struct".to_owned(),
        Some(kind) if fits(kind) => return Ok(kind),
        Some(kind) => kind.called().to_owned(),
        None => other(descriptor),
    };
    Err(format!("expected {expected}, found a column of type {found}"))
}

/// What a type is called that no record has a value of.
fn other(descriptor: &ColumnDescriptor) -> String {
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
fn kind(descriptor: &ColumnDescriptor) -> Option<ColumnType> {
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

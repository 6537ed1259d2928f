//! What the columns of a file are: by their names what they mean, by their types what can be made of their values.

use std::collections::BTreeSet;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type};

use super::nested::NestedType;
use crate::catalogue::CUSTOM_PREFIX;
use crate::columnar::{Column, ColumnType, ColumnsFound, KnownColumns, Meaning, TimestampUnit, WrongColumn};
use crate::contact::{Conventions, NameMap, NameMeaning, RecordKey};
use crate::value::ValueKind;

/// A column of a file.
pub(super) type FileColumn = Column<ColumnPlace>;

/// Where the values of a column are.
#[derive(Clone, Debug)]
pub(crate) struct ColumnPlace {
    /// Which of the columns of each row group.
    pub(super) at: usize,
    /// Of a list, a struct or a map, what it is made of, from that column on.
    pub(super) nested: Option<NestedType>,
}

/// The columns of a file that are known by their names, or everything that is wrong with them. Of a column without any
/// value, which `has_values` tells, the type says nothing; of those that are `json`, the texts are.
pub(super) fn columns(
    schema: &SchemaDescriptor,
    conventions: &Conventions,
    has_values: impl Fn(usize) -> bool,
    json: &BTreeSet<String>,
) -> Result<KnownColumns<ColumnPlace>, Vec<WrongColumn>> {
    let names = &conventions.names;
    let mut found = ColumnsFound::default();
    let mut next = 0;
    for (at, descriptor) in schema.columns().iter().enumerate() {
        // Part of what was read with the columns before.
        if at < next {
            continue;
        }
        let path = descriptor.path().parts();
        let Some((mut name, mut meaning)) = meaning(path, names) else { continue };
        let root = schema.get_column_root(at);
        let scalar = match scalar(&meaning, path, descriptor, names) {
            Ok(ColumnType::Text) if json.contains(&name) => Ok(ColumnType::Json),
            found => found,
        };
        let mut of_type = meaning.accept(scalar, conventions.epoch).map(|kind| (kind, None));
        if let Some(Group { of_type: group, above, is_all_of_them }) = group(root, path, &meaning, names) {
            next = at
                + schema.columns()[at..]
                    .iter()
                    .take_while(|part| part.path().parts().starts_with(&path[..=above.len()]))
                    .count();
            if is_all_of_them {
                (name, meaning) = (path[0].clone(), Meaning::CustomFields);
            }
            let nested = NestedType::of(group, &above, &schema.columns()[at..next]);
            of_type = nested.map(|nested| (ColumnType::Json, Some(nested)));
        }
        match of_type {
            Ok((kind, nested)) => found.column(Column { place: ColumnPlace { at, nested }, name, meaning, kind }),
            Err(_) if (is_null(descriptor) || !has_values(at)) && !meaning.is_phone_number() => {}
            Err(reason) => found.unfit(ColumnPlace { at, nested: None }, name, &meaning, reason),
        }
    }
    found.known("Parquet")
}

/// The names of the columns that mean nothing, each with the first of its columns in a row group and the kind of its values.
pub(super) fn not_read(schema: &SchemaDescriptor, names: &NameMap) -> Vec<(String, usize, Option<ValueKind>)> {
    let mut found: Vec<(String, usize, Option<ValueKind>)> = Vec::new();
    for (at, descriptor) in schema.columns().iter().enumerate() {
        let path = descriptor.path().parts();
        if meaning(path, names).is_none() && found.last().is_none_or(|(name, ..)| *name != path[0]) {
            let kind = match schema.get_column_root(at) {
                root if is_list(root) || descriptor.max_rep_level() > 0 && path.len() == 1 => Some(ValueKind::Array),
                root if !root.is_primitive() => Some(ValueKind::Object),
                _ => kind(descriptor).map(ColumnType::values),
            };
            found.push((path[0].clone(), at, kind));
        }
    }
    found
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

fn is_list(of_type: &Type) -> bool {
    let info = of_type.get_basic_info();
    info.converted_type() == ConvertedType::LIST || matches!(info.logical_type_ref(), Some(LogicalType::List))
}

fn is_map(of_type: &Type) -> bool {
    let info = of_type.get_basic_info();
    matches!(info.converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
        || matches!(info.logical_type_ref(), Some(LogicalType::Map))
}

/// What a column is called, and what it means, where it means something.
fn meaning(path: &[String], names: &NameMap) -> Option<(String, Meaning)> {
    let [root, inside @ ..] = path else { return None };
    Some(match (Meaning::of(root, names)?, inside) {
        // A struct has a column for each of its fields.
        (Meaning::CustomFields, [key, ..]) => (format!("{CUSTOM_PREFIX}{key}"), Meaning::Custom(key.clone())),
        (meaning, _) => (root.clone(), meaning),
    })
}

/// What a column's values stand for; where a row has not one scalar at most, what that is called instead.
fn scalar(
    meaning: &Meaning,
    path: &[String],
    descriptor: &ColumnDescriptor,
    names: &NameMap,
) -> Result<ColumnType, String> {
    // Of the struct that all custom fields are.
    let is_struct = matches!(meaning, Meaning::Custom(_)) && is_custom_fields(&path[0], names);
    if descriptor.max_rep_level() > 0 {
        return Err("a list or a map".to_owned());
    }
    if path.len() > if is_struct { 2 } else { 1 } {
        return Err("a struct".to_owned());
    }
    kind(descriptor).ok_or_else(|| other(descriptor))
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

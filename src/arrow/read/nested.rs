//! Custom fields that are lists, structs or maps.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_schema::{DataType, Field};

use super::Unreadable;
use super::encoded::EncodedArray;
use super::schema::scalar_type;
use crate::columnar::{self, ColumnType, NestedSource};
use crate::value::Value;

/// How deep types may nest; who looks at them goes as deep.
const DEEPEST: usize = 64;

/// The most elements of lists that some rows may have together whose elements take no bytes: any number of nulls is said by
/// a number alone.
const MOST_NULLS: usize = 16 << 20;

/// What the values of a nested column are.
#[derive(Clone, Debug)]
pub(super) enum NestedType {
    /// Nothing but nulls.
    Null,
    Scalar(ColumnType),
    Struct(Vec<(String, NestedType)>),
    /// Of as many elements each, where that is said.
    List(Box<NestedType>, Option<usize>),
    Map(Box<NestedType>, Box<NestedType>),
}

impl NestedType {
    /// The values of a field; why they are none where a part of it is not read.
    pub(super) fn of(field: &Field) -> Result<Self, String> {
        Self::within(field, DEEPEST)
    }

    fn within(field: &Field, depth: usize) -> Result<Self, String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(format!("a type nested deeper than {DEEPEST} levels"));
        };
        Ok(match field.data_type() {
            DataType::Null => Self::Null,
            DataType::Struct(fields) if fields.is_empty() => return Err("a struct without parts".to_owned()),
            DataType::Struct(fields) => {
                let fields = fields.iter().map(|field| Ok((field.name().clone(), Self::within(field, depth)?)));
                Self::Struct(fields.collect::<Result<_, String>>()?)
            }
            DataType::List(element) | DataType::LargeList(element) => {
                Self::List(Box::new(Self::within(element, depth)?), None)
            }
            DataType::FixedSizeList(element, size) => {
                Self::List(Box::new(Self::within(element, depth)?), Some(usize::try_from(*size).unwrap_or(0)))
            }
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(fields) if fields.len() == 2 => {
                    Self::Map(Box::new(Self::within(&fields[0], depth)?), Box::new(Self::within(&fields[1], depth)?))
                }
                _ => return Err("a map without keys and values".to_owned()),
            },
            _ => Self::Scalar(scalar_type(field).map_err(|called| format!("a part of type {called}"))?),
        })
    }

    /// Whether a value of it takes no bytes.
    fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Struct(fields) => fields.iter().all(|(_, field)| field.is_nothing()),
            Self::List(element, Some(size)) => *size == 0 || element.is_nothing(),
            Self::Scalar(_) | Self::List(_, None) | Self::Map(..) => false,
        }
    }
}

/// A nested column of some batches.
pub(super) struct NestedColumn<'b> {
    arrays: Vec<NestedArray<'b>>,
}

impl<'b> NestedColumn<'b> {
    pub(super) fn new(
        of_type: &'b NestedType,
        arrays: impl Iterator<Item = (&'b ArrayRef, Option<&'b NullBuffer>)>,
    ) -> Result<Self, Unreadable> {
        let arrays = arrays.map(|(array, outside)| NestedArray::new(of_type, array, outside, 0..array.len()));
        Ok(Self { arrays: arrays.collect::<Result<_, _>>()? })
    }
}

impl NestedSource for NestedColumn<'_> {
    type Failure = Unreadable;

    fn read(&mut self, rows: usize, each: &mut dyn FnMut(usize, Result<Value, String>)) -> Result<(), Unreadable> {
        let lengths = self.arrays.iter().map(|array| array.rows);
        let places = lengths.enumerate().flat_map(|(array, rows)| (0..rows).map(move |row| (array, row)));
        for (row, (array, within)) in places.take(rows).enumerate() {
            let mut wrong = None;
            match (self.arrays[array].value(within, &mut wrong)?, wrong) {
                (_, Some(reason)) => each(row, Err(reason)),
                (Some(value), None) => each(row, Ok(value)),
                (None, None) => {}
            }
        }
        Ok(())
    }
}

/// An array of it, with those that it is made of.
struct NestedArray<'b> {
    rows: usize,
    nulls: Option<NullBuffer>,
    parts: Parts<'b>,
}

enum Parts<'b> {
    Nulls,
    Scalars(EncodedArray<'b>, ColumnType),
    Struct(Vec<(&'b str, NestedArray<'b>)>),
    List(Offsets<'b>, Box<NestedArray<'b>>),
    Map(Offsets<'b>, Box<(NestedArray<'b>, NestedArray<'b>)>),
}

/// Which elements are those of a row.
enum Offsets<'b> {
    Small(&'b [i32]),
    Large(&'b [i64]),
    Fixed(usize),
}

impl Offsets<'_> {
    /// The elements of some rows.
    fn of_rows(&self, rows: Range<usize>) -> Result<Range<usize>, Unreadable> {
        let at = |row: usize| match self {
            Self::Small(offsets) => offsets.get(row)?.to_usize(),
            Self::Large(offsets) => offsets.get(row)?.to_usize(),
            Self::Fixed(size) => row.checked_mul(*size),
        };
        let elements = at(rows.start).zip(at(rows.end)).map(|(start, end)| start..end);
        elements.ok_or_else(|| Unreadable::damage("a list ends nowhere"))
    }
}

impl<'b> NestedArray<'b> {
    /// An array of which some rows are read; where what it is part of has no value, it has none either.
    fn new(
        of_type: &'b NestedType,
        array: &'b ArrayRef,
        outside: Option<&NullBuffer>,
        read: Range<usize>,
    ) -> Result<Self, Unreadable> {
        let other = || Unreadable::damage(format_args!("an array is of type {}", array.data_type()));
        let rows = array.len();
        let parts = match of_type {
            NestedType::Null => Parts::Nulls,
            NestedType::Scalar(kind) => Parts::Scalars(EncodedArray::new(array, outside, read)?, *kind),
            NestedType::Struct(fields) => {
                let columns = array.as_struct_opt().ok_or_else(other)?.columns();
                let parts = fields.iter().zip(columns);
                let parts =
                    parts.map(|((name, field), array)| Ok((&**name, Self::new(field, array, None, read.clone())?)));
                Parts::Struct(parts.collect::<Result<_, Unreadable>>()?)
            }
            NestedType::List(element, size) => {
                let (offsets, values) = match array.data_type() {
                    DataType::List(_) => {
                        let list = array.as_list::<i32>();
                        (Offsets::Small(list.value_offsets()), list.values())
                    }
                    DataType::LargeList(_) => {
                        let list = array.as_list::<i64>();
                        (Offsets::Large(list.value_offsets()), list.values())
                    }
                    DataType::FixedSizeList(..) => {
                        let list = array.as_fixed_size_list();
                        (Offsets::Fixed(size.unwrap_or(0)), list.values())
                    }
                    _ => return Err(other()),
                };
                let elements = offsets.of_rows(read)?;
                if element.is_nothing() && elements.len() > MOST_NULLS {
                    return Err(Unreadable::damage("lists of more than 16,777,216 nulls"));
                }
                Parts::List(offsets, Box::new(Self::new(element, values, None, elements)?))
            }
            NestedType::Map(key, value) => {
                let map = array.as_map_opt().ok_or_else(other)?;
                let offsets = Offsets::Small(map.value_offsets());
                let entries = offsets.of_rows(read)?;
                let keys = Self::new(key, map.keys(), None, entries.clone())?;
                Parts::Map(offsets, Box::new((keys, Self::new(value, map.values(), None, entries)?)))
            }
        };
        Ok(Self { rows, nulls: NullBuffer::union(array.nulls(), outside), parts })
    }

    /// The value of a row, or none; the first reason why a part of it is none is kept.
    fn value(&self, row: usize, wrong: &mut Option<String>) -> Result<Option<Value>, Unreadable> {
        if row >= self.rows {
            return Err(Unreadable::damage("a list has elements that there are not"));
        }
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        Ok(Some(match &self.parts {
            Parts::Nulls => return Ok(None),
            Parts::Scalars(scalars, kind) => {
                let read = scalars.raw(row, |raw| columnar::value(*kind, raw))?;
                return Ok(read
                    .transpose()
                    .unwrap_or_else(|reason| {
                        wrong.get_or_insert(reason);
                        None
                    })
                    .flatten());
            }
            Parts::Struct(fields) => {
                let fields = fields.iter().map(|(name, field)| Ok(((*name).to_owned(), field.value(row, wrong)?)));
                Value::Object(fields.collect::<Result<_, Unreadable>>()?)
            }
            Parts::List(offsets, element) => {
                let elements = offsets.of_rows(row..row + 1)?.map(|at| element.value(at, wrong));
                Value::Array(elements.collect::<Result<_, _>>()?)
            }
            Parts::Map(offsets, entries) => {
                let (keys, values) = &**entries;
                let mut members = BTreeMap::new();
                for at in offsets.of_rows(row..row + 1)? {
                    let key = match keys.value(at, wrong)? {
                        Some(Value::Text(key)) => key,
                        other => other.map(|key| key.to_string()).unwrap_or_default(),
                    };
                    members.insert(key, values.value(at, wrong)?);
                }
                Value::Object(members)
            }
        }))
    }
}

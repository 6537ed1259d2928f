//! Custom fields that are lists, structs or maps: put together of the columns that their parts are.
//!
//! Each part tells of every row, by its definition level, how much of the way to a value is there, and by its repetition
//! level, which list a further element is of.

use std::collections::BTreeMap;

use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::{ColumnDescriptor, Type};

use super::columns::{kind, other};
use super::damage::Damage;
use super::input::FileBytes;
use super::pages::{ColumnPages, PageMemory};
use super::whole::{ROWS_OF_TEXTS, Records, WholeColumn};
use crate::columnar::{self, ColumnType, NestedSource};
use crate::value::Value;

/// What the values of a group of columns are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NestedType {
    node: Node,
    /// How many columns it is made of, from its first.
    pub(super) columns: usize,
}

/// A part of it, and the definition level from which it is there.
#[derive(Clone, Debug, PartialEq)]
struct Node {
    defined_from: i16,
    shape: NodeShape,
    /// The first of its columns.
    column: usize,
    columns: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum NodeShape {
    Scalar(ColumnType),
    Struct(Vec<(String, Node)>),
    /// Elements, and the levels at which there is one, and at which it follows another.
    List {
        element: Box<Node>,
        defined_from: i16,
        repeated_from: i16,
    },
    /// As a list, of keys and values.
    Map {
        key: Box<Node>,
        value: Box<Node>,
        defined_from: i16,
        repeated_from: i16,
    },
}

/// How far down a type is built.
#[derive(Clone, Copy)]
struct Levels {
    defined: i16,
    repeated: i16,
}

impl NestedType {
    /// The values of a type whose columns begin with the first of `columns`, below groups that are optional or not; why they
    /// are none where a part of it is not read.
    pub(super) fn of(
        of_type: &Type,
        above: &[&Type],
        columns: &[impl AsRef<ColumnDescriptor>],
    ) -> Result<Self, String> {
        let defined = above.iter().filter(|group| is(group, Repetition::OPTIONAL)).count() as i16;
        let mut builder = Builder { columns, next: 0 };
        let node = builder.node(of_type, Levels { defined, repeated: 0 })?;
        Ok(Self { node, columns: builder.next })
    }
}

/// Gives the parts of a type their columns, in order.
struct Builder<'s, C> {
    columns: &'s [C],
    next: usize,
}

impl<C: AsRef<ColumnDescriptor>> Builder<'_, C> {
    /// A field of a group.
    fn node(&mut self, of_type: &Type, above: Levels) -> Result<Node, String> {
        if is(of_type, Repetition::REPEATED) {
            // A list without the groups that say so, as older writers have it.
            let levels = Levels { defined: above.defined + 1, repeated: above.repeated + 1 };
            let (first, element) = (self.next, Box::new(self.present(of_type, levels)?));
            let shape = NodeShape::List { element, defined_from: levels.defined, repeated_from: levels.repeated };
            return Ok(self.made(above.defined, shape, first));
        }
        let optional = i16::from(is(of_type, Repetition::OPTIONAL));
        self.present(of_type, Levels { defined: above.defined + optional, ..above })
    }

    /// The same, once it is known to be there.
    fn present(&mut self, of_type: &Type, levels: Levels) -> Result<Node, String> {
        let first = self.next;
        if of_type.is_primitive() {
            let column = self.columns.get(first).ok_or("a group with too few columns")?.as_ref();
            self.next += 1;
            let scalar = kind(column).ok_or_else(|| format!("a part of type {}", other(column)))?;
            return Ok(self.made(levels.defined, NodeShape::Scalar(scalar), first));
        }
        let info = of_type.get_basic_info();
        let is_list =
            matches!(info.logical_type_ref(), Some(LogicalType::List)) || info.converted_type() == ConvertedType::LIST;
        let is_map = matches!(info.logical_type_ref(), Some(LogicalType::Map))
            || matches!(info.converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE);
        let shape = match of_type.get_fields() {
            [repeated] if (is_list || is_map) && is(repeated, Repetition::REPEATED) => {
                let inside = Levels { defined: levels.defined + 1, repeated: levels.repeated + 1 };
                let (defined_from, repeated_from) = (inside.defined, inside.repeated);
                match if repeated.is_primitive() { &[] } else { repeated.get_fields() } {
                    [key, value] if is_map => {
                        let key = Box::new(self.node(key, inside)?);
                        NodeShape::Map { key, value: Box::new(self.node(value, inside)?), defined_from, repeated_from }
                    }
                    // By the format's rules for lists of older writers, a group of one field is the element itself only
                    // where it is named so.
                    [element] if repeated.name() != "array" && !repeated.name().ends_with("_tuple") => {
                        NodeShape::List { element: Box::new(self.node(element, inside)?), defined_from, repeated_from }
                    }
                    _ => NodeShape::List {
                        element: Box::new(self.present(repeated, inside)?),
                        defined_from,
                        repeated_from,
                    },
                }
            }
            fields => {
                let parts = fields.iter().map(|field| Ok((field.name().to_owned(), self.node(field, levels)?)));
                NodeShape::Struct(parts.collect::<Result<_, String>>()?)
            }
        };
        if self.next == first {
            return Err("a struct without parts".to_owned());
        }
        Ok(self.made(levels.defined, shape, first))
    }

    fn made(&self, defined_from: i16, shape: NodeShape, column: usize) -> Node {
        Node { defined_from, shape, column, columns: self.next - column }
    }
}

fn is(of_type: &Type, repetition: Repetition) -> bool {
    let info = of_type.get_basic_info();
    info.has_repetition() && info.repetition() == repetition
}

/// The values of nested columns of a row group, read from the front.
pub(super) struct NestedChunk {
    of_type: NestedType,
    columns: Vec<WholeColumn>,
}

impl NestedChunk {
    pub(super) fn open<'c>(
        of_type: NestedType,
        input: &FileBytes,
        columns: impl Iterator<Item = Result<&'c ColumnChunkMetaData, Damage>>,
        memory: &PageMemory,
    ) -> Result<Self, Damage> {
        let open = |column: Result<&ColumnChunkMetaData, Damage>| {
            let column = column?;
            Ok(WholeColumn::new(column.column_descr_ptr(), ColumnPages::open(input, column, memory)?))
        };
        Ok(Self { of_type, columns: columns.map(open).collect::<Result<_, Damage>>()? })
    }
}

impl NestedSource for NestedChunk {
    type Failure = Damage;

    fn read(&mut self, rows: usize, each: &mut dyn FnMut(usize, Result<Value, String>)) -> Result<(), Damage> {
        let mut first = 0;
        while first < rows {
            // As many as every column has, whatever its type.
            let most = (rows - first).min(ROWS_OF_TEXTS);
            let mut parts = Vec::with_capacity(self.columns.len());
            for column in &mut self.columns {
                let max_definition_level = column.max_definition_level;
                parts.push(PartCursor { records: column.records(most)?, max_definition_level, at: 0 });
            }
            if parts.iter().any(|part| part.records.rows != most) {
                return Err(Damage::new("the parts of a list or a struct have not the same rows"));
            }
            for row in first..first + most {
                let mut wrong = None;
                if let Some(value) = self.of_type.node.value(&mut parts, &mut wrong)? {
                    each(row, wrong.map_or(Ok(value), Err));
                } else if let Some(reason) = wrong {
                    each(row, Err(reason));
                }
            }
            first += most;
        }
        Ok(())
    }
}

/// Where a column is.
struct PartCursor {
    records: Records,
    max_definition_level: i16,
    at: usize,
}

impl PartCursor {
    /// How much of the way to the next value is there; nothing behind the last.
    fn defined(&self) -> Result<i16, Damage> {
        if self.max_definition_level == 0 {
            return Ok(0);
        }
        self.records.levels.get(self.at).copied().ok_or_else(Damage::cut_short)
    }

    /// Whether the next value is an element of the list of the one before.
    fn repeats(&self, from: i16) -> bool {
        self.records.repeated.get(self.at).is_some_and(|level| *level >= from)
    }
}

impl Node {
    /// The next value, or none; the first reason why a part of it is none is kept.
    fn value(&self, parts: &mut [PartCursor], wrong: &mut Option<String>) -> Result<Option<Value>, Damage> {
        if self.defined(parts)? < self.defined_from {
            return Ok(self.skip(parts));
        }
        Ok(Some(match &self.shape {
            NodeShape::Scalar(kind) => {
                let part = self.part(parts)?;
                part.at += 1;
                let raw = part.records.values.next().ok_or_else(Damage::cut_short)?;
                match columnar::value(*kind, raw) {
                    Ok(value) => return Ok(value),
                    Err(reason) => {
                        wrong.get_or_insert(reason);
                        return Ok(None);
                    }
                }
            }
            NodeShape::Struct(fields) => {
                let mut members = BTreeMap::new();
                for (name, field) in fields {
                    members.insert(name.clone(), field.value(parts, wrong)?);
                }
                Value::Object(members)
            }
            NodeShape::List { element, defined_from, repeated_from } => {
                let mut elements = Vec::new();
                self.each_element(parts, (*defined_from, *repeated_from), &mut |parts| {
                    elements.push(element.value(parts, wrong)?);
                    Ok(())
                })?;
                Value::Array(elements)
            }
            NodeShape::Map { key, value, defined_from, repeated_from } => {
                let mut members = BTreeMap::new();
                self.each_element(parts, (*defined_from, *repeated_from), &mut |parts| {
                    let key = match key.value(parts, wrong)? {
                        Some(Value::Text(key)) => key,
                        other => other.map(|key| key.to_string()).unwrap_or_default(),
                    };
                    members.insert(key, value.value(parts, wrong)?);
                    Ok(())
                })?;
                Value::Object(members)
            }
        }))
    }

    /// Goes through the elements of the list that begins here.
    fn each_element(
        &self,
        parts: &mut [PartCursor],
        (defined_from, repeated_from): (i16, i16),
        element: &mut dyn FnMut(&mut [PartCursor]) -> Result<(), Damage>,
    ) -> Result<(), Damage> {
        if self.defined(parts)? < defined_from {
            self.skip(parts);
            return Ok(());
        }
        loop {
            element(parts)?;
            if !self.part(parts)?.repeats(repeated_from) {
                return Ok(());
            }
        }
    }

    fn defined(&self, parts: &mut [PartCursor]) -> Result<i16, Damage> {
        self.part(parts)?.defined()
    }

    /// The first of its columns, which tells whether it is there.
    fn part<'p>(&self, parts: &'p mut [PartCursor]) -> Result<&'p mut PartCursor, Damage> {
        parts.get_mut(self.column).ok_or_else(Damage::cut_short)
    }

    /// Goes on behind what is not there.
    fn skip(&self, parts: &mut [PartCursor]) -> Option<Value> {
        parts.iter_mut().skip(self.column).take(self.columns).for_each(|part| part.at += 1);
        None
    }
}

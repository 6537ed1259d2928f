//! A column of scalars as its arrays encode it: plain, by a dictionary, or by runs.

use std::collections::HashMap;
use std::iter::repeat_n;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type, RunEndIndexType};
use arrow_array::{Array, ArrayRef, RunArray};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_schema::DataType;

use super::Unreadable;
use super::scalars::Scalars;
use crate::columnar::{NotInDictionary, Raw, RowVisitor, ScalarSource, ValueDictionary};

/// How many bytes more the texts of an array may say that they have than there are: views of one text may be very many.
const MOST_BYTES_AGAIN: u64 = 256 << 20;

/// How many times as many values as rows a dictionary may have of which every place is kept in mind.
const MOST_PLACES_A_ROW: usize = 8;

/// A column of some batches.
pub(super) struct ScalarColumn<'b> {
    arrays: Vec<EncodedArray<'b>>,
}

/// An array of it.
pub(super) struct EncodedArray<'b> {
    rows: usize,
    /// The rows without a value; those to which a dictionary gives none stand beside them.
    nulls: Option<NullBuffer>,
    encoding: Encoding<'b>,
}

enum Encoding<'b> {
    /// Nothing but nulls.
    Nulls,
    Plain(Scalars<'b>),
    /// Keys, and what they are places of.
    Dictionary {
        keys: Scalars<'b>,
        values: DictionaryArray<'b>,
    },
    /// At which row each value ends, one behind the other.
    Runs {
        ends: Vec<usize>,
        values: DictionaryArray<'b>,
    },
}

/// The values of an array that rows refer to.
struct DictionaryArray<'b> {
    array: &'b ArrayRef,
    values: Scalars<'b>,
    /// Which of them rows may refer to.
    places: Range<usize>,
}

impl<'b> ScalarColumn<'b> {
    pub(super) fn new(arrays: Vec<EncodedArray<'b>>) -> Self {
        Self { arrays }
    }
}

impl ScalarSource for ScalarColumn<'_> {
    type Failure = Unreadable;

    fn read(&mut self, rows: usize, into: &mut impl RowVisitor) -> Result<(), Unreadable> {
        if self.arrays.iter().map(|array| array.rows).sum::<usize>() != rows {
            return Err(Unreadable::damage("a column has not as many rows as the others"));
        }
        let mut before: Option<&ArrayRef> = None;
        for array in &self.arrays {
            let dictionary = array.dictionary();
            // Streams mostly hand on one dictionary with every batch.
            if let (Some(before), Some(dictionary)) = (before, dictionary)
                && !before.to_data().ptr_eq(&dictionary.to_data())
            {
                into.new_dictionary();
            }
            before = dictionary.or(before);
            array.read(into)?;
        }
        Ok(())
    }
}

impl<'b> EncodedArray<'b> {
    /// An array of which some rows are read; where what it is part of has no value, it has none either.
    pub(super) fn new(
        array: &'b ArrayRef,
        outside: Option<&NullBuffer>,
        read: Range<usize>,
    ) -> Result<Self, Unreadable> {
        let encoding = match array.data_type() {
            DataType::Null => Encoding::Nulls,
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary_opt().ok_or_else(|| of_another_type(array))?;
                let keys = Scalars::of(dictionary.keys()).ok_or_else(|| of_another_type(array))?;
                let places = 0..dictionary.values().len();
                Encoding::Dictionary { keys, values: DictionaryArray::new(dictionary.values(), places)? }
            }
            DataType::RunEndEncoded(ends, _) => {
                let runs = match ends.data_type() {
                    DataType::Int16 => runs::<Int16Type>(array),
                    DataType::Int32 => runs::<Int32Type>(array),
                    _ => runs::<Int64Type>(array),
                };
                let (ends, values, first) = runs.ok_or_else(|| of_another_type(array))?;
                let places = first..first + ends.len();
                Encoding::Runs { ends, values: DictionaryArray::new(values, places)? }
            }
            _ => Encoding::Plain(scalars(array, read)?),
        };
        Ok(Self { rows: array.len(), nulls: NullBuffer::union(array.nulls(), outside), encoding })
    }

    /// Looks at the value of a row, if it has one.
    pub(super) fn raw<R>(&self, row: usize, look: impl FnOnce(Raw<'_>) -> R) -> Result<Option<R>, Unreadable> {
        if self.is_null(row) {
            return Ok(None);
        }
        match &self.encoding {
            Encoding::Nulls => Ok(None),
            Encoding::Plain(values) => values.raw(row, look).map(Some).ok_or_else(out_of_place),
            Encoding::Dictionary { keys, values } => values.raw(values.place(keys.place(row))?, look),
            Encoding::Runs { ends, values } => {
                let run = ends.partition_point(|end| *end <= row);
                values.raw(values.place(Some(values.places.start + run))?, look)
            }
        }
    }

    fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// What rows refer to, if they do.
    fn dictionary(&self) -> Option<&'b ArrayRef> {
        match &self.encoding {
            Encoding::Dictionary { values, .. } | Encoding::Runs { values, .. } => Some(values.array),
            Encoding::Nulls | Encoding::Plain(_) => None,
        }
    }

    fn read(&self, into: &mut impl RowVisitor) -> Result<(), Unreadable> {
        match &self.encoding {
            Encoding::Nulls => (0..self.rows).for_each(|_| into.none()),
            Encoding::Plain(values) => {
                for row in 0..self.rows {
                    if self.is_null(row) {
                        into.none();
                    } else {
                        values.raw(row, |raw| into.value(raw)).ok_or_else(out_of_place)?;
                    }
                }
            }
            Encoding::Dictionary { keys, values } => {
                let place = |row| if self.is_null(row) { Ok(None) } else { values.place(keys.place(row)) };
                values.read((0..self.rows).map(place), self.rows, into)?;
            }
            Encoding::Runs { ends, values } => {
                let starts = std::iter::once(&0).chain(ends);
                let lengths = starts.zip(ends).map(|(start, end)| end.saturating_sub(*start));
                let rows = values.places.clone().zip(lengths).flat_map(|(place, length)| repeat_n(place, length));
                let place = |(row, place)| if self.is_null(row) { Ok(None) } else { values.place(Some(place)) };
                values.read(rows.enumerate().map(place), self.rows, into)?;
            }
        }
        Ok(())
    }
}

impl<'b> DictionaryArray<'b> {
    fn new(array: &'b ArrayRef, places: Range<usize>) -> Result<Self, Unreadable> {
        if u32::try_from(places.end).is_err() || places.end > array.len() {
            return Err(NotInDictionary.into());
        }
        Ok(Self { array, values: scalars(array, places.clone())?, places })
    }

    /// The place of a value, if it is none that is null.
    fn place(&self, place: Option<usize>) -> Result<Option<usize>, NotInDictionary> {
        let place = place.filter(|place| self.places.contains(place)).ok_or(NotInDictionary)?;
        Ok(Some(place).filter(|place| !self.array.is_null(*place)))
    }

    fn raw<R>(&self, place: Option<usize>, look: impl FnOnce(Raw<'_>) -> R) -> Result<Option<R>, Unreadable> {
        let Some(place) = place else { return Ok(None) };
        self.values.raw(place, look).map(Some).ok_or_else(out_of_place)
    }

    /// Hands on rows by the places of their values.
    fn read(
        &self,
        places: impl Iterator<Item = Result<Option<usize>, NotInDictionary>>,
        rows: usize,
        into: &mut impl RowVisitor,
    ) -> Result<(), NotInDictionary> {
        if self.places.end <= rows.saturating_mul(MOST_PLACES_A_ROW) {
            return places.into_iter().try_for_each(|place| match place? {
                // OK because a dictionary has no more places than 32 bits count.
                Some(place) => into.place(place as u32, self),
                None => {
                    into.none();
                    Ok(())
                }
            });
        }
        // Few rows of a large dictionary: only the places that come up are kept in mind, numbered as they do.
        into.new_dictionary();
        let mut numbers: HashMap<usize, u32> = HashMap::new();
        let mut known = KnownPlaces { dictionary: self, places: Vec::new() };
        for place in places {
            let Some(place) = place? else {
                into.none();
                continue;
            };
            let number = *numbers.entry(place).or_insert_with(|| {
                known.places.push(place);
                // OK because there are fewer of them than of rows.
                known.places.len() as u32 - 1
            });
            into.place(number, &known)?;
        }
        into.new_dictionary();
        Ok(())
    }
}

impl ValueDictionary for DictionaryArray<'_> {
    fn len(&self) -> usize {
        self.places.end
    }

    fn look<R>(&self, place: u32, look: impl FnOnce(Raw<'_>) -> R) -> Option<R> {
        self.values.raw(place as usize, look)
    }
}

/// The places of a dictionary that came up.
struct KnownPlaces<'d, 'b> {
    dictionary: &'d DictionaryArray<'b>,
    places: Vec<usize>,
}

impl ValueDictionary for KnownPlaces<'_, '_> {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn look<R>(&self, place: u32, look: impl FnOnce(Raw<'_>) -> R) -> Option<R> {
        self.dictionary.values.raw(*self.places.get(place as usize)?, look)
    }
}

/// Where the runs of an array end, counted from its first row, with their values and the first one's place among them.
fn runs<R: RunEndIndexType>(array: &ArrayRef) -> Option<(Vec<usize>, &ArrayRef, usize)> {
    let runs = array.as_any().downcast_ref::<RunArray<R>>()?;
    let (offset, rows) = (runs.run_ends().offset(), array.len());
    let ends = runs.run_ends().values().iter().map(|end| end.as_usize().saturating_sub(offset).min(rows));
    let first = ends.clone().take_while(|end| *end == 0).count();
    let mut done = false;
    let ends = ends.skip(first).take_while(|end| !std::mem::replace(&mut done, *end == rows));
    Some((ends.collect(), runs.values(), first))
}

/// The scalars of an array of which some rows are read.
fn scalars(array: &ArrayRef, read: Range<usize>) -> Result<Scalars<'_>, Unreadable> {
    let scalars = Scalars::of(array).ok_or_else(|| of_another_type(array))?;
    match scalars.bytes_said(read) {
        Some((said, there)) if said.saturating_sub(there) > MOST_BYTES_AGAIN => {
            Err(Unreadable::damage("its views are of 256 MiB more than there are"))
        }
        _ => Ok(scalars),
    }
}

#[cold]
fn of_another_type(array: &ArrayRef) -> Unreadable {
    Unreadable::damage(format_args!("an array is of type {}", array.data_type()))
}

#[cold]
fn out_of_place() -> Unreadable {
    Unreadable::damage("a value is in no place that its array has")
}

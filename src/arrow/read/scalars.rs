//! Scalars as arrays store them.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, ByteViewType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type,
    Decimal256Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, BooleanArray, GenericByteViewArray, OffsetSizeTrait};
use arrow_buffer::{Buffer, i256};
use arrow_schema::{DataType, TimeUnit};

use crate::columnar::Raw;

/// The values of an array, where they are scalars that are read.
#[derive(Clone, Copy)]
pub(super) enum Scalars<'b> {
    Boolean(&'b BooleanArray),
    Int8(&'b [i8]),
    Int16(&'b [i16]),
    Int32(&'b [i32]),
    Int64(&'b [i64]),
    Uint8(&'b [u8]),
    Uint16(&'b [u16]),
    Uint32(&'b [u32]),
    Uint64(&'b [u64]),
    Float16(&'b [<Float16Type as ArrowPrimitiveType>::Native]),
    Float32(&'b [f32]),
    Float64(&'b [f64]),
    Decimal128(&'b [i128]),
    Decimal256(&'b [i256]),
    /// Milliseconds, of which a date is the day.
    Date64(&'b [i64]),
    Bytes32(&'b [i32], &'b [u8]),
    Bytes64(&'b [i64], &'b [u8]),
    Views(&'b [u128], &'b [Buffer]),
}

impl<'b> Scalars<'b> {
    /// The values of an array; none where it has others.
    pub(super) fn of(array: &'b dyn Array) -> Option<Self> {
        fn primitives<T: ArrowPrimitiveType>(array: &dyn Array) -> &[T::Native] {
            array.as_primitive::<T>().values()
        }
        fn views<T: ByteViewType>(array: &GenericByteViewArray<T>) -> Scalars<'_> {
            Scalars::Views(array.views(), array.data_buffers())
        }
        Some(match array.data_type() {
            DataType::Boolean => Self::Boolean(array.as_boolean()),
            DataType::Int8 => Self::Int8(primitives::<Int8Type>(array)),
            DataType::Int16 => Self::Int16(primitives::<Int16Type>(array)),
            DataType::Int32 => Self::Int32(primitives::<Int32Type>(array)),
            DataType::Int64 => Self::Int64(primitives::<Int64Type>(array)),
            DataType::UInt8 => Self::Uint8(primitives::<UInt8Type>(array)),
            DataType::UInt16 => Self::Uint16(primitives::<UInt16Type>(array)),
            DataType::UInt32 => Self::Uint32(primitives::<UInt32Type>(array)),
            DataType::UInt64 => Self::Uint64(primitives::<UInt64Type>(array)),
            DataType::Float16 => Self::Float16(primitives::<Float16Type>(array)),
            DataType::Float32 => Self::Float32(primitives::<Float32Type>(array)),
            DataType::Float64 => Self::Float64(primitives::<Float64Type>(array)),
            DataType::Decimal32(..) => Self::Int32(primitives::<Decimal32Type>(array)),
            DataType::Decimal64(..) => Self::Int64(primitives::<Decimal64Type>(array)),
            DataType::Decimal128(..) => Self::Decimal128(primitives::<Decimal128Type>(array)),
            DataType::Decimal256(..) => Self::Decimal256(primitives::<Decimal256Type>(array)),
            DataType::Date32 => Self::Int32(primitives::<Date32Type>(array)),
            DataType::Date64 => Self::Date64(primitives::<Date64Type>(array)),
            DataType::Timestamp(TimeUnit::Second, _) => Self::Int64(primitives::<TimestampSecondType>(array)),
            DataType::Timestamp(TimeUnit::Millisecond, _) => Self::Int64(primitives::<TimestampMillisecondType>(array)),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Self::Int64(primitives::<TimestampMicrosecondType>(array)),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => Self::Int64(primitives::<TimestampNanosecondType>(array)),
            DataType::Utf8 => {
                let texts = array.as_string::<i32>();
                Self::Bytes32(texts.value_offsets(), texts.value_data())
            }
            DataType::LargeUtf8 => {
                let texts = array.as_string::<i64>();
                Self::Bytes64(texts.value_offsets(), texts.value_data())
            }
            DataType::Binary => {
                let texts = array.as_binary::<i32>();
                Self::Bytes32(texts.value_offsets(), texts.value_data())
            }
            DataType::LargeBinary => {
                let texts = array.as_binary::<i64>();
                Self::Bytes64(texts.value_offsets(), texts.value_data())
            }
            DataType::Utf8View => views(array.as_string_view()),
            DataType::BinaryView => views(array.as_binary_view()),
            _ => return None,
        })
    }

    /// Looks at the value of a row, in place; none where there is no such row, or where it says that it is in no place that
    /// the array has: who hands on an array need not have looked at it.
    #[inline]
    pub(super) fn raw<R>(self, row: usize, look: impl FnOnce(Raw<'_>) -> R) -> Option<R> {
        let raw = match self {
            Self::Boolean(flags) => Raw::Bool((row < flags.len()).then(|| flags.value(row))?),
            Self::Int8(values) => Raw::Int(i64::from(*values.get(row)?)),
            Self::Int16(values) => Raw::Int(i64::from(*values.get(row)?)),
            Self::Int32(values) => Raw::Int(i64::from(*values.get(row)?)),
            Self::Int64(values) => Raw::Int(*values.get(row)?),
            Self::Uint8(values) => Raw::Int(i64::from(*values.get(row)?)),
            Self::Uint16(values) => Raw::Int(i64::from(*values.get(row)?)),
            Self::Uint32(values) => Raw::Int(i64::from(*values.get(row)?)),
            // The bits: the column's type says that they have no sign.
            Self::Uint64(values) => Raw::Int(*values.get(row)? as i64),
            Self::Float16(values) => Raw::from_f32(values.get(row)?.to_f32()),
            Self::Float32(values) => Raw::from_f32(*values.get(row)?),
            Self::Float64(values) => Raw::Float(*values.get(row)?),
            Self::Decimal128(values) => return Some(look(Raw::Bytes(&values.get(row)?.to_be_bytes()))),
            Self::Decimal256(values) => {
                let value = *values.get(row)?;
                // One that 16 bytes do not hold is told as what is too large, by its 32.
                return Some(match value.to_i128() {
                    Some(value) => look(Raw::Bytes(&value.to_be_bytes())),
                    None => look(Raw::Bytes(&value.to_be_bytes())),
                });
            }
            Self::Date64(values) => Raw::Int(values.get(row)?.div_euclid(86_400_000)),
            Self::Bytes32(offsets, bytes) => Raw::Bytes(slice(offsets, bytes, row)?),
            Self::Bytes64(offsets, bytes) => Raw::Bytes(slice(offsets, bytes, row)?),
            Self::Views(views, buffers) => {
                let view = *views.get(row)?;
                let length = (view as u32) as usize;
                let inline = view.to_le_bytes();
                return match inline.get(4..4 + length) {
                    Some(bytes) => Some(look(Raw::Bytes(bytes))),
                    // Behind the length and the first bytes: which buffer, and from where on.
                    None => {
                        let buffer = buffers.get((view >> 64) as u32 as usize)?;
                        let start = (view >> 96) as usize;
                        Some(look(Raw::Bytes(buffer.get(start..start.checked_add(length)?)?)))
                    }
                };
            }
        };
        Some(look(raw))
    }

    /// The value of a row as a place, where it is a whole number from 0.
    #[inline]
    pub(super) fn place(self, row: usize) -> Option<usize> {
        self.raw(row, |raw| match raw {
            Raw::Int(place) => usize::try_from(place).ok(),
            _ => None,
        })?
    }

    /// How many bytes the texts of some rows say that they have, and how many all have; nothing where each has bytes of its
    /// own.
    pub(super) fn bytes_said(self, rows: Range<usize>) -> Option<(u64, u64)> {
        let Self::Views(views, buffers) = self else { return None };
        let said = views.get(rows)?.iter().map(|view| u64::from(*view as u32)).sum();
        Some((said, buffers.iter().map(|buffer| buffer.len() as u64).sum()))
    }
}

fn slice<'b, O: OffsetSizeTrait>(offsets: &[O], bytes: &'b [u8], row: usize) -> Option<&'b [u8]> {
    bytes.get(offsets.get(row)?.to_usize()?..offsets.get(row + 1)?.to_usize()?)
}

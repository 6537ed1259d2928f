//! Values one behind the other: a table's own, or those of an image that is mapped.

use std::ops::Deref;

#[cfg(feature = "image")]
use super::image::MappedSlice;

/// What can stand in a [`Slab`]: any bytes of its size are a value of it.
#[cfg(feature = "image")]
pub(crate) trait SlabElement: Copy + zerocopy::FromBytes + zerocopy::IntoBytes + zerocopy::Immutable {}

#[cfg(feature = "image")]
impl<T: Copy + zerocopy::FromBytes + zerocopy::IntoBytes + zerocopy::Immutable> SlabElement for T {}

/// What can stand in a [`Slab`].
#[cfg(not(feature = "image"))]
pub(crate) trait SlabElement: Copy {}

#[cfg(not(feature = "image"))]
impl<T: Copy> SlabElement for T {}

/// Values one behind the other, which never change.
///
/// To ask for them costs a branch, and of those that are mapped some nanoseconds: who goes through many asks once.
#[derive(Clone, Debug)]
pub(crate) struct Slab<T>(Storage<T>);

#[derive(Clone, Debug)]
enum Storage<T> {
    Owned(Vec<T>),
    #[cfg(feature = "image")]
    Mapped(MappedSlice<T>),
}

impl<T: SlabElement> Slab<T> {
    /// How many bytes they take on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        match &self.0 {
            Storage::Owned(values) => values.capacity() * size_of::<T>(),
            #[cfg(feature = "image")]
            Storage::Mapped(_) => 0,
        }
    }

    /// How many bytes of an image they are.
    pub(crate) fn mapped_bytes(&self) -> usize {
        match &self.0 {
            Storage::Owned(_) => 0,
            #[cfg(feature = "image")]
            Storage::Mapped(values) => size_of_val(values.as_slice()),
        }
    }
}

impl<T: SlabElement> Deref for Slab<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            Storage::Owned(values) => values,
            #[cfg(feature = "image")]
            Storage::Mapped(values) => values.as_slice(),
        }
    }
}

impl<T> From<Vec<T>> for Slab<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Storage::Owned(values))
    }
}

#[cfg(feature = "image")]
impl<T> From<MappedSlice<T>> for Slab<T> {
    fn from(values: MappedSlice<T>) -> Self {
        Self(Storage::Mapped(values))
    }
}

impl<T> FromIterator<T> for Slab<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Vec::from_iter(values).into()
    }
}

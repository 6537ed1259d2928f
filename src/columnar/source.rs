//! Values as they are stored, handed on row by row.

use super::fill::FillFailure;
use crate::value::Value;

/// A value as it is stored, whatever it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Raw<'b> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Bytes(&'b [u8]),
}

impl Raw<'_> {
    /// A float of 32 bits, as the number that it prints as: 0.1 is 0.1, as in every other form of the same records, and not the
    /// 0.10000000149011612 that its bits stand for.
    pub(crate) fn from_f32(value: f32) -> Self {
        let exact = f64::from(value);
        // Whole numbers print as they are.
        Self::Float(if exact.fract() == 0.0 { exact } else { value.to_string().parse().unwrap_or(exact) })
    }
}

/// Values that rows refer to by their places.
pub(crate) trait ValueDictionary {
    fn len(&self) -> usize;

    /// Looks at the value at a place; none where there is no such place.
    fn look<R>(&self, place: u32, look: impl FnOnce(Raw<'_>) -> R) -> Option<R>;
}

/// A row refers to a value that its dictionary does not have.
pub(crate) struct NotInDictionary;

/// Takes in a column row by row.
pub(crate) trait RowVisitor {
    /// A row without a value.
    fn none(&mut self);
    fn value(&mut self, value: Raw<'_>);
    /// A value by its place in a dictionary.
    fn place(&mut self, place: u32, dictionary: &impl ValueDictionary) -> Result<(), NotInDictionary>;
    /// From here on, places are those of another dictionary.
    fn new_dictionary(&mut self);
}

/// A column with a scalar a row, or none, read from the front.
pub(crate) trait ScalarSource {
    /// Why not even the rest of it can be read.
    type Failure: From<FillFailure>;

    /// Reads `rows` rows; fewer are a failure.
    fn read(&mut self, rows: usize, into: &mut impl RowVisitor) -> Result<(), Self::Failure>;
}

/// A column with lists, structs or maps, read from the front.
pub(crate) trait NestedSource {
    type Failure;

    /// Visits the values of `rows` rows; a row without one is not visited, and one that is none is told with the reason.
    fn read(&mut self, rows: usize, each: &mut dyn FnMut(usize, Result<Value, String>)) -> Result<(), Self::Failure>;
}

/// Where the values of a column come from.
pub(crate) enum ColumnSource<'s, S: ScalarSource> {
    Scalars(S),
    Nested(Box<dyn NestedSource<Failure = S::Failure> + Send + 's>),
}

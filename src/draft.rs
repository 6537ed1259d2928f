//! What a reader found before anyone knows whether it makes sense: names and values, each with its place.
//!
//! Every reader makes a draft and `check` judges it, so all forms say the same thing with the same code. The text reader
//! fills in spans. The JSON reader has none to fill in: a place in JSON is the path that `check` walked. The reader of
//! somebody else's JSON says of each group and condition where it stands.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::catalogue::Key;
use crate::error::{Kind, Shape};
use crate::number::Number;

/// A thing where one was expected, or why there is none.
pub(crate) enum Found<T> {
    Is(T),
    Other(Shape),
    /// It is there, but nested deeper than the limit, and was not read.
    TooDeep(Range<usize>),
    /// It is there, but past the limit on how many there may be; nothing after it was read.
    TooMany,
}

pub(crate) struct Group<'s> {
    pub(crate) span: Range<usize>,
    /// In a box, since a reader has groups on its stack, one in another.
    pub(crate) junction: Option<Box<Entry<'s>>>,
    pub(crate) conditions: Found<Vec<Found<Condition<'s>>>>,
    pub(crate) groups: Found<Vec<Found<Group<'s>>>>,
    pub(crate) strays: Vec<Stray<'s>>,
    /// Stands behind a `not`.
    pub(crate) negated: bool,
    /// Where it stands, in a form in which its place in the draft does not tell.
    pub(crate) spot: Option<Rc<Spot>>,
    /// What its reader found wrong with it.
    pub(crate) faults: Vec<Fault>,
}

/// Where a group or a condition stands in its document.
pub(crate) struct Spot {
    /// Its JSON pointer.
    pub(crate) pointer: String,
    /// The id that its front end gave it.
    pub(crate) rule: Option<String>,
}

/// What a reader can tell is wrong, and `check` cannot.
pub(crate) struct Fault {
    /// Where, if it is not what has the fault itself.
    pub(crate) spot: Option<Rc<Spot>>,
    /// The key whose value is wrong, if it is not all of it.
    pub(crate) key: Option<&'static str>,
    pub(crate) kind: Kind,
}

impl Default for Group<'_> {
    fn default() -> Self {
        Self {
            span: 0..0,
            junction: None,
            conditions: Found::Is(Vec::new()),
            groups: Found::Is(Vec::new()),
            strays: Vec::new(),
            negated: false,
            spot: None,
            faults: Vec::new(),
        }
    }
}

#[derive(Default)]
pub(crate) struct Condition<'s> {
    pub(crate) span: Range<usize>,
    pub(crate) entries: [Option<Entry<'s>>; 7],
    pub(crate) strays: Vec<Stray<'s>>,
    /// Stands behind a `not`.
    pub(crate) negated: bool,
    /// The operator that is the `not` it stands behind.
    pub(crate) negated_by: Option<&'static str>,
    /// Where it stands, in a form in which its place in the draft does not tell.
    pub(crate) spot: Option<Rc<Spot>>,
    /// What its reader found wrong with it: it is no condition.
    pub(crate) faults: Vec<Fault>,
    /// The condition type is that of the field: the text form does not write it.
    pub(crate) type_implied: bool,
}

impl<'s> Condition<'s> {
    pub(crate) fn set(&mut self, key: Key, entry: Entry<'s>) {
        self.entries[key as usize] = Some(entry);
    }

    /// The key as it was spelled, if it was given.
    pub(crate) fn spelled(&self, key: Key) -> Option<&'static str> {
        self.entries[key as usize].as_ref().map(|entry| entry.key)
    }

    /// Takes an entry out; a null is no entry.
    pub(crate) fn take(&mut self, key: Key) -> Option<Entry<'s>> {
        self.entries[key as usize].take().filter(|entry| !matches!(entry.value, Value::Null))
    }
}

/// A key with its value.
#[derive(Clone)]
pub(crate) struct Entry<'s> {
    /// The key as it was spelled.
    pub(crate) key: &'static str,
    pub(crate) value: Value<'s>,
    pub(crate) span: Range<usize>,
}

/// A key that means nothing where it stands.
pub(crate) struct Stray<'s> {
    pub(crate) key: Cow<'s, str>,
    /// The key it repeats, as that was spelled; else it is unknown.
    pub(crate) repeats: Option<&'static str>,
}

#[derive(Clone)]
pub(crate) enum Value<'s> {
    Null,
    Bool(bool),
    /// `None` is a number that cannot be held exactly.
    Number(Option<Number>),
    Text(Cow<'s, str>),
    Array(Vec<Value<'s>>),
    Object,
    /// A value of an array past the limit on how many there may be; nothing after it was read.
    TooMany,
}

impl Value<'_> {
    pub(crate) fn shape(&self) -> Shape {
        match self {
            Self::Null | Self::TooMany => Shape::Null,
            Self::Bool(_) => Shape::Boolean,
            Self::Number(_) => Shape::Number,
            Self::Text(_) => Shape::String,
            Self::Array(_) => Shape::Array,
            Self::Object => Shape::Object,
        }
    }
}

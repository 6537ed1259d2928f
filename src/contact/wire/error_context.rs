//! Where an error is in a record, and how that is told.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::Error;

use super::draft::Incomplete;
use super::{Conventions, ObservedKeys};
use crate::check::escaped;

/// What is wrong with a record in JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordFault {
    /// The known key at whose value it is, as the record spells it.
    pub(crate) key: Option<String>,
    /// The JSON pointer to the value, where it is inside the record.
    pub(crate) pointer: Option<String>,
    /// What is wrong, without the key.
    pub(crate) reason: String,
    /// Whether that is that the record ends before it is whole.
    pub(crate) ends_too_soon: bool,
    /// Whether that is that no phone number stands in it.
    pub(crate) lacks_phone_number: bool,
    /// The line within the source, from 1.
    pub(crate) line: usize,
    /// The column within the line, from 1.
    pub(crate) column: usize,
}

/// How a record is to be read, and how errors tell where they are.
pub(super) struct ErrorContext<'n> {
    pub(super) conventions: &'n Conventions,
    /// In the message: there is nowhere else, when a record is read through serde.
    named: bool,
    /// Here, gathered from the inside out on the way back from an error: otherwise reading costs nothing.
    key: RefCell<Option<String>>,
    pointer: RefCell<String>,
    lacks_phone_number: Cell<bool>,
    pub(super) observed: RefCell<ObservedKeys>,
}

impl<'n> ErrorContext<'n> {
    pub(super) fn new(conventions: &'n Conventions) -> Self {
        let (key, pointer, lacks_phone_number) = (RefCell::default(), RefCell::default(), Cell::default());
        Self { conventions, named: false, key, pointer, lacks_phone_number, observed: RefCell::default() }
    }

    pub(super) fn named() -> Self {
        Self { named: true, ..Self::new(Conventions::PLAIN) }
    }

    /// An error at the value of a key.
    #[cold]
    pub(super) fn error<E: Error>(&self, key: &str, reason: impl fmt::Display) -> E {
        if self.named { E::custom(format_args!("key `{key}`: {reason}")) } else { E::custom(reason) }
    }

    /// An error was inside the value of a known key.
    #[cold]
    pub(super) fn was_in_key(&self, key: &str) {
        self.key.borrow_mut().get_or_insert_with(|| key.to_owned());
        self.was_in(key);
    }

    /// An error was inside a member of an object, or inside an element of an array.
    #[cold]
    pub(super) fn was_in(&self, step: &str) {
        self.pointer.borrow_mut().insert_str(0, &format!("/{}", escaped(step)));
    }

    /// What has come of reading: with what was seen beside, or as what is wrong.
    pub(super) fn outcome<T>(self, read: serde_json::Result<T>) -> Result<(T, ObservedKeys), RecordFault> {
        match read {
            Ok(value) => {
                let mut observed = self.observed.into_inner();
                observed.given |= self.conventions.given();
                Ok((value, observed))
            }
            Err(error) => Err(self.into_fault(&error)),
        }
    }

    #[cold]
    pub(super) fn into_fault(self, error: &serde_json::Error) -> RecordFault {
        let message = error.to_string();
        let position = format!(" at line {} column {}", error.line(), error.column());
        RecordFault {
            key: self.key.into_inner(),
            pointer: Some(self.pointer.into_inner()).filter(|pointer| !pointer.is_empty()),
            reason: message.strip_suffix(&position).unwrap_or(&message).to_owned(),
            lacks_phone_number: self.lacks_phone_number.get(),
            ends_too_soon: error.classify() == serde_json::error::Category::Eof,
            // serde_json counts a source that ends with its line as column 0 of the next.
            line: error.line().max(1),
            column: error.column().max(1),
        }
    }

    /// An error of a record whose keys are each fine.
    #[cold]
    pub(super) fn incomplete<E: Error>(&self, incomplete: Incomplete<'_>) -> E {
        match incomplete.key() {
            Some(key) => {
                self.was_in_key(key);
                self.error(key, incomplete)
            }
            None => {
                self.lacks_phone_number.set(true);
                E::custom(incomplete)
            }
        }
    }
}

//! An update: a record with the instant at which it is known, or what else may stand on a line among such.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::draft::RecordDraft;
use super::error_context::{ErrorContext, RecordFault};
use super::scalar::{FromScalar, mismatch};
use super::values::ScalarSeed;
use super::visitor::{refuses, seed_of_itself};
use super::{Conventions, KeyFound, KeySeed, ObservedKeys, read_whole};
use crate::contact::Contact;
use crate::error::{Quoted, Shape, nearest};

/// What becomes known of contacts, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The instant at which it is known.
    pub at: DateTime<Utc>,
    /// What becomes known.
    pub kind: UpdateKind,
}

/// What an [`Update`] says. Whoever follows updates must do something about each kind: one more is a breaking change.
#[derive(Clone, Debug, PartialEq)]
pub enum UpdateKind {
    /// A record, to be merged as a later one is: `{"at": …, "phone_number": …, …}`.
    Record(Contact),
    /// The contact of this phone number is no more: `{"at": …, "remove": …}`.
    Removal(String),
    /// So late it is, and nothing else happens: `{"at": …}`.
    Clock,
    /// Somebody asks for the sizes of all audiences: `{"at": …, "sizes": true}`.
    Sizes,
}

/// Reads an update that is the whole source.
pub(crate) fn read_update(source: &[u8], conventions: &Conventions) -> Result<(Update, ObservedKeys), RecordFault> {
    let context = ErrorContext::new(conventions);
    let read = read_whole(source, UpdateSeed { context: &context });
    context.outcome(read)
}

const AT: &str = "at";
/// The key of a phone number that is removed.
pub(crate) const REMOVE: &str = "remove";
const SIZES: &str = "sizes";

/// An update; the keys that it has beside those of a record.
#[derive(Clone, Copy)]
struct UpdateSeed<'c> {
    context: &'c ErrorContext<'c>,
}

/// What stands in an update beside the record.
#[derive(Default)]
struct Said {
    at: Option<DateTime<Utc>>,
    removed: Option<String>,
    asks_sizes: bool,
    /// The first key of the record, if there is any.
    record: Option<String>,
    /// The first key that means nothing.
    unknown: Option<String>,
}

impl<'c> UpdateSeed<'c> {
    #[cold]
    fn refuse<E: Error>(self, found: Shape) -> E {
        E::custom(mismatch("an object", found))
    }

    /// Something is wrong at a key.
    #[cold]
    fn wrong<E: Error>(self, key: &str, reason: impl fmt::Display) -> E {
        self.context.was_in_key(key);
        self.context.error(key, reason)
    }

    /// Reads the value of a key that stands here once, and is not null.
    fn value<'de, T: FromScalar, A: MapAccess<'de>>(
        self,
        key: &'static str,
        is_repeated: bool,
        map: &mut A,
    ) -> Result<T, A::Error> {
        if is_repeated {
            return Err(self.wrong(key, "stands here twice"));
        }
        let value = map.next_value_seed(ScalarSeed::new(self.context, key));
        let value = value.inspect_err(|_| self.context.was_in_key(key))?;
        value.ok_or_else(|| self.wrong(key, mismatch(T::TYPE.expected(), Shape::Null)))
    }

    /// Reads the value of a key that is none of a record's.
    fn entry<'de, A: MapAccess<'de>>(
        self,
        said: &mut Said,
        draft: &mut RecordDraft<'c>,
        name: String,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match &*name {
            AT => said.at = Some(self.value(AT, said.at.is_some(), map)?),
            REMOVE => said.removed = Some(self.value(REMOVE, said.removed.is_some(), map)?),
            SIZES => {
                if !self.value::<bool, A>(SIZES, said.asks_sizes, map)? {
                    return Err(self.wrong(SIZES, "expected true, found false"));
                }
                said.asks_sizes = true;
            }
            _ => {
                said.unknown.get_or_insert_with(|| name.clone());
                self.context.other_entry(draft, KeyFound::Unknown(name), map)?;
            }
        }
        Ok(())
    }

    fn finish<E: Error>(self, said: Said, draft: RecordDraft<'c>) -> Result<Update, E> {
        let Said { at, removed, asks_sizes, record, unknown } = said;
        let Some(at) = at else {
            return Err(E::custom("an update needs the key `at`: the instant at which it is known"));
        };
        if let Some(other) = &removed
            && other.is_empty()
        {
            return Err(self.wrong(REMOVE, "expected a phone number, and this one is empty"));
        }
        let kind = match (removed, asks_sizes, record) {
            (None, false, Some(_)) => {
                self.context.observed.borrow_mut().given |= draft.given();
                let folders = &self.context.conventions.folders;
                return match draft.finish(folders) {
                    Ok(contact) => Ok(Update { at, kind: UpdateKind::Record(contact) }),
                    Err(incomplete) => Err(self.context.incomplete(incomplete)),
                };
            }
            (Some(_), true, _) => return Err(self.wrong(SIZES, "cannot stand beside `remove`")),
            (Some(_), false, Some(key)) => return Err(self.wrong(&key, "cannot stand beside `remove`")),
            (None, true, Some(key)) => return Err(self.wrong(&key, "cannot stand beside `sizes`")),
            (Some(number), false, None) => UpdateKind::Removal(number),
            (None, true, None) => UpdateKind::Sizes,
            (None, false, None) => UpdateKind::Clock,
        };
        // In a record such a key is not read, and noted. Here it may be all that was to be said.
        if let Some(name) = unknown {
            let meant = nearest(&name, [REMOVE, SIZES, "phone_number"]);
            let meant = meant.map(|meant| format!(", did you mean `{meant}`?")).unwrap_or_default();
            self.context.was_in(&name);
            return Err(E::custom(format_args!("unknown key {} in an update without a record{meant}", Quoted(&name))));
        }
        Ok(Update { at, kind })
    }
}

impl<'de> Visitor<'de> for UpdateSeed<'_> {
    type Value = Update;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    refuses!(null scalar array);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Update, A::Error> {
        let mut draft = RecordDraft::default();
        let mut said = Said::default();
        while let Some(found) = map.next_key_seed(KeySeed { names: &self.context.conventions.names })? {
            match found {
                KeyFound::Known(key, name) => {
                    said.record.get_or_insert_with(|| name.to_owned());
                    self.context.entry(&mut draft, key, name, &mut map)?;
                }
                KeyFound::CustomField { ref name, .. } => {
                    said.record.get_or_insert_with(|| name.clone());
                    self.context.other_entry(&mut draft, found, &mut map)?;
                }
                KeyFound::Unknown(name) => self.entry(&mut said, &mut draft, name, &mut map)?,
            }
        }
        self.finish(said, draft)
    }
}

seed_of_itself!(UpdateSeed, Update);

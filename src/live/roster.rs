//! The audiences by number, each with its name and its size.

use std::collections::HashMap;
use std::sync::Arc;

use crate::audience::Audience;
use crate::error::{Errors, Kind, Place, nearest};
use crate::fingerprint::Fingerprint;

/// The audiences by number; who has no number any more leaves a gap.
#[derive(Debug, Default)]
pub(super) struct Roster {
    entries: Vec<Option<RosterEntry>>,
    numbers: HashMap<Arc<str>, usize>,
}

/// An audience.
#[derive(Debug)]
pub(super) struct RosterEntry {
    pub(super) name: Arc<str>,
    pub(super) audience: Arc<Audience>,
    pub(super) fingerprint: Fingerprint,
    pub(super) size: u64,
}

/// What an audience goes by.
pub(super) fn name(audience: &Audience, number: usize) -> Arc<str> {
    let given = audience.id.as_deref().or(audience.name.as_deref());
    given.map_or_else(|| number.to_string().into(), Arc::from)
}

impl Roster {
    /// So many numbers, which nobody has yet.
    #[cfg(feature = "image")]
    pub(super) fn of_numbers(numbers: usize) -> Self {
        let mut entries = Vec::new();
        entries.resize_with(numbers, || None);
        Self { entries, numbers: HashMap::new() }
    }

    /// Puts in an audience, which is somewhere in the caller's input, and whose size is not known yet.
    ///
    /// # Errors
    ///
    /// If another one goes by that name.
    pub(super) fn insert(
        &mut self,
        number: usize,
        audience: Audience,
        place: impl FnOnce() -> Place,
    ) -> Result<(), Errors> {
        let name = name(&audience, number);
        let is_new = self.insert_named(number, Arc::clone(&name), audience.into());
        if is_new { Ok(()) } else { Err(Errors::of(Kind::SameName { name: name.to_string() }, place())) }
    }

    /// Puts in an audience under a name; nothing happens, and this is false, where another one has it.
    pub(super) fn insert_named(&mut self, number: usize, name: Arc<str>, audience: Arc<Audience>) -> bool {
        if self.numbers.contains_key(&name) {
            return false;
        }
        if self.entries.len() <= number {
            self.entries.resize_with(number + 1, || None);
        }
        let fingerprint = audience.filter.fingerprint();
        self.numbers.insert(Arc::clone(&name), number);
        self.entries[number] = Some(RosterEntry { name, audience, fingerprint, size: 0 });
        true
    }

    /// Puts an audience in the place of another, which is given back.
    pub(super) fn replace(&mut self, number: usize, audience: Audience) -> Option<Arc<Audience>> {
        let entry = self.get_mut(number)?;
        entry.fingerprint = audience.filter.fingerprint();
        Some(std::mem::replace(&mut entry.audience, audience.into()))
    }

    pub(super) fn remove(&mut self, number: usize) -> Option<RosterEntry> {
        let entry = self.entries.get_mut(number)?.take()?;
        self.numbers.remove(&entry.name);
        Some(entry)
    }

    /// The number of an audience.
    pub(super) fn number(&self, name: &str) -> Result<usize, Errors> {
        self.numbers.get(name).copied().ok_or_else(|| self.unknown(name))
    }

    #[cold]
    pub(super) fn unknown(&self, name: &str) -> Errors {
        let names = self.iter().map(|(_, entry)| &*entry.name);
        let nearest = nearest(name, names).map(str::to_owned);
        Errors::of(Kind::UnknownAudience { name: name.to_owned(), nearest }, Place::pointer("/audience".to_owned()))
    }

    pub(super) fn get(&self, number: usize) -> Option<&RosterEntry> {
        self.entries.get(number)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut RosterEntry> {
        self.entries.get_mut(number)?.as_mut()
    }

    /// The audiences with their numbers, in the order of these.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &RosterEntry)> {
        self.entries.iter().enumerate().filter_map(|(number, entry)| Some((number, entry.as_ref()?)))
    }

    /// The audiences by number, each with its name.
    #[cfg(feature = "image")]
    pub(super) fn entries(&self) -> Vec<Option<(Arc<str>, Arc<Audience>)>> {
        let shared = |entry: &RosterEntry| (Arc::clone(&entry.name), Arc::clone(&entry.audience));
        self.entries.iter().map(|entry| entry.as_ref().map(shared)).collect()
    }

    /// The audiences in the order of their numbers.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut RosterEntry> {
        self.entries.iter_mut().flatten()
    }
}

//! What reading records shows beside the contacts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::pages::Pages;
use super::references::ComparedKey;
use super::{FirstPlace, Notes};
#[cfg(feature = "image")]
use crate::filter::CustomKey;

/// What reading records has shown that is in no contact.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Observed {
    /// The notes of the inputs, but for those of pages.
    pub(crate) notes: Notes,
    pub(crate) pages: Pages,
    /// The keys that some record gave a value, a bit for each.
    pub(crate) given: u64,
    /// The keys of custom fields that nobody asks for and that were not read.
    pub(crate) custom_keys: BTreeSet<String>,
    /// How many contacts were left out, as they cannot change the answer.
    pub(crate) contacts_left_out: u64,
    /// Between which lists those are that they are on.
    pub(crate) lists_left_out: Vec<RangeInclusive<i64>>,
    /// Where each finding stands first.
    pub(crate) firsts: BTreeMap<Finding, First>,
}

/// What readers tell the place of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Finding {
    /// A phone number that is not in E.164.
    PhoneForm,
    /// A value that cannot be compared.
    UnfitValue(ComparedKey),
    /// A record that says of no list that its contact is not active.
    UnlistedOptOut,
}

#[cfg(feature = "image")]
impl Finding {
    /// The custom field whose values are looked at.
    pub(crate) fn custom_key(&self) -> Option<&CustomKey> {
        match self {
            Self::PhoneForm | Self::UnlistedOptOut => None,
            Self::UnfitValue(compared) => Some(&compared.key),
        }
    }
}

/// The first of several things.
#[cfg_attr(not(feature = "records"), allow(dead_code, reason = "only readers know places"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct First {
    /// The phone number, or the value.
    pub(crate) text: String,
    pub(crate) input: Option<String>,
    pub(crate) place: FirstPlace,
}

impl Observed {
    /// What is known of records of which nobody says which keys they gave.
    pub(crate) fn unknown() -> Self {
        Self { given: u64::MAX, ..Self::default() }
    }

    /// Adds what later records have shown.
    #[cfg(feature = "records")]
    pub(crate) fn add(&mut self, later: &Self) {
        self.notes.extend(later.notes.clone());
        self.pages.add(&later.pages);
        self.given |= later.given;
        self.custom_keys.extend(later.custom_keys.iter().cloned());
        self.contacts_left_out = self.contacts_left_out.saturating_add(later.contacts_left_out);
        self.lists_left_out.extend(later.lists_left_out.iter().cloned());
        for (finding, first) in &later.firsts {
            self.firsts.entry(finding.clone()).or_insert_with(|| first.clone());
        }
    }
}

//! What readers look for in records, so that notes tell where it stands first.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cursor::Position;
use crate::audience::Audience;
use crate::contact::Contact;
use crate::note::{ComparedKey, Finding, First, FirstPlace, References, is_e164, says_opt_out, written};
#[cfg(feature = "table")]
use crate::table::shard::{Shard, Shards};

/// What is looked for in every record: phone numbers in another form than E.164, opt-outs without a list, and values that
/// cannot be compared.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    findings: Arc<[Finding]>,
}

/// What was found first, and where.
pub(super) type Firsts = BTreeMap<Finding, First>;

impl Watch {
    /// What these audiences make it worth to look for.
    pub(super) fn new<'a>(audiences: impl IntoIterator<Item = &'a Audience>) -> Self {
        let compared = References::of(audiences).compared;
        Self {
            findings: [Finding::PhoneForm, Finding::UnlistedOptOut]
                .into_iter()
                .chain(compared.into_iter().map(Finding::UnfitValue))
                .collect(),
        }
    }

    /// Looks at a record, whose place is known.
    pub(super) fn look(&self, record: &Contact, place: FirstPlace, firsts: &mut Firsts) {
        for finding in &*self.findings {
            if !firsts.contains_key(finding)
                && let Some(text) = text(finding, record)
            {
                firsts.insert(finding.clone(), First { text, input: None, place });
            }
        }
    }

    /// Looks at a phone number alone.
    pub(super) fn look_at_phone_number(&self, phone_number: &str, place: FirstPlace, firsts: &mut Firsts) {
        if !is_e164(phone_number) {
            let first = || First { text: phone_number.to_owned(), input: None, place };
            firsts.entry(Finding::PhoneForm).or_insert_with(first);
        }
    }

    /// Looks at the records of a shard, whose places `place` knows.
    #[cfg(any(feature = "arrow", feature = "parquet"))]
    pub(super) fn look_in(&self, shard: &Shard, firsts: &mut Firsts, place: impl Fn(usize) -> FirstPlace) {
        for finding in &*self.findings {
            if !firsts.contains_key(finding)
                && let Some((record, text)) = first_in(shard, finding)
            {
                firsts.insert(finding.clone(), First { text, input: None, place: place(record) });
            }
        }
    }

    /// What is looked for.
    #[cfg(feature = "table")]
    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter()
    }
}

/// What a record has of a finding.
fn text(finding: &Finding, record: &Contact) -> Option<String> {
    match finding {
        Finding::PhoneForm => (!is_e164(&record.phone_number)).then(|| record.phone_number.clone()),
        Finding::UnlistedOptOut => says_opt_out(record).then(|| record.phone_number.clone()),
        Finding::UnfitValue(ComparedKey { key, with }) => {
            let values = record.memberships.iter().filter_map(|membership| membership.custom_fields.get(key.as_str()));
            values.filter(|value| !with.fits(value)).map(written).next()
        }
    }
}

/// The first record of a shard that has a finding, and what it has.
#[cfg(feature = "table")]
pub(super) fn first_in(shard: &Shard, finding: &Finding) -> Option<(usize, String)> {
    match finding {
        Finding::PhoneForm => shard.first_not_in_e164(),
        Finding::UnlistedOptOut => shard.first_unlisted_opt_out(),
        Finding::UnfitValue(compared) => shard.first_unfit(compared),
    }
}

/// Whether any record has a finding.
#[cfg(feature = "table")]
pub(super) fn is_in(shards: &Shards, finding: &Finding) -> bool {
    shards.iter().any(|shard| first_in(shard, finding).is_some())
}

impl From<Position> for FirstPlace {
    fn from(Position { line, column }: Position) -> Self {
        Self { line: Some(line), column, row: None }
    }
}

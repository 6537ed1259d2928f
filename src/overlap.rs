//! How audiences overlap.

use serde::Serialize;

use crate::audience::Audience;
use crate::semantics::EvalContext;
use crate::table::{Members, Table};

/// How audiences overlap, in exact numbers of contacts, whatever the unit of the semantics: a contact may be in two
/// audiences by different memberships, so it is contacts that audiences share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Overlap {
    /// The audiences in the order in which they were asked for.
    pub audiences: Vec<AudienceOverlap>,
    /// How many are in at least one.
    pub in_any: u64,
    /// How many are in all of them.
    pub in_all: u64,
    /// Every set of audiences of which somebody is in exactly these and no other: the largest first, of equal ones
    /// those of the earlier audiences. Their numbers add up to `in_any`. This is what an UpSet plot draws
    /// ([Lex et al. 2014](https://doi.org/10.1109/TVCG.2014.2346248)).
    pub patterns: Vec<OverlapPattern>,
}

/// An audience among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AudienceOverlap {
    /// How many are in it.
    pub contacts: u64,
    /// How many are in it and in no other.
    pub only_in: u64,
}

/// A set of audiences, and how many are in exactly these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OverlapPattern {
    /// The audiences, counted from 0.
    pub audiences: Vec<usize>,
    /// How many are in each of them and in no other.
    pub contacts: u64,
}

impl Table {
    /// How audiences overlap. It keeps a bit for each contact and audience, and each pattern once.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Table};
    ///
    /// let records = [
    ///     r#"{"phone_number": "+1", "list_id": 7, "click_count": 3}"#,
    ///     r#"{"phone_number": "+2", "list_id": 7, "click_count": 3, "has_revenue": true}"#,
    ///     r#"{"phone_number": "+3", "list_id": 7}"#,
    /// ];
    /// let contacts = records.iter().map(|record| serde_json::from_str::<Contact>(record));
    /// let table = contacts.collect::<Result<Table, _>>()?;
    ///
    /// let audiences = [Audience::of("click_count >= 3".parse()?), Audience::of("has_revenue".parse()?)];
    /// let overlap = table.compare(&audiences, &EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    /// assert_eq!((overlap.in_any, overlap.in_all), (2, 1));
    /// assert_eq!((overlap.audiences[0].contacts, overlap.audiences[0].only_in), (2, 1));
    /// assert_eq!(overlap.patterns[0].audiences, [0]);
    /// assert_eq!(overlap.patterns[1].audiences, [0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn compare<'a>(&self, audiences: impl IntoIterator<Item = &'a Audience>, cx: &EvalContext) -> Overlap {
        self.compare_each(audiences.into_iter().map(|audience| (audience, cx)))
    }

    /// How audiences overlap that are each asked for in circumstances of their own.
    #[must_use]
    pub fn compare_each<'a>(&self, questions: impl IntoIterator<Item = (&'a Audience, &'a EvalContext)>) -> Overlap {
        let members = questions.into_iter().map(|(audience, cx)| self.members(audience, cx));
        let members: Vec<Members> = members.take_while(|_| !self.is_stopped()).collect();
        let mut patterns: Vec<OverlapPattern> = self
            .patterns(&members)
            .into_iter()
            .map(|(audiences, contacts)| OverlapPattern { audiences, contacts })
            .collect();
        patterns.sort_unstable_by(|a, b| b.contacts.cmp(&a.contacts).then_with(|| a.audiences.cmp(&b.audiences)));
        let mut audiences: Vec<AudienceOverlap> =
            members.iter().map(|members| AudienceOverlap { contacts: members.len() as u64, only_in: 0 }).collect();
        let mut in_all = 0;
        for pattern in &patterns {
            if let [only] = pattern.audiences[..] {
                audiences[only].only_in = pattern.contacts;
            }
            if pattern.audiences.len() == audiences.len() {
                in_all = pattern.contacts;
            }
        }
        Overlap { audiences, in_any: patterns.iter().map(|pattern| pattern.contacts).sum(), in_all, patterns }
    }
}

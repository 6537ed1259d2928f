//! A plan for one contact, fast: no hashing in the call, and no allocation but for a contact on many lists.

mod program;
mod record;
mod texts;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub(crate) use self::program::AskedRecord;
use self::program::Program;
#[cfg(feature = "table")]
use self::program::Step;
pub use self::record::{CustomField, Record};
use crate::audience::Audience;
use crate::filter::{Condition, TimeTest};
use crate::plan::LeafTest;
pub use crate::plan::{Plan, ValueRef};
use crate::semantics::EvalContext;
use crate::time::parse_micros;
#[cfg(feature = "table")]
use crate::{by_list::ByList, contact::Contact, plan::Leaf};

/// An audience made ready to be asked of one contact after another.
///
/// It is cheap to clone and can be shared between threads.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext};
///
/// let audience = Audience::of("click_count >= 3".parse()?);
/// let matcher = audience.matcher(&EvalContext::at("2025-11-15T08:30:00Z".parse()?));
/// let contact: Contact = serde_json::from_str(r#"{"phone_number": "+1", "list_id": 7, "click_count": 3}"#)?;
/// assert!(matcher.matches(&contact));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Matcher {
    program: Arc<Program>,
    /// What it was made of, to be asked at another instant; `None` where it was made of a plan, which has one instant.
    origin: Option<Arc<Origin>>,
}

/// What a matcher was made of.
#[derive(Debug)]
struct Origin {
    audience: Arc<Audience>,
    cx: EvalContext,
    /// Whether what is asked moves on with now.
    is_relative: bool,
    /// The order in which records keep their custom fields.
    custom_keys: Vec<Box<str>>,
}

impl Audience {
    /// The audience, made ready to be asked of one contact after another.
    #[must_use]
    pub fn matcher(&self, cx: &EvalContext) -> Matcher {
        let is_relative = |condition: &Condition| condition.predicate().time_test().and_then(TimeTest::span).is_some();
        let origin = Origin {
            audience: Arc::new(Self { source_lists: self.source_lists.clone(), ..Self::of(self.filter.clone()) }),
            cx: *cx,
            is_relative: self.filter.conditions().any(|(_, condition)| is_relative(condition)),
            custom_keys: Vec::new(),
        };
        Matcher { origin: Some(Arc::new(origin)), ..Matcher::from(self.plan(cx)) }
    }
}

impl From<Plan> for Matcher {
    fn from(plan: Plan) -> Self {
        Self { program: Arc::new(Program::of(&plan)), origin: None }
    }
}

impl Matcher {
    /// Tells the matcher in which order a service's records keep their custom fields, so that a [`Record`] is asked for a
    /// place and need not compare keys.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext};
    ///
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let matcher = Audience::of("custom.tier = 'gold'".parse()?).matcher(&cx);
    /// let matcher = matcher.with_custom_keys(&["state", "tier"]);
    /// // A record is now asked for the custom field with the key "tier" at place 1.
    /// # let _ = matcher;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_custom_keys(mut self, keys: &[&str]) -> Self {
        Arc::make_mut(&mut self.program).place(keys);
        self.origin = self.origin.map(|origin| {
            let Origin { audience, cx, is_relative, .. } = &*origin;
            let custom_keys = keys.iter().map(|key| Box::from(*key)).collect();
            Arc::new(Origin { audience: Arc::clone(audience), cx: *cx, is_relative: *is_relative, custom_keys })
        });
        self
    }

    /// The same matcher, asked at another instant: with the same semantics and, if it was told one, the same order of custom fields.
    ///
    /// Where nothing is asked that moves on with now, it is the same matcher, and costs no more than its clone; else it takes as
    /// long as the filter is. A matcher that was made of a [`Plan`] keeps the plan's instant.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext};
    ///
    /// let contact = Contact::from_json(r#"{"phone_number": "+1", "last_sent_at": "2025-11-01T00:00:00Z"}"#)?;
    /// let audience = Audience::of("last_sent_at within 30 days".parse()?);
    /// let matcher = audience.matcher(&EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    /// assert!(matcher.matches(&contact));
    /// assert!(!matcher.at("2025-12-15T08:30:00Z".parse()?).matches(&contact));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Self {
        let Some(Origin { audience, cx, is_relative: true, custom_keys }) = self.origin.as_deref() else {
            return self.clone();
        };
        if cx.now == now {
            return self.clone();
        }
        let cx = EvalContext { now, ..*cx };
        let mut program = Program::of(&audience.plan(&cx));
        if !custom_keys.is_empty() {
            program.place(&custom_keys.iter().map(|key| &**key).collect::<Vec<_>>());
        }
        let origin = Origin { audience: Arc::clone(audience), cx, is_relative: true, custom_keys: custom_keys.clone() };
        Self { program: Arc::new(program), origin: Some(Arc::new(origin)) }
    }

    /// Whether the contact is in the audience: some membership in scope satisfies the filter.
    #[must_use]
    pub fn matches<R: Record + ?Sized>(&self, record: &R) -> bool {
        let asked = self.program.asked(record);
        (0..record.memberships()).any(|membership| self.program.accepts(&asked, membership))
    }

    /// How many memberships in scope satisfy the filter.
    #[must_use]
    pub fn matching_memberships<R: Record + ?Sized>(&self, record: &R) -> usize {
        let asked = self.program.asked(record);
        (0..record.memberships()).filter(|membership| self.program.accepts(&asked, *membership)).count()
    }
}

/// A leaf of a plan, made ready to be asked of one contact after another.
#[cfg(feature = "table")]
#[derive(Clone, Debug)]
pub(crate) struct LeafMatcher {
    step: Step,
    /// Inactive memberships take part too.
    any: bool,
}

#[cfg(feature = "table")]
impl LeafMatcher {
    pub(crate) fn new(leaf: &Leaf, any: bool) -> Self {
        Self { step: Step::alone(leaf), any }
    }

    /// Whether a membership of a contact passes; `by_list` has the contact's memberships.
    #[inline]
    pub(crate) fn holds(&self, contact: &Contact, by_list: &ByList, membership: usize) -> bool {
        self.step.holds(&AskedRecord::new(contact, by_list, self.any), membership)
    }
}

/// Whether the value of a custom field passes; `None` where it counts as none.
pub(crate) fn custom(test: &LeafTest, value: ValueRef<'_>) -> Option<bool> {
    match test {
        LeafTest::Exists => Some(true),
        LeafTest::Custom(custom) => Some(custom.holds(value)),
        LeafTest::Time(interval) => match value {
            ValueRef::Text(text) => parse_micros(text).map(|value| interval.contains(&value)),
            _ => None,
        },
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::Contact;

    #[test]
    fn a_matcher_is_asked_at_another_instant() {
        let instant = |day: &str| format!("2025-11-{day}T00:00:00Z").parse::<DateTime<Utc>>().unwrap();
        let contact = Contact::from_json(
            r#"{"phone_number": "+1", "last_sent_at": "2025-11-02", "custom_fields": {"tier": "gold"}}"#,
        );
        let contact = contact.unwrap();
        for (filter, expected) in [
            ("last_sent_at within 2 days", [false, true, true, false]),
            ("last_sent_at not within 2 days", [true, false, false, true]),
            ("last_sent_at before 2 days ago and custom.tier = 'gold'", [false, false, false, true]),
            ("last_sent_at before 2025-11-03", [true; 4]),
        ] {
            let audience = Audience::of(filter.parse().unwrap());
            let matcher = audience.matcher(&EvalContext::at(instant("01"))).with_custom_keys(&["state", "tier"]);
            for (day, expected) in ["01", "02", "04", "05"].into_iter().zip(expected) {
                let at = matcher.at(instant(day));
                assert_eq!(at.matches(&contact), expected, "{filter} on {day}");
                assert_eq!(at.at(instant("01")).matches(&contact), matcher.matches(&contact), "{filter} and back");
            }
        }
    }
}

//! A plan for one contact, fast: no hashing in the call, and no allocation but for a contact on many lists.

mod program;
mod record;
mod texts;

use std::sync::Arc;

use self::program::Program;
#[cfg(feature = "table")]
use self::program::{AskedRecord, Step};
pub use self::record::{CustomField, Record};
use crate::audience::Audience;
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
}

impl Audience {
    /// The audience, made ready to be asked of one contact after another.
    #[must_use]
    pub fn matcher(&self, cx: &EvalContext) -> Matcher {
        Matcher::from(self.plan(cx))
    }
}

impl From<Plan> for Matcher {
    fn from(plan: Plan) -> Self {
        Self { program: Arc::new(Program::of(&plan)) }
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
        self
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

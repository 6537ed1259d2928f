//! A plan for one contact, fast: no allocation and no hashing in the call.

use std::sync::Arc;

use crate::audience::Audience;
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::Contact;
use crate::eval;
use crate::filter::CustomKey;
use crate::number::Number;
use crate::plan::{Leaf, LeafTest, Node, Plan, Subject, ValueRef};
use crate::semantics::{Evaluation, Subscription};
use crate::time::parse_micros;

/// A record that a [`Matcher`] can ask: a contact and its memberships, in whatever shape a service holds them.
///
/// Memberships are numbered from 0; the numbers mean nothing beyond one call. A membership's value that is absent is
/// `None`, where the type allows it: counts and the total of revenue are 0 instead.
///
/// ```
/// use headcount::{AmountField, Audience, CountField, Evaluation, FlagField, Number, Record, TextField, TimeField, ValueRef};
///
/// struct Row { phone: String, list: i64, clicks: u64, tier: Option<String> }
///
/// impl Record for Row {
///     fn memberships(&self) -> usize { 1 }
///     fn list(&self, _: usize) -> Option<i64> { Some(self.list) }
///     fn active(&self, _: usize) -> bool { true }
///     fn time(&self, _: TimeField, _: usize) -> Option<i64> { None }
///     fn count(&self, field: CountField, _: usize) -> u64 { if field == CountField::ClickCount { self.clicks } else { 0 } }
///     fn amount(&self, _: AmountField, _: usize) -> Option<Number> { None }
///     fn flag(&self, field: FlagField, _: usize) -> bool { field == FlagField::IsValid }
///     fn text(&self, field: TextField, _: usize) -> Option<&str> { (field == TextField::PhoneNumber).then_some(&self.phone) }
///     fn custom(&self, key: &str, _: usize) -> Option<ValueRef<'_>> {
///         if key == "tier" { self.tier.as_deref().map(ValueRef::Text) } else { None }
///     }
/// }
///
/// let audience = Audience::of("click_count >= 3 and custom.tier = 'gold'".parse()?);
/// let matcher = audience.matcher(&Evaluation::at("2025-11-15T08:30:00Z".parse()?));
/// assert!(matcher.matches(&Row { phone: "+1".into(), list: 7, clicks: 3, tier: Some("gold".into()) }));
/// assert!(!matcher.matches(&Row { phone: "+1".into(), list: 7, clicks: 3, tier: None }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Record {
    /// How many memberships there are.
    fn memberships(&self) -> usize;
    /// The list of a membership.
    fn list(&self, membership: usize) -> Option<i64>;
    /// Whether a membership is active.
    fn active(&self, membership: usize) -> bool;
    /// An instant of a membership, in microseconds since 1970 (UTC).
    fn time(&self, field: TimeField, membership: usize) -> Option<i64>;
    /// A count of a membership.
    fn count(&self, field: CountField, membership: usize) -> u64;
    /// An amount of a membership. An average that the record does not give is
    /// `revenue_total / conversion_count` as a 64-bit float quotient, or none where there are no conversions.
    fn amount(&self, field: AmountField, membership: usize) -> Option<Number>;
    /// A yes or no, of a membership or of the contact.
    fn flag(&self, field: FlagField, membership: usize) -> bool;
    /// A text, of a membership or of the contact.
    fn text(&self, field: TextField, membership: usize) -> Option<&str>;
    /// The value of a custom field of a membership.
    fn custom(&self, key: &str, membership: usize) -> Option<ValueRef<'_>>;
}

impl Record for Contact {
    fn memberships(&self) -> usize {
        self.memberships.len()
    }

    fn list(&self, membership: usize) -> Option<i64> {
        self.memberships[membership].list_id
    }

    fn active(&self, membership: usize) -> bool {
        self.memberships[membership].active
    }

    fn time(&self, field: TimeField, membership: usize) -> Option<i64> {
        eval::time(field, Some(&self.memberships[membership]))
    }

    fn count(&self, field: CountField, membership: usize) -> u64 {
        eval::count(field, Some(&self.memberships[membership])).unwrap_or(0)
    }

    fn amount(&self, field: AmountField, membership: usize) -> Option<Number> {
        eval::amount(field, Some(&self.memberships[membership]))
    }

    fn flag(&self, field: FlagField, membership: usize) -> bool {
        eval::flag(field, self, Some(&self.memberships[membership])).unwrap_or(false)
    }

    fn text(&self, field: TextField, membership: usize) -> Option<&str> {
        eval::text(field, self, Some(&self.memberships[membership]))
    }

    fn custom(&self, key: &str, membership: usize) -> Option<ValueRef<'_>> {
        self.memberships[membership].custom_fields.get(key).map(ValueRef::from)
    }
}

/// An audience made ready to be asked of one contact after another.
///
/// It is cheap to clone and can be shared between threads.
///
/// ```
/// use headcount::{Audience, Contact, Evaluation};
///
/// let audience = Audience::of("click_count >= 3".parse()?);
/// let matcher = audience.matcher(&Evaluation::at("2025-11-15T08:30:00Z".parse()?));
/// let contact: Contact = serde_json::from_str(r#"{"phone_number": "+1", "list_id": 7, "click_count": 3}"#)?;
/// assert!(matcher.matches(&contact));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Matcher {
    plan: Arc<Plan>,
}

impl Audience {
    /// The audience, made ready to be asked of one contact after another.
    #[must_use]
    pub fn matcher(&self, asked: &Evaluation) -> Matcher {
        Matcher { plan: Arc::new(self.plan(asked)) }
    }
}

impl From<Plan> for Matcher {
    fn from(plan: Plan) -> Self {
        Self { plan: Arc::new(plan) }
    }
}

impl Matcher {
    /// Whether the contact is in the audience: some membership in scope satisfies the filter.
    #[must_use]
    pub fn matches<R: Record + ?Sized>(&self, record: &R) -> bool {
        (0..record.memberships()).any(|membership| self.matches_membership(record, membership))
    }

    /// How many memberships in scope satisfy the filter.
    #[must_use]
    pub fn matching_memberships<R: Record + ?Sized>(&self, record: &R) -> usize {
        (0..record.memberships()).filter(|membership| self.matches_membership(record, *membership)).count()
    }

    /// Whether one membership is in scope and satisfies the filter.
    pub(crate) fn matches_membership<R: Record + ?Sized>(&self, record: &R, membership: usize) -> bool {
        let of = Asked { record, any: self.plan.asked.semantics.subscription == Subscription::Any };
        of.takes_part(membership)
            && (self.plan.scope.is_none() || self.plan.asks_list(record.list(membership)))
            && of.node(&self.plan.root, membership)
    }
}

struct Asked<'r, R: ?Sized> {
    record: &'r R,
    /// Inactive memberships take part too.
    any: bool,
}

impl<R: Record + ?Sized> Asked<'_, R> {
    fn takes_part(&self, membership: usize) -> bool {
        self.any || self.record.active(membership)
    }

    fn node(&self, node: &Node, membership: usize) -> bool {
        match node {
            Node::Constant(value) => *value,
            Node::All(members) => members.iter().all(|member| self.node(member, membership)),
            Node::Any(members) => members.iter().any(|member| self.node(member, membership)),
            Node::Leaf(leaf) => match leaf.list {
                None => self.leaf(leaf, membership),
                Some(list) => match self.on_list(list) {
                    Some(membership) => self.leaf(leaf, membership),
                    None => leaf.missing,
                },
            },
        }
    }

    fn on_list(&self, list: i64) -> Option<usize> {
        (0..self.record.memberships())
            .find(|membership| self.record.list(*membership) == Some(list) && self.takes_part(*membership))
    }

    fn leaf(&self, leaf: &Leaf, membership: usize) -> bool {
        let record = self.record;
        let passes = match (&leaf.subject, &leaf.test) {
            (Subject::Time(field), LeafTest::Time(interval)) => {
                record.time(*field, membership).map(|value| interval.contains(&value))
            }
            (Subject::Count(field), LeafTest::Count(interval)) => {
                Some(interval.contains(&record.count(*field, membership)))
            }
            (Subject::Amount(field), LeafTest::Amount(interval)) => {
                record.amount(*field, membership).map(|value| interval.contains(&value))
            }
            (Subject::Flag(field), LeafTest::True) => Some(record.flag(*field, membership)),
            (Subject::Text(field), LeafTest::Text(pattern)) => {
                record.text(*field, membership).map(|value| pattern.holds(value))
            }
            (Subject::Custom(key), test) => {
                record.custom(CustomKey::as_str(key), membership).and_then(|value| custom(test, value))
            }
            (Subject::Lists, LeafTest::Lists(lists)) => Some((0..record.memberships()).any(|known| {
                record.list(known).is_some_and(|list| lists.binary_search(&list).is_ok()) && self.takes_part(known)
            })),
            (subject, test) => self.exists(subject, membership).then_some(*test == LeafTest::Exists),
        };
        passes.map_or(leaf.missing, |passes| passes != leaf.negated)
    }

    fn exists(&self, subject: &Subject, membership: usize) -> bool {
        match subject {
            Subject::Time(field) => self.record.time(*field, membership).is_some(),
            Subject::Amount(field) => self.record.amount(*field, membership).is_some(),
            Subject::Text(field) => self.record.text(*field, membership).is_some(),
            Subject::Custom(key) => self.record.custom(key.as_str(), membership).is_some(),
            Subject::Count(_) | Subject::Flag(_) | Subject::Lists => true,
        }
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

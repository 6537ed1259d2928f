//! What a matcher asks: contacts, and records of a user's own.

use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::Contact;
use crate::eval;
#[cfg(doc)]
use crate::matcher::Matcher;
use crate::number::Number;
use crate::plan::ValueRef;

/// A record that a [`Matcher`] can ask: a contact and its memberships, in whatever shape a service holds them.
///
/// Memberships are numbered from 0; the numbers mean nothing beyond one call. A membership's value that is absent is
/// `None`, where the type allows it: counts and the total of revenue are 0 instead.
///
/// ```
/// use headcount::{
///     AmountField, Audience, CountField, CustomField, EvalContext, FlagField, Number, Record, TextField, TimeField, ValueRef,
/// };
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
///     fn custom(&self, field: CustomField<'_>, _: usize) -> Option<ValueRef<'_>> {
///         if field.key() == "tier" { self.tier.as_deref().map(ValueRef::Text) } else { None }
///     }
/// }
///
/// let audience = Audience::of("click_count >= 3 and custom.tier = 'gold'".parse()?);
/// let matcher = audience.matcher(&EvalContext::at("2025-11-15T08:30:00Z".parse()?));
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
    fn custom(&self, field: CustomField<'_>, membership: usize) -> Option<ValueRef<'_>>;
}

/// A custom field that a [`Matcher`] asks a [`Record`] for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomField<'k> {
    key: &'k str,
    place: Option<usize>,
}

impl<'k> CustomField<'k> {
    pub(super) fn new(key: &'k str, place: Option<usize>) -> Self {
        Self { key, place }
    }

    /// Its key.
    #[must_use]
    pub fn key(self) -> &'k str {
        self.key
    }

    /// Its place among the keys that the matcher was told ([`Matcher::with_custom_keys`]).
    #[must_use]
    pub fn place(self) -> Option<usize> {
        self.place
    }
}

impl Record for Contact {
    #[inline]
    fn memberships(&self) -> usize {
        self.memberships.len()
    }

    #[inline]
    fn list(&self, membership: usize) -> Option<i64> {
        self.memberships[membership].list_id
    }

    #[inline]
    fn active(&self, membership: usize) -> bool {
        self.memberships[membership].active
    }

    #[inline]
    fn time(&self, field: TimeField, membership: usize) -> Option<i64> {
        eval::time(field, Some(&self.memberships[membership]))
    }

    #[inline]
    fn count(&self, field: CountField, membership: usize) -> u64 {
        eval::count(field, Some(&self.memberships[membership])).unwrap_or(0)
    }

    #[inline]
    fn amount(&self, field: AmountField, membership: usize) -> Option<Number> {
        eval::amount(field, Some(&self.memberships[membership]))
    }

    #[inline]
    fn flag(&self, field: FlagField, membership: usize) -> bool {
        eval::flag(field, self, Some(&self.memberships[membership])).unwrap_or(false)
    }

    #[inline]
    fn text(&self, field: TextField, membership: usize) -> Option<&str> {
        eval::text(field, self, Some(&self.memberships[membership]))
    }

    #[inline]
    fn custom(&self, field: CustomField<'_>, membership: usize) -> Option<ValueRef<'_>> {
        self.memberships[membership].custom_fields.get(field.key()).map(ValueRef::from)
    }
}

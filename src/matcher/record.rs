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
/// Memberships are numbered from 0; the numbers mean nothing beyond one call. Only a phone number must be there: of all else, a
/// record that says nothing has what counts then, by the rule that the method tells. A row that is one membership of one
/// contact has four methods, or fewer: `list`, `text`, and those of `count`, `time`, `amount`, `flag` and `custom` for which it has
/// columns. Feature `proptest` has a test of them: `headcount::testing::assert_record_agrees`.
///
/// ```
/// use headcount::{
///     Audience, EvalContext, Record, filter::{CountField, TextField}, matcher::{CustomField, ValueRef},
/// };
///
/// struct Row { phone: String, list: i64, clicks: u64, tier: Option<String> }
///
/// impl Record for Row {
///     fn list(&self, _: usize) -> Option<i64> { Some(self.list) }
///     fn text(&self, field: TextField, _: usize) -> Option<&str> { (field == TextField::PhoneNumber).then_some(&self.phone) }
///     fn count(&self, field: CountField, _: usize) -> u64 { if field == CountField::ClickCount { self.clicks } else { 0 } }
///     fn custom(&self, field: CustomField<'_>, _: usize) -> Option<ValueRef<'_>> {
///         if field.key() == "tier" { self.tier.as_deref().map(ValueRef::Text) } else { None }
///     }
/// }
///
/// let audience = Audience::of("click_count >= 3 and custom.tier = 'gold' and is_valid".parse()?);
/// let matcher = audience.matcher(&EvalContext::at("2025-11-15T08:30:00Z".parse()?));
/// assert!(matcher.matches(&Row { phone: "+1".into(), list: 7, clicks: 3, tier: Some("gold".into()) }));
/// assert!(!matcher.matches(&Row { phone: "+1".into(), list: 7, clicks: 3, tier: None }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Record {
    /// A text, of a membership or of the contact; every record has a phone number. Other texts that it does not have exist
    /// nowhere: `None`.
    fn text(&self, field: TextField, membership: usize) -> Option<&str>;

    /// How many memberships there are; by default 1: the record is a membership with its contact's fields beside it.
    fn memberships(&self) -> usize {
        1
    }

    /// The list of a membership; by default none, and then it takes part only where an audience has no source lists.
    fn list(&self, _membership: usize) -> Option<i64> {
        None
    }

    /// Whether a membership is active; by default it is.
    fn active(&self, _membership: usize) -> bool {
        true
    }

    /// An instant of a membership, in microseconds since 1970 (UTC); by default there is none.
    fn time(&self, _field: TimeField, _membership: usize) -> Option<i64> {
        None
    }

    /// A count of a membership; by default 0, and never without a value.
    fn count(&self, _field: CountField, _membership: usize) -> u64 {
        0
    }

    /// An amount of a membership.
    ///
    /// By default `revenue_total` is 0, and `avg_revenue` is `revenue_total / conversion_count` as a 64-bit float quotient, or none
    /// where there are no conversions. Whoever has the total alone asks [`Record::default_amount`] for the rest.
    fn amount(&self, field: AmountField, membership: usize) -> Option<Number> {
        self.default_amount(field, membership)
    }

    /// What [`Record::amount`] is by default.
    fn default_amount(&self, field: AmountField, membership: usize) -> Option<Number> {
        match field {
            AmountField::RevenueTotal => Some(Number::default()),
            AmountField::AvgRevenue => {
                let total = self.amount(AmountField::RevenueTotal, membership)?;
                eval::average_revenue(total, self.count(CountField::ConversionCount, membership))
            }
        }
    }

    /// A yes or no, of a membership or of the contact.
    ///
    /// By default `is_valid` is yes, `on_dnc` and `in_workflow` are no, and `has_revenue` is
    /// `conversion_count > 0 or revenue_total > 0`. Whoever has some of them asks [`Record::default_flag`] for the others.
    fn flag(&self, field: FlagField, membership: usize) -> bool {
        self.default_flag(field, membership)
    }

    /// What [`Record::flag`] is by default.
    fn default_flag(&self, field: FlagField, membership: usize) -> bool {
        match field {
            FlagField::OnDnc | FlagField::InWorkflow => false,
            FlagField::IsValid => true,
            FlagField::HasRevenue => {
                let total = self.amount(AmountField::RevenueTotal, membership);
                self.count(CountField::ConversionCount, membership) > 0
                    || total.is_some_and(|total| total > Number::default())
            }
        }
    }

    /// The value of a custom field of a membership; by default there is none.
    fn custom(&self, _field: CustomField<'_>, _membership: usize) -> Option<ValueRef<'_>> {
        None
    }
}

/// A custom field that a [`Matcher`] asks a [`Record`] for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomField<'k> {
    key: &'k str,
    place: Option<usize>,
}

impl<'k> CustomField<'k> {
    pub(crate) fn new(key: &'k str, place: Option<usize>) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::Audience;
    use crate::contact::Membership;
    use crate::semantics::EvalContext;

    /// A record that says what it must, and how often something was bought.
    struct Terse {
        conversions: u64,
    }

    impl Record for Terse {
        fn text(&self, field: TextField, _: usize) -> Option<&str> {
            (field == TextField::PhoneNumber).then_some("+1")
        }

        fn count(&self, field: CountField, _: usize) -> u64 {
            if field == CountField::ConversionCount { self.conversions } else { 0 }
        }
    }

    /// What a record leaves out is what the definition says of a contact that leaves it out.
    #[test]
    fn what_a_record_leaves_out_is_what_counts_then() {
        let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
        for conversions in [0, 2] {
            let record = Terse { conversions };
            let membership = Membership { conversion_count: conversions, ..Membership::default() };
            let contact = Contact { phone_number: "+1".into(), memberships: vec![membership], ..Contact::default() };
            for filter in [
                "has_revenue",
                "avg_revenue = 0",
                "avg_revenue > 0",
                "revenue_total = 0",
                "on_dnc",
                "is_valid",
                "in_workflow",
                "send_count = 0",
                "last_sent_at exists",
                "carrier exists",
                "custom.tier exists",
            ] {
                let audience = Audience::of(filter.parse().unwrap());
                let expected = audience.contains(&contact, &cx);
                assert_eq!(audience.matcher(&cx).matches(&record), expected, "{filter} of {conversions}");
            }
        }
    }
}

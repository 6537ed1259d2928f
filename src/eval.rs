//! The definition: what a filter means, line by line, with nothing clever.
//!
//! Every other engine is tested against this one. It is asked of one membership of a contact at a time. What a
//! condition finds is first turned into a `Finding`, so that an explanation tells exactly what was decided on.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::num::NonZero;

use crate::audience::Audience;
use crate::by_list::ByList;
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::filter::{
    Asked, Bound, Comparison, Condition, CustomTest, FieldTest, Filter, Group, Junction, ListTest, Literal, Test,
    TextTest, TimeTest,
};
use crate::number::Number;
use crate::semantics::{EvalContext, MissingNegation, Subscription, TextCase};
use crate::time::parse_micros;
use crate::value::Value;

impl Audience {
    /// Whether a contact is in the audience: some membership in scope satisfies the filter.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Filter};
    ///
    /// let audience = Audience::of("click_count >= 3".parse()?);
    /// let contact: Contact = serde_json::from_str(r#"{"phone_number": "+1", "lists": [{"list_id": 7, "click_count": 3}]}"#)?;
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// assert!(audience.contains(&contact, &cx));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn contains(&self, contact: &Contact, cx: &EvalContext) -> bool {
        self.matching_memberships(contact, cx).next().is_some()
    }

    /// The memberships in scope that satisfy the filter.
    pub fn matching_memberships<'c>(
        &'c self,
        contact: &'c Contact,
        cx: &'c EvalContext,
    ) -> impl Iterator<Item = &'c Membership> {
        let by_list = by_list(contact);
        self.in_scope(contact, cx).filter(move |membership| {
            group(self.filter.root(), &Subject { contact, by_list: &by_list, membership, cx })
        })
    }

    /// The memberships that the filter is asked of: those on a source list that take part.
    pub fn in_scope<'c>(&'c self, contact: &'c Contact, cx: &'c EvalContext) -> impl Iterator<Item = &'c Membership> {
        contact
            .memberships
            .iter()
            .filter(|membership| self.includes_list(membership.list_id) && takes_part(membership, cx))
    }
}

impl Filter {
    /// Whether a membership of a contact satisfies the filter, whatever its scope.
    #[must_use]
    pub fn matches(&self, contact: &Contact, membership: &Membership, cx: &EvalContext) -> bool {
        group(self.root(), &Subject { contact, by_list: &by_list(contact), membership, cx })
    }
}

/// Whether the subscription rule lets a membership take part.
pub(crate) fn takes_part(membership: &Membership, cx: &EvalContext) -> bool {
    membership.active || cx.semantics.subscription == Subscription::Any
}

/// Where a contact's memberships are: made once a contact, however many of them are asked.
pub(crate) fn by_list(contact: &Contact) -> ByList {
    ByList::new(contact.memberships.iter().map(|membership| membership.list_id))
}

/// Who is asked, and in which circumstances.
pub(crate) struct Subject<'a> {
    pub(crate) contact: &'a Contact,
    /// The contact's memberships.
    pub(crate) by_list: &'a ByList,
    pub(crate) membership: &'a Membership,
    pub(crate) cx: &'a EvalContext,
}

fn group(group: &Group, of: &Subject<'_>) -> bool {
    let mut members = group
        .conditions()
        .iter()
        .map(|condition| self::condition(condition, of))
        .chain(group.groups().iter().map(|inner| self::group(inner, of)));
    match group.junction() {
        Junction::All => members.all(|holds| holds),
        Junction::Any => members.any(|holds| holds),
    }
}

pub(crate) fn condition(condition: &Condition, of: &Subject<'_>) -> bool {
    match condition {
        Condition::List(ListTest::In(lists)) => is_on_any(lists.as_slice(), of),
        Condition::List(ListTest::NotIn(lists)) => !is_on_any(lists.as_slice(), of),
        Condition::Field(test) => field_test(test, of),
    }
}

fn is_on_any(lists: &[i64], of: &Subject<'_>) -> bool {
    lists.iter().any(|list| membership_on(*list, of).is_some())
}

/// The contact's membership on a list, if it takes part.
pub(crate) fn membership_on<'a>(list: i64, of: &Subject<'a>) -> Option<&'a Membership> {
    let known = of.by_list.on(list).map(|at| &of.contact.memberships[at]);
    known.into_iter().find(|known| takes_part(known, of.cx))
}

/// The membership that a test is asked of: the one in hand, or the contact's on the test's list, if it takes part.
pub(crate) fn asked_membership<'a>(test: &FieldTest, of: &Subject<'a>) -> Option<&'a Membership> {
    match test.list {
        None => Some(of.membership),
        Some(list) => membership_on(list, of),
    }
}

fn field_test(test: &FieldTest, of: &Subject<'_>) -> bool {
    let membership = asked_membership(test, of);
    match &test.test {
        Test::Time(field, asked) => {
            self::asked(time(*field, membership), asked, |value, test| time_test(value, test, of))
        }
        Test::Count(field, comparison, number) => {
            compared(count(*field, membership).map(|value| value.cmp(number)), *comparison, of)
        }
        Test::Amount(field, comparison, number) => {
            compared(amount(*field, membership).map(|value| value.cmp(number)), *comparison, of)
        }
        Test::Flag(field, expected) => flag(*field, of.contact, membership) == Some(*expected),
        Test::Text(field, asked) => {
            self::asked(text(*field, of.contact, membership), asked, |value, test| text_test(value, test, of))
        }
        Test::Custom(key, asked) => {
            let value = membership.and_then(|membership| membership.custom_fields.get(key.as_str()));
            self::asked(value, asked, |value, test| custom_test(value, test, of))
        }
    }
}

fn asked<V, T>(value: Option<V>, asked: &Asked<T>, test: impl FnOnce(Option<V>, &T) -> bool) -> bool {
    match asked {
        Asked::Exists => value.is_some(),
        Asked::NotExists => value.is_none(),
        Asked::Value(asked) => test(value, asked),
    }
}

/// What a negated operator says where there is no value.
fn negation_of_nothing(of: &Subject<'_>) -> bool {
    of.cx.semantics.missing_negation == MissingNegation::Matches
}

/// A negated operator: the exact complement of the positive one where there is a value.
fn not<V>(value: Option<V>, of: &Subject<'_>, positive: impl FnOnce(V) -> bool) -> bool {
    match value {
        Some(value) => !positive(value),
        None => negation_of_nothing(of),
    }
}

fn compared(ordering: Option<Ordering>, comparison: Comparison, of: &Subject<'_>) -> bool {
    match (ordering, comparison) {
        (Some(ordering), _) => comparison.holds(ordering),
        (None, Comparison::Neq) => negation_of_nothing(of),
        (None, _) => false,
    }
}

/// Instants are microseconds.
fn time_test(value: Option<i64>, test: &TimeTest, of: &Subject<'_>) -> bool {
    let now = of.cx.now.timestamp_micros();
    match test {
        TimeTest::Within(span) => value.is_some_and(|value| span.before(now) <= value && value <= now),
        TimeTest::NotWithin(span) => not(value, of, |value| span.before(now) <= value && value <= now),
        TimeTest::Before(moment) => value.is_some_and(|value| value < moment.instant(now)),
        TimeTest::After(moment) => value.is_some_and(|value| value > moment.instant(now)),
    }
}

fn text_test(value: Option<&str>, test: &TextTest, of: &Subject<'_>) -> bool {
    let value = value.map(|value| cased(value, of));
    let cased = |text: &str| cased(text, of).into_owned();
    let is_in = |value: Cow<'_, str>, texts: &[String]| texts.iter().any(|text| value == cased(text));
    match test {
        TextTest::Eq(text) => value.is_some_and(|value| value == cased(text)),
        TextTest::Neq(text) => not(value, of, |value| value == cased(text)),
        TextTest::Contains(text) => value.is_some_and(|value| value.contains(&*cased(text))),
        TextTest::NotContains(text) => not(value, of, |value| value.contains(&*cased(text))),
        TextTest::StartsWith(text) => value.is_some_and(|value| value.starts_with(&*cased(text))),
        TextTest::EndsWith(text) => value.is_some_and(|value| value.ends_with(&*cased(text))),
        TextTest::In(texts) => value.is_some_and(|value| is_in(value, texts.as_slice())),
        TextTest::NotIn(texts) => not(value, of, |value| is_in(value, texts.as_slice())),
    }
}

fn custom_test(value: Option<&Value>, test: &CustomTest, of: &Subject<'_>) -> bool {
    let contains = |value: &Value, part: &str| {
        any_element(value, |element| is_text(element, of, |text| text.contains(&*cased(part, of))))
    };
    let is_in = |value: &Value, literals: &[Literal]| {
        any_element(value, |element| literals.iter().any(|literal| equal(element, literal, of)))
    };
    match test {
        CustomTest::Eq(literal) => value.is_some_and(|value| any_element(value, |element| equal(element, literal, of))),
        CustomTest::Neq(literal) => not(value, of, |value| any_element(value, |element| equal(element, literal, of))),
        CustomTest::Order(order, bound) => value.is_some_and(|value| {
            any_element(value, |element| {
                ordering(element, bound, of).is_some_and(|found| order.comparison().holds(found))
            })
        }),
        CustomTest::Contains(part) => value.is_some_and(|value| contains(value, part)),
        CustomTest::NotContains(part) => not(value, of, |value| contains(value, part)),
        CustomTest::StartsWith(start) => value.is_some_and(|value| {
            any_element(value, |element| is_text(element, of, |text| text.starts_with(&*cased(start, of))))
        }),
        CustomTest::EndsWith(end) => value.is_some_and(|value| {
            any_element(value, |element| is_text(element, of, |text| text.ends_with(&*cased(end, of))))
        }),
        CustomTest::In(literals) => value.is_some_and(|value| is_in(value, literals.as_slice())),
        CustomTest::NotIn(literals) => not(value, of, |value| is_in(value, literals.as_slice())),
        CustomTest::Time(test) => time_test(value.and_then(custom_time), test, of),
    }
}

/// The instant that a custom field holds; what cannot be read as one is no value where a time is asked for.
pub(crate) fn custom_time(value: &Value) -> Option<i64> {
    match value {
        Value::Text(text) => parse_micros(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a comparison holds for a value, or for any element of an array. An object satisfies none, nor does an array
/// inside an array.
fn any_element(value: &Value, holds: impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(elements) => elements
            .iter()
            .flatten()
            .any(|element| !matches!(element, Value::Array(_) | Value::Object(_)) && holds(element)),
        Value::Object(_) => false,
        single => holds(single),
    }
}

/// `contains` and its kin look at texts only.
fn is_text(value: &Value, of: &Subject<'_>, holds: impl FnOnce(&str) -> bool) -> bool {
    match value {
        Value::Text(text) => holds(&cased(text, of)),
        _ => false,
    }
}

fn equal(value: &Value, literal: &Literal, of: &Subject<'_>) -> bool {
    match (value, literal) {
        (Value::Bool(value), Literal::Bool(literal)) => value == literal,
        (Value::Bool(value), Literal::Text(text)) | (Value::Text(text), Literal::Bool(value)) => {
            cased(text, of) == if *value { "true" } else { "false" }
        }
        (Value::Text(value), Literal::Text(literal)) => cased(value, of) == cased(literal, of),
        (Value::Number(value), Literal::Number(literal)) => value == literal,
        (Value::Number(number), Literal::Text(text)) | (Value::Text(text), Literal::Number(number)) => {
            Number::from_text(text) == Some(*number)
        }
        (Value::Bool(_), Literal::Number(_)) | (Value::Number(_), Literal::Bool(_)) => false,
        (Value::Array(_) | Value::Object(_), _) => false,
    }
}

/// How a value stands to a bound; a number has no order with a text that is no number, and a boolean has none at all.
fn ordering(value: &Value, bound: &Bound, of: &Subject<'_>) -> Option<Ordering> {
    match (value, bound) {
        (Value::Text(value), Bound::Text(bound)) => Some(cased(value, of).cmp(&cased(bound, of))),
        (Value::Text(value), Bound::Number(bound)) => Some(Number::from_text(value)?.cmp(bound)),
        (Value::Number(value), Bound::Number(bound)) => Some(value.cmp(bound)),
        (Value::Number(value), Bound::Text(bound)) => Some(value.cmp(&Number::from_text(bound)?)),
        (Value::Bool(_) | Value::Array(_) | Value::Object(_), _) => None,
    }
}

/// A text as the semantics compare it.
fn cased<'t>(text: &'t str, of: &Subject<'_>) -> Cow<'t, str> {
    match of.cx.semantics.text_case {
        TextCase::Sensitive => Cow::Borrowed(text),
        TextCase::Insensitive => Cow::Owned(lower_cased(text)),
    }
}

/// Unicode's mapping, character by character: unlike `str::to_lowercase` it does not look at a character's neighbours.
pub(crate) fn lower_cased(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

// The values of fields. A membership that is not there has none of its own fields.

#[inline]
pub(crate) fn time(field: TimeField, membership: Option<&Membership>) -> Option<i64> {
    let membership = membership?;
    match field {
        TimeField::LastClickedAt => membership.last_clicked_at,
        TimeField::LastSentAt => membership.last_sent_at,
        TimeField::SignupDate => membership.signup_date,
        TimeField::LastRevenueAt => membership.last_revenue_at,
    }
    .map(|instant| instant.timestamp_micros())
}

#[inline]
pub(crate) fn count(field: CountField, membership: Option<&Membership>) -> Option<u64> {
    let membership = membership?;
    Some(match field {
        CountField::SendCount => membership.send_count,
        CountField::ClickCount => membership.click_count,
        CountField::ConversionCount => membership.conversion_count,
    })
}

#[inline]
pub(crate) fn amount(field: AmountField, membership: Option<&Membership>) -> Option<Number> {
    let membership = membership?;
    match field {
        AmountField::RevenueTotal => Some(membership.revenue_total),
        AmountField::AvgRevenue => membership.avg_revenue.or_else(|| {
            let conversions = NonZero::new(membership.conversion_count)?.get();
            Number::of_quotient(membership.revenue_total.to_f64() / conversions as f64)
        }),
    }
}

#[inline]
pub(crate) fn flag(field: FlagField, contact: &Contact, membership: Option<&Membership>) -> Option<bool> {
    match field {
        FlagField::OnDnc => Some(contact.on_dnc.unwrap_or(false)),
        FlagField::IsValid => Some(contact.is_valid.unwrap_or(true)),
        FlagField::InWorkflow => membership.map(|membership| membership.in_workflow),
        FlagField::HasRevenue => membership.map(|membership| {
            let silent = || membership.conversion_count > 0 || membership.revenue_total > Number::default();
            membership.has_revenue.unwrap_or_else(silent)
        }),
    }
}

#[inline]
pub(crate) fn text<'a>(field: TextField, contact: &'a Contact, membership: Option<&'a Membership>) -> Option<&'a str> {
    match field {
        TextField::PhoneNumber => Some(&contact.phone_number),
        TextField::Carrier => contact.carrier.as_deref(),
        TextField::LineType => contact.line_type.as_deref(),
        TextField::Timezone => contact.timezone.as_deref(),
        TextField::SignupMethod => membership?.signup_method.as_deref(),
        TextField::ListNumber => membership?.list_number.as_deref(),
    }
}

//! The definition: what a filter means, line by line, with nothing clever.
//!
//! Every other engine is tested against this one. It is asked of one membership of a contact at a time. What a
//! condition finds is first turned into a `Finding`, so that an explanation tells exactly what was decided on.

mod literal_set;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::num::NonZero;

use self::literal_set::LiteralSet;
use crate::audience::Audience;
use crate::by_list::ByList;
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::filter::{
    Condition, CustomKey, CustomTest, Filter, Group, Junction, Literal, OptionalField, OrderedLiteral, Predicate,
    TextPart, TextTest, TimeTest,
};
use crate::number::Number;
use crate::semantics::{EvalContext, Subscription, TextCase};
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
        let by_list = OnceCell::new();
        self.in_scope(contact, cx).filter(move |membership| {
            group(self.filter.root(), &Candidate { contact, by_list: &by_list, membership, cx })
        })
    }

    /// The memberships that the filter is asked of: those on a source list that take part.
    pub fn in_scope<'c>(&'c self, contact: &'c Contact, cx: &'c EvalContext) -> impl Iterator<Item = &'c Membership> {
        let scope = self.scope_of(contact);
        contact
            .memberships
            .iter()
            .filter(move |membership| scope.includes(membership.list_id) && takes_part(membership, cx))
    }
}

impl Filter {
    /// Whether a membership of a contact satisfies the filter, whatever its scope.
    #[must_use]
    pub fn matches(&self, contact: &Contact, membership: &Membership, cx: &EvalContext) -> bool {
        group(self.root(), &Candidate { contact, by_list: &OnceCell::new(), membership, cx })
    }
}

/// Whether the subscription rule lets a membership take part.
pub(crate) fn takes_part(membership: &Membership, cx: &EvalContext) -> bool {
    membership.active || cx.semantics.subscription == Subscription::Any
}

/// Who is asked, and in which circumstances.
pub(crate) struct Candidate<'a> {
    pub(crate) contact: &'a Contact,
    /// Where the contact's memberships are. Found out when a condition first asks another list, and once a contact, however
    /// many of its memberships are asked.
    pub(crate) by_list: &'a OnceCell<ByList>,
    pub(crate) membership: &'a Membership,
    pub(crate) cx: &'a EvalContext,
}

fn group(group: &Group, of: &Candidate<'_>) -> bool {
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

pub(crate) fn condition(condition: &Condition, of: &Candidate<'_>) -> bool {
    match predicate(condition.predicate(), asked_membership(condition, of), of) {
        Some(holds) => holds != condition.is_negated(),
        None => condition.holds_of_nothing(&of.cx.semantics),
    }
}

/// The contact's membership on a list, if it takes part.
pub(crate) fn membership_on<'a>(list: i64, of: &Candidate<'a>) -> Option<&'a Membership> {
    let by_list = of.by_list.get_or_init(|| ByList::of(of.contact));
    by_list.on(list).map(|at| &of.contact.memberships[at]).find(|known| takes_part(known, of.cx))
}

/// The membership that a condition is asked of: the one in hand, or the contact's on the condition's list, if it takes
/// part.
pub(crate) fn asked_membership<'a>(condition: &Condition, of: &Candidate<'a>) -> Option<&'a Membership> {
    match condition.list() {
        None => Some(of.membership),
        Some(list) => membership_on(list, of),
    }
}

/// Whether a predicate holds; `None` where there is no value to ask.
fn predicate(predicate: &Predicate, membership: Option<&Membership>, of: &Candidate<'_>) -> Option<bool> {
    match predicate {
        Predicate::OnList(lists) => Some(is_on_any(lists.as_slice(), of)),
        Predicate::Exists(field) => Some(match field {
            OptionalField::Time(field) => time(*field, membership).is_some(),
            OptionalField::Text(field) => text(*field, of.contact, membership).is_some(),
            OptionalField::Custom(key) => custom(key, membership).is_some(),
        }),
        Predicate::Time(field, test) => time(*field, membership).map(|value| time_test(value, test, of)),
        Predicate::Count(field, test) => count(*field, membership).map(|value| test.holds(&value)),
        Predicate::Amount(field, test) => amount(*field, membership).map(|value| test.holds(&value)),
        Predicate::Flag(field, expected) => flag(*field, of.contact, membership).map(|value| value == *expected),
        Predicate::Text(field, test) => text(*field, of.contact, membership).map(|value| text_test(value, test, of)),
        Predicate::Custom(key, CustomTest::Time(test)) => {
            custom(key, membership).and_then(custom_time).map(|value| time_test(value, test, of))
        }
        Predicate::Custom(key, CustomTest::In(literals)) => {
            custom(key, membership).map(|value| is_any_of(value, literals.as_slice(), of))
        }
        Predicate::Custom(key, test) => {
            custom(key, membership).map(|value| any_element(value, |element| custom_test(element, test, of)))
        }
    }
}

fn is_on_any(lists: &[i64], of: &Candidate<'_>) -> bool {
    lists.iter().any(|list| membership_on(*list, of).is_some())
}

/// Instants are microseconds.
fn time_test(value: i64, test: &TimeTest, of: &Candidate<'_>) -> bool {
    let now = of.cx.now.timestamp_micros();
    match test {
        TimeTest::Within(span) => span.before(now) <= value && value <= now,
        TimeTest::Before(moment) => value < moment.instant(now),
        TimeTest::After(moment) => value > moment.instant(now),
    }
}

fn text_test(value: &str, test: &TextTest, of: &Candidate<'_>) -> bool {
    match test {
        TextTest::Eq(text) => cased(value, of) == cased(text, of),
        TextTest::Has(part, text) => has(value, *part, text, of),
        TextTest::In(texts) => {
            let value = cased(value, of);
            texts.as_slice().iter().any(|text| value == cased(text, of))
        }
    }
}

fn has(value: &str, part: TextPart, text: &str, of: &Candidate<'_>) -> bool {
    let (value, text) = (cased(value, of), cased(text, of));
    match part {
        TextPart::Anywhere => value.contains(&*text),
        TextPart::Start => value.starts_with(&*text),
        TextPart::End => value.ends_with(&*text),
    }
}

/// Asked of a value that is no array, or of an element of one.
fn custom_test(value: &Value, test: &CustomTest, of: &Candidate<'_>) -> bool {
    match test {
        CustomTest::Eq(literal) => equal(value, literal, of),
        CustomTest::Order(order, literal) => {
            ordering(value, literal, of).is_some_and(|found| order.comparison().holds(found))
        }
        // Texts only: a number or a boolean has no parts.
        CustomTest::Has(part, text) => matches!(value, Value::Text(value) if has(value, *part, text, of)),
        // Asked of the value as a whole.
        CustomTest::In(_) | CustomTest::Time(_) => false,
    }
}

/// Whether a value equals one of some literals, or any element of an array does.
fn is_any_of(value: &Value, literals: &[Literal], of: &Candidate<'_>) -> bool {
    /// Elements or bytes that are held against each literal.
    const FEW: usize = 1_000;
    let is_long = match value {
        Value::Array(elements) => elements.len() > FEW,
        Value::Text(text) => text.len() > FEW,
        _ => false,
    };
    if is_long {
        let set = LiteralSet::new(literals, of);
        return any_element(value, |element| set.contains(element, of));
    }
    any_element(value, |element| literals.iter().any(|literal| equal(element, literal, of)))
}

fn custom<'a>(key: &CustomKey, membership: Option<&'a Membership>) -> Option<&'a Value> {
    membership?.custom_fields.get(key.as_str())
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
pub(crate) fn any_element(value: &Value, holds: impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(elements) => elements
            .iter()
            .flatten()
            .any(|element| !matches!(element, Value::Array(_) | Value::Object(_)) && holds(element)),
        Value::Object(_) => false,
        single => holds(single),
    }
}

/// The boolean that a text spells, in any case.
pub(crate) fn spells(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|value| text.eq_ignore_ascii_case(if *value { "true" } else { "false" }))
}

/// Every text that spells a boolean: its letters in either case.
#[cfg(any(feature = "table", feature = "interop"))]
pub(crate) fn spellings(value: bool) -> impl Iterator<Item = String> {
    let small = if value { "true" } else { "false" };
    (0..1_u32 << small.len()).map(move |capitals| {
        let letter = |(at, letter): (usize, char)| {
            if capitals >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
        };
        small.chars().enumerate().map(letter).collect()
    })
}

fn equal(value: &Value, literal: &Literal, of: &Candidate<'_>) -> bool {
    match (value, literal) {
        (Value::Bool(value), Literal::Bool(literal)) => value == literal,
        (Value::Bool(value), Literal::Text(text)) | (Value::Text(text), Literal::Bool(value)) => {
            spells(text) == Some(*value)
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

/// How a value stands to another; a number has no order with a text that is no number, and a boolean has none at all.
fn ordering(value: &Value, literal: &OrderedLiteral, of: &Candidate<'_>) -> Option<Ordering> {
    match (value, literal) {
        (Value::Text(value), OrderedLiteral::Text(text)) => Some(cased(value, of).cmp(&cased(text, of))),
        (Value::Text(value), OrderedLiteral::Number(number)) => Some(Number::from_text(value)?.cmp(number)),
        (Value::Number(value), OrderedLiteral::Number(number)) => Some(value.cmp(number)),
        (Value::Number(value), OrderedLiteral::Text(text)) => Some(value.cmp(&Number::from_text(text)?)),
        (Value::Bool(_) | Value::Array(_) | Value::Object(_), _) => None,
    }
}

/// A text as the semantics compare it.
fn cased<'t>(text: &'t str, of: &Candidate<'_>) -> Cow<'t, str> {
    match of.cx.semantics.text_case {
        TextCase::Sensitive => Cow::Borrowed(text),
        TextCase::Insensitive => Cow::Owned(lower_cased(text)),
    }
}

/// Unicode's mapping, character by character: unlike `str::to_lowercase` it does not look at a character's neighbours.
pub(crate) fn lower_cased(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

// The values of fields: what the record gives, and where it is silent what that means. A membership that is not there has
// none of its own fields.

#[inline]
pub(crate) fn time(field: TimeField, membership: Option<&Membership>) -> Option<i64> {
    field.get(membership?).map(|instant| instant.timestamp_micros())
}

#[inline]
pub(crate) fn count(field: CountField, membership: Option<&Membership>) -> Option<u64> {
    field.get(membership?)
}

#[inline]
pub(crate) fn amount(field: AmountField, membership: Option<&Membership>) -> Option<Number> {
    let membership = membership?;
    field.get(membership).or_else(|| match field {
        AmountField::RevenueTotal => None,
        AmountField::AvgRevenue => average_revenue(membership.revenue_total, membership.conversion_count),
    })
}

/// The average of a membership that does not give it.
pub(crate) fn average_revenue(total: Number, conversions: u64) -> Option<Number> {
    let conversions = NonZero::new(conversions)?.get();
    Number::of_quotient(total.to_f64() / conversions as f64)
}

#[inline]
pub(crate) fn flag(field: FlagField, contact: &Contact, membership: Option<&Membership>) -> Option<bool> {
    field.get(contact, membership).copied().or_else(|| match field {
        FlagField::OnDnc => Some(false),
        FlagField::IsValid => Some(true),
        FlagField::InWorkflow => None,
        FlagField::HasRevenue => {
            membership.map(|membership| membership.conversion_count > 0 || membership.revenue_total > Number::default())
        }
    })
}

#[inline]
pub(crate) fn text<'a>(field: TextField, contact: &'a Contact, membership: Option<&'a Membership>) -> Option<&'a str> {
    field.get(contact, membership).map(String::as_str)
}

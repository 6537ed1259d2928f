//! Audiences as every rival can ask them: whole numbers between ends, texts among some, AND, OR and NOT.
//!
//! The rivals know no absent value: to them a time that is absent is −1 and a text that is absent is empty, which spares
//! them a question.

use headcount::filter::{
    AmountField, Comparison, Condition, CountField, CustomTest, Field, FlagField, Group, Junction, Literal, Moment,
    NumberTest, OptionalField, Predicate, Span, SpanUnit, TextField, TextTest, TimeField, TimeTest,
};
use headcount::{Audience, Contact, EvalContext, Value};

/// What a rival is asked.
pub enum Question {
    All(Vec<Question>),
    Any(Vec<Question>),
    Not(Box<Question>),
    /// A whole number of a field lies between these two, or is one of them.
    Between(String, i64, i64),
    /// A text of a field is one of these.
    In(String, Vec<String>),
}

/// A value of a field.
pub enum Answer {
    Number(i64),
    Text(String),
}

const COUNTS: [CountField; 3] = [CountField::SendCount, CountField::ClickCount, CountField::ConversionCount];
const TIMES: [TimeField; 4] =
    [TimeField::SignupDate, TimeField::LastSentAt, TimeField::LastClickedAt, TimeField::LastRevenueAt];
const TEXTS: [TextField; 4] = [TextField::Carrier, TextField::Timezone, TextField::LineType, TextField::SignupMethod];
const KEYS: [&str; 4] = ["state", "tier", "source", "cohort"];

/// The question of an audience, if the rivals have words for all of it.
pub fn question(audience: &Audience, cx: &EvalContext) -> Option<Question> {
    let filter = group(audience.filter.root(), cx)?;
    if audience.source_lists.is_empty() {
        return Some(filter);
    }
    let on = |list: &i64| Question::Between("list_id".to_owned(), *list, *list);
    Some(Question::All(vec![Question::Any(audience.source_lists.iter().map(on).collect()), filter]))
}

fn group(of: &Group, cx: &EvalContext) -> Option<Question> {
    let conditions = of.conditions().iter().map(|of| condition(of, cx));
    let members = conditions.chain(of.groups().iter().map(|inner| group(inner, cx))).collect::<Option<_>>()?;
    Some(match of.junction() {
        Junction::All => Question::All(members),
        Junction::Any => Question::Any(members),
    })
}

fn condition(of: &Condition, cx: &EvalContext) -> Option<Question> {
    if of.list().is_some() {
        return None;
    }
    let positive = match of.predicate() {
        Predicate::Exists(OptionalField::Time(field)) => between(name(field)?, 0, i64::MAX),
        Predicate::Time(field, test) => {
            let now = cx.now.timestamp_micros();
            let (low, high) = match test {
                TimeTest::Within(span) => (now - micros(*span)?, now),
                TimeTest::Before(moment) => (0, instant(*moment, now)? - 1),
                TimeTest::After(moment) => (instant(*moment, now)? + 1, i64::MAX),
                _ => return None,
            };
            between(name(field)?, low, high)
        }
        Predicate::Count(field, NumberTest::Compare(comparison, count)) => {
            compared(name(field)?, *comparison, i64::try_from(*count).ok()?)?
        }
        Predicate::Amount(AmountField::RevenueTotal, NumberTest::Compare(comparison, amount)) => {
            compared("revenue_total".to_owned(), *comparison, cents(amount.to_f64()))?
        }
        Predicate::Flag(field, value) => between(flag(*field)?.to_owned(), i64::from(*value), i64::from(*value)),
        Predicate::Text(field, TextTest::Eq(text)) => Question::In(name(field)?, vec![text.clone()]),
        Predicate::Text(field, TextTest::In(texts)) => Question::In(name(field)?, texts.as_slice().to_vec()),
        Predicate::Custom(key, test) if KEYS.contains(&key.as_str()) => {
            let literals = match test {
                CustomTest::Eq(literal) => std::slice::from_ref(literal),
                CustomTest::In(literals) => literals.as_slice(),
                _ => return None,
            };
            let text = |literal: &Literal| match literal {
                Literal::Text(text) => Some(text.clone()),
                _ => None,
            };
            Question::In(key.as_str().to_owned(), literals.iter().map(text).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    Some(if of.is_negated() { Question::Not(Box::new(positive)) } else { positive })
}

fn between(field: String, low: i64, high: i64) -> Question {
    Question::Between(field, low, high)
}

fn compared(field: String, comparison: Comparison, number: i64) -> Option<Question> {
    let (low, high) = match comparison {
        Comparison::Eq => (number, number),
        Comparison::Gt => (number + 1, i64::MAX),
        Comparison::Gte => (number, i64::MAX),
        Comparison::Lt => (0, number - 1),
        Comparison::Lte => (0, number),
        _ => return None,
    };
    Some(between(field, low, high))
}

/// The name of a field, if [`answers`] tells its values.
fn name<F: Copy + Into<Field>>(field: &F) -> Option<String> {
    let field: Field = (*field).into();
    let known = COUNTS.map(Field::from).into_iter().chain(TIMES.map(Field::from)).chain(TEXTS.map(Field::from));
    known.into_iter().any(|known| known == field).then(|| field.name().to_owned())
}

fn flag(field: FlagField) -> Option<&'static str> {
    match field {
        FlagField::HasRevenue => Some("has_revenue"),
        FlagField::OnDnc => Some("on_dnc"),
        FlagField::IsValid => Some("is_valid"),
        _ => None,
    }
}

fn micros(span: Span) -> Option<i64> {
    let minutes = match span.unit {
        SpanUnit::Days => 24 * 60,
        SpanUnit::Hours => 60,
        SpanUnit::Minutes => 1,
        _ => return None,
    };
    Some(i64::try_from(span.amount).ok()? * minutes * 60_000_000)
}

fn instant(moment: Moment, now: i64) -> Option<i64> {
    match moment {
        Moment::Ago(span) => Some(now - micros(span)?),
        Moment::At(instant) => Some(instant.timestamp_micros()),
    }
}

fn cents(amount: f64) -> i64 {
    (amount * 100.0).round() as i64
}

/// The fields that questions ask, whatever is said of them.
pub fn fields() -> Vec<(String, bool)> {
    let nobody = Contact { memberships: vec![headcount::Membership::default()], ..Contact::default() };
    answers(&nobody).into_iter().map(|(name, answer)| (name, matches!(answer, Answer::Number(_)))).collect()
}

/// What a contact on one list says of each field.
pub fn answers(contact: &Contact) -> Vec<(String, Answer)> {
    let membership = &contact.memberships[0];
    let number = |name: &str, number: i64| (name.to_owned(), Answer::Number(number));
    let text = |name: String, text: Option<&str>| (name, Answer::Text(text.unwrap_or_default().to_owned()));
    let revenue = membership.revenue_total.to_f64();
    let mut answers = vec![
        number("list_id", membership.list_id.unwrap_or(0)),
        number("revenue_total", cents(revenue)),
        number("has_revenue", i64::from(membership.conversion_count > 0 || revenue > 0.0)),
        number("on_dnc", i64::from(contact.on_dnc.unwrap_or(false))),
        number("is_valid", i64::from(contact.is_valid.unwrap_or(true))),
    ];
    for (field, count) in
        COUNTS.iter().zip([membership.send_count, membership.click_count, membership.conversion_count])
    {
        answers.push(number(Field::from(*field).name(), count.cast_signed()));
    }
    let times =
        [membership.signup_date, membership.last_sent_at, membership.last_clicked_at, membership.last_revenue_at];
    for (field, time) in TIMES.iter().zip(times) {
        answers.push(number(Field::from(*field).name(), time.map_or(-1, |time| time.timestamp_micros())));
    }
    let texts = [&contact.carrier, &contact.timezone, &contact.line_type, &membership.signup_method];
    answers.extend(
        TEXTS.iter().zip(texts).map(|(field, value)| text(Field::from(*field).name().to_owned(), value.as_deref())),
    );
    for key in KEYS {
        let value = match membership.custom_fields.get(key) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        answers.push(text(key.to_owned(), value));
    }
    answers
}

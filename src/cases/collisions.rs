//! Values that stand on a filter's own literals, and just before and behind: where conditions change their minds.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::vocabulary::instant_of;
use crate::catalogue::{AmountField, CountField, TextField, TimeField};
use crate::filter::{
    Condition, CustomKey, CustomTest, Filter, Group, Literal, OptionalField, Predicate, TextTest, TimeTest,
};
use crate::number::Number;
use crate::semantics::EvalContext;
use crate::time::InFull;
use crate::value::Value;

/// The values worth trying, by field; a field that the filter does not ask has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collisions {
    pub(crate) lists: Vec<i64>,
    pub(crate) times: BTreeMap<TimeField, Vec<DateTime<Utc>>>,
    pub(crate) counts: BTreeMap<CountField, Vec<u64>>,
    pub(crate) amounts: BTreeMap<AmountField, Vec<Number>>,
    pub(crate) texts: BTreeMap<TextField, Vec<String>>,
    pub(crate) custom: BTreeMap<String, Vec<Value>>,
}

impl Collisions {
    pub(crate) fn of(filter: &Filter, asked: &EvalContext) -> Self {
        let mut all = Self::default();
        all.group(filter.root(), asked.now.timestamp_micros());
        all
    }

    fn group(&mut self, group: &Group, now: i64) {
        group.conditions().iter().for_each(|condition| self.condition(condition, now));
        group.groups().iter().for_each(|group| self.group(group, now));
    }

    fn condition(&mut self, condition: &Condition, now: i64) {
        self.lists.extend(condition.list());
        match condition.predicate() {
            Predicate::OnList(lists) => {
                self.lists.extend(lists.as_slice().iter().flat_map(|&list| [list, list.wrapping_add(1)]));
            }
            Predicate::Exists(OptionalField::Time(field)) => self.time(*field, now, None),
            Predicate::Time(field, test) => self.time(*field, now, Some(test)),
            Predicate::Count(field, test) => {
                let around = |(_, count): (_, u64)| [count, count.saturating_add(1), count.saturating_sub(1)];
                self.counts.entry(*field).or_default().extend(test.comparisons().flat_map(around));
            }
            Predicate::Amount(field, test) => {
                let around = |(_, amount)| around(amount);
                self.amounts.entry(*field).or_default().extend(test.comparisons().flat_map(around));
            }
            Predicate::Flag(..) => {}
            Predicate::Exists(OptionalField::Text(field)) => self.text(*field, &[]),
            Predicate::Text(field, test) => self.text(*field, texts_of(test)),
            Predicate::Exists(OptionalField::Custom(key)) => self.custom_field(key, []),
            Predicate::Custom(key, test) => self.custom_field(key, custom_test(test, now)),
        }
    }

    fn time(&mut self, field: TimeField, now: i64, test: Option<&TimeTest>) {
        let instants = self.times.entry(field).or_default();
        instants.push(instant_of(now));
        instants.extend(test.into_iter().flat_map(|test| time_test(test, now)).map(instant_of));
    }

    fn text(&mut self, field: TextField, asked: &[String]) {
        let texts = self.texts.entry(field).or_default();
        texts.push("CA".to_owned());
        texts.extend(asked.iter().flat_map(|text| like(text)));
    }

    fn custom_field(&mut self, key: &CustomKey, asked: impl IntoIterator<Item = Value>) {
        let values = self.custom.entry(key.as_str().to_owned()).or_default();
        values.push(Value::Bool(true));
        values.extend(asked);
    }
}

/// The ends of a window, and the instants next to them.
fn time_test(test: &TimeTest, now: i64) -> impl Iterator<Item = i64> + use<> {
    let ends = match test {
        TimeTest::Within(span) => vec![span.before(now), now, span.before(now) / 2 + now / 2],
        TimeTest::Before(moment) | TimeTest::After(moment) => vec![moment.instant(now)],
    };
    ends.into_iter().flat_map(|end| [end, end.saturating_sub(1), end.saturating_add(1)])
}

/// A number, and numbers on either side of it.
fn around(number: Number) -> impl Iterator<Item = Number> {
    let beside = |offset: f64| Number::from_f64(number.to_f64() + offset);
    let next = |offset: i64| number.to_i64().and_then(|whole| whole.checked_add(offset)).map(Number::from);
    [Some(number), next(-1).or_else(|| beside(-1.0)), next(1).or_else(|| beside(1.0)), beside(0.25)]
        .into_iter()
        .flatten()
}

/// A text, the same in the other case, and texts that begin with it, end with it and have it in them.
fn like(text: &str) -> impl Iterator<Item = String> + use<> {
    let upper = text.to_uppercase();
    let other = if upper == text { text.to_lowercase() } else { upper };
    [text.to_owned(), other, format!("{text}x"), format!("x{text}"), format!("x{text}x")].into_iter()
}

fn texts_of(test: &TextTest) -> &[String] {
    match test {
        TextTest::Eq(text) | TextTest::Has(_, text) => std::slice::from_ref(text),
        TextTest::In(texts) => texts.as_slice(),
    }
}

fn custom_test(test: &CustomTest, now: i64) -> Vec<Value> {
    match test {
        CustomTest::Eq(literal) => literal_like(literal),
        CustomTest::Order(_, literal) => literal_like(&Literal::from(literal.clone())),
        CustomTest::In(literals) => literals.as_slice().iter().flat_map(literal_like).collect(),
        CustomTest::Has(_, text) => like(text).map(Value::Text).collect(),
        CustomTest::Time(test) => time_test(test, now)
            .map(|instant| Value::Text(InFull(instant_of(instant).timestamp_micros()).to_string()))
            .collect(),
    }
}

/// A literal as each type that may equal it: a number as text, a text that is a number, an array that has it.
fn literal_like(literal: &Literal) -> Vec<Value> {
    let mut values: Vec<Value> = match literal {
        Literal::Text(text) => {
            let number = Number::from_text(text).map(Value::Number);
            like(text).map(Value::Text).chain(number).collect()
        }
        Literal::Number(number) => {
            let written = Value::Text(number.to_string());
            around(*number).map(Value::Number).chain([written]).collect()
        }
        Literal::Bool(value) => {
            let spelled = value.to_string();
            vec![Value::Bool(*value), Value::Bool(!value), Value::Text(spelled.to_uppercase()), Value::Text(spelled)]
        }
    };
    if let Some(first) = values.first().cloned() {
        values.push(Value::Array(vec![None, Some(first)]));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filter: &str, expected: &str) {
        let now = "2025-11-15T12:00:00Z".parse().unwrap();
        let all = Collisions::of(&filter.parse().unwrap(), &EvalContext::at(now));
        let Collisions { lists, times, counts, amounts, texts, custom } = all;
        let custom: Vec<String> = custom.values().flatten().map(Value::to_string).collect();
        let times: Vec<String> = times.values().flatten().map(|at| InFull(at.timestamp_micros()).to_string()).collect();
        let found = [
            format!("{lists:?}"),
            format!("{times:?}"),
            format!("{:?}", counts.values().flatten().collect::<Vec<_>>()),
            format!("{:?}", amounts.values().flatten().map(ToString::to_string).collect::<Vec<_>>()),
            format!("{:?}", texts.values().flatten().collect::<Vec<_>>()),
            format!("[{}]", custom.join(", ")),
        ];
        let found: Vec<&str> = found.iter().map(String::as_str).filter(|found| *found != "[]").collect();
        assert_eq!(found.join(" "), expected, "{filter}");
    }

    #[test]
    fn values_stand_on_the_literals_and_beside_them() {
        check("click_count >= 3", "[3, 4, 2]");
        check("click_count@7 >= 0", "[7] [0, 1, 0]");
        check("list in [7]", "[7, 8]");
        check("revenue_total > 9007199254740993", r#"["9007199254740993", "9007199254740992", "9007199254740994"]"#);
        check("revenue_total > 0.5", r#"["0.5", "-0.5", "1.5", "0.75"]"#);
        check("carrier contains 'a'", r#"["CA", "a", "A", "ax", "xa", "xax"]"#);
        check("custom.n = 5", r#"[true, 5, 4, 6, 5.25, "5", [null,5]]"#);
        check("custom.n in [true]", r#"[true, true, false, "TRUE", "true", [null,true]]"#);
        check("on_dnc", "");
        check(
            "signup_date before 2025-11-01",
            r#"["2025-11-15T12:00:00Z", "2025-11-01T00:00:00Z", "2025-10-31T23:59:59.999999Z", "2025-11-01T00:00:00.000001Z"]"#,
        );
    }
}

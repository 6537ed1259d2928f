//! From a filter to conditions on columns, bound to `now` and the semantics.
//!
//! It says what `eval` says, in the same order: what a test is asked of, what a value is, what no value is.

use super::Refusal;
use super::dialect::{Dialect, INSTANTS};
use super::expression::{Part, Predicate, Rows, Scalar, Tree, Value};
use super::folding;
use super::schema::SqlSchema;
use crate::audience::Audience;
use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField, TimeField};
use crate::eval::lower_cased;
use crate::filter::{Asked, Comparison, Condition, FieldTest, Group, Junction, ListTest, Test, TextTest, TimeTest};
use crate::number::Number;
use crate::semantics::{EvalContext, MissingNegation, Subscription, TextCase};

/// What a filter is asked in.
#[derive(Clone, Copy)]
pub(super) struct Lowering<'a> {
    pub(super) dialect: Dialect,
    pub(super) schema: &'a SqlSchema,
    pub(super) cx: &'a EvalContext,
}

/// Why a condition cannot be said; whoever knows the condition makes a refusal of it.
pub(super) type Reason = String;

/// A number that is a double, and beside it, where that is not exact, a whole number.
pub(super) struct Lanes {
    pub(super) double: Scalar,
    pub(super) whole: Option<Scalar>,
}

impl Lowering<'_> {
    /// What is asked of a membership to be one that counts for the audience.
    pub(super) fn audience(self, audience: &Audience) -> Result<Vec<Tree>, Refusal> {
        let mut all = Vec::new();
        match self.taking_part() {
            Predicate::Always(true) => {}
            Predicate::All(parts) => all.extend(parts.into_iter().map(Tree::Condition)),
            part => all.push(Tree::Condition(part)),
        }
        if !audience.source_lists.is_empty() {
            let scope = self.on_any(&audience.source_lists);
            all.push(Tree::Condition(Predicate::of_present(&self.list(), scope)));
        }
        match self.group(audience.filter.root())? {
            Tree::Group(Junction::All, members) => all.extend(members),
            tree => all.push(tree),
        }
        Ok(all)
    }

    fn group(self, group: &Group) -> Result<Tree, Refusal> {
        let conditions = group.conditions().iter().map(|condition| Ok(Tree::Condition(self.condition(condition)?)));
        let groups = group.groups().iter().map(|group| self.group(group));
        let mut members = conditions.chain(groups).collect::<Result<Vec<_>, _>>()?;
        Ok(if members.len() == 1 { members.remove(0) } else { Tree::Group(group.junction(), members) })
    }

    fn condition(self, condition: &Condition) -> Result<Predicate, Refusal> {
        match condition {
            Condition::List(ListTest::In(lists)) => Ok(self.of_contact(self.on_any(lists.as_slice()))),
            Condition::List(ListTest::NotIn(lists)) => Ok(self.of_contact(self.on_any(lists.as_slice())).negated()),
            Condition::Field(FieldTest { test, list }) => {
                let predicate = self.test(test).map_err(|reason| Refusal::of(condition, self.dialect, reason))?;
                let of_the_contact = test.field().is_some_and(Field::is_of_the_contact);
                Ok(match list.filter(|_| !of_the_contact) {
                    None => predicate,
                    Some(list) => self.on_list(list, predicate, test.holds_of_nothing(&self.cx.semantics)),
                })
            }
        }
    }

    /// The test of the contact's membership on a list, or what it is where there is none.
    fn on_list(self, list: i64, predicate: Predicate, of_nothing: bool) -> Predicate {
        let of_list = |predicate| self.of_contact(Predicate::all([self.on_any(&[list]), predicate]));
        if of_nothing { of_list(predicate.negated()).negated() } else { of_list(predicate) }
    }

    /// Whether some membership of the contact that takes part satisfies a predicate.
    fn of_contact(self, predicate: Predicate) -> Predicate {
        match Predicate::all([self.taking_part(), predicate]) {
            Predicate::Always(false) => Predicate::Always(false),
            all => Predicate::Among(Rows::OfContact, Box::new(all)),
        }
    }

    fn on_any(self, lists: &[i64]) -> Predicate {
        let value = |list: &i64| Value::Whole((*list).into());
        match lists {
            [list] => Predicate::Compare(self.list(), Comparison::Eq, value(list)),
            _ => Predicate::NonEmpty(self.list(), lists.iter().map(value).collect()),
        }
    }

    fn list(self) -> Scalar {
        Scalar::Membership(self.schema.list_id.clone())
    }

    /// Whether the row is a membership, and the subscription rule lets it take part.
    fn taking_part(self) -> Predicate {
        let is_membership = self.schema.is_membership.clone().map(|column| Predicate::Is(Scalar::Membership(column)));
        let active = || Scalar::FlagOr(Box::new(Scalar::Membership(self.schema.active.clone())), true);
        let subscribed = match self.cx.semantics.subscription {
            Subscription::ActiveOnly => Some(Predicate::Is(active())),
            Subscription::Any => None,
        };
        Predicate::all(is_membership.into_iter().chain(subscribed))
    }

    fn test(self, test: &Test) -> Result<Predicate, Reason> {
        match test {
            Test::Time(field, asked) => Ok(self.time_field(*field, asked)),
            Test::Count(field, comparison, count) => {
                Ok(self.count(&self.count_column(*field), *comparison, Number::from(*count)))
            }
            Test::Amount(AmountField::RevenueTotal, comparison, number) => Ok(self.revenue(*comparison, *number)),
            Test::Amount(AmountField::AvgRevenue, comparison, number) => Ok(self.average(*comparison, *number)),
            Test::Flag(field, expected) => {
                let is = Predicate::Is(self.flag(*field));
                Ok(if *expected { is } else { is.negated() })
            }
            Test::Text(field, asked) => Ok(self.text_field(*field, asked)),
            Test::Custom(key, asked) => self.custom(key, asked),
        }
    }

    fn column(self, field: impl Into<Field>) -> Scalar {
        let field = field.into();
        let name = self.schema.column(field).to_owned();
        if field.is_of_the_contact() { Scalar::Contact(name) } else { Scalar::Membership(name) }
    }

    /// A negated test of what may have no value.
    pub(super) fn negation(self, scalar: &Scalar, positive: Predicate) -> Predicate {
        match self.cx.semantics.missing_negation {
            MissingNegation::Matches => Predicate::or_absent(scalar, positive.negated()),
            MissingNegation::Fails => Predicate::of_present(scalar, positive.negated()),
        }
    }

    // Times.

    fn time_field(self, field: TimeField, asked: &Asked<TimeTest>) -> Predicate {
        let column = self.column(field);
        match asked {
            Asked::Exists => Predicate::Present(column),
            Asked::NotExists => Predicate::Absent(column),
            Asked::Value(test) => {
                let positive = self.instant(&column, test);
                if test.is_negation() {
                    self.negation(&column, positive)
                } else {
                    Predicate::of_present(&column, positive)
                }
            }
        }
    }

    /// The positive of a test of an instant that is there.
    pub(super) fn instant(self, scalar: &Scalar, test: &TimeTest) -> Predicate {
        let now = self.cx.now.timestamp_micros();
        match test {
            TimeTest::Within(span) | TimeTest::NotWithin(span) => {
                let (first, last) = (span.before(now), now);
                if last < *INSTANTS.start() || first > *INSTANTS.end() {
                    return Predicate::Always(false);
                }
                match (first <= *INSTANTS.start(), last >= *INSTANTS.end()) {
                    (true, true) => Predicate::Always(true),
                    (true, false) => Predicate::Compare(scalar.clone(), Comparison::Lte, Value::Instant(last)),
                    (false, true) => Predicate::Compare(scalar.clone(), Comparison::Gte, Value::Instant(first)),
                    (false, false) => Predicate::Between(scalar.clone(), Value::Instant(first), Value::Instant(last)),
                }
            }
            TimeTest::Before(moment) => match moment.instant(now) {
                end if end <= *INSTANTS.start() => Predicate::Always(false),
                end if end > *INSTANTS.end() => Predicate::Always(true),
                end => Predicate::Compare(scalar.clone(), Comparison::Lt, Value::Instant(end)),
            },
            TimeTest::After(moment) => match moment.instant(now) {
                start if start >= *INSTANTS.end() => Predicate::Always(false),
                start if start < *INSTANTS.start() => Predicate::Always(true),
                start => Predicate::Compare(scalar.clone(), Comparison::Gt, Value::Instant(start)),
            },
        }
    }

    // Counts and amounts.

    fn count_column(self, field: CountField) -> Lanes {
        Lanes { double: self.column(field), whole: None }
    }

    /// A count is whole: what it is compared with, too.
    fn count(self, lanes: &Lanes, comparison: Comparison, number: Number) -> Predicate {
        let column = &lanes.double;
        let whole = number.to_i64().map(i128::from).or(number.to_u64().map(i128::from)).unwrap_or_default();
        zero_where_absent(
            column,
            comparison,
            number,
            Predicate::Compare(column.clone(), comparison, Value::Whole(whole)),
        )
    }

    fn amount(self, field: AmountField) -> Lanes {
        let whole = self.schema.wholes.get(&field).cloned().map(Scalar::Membership);
        Lanes { double: self.column(field), whole }
    }

    fn revenue(self, comparison: Comparison, number: Number) -> Predicate {
        let lanes = self.amount(AmountField::RevenueTotal);
        zero_where_absent(&lanes.double, comparison, number, compared(&lanes, comparison, number))
    }

    /// The average, or where it is absent the quotient, if there is one.
    fn average(self, comparison: Comparison, number: Number) -> Predicate {
        let lanes = self.amount(AmountField::AvgRevenue);
        let conversions = self.count_column(CountField::ConversionCount);
        let revenue = Box::new(self.column(AmountField::RevenueTotal));
        let quotient = Scalar::Quotient(revenue, Box::new(conversions.double.clone()));
        let quotients = Lanes { double: quotient, whole: None };
        let any = self.count(&conversions, Comparison::Gt, Number::from(0_u64));
        // A quotient that was rounded up to 2^64 is past the end of numbers.
        let is_number = || compared_to_double(&quotients.double, Comparison::Lt, END);
        let given = compared(&lanes, comparison, number);
        let worked_out = compared(&quotients, comparison, number);
        let (worked_out, none) = match comparison {
            Comparison::Eq | Comparison::Lt | Comparison::Lte => (Predicate::all([any, worked_out]), None),
            Comparison::Gt | Comparison::Gte => (Predicate::all([any, is_number(), worked_out]), None),
            Comparison::Neq => match self.cx.semantics.missing_negation {
                // What is past the end equals nothing.
                MissingNegation::Matches => (Predicate::all([any.clone(), worked_out]), Some(any.negated())),
                MissingNegation::Fails => (Predicate::all([any, is_number(), worked_out]), None),
            },
        };
        let absent = Predicate::any([worked_out].into_iter().chain(none));
        Predicate::any([
            Predicate::of_present(&lanes.double, given),
            Predicate::all([Predicate::Absent(lanes.double.clone()), absent]),
        ])
    }

    fn flag(self, field: FlagField) -> Scalar {
        let column = Box::new(self.column(field));
        match field {
            FlagField::OnDnc | FlagField::InWorkflow => Scalar::FlagOr(column, false),
            FlagField::IsValid => Scalar::FlagOr(column, true),
            FlagField::HasRevenue => Scalar::FlagOrPositive(
                column,
                vec![self.column(CountField::ConversionCount), self.column(AmountField::RevenueTotal)],
            ),
        }
    }

    // Texts.

    fn text_field(self, field: TextField, asked: &Asked<TextTest>) -> Predicate {
        let column = self.column(field);
        let always = field == TextField::PhoneNumber;
        match asked {
            Asked::Exists if always => Predicate::Always(true),
            Asked::NotExists if always => Predicate::Always(false),
            Asked::Exists => Predicate::Present(column),
            Asked::NotExists => Predicate::Absent(column),
            Asked::Value(test) => {
                let (positive, negated) = self.text(&column, test);
                match (always, negated) {
                    (true, false) => positive,
                    (true, true) => positive.negated(),
                    (false, false) => Predicate::of_present(&column, positive),
                    (false, true) => self.negation(&column, positive),
                }
            }
        }
    }

    /// The positive of a test of a text that is there, and whether the test is its negation.
    fn text(self, scalar: &Scalar, test: &TextTest) -> (Predicate, bool) {
        match test {
            TextTest::Eq(text) => (self.is_one_of(scalar, [text.as_str()]), false),
            TextTest::Neq(text) => (self.is_one_of(scalar, [text.as_str()]), true),
            TextTest::Contains(text) => (self.has(Part::Anywhere, scalar, text), false),
            TextTest::NotContains(text) => (self.has(Part::Anywhere, scalar, text), true),
            TextTest::StartsWith(text) => (self.has(Part::Start, scalar, text), false),
            TextTest::EndsWith(text) => (self.has(Part::End, scalar, text), false),
            TextTest::In(texts) => (self.is_one_of(scalar, texts.as_slice().iter().map(String::as_str)), false),
            TextTest::NotIn(texts) => (self.is_one_of(scalar, texts.as_slice().iter().map(String::as_str)), true),
        }
    }

    pub(super) fn is_one_of<'t>(self, scalar: &Scalar, texts: impl IntoIterator<Item = &'t str>) -> Predicate {
        let texts = texts.into_iter().filter(|text| self.may_be_held(text));
        let texts: Vec<String> = texts.map(|text| self.cased(text)).collect();
        let scalar = self.folded(scalar, || folding::for_equality(texts.iter().map(String::as_str)));
        let mut values: Vec<Value> = texts.into_iter().map(Value::Text).collect();
        match values.len() {
            0 => Predicate::Always(false),
            1 => Predicate::Compare(scalar, Comparison::Eq, values.remove(0)),
            _ => Predicate::NonEmpty(scalar, values),
        }
    }

    pub(super) fn has(self, part: Part, scalar: &Scalar, text: &str) -> Predicate {
        if !self.may_be_held(text) {
            return Predicate::Always(false);
        }
        if text.is_empty() {
            return Predicate::Always(true);
        }
        let text = self.cased(text);
        let scalar = self.folded(scalar, || folding::for_equality([text.as_str()]));
        Predicate::Part(part, scalar, Value::Text(text))
    }

    pub(super) fn is_ordered(self, scalar: &Scalar, comparison: Comparison, text: &str) -> Predicate {
        let text = self.cased(text);
        let scalar = self.folded(scalar, || folding::for_order(&text));
        match text.split_once('\0').filter(|_| !self.dialect.holds_nul()) {
            None => Predicate::Compare(scalar, comparison, Value::Text(text)),
            // No text that can be held stands between what is in front of a NUL and what has that and a NUL.
            Some((front, _)) => {
                let comparison = match comparison {
                    Comparison::Lt | Comparison::Lte => Comparison::Lte,
                    _ => Comparison::Gt,
                };
                Predicate::Compare(scalar, comparison, Value::Text(front.to_owned()))
            }
        }
    }

    pub(super) fn may_be_held(self, text: &str) -> bool {
        self.dialect.holds_nul() || !text.contains('\0')
    }

    fn cased(self, text: &str) -> String {
        match self.cx.semantics.text_case {
            TextCase::Sensitive => text.to_owned(),
            TextCase::Insensitive => lower_cased(text),
        }
    }

    fn folded(self, scalar: &Scalar, folding: impl FnOnce() -> Option<super::expression::Folding>) -> Scalar {
        let folding = match self.cx.semantics.text_case {
            TextCase::Sensitive => None,
            TextCase::Insensitive => folding(),
        };
        match folding {
            None => scalar.clone(),
            Some(folding) => Scalar::Folded(Box::new(scalar.clone()), folding),
        }
    }
}

/// A comparison of what is 0 where it is absent.
fn zero_where_absent(column: &Scalar, comparison: Comparison, number: Number, compared: Predicate) -> Predicate {
    if comparison.holds(Number::default().cmp(&number)) {
        Predicate::or_absent(column, compared)
    } else {
        Predicate::of_present(column, compared)
    }
}

const EXACT: i128 = 1 << 53;
const END: f64 = 18_446_744_073_709_551_616.0; // 2^64

/// How a number that is there compares with another, exactly.
///
/// Below 2^53 a double is the number, and one that was rounded on its way to a double stays on its side of it. From
/// there on both are whole, and the whole number decides where there is one; else the double is the number.
pub(super) fn compared(lanes: &Lanes, comparison: Comparison, number: Number) -> Predicate {
    let whole = number.to_i64().map(i128::from).or(number.to_u64().map(i128::from));
    let Some(whole) = whole else { return compared_to_double(&lanes.double, comparison, number.to_f64()) };
    if whole.abs() < EXACT {
        return Predicate::Compare(lanes.double.clone(), comparison, Value::Whole(whole));
    }
    let by_double = compared_to_large(&lanes.double, comparison, whole);
    match &lanes.whole {
        None => by_double,
        Some(fast_json) => {
            let by_whole = Predicate::Compare(fast_json.clone(), comparison, Value::Whole(whole));
            Predicate::any([
                Predicate::of_present(fast_json, by_whole),
                Predicate::all([Predicate::Absent(fast_json.clone()), by_double]),
            ])
        }
    }
}

/// How a whole number that is there compares with another number.
pub(super) fn compared_whole(scalar: &Scalar, comparison: Comparison, number: Number) -> Predicate {
    let whole = number.to_i64().map(i128::from).or(number.to_u64().map(i128::from));
    let (comparison, whole) = match (whole, comparison) {
        (Some(whole), _) => (comparison, whole),
        // No whole number lies between a fraction and its floor; fractions are below 2^53.
        (None, Comparison::Eq) => return Predicate::Always(false),
        (None, Comparison::Neq) => return Predicate::Always(true),
        (None, Comparison::Gt | Comparison::Gte) => (Comparison::Gt, number.to_f64().floor() as i128),
        (None, Comparison::Lt | Comparison::Lte) => (Comparison::Lte, number.to_f64().floor() as i128),
    };
    Predicate::Compare(scalar.clone(), comparison, Value::Whole(whole))
}

fn compared_to_double(scalar: &Scalar, comparison: Comparison, double: f64) -> Predicate {
    Predicate::Compare(scalar.clone(), comparison, Value::Double(double))
}

/// How a double compares with a whole number that may lie between two of them.
fn compared_to_large(scalar: &Scalar, comparison: Comparison, whole: i128) -> Predicate {
    let nearest = whole as f64;
    let below = if nearest as i128 > whole { nearest.next_down() } else { nearest };
    let above = if (nearest as i128) < whole { nearest.next_up() } else { nearest };
    match comparison {
        Comparison::Eq if below < above => Predicate::Always(false),
        Comparison::Neq if below < above => Predicate::Always(true),
        Comparison::Gt | Comparison::Lte | Comparison::Eq | Comparison::Neq => {
            compared_to_double(scalar, comparison, below)
        }
        Comparison::Gte | Comparison::Lt => compared_to_double(scalar, comparison, above),
    }
}

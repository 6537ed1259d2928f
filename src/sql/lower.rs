//! From a filter to conditions on columns, bound to `now` and the semantics.
//!
//! It says what `eval` says, in the same order: what a test is asked of, what a value is, what no value is.

use super::Refusal;
use super::dialect::Dialect;
use super::expression::{Answer, BoolExpr, Rows, Scalar, Tree, Value};
use super::folding;
use super::schema::SqlSchema;
use crate::audience::Audience;
use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField};
use crate::eval::lower_cased;
use crate::filter::{
    Comparison, Condition, CustomTest, Group, Junction, NumberTest, OptionalField, Predicate, TextPart, TextTest,
    TimeTest,
};
use crate::number::Number;
use crate::semantics::{EvalContext, Subscription, TextCase};
use crate::time::{WRITABLE, year_start};

/// The instants that a column may hold, in microseconds since 1970: what a record may say, of the years 0 to 9999.
const INSTANTS: std::ops::RangeInclusive<i64> = WRITABLE.start..=WRITABLE.end - 1;

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
            BoolExpr::Always(true) => {}
            BoolExpr::All(parts) => all.extend(parts.into_iter().map(Tree::Condition)),
            part => all.push(Tree::Condition(part)),
        }
        if !audience.source_lists.is_empty() {
            let scope = self.on_any(&audience.source_lists);
            all.push(Tree::Condition(BoolExpr::of_present(&self.list(), scope)));
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

    fn condition(self, condition: &Condition) -> Result<BoolExpr, Refusal> {
        let answer = self.answer(condition).map_err(|reason| Refusal::of(condition, self.dialect, reason))?;
        let of_nothing = condition.holds_of_nothing(&self.cx.semantics);
        let holds = match (condition.is_negated(), of_nothing) {
            (false, _) => answer.passes,
            (true, true) => answer.passes.negated(),
            (true, false) => answer.fails,
        };
        Ok(match condition.list_that_matters() {
            None => holds,
            Some(list) => self.on_list(list, holds, of_nothing),
        })
    }

    /// What is asked of the contact's membership on a list, or what it is where there is none.
    fn on_list(self, list: i64, predicate: BoolExpr, of_nothing: bool) -> BoolExpr {
        let of_list = |predicate| self.of_contact(BoolExpr::all([self.on_any(&[list]), predicate]));
        if of_nothing { of_list(predicate.negated()).negated() } else { of_list(predicate) }
    }

    /// Whether some membership of the contact that takes part satisfies a predicate.
    fn of_contact(self, predicate: BoolExpr) -> BoolExpr {
        match BoolExpr::all([self.taking_part(), predicate]) {
            BoolExpr::Always(false) => BoolExpr::Always(false),
            all => BoolExpr::Among(Rows::OfContact, Box::new(all)),
        }
    }

    fn on_any(self, lists: &[i64]) -> BoolExpr {
        let value = |list: &i64| Value::Whole((*list).into());
        match lists {
            [list] => BoolExpr::Compare(self.list(), Comparison::Eq, value(list)),
            _ => BoolExpr::NonEmpty(self.list(), lists.iter().map(value).collect()),
        }
    }

    fn list(self) -> Scalar {
        Scalar::Membership(self.schema.list_id.clone())
    }

    /// Whether the row is a membership, and the subscription rule lets it take part.
    fn taking_part(self) -> BoolExpr {
        let is_membership = self.schema.is_membership.clone().map(|column| BoolExpr::Is(Scalar::Membership(column)));
        let active = || Scalar::FlagOr(Box::new(Scalar::Membership(self.schema.active.clone())), true);
        let subscribed = match self.cx.semantics.subscription {
            Subscription::ActiveOnly => Some(BoolExpr::Is(active())),
            Subscription::Any => None,
        };
        BoolExpr::all(is_membership.into_iter().chain(subscribed))
    }

    fn answer(self, condition: &Condition) -> Result<Answer, Reason> {
        let always = Answer::always;
        Ok(match condition.predicate() {
            Predicate::OnList(lists) => always(self.of_contact(self.on_any(lists.as_slice()))),
            Predicate::Exists(OptionalField::Time(field)) => always(BoolExpr::Present(self.column(*field))),
            Predicate::Exists(OptionalField::Text(TextField::PhoneNumber)) => always(BoolExpr::Always(true)),
            Predicate::Exists(OptionalField::Text(field)) => always(BoolExpr::Present(self.column(*field))),
            Predicate::Exists(OptionalField::Custom(key)) => always(self.custom(key, None, true)?.passes),
            Predicate::Time(field, test) => {
                let column = self.column(*field);
                Answer::of_present(&column, self.instant(&column, test)?)
            }
            Predicate::Count(field, test) => {
                let column = self.count_column(*field);
                let each = test.comparisons().map(|(comparison, count)| self.count(&column, comparison, count.into()));
                always(BoolExpr::all(each))
            }
            Predicate::Amount(AmountField::RevenueTotal, test) => {
                always(BoolExpr::all(test.comparisons().map(|(comparison, number)| self.revenue(comparison, number))))
            }
            Predicate::Amount(AmountField::AvgRevenue, test) => self.average(test),
            Predicate::Flag(field, expected) => {
                let is = BoolExpr::Is(self.flag(*field));
                always(if *expected { is } else { is.negated() })
            }
            Predicate::Text(field, test) => {
                let column = self.column(*field);
                let passes = self.text(&column, test);
                match field {
                    TextField::PhoneNumber => always(passes),
                    _ => Answer::of_present(&column, passes),
                }
            }
            Predicate::Custom(key, test) => {
                let of_nothing = condition.holds_of_nothing(&self.cx.semantics);
                let tells_absence = condition.is_negated() && !of_nothing && !matches!(test, CustomTest::Time(_));
                self.custom(key, Some(test), tells_absence)?
            }
        })
    }

    fn column(self, field: impl Into<Field>) -> Scalar {
        let field = field.into();
        let name = self.schema.column(field).to_owned();
        if field.is_of_the_contact() { Scalar::Contact(name) } else { Scalar::Membership(name) }
    }

    // Times.

    /// Whether an instant that is there passes.
    pub(super) fn instant(self, scalar: &Scalar, test: &TimeTest) -> Result<BoolExpr, Reason> {
        let now = self.cx.now.timestamp_micros();
        let compare = |comparison, bound| Ok(BoolExpr::Compare(scalar.clone(), comparison, self.bound(bound)?));
        match test {
            TimeTest::Within(span) => {
                let (first, last) = (span.before(now), now);
                if last < *INSTANTS.start() || first > *INSTANTS.end() {
                    return Ok(BoolExpr::Always(false));
                }
                match (first <= *INSTANTS.start(), last >= *INSTANTS.end()) {
                    (true, true) => Ok(BoolExpr::Always(true)),
                    (true, false) => compare(Comparison::Lte, last),
                    (false, true) => compare(Comparison::Gte, first),
                    (false, false) => Ok(BoolExpr::Between(scalar.clone(), self.bound(first)?, self.bound(last)?)),
                }
            }
            TimeTest::Before(moment) => match moment.instant(now) {
                end if end <= *INSTANTS.start() => Ok(BoolExpr::Always(false)),
                end if end > *INSTANTS.end() => Ok(BoolExpr::Always(true)),
                end => compare(Comparison::Lt, end),
            },
            TimeTest::After(moment) => match moment.instant(now) {
                start if start >= *INSTANTS.end() => Ok(BoolExpr::Always(false)),
                start if start < *INSTANTS.start() => Ok(BoolExpr::Always(true)),
                start => compare(Comparison::Gt, start),
            },
        }
    }

    /// An instant to compare with. Whatever is before the first that an engine has is that one there, so that only a later
    /// one tells them apart.
    fn bound(self, micros: i64) -> Result<Value, Reason> {
        match self.dialect.syntax().first_year() {
            Some(year) if micros <= year_start(year) => {
                Err(format!("its times begin with the year {year}, and an earlier one is asked for"))
            }
            _ => Ok(Value::Instant(micros)),
        }
    }

    // Counts and amounts.

    fn count_column(self, field: CountField) -> Lanes {
        Lanes { double: self.column(field), whole: None }
    }

    /// A count is whole: what it is compared with, too.
    fn count(self, lanes: &Lanes, comparison: Comparison, number: Number) -> BoolExpr {
        let column = &lanes.double;
        let whole = number.to_i64().map(i128::from).or(number.to_u64().map(i128::from)).unwrap_or_default();
        zero_where_absent(
            column,
            comparison,
            number,
            BoolExpr::Compare(column.clone(), comparison, Value::Whole(whole)),
        )
    }

    fn amount(self, field: AmountField) -> Lanes {
        let whole = self.schema.wholes.get(&field).cloned().map(Scalar::Membership);
        Lanes { double: self.column(field), whole }
    }

    fn revenue(self, comparison: Comparison, number: Number) -> BoolExpr {
        let lanes = self.amount(AmountField::RevenueTotal);
        zero_where_absent(&lanes.double, comparison, number, compared(&lanes, comparison, number))
    }

    /// The average, or where it is absent the quotient, if there is one.
    fn average(self, test: &NumberTest<Number>) -> Answer {
        let lanes = self.amount(AmountField::AvgRevenue);
        let conversions = self.count_column(CountField::ConversionCount);
        let revenue = Box::new(self.column(AmountField::RevenueTotal));
        let quotient = Scalar::Quotient(revenue, Box::new(conversions.double.clone()));
        let quotients = Lanes { double: quotient, whole: None };
        let compared_all = |lanes: &Lanes| {
            BoolExpr::all(test.comparisons().map(|(comparison, number)| compared(lanes, comparison, number)))
        };
        let (given, worked_out) = (compared_all(&lanes), compared_all(&quotients));
        let of_given = |passes| BoolExpr::of_present(&lanes.double, passes);
        let any_conversion = self.count(&conversions, Comparison::Gt, Number::from(0_u64));
        // A quotient that was rounded up to 2^64 is past the end of numbers.
        let is_number = compared_to_double(&quotients.double, Comparison::Lt, END);
        let of_quotient = |passes, is_number| {
            BoolExpr::all([BoolExpr::Absent(lanes.double.clone()), any_conversion.clone(), is_number, passes])
        };
        let reaches_up = test.comparisons().any(|(comparison, _)| match comparison {
            Comparison::Gt | Comparison::Gte => true,
            Comparison::Eq | Comparison::Lt | Comparison::Lte => false,
        });
        let needed = if reaches_up { is_number.clone() } else { BoolExpr::Always(true) };
        Answer {
            fails: BoolExpr::any([
                of_given(given.clone().negated()),
                of_quotient(worked_out.clone().negated(), is_number),
            ]),
            passes: BoolExpr::any([of_given(given), of_quotient(worked_out, needed)]),
        }
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

    /// Whether a text that is there passes.
    fn text(self, scalar: &Scalar, test: &TextTest) -> BoolExpr {
        match test {
            TextTest::Eq(text) => self.is_one_of(scalar, [text.as_str()]),
            TextTest::Has(part, text) => self.has(*part, scalar, text),
            TextTest::In(texts) => self.is_one_of(scalar, texts.as_slice().iter().map(String::as_str)),
        }
    }

    pub(super) fn is_one_of<'t>(self, scalar: &Scalar, texts: impl IntoIterator<Item = &'t str>) -> BoolExpr {
        let texts = texts.into_iter().filter(|text| self.may_be_held(text));
        let texts: Vec<String> = texts.map(|text| self.cased(text)).collect();
        let scalar = self.folded(scalar, || folding::for_equality(texts.iter().map(String::as_str)));
        let mut values: Vec<Value> = texts.into_iter().map(Value::Text).collect();
        match values.len() {
            0 => BoolExpr::Always(false),
            1 => BoolExpr::Compare(scalar, Comparison::Eq, values.remove(0)),
            _ => BoolExpr::NonEmpty(scalar, values),
        }
    }

    pub(super) fn has(self, part: TextPart, scalar: &Scalar, text: &str) -> BoolExpr {
        if !self.may_be_held(text) {
            return BoolExpr::Always(false);
        }
        if text.is_empty() {
            return BoolExpr::Always(true);
        }
        let text = self.cased(text);
        let scalar = self.folded(scalar, || folding::for_equality([text.as_str()]));
        BoolExpr::Part(part, scalar, Value::Text(text))
    }

    pub(super) fn is_ordered(self, scalar: &Scalar, comparison: Comparison, text: &str) -> BoolExpr {
        let text = self.cased(text);
        let scalar = self.folded(scalar, || folding::for_order(&text));
        match text.split_once('\0').filter(|_| !self.dialect.syntax().holds_nul()) {
            None => BoolExpr::Compare(scalar, comparison, Value::Text(text)),
            // No text that can be held stands between what is in front of a NUL and what has that and a NUL.
            Some((front, _)) => {
                let comparison = match comparison {
                    Comparison::Lt | Comparison::Lte => Comparison::Lte,
                    Comparison::Gt | Comparison::Gte => Comparison::Gt,
                    Comparison::Eq => return BoolExpr::Always(false),
                };
                BoolExpr::Compare(scalar, comparison, Value::Text(front.to_owned()))
            }
        }
    }

    pub(super) fn may_be_held(self, text: &str) -> bool {
        self.dialect.syntax().holds_nul() || !text.contains('\0')
    }

    fn cased(self, text: &str) -> String {
        match self.cx.semantics.text_case {
            TextCase::Sensitive => text.to_owned(),
            TextCase::Insensitive => lower_cased(text),
        }
    }

    /// Whether a text spells a boolean, in any case.
    pub(super) fn spells(scalar: &Scalar, flag: bool) -> BoolExpr {
        let spelled = if flag { "true" } else { "false" };
        let scalar = match folding::for_equality([spelled]) {
            None => scalar.clone(),
            Some(folding) => Scalar::Folded(Box::new(scalar.clone()), folding),
        };
        BoolExpr::Compare(scalar, Comparison::Eq, Value::Text(spelled.to_owned()))
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
fn zero_where_absent(column: &Scalar, comparison: Comparison, number: Number, compared: BoolExpr) -> BoolExpr {
    if comparison.holds(Number::default().cmp(&number)) {
        BoolExpr::or_absent(column, compared)
    } else {
        BoolExpr::of_present(column, compared)
    }
}

/// From here on a double does not hold every whole number.
pub(super) const EXACT: i128 = 1 << 53;
const END: f64 = 18_446_744_073_709_551_616.0; // 2^64

/// How a number that is there compares with another, exactly.
///
/// Below 2^53 a double is the number, and one that was rounded on its way to a double stays on its side of it. From
/// there on both are whole, and the whole number decides where there is one; else the double is the number.
pub(super) fn compared(lanes: &Lanes, comparison: Comparison, number: Number) -> BoolExpr {
    let whole = number.to_i64().map(i128::from).or(number.to_u64().map(i128::from));
    let Some(whole) = whole else { return compared_to_double(&lanes.double, comparison, number.to_f64()) };
    if whole.abs() < EXACT {
        return BoolExpr::Compare(lanes.double.clone(), comparison, Value::Whole(whole));
    }
    let by_double = compared_to_large(&lanes.double, comparison, whole);
    match &lanes.whole {
        None => by_double,
        Some(fast_json) => {
            let by_whole = BoolExpr::Compare(fast_json.clone(), comparison, Value::Whole(whole));
            BoolExpr::any([
                BoolExpr::of_present(fast_json, by_whole),
                BoolExpr::all([BoolExpr::Absent(fast_json.clone()), by_double]),
            ])
        }
    }
}

/// How a whole number that is there compares with another number.
pub(super) fn compared_whole(scalar: &Scalar, comparison: Comparison, number: Number) -> BoolExpr {
    let whole = number.to_i64().map(i128::from).or(number.to_u64().map(i128::from));
    let (comparison, whole) = match (whole, comparison) {
        (Some(whole), _) => (comparison, whole),
        // No whole number lies between a fraction and its floor; fractions are below 2^53.
        (None, Comparison::Eq) => return BoolExpr::Always(false),
        (None, Comparison::Gt | Comparison::Gte) => (Comparison::Gt, number.to_f64().floor() as i128),
        (None, Comparison::Lt | Comparison::Lte) => (Comparison::Lte, number.to_f64().floor() as i128),
    };
    BoolExpr::Compare(scalar.clone(), comparison, Value::Whole(whole))
}

fn compared_to_double(scalar: &Scalar, comparison: Comparison, double: f64) -> BoolExpr {
    BoolExpr::Compare(scalar.clone(), comparison, Value::Double(double))
}

/// How a double compares with a whole number that may lie between two of them.
fn compared_to_large(scalar: &Scalar, comparison: Comparison, whole: i128) -> BoolExpr {
    let nearest = whole as f64;
    let below = if nearest as i128 > whole { nearest.next_down() } else { nearest };
    let above = if (nearest as i128) < whole { nearest.next_up() } else { nearest };
    match comparison {
        Comparison::Eq if below < above => BoolExpr::Always(false),
        Comparison::Gt | Comparison::Lte | Comparison::Eq => compared_to_double(scalar, comparison, below),
        Comparison::Gte | Comparison::Lt => compared_to_double(scalar, comparison, above),
    }
}

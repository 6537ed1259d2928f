//! From an audience to a question of a document: what both one-way writers say, each in its own language.
//!
//! It says what `eval` says, in the same order. Every part of it is true or false: one that compares a value is false
//! where there is none, so that it may stand below a negation.

use crate::audience::Audience;
use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField};
use crate::filter::{
    Asked, Bound, Comparison, Condition, CustomKey, CustomTest, FieldTest, Group, Junction, ListTest, Literal, Test,
    TextTest, TimeTest,
};
use crate::number::Number;
use crate::semantics::{MissingNegation, Semantics, Subscription, TextCase};
use crate::time::{Moment, Span, SpanUnit};

/// Something that is true or false of a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Question {
    Always(bool),
    All(Vec<Question>),
    Any(Vec<Question>),
    Not(Box<Question>),
    Present(Key),
    Flag(Key, bool),
    /// Never with `Neq`.
    Compare(Key, Comparison, Scalar),
    /// From the first to the second, both among them.
    Between(Key, Moment, Moment),
    NonEmpty(Key, Vec<Scalar>),
    /// The text is not empty.
    Part(Part, Key, String),
    /// It holds of some membership of the contact.
    Membership(Box<Question>),
    /// It holds of some value of a custom field of the membership.
    Custom(Box<Question>),
}

/// A key of the document, of a membership in it, or of a value of a custom field in that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Key {
    Field(Field),
    ListId,
    Active,
    ValueOf,
    ValueText,
    ValueNumber,
    ValueFlag,
    ValueInstant,
}

/// What has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Contact,
    Membership,
    Custom,
}

impl Key {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::ListId => "list_id",
            Self::Active => "active",
            Self::ValueOf => "key",
            Self::ValueText => "text",
            Self::ValueNumber => "number",
            Self::ValueFlag => "flag",
            Self::ValueInstant => "instant",
        }
    }

    pub(super) fn owner(self) -> Owner {
        match self {
            Self::Field(field) if field.is_of_the_contact() => Owner::Contact,
            Self::Field(_) | Self::ListId | Self::Active => Owner::Membership,
            Self::ValueOf | Self::ValueText | Self::ValueNumber | Self::ValueFlag | Self::ValueInstant => Owner::Custom,
        }
    }

    /// Whether every document has it.
    pub(super) fn is_always_there(self) -> bool {
        match self {
            Self::Field(Field::Text(field)) => field == TextField::PhoneNumber,
            Self::Field(Field::Amount(field)) => field == AmountField::RevenueTotal,
            Self::Field(Field::Count(_) | Field::Flag(_)) | Self::Active | Self::ValueOf => true,
            _ => false,
        }
    }
}

/// A value that a document's is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Text(String),
    Count(u64),
    Double(f64),
    List(i64),
    Moment(Moment),
}

/// Where a text is looked for in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Anywhere,
    Start,
    End,
}

/// The instant of the question.
pub(super) const NOW: Moment = Moment::Ago(Span { amount: 0, unit: SpanUnit::Minutes });

impl Question {
    /// All of them; one that is always true says nothing.
    pub(super) fn all(members: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(members, Junction::All)
    }

    /// Any of them; one that is always false says nothing.
    pub(super) fn any(members: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(members, Junction::Any)
    }

    fn joined(members: impl IntoIterator<Item = Self>, junction: Junction) -> Self {
        let neutral = junction == Junction::All;
        let mut joined = Vec::new();
        for member in members {
            match (member, junction) {
                (Self::Always(holds), _) if holds == neutral => {}
                (Self::Always(holds), _) => return Self::Always(holds),
                (Self::All(inner), Junction::All) | (Self::Any(inner), Junction::Any) => joined.extend(inner),
                (other, _) => joined.push(other),
            }
        }
        match (joined.len(), junction) {
            (0, _) => Self::Always(neutral),
            (1, _) => joined.remove(0),
            (_, Junction::All) => Self::All(joined),
            (_, Junction::Any) => Self::Any(joined),
        }
    }

    fn negated(self) -> Self {
        match self {
            Self::Always(holds) => Self::Always(!holds),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    fn of_membership(self) -> Self {
        if self == Self::Always(false) { self } else { Self::Membership(Box::new(self)) }
    }
}

/// Why a condition cannot be said; whoever knows the condition makes a refusal of it.
pub(super) type Reason = String;

/// The readings that a question has, and who refuses what cannot be said.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a, E> {
    pub(super) semantics: &'a Semantics,
    pub(super) engine: E,
    /// How many characters may be looked for anywhere in a text, or at its end.
    pub(super) longest_part: usize,
    /// How many microseconds may be counted back from now.
    pub(super) longest_span: i64,
}

/// What is asked of an audience: that of a membership of a contact all of this holds.
pub(super) struct Parted {
    /// It takes part, and is on a source list.
    pub(super) scope: Question,
    /// It satisfies the filter; memberships on other lists, and the contact, have a say in it.
    pub(super) filter: Question,
}

type Refusal<E> = crate::refusal::Refusal<E>;

impl<E: Copy> Asking<'_, E> {
    pub(super) fn audience(self, audience: &Audience) -> Result<Parted, Refusal<E>> {
        let listed = match audience.source_lists.as_slice() {
            [] => Question::Always(true),
            lists => on_any(lists),
        };
        Ok(Parted { scope: Question::all([self.taking_part(), listed]), filter: self.group(audience.filter.root())? })
    }

    fn group(self, group: &Group) -> Result<Question, Refusal<E>> {
        let conditions = group
            .conditions()
            .iter()
            .map(|condition| self.condition(condition).map_err(|reason| Refusal::of(condition, self.engine, reason)));
        let members = conditions.chain(group.groups().iter().map(|group| self.group(group)));
        Ok(Question::joined(members.collect::<Result<Vec<_>, _>>()?, group.junction()))
    }

    fn condition(self, condition: &Condition) -> Result<Question, Reason> {
        match condition {
            Condition::List(ListTest::In(lists)) => Ok(self.on_list(lists.as_slice(), Question::Always(true))),
            Condition::List(ListTest::NotIn(lists)) => {
                Ok(self.on_list(lists.as_slice(), Question::Always(true)).negated())
            }
            Condition::Field(FieldTest { test, list }) => {
                let question = self.test(test)?;
                let of_the_contact = test.field().is_some_and(Field::is_of_the_contact);
                Ok(match list.filter(|_| !of_the_contact) {
                    None => question,
                    Some(list) if test.holds_of_nothing(self.semantics) => {
                        self.on_list(&[list], question.negated()).negated()
                    }
                    Some(list) => self.on_list(&[list], question),
                })
            }
        }
    }

    /// Whether a membership of the contact on one of the lists that takes part satisfies a question.
    fn on_list(self, lists: &[i64], question: Question) -> Question {
        Question::all([self.taking_part(), on_any(lists), question]).of_membership()
    }

    fn taking_part(self) -> Question {
        match self.semantics.subscription {
            Subscription::ActiveOnly => Question::Flag(Key::Active, true),
            Subscription::Any => Question::Always(true),
        }
    }

    /// A negated test of what may have no value.
    fn negation(self, present: Question, positive: Question) -> Question {
        match self.semantics.missing_negation {
            MissingNegation::Matches => positive.negated(),
            MissingNegation::Fails => Question::all([present, positive.negated()]),
        }
    }

    fn test(self, test: &Test) -> Result<Question, Reason> {
        match test {
            Test::Time(field, asked) => {
                let key = Key::Field((*field).into());
                match asked {
                    Asked::Exists => Ok(present(key)),
                    Asked::NotExists => Ok(present(key).negated()),
                    Asked::Value(test) => {
                        let positive = self.instant(key, test)?;
                        Ok(if test.is_negation() { self.negation(present(key), positive) } else { positive })
                    }
                }
            }
            Test::Count(field, comparison, count) => Ok(compared_count(*field, *comparison, *count)),
            Test::Amount(field, comparison, number) => {
                let key = Key::Field((*field).into());
                let number = double(*number)?;
                Ok(match comparison {
                    Comparison::Neq => self.negation(present(key), Question::Compare(key, Comparison::Eq, number)),
                    comparison => Question::Compare(key, *comparison, number),
                })
            }
            Test::Flag(field, expected) => Ok(flag(*field, *expected)),
            Test::Text(field, asked) => {
                let key = Key::Field((*field).into());
                match asked {
                    Asked::Exists => Ok(present(key)),
                    Asked::NotExists => Ok(present(key).negated()),
                    Asked::Value(test) => {
                        let positive = self.text(key, test)?;
                        Ok(if test.is_negation() { self.negation(present(key), positive) } else { positive })
                    }
                }
            }
            Test::Custom(key, asked) => self.custom(key, asked),
        }
    }

    /// The positive of a test of an instant.
    fn instant(self, key: Key, test: &TimeTest) -> Result<Question, Reason> {
        let (TimeTest::Within(span)
        | TimeTest::NotWithin(span)
        | TimeTest::Before(Moment::Ago(span))
        | TimeTest::After(Moment::Ago(span))) = test
        else {
            return Ok(instant(key, test));
        };
        if span.micros() > self.longest_span {
            return Err("it does not count so far back from now".to_owned());
        }
        Ok(instant(key, test))
    }

    // Texts.

    fn is_case_kept(self) -> Result<(), Reason> {
        match self.semantics.text_case {
            TextCase::Sensitive => Ok(()),
            TextCase::Insensitive => Err("it folds the case of texts in another way".to_owned()),
        }
    }

    fn has(self, part: Part, key: Key, text: &str) -> Result<Question, Reason> {
        self.is_case_kept()?;
        if part != Part::Start && text.chars().nth(self.longest_part).is_some() {
            return Err(format!("it looks for {} characters at most", self.longest_part));
        }
        Ok(if text.is_empty() { present(key) } else { Question::Part(part, key, text.to_owned()) })
    }

    /// The positive of a test.
    fn text(self, key: Key, test: &TextTest) -> Result<Question, Reason> {
        self.is_case_kept()?;
        match test {
            TextTest::Eq(text) | TextTest::Neq(text) => Ok(is_one_of(key, [text.as_str()])),
            TextTest::In(texts) | TextTest::NotIn(texts) => {
                Ok(is_one_of(key, texts.as_slice().iter().map(String::as_str)))
            }
            TextTest::Contains(text) | TextTest::NotContains(text) => self.has(Part::Anywhere, key, text),
            TextTest::StartsWith(text) => self.has(Part::Start, key, text),
            TextTest::EndsWith(text) => self.has(Part::End, key, text),
        }
    }

    // Custom fields.

    fn custom(self, key: &CustomKey, asked: &Asked<CustomTest>) -> Result<Question, Reason> {
        let is_key = || Question::Compare(Key::ValueOf, Comparison::Eq, Scalar::Text(key.as_str().to_owned()));
        let some = |question| match Question::all([is_key(), question]) {
            Question::Always(holds) => Question::Always(holds),
            question => Question::Custom(Box::new(question)),
        };
        let exists = || some(Question::Always(true));
        let test = match asked {
            Asked::Exists => return Ok(exists()),
            Asked::NotExists => return Ok(exists().negated()),
            Asked::Value(test) => test,
        };
        let (positive, exists) = match test {
            CustomTest::Time(test) => (self.instant(Key::ValueInstant, test)?, some(present(Key::ValueInstant))),
            test => (self.element(test)?, exists()),
        };
        let positive = some(positive);
        Ok(if test.is_negation() { self.negation(exists, positive) } else { positive })
    }

    /// The positive of a test of an element.
    fn element(self, test: &CustomTest) -> Result<Question, Reason> {
        let has = |part, text: &str| self.has(part, Key::ValueText, text);
        match test {
            CustomTest::Eq(literal) | CustomTest::Neq(literal) => self.equals_any(std::slice::from_ref(literal)),
            CustomTest::In(literals) | CustomTest::NotIn(literals) => self.equals_any(literals.as_slice()),
            CustomTest::Order(order, bound) => self.ordered(order.comparison(), bound),
            CustomTest::Contains(text) | CustomTest::NotContains(text) => has(Part::Anywhere, text),
            CustomTest::StartsWith(text) => has(Part::Start, text),
            CustomTest::EndsWith(text) => has(Part::End, text),
            // Asked of the value as a whole.
            CustomTest::Time(_) => Ok(Question::Always(false)),
        }
    }

    fn equals_any(self, literals: &[Literal]) -> Result<Question, Reason> {
        let mut texts = Vec::new();
        let mut flags = [false; 2];
        let mut numbers = Vec::new();
        for literal in literals {
            match literal {
                Literal::Number(number) => {
                    numbers.push(Question::Compare(Key::ValueNumber, Comparison::Eq, double(*number)?));
                }
                Literal::Bool(flag) => {
                    self.is_case_kept()?;
                    flags[usize::from(*flag)] = true;
                    texts.push(if *flag { "true" } else { "false" });
                }
                Literal::Text(text) => {
                    self.is_case_kept()?;
                    flags[0] |= text == "false";
                    flags[1] |= text == "true";
                    texts.push(text);
                    if let Some(number) = Number::from_text(text) {
                        numbers.push(no_text(Question::Compare(Key::ValueNumber, Comparison::Eq, double(number)?)));
                    }
                }
            }
        }
        let flags = flags.into_iter().zip([false, true]).filter(|(asked, _)| *asked);
        let flags = flags.map(|(_, is)| Question::Flag(Key::ValueFlag, is));
        Ok(Question::any([is_one_of(Key::ValueText, texts)].into_iter().chain(flags).chain(numbers)))
    }

    fn ordered(self, comparison: Comparison, bound: &Bound) -> Result<Question, Reason> {
        match bound {
            Bound::Number(number) => Ok(Question::Compare(Key::ValueNumber, comparison, double(*number)?)),
            Bound::Text(text) => {
                self.is_case_kept()?;
                let by_text = Question::Compare(Key::ValueText, comparison, Scalar::Text(text.clone()));
                let by_number = Number::from_text(text).map(|number| {
                    Ok::<_, Reason>(no_text(Question::Compare(Key::ValueNumber, comparison, double(number)?)))
                });
                Ok(Question::any([by_text].into_iter().chain(by_number.transpose()?)))
            }
        }
    }
}

fn present(key: Key) -> Question {
    if key.is_always_there() { Question::Always(true) } else { Question::Present(key) }
}

/// A text that is a number is compared with a text as the text that it is.
fn no_text(question: Question) -> Question {
    Question::all([Question::Present(Key::ValueText).negated(), question])
}

fn on_any(lists: &[i64]) -> Question {
    match lists {
        [list] => Question::Compare(Key::ListId, Comparison::Eq, Scalar::List(*list)),
        _ => Question::NonEmpty(Key::ListId, lists.iter().copied().map(Scalar::List).collect()),
    }
}

fn compared_count(field: CountField, comparison: Comparison, count: u64) -> Question {
    let key = Key::Field(field.into());
    match comparison {
        Comparison::Neq => Question::Compare(key, Comparison::Eq, Scalar::Count(count)).negated(),
        comparison => Question::Compare(key, comparison, Scalar::Count(count)),
    }
}

fn flag(field: FlagField, expected: bool) -> Question {
    Question::Flag(Key::Field(field.into()), expected)
}

/// The positive of a test of an instant.
fn instant(key: Key, test: &TimeTest) -> Question {
    match test {
        TimeTest::Within(span) | TimeTest::NotWithin(span) => Question::Between(key, Moment::Ago(*span), NOW),
        TimeTest::Before(moment) => Question::Compare(key, Comparison::Lt, Scalar::Moment(*moment)),
        TimeTest::After(moment) => Question::Compare(key, Comparison::Gt, Scalar::Moment(*moment)),
    }
}

fn is_one_of<'t>(key: Key, texts: impl IntoIterator<Item = &'t str>) -> Question {
    let mut texts: Vec<Scalar> = texts.into_iter().map(|text| Scalar::Text(text.to_owned())).collect();
    match texts.len() {
        0 => Question::Always(false),
        1 => Question::Compare(key, Comparison::Eq, texts.remove(0)),
        _ => Question::NonEmpty(key, texts),
    }
}

/// A number as a double, where that is exact. What it is compared with may be rounded to one: below 2^53 that changes
/// no comparison.
fn double(number: Number) -> Result<Scalar, Reason> {
    const EXACT: u64 = 1 << 53;
    let magnitude = number.to_u64().or(number.to_i64().map(i64::unsigned_abs));
    match magnitude {
        Some(magnitude) if magnitude >= EXACT => {
            Err("its numbers are doubles, which are not exact from 2^53".to_owned())
        }
        _ => Ok(Scalar::Double(number.to_f64())),
    }
}

//! From an audience to a question of a document: what both one-way writers say, each in its own language.
//!
//! It says what `eval` says, in the same order. Every part of it is true or false: one that compares a value is false
//! where there is none, so that it may stand below a negation.

use crate::audience::Audience;
use crate::catalogue::{AmountField, Field, TextField};
use crate::eval::{spellings, spells};
use crate::filter::{
    Comparison, Condition, CustomKey, CustomTest, Group, Junction, Literal, NumberTest, OptionalField, OrderedLiteral,
    Predicate, TextPart, TextTest, TimeTest,
};
use crate::logic::{self, Logic};
use crate::number::Number;
use crate::semantics::{Semantics, Subscription, TextCase};
use crate::time::{Moment, Span, SpanUnit};

/// Something that is true or false of a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Question {
    Always(bool),
    All(Vec<Question>),
    Any(Vec<Question>),
    Not(Box<Question>),
    Present(DocumentKey),
    Flag(DocumentKey, bool),
    Compare(DocumentKey, Comparison, Scalar),
    /// From the first to the second, both among them.
    Between(DocumentKey, Moment, Moment),
    NonEmpty(DocumentKey, Vec<Scalar>),
    /// The text is not empty.
    Part(TextPart, DocumentKey, String),
    /// It holds of some membership of the contact.
    Membership(Box<Question>),
    /// It holds of some value of a custom field of the membership.
    Custom(Box<Question>),
}

/// A key of the document, of a membership in it, or of a value of a custom field in that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum DocumentKey {
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

impl DocumentKey {
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

/// The instant of the question.
pub(super) const NOW: Moment = Moment::Ago(Span { amount: 0, unit: SpanUnit::Minutes });

impl Question {
    /// All of them; one that is always true says nothing.
    pub(super) fn all(members: impl IntoIterator<Item = Self>) -> Self {
        logic::join(Junction::All, members)
    }

    /// Any of them; one that is always false says nothing.
    pub(super) fn any(members: impl IntoIterator<Item = Self>) -> Self {
        logic::join(Junction::Any, members)
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

impl Logic for Question {
    fn constant(holds: bool) -> Self {
        Self::Always(holds)
    }

    fn as_constant(&self) -> Option<bool> {
        if let Self::Always(holds) = self { Some(*holds) } else { None }
    }

    fn group(junction: Junction, members: Vec<Self>) -> Self {
        match junction {
            Junction::All => Self::All(members),
            Junction::Any => Self::Any(members),
        }
    }

    fn into_members(self, junction: Junction) -> Result<Vec<Self>, Self> {
        match (self, junction) {
            (Self::All(members), Junction::All) | (Self::Any(members), Junction::Any) => Ok(members),
            (other, _) => Err(other),
        }
    }
}

/// Why a condition cannot be said; whoever knows the condition makes a refusal of it.
pub(super) type Reason = String;

/// A predicate as questions that are each true or false.
struct Answer {
    /// There is a value, and it passes.
    passes: Question,
    /// There is a value.
    present: Question,
}

impl Answer {
    /// Of what there always is an answer to.
    fn always(passes: Question) -> Self {
        Self { passes, present: Question::Always(true) }
    }
}

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
        Ok(logic::join(group.junction(), members.collect::<Result<Vec<_>, _>>()?))
    }

    fn condition(self, condition: &Condition) -> Result<Question, Reason> {
        let Answer { passes, present } = self.answer(condition.predicate())?;
        let of_nothing = condition.holds_of_nothing(self.semantics);
        let question = match (condition.is_negated(), of_nothing) {
            (false, _) => passes,
            (true, true) => passes.negated(),
            (true, false) => Question::all([present, passes.negated()]),
        };
        Ok(match condition.list_that_matters() {
            None => question,
            Some(list) if of_nothing => self.on_list(&[list], question.negated()).negated(),
            Some(list) => self.on_list(&[list], question),
        })
    }

    /// Whether a membership of the contact on one of the lists that takes part satisfies a question.
    fn on_list(self, lists: &[i64], question: Question) -> Question {
        Question::all([self.taking_part(), on_any(lists), question]).of_membership()
    }

    fn taking_part(self) -> Question {
        match self.semantics.subscription {
            Subscription::ActiveOnly => Question::Flag(DocumentKey::Active, true),
            Subscription::Any => Question::Always(true),
        }
    }

    fn answer(self, predicate: &Predicate) -> Result<Answer, Reason> {
        let of_key = |key: DocumentKey, passes| Answer { passes, present: present(key) };
        Ok(match predicate {
            Predicate::OnList(lists) => Answer::always(self.on_list(lists.as_slice(), Question::Always(true))),
            Predicate::Exists(field) => Answer::always(match field {
                OptionalField::Time(field) => present(DocumentKey::Field((*field).into())),
                OptionalField::Text(field) => present(DocumentKey::Field((*field).into())),
                OptionalField::Custom(key) => some(key, Question::Always(true)),
            }),
            Predicate::Time(field, test) => {
                let key = DocumentKey::Field((*field).into());
                of_key(key, self.instant(key, test)?)
            }
            Predicate::Count(field, test) => {
                let key = DocumentKey::Field((*field).into());
                of_key(key, compared(key, test, |count| Ok(Scalar::Count(count)))?)
            }
            Predicate::Amount(field, test) => {
                let key = DocumentKey::Field((*field).into());
                of_key(key, compared(key, test, double)?)
            }
            Predicate::Flag(field, expected) => {
                Answer::always(Question::Flag(DocumentKey::Field((*field).into()), *expected))
            }
            Predicate::Text(field, test) => {
                let key = DocumentKey::Field((*field).into());
                of_key(key, self.text(key, test)?)
            }
            Predicate::Custom(key, CustomTest::Time(test)) => Answer {
                passes: some(key, self.instant(DocumentKey::ValueInstant, test)?),
                present: some(key, present(DocumentKey::ValueInstant)),
            },
            Predicate::Custom(key, test) => {
                Answer { passes: some(key, self.element(test)?), present: some(key, Question::Always(true)) }
            }
        })
    }

    fn instant(self, key: DocumentKey, test: &TimeTest) -> Result<Question, Reason> {
        if test.span().is_some_and(|span| span.micros() > self.longest_span) {
            return Err("it does not count so far back from now".to_owned());
        }
        Ok(match test {
            TimeTest::Within(span) => Question::Between(key, Moment::Ago(*span), NOW),
            TimeTest::Before(moment) => Question::Compare(key, Comparison::Lt, Scalar::Moment(*moment)),
            TimeTest::After(moment) => Question::Compare(key, Comparison::Gt, Scalar::Moment(*moment)),
        })
    }

    // Texts.

    fn is_case_kept(self) -> Result<(), Reason> {
        match self.semantics.text_case {
            TextCase::Sensitive => Ok(()),
            TextCase::Insensitive => Err("it folds the case of texts in another way".to_owned()),
        }
    }

    fn has(self, part: TextPart, key: DocumentKey, text: &str) -> Result<Question, Reason> {
        self.is_case_kept()?;
        if part != TextPart::Start && text.chars().nth(self.longest_part).is_some() {
            return Err(format!("it looks for {} characters at most", self.longest_part));
        }
        Ok(if text.is_empty() { present(key) } else { Question::Part(part, key, text.to_owned()) })
    }

    fn text(self, key: DocumentKey, test: &TextTest) -> Result<Question, Reason> {
        self.is_case_kept()?;
        match test {
            TextTest::Eq(text) => Ok(is_one_of(key, [text.as_str()])),
            TextTest::In(texts) => Ok(is_one_of(key, texts.as_slice().iter().map(String::as_str))),
            TextTest::Has(part, text) => self.has(*part, key, text),
        }
    }

    /// A test of a value of a custom field, or of an element of one.
    fn element(self, test: &CustomTest) -> Result<Question, Reason> {
        match test {
            CustomTest::Eq(literal) => self.equals_any(std::slice::from_ref(literal)),
            CustomTest::In(literals) => self.equals_any(literals.as_slice()),
            CustomTest::Order(order, literal) => self.ordered(order.comparison(), literal),
            CustomTest::Has(part, text) => self.has(*part, DocumentKey::ValueText, text),
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
                    numbers.push(Question::Compare(DocumentKey::ValueNumber, Comparison::Eq, double(*number)?));
                }
                Literal::Bool(flag) => {
                    self.is_case_kept()?;
                    flags[usize::from(*flag)] = true;
                    texts.extend(spellings(*flag));
                }
                Literal::Text(text) => {
                    self.is_case_kept()?;
                    if let Some(flag) = spells(text) {
                        flags[usize::from(flag)] = true;
                    }
                    texts.push(text.clone());
                    if let Some(number) = Number::from_text(text) {
                        numbers.push(no_text(Question::Compare(
                            DocumentKey::ValueNumber,
                            Comparison::Eq,
                            double(number)?,
                        )));
                    }
                }
            }
        }
        let flags = flags.into_iter().zip([false, true]).filter(|(asked, _)| *asked);
        let flags = flags.map(|(_, is)| Question::Flag(DocumentKey::ValueFlag, is));
        Ok(Question::any(
            [is_one_of(DocumentKey::ValueText, texts.iter().map(String::as_str))]
                .into_iter()
                .chain(flags)
                .chain(numbers),
        ))
    }

    fn ordered(self, comparison: Comparison, literal: &OrderedLiteral) -> Result<Question, Reason> {
        match literal {
            OrderedLiteral::Number(number) => {
                Ok(Question::Compare(DocumentKey::ValueNumber, comparison, double(*number)?))
            }
            OrderedLiteral::Text(text) => {
                self.is_case_kept()?;
                let by_text = Question::Compare(DocumentKey::ValueText, comparison, Scalar::Text(text.clone()));
                let by_number = Number::from_text(text).map(|number| {
                    Ok::<_, Reason>(no_text(Question::Compare(DocumentKey::ValueNumber, comparison, double(number)?)))
                });
                Ok(Question::any([by_text].into_iter().chain(by_number.transpose()?)))
            }
        }
    }
}

fn present(key: DocumentKey) -> Question {
    if key.is_always_there() { Question::Always(true) } else { Question::Present(key) }
}

/// A text that is a number is compared with a text as the text that it is.
fn no_text(question: Question) -> Question {
    Question::all([Question::Present(DocumentKey::ValueText).negated(), question])
}

fn on_any(lists: &[i64]) -> Question {
    match lists {
        [list] => Question::Compare(DocumentKey::ListId, Comparison::Eq, Scalar::List(*list)),
        _ => Question::NonEmpty(DocumentKey::ListId, lists.iter().copied().map(Scalar::List).collect()),
    }
}

fn compared<N: Copy + Ord>(
    key: DocumentKey,
    test: &NumberTest<N>,
    scalar: impl Fn(N) -> Result<Scalar, Reason>,
) -> Result<Question, Reason> {
    let each = test.comparisons().map(|(comparison, number)| Ok(Question::Compare(key, comparison, scalar(number)?)));
    Ok(Question::all(each.collect::<Result<Vec<_>, Reason>>()?))
}

/// Some value of a custom field, or element of one, satisfies a question.
fn some(key: &CustomKey, question: Question) -> Question {
    let is_key = Question::Compare(DocumentKey::ValueOf, Comparison::Eq, Scalar::Text(key.as_str().to_owned()));
    match Question::all([is_key, question]) {
        Question::Always(holds) => Question::Always(holds),
        question => Question::Custom(Box::new(question)),
    }
}

fn is_one_of<'t>(key: DocumentKey, texts: impl IntoIterator<Item = &'t str>) -> Question {
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

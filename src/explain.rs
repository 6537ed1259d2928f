//! Why a contact is in an audience, or is not.

use std::cell::OnceCell;
use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::audience::{Audience, SourceLists};
use crate::contact::Contact;
use crate::error::Escaped;
use crate::eval::{self, Candidate, asked_membership, takes_part};
use crate::filter::{Condition, CustomKey, CustomTest, Group, Junction, Literal, OptionalField, Predicate, TimeTest};
use crate::number::Number;
use crate::semantics::EvalContext;
use crate::time::{InFull, Moment};
use crate::value::Value;

/// For each membership of a contact, whether it was asked, and what each node of the filter said.
///
/// It prints as a tree, and serializes for those who draw their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// Who was asked.
    pub phone_number: String,
    /// Whether the contact is in the audience.
    pub is_in: bool,
    /// What each membership said.
    pub memberships: Vec<MembershipExplanation>,
}

/// What one membership said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MembershipExplanation {
    /// The list of the membership.
    pub list_id: Option<i64>,
    /// Whether it was asked at all.
    pub scope: Scope,
    /// What the filter said, if it was.
    pub filter: Option<Node>,
}

/// Whether a membership was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// It was.
    Asked,
    /// Its list is not among the source lists.
    NotASourceList,
    /// It is not active, and only active ones take part.
    Inactive,
}

/// What a group or a condition said.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Node {
    /// A group, and its members in order.
    Group {
        /// Whether it holds.
        holds: bool,
        /// How its members are joined.
        junction: Junction,
        /// Its conditions, then its groups.
        members: Vec<Node>,
    },
    /// A condition.
    Condition {
        /// Whether it holds.
        holds: bool,
        /// The condition as text.
        condition: String,
        /// The value that was found; `None` is no value.
        found: Option<Value>,
        /// What the value is not, though the condition asks for it.
        unfit: Option<Unfit>,
        /// The instants that a relative time came to.
        instants: Option<String>,
    },
}

/// What the value of a custom field is not, so that a condition that asks for it cannot be told from it: of an array, what
/// none of its elements is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unfit {
    /// No time, as `11/12/2025` is none, nor is a number; it counts as no value.
    NoTime,
    /// No number, nor a text that is one.
    NoNumber,
    /// No text.
    NoText,
}

impl Unfit {
    /// What the value of a custom field is not that a test asks for.
    fn of(value: &Value, test: &CustomTest) -> Option<Self> {
        let asked = Self::where_not_asked_for(test)?;
        let is_fit = |value: &Value| match (asked, value) {
            (Self::NoNumber, Value::Number(_)) | (Self::NoText, Value::Text(_)) => true,
            (Self::NoNumber, Value::Text(text)) => Number::from_text(text).is_some(),
            _ => false,
        };
        let fits = match (asked, value) {
            (Self::NoTime, value) => eval::custom_time(value).is_some(),
            (_, Value::Array(elements)) => elements.iter().flatten().any(is_fit),
            (_, single) => is_fit(single),
        };
        (!fits).then_some(asked)
    }

    /// What a value is not that fails a test whatever else it is; `None` where values of several kinds may pass.
    fn where_not_asked_for(test: &CustomTest) -> Option<Self> {
        let of_literal = |literal: &Literal| match literal {
            Literal::Number(_) => Some(Self::NoNumber),
            Literal::Text(text) if Number::from_text(text).is_none() && eval::spells(text).is_none() => {
                Some(Self::NoText)
            }
            Literal::Text(_) | Literal::Bool(_) => None,
        };
        match test {
            CustomTest::Time(_) => Some(Self::NoTime),
            CustomTest::Has(..) => Some(Self::NoText),
            CustomTest::Order(_, literal) => of_literal(&literal.clone().into()),
            CustomTest::Eq(literal) => of_literal(literal),
            CustomTest::In(literals) => {
                let (first, others) = literals.as_slice().split_first()?;
                let asked = of_literal(first)?;
                others.iter().all(|other| of_literal(other) == Some(asked)).then_some(asked)
            }
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTime => "no time",
            Self::NoNumber => "no number",
            Self::NoText => "no text",
        })
    }
}

impl Audience {
    /// Why a contact is in the audience, or is not.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext};
    ///
    /// let audience = Audience::of("click_count >= 3 and last_clicked_at within 30 days".parse()?);
    /// let contact: Contact = serde_json::from_str(
    ///     r#"{"phone_number": "+1", "lists": [{"list_id": 7, "click_count": 2, "last_clicked_at": "2025-11-01"}]}"#,
    /// )?;
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// assert_eq!(audience.explain(&contact, &cx).to_string(), "\
    /// +1 is not in the audience
    /// list 7: no
    ///   no   all of
    ///     no   click_count >= 3: found 2
    ///     yes  last_clicked_at within 30 days: found 2025-11-01T00:00:00Z (2025-10-16T08:30:00Z to 2025-11-15T08:30:00Z)
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(&self, contact: &Contact, cx: &EvalContext) -> Explanation {
        let by_list = OnceCell::new();
        let of = |membership| Candidate { contact, by_list: &by_list, membership, cx };
        let scope = self.scope_of(contact);
        let memberships = contact.memberships.iter().map(|membership| self.explain_one(&of(membership), &scope));
        Explanation {
            phone_number: contact.phone_number.clone(),
            is_in: self.contains(contact, cx),
            memberships: memberships.collect(),
        }
    }

    fn explain_one(&self, of: &Candidate<'_>, source_lists: &SourceLists<'_>) -> MembershipExplanation {
        let Candidate { membership, cx, .. } = of;
        let scope = if !source_lists.includes(membership.list_id) {
            Scope::NotASourceList
        } else if !takes_part(membership, cx) {
            Scope::Inactive
        } else {
            Scope::Asked
        };
        let filter = (scope == Scope::Asked).then(|| group(self.filter.root(), of));
        MembershipExplanation { list_id: membership.list_id, scope, filter }
    }
}

impl Node {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self {
            Self::Group { holds, .. } | Self::Condition { holds, .. } => *holds,
        }
    }
}

fn group(group: &Group, of: &Candidate<'_>) -> Node {
    let conditions = group.conditions().iter().map(|condition| self::condition(condition, of));
    let members: Vec<Node> = conditions.chain(group.groups().iter().map(|inner| self::group(inner, of))).collect();
    let holds = match group.junction() {
        Junction::All => members.iter().all(Node::holds),
        Junction::Any => members.iter().any(Node::holds),
    };
    Node::Group { holds, junction: group.junction(), members }
}

fn condition(condition: &Condition, of: &Candidate<'_>) -> Node {
    let found = found(condition, of);
    let unfit = match (condition.predicate(), &found) {
        (Predicate::Custom(_, test), Some(value)) => Unfit::of(value, test),
        _ => None,
    };
    Node::Condition {
        holds: eval::condition(condition, of),
        condition: condition.to_string(),
        found,
        unfit,
        instants: instants(condition, of.cx),
    }
}

/// The value that a condition was decided on.
fn found(condition: &Condition, of: &Candidate<'_>) -> Option<Value> {
    let membership = asked_membership(condition, of);
    let custom = |key: &CustomKey| membership?.custom_fields.get(key.as_str()).cloned();
    let time = |field| eval::time(field, membership).map(|micros| Value::Text(InFull(micros).to_string()));
    let text = |field| eval::text(field, of.contact, membership).map(Value::from);
    match condition.predicate() {
        Predicate::OnList(lists) => Some(Value::Array(lists_found(lists.as_slice(), of))),
        Predicate::Exists(OptionalField::Time(field)) | Predicate::Time(field, _) => time(*field),
        Predicate::Exists(OptionalField::Text(field)) | Predicate::Text(field, _) => text(*field),
        Predicate::Exists(OptionalField::Custom(key)) | Predicate::Custom(key, _) => custom(key),
        Predicate::Count(field, _) => eval::count(*field, membership).map(|count| Value::Number(Number::from(count))),
        Predicate::Amount(field, _) => eval::amount(*field, membership).map(Value::Number),
        Predicate::Flag(field, _) => eval::flag(*field, of.contact, membership).map(Value::Bool),
    }
}

/// The lists that a contact is on. Of somebody on very many, only those that were asked for: each membership tells them.
fn lists_found(asked: &[i64], of: &Candidate<'_>) -> Vec<Option<Value>> {
    const MANY: usize = 1_000;
    let value = |list: i64| Some(Value::Number(list.into()));
    if of.contact.memberships.len() > MANY {
        return asked.iter().copied().filter(|list| eval::membership_on(*list, of).is_some()).map(value).collect();
    }
    let known = of.contact.memberships.iter().filter(|known| takes_part(known, of.cx));
    known.filter_map(|known| known.list_id).map(value).collect()
}

/// What a relative time came to.
pub(crate) fn instants(condition: &Condition, cx: &EvalContext) -> Option<String> {
    let test = condition.predicate().time_test()?;
    let now = cx.now.timestamp_micros();
    match test {
        TimeTest::Within(span) => Some(format!("{} to {}", InFull(span.before(now)), InFull(now))),
        TimeTest::Before(moment @ Moment::Ago(_)) => Some(format!("before {}", InFull(moment.instant(now)))),
        TimeTest::After(moment @ Moment::Ago(_)) => Some(format!("after {}", InFull(moment.instant(now)))),
        TimeTest::Before(Moment::At(_)) | TimeTest::After(Moment::At(_)) => None,
    }
}

impl fmt::Display for Explanation {
    /// A tree: `yes` or `no` for each node, then what was found.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_in { "is in" } else { "is not in" };
        writeln!(f, "{} {verdict} the audience", Escaped(&self.phone_number))?;
        if self.memberships.is_empty() {
            writeln!(f, "on no list")?;
        }
        for membership in &self.memberships {
            match membership.list_id {
                Some(list) => write!(f, "list {list}: ")?,
                None => write!(f, "no list: ")?,
            }
            match (membership.scope, &membership.filter) {
                (Scope::Inactive, _) => writeln!(f, "not asked, for it is not active")?,
                (Scope::NotASourceList, _) | (Scope::Asked, None) => {
                    writeln!(f, "not asked, for it is no source list")?
                }
                (Scope::Asked, Some(node)) => {
                    writeln!(f, "{}", yes_or_no(node.holds()))?;
                    branch(node, 1, f)?;
                }
            }
        }
        Ok(())
    }
}

fn yes_or_no(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}

fn branch(node: &Node, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{:1$}{2:<5}", "", depth * 2, yes_or_no(node.holds()))?;
    match node {
        Node::Group { junction, members, .. } => {
            writeln!(f, "{}", joined(*junction))?;
            members.iter().try_for_each(|member| branch(member, depth + 1, f))
        }
        Node::Condition { condition, found, unfit, instants, .. } => {
            write!(f, "{}: ", Escaped(condition))?;
            match found {
                None => write!(f, "no value")?,
                // A time is no string to quote.
                Some(Value::Text(text)) if instants.is_some() && unfit.is_none() => {
                    write!(f, "found {}", Escaped(text))?
                }
                Some(value) => write!(f, "found {}", Escaped(&value.to_string()))?,
            }
            if let Some(unfit) = unfit {
                let has = if let Some(Value::Array(_)) = found { "in which there is" } else { "which is" };
                write!(f, ", {has} {unfit}")?;
            }
            instants.as_ref().map_or(Ok(()), |instants| write!(f, " ({instants})"))?;
            writeln!(f)
        }
    }
}

pub(crate) fn joined(junction: Junction) -> &'static str {
    match junction {
        Junction::All => "all of",
        Junction::Any => "any of",
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("holds", &self.holds())?;
        match self {
            Self::Group { junction, members, .. } => {
                object.serialize_entry("group", joined(*junction))?;
                object.serialize_entry("members", members)?;
            }
            Self::Condition { condition, found, unfit, instants, .. } => {
                object.serialize_entry("condition", condition)?;
                object.serialize_entry("found", found)?;
                object.serialize_entry("unfit", unfit)?;
                object.serialize_entry("instants", instants)?;
            }
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_cannot_be_what_is_asked_for_is_told() {
        let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
        for (filter, value, told, unfit) in [
            (
                "custom.x within 1 day",
                r#""11/12/2025""#,
                "found \"11/12/2025\", which is no time (2025-11-14T08:30:00Z to 2025-11-15T08:30:00Z)",
                Some(Unfit::NoTime),
            ),
            ("custom.x before 2025-01-01", "1735689600", "found 1735689600, which is no time", Some(Unfit::NoTime)),
            (
                "custom.x after 2025-01-01",
                r#"["2025-01-02"]"#,
                "found [\"2025-01-02\"], in which there is no time",
                Some(Unfit::NoTime),
            ),
            ("custom.x after 2025-01-01", r#""2025-01-02""#, "found \"2025-01-02\"", None),
            ("custom.x > 5", r#""abc""#, "found \"abc\", which is no number", Some(Unfit::NoNumber)),
            ("custom.x > 5", r#""7""#, "found \"7\"", None),
            ("custom.x != 5", "true", "found true, which is no number", Some(Unfit::NoNumber)),
            (
                "custom.x in [5, 6]",
                r#"["a", "b"]"#,
                "found [\"a\",\"b\"], in which there is no number",
                Some(Unfit::NoNumber),
            ),
            ("custom.x in [5, 6]", r#"["a", 7]"#, "found [\"a\",7]", None),
            ("custom.x in [5, 'a']", r#""b""#, "found \"b\"", None),
            ("custom.x contains '4'", "415", "found 415, which is no text", Some(Unfit::NoText)),
            ("custom.x = 'CA'", r#"{"a": 1}"#, "found {\"a\":1}, which is no text", Some(Unfit::NoText)),
            ("custom.x = 'CA'", r#""NY""#, "found \"NY\"", None),
            ("custom.x = '5'", "6", "found 6", None),
            ("custom.x exists", "6", "found 6", None),
        ] {
            let record = format!(r#"{{"phone_number": "+1", "list_id": 7, "custom_fields": {{"x": {value}}}}}"#);
            let audience = Audience::of(filter.parse().unwrap());
            let explained = audience.explain(&serde_json::from_str(&record).unwrap(), &cx);
            let text = explained.to_string();
            assert!(text.lines().last().unwrap().ends_with(&format!(": {told}")), "{filter} of {value}: {text}");
            let json = serde_json::to_value(&explained).unwrap();
            let written = &json["memberships"][0]["filter"]["members"][0]["unfit"];
            assert_eq!(*written, serde_json::to_value(unfit).unwrap(), "{filter} of {value}");
        }
    }
}

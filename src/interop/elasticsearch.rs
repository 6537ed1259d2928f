//! Audiences in Elasticsearch's query DSL, for an index of contacts.
//!
//! A document is a contact with its memberships nested in it ([`document`](super::document)), and so a hit is a contact:
//! `_count` gives the size. What is asked of a membership stands in one `nested` query; what is asked of the contact, and
//! of its other memberships, beside it. It has not been run on Elasticsearch: a plain interpreter of the queries used
//! here, by Elasticsearch's documentation of them, gives what the definition does.

use std::fmt;

use serde_json::{Map, Value as Json, json};

use super::question::{Asking, DocumentKey, Owner, Parted, Question, Scalar};
use crate::audience::Audience;
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::filter::{Comparison, TextPart};
use crate::semantics::{EvalContext, Unit};

/// Elasticsearch, as [`Refusal`] names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elasticsearch;

impl fmt::Display for Elasticsearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Elasticsearch")
    }
}

/// A condition that the query DSL cannot express exactly.
pub type Refusal = crate::refusal::Refusal<Elasticsearch>;

/// How deep `bool` queries may nest: the default of `indices.query.bool.max_nested_depth` since version 8.
const DEEPEST: usize = 30;
/// How many clauses a query may have, however small a node is: since version 8 larger nodes take more.
const MOST_CLAUSES: usize = 1_024;
/// The most characters that are looked for anywhere in a text, or at its end: longer patterns may come to more states
/// than Lucene makes of one.
const LONGEST_PATTERN: usize = 100;
/// The most alternatives that conditions on the contact and on a membership are sorted into; the refusal says it.
const MOST_ALTERNATIVES: usize = 64;

/// The mapping of the index that [`query`] asks: the `mappings` of a request that creates it.
///
/// ```
/// use headcount::interop::elasticsearch;
///
/// let mapping = elasticsearch::mapping();
/// assert_eq!(mapping["properties"]["memberships"]["type"], "nested");
/// assert_eq!(mapping["properties"]["memberships"]["properties"]["click_count"]["type"], "unsigned_long");
/// ```
#[must_use]
pub fn mapping() -> Json {
    let of = |owner: Owner| {
        let texts = TextField::ALL.iter().map(|field| (DocumentKey::Field((*field).into()), "keyword"));
        let flags = FlagField::ALL.iter().map(|field| (DocumentKey::Field((*field).into()), "boolean"));
        let counts = CountField::ALL.iter().map(|field| (DocumentKey::Field((*field).into()), "unsigned_long"));
        let amounts = AmountField::ALL.iter().map(|field| (DocumentKey::Field((*field).into()), "double"));
        let times = TimeField::ALL.iter().map(|field| (DocumentKey::Field((*field).into()), "long"));
        let others = [
            (DocumentKey::ListId, "long"),
            (DocumentKey::Active, "boolean"),
            (DocumentKey::ValueOf, "keyword"),
            (DocumentKey::ValueText, "keyword"),
            (DocumentKey::ValueNumber, "double"),
            (DocumentKey::ValueFlag, "boolean"),
            (DocumentKey::ValueInstant, "long"),
        ];
        let all = texts.chain(flags).chain(counts).chain(amounts).chain(times).chain(others);
        let own = all.filter(move |(key, _)| key.owner() == owner);
        own.map(|(key, is)| (key.name().to_owned(), json!({"type": is}))).collect::<Map<_, _>>()
    };
    let nested = |properties: Map<String, Json>| json!({"type": "nested", "dynamic": false, "properties": properties});
    let mut membership = of(Owner::Membership);
    membership.insert("custom_fields".to_owned(), nested(of(Owner::Custom)));
    let mut contact = of(Owner::Contact);
    contact.insert("memberships".to_owned(), nested(membership));
    json!({"dynamic": false, "properties": contact})
}

/// The body of a `_count` or `_search` request whose hits are the contacts in an audience.
///
/// ```
/// use headcount::interop::elasticsearch;
/// use headcount::{Audience, EvalContext};
/// use serde_json::json;
///
/// let audience = Audience::of("click_count >= 3 and not on_dnc".parse()?);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// assert_eq!(
///     elasticsearch::query(&audience, &cx)?,
///     json!({"query": {"bool": {"filter": [
///         {"term": {"on_dnc": false}},
///         {"nested": {"path": "memberships", "query": {"bool": {"filter": [
///             {"term": {"memberships.active": true}},
///             {"range": {"memberships.click_count": {"gte": 3}}},
///         ]}}}},
///     ]}}})
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// - A condition that cannot be asked exactly: a text where case is folded, a number from 2^53, more than 100 characters
///   to be looked for within texts or at their end.
/// - The question as a whole: `Unit::Memberships`, for hits are contacts; more clauses or depth than Elasticsearch
///   takes; conditions on the contact among conditions on a membership in more than 64 alternatives.
pub fn query(audience: &Audience, cx: &EvalContext) -> Result<Json, Refusal> {
    let refused = |reason: &str| Refusal::of_all(Elasticsearch, reason.to_owned());
    if cx.semantics.unit == Unit::Memberships {
        return Err(refused("its hits are contacts, and memberships are to be counted"));
    }
    let asking = Asking {
        semantics: &cx.semantics,
        engine: Elasticsearch,
        longest_part: LONGEST_PATTERN,
        longest_span: i64::MAX,
    };
    let Parted { scope, filter } = asking.audience(audience)?;
    let alternatives = alternatives(filter).ok_or_else(|| {
        refused("conditions on the contact stand among conditions on a membership in more than 64 ways")
    })?;
    let each = alternatives.into_iter().map(|(contact, membership)| {
        let membership = match Question::all([scope.clone(), membership]) {
            Question::Always(false) => Question::Always(false),
            some => Question::Membership(Box::new(some)),
        };
        Question::all([contact, membership])
    });
    let question = Question::any(each);
    let mut writer = Writer { now: cx.now.timestamp_micros(), clauses: 0, deepest: 0 };
    let query = writer.query(&question, "", 0);
    if writer.deepest > DEEPEST {
        return Err(refused(&format!("queries nest {DEEPEST} deep at most, and {} are needed", writer.deepest)));
    }
    if writer.clauses > MOST_CLAUSES {
        let needed = writer.clauses;
        return Err(refused(&format!("a query has {MOST_CLAUSES} clauses at most, and {needed} are needed")));
    }
    Ok(json!({"query": query}))
}

/// What a question asks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Contact,
    Membership,
    Both,
}

impl Question {
    fn of(&self) -> Of {
        let key = |key: &DocumentKey| if key.owner() == Owner::Contact { Of::Contact } else { Of::Membership };
        match self {
            Self::Always(_) | Self::Membership(_) => Of::Contact,
            Self::Custom(_) => Of::Membership,
            Self::Not(inner) => inner.of(),
            Self::All(members) | Self::Any(members) => {
                let mut each = members.iter().map(Self::of);
                let first = each.next().unwrap_or(Of::Contact);
                if each.all(|other| other == first) { first } else { Of::Both }
            }
            Self::Present(of)
            | Self::Flag(of, _)
            | Self::Compare(of, ..)
            | Self::Between(of, ..)
            | Self::NonEmpty(of, _)
            | Self::Part(_, of, _) => key(of),
        }
    }
}

/// A question of the contact, and one of a membership.
type Both = (Question, Question);

/// The question as alternatives, in each of which what is asked of the contact stands beside what is asked of a
/// membership; `None` where there are too many.
///
/// A membership that satisfies either of two questions is there exactly where one for the first is, or one for the
/// second; and what is asked of the contact is the same for each of its memberships. So OR keeps alternatives apart, and
/// AND pairs each of one with each of the other.
fn alternatives(question: Question) -> Option<Vec<Both>> {
    let anything = || Question::Always(true);
    match (question.of(), question) {
        (Of::Contact, question) => Some(vec![(question, anything())]),
        (Of::Membership, question) => Some(vec![(anything(), question)]),
        (Of::Both, Question::Any(members)) => {
            let Sorted { contact, membership, both } = sorted(members);
            let mut all = Vec::new();
            if !contact.is_empty() {
                all.push((Question::any(contact), anything()));
            }
            if !membership.is_empty() {
                all.push((anything(), Question::any(membership)));
            }
            for member in both {
                all.extend(alternatives(member)?);
            }
            Some(all).filter(|all| all.len() <= MOST_ALTERNATIVES)
        }
        (Of::Both, Question::All(members)) => {
            let Sorted { contact, membership, both } = sorted(members);
            let mut all = vec![(Question::all(contact), Question::all(membership))];
            for member in both {
                let others = alternatives(member)?;
                if all.len() * others.len() > MOST_ALTERNATIVES {
                    return None;
                }
                let with = |(contact, membership): &Both| {
                    let pair = |(of_contact, of_membership): &Both| {
                        let of_contact = Question::all([contact.clone(), of_contact.clone()]);
                        (of_contact, Question::all([membership.clone(), of_membership.clone()]))
                    };
                    others.iter().map(pair).collect::<Vec<_>>()
                };
                all = all.iter().flat_map(with).collect();
            }
            Some(all)
        }
        // Nothing else has questions of both in it.
        (Of::Both, _) => None,
    }
}

/// Members by what they ask of.
#[derive(Default)]
struct Sorted {
    contact: Vec<Question>,
    membership: Vec<Question>,
    both: Vec<Question>,
}

fn sorted(members: Vec<Question>) -> Sorted {
    let mut sorted = Sorted::default();
    for member in members {
        match member.of() {
            Of::Contact => sorted.contact.push(member),
            Of::Membership => sorted.membership.push(member),
            Of::Both => sorted.both.push(member),
        }
    }
    sorted
}

const MEMBERSHIPS: &str = "memberships";
const CUSTOM: &str = "memberships.custom_fields";

/// Writes queries, and counts what there is a bound on.
struct Writer {
    now: i64,
    clauses: usize,
    deepest: usize,
}

impl Writer {
    /// A query of the object at a path, so many `bool` queries deep.
    fn query(&mut self, question: &Question, path: &str, depth: usize) -> Json {
        match question {
            Question::All(members) => self.all(members, path, depth + 1),
            Question::Not(_) => self.all(std::slice::from_ref(question), path, depth + 1),
            Question::Any(members) => {
                let should: Vec<Json> = members.iter().map(|member| self.query(member, path, depth + 1)).collect();
                self.deepest = self.deepest.max(depth + 1);
                json!({"bool": {"should": should, "minimum_should_match": 1}})
            }
            Question::Membership(inner) => {
                json!({"nested": {"path": MEMBERSHIPS, "query": self.query(inner, MEMBERSHIPS, depth)}})
            }
            Question::Custom(inner) => json!({"nested": {"path": CUSTOM, "query": self.query(inner, CUSTOM, depth)}}),
            leaf => {
                self.clauses += 1;
                self.leaf(leaf, path)
            }
        }
    }

    fn all(&mut self, members: &[Question], path: &str, depth: usize) -> Json {
        self.deepest = self.deepest.max(depth);
        let (mut filter, mut must_not) = (Vec::new(), Vec::new());
        for member in members {
            match member {
                Question::Not(inner) => must_not.push(self.query(inner, path, depth)),
                other => filter.push(self.query(other, path, depth)),
            }
        }
        let parts = [("filter", filter), ("must_not", must_not)].into_iter().filter(|(_, queries)| !queries.is_empty());
        let parts: Map<String, Json> = parts.map(|(name, queries)| (name.to_owned(), Json::Array(queries))).collect();
        json!({"bool": parts})
    }

    fn leaf(&self, question: &Question, path: &str) -> Json {
        let field =
            |key: &DocumentKey| if path.is_empty() { key.name().to_owned() } else { format!("{path}.{}", key.name()) };
        let of = |query: &str, key: &DocumentKey, value: Json| json!({query: {field(key): value}});
        match question {
            Question::Present(key) => json!({"exists": {"field": field(key)}}),
            Question::Flag(key, expected) => of("term", key, json!(expected)),
            Question::Compare(key, comparison, value) => {
                let value = self.value(value);
                let range = match comparison {
                    Comparison::Gt => "gt",
                    Comparison::Gte => "gte",
                    Comparison::Lt => "lt",
                    Comparison::Lte => "lte",
                    Comparison::Eq => return of("term", key, value),
                };
                of("range", key, json!({range: value}))
            }
            Question::Between(key, first, last) => {
                of("range", key, json!({"gte": first.instant(self.now), "lte": last.instant(self.now)}))
            }
            Question::NonEmpty(key, values) => of("terms", key, values.iter().map(|value| self.value(value)).collect()),
            Question::Part(TextPart::Start, key, text) => of("prefix", key, json!({"value": text})),
            Question::Part(part, key, text) => {
                let text = escaped(text);
                let end = if *part == TextPart::Anywhere { "*" } else { "" };
                of("wildcard", key, json!({"value": format!("*{text}{end}")}))
            }
            Question::Always(true) => json!({"match_all": {}}),
            _ => json!({"match_none": {}}),
        }
    }

    fn value(&self, value: &Scalar) -> Json {
        match value {
            Scalar::Text(text) => json!(text),
            // A range takes large numbers exactly as texts only.
            Scalar::Count(count) if *count > 1 << 53 => json!(count.to_string()),
            Scalar::Count(count) => json!(count),
            Scalar::Double(double) => json!(double),
            Scalar::List(list) => json!(list),
            Scalar::Moment(moment) => json!(moment.instant(self.now)),
        }
    }
}

/// A text in a pattern.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

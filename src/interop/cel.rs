//! Audiences in the [Common Expression Language](https://cel.dev).
//!
//! An expression is true of a contact that is in the audience. Its variables are made of the contact's
//! [`document`](super::document):
//!
//! | variable | type | what it is |
//! |---|---|---|
//! | `contact` | `map(string, dyn)` | the document |
//! | `memberships` | `list(map(string, dyn))` | `memberships` of the document |
//! | `now` | `int` | the instant of the question, in microseconds since 1970 |
//!
//! It uses nothing but the language's own operators, `has`, `exists`, `startsWith`, `endsWith` and `contains`. A key that
//! need not be there is asked for by `has` first, so that no expression is an error. Numbers of different types are
//! compared with one another, as the language's specification has it; texts are ordered by code point.

use std::fmt::{self, Write};

use super::question::{Asking, DocumentKey, Owner, Parted, Question, Scalar};
use crate::audience::Audience;
use crate::error::is_unseen;
use crate::filter::{Comparison, TextPart};
use crate::semantics::Semantics;
use crate::time::Moment;

/// CEL, as [`Refusal`] names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cel;

impl fmt::Display for Cel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CEL")
    }
}

/// A condition that CEL cannot express exactly.
pub type Refusal = crate::refusal::Refusal<Cel>;

/// How far back from `now` is counted, in microseconds: from any instant of the years 0 to 9999, so far back the
/// calendar has not begun yet, and an integer of 64 bits does not overflow.
const LONGEST_SPAN: i64 = 8_000_000_000_000_000_000;

/// An expression that is true of the contacts in an audience.
///
/// What is counted ([`Semantics::unit`]) changes nothing: an expression is asked of one contact.
///
/// ```
/// use headcount::interop::cel;
/// use headcount::{Audience, Semantics};
///
/// let audience = Audience::of("last_clicked_at within 30 days and carrier != 'AT&T'".parse()?);
/// assert_eq!(
///     cel::expression(&audience, &Semantics::default())?,
///     "memberships.exists(m, m.active \
///      && has(m.last_clicked_at) && m.last_clicked_at >= now - 2592000000000 && m.last_clicked_at <= now \
///      && !(has(contact.carrier) && contact.carrier == \"AT&T\"))"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A condition that cannot be asked exactly: a text where case is folded, a number from 2^53, a time further back than
/// 253,000 years.
pub fn expression(audience: &Audience, semantics: &Semantics) -> Result<String, Refusal> {
    let asking = Asking { semantics, engine: Cel, longest_part: usize::MAX, longest_span: LONGEST_SPAN };
    let Parted { scope, filter } = asking.audience(audience)?;
    Ok(format!("memberships.exists(m, {})", expressed(&Question::all([scope, filter]), "m").text))
}

/// How tightly an expression binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Or,
    And,
    Comparison,
    Tightly,
}

/// An expression, and how tightly it binds.
struct Expressed {
    text: String,
    binds: Binds,
}

impl Expressed {
    fn new(text: impl Into<String>, binds: Binds) -> Self {
        Self { text: text.into(), binds }
    }

    /// Its text where something stands beside it that binds so tightly.
    fn beside(self, binds: Binds) -> String {
        if self.binds < binds { format!("({})", self.text) } else { self.text }
    }
}

/// A question of the membership that is called so.
fn expressed(question: &Question, membership: &str) -> Expressed {
    let joined = |members: &[Question], sign: &str, binds: Binds| {
        // What is joined otherwise stands in parentheses, though it might bind tighter anyhow.
        let within = if binds == Binds::Or { Binds::Comparison } else { Binds::And };
        let each: Vec<String> = members.iter().map(|member| expressed(member, membership).beside(within)).collect();
        Expressed::new(each.join(sign), binds)
    };
    match question {
        Question::Always(holds) => Expressed::new(holds.to_string(), Binds::Tightly),
        Question::All(members) => joined(members, " && ", Binds::And),
        Question::Any(members) => joined(members, " || ", Binds::Or),
        Question::Not(inner) => {
            Expressed::new(format!("!{}", expressed(inner, membership).beside(Binds::Tightly)), Binds::Tightly)
        }
        Question::Membership(inner) => {
            Expressed::new(format!("memberships.exists(k, {})", expressed(inner, "k").text), Binds::Tightly)
        }
        Question::Custom(inner) => {
            let each = expressed(inner, membership).text;
            Expressed::new(format!("{membership}.custom_fields.exists(v, {each})"), Binds::Tightly)
        }
        Question::Present(key) => Expressed::new(format!("has({})", path(*key, membership)), Binds::Tightly),
        Question::Flag(key, expected) => of_present(*key, membership, |path| match (expected, key) {
            (true, _) => Expressed::new(path, Binds::Tightly),
            (false, _) => Expressed::new(format!("!{path}"), Binds::Tightly),
        }),
        Question::Compare(key, comparison, value) => of_present(*key, membership, |path| {
            Expressed::new(format!("{path} {} {}", sign(*comparison), Literal(value)), Binds::Comparison)
        }),
        Question::Between(key, first, last) => of_present(*key, membership, |path| {
            let (first, last) = (Scalar::Moment(*first), Scalar::Moment(*last));
            let text = format!("{path} >= {} && {path} <= {}", Literal(&first), Literal(&last));
            Expressed::new(text, Binds::And)
        }),
        Question::NonEmpty(key, values) => of_present(*key, membership, |path| {
            let values: Vec<String> = values.iter().map(|value| Literal(value).to_string()).collect();
            Expressed::new(format!("{path} in [{}]", values.join(", ")), Binds::Comparison)
        }),
        Question::Part(part, key, text) => of_present(*key, membership, |path| {
            let function = match part {
                TextPart::Anywhere => "contains",
                TextPart::Start => "startsWith",
                TextPart::End => "endsWith",
            };
            Expressed::new(format!("{path}.{function}({})", Quoted(text)), Binds::Tightly)
        }),
    }
}

/// What is asked of the value of a key, if there is one.
fn of_present(key: DocumentKey, membership: &str, asked: impl FnOnce(String) -> Expressed) -> Expressed {
    let path = path(key, membership);
    if key.is_always_there() {
        return asked(path);
    }
    let present = format!("has({path})");
    Expressed::new(format!("{present} && {}", asked(path).beside(Binds::And)), Binds::And)
}

fn path(key: DocumentKey, membership: &str) -> String {
    let of = match key.owner() {
        Owner::Contact => "contact",
        Owner::Membership => membership,
        Owner::Custom => "v",
    };
    format!("{of}.{}", key.name())
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "==",
        Comparison::Gt => ">",
        Comparison::Gte => ">=",
        Comparison::Lt => "<",
        Comparison::Lte => "<=",
    }
}

/// A value as a literal.
struct Literal<'s>(&'s Scalar);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Scalar::Text(text) => Quoted(text).fmt(f),
            // Past the integers of 64 bits there are those without a sign.
            Scalar::Count(count) if i64::try_from(*count).is_err() => write!(f, "{count}u"),
            Scalar::Count(count) => write!(f, "{count}"),
            Scalar::Double(double) => write!(f, "{double:?}"),
            Scalar::List(list) => write!(f, "{list}"),
            Scalar::Moment(Moment::Ago(span)) if span.micros() == 0 => f.write_str("now"),
            Scalar::Moment(Moment::Ago(span)) => write!(f, "now - {}", span.micros()),
            Scalar::Moment(Moment::At(instant)) => write!(f, "{}", instant.timestamp_micros()),
        }
    }
}

/// A text as a literal.
struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c if is_unseen(c) => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

//! From a filter to its text, on one line or on many. Infix is used wherever it loses nothing.

use std::fmt::{self, Display, Formatter, Write};

use chrono::{DateTime, Utc};

use super::lex::is_word;
use crate::catalogue::CUSTOM_PREFIX;
use crate::error::is_unseen;
use crate::filter::{Condition, Filter, Group, Junction, Literal, Predicate, TimeTest};
use crate::parts::{ConditionSubject, Operand, Parts};
use crate::time::{Moment, WRITABLE, Written, from_micros};

impl Filter {
    /// The text form over several lines: an operand a line, groups inside indented.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let filter: Filter = "click_count > 5 and (has_revenue or custom.tier = 'gold')".parse()?;
    /// assert_eq!(filter.to_text_lines(), "\
    /// click_count > 5
    /// and (
    ///     has_revenue = true
    ///     or custom_fields.tier = \"gold\"
    /// )");
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn to_text_lines(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = Printer { out: &mut text, layout: Layout::Lines, indent: 0 }.filter(self.root());
        text
    }
}

impl Display for Filter {
    /// The text form on one line.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer { out: f, layout: Layout::Line, indent: 0 }.filter(self.root())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Line,
    Lines,
}

struct Printer<'o> {
    out: &'o mut dyn Write,
    layout: Layout,
    indent: usize,
}

/// A group with one member is no chain of operands: it has to be written as the group it is.
fn is_chain(group: &Group) -> bool {
    group.conditions().len() + group.groups().len() > 1
}

impl Printer<'_> {
    fn filter(&mut self, root: &Group) -> fmt::Result {
        match (root.junction(), root.conditions(), root.groups()) {
            (Junction::All, [condition], []) => write!(self.out, "{condition}"),
            _ if is_chain(root) => self.chain(root),
            _ => self.call(root),
        }
    }

    /// `a and b and (…)`
    fn chain(&mut self, group: &Group) -> fmt::Result {
        let joint = match group.junction() {
            Junction::All => "and ",
            Junction::Any => "or ",
        };
        self.members(group, |printer| {
            printer.space()?;
            printer.out.write_str(joint)
        })
    }

    /// `all(…, …)`
    fn call(&mut self, group: &Group) -> fmt::Result {
        self.out.write_str(match group.junction() {
            Junction::All => "all(",
            Junction::Any => "any(",
        })?;
        self.inside(|printer| {
            printer.members(group, |printer| {
                printer.out.write_str(",")?;
                printer.space()
            })
        })?;
        self.out.write_str(")")
    }

    fn members(&mut self, group: &Group, mut between: impl FnMut(&mut Self) -> fmt::Result) -> fmt::Result {
        for (i, condition) in group.conditions().iter().enumerate() {
            if i > 0 {
                between(self)?;
            }
            write!(self.out, "{condition}")?;
        }
        for (i, member) in group.groups().iter().enumerate() {
            if i > 0 || !group.conditions().is_empty() {
                between(self)?;
            }
            self.group(member)?;
        }
        Ok(())
    }

    /// A group inside another.
    fn group(&mut self, group: &Group) -> fmt::Result {
        if !is_chain(group) {
            return self.call(group);
        }
        self.out.write_str("(")?;
        self.inside(|printer| printer.chain(group))?;
        self.out.write_str(")")
    }

    /// What stands between parentheses: on lines of its own, one step to the right.
    fn inside(&mut self, write: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        if self.layout == Layout::Line {
            return write(self);
        }
        self.indent += 1;
        self.line()?;
        write(self)?;
        self.indent -= 1;
        self.line()
    }

    fn space(&mut self) -> fmt::Result {
        match self.layout {
            Layout::Line => self.out.write_str(" "),
            Layout::Lines => self.line(),
        }
    }

    fn line(&mut self) -> fmt::Result {
        const STEP: usize = 4;
        write!(self.out, "\n{:1$}", "", self.indent * STEP)
    }
}

impl Display for Condition {
    /// The text form of one condition.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Parts { subject, operator, operand, list } = self.into();
        match subject {
            ConditionSubject::Field(field) => f.write_str(field.name())?,
            ConditionSubject::Custom(key) if is_word(key.as_str()) => write!(f, "{CUSTOM_PREFIX}{}", key.as_str())?,
            ConditionSubject::Custom(key) => write!(f, "{CUSTOM_PREFIX}{}", Quoted(key.as_str()))?,
            ConditionSubject::List => f.write_str("list")?,
        }
        if let Some(list) = list {
            write!(f, "@{list}")?;
        }
        if let Some((symbol, instant)) = closed(self) {
            return write!(f, " {symbol} {}", Written(instant));
        }
        write!(f, " {}", operator.text())?;
        match operand {
            Operand::Nothing => Ok(()),
            Operand::Span(span) => write!(f, " {} {}", span.amount, span.unit.name()),
            Operand::Instant(instant) => write!(f, " {}", Written(instant)),
            Operand::Number(number) => write!(f, " {number}"),
            Operand::Bool(value) => write!(f, " {value}"),
            Operand::Text(text) => write!(f, " {}", Quoted(&text)),
            Operand::Texts(texts) => values(f, texts.iter().map(|text| Quoted(text))),
            Operand::Literals(literals) => values(f, literals.iter()),
            Operand::Lists(lists) => values(f, lists.iter()),
        }
    }
}

/// `after` the last microsecond of a second is `>=` the next second, and `before` the first but one is `<=` that second:
/// whoever wrote it wrote a whole second. A custom field is compared as a text by those symbols.
fn closed(condition: &Condition) -> Option<(&'static str, DateTime<Utc>)> {
    const SECOND: i64 = 1_000_000;
    let (symbol, beside) = match condition.predicate() {
        Predicate::Time(_, TimeTest::After(Moment::At(instant))) => (">=", instant.timestamp_micros().checked_add(1)?),
        Predicate::Time(_, TimeTest::Before(Moment::At(instant))) => ("<=", instant.timestamp_micros().checked_sub(1)?),
        _ => return None,
    };
    (beside % SECOND == 0 && WRITABLE.contains(&beside)).then(|| (symbol, from_micros(beside)))
}

fn values(f: &mut Formatter<'_>, values: impl IntoIterator<Item = impl Display>) -> fmt::Result {
    f.write_str(" [")?;
    for (i, value) in values.into_iter().enumerate() {
        write!(f, "{}{value}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str("]")
}

impl Display for Literal {
    /// The text form of one value.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => Quoted(text).fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Bool(value) => value.fmt(f),
        }
    }
}

/// A string between double quotes, with JSON's escapes.
struct Quoted<'t>(&'t str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // A string is always JSON. What does something to a terminal is escaped there where JSON need not.
        serde_json::to_string(self.0)
            .unwrap_or_default()
            .chars()
            .try_for_each(|c| if is_unseen(c) { write!(f, "\\u{:04x}", u32::from(c)) } else { f.write_char(c) })
    }
}

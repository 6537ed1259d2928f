//! A plan as people read it.

use std::fmt::{self, Display, Formatter};

use super::custom::{CustomMatch, Ordering};
use super::leaf::{Leaf, LeafTest, Subject};
use super::text::{Pattern, TextMatch};
use super::{Node, Plan};
use crate::catalogue::CUSTOM_PREFIX;
use crate::semantics::{Subscription, TextCase};
use crate::time::InFull;

impl Display for Plan {
    /// The scope, then a node a line.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.scope {
            None => f.write_str("on any list")?,
            Some(lists) => write!(f, "on lists {}", listed(lists))?,
        }
        writeln!(f, "{}", if self.cx.semantics.subscription == Subscription::ActiveOnly { ", active" } else { "" })?;
        branch(&self.root, 0, f)
    }
}

fn branch(node: &Node, depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{:1$}", "", depth * 2)?;
    let members = match node {
        Node::Constant(true) => return writeln!(f, "everybody"),
        Node::Constant(false) => return writeln!(f, "nobody"),
        Node::Leaf(leaf) => return writeln!(f, "{leaf}"),
        Node::All(members) => {
            writeln!(f, "all of")?;
            members
        }
        Node::Any(members) => {
            writeln!(f, "any of")?;
            members
        }
    };
    members.iter().try_for_each(|member| branch(member, depth + 1, f))
}

impl Display for Leaf {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Time(field) => f.write_str(field.name())?,
            Subject::Count(field) => f.write_str(field.name())?,
            Subject::Amount(field) => f.write_str(field.name())?,
            Subject::Flag(field) => f.write_str(field.name())?,
            Subject::Text(field) => f.write_str(field.name())?,
            Subject::Custom(key) => write!(f, "{CUSTOM_PREFIX}{}", key.as_str())?,
            Subject::Lists => f.write_str("list")?,
        }
        if let Some(list) = self.list {
            write!(f, "@{list}")?;
        }
        write!(f, " {}{}", if self.negated { "not " } else { "" }, self.test)?;
        if self.missing && !matches!(self.test, LeafTest::Exists | LeafTest::Lists(_)) && !self.is_total() {
            f.write_str(", or no value")?;
        }
        Ok(())
    }
}

impl Display for LeafTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => f.write_str("exists"),
            Self::Nothing => f.write_str("in nothing"),
            Self::True => f.write_str("true"),
            Self::Time(interval) => interval.map(InFull).fmt(f),
            Self::Count(interval) => interval.fmt(f),
            Self::Amount(interval) => interval.fmt(f),
            Self::Lists(lists) => write!(f, "in {}", listed(lists)),
            Self::Text(pattern) => pattern.fmt(f),
            Self::Custom(CustomMatch::Text(pattern)) => pattern.fmt(f),
            Self::Custom(CustomMatch::Order(Ordering { comparison, text, number, .. })) => {
                write!(f, "{}", comparison.operator().text())?;
                match (text, number) {
                    (Some(text), _) => write!(f, " {text:?}"),
                    (None, Some(number)) => write!(f, " {number}"),
                    (None, None) => Ok(()),
                }
            }
            Self::Custom(CustomMatch::NonEmpty(literals)) => {
                literals.texts.fmt(f)?;
                if !literals.numbers.is_empty() {
                    write!(f, " or {}", listed(&literals.numbers))?;
                }
                for value in [false, true].into_iter().filter(|value| literals.bools_of_texts[usize::from(*value)]) {
                    write!(f, " or {value}")?;
                }
                Ok(())
            }
        }
    }
}

impl Display for TextMatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.pattern {
            Pattern::Is(texts) => write!(f, "in {texts:?}")?,
            Pattern::Contains(text) => write!(f, "contains {:?}", text.as_str())?,
            Pattern::StartsWith(text) => write!(f, "starts with {text:?}")?,
            Pattern::EndsWith(text) => write!(f, "ends with {text:?}")?,
        }
        if self.case == TextCase::Insensitive { f.write_str(", in any case") } else { Ok(()) }
    }
}

fn listed(values: &[impl Display]) -> String {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    format!("[{}]", values.join(", "))
}

//! The words of a form of filters: what it calls operators, and what problems call its parts.

#[cfg(feature = "interop")]
use super::OPERATORS;
use super::{CONDITION_KEY_NAMES, GROUP_KEYS, Operator};

/// Whose words a form is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// The JSON form's, and the text form's.
    Own,
    /// Those of the front end react-querybuilder.
    #[cfg(feature = "interop")]
    ReactQueryBuilder,
}

impl Wording {
    /// A condition, with its article.
    pub(crate) fn condition(self) -> &'static str {
        match self {
            Self::Own => "a condition",
            #[cfg(feature = "interop")]
            Self::ReactQueryBuilder => "a rule",
        }
    }

    /// The key that says how the members of a group are joined.
    pub(crate) fn junction_key(self) -> &'static str {
        match self {
            Self::Own => "operator",
            #[cfg(feature = "interop")]
            Self::ReactQueryBuilder => "combinator",
        }
    }

    /// What it may say: AND, then OR.
    pub(crate) fn junctions(self) -> [&'static str; 2] {
        match self {
            Self::Own => ["AND", "OR"],
            #[cfg(feature = "interop")]
            Self::ReactQueryBuilder => ["and", "or"],
        }
    }

    /// The keys of a group.
    pub(crate) fn group_keys(self) -> &'static [&'static str] {
        match self {
            Self::Own => GROUP_KEYS,
            #[cfg(feature = "interop")]
            Self::ReactQueryBuilder => &["id", "combinator", "not", "rules"],
        }
    }

    /// The keys of a condition.
    pub(crate) fn condition_keys(self) -> &'static [&'static str] {
        match self {
            Self::Own => CONDITION_KEY_NAMES,
            #[cfg(feature = "interop")]
            Self::ReactQueryBuilder => &["id", "field", "operator", "value", "valueSource", "unit", "listId"],
        }
    }

    /// What an operator is called.
    pub(crate) fn operator(self, operator: Operator) -> &'static str {
        match self {
            Self::Own => operator.name(),
            #[cfg(feature = "interop")]
            Self::ReactQueryBuilder => operator.in_react_querybuilder(),
        }
    }

    /// The operator of a name.
    pub(crate) fn operator_of(self, name: &str) -> Option<Operator> {
        match self {
            Self::Own => Operator::from_name(name),
            #[cfg(feature = "interop")]
            Self::ReactQueryBuilder => Operator::from_react_querybuilder(name),
        }
    }
}

#[cfg(feature = "interop")]
impl Operator {
    /// What react-querybuilder calls it; where it has no name for it, what we do in its spelling.
    pub(crate) fn in_react_querybuilder(self) -> &'static str {
        self.row().query_builder
    }

    /// It does not mind case: neither does react-querybuilder.
    fn from_react_querybuilder(name: &str) -> Option<Self> {
        OPERATORS.iter().find(|row| row.query_builder.eq_ignore_ascii_case(name)).map(|row| row.named.is)
    }
}

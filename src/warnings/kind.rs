//! Every kind of warning, its code and its sentence.

use std::fmt;

use crate::error::Quoted;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What sort of warning a [`Warning`](crate::error::Warning) is: stable, made to be matched on and handed on.
        ///
        /// ```
        /// use headcount::error::WarningCode;
        ///
        /// assert_eq!(WarningCode::NeverHolds.as_str(), "never_holds");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum WarningCode { $($(#[$doc])* $variant,)+ }

        impl WarningCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

codes! {
    /// The filter, a group or a condition is false of every record.
    NeverHolds = "never_holds",
    /// The filter, a group or a condition is true of every record.
    AlwaysHolds = "always_holds",
    /// A time that no record has, or only at the very instant of now.
    EmptyWindow = "empty_window",
    /// A negation also holds of those who have no value.
    HoldsWithoutValue = "holds_without_value",
    /// A condition or group asks what another member of its group asks.
    RepeatedCondition = "repeated_condition",
    /// One day is 24 hours, and not a day of the calendar.
    RollingDay = "rolling_day",
    /// A custom field is ordered against a text that is a number.
    TextOrder = "text_order",
    /// After a date, which takes in nearly all of that day.
    WholeDay = "whole_day",
    /// A negation that one membership may satisfy where another fails it.
    EachMembership = "each_membership",
    /// A key of an audience that is nearly a known one, and ignored.
    UnknownKey = "unknown_key",
}

impl fmt::Display for WarningCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a warning of a constant is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Of {
    /// The filter, for a reason that is told of a member of it.
    Filter,
    /// The filter, because of how the members of its outermost group stand to one another.
    RootGroup,
    Group,
    Condition(String),
}

/// A warning, with what its sentence needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Never(Of),
    Always(Of),
    /// `within 0 days`.
    OnlyNow {
        condition: String,
    },
    /// After now, or after what is later.
    Future {
        condition: String,
        now: String,
    },
    /// Before the calendar's first instant.
    BeforeTheCalendar {
        condition: String,
    },
    WithoutValue {
        condition: String,
        remedy: Option<String>,
    },
    Repeated {
        condition: String,
        first: String,
    },
    RepeatedGroup,
    RollingDay {
        condition: String,
    },
    /// The text that is a number, and the condition that compares with the number.
    TextOrder {
        condition: String,
        text: String,
        remedy: String,
    },
    WholeDay {
        condition: String,
        /// The condition that begins with the next day.
        after_it: String,
        /// The condition that begins with that day.
        with_it: String,
    },
    EachMembership {
        condition: String,
        /// The condition asked of one list.
        on_one_list: Option<String>,
    },
    UnknownKey {
        key: String,
        known: &'static str,
    },
}

impl Kind {
    pub(super) fn code(&self) -> WarningCode {
        match self {
            Self::Never(_) => WarningCode::NeverHolds,
            Self::Always(_) => WarningCode::AlwaysHolds,
            Self::OnlyNow { .. } | Self::Future { .. } | Self::BeforeTheCalendar { .. } => WarningCode::EmptyWindow,
            Self::WithoutValue { .. } => WarningCode::HoldsWithoutValue,
            Self::Repeated { .. } | Self::RepeatedGroup => WarningCode::RepeatedCondition,
            Self::RollingDay { .. } => WarningCode::RollingDay,
            Self::TextOrder { .. } => WarningCode::TextOrder,
            Self::WholeDay { .. } => WarningCode::WholeDay,
            Self::EachMembership { .. } => WarningCode::EachMembership,
            Self::UnknownKey { .. } => WarningCode::UnknownKey,
        }
    }

    /// The nearest valid name, where a name is at fault.
    pub(super) fn suggestion(&self) -> Option<&'static str> {
        match self {
            Self::UnknownKey { known, .. } => Some(known),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never(Of::Filter) => f.write_str("the filter can never hold: nobody is in the audience"),
            Self::Never(Of::RootGroup) => {
                f.write_str("these conditions contradict one another: nobody is in the audience")
            }
            Self::Never(Of::Group) => f.write_str("these conditions contradict one another: they never hold together"),
            Self::Never(Of::Condition(condition)) => write!(f, "`{condition}` can never hold"),
            Self::Always(Of::Filter) => f.write_str("the filter always holds: everybody in scope is in the audience"),
            Self::Always(Of::RootGroup) => {
                f.write_str("one of these conditions always holds: everybody in scope is in the audience")
            }
            Self::Always(Of::Group) => f.write_str("one of these conditions always holds, whoever is asked"),
            Self::Always(Of::Condition(condition)) => write!(f, "`{condition}` always holds, whoever is asked"),
            Self::OnlyNow { condition } => {
                write!(f, "`{condition}` is about the very instant of now: nothing before it, nor the rest of today")
            }
            Self::Future { condition, now } => {
                write!(f, "`{condition}` asks for a time after now, {now}: no record should have one")
            }
            Self::BeforeTheCalendar { condition } => {
                write!(f, "`{condition}` reaches past the calendar's first day: no record has a time before it")
            }
            Self::WithoutValue { condition, remedy: None } => {
                write!(f, "`{condition}` also holds where there is no value")
            }
            Self::WithoutValue { condition, remedy: Some(remedy) } => {
                write!(f, "`{condition}` also holds where there is no value: add `{remedy}` if those are not meant")
            }
            Self::Repeated { condition, first } if condition == first => {
                write!(f, "`{condition}` stands in its group already")
            }
            Self::Repeated { condition, first } => {
                write!(f, "`{condition}` asks the same as `{first}` in its group")
            }
            Self::RepeatedGroup => f.write_str("this group asks the same as another one beside it"),
            Self::RollingDay { condition } => {
                write!(f, "`{condition}` counts 24 hours back from now: today and yesterday begin at midnight")
            }
            Self::TextOrder { condition, text, remedy } => {
                write!(
                    f,
                    "`{condition}` compares texts by their characters, `\"{text}\"` as no number: \
                     write `{remedy}` to compare numbers"
                )
            }
            Self::WholeDay { condition, after_it, with_it } => {
                write!(
                    f,
                    "`{condition}` takes in that day but for its first microsecond: write `{after_it}` to begin with the \
                     next day, `{with_it}` to take the day in whole"
                )
            }
            Self::EachMembership { condition, on_one_list } => {
                write!(
                    f,
                    "`{condition}` is asked of each membership: somebody who fails it on one source list is in by another"
                )?;
                match on_one_list {
                    Some(scoped) => write!(f, "; it holds on all if each list is asked, as `{scoped}`"),
                    None => Ok(()),
                }
            }
            Self::UnknownKey { key, known } => {
                write!(f, "key {} of the audience means nothing and is ignored, did you mean `{known}`?", Quoted(key))
            }
        }
    }
}

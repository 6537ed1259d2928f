//! The one table of condition types, fields, operators and units: their names, and which go together.
//!
//! Readers, printers, suggestions and the tables of grammar.md all take it from here. To add a field, add its line to
//! `fields!` and its member to `Contact` or `Membership`; the compiler asks for the rest. To add an operator, its row in
//! [`OPERATORS`], the kinds it fits in `operands`, what it makes of its operand in `parts`, and its meaning in `eval`.

mod operands;
mod wording;

use crate::contact::field_access;
use crate::filter::Junction;
use crate::settings;
use crate::time::SpanUnit;

pub(crate) use self::operands::{OperandKind, SubjectKind};
pub(crate) use self::wording::Wording;

/// What a condition is about: the `conditionType` of the JSON form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ConditionType {
    Time,
    Count,
    Revenue,
    Dnc,
    CustomField,
    List,
    Attribute,
}

/// A thing with one name that is written, and others that are only read.
pub(crate) struct Named<T: 'static> {
    pub(crate) is: T,
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
}

impl<T: Copy> Named<T> {
    /// All that is read for it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    fn find(table: &'static [Self], name: &str) -> Option<T> {
        table.iter().find(|row| row.is_called(name)).map(|row| row.is)
    }
}

const fn named<T>(is: T, name: &'static str, aliases: &'static [&'static str]) -> Named<T> {
    Named { is, name, aliases }
}

pub(crate) const CONDITION_TYPES: &[Named<ConditionType>] = &[
    named(ConditionType::Time, "time", &[]),
    named(ConditionType::Count, "count", &[]),
    named(ConditionType::Revenue, "revenue", &[]),
    named(ConditionType::Dnc, "dnc", &[]),
    named(ConditionType::CustomField, "custom_field", &["custom"]),
    named(ConditionType::List, "list", &["list_membership"]),
    named(ConditionType::Attribute, "attribute", &[]),
];

impl ConditionType {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Named::find(CONDITION_TYPES, name)
    }

    pub(crate) fn name(self) -> &'static str {
        CONDITION_TYPES[self as usize].name
    }

    /// The names of the fields that conditions of this type ask about.
    pub(crate) fn fields(self) -> impl Iterator<Item = &'static str> {
        FIELDS.iter().filter(move |row| row.types.contains(&self)).map(|row| row.name)
    }
}

/// Which record a field's value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The contact: the same on every list.
    Contact,
    /// The membership: a value for each list.
    Membership,
}

/// A row of the table of fields.
pub(crate) struct FieldRow {
    pub(crate) field: Field,
    pub(crate) name: &'static str,
    /// The condition types that may ask about it; the first is the one written.
    pub(crate) types: &'static [ConditionType],
    /// What it is, in a sentence.
    pub(crate) about: &'static str,
}

/// Declares the fields. Each has the name of the member of [`Owner`]'s record that holds its value.
macro_rules! fields {
    ($($(#[$doc:meta])* $kind:ident($enum:ident) { $(#[doc = $about:literal] $variant:ident = $name:ident, $owner:ident, [$($type:ident),+];)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
            #[non_exhaustive]
            pub enum $enum { $(#[doc = $about] $variant,)+ }

            impl $enum {
                /// Every field of this kind.
                pub const ALL: &'static [Self] = &[$(Self::$variant),+];

                /// The field's name in filters and records.
                #[must_use]
                pub const fn name(self) -> &'static str {
                    match self { $(Self::$variant => stringify!($name)),+ }
                }

                /// Whose value it is.
                pub(crate) const fn owner(self) -> Owner {
                    match self { $(Self::$variant => Owner::$owner),+ }
                }
            }

            field_access!($kind($enum) { $($variant = $name, $owner;)+ });

            impl From<$enum> for Field {
                fn from(field: $enum) -> Self {
                    Self::$kind(field)
                }
            }
        )+

        /// A field with a name of its own, by the kind of value it has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Field { $($(#[$doc])* $kind($enum)),+ }

        impl Field {
            /// Whose value it is.
            pub(crate) const fn owner(self) -> Owner {
                match self { $(Self::$kind(field) => field.owner()),+ }
            }

            /// The field's place in [`FIELDS`].
            pub(crate) const fn ordinal(self) -> usize {
                let mut first = 0;
                $(
                    if let Self::$kind(field) = self {
                        return first + field as usize;
                    }
                    first += $enum::ALL.len();
                )+
                first
            }
        }

        /// Every field, kind by kind.
        pub(crate) const FIELDS: &[FieldRow] = &[$($(FieldRow {
            field: Field::$kind($enum::$variant),
            name: stringify!($name),
            types: &[$(ConditionType::$type),+],
            about: $about,
        },)+)+];
    };
}

fields! {
    /// An instant in the life of a membership.
    Time(TimeField) {
        /// The last click on a link.
        LastClickedAt = last_clicked_at, Membership, [Time];
        /// The last message sent.
        LastSentAt = last_sent_at, Membership, [Time];
        /// When the contact joined the list.
        SignupDate = signup_date, Membership, [Time];
        /// The last purchase.
        LastRevenueAt = last_revenue_at, Membership, [Revenue];
    }
    /// A number of events of a membership; 0 where the record is silent.
    Count(CountField) {
        /// Messages sent.
        SendCount = send_count, Membership, [Count];
        /// Clicks on links.
        ClickCount = click_count, Membership, [Count];
        /// Purchases.
        ConversionCount = conversion_count, Membership, [Revenue, Count];
    }
    /// An amount of money, in the account's currency.
    Amount(AmountField) {
        /// All purchases together; 0 where the record is silent.
        RevenueTotal = revenue_total, Membership, [Revenue];
        /// `revenue_total / conversion_count` where the record is silent, if there are conversions and it is below 2^64.
        AvgRevenue = avg_revenue, Membership, [Revenue];
    }
    /// A yes or no.
    Flag(FlagField) {
        /// Has there been a purchase? Where the record is silent: `conversion_count > 0 or revenue_total > 0`.
        HasRevenue = has_revenue, Membership, [Revenue];
        /// Is the contact on the do-not-call list? No where the record is silent.
        OnDnc = on_dnc, Contact, [Dnc];
        /// Is the phone number valid? Yes where the record is silent.
        IsValid = is_valid, Contact, [Attribute];
        /// Is the membership in a workflow? No where the record is silent.
        InWorkflow = in_workflow, Membership, [Attribute];
    }
    /// A text that describes a contact or a membership.
    Text(TextField) {
        /// The number that tells contacts apart.
        PhoneNumber = phone_number, Contact, [Attribute];
        /// The carrier's name.
        Carrier = carrier, Contact, [Attribute];
        /// The kind of line, such as `CELL PHONE`.
        LineType = line_type, Contact, [Attribute];
        /// The IANA name of the contact's time zone.
        Timezone = timezone, Contact, [Attribute];
        /// How the contact joined the list.
        SignupMethod = signup_method, Membership, [Attribute];
        /// The number that the list sends from.
        ListNumber = list_number, Membership, [Attribute];
    }
}

impl Field {
    pub(crate) fn from_name(name: &str) -> Option<&'static FieldRow> {
        FIELDS.iter().find(|row| row.name == name)
    }

    /// The field's name in filters and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub(crate) fn row(self) -> &'static FieldRow {
        // OK because `fields!` makes a row of every variant.
        FIELDS.iter().find(|row| row.field == self).expect("every field has a row")
    }

    /// Whether the field has the same value on every list.
    pub(crate) fn is_of_the_contact(self) -> bool {
        self.owner() == Owner::Contact
    }
}

/// What a condition asks, by the name that it has in filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operator {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
    Contains,
    NotContains,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
    In,
    NotIn,
    Within,
    NotWithin,
    Before,
    After,
    Exists,
    NotExists,
}

/// A row of the table of operators.
pub(crate) struct OperatorRow {
    pub(crate) named: Named<Operator>,
    /// How the text form writes it.
    text: &'static str,
    /// What react-querybuilder calls it; where it has no name for it, what we do in its spelling.
    #[cfg_attr(not(feature = "interop"), expect(dead_code, reason = "only the forms of others ask for it"))]
    query_builder: &'static str,
    /// The operator of which it is the negation.
    negates: Option<Operator>,
}

const fn positive(
    is: Operator,
    name: &'static str,
    aliases: &'static [&'static str],
    text: &'static str,
    query_builder: &'static str,
) -> OperatorRow {
    OperatorRow { named: named(is, name, aliases), text, query_builder, negates: None }
}

const fn negation(negates: Operator, row: OperatorRow) -> OperatorRow {
    OperatorRow { negates: Some(negates), ..row }
}

/// The operators by name, the other names that are read for them, and their names elsewhere.
pub(crate) const OPERATORS: &[OperatorRow] = &[
    positive(Operator::Eq, "eq", &["equals"], "=", "="),
    negation(Operator::Eq, positive(Operator::Neq, "neq", &["ne", "not_eq", "not_equals"], "!=", "!=")),
    positive(Operator::Gt, "gt", &["greater_than"], ">", ">"),
    positive(Operator::Gte, "gte", &["greater_than_or_equal"], ">=", ">="),
    positive(Operator::Lt, "lt", &["less_than"], "<", "<"),
    positive(Operator::Lte, "lte", &["less_than_or_equal"], "<=", "<="),
    positive(Operator::Contains, "contains", &[], "contains", "contains"),
    negation(
        Operator::Contains,
        positive(Operator::NotContains, "not_contains", &[], "not contains", "doesNotContain"),
    ),
    positive(Operator::StartsWith, "starts_with", &[], "starts_with", "beginsWith"),
    negation(
        Operator::StartsWith,
        positive(Operator::NotStartsWith, "not_starts_with", &[], "not starts_with", "doesNotBeginWith"),
    ),
    positive(Operator::EndsWith, "ends_with", &[], "ends_with", "endsWith"),
    negation(
        Operator::EndsWith,
        positive(Operator::NotEndsWith, "not_ends_with", &[], "not ends_with", "doesNotEndWith"),
    ),
    positive(Operator::In, "in", &[], "in", "in"),
    negation(Operator::In, positive(Operator::NotIn, "not_in", &["nin"], "not in", "notIn")),
    positive(Operator::Within, "within", &[], "within", "within"),
    negation(Operator::Within, positive(Operator::NotWithin, "not_within", &[], "not within", "notWithin")),
    positive(Operator::Before, "before", &[], "before", "before"),
    positive(Operator::After, "after", &[], "after", "after"),
    positive(Operator::Exists, "exists", &["is_set"], "exists", "notNull"),
    negation(Operator::Exists, positive(Operator::NotExists, "not_exists", &["not_set"], "not exists", "null")),
];

/// The symbols of the text form; the first of an operator is the one written.
pub(crate) const SYMBOLS: &[(&str, Operator)] = &[
    ("=", Operator::Eq),
    ("==", Operator::Eq),
    ("!=", Operator::Neq),
    ("<>", Operator::Neq),
    (">=", Operator::Gte),
    ("<=", Operator::Lte),
    (">", Operator::Gt),
    ("<", Operator::Lt),
];

impl Operator {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        OPERATORS.iter().find(|row| row.named.is_called(name)).map(|row| row.named.is)
    }

    fn row(self) -> &'static OperatorRow {
        &OPERATORS[self as usize]
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().named.name
    }

    /// Every name that is read for it.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        self.row().named.names()
    }

    pub(crate) fn from_symbol(symbol: &str) -> Option<Self> {
        SYMBOLS.iter().find(|(written, _)| *written == symbol).map(|(_, operator)| *operator)
    }

    /// How the text form writes the operator.
    pub(crate) fn text(self) -> &'static str {
        self.row().text
    }

    /// The operator that `not` in front of this one makes, in the text form.
    pub(crate) fn behind_not(self) -> Option<Self> {
        self.negation().filter(|negation| negation.text().starts_with("not "))
    }

    /// The positive operator, and whether this one is its negation.
    pub(crate) fn polarity(self) -> (Self, bool) {
        self.row().negates.map_or((self, false), |positive| (positive, true))
    }

    /// The operator that is the negation of this one, if there is one.
    pub(crate) fn negation(self) -> Option<Self> {
        OPERATORS.iter().find(|row| row.negates == Some(self)).map(|row| row.named.is)
    }
}

/// The units by name; the others are read in the text form only.
pub(crate) const UNITS: &[Named<SpanUnit>] = &[
    named(SpanUnit::Days, "days", &["d", "day"]),
    named(SpanUnit::Hours, "hours", &["h", "hour"]),
    named(SpanUnit::Minutes, "minutes", &["min", "minute"]),
];

impl SpanUnit {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        UNITS.iter().find(|row| row.name == name).map(|row| row.is)
    }

    /// A unit as the text form reads it, short forms included, in any case.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Named::find(UNITS, &text.to_ascii_lowercase())
    }

    pub(crate) fn name(self) -> &'static str {
        UNITS[self as usize].name
    }
}

/// What may stand in front of a custom field's key, in both forms.
pub(crate) const CUSTOM_PREFIX: &str = "custom_fields.";
/// The short prefix of the text form.
pub(crate) const CUSTOM_SHORT_PREFIX: &str = "custom.";

/// How the members of a group are joined, as the JSON form names it.
pub(crate) const JUNCTIONS: &[Named<Junction>] =
    &[named(Junction::All, "AND", &["and"]), named(Junction::Any, "OR", &["or"])];

impl Junction {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Named::find(JUNCTIONS, name)
    }

    pub(crate) fn name(self) -> &'static str {
        JUNCTIONS[self as usize].name
    }
}

/// The keys of a group, as the JSON form writes them.
pub(crate) const GROUP_KEYS: &[&str] = &["operator", "conditions", "groups"];

/// A key of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    ConditionType,
    Field,
    Operator,
    Value,
    Unit,
    ListId,
    ListIds,
}

/// The keys of a condition: responses' spelling first, then requests'.
pub(crate) const CONDITION_KEYS: &[(Key, &str, &str)] = &[
    (Key::ConditionType, "conditionType", "condition_type"),
    (Key::Field, "field", "field"),
    (Key::Operator, "operator", "operator"),
    (Key::Value, "value", "value"),
    (Key::Unit, "unit", "unit"),
    (Key::ListId, "listId", "list_id"),
    (Key::ListIds, "listIds", "list_ids"),
];

/// The keys of a condition, as responses spell them: what a misspelt key is compared with.
pub(crate) const CONDITION_KEY_NAMES: &[&str] =
    &["conditionType", "field", "operator", "value", "unit", "listId", "listIds"];

/// How the keys of a condition are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Spelling {
    /// As the platform's responses spell them: `conditionType`, `listId`.
    #[default]
    Response,
    /// As the platform's requests spell them: `condition_type`, `list_id`.
    Request,
}

impl Spelling {
    /// Both spellings.
    pub const ALL: [Self; 2] = [Self::Response, Self::Request];

    /// The spelling's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Request => "request",
        }
    }
}

settings::named!(Spelling, "a spelling", "`response` or `request`", Self::ALL, Self::as_str);

impl Key {
    /// The key of that name in either spelling, and the name as it stands in the table.
    pub(crate) fn from_name(name: &str) -> Option<(Self, &'static str)> {
        CONDITION_KEYS.iter().find_map(|&(key, response, request)| match name {
            _ if name == response => Some((key, response)),
            _ if name == request => Some((key, request)),
            _ => None,
        })
    }

    pub(crate) fn name(self, spelling: Spelling) -> &'static str {
        let (_, response, request) = CONDITION_KEYS[self as usize];
        match spelling {
            Spelling::Response => response,
            Spelling::Request => request,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_where_their_variants_do() {
        for (i, row) in CONDITION_TYPES.iter().enumerate() {
            assert_eq!(row.is as usize, i);
        }
        for (i, row) in OPERATORS.iter().enumerate() {
            assert_eq!(row.named.is as usize, i);
        }
        for (i, row) in UNITS.iter().enumerate() {
            assert_eq!(row.is as usize, i);
        }
        for (i, row) in JUNCTIONS.iter().enumerate() {
            assert_eq!(row.is as usize, i);
        }
        for (i, (key, name, _)) in CONDITION_KEYS.iter().enumerate() {
            assert_eq!(*key as usize, i);
            assert_eq!(CONDITION_KEY_NAMES[i], *name);
        }
    }

    #[test]
    fn names_are_found_and_unique() {
        for row in OPERATORS {
            for name in row.named.names() {
                assert_eq!(Operator::from_name(name), Some(row.named.is));
                assert_eq!(OPERATORS.iter().filter(|other| other.named.is_called(name)).count(), 1);
            }
        }
        for row in FIELDS {
            assert_eq!(Field::from_name(row.name).map(|found| found.field), Some(row.field));
            assert_eq!(row.field.name(), row.name);
            assert_eq!(FIELDS[row.field.ordinal()].field, row.field);
        }
    }

    #[test]
    fn a_negation_is_called_and_written_as_one() {
        for row in OPERATORS {
            let (positive, negated) = row.named.is.polarity();
            assert_eq!(negated, row.named.is != positive);
            assert!(!positive.polarity().1, "{}", row.named.name);
            if negated && positive != Operator::Eq {
                assert_eq!(row.named.name, format!("not_{}", positive.name()));
                assert_eq!(row.text, format!("not {}", positive.text()));
            }
        }
    }

    #[test]
    fn every_type_has_fields_but_those_that_need_none() {
        for row in CONDITION_TYPES {
            let fieldless = matches!(row.is, ConditionType::List | ConditionType::CustomField);
            assert_eq!(row.is.fields().next().is_none(), fieldless, "{}", row.name);
        }
    }
}

//! What columns mean, by their names.

use super::column_type::ColumnType;
use crate::catalogue::{CUSTOM_PREFIX, Field, TextField};
use crate::contact::{EpochUnit, NameMap, NameMeaning, RecordKey};

/// The column that tells memberships from contacts without any.
pub(crate) const IS_MEMBERSHIP: &str = "is_membership";

/// What a column says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    Key(RecordKey),
    /// A custom field.
    Custom(String),
    /// All custom fields.
    CustomFields,
    /// Whether the row is a membership.
    IsMembership,
}

impl Meaning {
    /// What a column of that name means, where it means something.
    pub(crate) fn of(name: &str, names: &NameMap) -> Option<Self> {
        if name == IS_MEMBERSHIP {
            return Some(Self::IsMembership);
        }
        match names.meaning(name) {
            NameMeaning::Known(RecordKey::CustomFields, _) => Some(Self::CustomFields),
            NameMeaning::Known(key, _) => Some(Self::Key(key)),
            NameMeaning::CustomField(key) => Some(Self::Custom(key.to_owned())),
            NameMeaning::Nothing => None,
        }
    }

    pub(crate) fn is_phone_number(&self) -> bool {
        *self == Self::Key(RecordKey::Field(Field::Text(TextField::PhoneNumber)))
    }

    /// Whether what it says is part of every question: who takes part, and on which list.
    #[cfg(feature = "arrow")]
    pub(crate) fn is_always_asked(&self) -> bool {
        self.field().is_none()
    }

    /// The name of the field that the column says, where a filter need not ask for it: who takes part, and on which list,
    /// is always asked.
    pub(super) fn field(&self) -> Option<String> {
        match self {
            Self::Key(RecordKey::Field(field)) if !self.is_phone_number() => Some(field.name().to_owned()),
            Self::Custom(key) => Some(format!("{CUSTOM_PREFIX}{key}")),
            _ => None,
        }
    }

    /// The bit of the key that the column gives a value; none where it is no key of a record.
    pub(crate) fn bit(&self) -> u64 {
        match self {
            Self::Key(key) => key.bit(),
            Self::Custom(_) | Self::CustomFields => RecordKey::CustomFields.bit(),
            Self::IsMembership => 0,
        }
    }

    /// The type of the column, where values of that type can be what the column means, or why they cannot; of a type that
    /// is not read, what it is called.
    pub(crate) fn accept(
        &self,
        found: Result<ColumnType, String>,
        epoch: Option<EpochUnit>,
    ) -> Result<ColumnType, String> {
        let is_time = matches!(self, Self::Key(RecordKey::Field(Field::Time(_))));
        let found = match found {
            Ok(kind) if self.takes(kind) || is_time && epoch.is_some() && kind.is_number() => return Ok(kind),
            Ok(kind) if is_time && kind.is_number() => {
                format!("{}; `--epoch s`, `ms` or `us` says what a number counts since 1970", kind.called())
            }
            Ok(kind) => kind.called().to_owned(),
            Err(called) => called,
        };
        Err(format!("expected {}, found a column of type {found}", self.expected()))
    }

    fn takes(&self, kind: ColumnType) -> bool {
        let is_text = kind == ColumnType::Text;
        match self {
            Self::Key(RecordKey::Field(Field::Text(_))) => is_text,
            Self::Key(RecordKey::Field(Field::Flag(_)) | RecordKey::Active) => {
                is_text || matches!(kind, ColumnType::Boolean | ColumnType::Int | ColumnType::Uint(_))
            }
            Self::IsMembership => kind == ColumnType::Boolean,
            Self::Key(RecordKey::Field(Field::Count(_) | Field::Amount(_)) | RecordKey::ListId) => {
                is_text || kind.is_number()
            }
            Self::Key(RecordKey::Field(Field::Time(_))) => is_text || kind.is_time(),
            Self::Key(RecordKey::CustomFields) | Self::CustomFields => is_text || kind == ColumnType::Json,
            Self::Key(RecordKey::Lists) => false,
            Self::Custom(_) => true,
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Key(RecordKey::Field(Field::Text(_))) => "a string",
            Self::Key(RecordKey::Field(Field::Flag(_)) | RecordKey::Active) | Self::IsMembership => "a boolean",
            Self::Key(key @ (RecordKey::Field(Field::Count(_) | Field::Amount(_)) | RecordKey::ListId)) => {
                key.value_type().expected()
            }
            Self::Key(RecordKey::Field(Field::Time(_))) => "a timestamp, a date or an ISO 8601 string",
            Self::Key(RecordKey::CustomFields) | Self::CustomFields => "an object",
            Self::Key(RecordKey::Lists) => "a row for each membership",
            Self::Custom(_) => "a string, a number, a boolean, a date, a timestamp or JSON",
        }
    }
}

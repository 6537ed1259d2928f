//! The service's own type of a contact, which matchers ask as it is.

use headcount::Record;
use headcount::filter::{CountField, TextField};
use headcount::matcher::{CustomField, ValueRef};
use serde::Deserialize;

/// Somebody on one list.
#[derive(Clone, Debug, Deserialize)]
pub struct Subscriber {
    /// Their phone number.
    pub phone: String,
    /// The list.
    pub list: i64,
    /// How often they clicked.
    #[serde(default)]
    pub clicks: u64,
    /// The custom field `tier`.
    pub tier: Option<String>,
}

impl Record for Subscriber {
    fn text(&self, field: TextField, _: usize) -> Option<&str> {
        (field == TextField::PhoneNumber).then_some(&self.phone)
    }

    fn list(&self, _: usize) -> Option<i64> {
        Some(self.list)
    }

    fn count(&self, field: CountField, _: usize) -> u64 {
        if field == CountField::ClickCount { self.clicks } else { 0 }
    }

    fn custom(&self, field: CustomField<'_>, _: usize) -> Option<ValueRef<'_>> {
        if field.key() == "tier" { self.tier.as_deref().map(ValueRef::Text) } else { None }
    }
}

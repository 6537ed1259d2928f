//! Which columns of records it takes to answer.

use std::collections::BTreeSet;

use super::{AmountField, CountField, Field, Filter, FlagField, Group, OptionalField, Predicate};
use crate::audience::Audience;
use crate::catalogue::CUSTOM_PREFIX;

impl Filter {
    /// The names of the fields that it asks for, and of those that they are worked out from where a record is silent; custom
    /// fields as `custom_fields.KEY`.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let filter: Filter = "avg_revenue > 10 and custom.state = 'CA'".parse()?;
    /// assert!(filter.columns().iter().eq(["avg_revenue", "conversion_count", "custom_fields.state", "revenue_total"]));
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> BTreeSet<String> {
        let mut asked = BTreeSet::new();
        columns(self.root(), &mut asked);
        asked
    }
}

impl Audience {
    /// The names of the columns of records that it takes to tell who is in: those of the filter ([`Filter::columns`]), and
    /// `phone_number`, `list_id` and `active`, by which records and lists are told apart. Who reads records from somewhere
    /// that has columns need not read others.
    ///
    /// ```
    /// use headcount::Audience;
    ///
    /// let audience = Audience::of("click_count >= 3".parse()?);
    /// assert!(audience.columns().iter().eq(["active", "click_count", "list_id", "phone_number"]));
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> BTreeSet<String> {
        let mut columns = self.filter.columns();
        columns.extend(["phone_number", "list_id", "active"].map(str::to_owned));
        columns
    }
}

fn columns(group: &Group, asked: &mut BTreeSet<String>) {
    for condition in group.conditions() {
        let predicate = condition.predicate();
        if let Predicate::Custom(key, _) | Predicate::Exists(OptionalField::Custom(key)) = predicate {
            asked.insert(format!("{CUSTOM_PREFIX}{}", key.as_str()));
        }
        let Some(field) = predicate.field() else { continue };
        asked.insert(field.name().to_owned());
        if matches!(field, Field::Flag(FlagField::HasRevenue) | Field::Amount(AmountField::AvgRevenue)) {
            asked.insert(CountField::ConversionCount.name().to_owned());
            asked.insert(AmountField::RevenueTotal.name().to_owned());
        }
    }
    group.groups().iter().for_each(|group| columns(group, asked));
}

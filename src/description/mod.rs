//! What is in a table before anything is asked of it: its columns and their values, its lists, its phone numbers.

mod column;
mod phone_numbers;
#[cfg(feature = "records")]
mod reports;
mod shape;
#[cfg(test)]
mod tests;
mod unfit;

use rayon::prelude::*;
use serde::Serialize;

use crate::table::{ColumnId, Histograms, Table};

pub use self::column::{ColumnDescription, KindDescription, ReadAs, ValueCount};
pub use self::phone_numbers::{PhoneForm, PhoneNumbers};
#[cfg(feature = "records")]
pub use self::reports::{KindCount, UnreadColumn};
pub use self::unfit::{MeantAs, UnfitForm, UnfitValues};

/// What is in a table: what [`Table::describe`] gives.
///
/// It is data, and serializes with the names of its members.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// How many contacts there are.
    pub contacts: u64,
    /// How many memberships they have.
    pub memberships: u64,
    /// How many memberships were replaced by a later record of the same contact and list.
    pub replaced: u64,
    /// How many pages were read, and of how many; none where no input has pages, or no report was
    /// [added](Description::with_reports).
    #[cfg(feature = "records")]
    pub pages: Option<crate::records::PageCounts>,
    /// The columns that are read: the phone number, what else the contact has, what its memberships have, kind by kind; and
    /// the custom fields that some membership has, by their keys.
    pub columns: Vec<ColumnDescription>,
    /// The columns and keys that are not read, by input and name; empty where no report was
    /// [added](Description::with_reports).
    #[cfg(feature = "records")]
    pub not_read: Vec<UnreadColumn>,
    /// The lists, by their ids; those on no list come first.
    pub lists: Vec<ListDescription>,
    /// How phone numbers are written.
    pub phone_numbers: PhoneNumbers,
}

/// How many are on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ListDescription {
    /// The list; none is that of memberships without one.
    pub list_id: Option<i64>,
    /// How many contacts are on it.
    pub contacts: u64,
    /// How many memberships they have on it.
    pub memberships: u64,
    /// How many of the memberships are active.
    pub active: u64,
}

impl Table {
    /// What is in the table: to be looked at before anything is asked.
    ///
    /// Values are counted by codes and dictionaries, on rayon's current pool; it takes as long as there are memberships,
    /// distinct values and columns, and does not grow with what any of them are.
    ///
    /// ```
    /// use headcount::{Contact, Table, Value, analysis::ValueKind};
    ///
    /// let records = [
    ///     r#"{"phone_number": "+14155550101", "list_id": 7, "custom_fields": {"last_purchase": "11/12/2025"}}"#,
    ///     r#"{"phone_number": "+14155550102", "list_id": 7, "custom_fields": {"last_purchase": "2025-11-12"}}"#,
    ///     r#"{"phone_number": "4155550103", "list_id": 8, "active": false}"#,
    /// ];
    /// let contacts = records.iter().map(|record| serde_json::from_str::<Contact>(record));
    /// let description = contacts.collect::<Result<Table, _>>()?.describe();
    ///
    /// let column = description.column("custom_fields.last_purchase").unwrap();
    /// assert_eq!((column.values, column.of, column.distinct), (2, 3, 2));
    /// assert_eq!(column.kinds.iter().map(|kind| kind.kind).collect::<Vec<_>>(), [ValueKind::Text, ValueKind::TimeText]);
    /// let unfit = column.unfit.as_ref().unwrap();
    /// assert_eq!((unfit.values, &*unfit.forms[0].shape), (1, "99/99/9999"));
    /// assert_eq!(unfit.forms[0].example, Value::from("11/12/2025"));
    ///
    /// assert_eq!(description.lists.iter().map(|list| (list.list_id, list.active)).collect::<Vec<_>>(), [(Some(7), 2), (Some(8), 0)]);
    /// assert_eq!((description.phone_numbers.e164, &*description.phone_numbers.others[0].first), (2, "4155550103"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn describe(&self) -> Description {
        let histograms = Histograms::new(self);
        let (contacts, memberships) = (self.len() as u64, self.memberships());
        let of_column = |id: &ColumnId| {
            let of = if id.is_of_the_contact() { contacts } else { memberships };
            ColumnDescription::new(id, of, &histograms)
        };
        let ((phone_number, phone_numbers), (lists, mut columns)) = rayon::join(
            || phone_numbers::describe(&histograms),
            || {
                let lists = histograms.lists().into_iter().map(|(list_id, tally)| ListDescription {
                    list_id,
                    contacts: tally.contacts,
                    memberships: tally.memberships,
                    active: tally.active,
                });
                (lists.collect(), histograms.columns().par_iter().map(of_column).collect::<Vec<_>>())
            },
        );
        // A column of a custom field stays when the last who had a value was removed.
        columns.retain(|column| column.values > 0 || column.read_as != ReadAs::CustomField);
        columns.insert(0, phone_number);
        Description {
            contacts,
            memberships,
            replaced: self.replaced(),
            #[cfg(feature = "records")]
            pages: None,
            columns,
            #[cfg(feature = "records")]
            not_read: Vec::new(),
            lists,
            phone_numbers,
        }
    }
}

impl Description {
    /// A column that is read, by its name: `click_count`, `custom_fields.state`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnDescription> {
        self.columns.iter().find(|column| column.name == name)
    }
}

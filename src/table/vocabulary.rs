//! What the contacts of a table have that a filter may ask for.

use super::Table;
use super::domain::Domain;
use super::segment::{ColumnId, Lists};
use crate::contact::Contact;
use crate::filter::{ValueKind, Vocabulary};

impl Table {
    /// The custom fields that some contact has, with the kinds of their values, and the lists that some contact is on.
    ///
    /// What contacts had before they were changed or removed is among them until the table is [compacted](Table::compact).
    /// It takes as long as there are different values.
    ///
    /// ```
    /// use headcount::{Contact, Filter, Table};
    ///
    /// let record = r#"{"phone_number": "+1", "list_id": 101, "custom_fields": {"state": "CA"}}"#;
    /// let table = Table::from_iter([serde_json::from_str::<Contact>(record)?]);
    /// let vocabulary = table.vocabulary();
    /// assert!(vocabulary.check(&"custom.state = 'TX' and list = 101".parse()?).is_ok());
    /// assert!(vocabulary.check(&"custom.stat = 'TX'".parse()?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn vocabulary(&self) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for level in self.levels() {
            level.columns().columns.iter().for_each(|(id, column)| of_column(id, &column.domain, &mut vocabulary));
            for segment in level.segments() {
                if let Lists::Same(lists) = &segment.lists {
                    vocabulary.lists.extend(lists.iter().flatten());
                }
            }
            level.overflow().iter().for_each(|row| of_contact(&row.contact, &mut vocabulary));
        }
        self.overflow.rows().iter().for_each(|row| of_contact(&row.contact, &mut vocabulary));
        vocabulary
    }
}

/// Adds what stands in a column.
fn of_column(id: &ColumnId, domain: &Domain, vocabulary: &mut Vocabulary) {
    match (id, domain) {
        (ColumnId::List, Domain::Lists(lists)) => vocabulary.lists.extend(lists),
        (ColumnId::Custom(key), Domain::Custom(custom)) => {
            let kinds = custom.values().iter().map(ValueKind::of);
            vocabulary.custom.entry(key.as_str().to_owned()).or_default().extend(kinds);
        }
        _ => {}
    }
}

/// Adds what a contact has that does not stand in columns.
fn of_contact(contact: &Contact, vocabulary: &mut Vocabulary) {
    for membership in &contact.memberships {
        vocabulary.lists.extend(membership.list_id);
        for (key, value) in &membership.custom_fields {
            match vocabulary.custom.get_mut(key) {
                Some(kinds) => drop(kinds.insert(ValueKind::of(value))),
                None => drop(vocabulary.custom.insert(key.clone(), [ValueKind::of(value)].into())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::TableBuilder;

    fn contact(phone: &str, list: &str, fields: &str) -> Contact {
        let record = format!(r#"{{"phone_number": "{phone}", "list_id": {list}, "custom_fields": {fields}}}"#);
        serde_json::from_str(&record).unwrap()
    }

    #[test]
    fn it_is_the_same_wherever_contacts_stand() {
        let records = [
            contact("+1", "101", r#"{"state": "CA", "tier": 1}"#),
            contact("+2", "102", r#"{"tier": "gold", "tags": ["a"]}"#),
            contact("+3", "null", r#"{"deep": {}, "is": true}"#),
        ];
        let custom = [
            ("state", vec![ValueKind::Text]),
            ("tier", vec![ValueKind::Number, ValueKind::Text]),
            ("tags", vec![ValueKind::Array]),
            ("deep", vec![ValueKind::Object]),
            ("is", vec![ValueKind::Boolean]),
        ];
        let custom = custom.into_iter().map(|(key, kinds)| (key.to_owned(), kinds.into_iter().collect()));
        let expected = Vocabulary { custom: custom.collect(), lists: [101, 102].into() };
        for (same, mixed) in [(1, 1), (1, 2), (usize::MAX, usize::MAX)] {
            let mut builder = TableBuilder::default().in_columns_from(same, mixed);
            records.iter().for_each(|record| builder.push(record));
            assert_eq!(builder.build().vocabulary(), expected, "{same} {mixed}");
        }
        let mut table = Table::default();
        for record in records {
            table.merge(record);
        }
        assert_eq!(table.vocabulary(), expected);
        table.remove("+1");
        table.compact();
        assert!(!table.vocabulary().custom.contains_key("state"));
    }
}

//! Law 9 of the table image: what is opened is what was saved.

use headcount::error::NoteCode;
use headcount::records::Input;
use headcount::{Audience, Contact, RecordReader, Table, TableBuilder};
use proptest::prelude::*;
use tempfile::TempDir;

use super::cases::cases;
use super::changes::{LAYOUTS, changes, table};
use super::config;

/// What is told of a table. That a file has no record in it tells whoever reads the file.
fn told(table: &Table, audience: &Audience) -> Vec<String> {
    let notes = table.notes([audience]);
    notes.iter().filter(|note| note.code != NoteCode::NoRecords).map(ToString::to_string).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_opened_is_what_was_saved(case in cases(), changes in changes(), layout in 0..LAYOUTS.len()) {
        let mut saved = table(&case.population, LAYOUTS[layout]);
        changes.into_iter().for_each(|change| change.make(&mut saved));
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("contacts.headcount");
        saved.save(&path).unwrap();
        // What contacts had before they were changed is in no image.
        saved.compact();
        let audience = case.audience();
        let contacts: Vec<Contact> = saved.contacts().collect();

        let mut read = TableBuilder::default();
        RecordReader::new().read_into(&path, &mut read).unwrap();
        for opened in [Table::open(&path).unwrap(), read.build()] {
            prop_assert_eq!(opened.contacts().collect::<Vec<_>>(), contacts.clone());
            prop_assert_eq!(opened.size(&audience, &case.cx), saved.size(&audience, &case.cx));
            let members = |table: &Table| table.members(&audience, &case.cx).into_iter().collect::<Vec<_>>();
            prop_assert_eq!(members(&opened), members(&saved));
            prop_assert_eq!(told(&opened, &audience), told(&saved, &audience));
            prop_assert_eq!(opened.describe(), saved.describe());
            prop_assert_eq!((opened.memberships(), opened.replaced()), (saved.memberships(), saved.replaced()));
        }

        let foreseen = RecordReader::new().for_plans([audience.plan(&case.cx)]).for_audiences([&audience]);
        let mut some = TableBuilder::default();
        foreseen.read_into(&path, &mut some).unwrap();
        let some = some.build();
        prop_assert_eq!(some.size(&audience, &case.cx), saved.size(&audience, &case.cx));
        prop_assert_eq!(told(&some, &audience), told(&saved, &audience));
    }

    #[test]
    fn what_is_opened_becomes_what_the_saved_becomes(
        case in cases(), changes in changes(), layout in 0..LAYOUTS.len(),
    ) {
        let mut saved = table(&case.population, LAYOUTS[layout]);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("contacts.headcount");
        saved.save(&path).unwrap();
        let mut opened = Table::open(&path).unwrap();
        for change in changes {
            change.clone().make(&mut saved);
            change.make(&mut opened);
        }
        let audience = case.audience();
        prop_assert_eq!(opened.contacts().collect::<Vec<_>>(), saved.contacts().collect::<Vec<_>>());
        prop_assert_eq!(opened.size(&audience, &case.cx), saved.size(&audience, &case.cx));
    }

    /// Among other inputs its contacts are records, which say what counts where theirs were silent.
    #[test]
    fn an_image_among_other_inputs_is_its_contacts(case in cases(), later in cases(), image_first in any::<bool>()) {
        let saved = table(&case.population, LAYOUTS[0]);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("contacts.headcount");
        saved.save(&path).unwrap();
        let lines: String =
            later.population.contacts().iter().map(|contact| serde_json::to_string(contact).unwrap() + "\n").collect();
        let mut inputs = vec![Input::from(&path), Input::new("later.ndjson", lines.as_bytes())];
        let mut expected: Vec<Contact> = saved.contacts().collect();
        if image_first {
            expected.extend_from_slice(later.population.contacts());
        } else {
            inputs.reverse();
            expected.splice(0..0, later.population.contacts().to_vec());
        }
        let read = RecordReader::new().table(inputs).unwrap();
        let expected = expected.iter().collect::<Table>();
        prop_assert_eq!(read.contacts().collect::<Vec<_>>(), expected.contacts().collect::<Vec<_>>());
        prop_assert_eq!(read.replaced(), expected.replaced() + saved.replaced());
    }
}

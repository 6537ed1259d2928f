//! Table images of any population, whole or damaged, with check sums that were made to agree again: an error or a table that
//! answers.
#![no_main]

use headcount::records::Input;
use headcount::{Audience, EvalContext, Population, RecordReader, Table, TableBuilder};

#[derive(arbitrary::Arbitrary, Debug)]
struct Case {
    population: Population,
    /// From how many contacts on the same lists, and on as many, those stand together.
    layout: (u8, u8),
    damage: Vec<(u16, u8)>,
    cut: Option<u16>,
    audience: Audience,
    cx: EvalContext,
}

libfuzzer_sys::fuzz_target!(|case: Case| {
    let Case { population, layout: (same, mixed), damage, cut, audience, cx } = case;
    let mut builder = TableBuilder::default().in_columns_from(usize::from(same).max(1), usize::from(mixed).max(1));
    population.contacts().iter().for_each(|contact| builder.push(contact));
    let table = builder.build();
    let mut image = Vec::new();
    // What nests deeper than records may cannot be saved.
    if headcount::table::write_image(&table, &mut image).is_err() {
        return;
    }
    let whole = damage.is_empty() && cut.is_none();
    for (at, by) in damage {
        let length = image.len();
        image[usize::from(at) % length] ^= by;
    }
    if let Some(cut) = cut {
        image.truncate(usize::from(cut) % image.len());
    }
    let _ = headcount::table::mend_image(&mut image);
    for reader in [RecordReader::new(), RecordReader::new().for_plans([audience.plan(&cx)])] {
        let mut builder = TableBuilder::default();
        let read = reader.read_into(Input::new("contacts.headcount", &*image), &mut builder);
        assert!(read.is_ok() || !whole, "{read:?}");
        if read.is_err() {
            continue;
        }
        let opened = builder.build();
        let size = opened.size(&audience, &cx);
        assert!(!whole || size == table.size(&audience, &cx), "{size:?}");
        answers(opened, &audience, &cx);
    }
});

/// Asks for all there is, and changes it.
fn answers(mut table: Table, audience: &Audience, cx: &EvalContext) {
    let _ = (table.notes([audience]), table.describe(), table.vocabulary(), table.memory());
    let _ = (table.valid_until(audience, cx), table.breakdown(audience, cx));
    let members = table.members(audience, cx);
    let known: Vec<String> = members.phone_numbers().collect();
    let _ = members.page(None, 3);
    let contacts: Vec<_> = table.contacts().collect();
    for contact in contacts {
        let _ = (table.get(&contact.phone_number), table.merge(contact));
    }
    known.iter().for_each(|phone_number| _ = table.remove(phone_number));
    table.compact();
}

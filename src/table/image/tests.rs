use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::audience::Audience;
use crate::contact::{Contact, Membership};
use crate::number::Number;
use crate::semantics::EvalContext;
use crate::table::TableBuilder;
use crate::value::Value;

/// An image of one's own.
struct Kept {
    folder: TempDir,
}

impl Kept {
    fn of(table: &Table) -> Self {
        let kept = Self { folder: TempDir::new().unwrap() };
        table.save(kept.path()).unwrap();
        kept
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("contacts.headcount")
    }
}

fn bytes(table: &Table) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(table, None, &[], &mut bytes).unwrap();
    bytes
}

/// What is wrong with bytes, if anything is.
fn reason(bytes: &[u8]) -> Option<String> {
    open(&Arc::new(Map::of_bytes(bytes)), None).err().map(|bad| bad.into_reason(ImageContents::Table))
}

fn contact(i: u64) -> Contact {
    let membership = |list: u64| Membership {
        list_id: Some(list as i64).filter(|_| list != 3),
        list_number: Some(format!("+1{}", i % 300)),
        active: !(i + list).is_multiple_of(3),
        click_count: i * list,
        revenue_total: Number::from_f64(i as f64 / 4.0).unwrap(),
        signup_date: (!i.is_multiple_of(5)).then(|| crate::time::from_micros((i * i) as i64)),
        custom_fields: [
            (format!("c{}", i % 3), Value::from(&*format!("x{i}"))),
            ("mixed".to_owned(), if i.is_multiple_of(2) { Value::from("é") } else { Value::from(Number::from(i)) }),
            ("deep".to_owned(), serde_json::from_str(&format!(r#"[{i}, null, {{"a": [true]}}]"#)).unwrap()),
        ]
        .into(),
        ..Membership::default()
    };
    Contact {
        phone_number: if i.is_multiple_of(7) { format!("odd {i}") } else { format!("+1415555{i:04}") },
        carrier: Some(format!("C{}", i % 5)),
        on_dnc: i.is_multiple_of(2).then_some(true),
        memberships: (1..=i % 5).map(membership).collect(),
        ..Contact::default()
    }
}

/// The same contacts in every layout, and one table that was changed.
fn tables(contacts: u64) -> Vec<Table> {
    let layouts = [(1, 1), (2, 3), (usize::MAX, 1), (usize::MAX, usize::MAX)];
    let built = |(same, mixed)| {
        let mut builder = TableBuilder::default().in_columns_from(same, mixed);
        (0..contacts).for_each(|i| builder.push(&contact(i)));
        builder.build()
    };
    let mut tables: Vec<Table> = layouts.into_iter().map(built).collect();
    let mut changed = tables[0].clone();
    (0..contacts).step_by(4).for_each(|i| _ = changed.remove(&contact(i).phone_number));
    (0..contacts).step_by(6).for_each(|i| changed.replace(contact(i)));
    tables.push(changed);
    tables.push(Table::default());
    tables
}

/// Asks for all there is.
fn ask(table: &Table) -> (Vec<Contact>, u64) {
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let filters = [
        "click_count >= 3 and custom.mixed > 2 or list_number starts_with '+1'",
        "signup_date before 2025-01-01 and revenue_total < 10",
        "carrier in ['C1', 'C2'] and list in [1, 2] and phone_number contains '5'",
        "custom.deep exists and not on_dnc",
    ];
    let audiences = filters.map(|filter| Audience::of(filter.parse().unwrap()));
    let sizes = table.sizes(&audiences, &cx).iter().map(|size| size.value).sum();
    let _ = (table.notes(&audiences), table.describe(), table.vocabulary(), table.memory());
    (table.contacts().collect(), sizes)
}

#[test]
fn what_is_opened_is_what_was_saved() {
    for table in tables(120) {
        let opened = Table::open(Kept::of(&table).path()).unwrap();
        assert_eq!(ask(&opened), ask(&table));
        let mut compact = table.clone();
        compact.compact();
        assert_eq!((opened.describe(), opened.notes([])), (compact.describe(), compact.notes([])));
        assert_eq!(bytes(&opened), bytes(&table), "saved again it is the same");
    }
}

#[test]
fn columns_are_mapped_and_not_on_the_heap() {
    let table = &tables(2_000)[0];
    let (before, after) = (table.memory(), Table::open(Kept::of(table).path()).unwrap().memory());
    assert_eq!((before.mapped, after.phone_numbers, after.order), (0, before.phone_numbers - 8 * 2_000, 0));
    assert!(after.mapped > 2_000 * 12 && after.columns < before.columns, "{before:?} {after:?}");
}

#[test]
fn what_is_opened_takes_changes_and_the_file_none() {
    for table in tables(60) {
        let kept = Kept::of(&table);
        let file = fs::read(kept.path()).unwrap();
        let (mut opened, mut changed) = (Table::open(kept.path()).unwrap(), table);
        for table in [&mut opened, &mut changed] {
            (0..90).step_by(2).for_each(|i| _ = table.merge(contact(i)));
            (0..90).step_by(3).for_each(|i| _ = table.remove(&contact(i).phone_number));
            (0..90).step_by(5).for_each(|i| table.replace(contact(i + 1)));
        }
        assert_eq!(ask(&opened), ask(&changed));
        assert_eq!(fs::read(kept.path()).unwrap(), file);
    }
}

#[test]
fn a_table_that_is_saved_again_leaves_those_alone_who_opened_the_former() {
    let [few, many] = [&tables(40)[0], &tables(80)[0]];
    let kept = Kept::of(few);
    let opened = Table::open(kept.path()).unwrap();
    many.save(kept.path()).unwrap();
    assert_eq!(ask(&opened), ask(few));
    assert_eq!(ask(&Table::open(kept.path()).unwrap()), ask(many));
    assert_eq!(fs::read_dir(kept.folder.path()).unwrap().count(), 1);
}

#[test]
fn a_save_that_fails_leaves_the_former_and_nothing_else() {
    let table = &tables(40)[0];
    let kept = Kept::of(table);
    let mut too_deep = table.clone();
    let nested = (0..65).fold(Value::from(true), |inside, _| Value::Array(vec![Some(inside)]));
    let mut unfit = contact(4);
    unfit.memberships[0].custom_fields.insert("deep".to_owned(), nested);
    too_deep.replace(unfit);
    assert_eq!(
        too_deep.save(kept.path()).unwrap_err().to_string(),
        "a custom field nests arrays and objects deeper than 64 levels, and no record that is read may"
    );
    assert_eq!(ask(&Table::open(kept.path()).unwrap()), ask(table));
    assert_eq!(fs::read_dir(kept.folder.path()).unwrap().count(), 1);
    assert!(table.save(kept.folder.path().join("nowhere").join("contacts.headcount")).is_err());
}

#[test]
fn what_else_is_saved_is_there_by_name() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.headcount");
    save(&tables(9)[0], None, &[("clock", b"now"), ("audiences", &[])], &path).unwrap();
    let open = |names| open_file(&path, ImageContents::Live, |map| open_with_extras(map, names));
    let (table, kept) = open(["clock", "audiences"]).unwrap();
    assert_eq!((ask(&table), kept), (ask(&tables(9)[0]), [b"now".to_vec(), Vec::new()]));
    let missing = open(["clock", "position"]).unwrap_err().to_string();
    assert!(
        missing
            .ends_with("is a damaged image of live audiences: it has no `extra position`; begin anew from the records")
    );
    assert!(Table::open(&path).unwrap_err().to_string().ends_with(
        "is an image of live audiences, and no table alone: `Live::open` and `headcount watch --save FILE` go on with it"
    ));
}

#[test]
fn columns_that_no_plan_asks_are_not_looked_at() {
    let (table, cx) = (&tables(60)[0], EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap()));
    let audience = Audience::of("click_count >= 3 and custom.mixed exists".parse().unwrap());
    let asked = AskedColumns { plans: &[audience.plan(&cx)], compared: Vec::new() };
    let mut image = bytes(table);
    let map = Arc::new(Map::of_bytes(&image));
    let opened = open(&map, Some(&asked)).unwrap();
    assert_eq!(opened.table.size(&audience, &cx), table.size(&audience, &cx));
    assert_eq!(opened.table.base.columns().columns.len(), 4);
    assert_eq!(opened.custom_keys.len(), 5);
    let of_another = layout::Directory::read(&image).unwrap().section("column of carrier", &image).unwrap();
    image[of_another.start] ^= 1;
    assert!(open(&Arc::new(Map::of_bytes(&image)), Some(&asked)).is_ok());
    assert!(reason(&image).is_some());
}

#[test]
fn what_is_wrong_with_an_image_is_told_with_what_mends_it() {
    let image = bytes(&tables(9)[0]);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut image = image.clone();
        change(&mut image);
        reason(&image).unwrap()
    };
    let length = image.len();
    let of_clicks = layout::Directory::read(&image).unwrap().section("codes of click_count", &image).unwrap().start;
    let sealed = |image: &mut Vec<u8>| {
        let sum = crc32fast::hash(&image[..60]);
        image[60..64].copy_from_slice(&sum.to_le_bytes());
    };
    for (found, expected) in [
        (
            changed(&|image| image.splice(..8, *b"PAR1PAR1").for_each(drop)),
            "is no table image: expected a file that `Table::save` or `headcount import -o FILE.headcount` wrote".to_owned(),
        ),
        (
            changed(&|image| {
                image[8] = 1;
                sealed(image);
            }),
            "is a table image of version 1, and this headcount reads version 3: import its records again, or write Parquet \
             with the headcount that wrote it"
                .to_owned(),
        ),
        (
            changed(&|image| image[12..16].reverse()),
            "is a table image of a big-endian machine, and table images are read and written on little-endian 64-bit machines \
             only: write Parquet in its place, which every machine reads"
                .to_owned(),
        ),
        (
            changed(&|image| image.truncate(length - 1)),
            format!(
                "is a table image that is cut short: expected {length} bytes, found {}; import its records again",
                length - 1
            ),
        ),
        (
            changed(&|image| image.truncate(20)),
            "is a table image that is cut short: expected 64 bytes, found 20; import its records again".to_owned(),
        ),
        (
            changed(&|image| image.push(0)),
            "is a damaged table image: it has 1 bytes behind its end; import its records again".to_owned(),
        ),
        (
            changed(&|image| image[20] ^= 1),
            "is a damaged table image: its header does not agree with its check sum; import its records again".to_owned(),
        ),
        (
            changed(&|image| image[66] ^= 1),
            "is a damaged table image: its directory does not agree with its check sum; import its records again".to_owned(),
        ),
        (
            changed(&|image| image[of_clicks] ^= 1),
            "is a damaged table image: `codes of click_count` does not agree with its check sum; import its records again"
                .to_owned(),
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn any_damage_of_any_byte_and_every_cut_is_an_error() {
    let image = bytes(&tables(3)[0]);
    for at in 0..image.len() {
        assert!(reason(&image[..at]).is_some(), "cut at {at}");
        let mut damaged = image.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(reason(&damaged).is_some(), "damaged at {at}");
    }
}

/// Check sums that agree are no promise of anything.
#[test]
fn an_image_whose_check_sums_were_made_to_agree_is_an_error_or_a_table() {
    let whole = tables(9);
    let (mut opened, mut refused) = (0, 0);
    for (table, step) in [(&whole[0], 29), (&whole[2], 31), (&whole[3], 37)] {
        let image = bytes(table);
        for at in (64..image.len()).step_by(step) {
            let mut forged = image.clone();
            forged[at] ^= [0x01, 0x80, 0xff][at % 3];
            if layout::mend_image(&mut forged).is_none() {
                continue;
            }
            match open(&Arc::new(Map::of_bytes(&forged)), None) {
                Ok(OpenedImage { table, .. }) => {
                    ask(&table);
                    opened += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(opened > 100 && refused > 100, "{opened} opened, {refused} refused");
}

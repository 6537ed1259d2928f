//! Table images as inputs.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::analysis::{Sample, SampleInfo};
use crate::audience::Audience;
use crate::records::Format;
use crate::semantics::EvalContext;
use crate::table::{Table, TableBuilder};

const CSV: &str =
    "phone,list_id,clicks,custom_fields.state\n+14155550101,7,3,CA\n4155550102,8,1,\n+14155550101,7,4,TX\n";

/// An image of a table in a folder.
fn image(folder: &TempDir, table: &Table) -> PathBuf {
    let path = folder.path().join("contacts.headcount");
    table.save(&path).unwrap();
    path
}

fn table() -> Table {
    RecordReader::new().table([Input::new("a.csv", CSV.as_bytes())]).unwrap()
}

#[track_caller]
fn refused(reader: &RecordReader, input: Input<'_>) -> String {
    reader.read_into(input, &mut TableBuilder::default()).unwrap_err().to_string()
}

#[test]
fn an_image_says_what_its_records_said() {
    let folder = TempDir::new().unwrap();
    let (table, path) = (table(), image(&folder, &table()));
    let audience = Audience::of("custom.sate = 'CA' and list = 9 and click_count > 2".parse().unwrap());
    let expected = table.notes([&audience]);
    assert_eq!(expected.iter().count(), 6, "{expected}");
    let mut builder = TableBuilder::default();
    let report = RecordReader::new().read_into(&path, &mut builder).unwrap();
    let read = builder.build();
    assert_eq!((report.records, report.skipped), (2, 0));
    assert_eq!(read.notes([&audience]), expected);
    assert_eq!(Table::open(&path).unwrap().notes([&audience]), expected);
    assert_eq!(read.replaced(), 1);

    let of_csv = RecordReader::new().read_into(Input::new("a.csv", CSV.as_bytes()), &mut TableBuilder::default());
    assert_eq!(read.describe().with_reports([&report]), table.describe().with_reports([&of_csv.unwrap()]));
}

#[test]
fn an_image_is_told_by_its_first_bytes_wherever_it_comes_from() {
    let folder = TempDir::new().unwrap();
    let bytes = fs::read(image(&folder, &table())).unwrap();
    for reader in [RecordReader::new(), RecordReader::new().format(Format::Image)] {
        let (contacts, report) = outcome(&reader, "-", &bytes);
        assert_eq!(phone_numbers(&contacts), ["+14155550101", "4155550102"]);
        assert_eq!(report.unwrap().records, 2);
        assert_eq!(loaded(&reader, "-", &bytes).0.len(), 2);
    }
    let other = RecordReader::new().format(Format::Csv);
    let reason = refused(&other, Input::new("-", &*bytes));
    assert!(reason.starts_with("invalid_record at -:1"), "{reason}");
}

#[test]
fn what_is_called_an_image_and_is_none_is_refused() {
    for input in ["", "phone\n+1\n", "\u{89}HCOUNT\n"] {
        assert_eq!(
            refused(&RecordReader::new(), Input::new("contacts.headcount", input.as_bytes())),
            "unreadable_input at contacts.headcount: is no table image: expected a file that `Table::save` or \
             `headcount import -o FILE.headcount` wrote"
        );
    }
}

#[test]
fn phone_numbers_of_an_image_are_read_as_those_of_a_region() {
    let folder = TempDir::new().unwrap();
    let path = image(&folder, &table());
    let reader = RecordReader::new().phones("US".parse().unwrap());
    let read = reader.table([&path]).unwrap();
    assert!(read.contacts().map(|contact| contact.phone_number).eq(["+14155550101", "+14155550102"]));

    let odd = RecordReader::new().table([Input::new("a.csv", &b"phone\nTotal\n+14155550101\n"[..])]).unwrap();
    let path = image(&folder, &odd);
    assert!(refused(&reader, Input::from(&path)).ends_with(
        "key `phone_number`: expected a phone number of US, or one with a country code, found `Total` (contact 1)"
    ));
    let skipping = reader.on_error(OnError::Skip);
    assert_eq!(skipping.table([&path]).unwrap().len(), 1);
}

#[test]
fn an_image_in_a_folder_that_says_something_of_its_records_is_refused() {
    let folder = TempDir::new().unwrap();
    let below = folder.path().join("list_id=101");
    fs::create_dir(&below).unwrap();
    let path = below.join("contacts.headcount");
    table().save(&path).unwrap();
    assert_eq!(
        refused(&RecordReader::new(), Input::from(&path)),
        format!(
            "unreadable_input at {}: is a table image in a folder named `key=value`, which cannot be said of its records any \
             more: move it out of the folder, or import it as Parquet",
            path.display()
        )
    );
}

#[test]
fn a_sample_that_is_saved_stays_one() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("sample.headcount");
    let drawn = SampleInfo { seed: 42, last_place: 7, population: 5_000 };
    Sample::of(table(), drawn).save(&path).unwrap();
    let report = RecordReader::new().read_into(&path, &mut TableBuilder::default()).unwrap();
    assert_eq!(report.drawn, Some(drawn));
    let mut contacts = RecordReader::new().contacts(&path);
    assert_eq!((contacts.by_ref().count(), contacts.report().drawn), (2, Some(drawn)));
}

#[test]
fn of_an_image_columns_that_nobody_asks_are_left_out() {
    let folder = TempDir::new().unwrap();
    let (table, path) = (table(), image(&folder, &table()));
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let audience = Audience::of("custom.state = 'TX'".parse().unwrap());
    for reader in [RecordReader::new(), RecordReader::new().for_plans([audience.plan(&cx)])] {
        let read = reader.table([&path]).unwrap();
        assert_eq!(read.size(&audience, &cx), table.size(&audience, &cx));
        assert_eq!(read.notes([&audience]), table.notes([&audience]));
        let said = |table: &Table| table.get("+14155550101").unwrap().memberships[0].custom_fields.len();
        assert_eq!(said(&read), 1);
    }
}

#[test]
fn reading_an_image_stops() {
    let folder = TempDir::new().unwrap();
    let path = image(&folder, &table());
    let stop = crate::stop::StopToken::new();
    stop.stop();
    let reader = RecordReader::new().stop(&stop);
    assert!(refused(&reader, Input::from(&path)).ends_with("reading was stopped before its end"));
}

//! Record batches from the bytes of a stream: of members as they leave, whole or damaged, or any bytes.
#![no_main]

use std::io::Cursor;
use std::panic::catch_unwind;

use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use headcount::records::Input;
use headcount::{Audience, EvalContext, Population, Table, arrow};

#[derive(arbitrary::Arbitrary, Debug)]
enum Drawn<'a> {
    Any(&'a [u8]),
    Written { population: Population, damage: Vec<(u16, u8)>, cut: Option<u16> },
}

const COLUMNS: [&str; 8] = [
    "phone_number",
    "carrier",
    "on_dnc",
    "list_id",
    "click_count",
    "revenue_total",
    "last_clicked_at",
    "custom_fields.state",
];

libfuzzer_sys::fuzz_target!(|drawn: Drawn<'_>| {
    // A panic of the decoder is not ours to answer; the fuzzer's hook would stop at it.
    std::panic::set_hook(Box::new(|_| {}));
    match drawn {
        Drawn::Any(bytes) => drop(read(bytes)),
        Drawn::Written { population, damage, cut } => {
            let mut bytes = written(&Table::from(&population));
            let whole = damage.is_empty() && cut.is_none();
            for (at, by) in damage {
                let length = bytes.len();
                bytes[usize::from(at) % length] ^= by;
            }
            if let Some(cut) = cut {
                bytes.truncate(usize::from(cut) % bytes.len());
            }
            let memberships = read(&bytes);
            let active = population.contacts().iter().flat_map(|contact| &contact.memberships).filter(|on| on.active);
            assert!(!whole || memberships == active.count(), "{memberships} memberships came in again");
        }
    }
});

/// The memberships that take part, as bytes.
fn written(table: &Table) -> Vec<u8> {
    let everybody = Audience::of("click_count >= 0".parse().expect("it is a filter"));
    let cx = EvalContext::at(headcount::chrono::DateTime::UNIX_EPOCH);
    let members = table.members(&everybody, &cx);
    let batches = arrow::members(&members, COLUMNS, &everybody, &cx).expect("they are columns");
    let mut writer = StreamWriter::try_new(Vec::new(), &batches.schema()).expect("memory takes what is written");
    for batch in batches {
        writer.write(&batch.expect("it is whole")).expect("memory takes what is written");
    }
    writer.into_inner().expect("memory takes what is written")
}

/// How many records there are in the batches of these bytes, as far as they can be decoded.
fn read(bytes: &[u8]) -> usize {
    let decoded = catch_unwind(|| {
        let reader = StreamReader::try_new(Cursor::new(bytes), None).ok()?;
        let schema = reader.schema();
        Some((schema, reader.map_while(Result::ok).collect::<Vec<RecordBatch>>()))
    });
    let Ok(Some((schema, batches))) = decoded else { return 0 };
    let input = || {
        let batches: Vec<_> = batches.iter().cloned().map(Ok).collect();
        Input::batches("contacts", RecordBatchIterator::new(batches, schema.clone()))
    };
    headcount_fuzz::an_input_is_read(input).len()
}

//! What must hold of any input: each target draws one and asks one of these.

use headcount::records::Input;
use headcount::{
    Audience, Contact, Errors, Filter, Population, RecordReader, TableBuilder,
    filter::Spelling,
    records::{OnError, ReadReport},
};

/// What is written of a filter is read back as that filter, and is written the same again.
pub fn is_written(filter: &Filter) {
    for text in [filter.to_string(), filter.to_text_lines()] {
        assert_eq!(text.parse().as_ref(), Ok(filter), "{text}");
    }
    for spelling in [Spelling::Response, Spelling::Request] {
        for json in [filter.to_json(spelling), filter.to_json_pretty(spelling)] {
            let again = Filter::from_json(&json);
            assert_eq!(again.as_ref(), Ok(filter), "{json}");
            assert_eq!(again.map(|again| again.fingerprint()), Ok(filter.fingerprint()));
        }
    }
    for query in [filter.to_react_querybuilder(), filter.to_react_querybuilder_pretty()] {
        assert_eq!(Filter::from_react_querybuilder(&query).as_ref(), Ok(filter), "{query}");
    }
    if let Some(complement) = filter.complement() {
        assert_eq!(complement.complement().as_ref(), Some(filter));
    }
}

/// Every problem has its place inside the source, and can be drawn over it.
pub fn are_placed(errors: &Errors, source: &str) {
    for problem in errors {
        if let Some(span) = &problem.place().span {
            assert!(source.get(span.clone()).is_some(), "{problem} has no {span:?}");
        }
    }
    assert!(errors.report(source).to_string().lines().count() >= errors.iter().count());
}

/// A source gives a filter that can be written, or errors that are placed.
pub fn is_read(source: &str, read: impl FnOnce(&str) -> Result<Filter, Errors>) {
    match read(source) {
        Ok(filter) => is_written(&filter),
        Err(errors) => are_placed(&errors, source),
    }
}

/// The same of files of audiences.
pub fn audiences_are_read(source: &str) {
    let one = Audience::from_json(source);
    match Audience::read_all(source) {
        Ok(all) => {
            all.iter().for_each(|audience| is_written(&audience.filter));
            if let Ok(one) = one {
                assert_eq!(all, [one]);
            }
        }
        Err(errors) => {
            are_placed(&errors, source);
            assert!(one.is_err(), "one audience is read, and several are not: {errors}");
        }
    }
}

/// What a reader makes of bytes.
type Outcome = (Vec<Contact>, Result<ReadReport, Errors>);

fn outcome(reader: &RecordReader, input: Input<'_>) -> Outcome {
    let (mut contacts, mut read) = (reader.contacts(input), Vec::new());
    for contact in contacts.by_ref() {
        match contact {
            Ok(contact) => read.push(contact),
            Err(errors) => return (read, Err(errors)),
        }
    }
    (read, Ok(contacts.report().clone()))
}

/// Records are read alike whether or not invalid ones are skipped, and are loaded into a table as they are read.
///
/// On one thread: starting others takes ten times as long as reading what a fuzzer draws. That threads never change an
/// answer is a law that `src/records/tests/laws.rs` holds.
pub fn records_are_read(name: &str, bytes: &[u8]) -> Vec<Contact> {
    an_input_is_read(|| Input::new(name, bytes))
}

/// The same of an input that can be had again and again.
pub fn an_input_is_read<'i>(input: impl Fn() -> Input<'i>) -> Vec<Contact> {
    let reader = RecordReader::new().on_error(OnError::Skip);
    let (contacts, report) = outcome(&reader, input());
    let (_, strict) = outcome(&reader.clone().on_error(OnError::Fail), input());
    match (&strict, &report) {
        (Ok(strict), Ok(report)) => assert_eq!(strict, report),
        (Err(strict), Ok(report)) => assert_eq!(Some(strict), report.problems.as_ref()),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(errors)) => panic!("only who skips cannot read: {errors}"),
    }
    let mut builder = TableBuilder::default();
    let loaded = reader.read_into(input(), &mut builder);
    assert_eq!(loaded, report);
    let table = builder.build();
    match loaded {
        Err(_) => assert_eq!(table.len(), 0, "nothing of a file that cannot be read"),
        Ok(_) => {
            let population = Population::from_iter(contacts.iter().cloned());
            assert_eq!(table.len(), population.contacts().len());
            assert_eq!(table.memberships(), population.memberships());
            assert_eq!(table.replaced(), population.replaced());
            let mut pushed = TableBuilder::default().in_columns_from(1, 1);
            population.contacts().iter().for_each(|contact| pushed.push(contact));
            let pushed = pushed.build();
            for Contact { phone_number, .. } in population.contacts() {
                // A table works out what contacts leave to be worked out.
                assert_eq!(table.get(phone_number).map(compared), pushed.get(phone_number).map(compared));
            }
        }
    }
    contacts
}

/// A contact without the order of its memberships, which is nobody's.
fn compared(mut contact: Contact) -> Contact {
    contact.memberships.sort_by_key(|membership| membership.list_id);
    contact
}

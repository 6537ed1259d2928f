//! Fields that a filter asks for and no record gives: an answer that is right by the letter, and hardly what was meant.

use std::collections::BTreeSet;

use super::ReadReport;
use crate::audience::Audience;
use crate::catalogue::{AmountField, CountField, Field, FlagField};
use crate::contact::RecordKey;
use crate::filter::Group;
use crate::note::{Note, NoteCode, Notes};

/// A note for each field that one of the audiences asks for and that no record of any of the inputs gives, with how it is
/// taken then.
///
/// ```
/// use headcount::records::{Input, absent_fields};
/// use headcount::{Audience, RecordReader, TableBuilder};
///
/// let csv = "phone,list_id,click_count\n+1,7,3\n";
/// let mut builder = TableBuilder::default();
/// let report = RecordReader::new().read_into(Input::new("contacts.csv", csv.as_bytes()), &mut builder)?;
/// let audience = Audience::of("click_count >= 3 and not on_dnc".parse()?);
/// assert_eq!(
///     absent_fields([&report], [&audience]).to_string(),
///     "note[field_absent]: no record gives `on_dnc`, which is taken as false"
/// );
/// # Ok::<(), headcount::Errors>(())
/// ```
#[must_use]
pub fn absent_fields<'a>(
    reports: impl IntoIterator<Item = &'a ReadReport>,
    audiences: impl IntoIterator<Item = &'a Audience>,
) -> Notes {
    let (mut given, mut records) = (0, 0);
    for report in reports {
        given |= report.given;
        records += report.records;
    }
    // Of no record at all another note tells.
    if records == 0 {
        return Notes::default();
    }
    let mut asked = BTreeSet::new();
    audiences.into_iter().for_each(|audience| fields(audience.filter.root(), &mut asked));
    let gives = |field: Field| given & RecordKey::Field(field).bit() != 0;
    asked.into_iter().filter(|field| !gives(*field) && !is_worked_out(*field, gives)).map(absent).collect()
}

/// The fields that a group asks for.
fn fields(group: &Group, asked: &mut BTreeSet<Field>) {
    asked.extend(group.conditions().iter().filter_map(|condition| condition.predicate().field()));
    group.groups().iter().for_each(|group| fields(group, asked));
}

/// Whether the field follows from others that are given.
fn is_worked_out(field: Field, gives: impl Fn(Field) -> bool) -> bool {
    let total = gives(AmountField::RevenueTotal.into());
    let conversions = gives(CountField::ConversionCount.into());
    match field {
        Field::Flag(FlagField::HasRevenue) => total || conversions,
        Field::Amount(AmountField::AvgRevenue) => total && conversions,
        _ => false,
    }
}

fn absent(field: Field) -> Note {
    let taken = match field {
        Field::Count(_) | Field::Amount(AmountField::RevenueTotal) => "which is taken as 0",
        Field::Flag(FlagField::IsValid) => "which is taken as true",
        Field::Flag(FlagField::OnDnc | FlagField::InWorkflow | FlagField::HasRevenue) => "which is taken as false",
        Field::Amount(AmountField::AvgRevenue) | Field::Text(_) | Field::Time(_) => "so nobody has a value",
    };
    let message = format!("no record gives `{}`, {taken}", field.name());
    Note { name: Some(field.name().to_owned()), ..Note::new(NoteCode::FieldAbsent, message) }
}

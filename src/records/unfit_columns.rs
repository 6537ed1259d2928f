//! Columns that a filter asks for and that cannot be read: no answer can be right without them.

use std::collections::BTreeSet;

use super::ReadReport;
use super::report::DESCRIBED;
use crate::audience::Audience;
use crate::catalogue::{AmountField, CUSTOM_PREFIX, CountField, Field, FlagField};
use crate::error::{Code, Errors, Kind, Place, Problems};
use crate::filter::{Group, OptionalField, Predicate};

/// Refuses inputs with a column that one of the audiences asks for and that has a type which is not read; of one that
/// nobody asks for, the [`ReadReport`] has a note. Each report stands with the name of its input.
///
/// # Errors
///
/// `invalid_record`: for `custom.opened_at within 7 days`, a column `custom_fields.opened_at` that is a time of day.
///
/// ```
/// use headcount::records::{Input, refuse_unfit_columns};
/// use headcount::{Audience, RecordReader, TableBuilder};
///
/// let report = RecordReader::new().read_into(Input::new("a.csv", &b"phone\n+1\n"[..]), &mut TableBuilder::default())?;
/// assert!(refuse_unfit_columns([("a.csv", &report)], [&Audience::of("click_count > 3".parse()?)]).is_ok());
/// # Ok::<(), headcount::Errors>(())
/// ```
pub fn refuse_unfit_columns<'a>(
    reports: impl IntoIterator<Item = (&'a str, &'a ReadReport)>,
    audiences: impl IntoIterator<Item = &'a Audience>,
) -> Result<(), Errors> {
    let mut asked = BTreeSet::new();
    audiences.into_iter().for_each(|audience| fields(audience.filter.root(), &mut asked));
    let mut problems = Problems::new(DESCRIBED);
    for (input, report) in reports {
        for column in report.unfit.iter().filter(|column| asked.contains(&column.field)) {
            let place = || Place { file: Some(input.to_owned()), ..Place::default() };
            let (key, reason) = (Some(column.name.clone()), column.reason.clone());
            problems.add(|| Kind::Record { code: Code::InvalidRecord, key, reason }, place);
        }
    }
    problems.into_errors().map_or(Ok(()), Err)
}

/// The names of the fields that a group asks for, or that what it asks for is worked out from.
fn fields(group: &Group, asked: &mut BTreeSet<String>) {
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
    group.groups().iter().for_each(|group| fields(group, asked));
}

//! Columns that a filter asks for and that cannot be read: no answer can be right without them.

use std::collections::BTreeSet;

use super::ReadReport;
use super::report::DESCRIBED;
use crate::audience::Audience;
use crate::error::{Code, Errors, Kind, Place, Problems};

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
    let asked: BTreeSet<String> = audiences.into_iter().flat_map(|audience| audience.filter.columns()).collect();
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

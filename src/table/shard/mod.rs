//! Records in columns, in the order in which they came: what a table is built from.
//!
//! Nothing is told apart while records come in. A shard knows its own values only, each column by a dictionary of its
//! own, so that shards are filled on as many threads as there are; which records are of one contact, and what the values
//! of all shards are together, is found out when the table is built.

mod column;
mod dictionary;
mod shards;
#[cfg(test)]
mod tests;

use hashbrown::{DefaultHashBuilder, HashMap};

pub(crate) use self::column::{Coded, Custom, Flag, Sparse};
#[cfg(feature = "records")]
pub(crate) use self::dictionary::Packed;
pub(crate) use self::dictionary::{Dictionary, Texts, Values};
pub(crate) use self::shards::Shards;
use super::phone::{OddPhones, Phone};
use crate::catalogue::{AmountField, CountField, FlagField, TimeField};
use crate::contact::{Contact, Membership};
use crate::eval;
use crate::number::Number;
use crate::time::from_micros;

/// The most records of a shard, and the most memberships: a column of as many values and a zero has a code for each.
pub(crate) const MOST: usize = u16::MAX as usize - 1;

/// An instant that is none.
pub(crate) const NO_INSTANT: i64 = i64::MIN;

/// A shard has no room for a record: it goes into the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Records in columns: a row a record for what is the contact's, a row a membership for the rest.
///
/// Whoever fills it column by column fills all of them: with [`MOST`] rows at most, counts and amounts as codes of their
/// zeros where there is none.
#[derive(Debug)]
pub(crate) struct Shard {
    // Of records.
    pub(crate) phones: Vec<Phone>,
    pub(crate) odd_phones: OddPhones,
    /// How many memberships there are up to a record, itself included.
    pub(crate) ends: Vec<u16>,
    pub(crate) carrier: Coded<Texts>,
    pub(crate) line_type: Coded<Texts>,
    pub(crate) timezone: Coded<Texts>,
    pub(crate) is_valid: Vec<Flag>,
    pub(crate) on_dnc: Vec<Flag>,
    // Of memberships.
    pub(crate) list: Coded<Values<i64>>,
    pub(crate) list_number: Coded<Texts>,
    pub(crate) active: Vec<Flag>,
    pub(crate) signup_method: Coded<Texts>,
    /// By [`TimeField`]; [`NO_INSTANT`] is none.
    pub(crate) times: [Vec<i64>; TimeField::ALL.len()],
    /// By [`CountField`]; every membership has one.
    pub(crate) counts: [Coded<Values<u64>>; CountField::ALL.len()],
    /// By [`AmountField`]; every membership has a total.
    pub(crate) amounts: [Coded<Values<Number>>; AmountField::ALL.len()],
    pub(crate) has_revenue: Vec<Flag>,
    pub(crate) in_workflow: Vec<Flag>,
    pub(crate) custom: Vec<Custom>,
    /// Where the column of a custom field is.
    keys: HashMap<Box<str>, usize, DefaultHashBuilder>,
    /// How many rows were taken back, whose values may still be in the dictionaries.
    taken_back: usize,
    closed: bool,
}

/// The code of the zero of counts and amounts: it is the first of their values.
const ZERO: u16 = 1;

/// What a record says of its contact, as codes of its shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordRow {
    pub(crate) carrier: u16,
    pub(crate) line_type: u16,
    pub(crate) timezone: u16,
    pub(crate) is_valid: Flag,
    pub(crate) on_dnc: Flag,
}

impl Default for RecordRow {
    fn default() -> Self {
        Self { carrier: 0, line_type: 0, timezone: 0, is_valid: Flag::Silent, on_dnc: Flag::Silent }
    }
}

/// A membership but for its custom fields, as codes of its shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MembershipRow {
    pub(crate) list: u16,
    pub(crate) list_number: u16,
    pub(crate) active: Flag,
    pub(crate) signup_method: u16,
    pub(crate) times: [i64; TimeField::ALL.len()],
    pub(crate) counts: [u16; CountField::ALL.len()],
    pub(crate) amounts: [u16; AmountField::ALL.len()],
    pub(crate) has_revenue: Flag,
    pub(crate) in_workflow: Flag,
}

impl Default for MembershipRow {
    /// As [`Membership::default`].
    fn default() -> Self {
        let mut amounts = [0; AmountField::ALL.len()];
        amounts[AmountField::RevenueTotal as usize] = ZERO;
        Self {
            list: 0,
            list_number: 0,
            active: Flag::Yes,
            signup_method: 0,
            times: [NO_INSTANT; TimeField::ALL.len()],
            counts: [ZERO; CountField::ALL.len()],
            amounts,
            has_revenue: Flag::Silent,
            in_workflow: Flag::No,
        }
    }
}

impl Default for Shard {
    fn default() -> Self {
        fn zeroed<T: Clone + std::hash::Hash + Eq + Default>() -> Coded<Values<T>> {
            let mut column = Coded::<Values<T>>::default();
            column.dictionary.code(&T::default());
            column
        }
        Self {
            phones: Vec::new(),
            odd_phones: OddPhones::default(),
            ends: Vec::new(),
            carrier: Coded::default(),
            line_type: Coded::default(),
            timezone: Coded::default(),
            is_valid: Vec::new(),
            on_dnc: Vec::new(),
            list: Coded::default(),
            list_number: Coded::default(),
            active: Vec::new(),
            signup_method: Coded::default(),
            times: Default::default(),
            counts: std::array::from_fn(|_| zeroed()),
            amounts: std::array::from_fn(|_| zeroed()),
            has_revenue: Vec::new(),
            in_workflow: Vec::new(),
            custom: Vec::new(),
            keys: HashMap::default(),
            taken_back: 0,
            closed: false,
        }
    }
}

impl Shard {
    /// How many records there are.
    pub(crate) fn records(&self) -> usize {
        self.phones.len()
    }

    /// How many memberships there are.
    pub(crate) fn memberships(&self) -> usize {
        self.active.len()
    }

    /// Makes room for so many records of one membership each, about.
    #[cfg(feature = "records")]
    fn reserve(&mut self, rows: usize) {
        self.phones.reserve(rows);
        self.ends.reserve(rows);
        let texts = [
            &mut self.carrier,
            &mut self.line_type,
            &mut self.timezone,
            &mut self.list_number,
            &mut self.signup_method,
        ];
        texts.into_iter().for_each(|column| column.codes.reserve(rows));
        self.list.codes.reserve(rows);
        self.times.iter_mut().for_each(|times| times.reserve(rows));
        self.counts.iter_mut().for_each(|counts| counts.codes.reserve(rows));
        self.amounts.iter_mut().for_each(|amounts| amounts.codes.reserve(rows));
        let flags =
            [&mut self.is_valid, &mut self.on_dnc, &mut self.active, &mut self.has_revenue, &mut self.in_workflow];
        flags.into_iter().for_each(|flags| flags.reserve(rows));
    }

    /// Whether there is room for one more record with so many memberships: then every dictionary has room for its values.
    pub(crate) fn has_room(&self, memberships: usize) -> bool {
        let rows = self.memberships().saturating_add(memberships).max(self.records() + 1);
        !self.closed && rows.saturating_add(self.taken_back) <= MOST
    }

    /// Takes in a record.
    #[cfg(test)]
    pub(crate) fn push(&mut self, record: &Contact) -> Result<(), Full> {
        self.push_with(record, &record.memberships)
    }

    /// Takes in a record as if it had these memberships.
    pub(crate) fn push_with(&mut self, record: &Contact, memberships: &[Membership]) -> Result<(), Full> {
        let (records, rows) = (self.records(), self.memberships());
        if !self.has_room(memberships.len()) {
            return Err(Full);
        }
        let done = self.add(record, memberships);
        if done.is_none() {
            self.truncate(records, rows, 0..self.custom.len());
        }
        done.ok_or(Full)
    }

    fn add(&mut self, record: &Contact, memberships: &[Membership]) -> Option<()> {
        for membership in memberships {
            let mut row = MembershipRow {
                list: code(&mut self.list, membership.list_id.as_ref())?,
                list_number: code(&mut self.list_number, membership.list_number.as_deref())?,
                active: membership.active.into(),
                signup_method: code(&mut self.signup_method, membership.signup_method.as_deref())?,
                has_revenue: membership.has_revenue.into(),
                in_workflow: membership.in_workflow.into(),
                ..MembershipRow::default()
            };
            for field in TimeField::ALL {
                row.times[*field as usize] = eval::time(*field, Some(membership)).unwrap_or(NO_INSTANT);
            }
            for field in CountField::ALL {
                let count = eval::count(*field, Some(membership)).unwrap_or(0);
                row.counts[*field as usize] = self.counts[*field as usize].dictionary.code(&count)?;
            }
            for (field, amount) in [
                (AmountField::RevenueTotal, Some(&membership.revenue_total)),
                (AmountField::AvgRevenue, membership.avg_revenue.as_ref()),
            ] {
                row.amounts[field as usize] = code(&mut self.amounts[field as usize], amount)?;
            }
            let at = self.memberships();
            for (key, value) in &membership.custom_fields {
                let column = self.custom_column(key);
                self.custom[column].push(at, value).then_some(())?;
            }
            self.push_membership(row);
        }
        let row = RecordRow {
            carrier: code(&mut self.carrier, record.carrier.as_deref())?,
            line_type: code(&mut self.line_type, record.line_type.as_deref())?,
            timezone: code(&mut self.timezone, record.timezone.as_deref())?,
            is_valid: record.is_valid.into(),
            on_dnc: record.on_dnc.into(),
        };
        self.push_record(&record.phone_number, row);
        Some(())
    }

    /// Where the column of a custom field is, a new one if it is new.
    pub(crate) fn custom_column(&mut self, key: &str) -> usize {
        if let Some(at) = self.keys.get(key) {
            return *at;
        }
        self.keys.insert(key.into(), self.custom.len());
        self.custom.push(Custom::new(key));
        self.custom.len() - 1
    }

    /// As [`Shard::custom_column`], where that makes no more columns than so many.
    #[cfg(feature = "records")]
    pub(crate) fn custom_column_within(&mut self, key: &str, most: usize) -> Option<usize> {
        (self.custom.len() < most || self.keys.contains_key(key)).then(|| self.custom_column(key))
    }

    /// Puts in a membership whose custom fields are in already; its record is to come behind all of its memberships.
    pub(crate) fn push_membership(&mut self, row: MembershipRow) {
        self.list.codes.push(row.list);
        self.list_number.codes.push(row.list_number);
        self.active.push(row.active);
        self.signup_method.codes.push(row.signup_method);
        for (times, instant) in self.times.iter_mut().zip(row.times) {
            times.push(instant);
        }
        for (counts, code) in self.counts.iter_mut().zip(row.counts) {
            counts.codes.push(code);
        }
        for (amounts, code) in self.amounts.iter_mut().zip(row.amounts) {
            amounts.codes.push(code);
        }
        self.has_revenue.push(row.has_revenue);
        self.in_workflow.push(row.in_workflow);
    }

    /// Puts in a record whose memberships are those that came since the last.
    pub(crate) fn push_record(&mut self, phone_number: &str, row: RecordRow) {
        let phone = self.odd_phones.intern(phone_number);
        self.phones.push(phone);
        // OK because a shard has no more rows than 16 bits count.
        self.ends.push(self.memberships() as u16);
        self.carrier.codes.push(row.carrier);
        self.line_type.codes.push(row.line_type);
        self.timezone.codes.push(row.timezone);
        self.is_valid.push(row.is_valid);
        self.on_dnc.push(row.on_dnc);
    }

    /// Takes back what came behind so many records and memberships, whose custom fields are in no other than these columns:
    /// there may be very many.
    pub(crate) fn truncate(&mut self, records: usize, memberships: usize, custom: impl IntoIterator<Item = usize>) {
        // And one that was not put in as a whole.
        self.taken_back += self.memberships() - memberships + 1;
        self.phones.truncate(records);
        self.ends.truncate(records);
        for column in [&mut self.carrier, &mut self.line_type, &mut self.timezone] {
            column.codes.truncate(records);
        }
        self.is_valid.truncate(records);
        self.on_dnc.truncate(records);
        self.list.codes.truncate(memberships);
        self.times.iter_mut().for_each(|times| times.truncate(memberships));
        self.counts.iter_mut().for_each(|counts| counts.codes.truncate(memberships));
        self.amounts.iter_mut().for_each(|amounts| amounts.codes.truncate(memberships));
        for column in [&mut self.list_number, &mut self.signup_method] {
            column.codes.truncate(memberships);
        }
        for flags in [&mut self.active, &mut self.has_revenue, &mut self.in_workflow] {
            flags.truncate(memberships);
        }
        custom.into_iter().for_each(|column| self.custom[column].truncate(memberships));
    }

    /// The records, as they came in.
    #[cfg_attr(not(test), allow(dead_code, reason = "who fills a shard by columns reads records from it"))]
    pub(crate) fn contacts(&self) -> impl Iterator<Item = Contact> {
        (0..self.records()).map(|record| {
            let mut phone_number = String::new();
            self.odd_phones.write(self.phones[record], &mut phone_number);
            let text = |column: &Coded<Texts>| column.get(record).map(str::to_owned);
            Contact {
                phone_number,
                carrier: text(&self.carrier),
                line_type: text(&self.line_type),
                timezone: text(&self.timezone),
                is_valid: self.is_valid[record].get(),
                on_dnc: self.on_dnc[record].get(),
                memberships: self.rows(record).map(|row| self.membership(row)).collect(),
            }
        })
    }

    /// The memberships of a record.
    pub(crate) fn rows(&self, record: usize) -> std::ops::Range<usize> {
        let start = record.checked_sub(1).map_or(0, |before| self.ends[before]);
        usize::from(start)..usize::from(self.ends[record])
    }

    fn membership(&self, row: usize) -> Membership {
        let text = |column: &Coded<Texts>| column.get(row).map(str::to_owned);
        let time = |field: TimeField| {
            Some(self.times[field as usize][row]).filter(|instant| *instant != NO_INSTANT).map(from_micros)
        };
        let count = |field: CountField| self.counts[field as usize].get(row).copied().unwrap_or_default();
        let amount = |field: AmountField| self.amounts[field as usize].get(row).copied();
        let custom = self.custom.iter().filter_map(|column| Some((column.key.to_string(), column.get(row)?)));
        Membership {
            list_id: self.list.get(row).copied(),
            list_number: text(&self.list_number),
            active: self.active[row] == Flag::Yes,
            signup_date: time(TimeField::SignupDate),
            signup_method: text(&self.signup_method),
            custom_fields: custom.collect(),
            send_count: count(CountField::SendCount),
            click_count: count(CountField::ClickCount),
            conversion_count: count(CountField::ConversionCount),
            revenue_total: amount(AmountField::RevenueTotal).unwrap_or_default(),
            avg_revenue: amount(AmountField::AvgRevenue),
            has_revenue: self.has_revenue[row].get(),
            last_sent_at: time(TimeField::LastSentAt),
            last_clicked_at: time(TimeField::LastClickedAt),
            last_revenue_at: time(TimeField::LastRevenueAt),
            in_workflow: self.in_workflow[row] == Flag::Yes,
        }
    }

    /// Works out what memberships leave to be worked out, and lets go of what is only there to take in more: from here on
    /// it is for a table only.
    pub(crate) fn close(&mut self) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        self.work_out();
        self.phones.shrink_to_fit();
        self.ends.shrink_to_fit();
        for column in
            [&mut self.carrier, &mut self.line_type, &mut self.timezone, &mut self.list_number, &mut self.signup_method]
        {
            column.close();
        }
        self.list.close();
        self.times.iter_mut().for_each(Vec::shrink_to_fit);
        self.counts.iter_mut().for_each(Coded::close);
        self.amounts.iter_mut().for_each(Coded::close);
        for flags in
            [&mut self.is_valid, &mut self.on_dnc, &mut self.active, &mut self.has_revenue, &mut self.in_workflow]
        {
            flags.shrink_to_fit();
        }
        self.custom.iter_mut().for_each(Custom::close);
        self.keys = HashMap::default();
    }

    fn work_out(&mut self) {
        let [totals, averages] = &mut self.amounts;
        let conversions = &self.counts[CountField::ConversionCount as usize];
        for (row, flag) in self.has_revenue.iter_mut().enumerate() {
            let (total, average) = (totals.codes[row], averages.codes[row]);
            let silent = *flag == Flag::Silent;
            if !silent && average != 0 || conversions.codes[row] == ZERO && total == ZERO {
                *flag = if silent { Flag::No } else { *flag };
                continue;
            }
            let known = Membership {
                conversion_count: conversions.get(row).copied().unwrap_or_default(),
                revenue_total: totals.get(row).copied().unwrap_or_default(),
                avg_revenue: averages.get(row).copied(),
                has_revenue: flag.get(),
                ..Membership::default()
            };
            *flag = eval::flag(FlagField::HasRevenue, &Contact::default(), Some(&known)).into();
            if let Some(average) = eval::amount(AmountField::AvgRevenue, Some(&known)) {
                // OK because the dictionary has room for a value of every row.
                averages.codes[row] = averages.dictionary.code(&average).unwrap_or(0);
            }
        }
    }
}

/// The code of a value, if there is one.
fn code<D: Dictionary>(column: &mut Coded<D>, value: Option<&D::Value>) -> Option<u16> {
    value.map_or(Some(0), |value| column.dictionary.code(value))
}

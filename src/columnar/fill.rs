//! From columns of an input to columns of a shard.

use super::column_type::ColumnType;
use super::columns::Column;
use super::convert;
use super::meaning::Meaning;
use super::retain::leave_out;
use super::source::{ColumnSource, NestedSource, NotInDictionary, Raw, RowVisitor, ScalarSource, ValueDictionary};
use crate::catalogue::{Field, Owner, TextField};
use crate::contact::{FolderValue, FromScalar, RecordKey};
use crate::limits::MAX_CUSTOM_FIELDS;
use crate::records::ReadOptions;
use crate::table::shard::{Coded, ColumnVisitor, CustomColumn, Dictionary, Flag, RowSink, Shard, ShardRow};
use crate::value::Value;

/// A row that is no record.
#[derive(Clone, Debug)]
pub(crate) struct BadRow {
    /// From 0.
    pub(crate) row: usize,
    pub(crate) key: Option<String>,
    pub(crate) reason: String,
}

/// Why rows cannot be filled in, whatever they hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FillFailure {
    Stopped,
    TooManyCustomFields,
}

impl FillFailure {
    /// What is told of the input, which is called so.
    pub(crate) fn of(self, input: &str) -> String {
        match self {
            Self::Stopped => "reading was stopped".to_owned(),
            Self::TooManyCustomFields => format!("{input} has more than 10,000 different custom fields"),
        }
    }
}

/// Rows that were read into a shard.
pub(crate) struct Filled {
    pub(crate) shard: Shard,
    /// The rows that are no records, which the shard has not.
    pub(crate) bad: Vec<BadRow>,
    /// The keys that some row gives a value, a bit for each.
    pub(crate) given: u64,
}

/// Reads `rows` rows of every column into a shard, [`MOST`](crate::table::shard::MOST) at most. Rows that are no records are
/// left out and told of.
pub(crate) fn fill<P, S: ScalarSource>(
    columns: &[Column<P>],
    sources: &mut [ColumnSource<'_, S>],
    rows: usize,
    reading: &ReadOptions,
) -> Result<Filled, S::Failure> {
    let mut shard = Shard::default();
    let mut silent = shard.silent();
    for folder in reading.conventions.folders.iter().filter(|folder| folder.custom_field().is_none()) {
        // OK because an empty shard has room.
        let _ = folder.tell(&mut RowSink { shard: &mut shard, row: &mut silent });
    }
    let given = reading.conventions.given();
    let mut filling = Filling { shard, rows, bad: Vec::new(), given, memberships: None, silent, reading };
    for (column, source) in columns.iter().zip(sources) {
        if reading.stop.is_stopped() {
            return Err(FillFailure::Stopped.into());
        }
        match source {
            ColumnSource::Scalars(scalars) => filling.column(column, scalars)?,
            ColumnSource::Nested(nested) => filling.nested(column, nested.as_mut())?,
        }
    }
    Ok(filling.finish())
}

struct Filling<'r> {
    reading: &'r ReadOptions,
    /// What a row has of which no column says anything: what the folders say.
    silent: ShardRow,
    shard: Shard,
    rows: usize,
    bad: Vec<BadRow>,
    /// The keys that some row gives a value, a bit for each.
    given: u64,
    /// For each row, whether it is a membership; none where all are.
    memberships: Option<Vec<bool>>,
}

/// Rows on their way into one column of a shard.
struct ColumnSink<'f, T, C, E> {
    /// What the places of the dictionary stand for, as far as they came up.
    known: Vec<Option<T>>,
    convert: C,
    each: E,
    /// What a row without a value has.
    none: T,
    row: usize,
    name: &'f str,
    bad: &'f mut Vec<BadRow>,
}

impl<T: Copy, C: FnMut(Raw<'_>) -> Result<T, String>, E: FnMut(usize, T)> RowVisitor for ColumnSink<'_, T, C, E> {
    fn none(&mut self) {
        (self.each)(self.row, self.none);
        self.row += 1;
    }

    fn value(&mut self, value: Raw<'_>) {
        let value = (self.convert)(value).unwrap_or_else(|reason| self.bad(reason));
        (self.each)(self.row, value);
        self.row += 1;
    }

    fn place(&mut self, place: u32, dictionary: &impl ValueDictionary) -> Result<(), NotInDictionary> {
        let value = match self.known.get(place as usize) {
            Some(Some(value)) => *value,
            _ => self.look_up(place, dictionary)?,
        };
        (self.each)(self.row, value);
        self.row += 1;
        Ok(())
    }

    fn new_dictionary(&mut self) {
        self.known.clear();
    }
}

impl<T: Copy, C: FnMut(Raw<'_>) -> Result<T, String>, E> ColumnSink<'_, T, C, E> {
    #[cold]
    fn look_up(&mut self, place: u32, dictionary: &impl ValueDictionary) -> Result<T, NotInDictionary> {
        let converted = dictionary.look(place, |raw| (self.convert)(raw)).ok_or(NotInDictionary)?;
        self.known.resize(dictionary.len(), None);
        Ok(match converted {
            Ok(value) => {
                self.known[place as usize] = Some(value);
                value
            }
            // Each of its rows is told of.
            Err(reason) => self.bad(reason),
        })
    }

    #[cold]
    fn bad(&mut self, reason: String) -> T {
        self.bad.push(BadRow { row: self.row, key: Some(self.name.to_owned()), reason });
        self.none
    }
}

/// The code of a value, for which there is room: no shard has more rows than codes.
fn code<D: Dictionary>(dictionary: &mut D, value: &D::Value) -> Result<u16, String> {
    dictionary.code(value).ok_or_else(|| "more different values than a shard has room for".to_owned())
}

/// The column of a custom field among those that rows have together.
fn custom_column(shard: &mut Shard, key: &str) -> Result<usize, FillFailure> {
    shard.custom_column_within(key, MAX_CUSTOM_FIELDS).ok_or(FillFailure::TooManyCustomFields)
}

impl Filling<'_> {
    fn column<P, S: ScalarSource>(
        &mut self,
        Column { name, meaning, kind, .. }: &Column<P>,
        source: &mut S,
    ) -> Result<(), S::Failure> {
        let Self { shard, rows, bad, given, silent, reading, .. } = self;
        let mut gives = false;
        let (kind, silent, epoch) = (*kind, *silent, reading.conventions.epoch);
        let says_it = |folder: &&FolderValue| *meaning == Meaning::Key(folder.key());
        let folder = reading.conventions.folders.iter().find(says_it);
        let target = FillTarget { rows: *rows, name, bad, folder, gives: &mut gives };
        let read = match meaning {
            Meaning::Key(RecordKey::Field(Field::Text(TextField::PhoneNumber))) => {
                phones(target, shard, source, reading)
            }
            Meaning::Key(RecordKey::Field(Field::Text(field))) => {
                let Coded { dictionary, codes } = &mut shard.texts[*field as usize];
                target.values(codes, silent.texts[*field as usize], source, |raw| {
                    code(dictionary, convert::text(raw)?).map(Some)
                })
            }
            Meaning::Key(RecordKey::Field(Field::Flag(field))) => {
                let at = *field as usize;
                target.flags(&mut shard.flags[at], silent.flags[at], source)
            }
            Meaning::Key(RecordKey::Field(Field::Count(field))) => {
                let at = *field as usize;
                target.scalars(&mut shard.counts[at], silent.counts[at], kind, source)
            }
            Meaning::Key(RecordKey::Field(Field::Amount(field))) => {
                let at = *field as usize;
                target.scalars(&mut shard.amounts[at], silent.amounts[at], kind, source)
            }
            Meaning::Key(RecordKey::Field(Field::Time(field))) => {
                let at = *field as usize;
                target.values(&mut shard.times[at], silent.times[at], source, |raw| {
                    convert::known_instant(kind, raw, epoch)
                })
            }
            Meaning::Key(RecordKey::ListId) => target.scalars(&mut shard.list, silent.list, kind, source),
            Meaning::Key(RecordKey::Active) => target.flags(&mut shard.active, silent.active, source),
            Meaning::IsMembership => {
                let memberships = self.memberships.insert(Vec::new());
                target.values(memberships, true, source, |raw| convert::flag(raw).map(Some))
            }
            Meaning::Custom(key) => custom_values(target, shard, key, kind, source),
            Meaning::CustomFields | Meaning::Key(RecordKey::CustomFields | RecordKey::Lists) => {
                custom_objects(target, shard, source)
            }
        };
        if gives {
            *given |= meaning.bit();
        }
        read
    }

    /// A custom field that is a list or a struct, or all custom fields as one map.
    fn nested<P, F: From<FillFailure>>(
        &mut self,
        Column { name, meaning, .. }: &Column<P>,
        source: &mut dyn NestedSource<Failure = F>,
    ) -> Result<(), F> {
        let Self { shard, rows, bad, given, .. } = self;
        let mut full = Ok(());
        source.read(*rows, &mut |row, value| {
            let fields = match (value, meaning) {
                (Err(reason), _) => return bad.push(BadRow { row, key: Some(name.clone()), reason }),
                (Ok(Value::Object(fields)), Meaning::CustomFields) => fields.into_iter().collect(),
                (Ok(value), Meaning::Custom(key)) => vec![(key.clone(), Some(value))],
                (Ok(_), _) => Vec::new(),
            };
            for (key, value) in fields {
                let Some(value) = value else { continue };
                *given |= meaning.bit();
                match custom_column(shard, &key) {
                    // OK because a shard has fewer rows than codes.
                    Ok(at) => drop(shard.custom[at].push(row, &value)),
                    Err(failure) => full = Err(failure),
                }
            }
        })?;
        Ok(full?)
    }

    /// Gives rows the custom fields that the folders say of them, where they have none of their own.
    fn custom_fields_of_folders(&mut self) {
        let Self { shard, rows, bad, reading, .. } = self;
        for folder in &reading.conventions.folders {
            let Some((key, value)) = folder.custom_field() else { continue };
            let at = shard.custom_column(key);
            let CustomColumn { texts, numbers, others, .. } = &mut shard.custom[at];
            // OK because a shard has fewer rows than codes, and what folders say are texts.
            let Value::Text(text) = value else { continue };
            let Some(said) = texts.dictionary.code(text) else { continue };
            let mut has_one = vec![false; *rows];
            let entries = texts.entries.iter().map(|(row, code)| (*row, *code == said));
            let no_texts = numbers.entries.iter().chain(&others.entries).map(|(row, _)| (*row, false));
            for (row, same) in entries.chain(no_texts) {
                has_one[usize::from(row)] = true;
                if !same {
                    let key = Some(RecordKey::CUSTOM_FIELDS.to_owned());
                    bad.push(BadRow { row: row.into(), key, reason: folder.contradicted() });
                }
            }
            // OK because a shard has no more rows than 16 bits count.
            texts.entries.extend((0..).zip(has_one).filter(|(_, has_one)| !has_one).map(|(row, _)| (row as u16, said)));
            texts.entries.sort_unstable();
        }
    }

    /// The rows, with what no column said, and without those that are no records.
    fn finish(mut self) -> Filled {
        self.custom_fields_of_folders();
        let Self { shard, rows, bad, memberships, silent, .. } = &mut self;
        let silent = *silent;
        shard.visit(Owner::Contact, &silent, &mut Resize(*rows));
        shard.visit(Owner::Membership, &silent, &mut Resize(*rows));
        // OK because a shard has no more rows than 16 bits count.
        shard.ends.extend(1..=*rows as u16);

        // One problem a record, as everywhere; the first that its columns have.
        bad.sort_by_key(|bad| bad.row);
        bad.dedup_by_key(|bad| bad.row);
        if !bad.is_empty() || memberships.is_some() {
            let mut is_record = vec![true; *rows];
            bad.iter().for_each(|bad| is_record[bad.row] = false);
            let is_membership = memberships.take().unwrap_or_else(|| vec![true; *rows]);
            leave_out(shard, &is_record, &is_membership);
        }
        let Self { shard, bad, given, .. } = self;
        Filled { shard, bad, given }
    }
}

/// A column on its way into a shard.
struct FillTarget<'f> {
    rows: usize,
    name: &'f str,
    bad: &'f mut Vec<BadRow>,
    /// What a folder says that all values are.
    folder: Option<&'f FolderValue>,
    /// Whether some row has a value.
    gives: &'f mut bool,
}

impl FillTarget<'_> {
    /// Reads the column's rows, each made what it is to be and put where it belongs.
    fn read<T: Copy + PartialEq, S: ScalarSource>(
        self,
        none: T,
        source: &mut S,
        mut convert: impl FnMut(Raw<'_>) -> Result<Option<T>, String>,
        each: impl FnMut(usize, T),
    ) -> Result<(), S::Failure> {
        let Self { rows, name, bad, folder, gives } = self;
        let convert = |raw: Raw<'_>| {
            let Some(value) = convert(raw)? else { return Ok(none) };
            *gives = true;
            match folder {
                Some(folder) if value != none => Err(folder.contradicted()),
                _ => Ok(value),
            }
        };
        source.read(rows, &mut ColumnSink { known: Vec::new(), convert, each, none, row: 0, name, bad })
    }

    fn values<T: Copy + PartialEq, S: ScalarSource>(
        self,
        values: &mut Vec<T>,
        none: T,
        source: &mut S,
        convert: impl FnMut(Raw<'_>) -> Result<Option<T>, String>,
    ) -> Result<(), S::Failure> {
        values.reserve_exact(self.rows);
        self.read(none, source, convert, |_, value| values.push(value))
    }

    fn scalars<D: Dictionary<Value: FromScalar + Sized>, S: ScalarSource>(
        self,
        column: &mut Coded<D>,
        none: u16,
        kind: ColumnType,
        source: &mut S,
    ) -> Result<(), S::Failure> {
        let Coded { dictionary, codes } = column;
        self.values(codes, none, source, |raw| {
            convert::known(kind, raw)?.map(|value| code(dictionary, &value)).transpose()
        })
    }

    fn flags<S: ScalarSource>(self, flags: &mut Vec<Flag>, none: Flag, source: &mut S) -> Result<(), S::Failure> {
        self.values(flags, none, source, |raw| Ok(convert::known_flag(raw)?.map(Flag::from)))
    }
}

/// Phone numbers, without which a row is no record.
fn phones<S: ScalarSource>(
    target: FillTarget<'_>,
    shard: &mut Shard,
    source: &mut S,
    reading: &ReadOptions,
) -> Result<(), S::Failure> {
    let FillTarget { rows, name, bad, folder, gives } = target;
    let Shard { phones, odd_phones, .. } = shard;
    let nobody = odd_phones.intern("");
    // A contact's memberships mostly stand one behind the other.
    let mut last = (Vec::new(), nobody);
    FillTarget { rows, name, bad, folder, gives }.values(phones, nobody, source, |raw| {
        if let Raw::Bytes(bytes) = raw
            && bytes == last.0
            && !bytes.is_empty()
        {
            return Ok(Some(last.1));
        }
        let text = convert::text(raw)?;
        // An empty text is no value, and told as such.
        let phone = match text {
            "" => nobody,
            text => odd_phones.intern(&reading.phone_number(text)?),
        };
        last.0.clear();
        last.0.extend_from_slice(text.as_bytes());
        last.1 = phone;
        Ok(Some(phone))
    })?;
    let missing = phones.iter().enumerate().filter(|(_, phone)| **phone == nobody);
    let reason = || "a record needs a `phone_number`".to_owned();
    bad.extend(missing.map(|(row, _)| BadRow { row, key: None, reason: reason() }));
    Ok(())
}

/// Among which values of a custom field one is.
#[derive(Clone, Copy, PartialEq)]
enum CustomKind {
    Text,
    Number,
    Other,
}

/// The values of one custom field: texts, numbers and others apart.
fn custom_values<S: ScalarSource>(
    target: FillTarget<'_>,
    shard: &mut Shard,
    key: &str,
    kind: ColumnType,
    source: &mut S,
) -> Result<(), S::Failure> {
    let at = shard.custom_column(key);
    let CustomColumn { texts, numbers, others, .. } = &mut shard.custom[at];
    // OK because a shard has no more rows than 16 bits count.
    if kind == ColumnType::Text {
        let convert = |raw: Raw<'_>| code(&mut texts.dictionary, convert::text(raw)?).map(Some);
        return target.read(0, source, convert, |row, code| {
            if code > 0 {
                texts.entries.push((row as u16, code));
            }
        });
    }
    let convert = |raw: Raw<'_>| {
        Ok(match convert::value(kind, raw)? {
            None => None,
            Some(Value::Text(text)) => Some((CustomKind::Text, code(&mut texts.dictionary, &text)?)),
            Some(Value::Number(number)) => Some((CustomKind::Number, code(&mut numbers.dictionary, &number)?)),
            Some(other) => Some((CustomKind::Other, code(&mut others.dictionary, &other)?)),
        })
    };
    target.read((CustomKind::Other, 0), source, convert, |row, (kind, code)| {
        let entries = match kind {
            CustomKind::Text => &mut texts.entries,
            CustomKind::Number => &mut numbers.entries,
            CustomKind::Other => &mut others.entries,
        };
        if code > 0 {
            entries.push((row as u16, code));
        }
    })
}

/// Custom fields as one object a row.
fn custom_objects<S: ScalarSource>(
    target: FillTarget<'_>,
    shard: &mut Shard,
    source: &mut S,
) -> Result<(), S::Failure> {
    let mut objects: Vec<Vec<(String, Value)>> = vec![Vec::new()];
    let mut rows = Vec::new();
    let convert = |raw: Raw<'_>| {
        objects.push(convert::custom_fields(raw)?);
        Ok(Some(objects.len() - 1))
    };
    target.values(&mut rows, 0, source, convert)?;
    for (row, object) in rows.into_iter().enumerate() {
        for (key, value) in &objects[object] {
            let at = custom_column(shard, key)?;
            // OK because a shard has fewer rows than codes.
            let _ = shard.custom[at].push(row, value);
        }
    }
    Ok(())
}

/// Gives rows that no column said anything of the value of silence.
struct Resize(usize);

impl ColumnVisitor for Resize {
    fn column<T: Copy>(&mut self, column: &mut Vec<T>, value: T) {
        column.resize(self.0, value);
    }
}

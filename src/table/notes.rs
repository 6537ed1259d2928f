//! The notes of a table: what is told of its columns, of which each distinct value is looked at once.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::bind::Questions;
use super::domain::Domain;
use super::level::{Level, LevelRow};
use super::members::Members;
use super::scan::Scan;
use super::segment::ColumnId;
use super::{Table, TableRow};
use crate::audience::Audience;
use crate::contact::Contact;
#[cfg(feature = "parquet")]
use crate::contact::RecordKey;
use crate::filter::{
    Condition, CustomKey, CustomTest, Literal, Moment, OptionalField, OrderOp, OrderedLiteral, Predicate, TextPart,
    TimeTest,
};
use crate::note::{
    ComparedKey, ComparedWith, Finding, Notes, PhoneForms, Profile, References, UnfitValues, digits, is_e164, written,
};
use crate::number::Number;
use crate::plan::{Leaf, Node, Plan};
use crate::semantics::{EvalContext, MissingNegation, Semantics, Subscription, Unit};
use crate::time::from_micros;

impl Table {
    /// What is to be heard of the records, and of what these audiences ask of them, though nothing is wrong: the notes of
    /// the inputs that were read into it; phone numbers that are not in E.164; memberships that were replaced; fields,
    /// custom fields and lists that no record has; values that cannot be compared as they are asked to be.
    ///
    /// ```
    /// use headcount::records::Input;
    /// use headcount::{Audience, RecordReader};
    ///
    /// let csv = "phone,list_id,clicks\n+14155550101,101,5\n4155550102,101,9\n";
    /// let table = RecordReader::new().table([Input::new("a.csv", csv.as_bytes())])?;
    /// let audience = Audience::of("click_count >= 3 and custom.state = 'CA'".parse()?);
    /// assert_eq!(table.notes([&audience]).to_string(), "\
    /// note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`? (a.csv:1)
    /// note[phone_form]: 1 of 2 phone numbers is not in the form E.164 (`+`, then 7 to 15 digits), the first `4155550102` (a.csv:3)
    /// note[field_absent]: no record gives `click_count`, which is taken as 0, did you mean `clicks`?
    /// note[field_absent]: no record gives `custom_fields.state`, so nobody has a value");
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn notes<'a>(&self, audiences: impl IntoIterator<Item = &'a Audience>) -> Notes {
        let references = References::of(audiences);
        let told = self.observed.firsts.get(&Finding::UnlistedOptOut);
        let profile = Profile {
            phones: self.phone_forms(),
            replaced: self.replaced,
            dnc_lifted: self.dnc_lifted,
            unlisted: self.unlisted(told.map(|first| &*first.text)),
            lists: if references.lists.is_empty() { Vec::new() } else { self.lists() },
            custom_keys: if references.custom_keys.is_empty() { BTreeSet::new() } else { self.custom_keys() },
            unfit: self.unfit_values(&references.compared),
        };
        profile.notes(&references, &self.observed)
    }

    /// Whether some record gave a column's field a value, or nobody knows.
    #[cfg(feature = "parquet")]
    pub(crate) fn gives(&self, id: &ColumnId) -> bool {
        match id {
            ColumnId::Custom(_) => true,
            id => RecordKey::from_name(id.name()).is_some_and(|(key, _)| self.observed.given & key.bit() != 0),
        }
    }

    /// Whether all phone numbers are in E.164.
    #[cfg(feature = "parquet")]
    pub(crate) fn is_all_in_e164(&self) -> bool {
        self.phone_forms().others == 0
    }

    fn phone_forms(&self) -> PhoneForms {
        let all = self.len() as u64;
        let mut others: Vec<(u64, TableRow)> = Vec::new();
        for (number, level) in self.levels().enumerate() {
            others.extend(
                level.in_another_form().into_iter().map(|row| (level.order(row), TableRow::Level(number, row))),
            );
        }
        for (at, row) in self.overflow.rows().iter().enumerate() {
            if !is_e164(&row.contact.phone_number) {
                others.push((row.order, TableRow::Overflow(at)));
            }
        }
        let Some((_, first)) = others.iter().min_by_key(|(order, _)| *order) else {
            return PhoneForms { all, ..PhoneForms::default() };
        };
        let in_levels = self.levels().flat_map(Level::digits_in_form);
        let in_overflow = self.overflow.rows().iter().map(|row| &row.contact.phone_number);
        let in_form = in_levels.chain(in_overflow.filter(|text| is_e164(text)).filter_map(|text| digits(text)));
        let first = self.contact(*first).phone_number;
        PhoneForms::new(all, Some(first), others.iter().map(|(_, row)| self.digits(*row)).collect(), in_form)
    }

    fn digits(&self, at: TableRow) -> Option<u64> {
        match at {
            TableRow::Level(level, row) => self.level(level).digits(row),
            TableRow::Overflow(row) => digits(&self.overflow.rows()[row].contact.phone_number),
        }
    }

    /// The contacts that stand in no column.
    fn contacts_in_rows(&self) -> impl Iterator<Item = &Contact> {
        let of_levels = self.levels().flat_map(Level::overflow);
        of_levels.chain(self.overflow.rows()).map(|row| &row.contact)
    }

    /// The lists that any contact was on when it was put into columns, in order.
    fn lists(&self) -> Vec<i64> {
        let in_rows = self.contacts_in_rows().flat_map(|contact| &contact.memberships);
        let mut lists: Vec<i64> = in_rows.filter_map(|membership| membership.list_id).collect();
        for level in self.levels() {
            let columns = level.columns();
            let column = columns.find(&ColumnId::List).map(|at| &columns.column(at).domain);
            if let Some(Domain::Lists(known)) = column {
                lists.extend(known);
            }
        }
        lists.sort_unstable();
        lists.dedup();
        lists
    }

    /// The keys of the custom fields that any contact had when it was put into columns.
    pub(super) fn custom_keys(&self) -> BTreeSet<String> {
        let in_rows = self.contacts_in_rows().flat_map(|contact| &contact.memberships);
        let mut keys: BTreeSet<String> =
            in_rows.flat_map(|membership| membership.custom_fields.keys().cloned()).collect();
        for level in self.levels() {
            keys.extend(level.columns().columns.iter().filter_map(|(id, column)| match id {
                ColumnId::Custom(key) if column.domain.keys() > 0 => Some(key.as_str().to_owned()),
                _ => None,
            }));
        }
        keys
    }

    /// Of the custom fields that are compared, those that have a value which cannot be.
    fn unfit_values(&self, compared: &BTreeSet<ComparedKey>) -> BTreeMap<ComparedKey, UnfitValues> {
        let plans: Vec<Plan> =
            compared.iter().flat_map(|compared| [has_value(&compared.key), is_unfit(compared)]).collect();
        if plans.is_empty() {
            return BTreeMap::new();
        }
        let counts = Scan::new(self, &Questions::of(&plans.iter().collect::<Vec<_>>())).count_many(Unit::Memberships);
        let of_each = compared.iter().zip(counts.chunks_exact(2).zip(plans.chunks_exact(2)));
        let unfit = of_each.filter_map(|(compared, (counts, plans))| {
            let [values, unfit] = *counts else { return None };
            let of_first = || self.unfit_of_first(compared, &plans[1]);
            (unfit > 0).then(|| (compared.clone(), UnfitValues { values, unfit, of_first: of_first() }))
        });
        unfit.collect()
    }

    /// The unfit values of the first contact that a plan finds.
    fn unfit_of_first(&self, ComparedKey { key, with }: &ComparedKey, plan: &Plan) -> BTreeSet<String> {
        let members = Members::new(self, Scan::new(self, &Questions::of(&[plan])).collect());
        let contact = members.phone_numbers().next().and_then(|phone_number| self.get(&phone_number));
        let memberships = contact.iter().flat_map(|contact| &contact.memberships);
        let values = memberships.filter_map(|membership| membership.custom_fields.get(key.as_str()));
        values.filter(|value| !with.fits(value)).map(written).collect()
    }
}

impl Level {
    /// The rows whose phone numbers are not in E.164.
    fn in_another_form(&self) -> Vec<LevelRow> {
        let segments = self.segments().par_iter().enumerate();
        let in_segments = segments.flat_map_iter(|(block, segment)| {
            let rows = segment.phones.iter().enumerate().filter(|(_, phone)| !phone.is_e164());
            rows.map(move |(row, _)| LevelRow { block, row }).collect::<Vec<_>>()
        });
        let mut rows: Vec<LevelRow> = in_segments.collect();
        let overflow = self.overflow().iter().enumerate().filter(|(_, row)| !is_e164(&row.contact.phone_number));
        rows.extend(overflow.map(|(row, _)| LevelRow { block: self.segments().len(), row }));
        rows.retain(|row| self.is_present(*row));
        rows
    }

    /// The digits of the phone numbers that are in E.164.
    fn digits_in_form(&self) -> impl Iterator<Item = u64> {
        let rows = self.present_rows().filter(|LevelRow { block, row }| match self.segments().get(*block) {
            Some(segment) => segment.phones[*row].is_e164(),
            None => is_e164(&self.overflow()[*row].contact.phone_number),
        });
        rows.filter_map(|row| self.digits(row))
    }

    fn digits(&self, LevelRow { block, row }: LevelRow) -> Option<u64> {
        match self.segments().get(block) {
            Some(segment) => self.columns().odd_phones.digits(segment.phones[row]),
            None => digits(&self.overflow()[row].contact.phone_number),
        }
    }
}

/// Memberships with a value of a custom field, whether they are active or not.
fn has_value(key: &CustomKey) -> Plan {
    plan(Node::Leaf(leaf(Predicate::Exists(OptionalField::Custom(key.clone())))))
}

/// Memberships with a value of a custom field that cannot be compared: one that passes no test of those of which every
/// time, every number or every boolean passes one; or a text in quotes.
fn is_unfit(ComparedKey { key, with }: &ComparedKey) -> Plan {
    let numbers = || {
        [OrderOp::Lt, OrderOp::Gte].map(|order| CustomTest::Order(order, OrderedLiteral::Number(Number::from(0_u64))))
    };
    let booleans = || [true, false].map(|flag| CustomTest::Eq(Literal::Bool(flag)));
    let any: Vec<CustomTest> = match with {
        ComparedWith::Time => {
            [TimeTest::Before(Moment::At(from_micros(0))), TimeTest::After(Moment::At(from_micros(-1)))]
                .map(CustomTest::Time)
                .into()
        }
        ComparedWith::Number => numbers().into(),
        ComparedWith::Boolean => booleans().into(),
        ComparedWith::NumberOrBoolean => numbers().into_iter().chain(booleans()).collect(),
        ComparedWith::Text => {
            let quoted = [TextPart::Start, TextPart::End].map(|part| CustomTest::Has(part, "\"".to_owned()));
            let holds = quoted.map(|test| Node::Leaf(leaf(Predicate::Custom(key.clone(), test))));
            return plan(Node::All(holds.into()));
        }
    };
    // What is no time is no value where a time is asked for.
    let fails = any.into_iter().map(|test| {
        let leaf = leaf(Predicate::Custom(key.clone(), test));
        Node::Leaf(Leaf { negated: true, missing: true, ..leaf })
    });
    let exists = Node::Leaf(leaf(Predicate::Exists(OptionalField::Custom(key.clone()))));
    plan(Node::All(fails.chain([exists]).collect()))
}

fn leaf(predicate: Predicate) -> Leaf {
    Leaf::new(&Condition::new(predicate), &everybody())
}

fn plan(root: Node) -> Plan {
    Plan { root, scope: None, cx: everybody() }
}

/// Circumstances in which every membership takes part.
fn everybody() -> EvalContext {
    let semantics = Semantics {
        subscription: Subscription::Any,
        unit: Unit::Memberships,
        missing_negation: MissingNegation::Fails,
        ..Semantics::default()
    };
    EvalContext::at(from_micros(0)).with(semantics)
}

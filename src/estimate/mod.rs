//! The size of an audience from a part of the contacts, and how far off that may be.
//!
//! # What is sampled
//!
//! Whole contacts, with all of their memberships. Each phone number has a place, its [`hash`] under a seed, which is spread
//! evenly over 2^64; a sample is of all contacts whose place is at most some number, and so the same seed draws the same
//! contacts from every file, in every order, on every machine; a smaller sample lies inside a larger one. Which place is
//! the last is said in one of two ways, both before anything is counted:
//!
//! - as a share: the sample's size is random, and given its size the sample is a simple random one;
//! - as a number of contacts: those with the lowest places (a bottom-k sample: Cohen and Kaplan, PODC 2007), which is a
//!   simple random sample of that size.
//!
//! # What the interval says
//!
//! The [`interval`] is exact: whatever the audience, of all seeds at least as many as the confidence says give an interval
//! with the size in it. That holds since nobody looks at an answer before the sample's size is fixed: a margin is turned
//! into a number of contacts beforehand, for the audience of which it takes the most, one with half of the population.
//! Who instead draws again until an answer pleases pays for it with confidence that no interval shows; and of several
//! audiences estimated from one sample, each has its confidence by itself.

mod hash;
mod interval;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::contact::{Contact, ListIndex};
use crate::fingerprint::Fingerprint;
use crate::semantics::{EvalContext, Semantics, Unit};
use crate::size::Size;
use crate::stop::{StopToken, Stopped};
use crate::table::{Row, StoppableTable, Table, TableBuilder};

/// How much of a population a sample is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SampleSize {
    /// About this part of the contacts.
    Fraction(Fraction),
    /// Exactly so many contacts; all, where there are no more.
    Contacts(u64),
}

/// A part of a whole: above 0, at most 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Fraction(f64);

impl Fraction {
    /// The share, if it is one.
    ///
    /// ```
    /// use headcount::analysis::Fraction;
    ///
    /// assert!(Fraction::new(0.01).is_some());
    /// assert_eq!(Fraction::new(0.0), None);
    /// ```
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (share > 0.0 && share <= 1.0).then_some(Self(share))
    }

    /// The share as a number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// The last place of so many of all: each place is below `share · 2^64`.
    fn last_place(self) -> u64 {
        // Both steps are exact: the product has the share's digits, and what is beyond the last place is cut off.
        let places = (self.0 * 2_f64.powi(64)) as u128;
        u64::try_from(places.saturating_sub(1)).unwrap_or(u64::MAX)
    }
}

/// How sure an interval is to hold: above 0, below 1; 95 % by default.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
pub struct Confidence(f64);

impl Default for Confidence {
    fn default() -> Self {
        Self(0.95)
    }
}

impl Confidence {
    /// The confidence, if it is one.
    ///
    /// ```
    /// use headcount::analysis::Confidence;
    ///
    /// assert_eq!(Confidence::new(0.95), Some(Confidence::default()));
    /// assert_eq!(Confidence::new(1.0), None);
    /// ```
    #[must_use]
    pub fn new(confidence: f64) -> Option<Self> {
        (confidence > 0.0 && confidence < 1.0).then_some(Self(confidence))
    }

    /// The confidence as a number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// How many contacts it takes for an interval that reaches at most so far to either side of the middle, as a share of
    /// the population: for the audience of which it takes the most, and however large the population is.
    ///
    /// ```
    /// use headcount::analysis::{Confidence, Fraction};
    ///
    /// let one_percent = Fraction::new(0.01).unwrap();
    /// assert_eq!(Confidence::default().contacts_for(one_percent), 9_701);
    /// ```
    #[must_use]
    pub fn contacts_for(self, margin: Fraction) -> u64 {
        // So large a population that sampling leaves it as it is; more contacts than this nobody can sample.
        const POPULATION: u64 = 1 << 50;
        const MOST: u64 = 1 << 40;
        let left = 1.0 - self.0;
        let suffices = |sampled: u64| {
            let interval = interval::interval(POPULATION, sampled, sampled / 2, left);
            (interval.end() - interval.start()) as f64 <= 2.0 * margin.0 * POPULATION as f64
        };
        let mut most = 1;
        while most < MOST && !suffices(most) {
            most *= 2;
        }
        interval::first(most / 2, most, suffices).max(1)
    }
}

/// What was drawn of a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SampleInfo {
    /// The seed under which phone numbers have their places.
    pub seed: u64,
    /// The last place that is in the sample.
    pub last_place: u64,
    /// How many contacts there are, drawn or not.
    pub population: u64,
}

/// Takes in the records of a population one by one, and keeps those of a [`Sample`].
///
/// Beside them it keeps eight bytes for each contact, to know how many there are. Two contacts count as one there if their
/// places agree, which happens to one population of a hundred million in 3,700.
#[derive(Clone, Debug)]
pub struct SampleBuilder {
    seed: u64,
    take: SampleSize,
    last_place: u64,
    /// Those drawn so far, by place.
    kept: BTreeMap<(u64, String), (Contact, ListIndex)>,
    /// The places of all, of which those up to `distinct` are sorted and each once.
    places: Vec<u64>,
    distinct: usize,
}

impl SampleBuilder {
    /// Draws so much of a population, under a seed.
    #[must_use]
    pub fn new(take: SampleSize, seed: u64) -> Self {
        let last_place = match take {
            SampleSize::Fraction(share) => share.last_place(),
            SampleSize::Contacts(_) => u64::MAX,
        };
        Self { seed, take, last_place, kept: BTreeMap::new(), places: Vec::new(), distinct: 0 }
    }

    /// Takes in a record, as [`Population::insert`](crate::Population::insert) does.
    pub fn push(&mut self, record: Contact) {
        let place = hash::of_phone_number(self.seed, &record.phone_number);
        self.count(place);
        if place > self.last_place {
            return;
        }
        let (contact, index) = self.kept.entry((place, record.phone_number.clone())).or_insert_with(|| {
            let phone_number = record.phone_number.clone();
            (Contact { phone_number, ..Contact::default() }, ListIndex::default())
        });
        index.merge(contact, record);
        if let SampleSize::Contacts(most) = self.take
            && self.kept.len() as u64 > most
        {
            self.kept.pop_last();
            // Whoever is beyond the last of those kept can no longer come to be among them.
            self.last_place = self.kept.last_key_value().map_or(0, |((place, _), _)| *place);
        }
    }

    fn count(&mut self, place: u64) {
        // Records of one contact mostly come together.
        if self.places.len() > self.distinct && self.places.last() == Some(&place) {
            return;
        }
        self.places.push(place);
        if self.places.len() > 2 * self.distinct + (1 << 16) {
            self.tell_apart();
        }
    }

    fn tell_apart(&mut self) {
        self.places.sort_unstable();
        self.places.dedup();
        self.distinct = self.places.len();
    }

    /// The sample of all records that were taken in.
    #[must_use]
    pub fn build(mut self) -> Sample {
        self.tell_apart();
        let mut builder = TableBuilder::default();
        self.kept.values().for_each(|(contact, _)| builder.push(contact));
        let population = (self.distinct as u64).max(self.kept.len() as u64);
        Sample {
            table: builder.build(),
            drawn: SampleInfo { seed: self.seed, last_place: self.last_place, population },
        }
    }
}

/// Contacts drawn of a population at random, which stand for it.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, analysis::{Confidence, SampleBuilder, SampleSize}};
///
/// let mut builder = SampleBuilder::new(SampleSize::Contacts(400), 42);
/// for n in 0..10_000 {
///     let record = format!(r#"{{"phone_number": "+1{n}", "list_id": 7, "click_count": {}}}"#, n % 10);
///     builder.push(serde_json::from_str::<Contact>(&record)?);
/// }
/// let sample = builder.build();
///
/// let audience = Audience::of("click_count >= 8".parse()?);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let estimate = sample.estimate(&audience, &cx, Confidence::default());
/// assert_eq!((estimate.population, estimate.sampled), (10_000, 400));
/// assert!(estimate.low <= 2_000 && 2_000 <= estimate.high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sample {
    table: Table,
    drawn: SampleInfo,
}

impl Sample {
    /// Draws so much of a table, under a seed: the sample that a [`SampleBuilder`] draws of its records.
    ///
    /// ```
    /// use headcount::{Contact, Table, analysis::{Sample, SampleBuilder, SampleSize}};
    ///
    /// let contacts = (0..1_000).map(|n| Contact { phone_number: format!("+1{n}"), ..Contact::default() });
    /// let mut builder = SampleBuilder::new(SampleSize::Contacts(50), 42);
    /// contacts.clone().for_each(|contact| builder.push(contact));
    /// let table: Table = contacts.collect();
    /// let sample = Sample::draw(&table, SampleSize::Contacts(50), 42);
    /// assert_eq!(sample.drawn(), builder.build().drawn());
    /// assert_eq!(sample.table().len(), 50);
    /// ```
    #[must_use]
    pub fn draw(table: &Table, take: SampleSize, seed: u64) -> Self {
        let place = |number: &str| hash::of_phone_number(seed, number);
        let mut builder = SampleBuilder::new(take, seed);
        let last_place = match take {
            SampleSize::Fraction(_) => builder.last_place,
            SampleSize::Contacts(0) => 0,
            SampleSize::Contacts(most) if most < table.len() as u64 => {
                let each = |places: &mut Vec<u64>, number: &str, _: Row<'_>| places.push(place(number));
                let mut places = table.fold_rows(Vec::new, each).concat();
                // OK because there are more contacts than that, and so it fits.
                *places.select_nth_unstable(most as usize - 1).1
            }
            SampleSize::Contacts(_) => u64::MAX,
        };
        let drawn = table.fold_rows(Vec::new, |drawn, number, _| {
            if place(number) <= last_place {
                drawn.push(number.to_owned());
            }
        });
        drawn.concat().iter().filter_map(|number| table.get(number)).for_each(|contact| builder.push(contact));
        let mut sample = builder.build();
        sample.drawn.population = table.len() as u64;
        if table.len() > sample.table.len() && matches!(take, SampleSize::Contacts(_)) {
            sample.drawn.last_place = last_place;
        }
        sample
    }

    /// A sample that was kept: its contacts, and what was drawn.
    #[must_use]
    pub fn of(table: Table, drawn: SampleInfo) -> Self {
        /// Whole numbers are exact in a float until here. No population comes near.
        const MOST: u64 = 1 << 53;
        let population = drawn.population.clamp(table.len() as u64, MOST);
        Self { table, drawn: SampleInfo { population, ..drawn } }
    }

    /// The contacts that were drawn.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What was drawn.
    #[must_use]
    pub fn drawn(&self) -> SampleInfo {
        self.drawn
    }

    /// The sample, to be asked what may take too long: as [`Table::stoppable`].
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// use headcount::{Audience, EvalContext, StopToken, analysis::{Confidence, SampleBuilder, SampleSize}, error::Stopped};
    ///
    /// let sample = SampleBuilder::new(SampleSize::Contacts(400), 42).build();
    /// let (audience, cx) = (Audience::of("on_dnc".parse()?), EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    /// let too_late = sample.stoppable(&StopToken::at(Instant::now()));
    /// assert_eq!(too_late.estimate(&audience, &cx, Confidence::default()), Err(Stopped));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn stoppable(&self, stop: &StopToken) -> StoppableSample {
        StoppableSample { table: self.table.stoppable(stop), sampled: self.table.len() as u64, drawn: self.drawn }
    }

    /// About how many contacts of the population are in an audience. Contacts, whatever unit the semantics ask for: the
    /// memberships of one contact go together, and no interval of theirs would be exact.
    #[must_use]
    pub fn estimate(&self, audience: &Audience, cx: &EvalContext, confidence: Confidence) -> Estimate {
        let cx = of_contacts(cx);
        Estimate::new(self.table.size(audience, &cx), self.drawn, self.table.len() as u64, confidence)
    }
}

/// The circumstances, with contacts as the unit.
fn of_contacts(cx: &EvalContext) -> EvalContext {
    cx.with(Semantics { unit: Unit::Contacts, ..cx.semantics })
}

/// A [`Sample`] that answers until it is stopped. Made by [`Sample::stoppable`].
#[derive(Clone, Debug)]
pub struct StoppableSample {
    table: StoppableTable,
    sampled: u64,
    drawn: SampleInfo,
}

impl StoppableSample {
    /// As [`Sample::estimate`].
    ///
    /// # Errors
    ///
    /// [`Stopped`], if the token says so before the answer is there.
    pub fn estimate(&self, audience: &Audience, cx: &EvalContext, confidence: Confidence) -> Result<Estimate, Stopped> {
        let size = self.table.size(audience, &of_contacts(cx))?;
        Ok(Estimate::new(size, self.drawn, self.sampled, confidence))
    }
}

impl Estimate {
    /// What the size of an audience in a sample of so many contacts comes to.
    fn new(size: Size, drawn: SampleInfo, sampled: u64, confidence: Confidence) -> Self {
        let Size { value: found, now, semantics, fingerprint, .. } = size;
        let population = drawn.population;
        let interval = interval::interval(population, sampled, found, 1.0 - confidence.0);
        let scaled = u128::from(found) * u128::from(population) + u128::from(sampled) / 2;
        // OK because no more are found than sampled.
        let value = scaled.checked_div(u128::from(sampled)).unwrap_or(0) as u64;
        let (low, high) = interval.into_inner();
        Self { value, low, high, confidence, population, sampled, found, now, semantics, fingerprint }
    }
}

/// About how many contacts are in an audience, and what a reader needs to trust it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The sample's share of the audience, of the whole population.
    pub value: u64,
    /// The least there may be.
    pub low: u64,
    /// The most there may be.
    pub high: u64,
    /// How sure it is that the size is between the two.
    pub confidence: Confidence,
    /// How many contacts there are.
    pub population: u64,
    /// How many of them were looked at.
    pub sampled: u64,
    /// How many of those are in the audience.
    pub found: u64,
    /// The instant that counted as now.
    pub now: DateTime<Utc>,
    /// The readings that were taken.
    pub semantics: Semantics,
    /// What the filter asks.
    pub fingerprint: Fingerprint,
}

impl Estimate {
    /// Whether it is the size itself: all contacts were looked at.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(n: u64, click_count: u64) -> Contact {
        let mut contact = Contact { phone_number: format!("+1415{n:07}"), ..Contact::default() };
        contact.memberships.push(crate::Membership { click_count, ..crate::Membership::default() });
        contact
    }

    fn sample(take: SampleSize, seed: u64, population: u64, clicked: u64) -> Sample {
        let mut builder = SampleBuilder::new(take, seed);
        (0..population).for_each(|n| builder.push(contact(n, u64::from(n < clicked))));
        builder.build()
    }

    fn cx() -> EvalContext {
        EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap())
    }

    #[test]
    fn the_interval_covers_at_its_confidence() {
        const SEEDS: u64 = 2_000;
        const POPULATION: u64 = 200;
        const SIZES: [u64; 6] = [0, 1, 4, 100, 199, 200];
        // Four standard deviations of what 2,000 seeds find are below these.
        const CONFIDENCES: [(f64, f64); 2] = [(0.95, 0.93), (0.8, 0.764)];
        let contacts: Vec<Contact> = (0..POPULATION).map(|n| contact(n, n)).collect();
        let audiences = SIZES.map(|size| Audience::of(format!("click_count < {size}").parse().unwrap()));
        for take in [SampleSize::Contacts(30), SampleSize::Fraction(Fraction::new(0.15).unwrap())] {
            let mut covered = [[0_u64; SIZES.len()]; CONFIDENCES.len()];
            let mut none = [0_u64; SIZES.len()];
            for seed in 0..SEEDS {
                let mut builder = SampleBuilder::new(take, seed);
                contacts.iter().for_each(|contact| builder.push(contact.clone()));
                let sample = builder.build();
                for (at, (audience, size)) in audiences.iter().zip(SIZES).enumerate() {
                    for ((confidence, _), covered) in CONFIDENCES.iter().zip(&mut covered) {
                        let estimate = sample.estimate(audience, &cx(), Confidence::new(*confidence).unwrap());
                        assert_eq!(estimate.population, POPULATION);
                        assert!(estimate.low <= estimate.value && estimate.value <= estimate.high, "{estimate:?}");
                        covered[at] += u64::from((estimate.low..=estimate.high).contains(&size));
                        none[at] += u64::from(estimate.found == 0);
                    }
                }
            }
            for ((confidence, least), covered) in CONFIDENCES.iter().zip(covered) {
                for (size, covered) in SIZES.iter().zip(covered) {
                    let share = covered as f64 / SEEDS as f64;
                    assert!(share >= *least, "{size} of {POPULATION}, {take:?}: {share} of {confidence}");
                }
            }
            // Rare ones are often not found, and are covered all the same.
            assert!(none[2] > SEEDS / 2, "{none:?}");
        }
    }

    #[test]
    fn a_sample_is_the_same_whatever_the_order_and_the_split() {
        for take in [SampleSize::Contacts(50), SampleSize::Fraction(Fraction::new(0.1).unwrap())] {
            let there = sample(take, 7, 500, 100);
            let mut back = SampleBuilder::new(take, 7);
            for n in (0..500).rev() {
                back.push(Contact { memberships: Vec::new(), ..contact(n, 0) });
            }
            (0..500).for_each(|n| back.push(contact(n, u64::from(n < 100))));
            let back = back.build();
            assert_eq!(there.drawn(), back.drawn());
            assert_eq!(there.table().len(), back.table().len());
            for n in 0..500 {
                let phone_number = contact(n, 0).phone_number;
                assert_eq!(there.table().get(&phone_number), back.table().get(&phone_number));
            }
        }
    }

    #[test]
    fn a_sample_of_a_table_is_the_one_of_its_records() {
        let contacts: Vec<Contact> = (0..300).map(|n| contact(n, n)).collect();
        let mut table: Table = contacts.iter().cloned().collect();
        // Wherever a contact stands: in the base, in a level above it, or in what is not in columns yet.
        (0..300).step_by(2).for_each(|n| table.replace(contact(n, n)));
        table.remove(&contact(7, 0).phone_number);
        let left = || contacts.iter().filter(|of| **of != contact(7, 7));
        let fractions = [0.001, 0.2, 1.0].map(|share| SampleSize::Fraction(Fraction::new(share).unwrap()));
        let numbers = [0, 1, 30, 298, 299, 300].map(SampleSize::Contacts);
        for (take, seed) in fractions.into_iter().chain(numbers).flat_map(|take| [(take, 1), (take, 2)]) {
            let mut builder = SampleBuilder::new(take, seed);
            left().for_each(|contact| builder.push(contact.clone()));
            let (expected, drawn) = (builder.build(), Sample::draw(&table, take, seed));
            assert_eq!(drawn.drawn(), expected.drawn(), "{take:?}");
            assert!(drawn.table().contacts().eq(expected.table().contacts()), "{take:?}");
        }
        assert!(Sample::draw(&Table::default(), SampleSize::Contacts(0), 1).table().is_empty());
    }

    #[test]
    fn a_smaller_sample_lies_inside_a_larger_one() {
        let (small, large) = (sample(SampleSize::Contacts(20), 3, 300, 0), sample(SampleSize::Contacts(90), 3, 300, 0));
        assert_eq!((small.table().len(), large.table().len()), (20, 90));
        for n in 0..300 {
            let phone_number = contact(n, 0).phone_number;
            assert!(small.table().get(&phone_number).is_none() || large.table().get(&phone_number).is_some());
        }
    }

    #[test]
    fn who_samples_everybody_counts() {
        let audience = Audience::of("click_count > 0".parse().unwrap());
        for take in [SampleSize::Contacts(1_000), SampleSize::Fraction(Fraction::new(1.0).unwrap())] {
            let estimate = sample(take, 1, 300, 33).estimate(&audience, &cx(), Confidence::default());
            assert!(estimate.is_exact());
            assert_eq!((estimate.value, estimate.low, estimate.sampled), (33, 33, 300));
        }
        let nobody = SampleBuilder::new(SampleSize::Contacts(5), 1).build();
        let estimate = nobody.estimate(&audience, &cx(), Confidence::default());
        assert_eq!((estimate.value, estimate.low, estimate.high), (0, 0, 0));
    }

    #[test]
    fn a_margin_is_kept() {
        let confidence = Confidence::default();
        for margin in [0.05, 0.02] {
            let sampled = confidence.contacts_for(Fraction::new(margin).unwrap());
            for found in (0..=sampled).step_by(37).chain([sampled / 2, sampled]) {
                let interval = interval::interval(50_000_000, sampled, found, 0.05);
                let width = (interval.end() - interval.start()) as f64 / 50_000_000.0;
                assert!(width <= 2.0 * margin, "{found} of {sampled}: {width}");
            }
        }
    }
}

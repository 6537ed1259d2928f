//! Why a cached size is another than ours.

mod past;

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::past::TruthBound;
use crate::audience::Audience;
use crate::catalogue::FlagField;
use crate::error::Errors;
use crate::filter::{Condition, Filter, Group, Junction, Predicate};
use crate::fingerprint::Fingerprint;
use crate::semantics::{EvalContext, MissingNegation, Semantics, Subscription, Unit};
use crate::table::Table;

/// What cached sizes say of the records, and of the semantics: the answer of [`Table::reconcile`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reconciliation {
    /// The audiences with a cached size and its instant, as they were given.
    pub audiences: Vec<AudienceReconciliation>,
    /// Every way to read a filter, the one that was asked for first, and the audiences whose cached sizes rule it out.
    pub readings: Vec<Reading>,
    /// The places of the audiences without a cached size or without its instant: nothing can be said of them.
    pub without: Vec<usize>,
}

impl Reconciliation {
    /// The semantics that explain every cached size, the one that was asked for first.
    pub fn consistent(&self) -> impl Iterator<Item = Semantics> {
        self.readings.iter().filter(|reading| reading.by.is_empty()).map(|reading| reading.semantics)
    }
}

/// Semantics, and who rules them out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reading {
    /// The semantics.
    pub semantics: Semantics,
    /// The places of the audiences whose cached size cannot have been counted so; empty if it may be the platform's way.
    pub by: Vec<usize>,
}

/// What the records say of one cached size.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AudienceReconciliation {
    /// The place of the audience among those given.
    pub audience: usize,
    /// What the filter asks.
    pub fingerprint: Fingerprint,
    /// The instant of the cached size.
    pub at: DateTime<Utc>,
    /// The cached size.
    pub cached: u64,
    /// What the records say, as they were asked for.
    pub bounds: Bounds,
    /// What stands between the two numbers.
    pub items: Discrepancy,
    /// The bounds under all sixteen semantics, in the order of [`Reconciliation::readings`].
    pub readings: Vec<Bounds>,
}

/// What a size was at an instant, as far as younger records tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Bounds {
    /// At least so many, whatever was overwritten since.
    pub low: u64,
    /// At most so many.
    pub high: u64,
    /// The size at the instant if nothing was overwritten.
    pub recorded: u64,
}

impl Bounds {
    /// Whether the records allow for this size.
    #[must_use]
    pub fn contain(&self, size: u64) -> bool {
        (self.low..=self.high).contains(&size)
    }
}

/// What a difference may come of: each is what the size changes by, other things being equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Discrepancy {
    /// The size now less the size at the instant, of the same records.
    pub drift: i64,
    /// So many are only bounded: their activity after the instant overwrote what was true then.
    pub overwritten: u64,
    /// With memberships that are not active, less the size without.
    pub inactive: i64,
    /// Members on the do-not-call list.
    pub on_dnc: u64,
    /// Where negated operators match where there is no value, less the size where they do not.
    pub missing: i64,
    /// Memberships less contacts.
    pub duplicates: i64,
}

impl Table {
    /// Holds cached sizes against the records: what each can have been at its instant, under every semantics, and what
    /// stands between it and the size that `cx` has now.
    ///
    /// Records are younger than cached sizes. A membership with a click, a message or a purchase after the instant no
    /// longer tells what was there before: the time was at most the instant or absent, counts and amounts were between
    /// nothing and today's. A membership that was joined after the instant was not there. The bounds hold for every such
    /// past. What carries no time is taken as it is: subscription, do-not-call and validity, workflows, texts, custom
    /// fields; and who is no longer in the records is not counted.
    ///
    /// The bounds are exact in three-valued logic: where two conditions ask for the same overwritten value, both may be
    /// taken for true though no single value satisfies both.
    ///
    /// # Errors
    ///
    /// `filter_too_deep`: a filter that nests to within a few groups of [`Limits::MAX_DEPTH`](crate::Limits::MAX_DEPTH).
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Table};
    ///
    /// // A click after the cached size: whether there was one in the thirty days before it, nobody knows any more.
    /// let clicked = r#"{"phone_number": "+1", "list_id": 7, "last_clicked_at": "2025-11-14T00:00:00Z"}"#;
    /// let table: Table = [serde_json::from_str::<Contact>(clicked)?].into_iter().collect();
    /// let mut audience = Audience::of("last_clicked_at within 30 days".parse()?);
    /// audience.cached_size = Some(0);
    /// audience.cached_size_updated_at = Some("2025-11-10T00:00:00Z".parse()?);
    ///
    /// let told = table.reconcile(&[audience], &EvalContext::at("2025-11-15T00:00:00Z".parse()?))?;
    /// assert_eq!((told.audiences[0].bounds.low, told.audiences[0].bounds.high), (0, 1));
    /// assert_eq!(told.audiences[0].items.drift, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reconcile(&self, audiences: &[Audience], cx: &EvalContext) -> Result<Reconciliation, Errors> {
        let semantics = every_reading(cx.semantics);
        let mut readings: Vec<Reading> = semantics.iter().map(|&semantics| Reading { semantics, by: vec![] }).collect();
        let (mut reconciled, mut without) = (vec![], vec![]);
        for (place, audience) in audiences.iter().enumerate() {
            let (Some(cached), Some(at)) = (audience.cached_size, audience.cached_size_updated_at) else {
                without.push(place);
                continue;
            };
            let bounds = semantics
                .iter()
                .map(|&semantics| self.bounds(audience, &EvalContext::at(at).with(semantics)))
                .collect::<Result<Vec<_>, _>>()?;
            for (bounds, reading) in bounds.iter().zip(&mut readings) {
                if !bounds.contain(cached) {
                    reading.by.push(place);
                }
            }
            let then = EvalContext::at(at).with(cx.semantics);
            reconciled.push(AudienceReconciliation {
                audience: place,
                fingerprint: audience.filter.fingerprint(),
                at,
                cached,
                bounds: bounds[0],
                items: self.items(audience, bounds[0], cx, &then)?,
                readings: bounds,
            });
        }
        Ok(Reconciliation { audiences: reconciled, readings, without })
    }

    fn bounds(&self, audience: &Audience, then: &EvalContext) -> Result<Bounds, Errors> {
        let with = |filter| Audience { filter, ..audience.clone() };
        let low = with(audience.filter.bound(TruthBound::Surely, then)?);
        let high = with(audience.filter.bound(TruthBound::Possibly, then)?);
        let sizes = self.sizes([&low, &high, audience], then);
        Ok(Bounds { low: sizes[0].value, high: sizes[1].value, recorded: sizes[2].value })
    }

    fn items(
        &self,
        audience: &Audience,
        bounds: Bounds,
        cx: &EvalContext,
        then: &EvalContext,
    ) -> Result<Discrepancy, Errors> {
        let size = |semantics| i128::from(self.size(audience, &then.with(semantics)).value);
        let semantics = then.semantics;
        let with = |subscription| size(Semantics { subscription, ..semantics });
        let missing = |missing_negation| size(Semantics { missing_negation, ..semantics });
        let counted = |unit| size(Semantics { unit, ..semantics });
        let on_dnc = Condition::new(Predicate::Flag(FlagField::OnDnc, true));
        let on_dnc = Group::new(Junction::All, vec![on_dnc], vec![audience.filter.root().clone()])?;
        let on_dnc = Audience { filter: Filter::new(on_dnc), ..audience.clone() };
        Ok(Discrepancy {
            drift: difference(i128::from(self.size(audience, cx).value), i128::from(bounds.recorded)),
            overwritten: bounds.high - bounds.low,
            inactive: difference(with(Subscription::Any), with(Subscription::ActiveOnly)),
            on_dnc: self.size(&on_dnc, then).value,
            missing: difference(missing(MissingNegation::Matches), missing(MissingNegation::Fails)),
            duplicates: difference(counted(Unit::Memberships), counted(Unit::Contacts)),
        })
    }
}

/// Sizes stay far below 2^63.
fn difference(one: i128, other: i128) -> i64 {
    i64::try_from(one - other).unwrap_or(i64::MAX)
}

/// Every reading, this one first.
fn every_reading(first: Semantics) -> Vec<Semantics> {
    std::iter::once(first).chain(Semantics::all().filter(|semantics| *semantics != first)).collect()
}

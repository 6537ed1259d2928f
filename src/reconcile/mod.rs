//! Why a cached size is another than ours.

mod past;
mod untraced;

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::past::TruthBound;
pub use self::untraced::{UntracedChange, UntracedChanges};
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
    /// What was assumed not to have changed without a trace.
    pub unchanged: UntracedChanges,
}

impl Reconciliation {
    /// The semantics under which every cached size is possible, the one that was asked for first.
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
    /// The places of the audiences whose cached size may have been counted so only if something changed without a trace.
    pub if_changed: Vec<usize>,
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
    /// Whether the cached size can have been right.
    pub verdict: Verdict,
    /// What stands between the two numbers.
    pub items: Discrepancy,
    /// The bounds under all sixteen semantics, in the order of [`Reconciliation::readings`].
    pub readings: Vec<Bounds>,
}

/// Whether a cached size can have been right at its instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The records explain it, though nothing changed without a trace.
    Explained,
    /// It is within the bounds.
    Possible {
        /// Each of these changes explains it; kinds that stand together must all have changed.
        if_changed: Vec<UntracedChanges>,
    },
    /// It is outside the bounds.
    Impossible {
        /// Each of these would explain it, but was assumed not to have changed.
        unless_changed: Vec<UntracedChanges>,
    },
}

/// What a size was at an instant, as far as younger records tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Bounds {
    /// At least so many, whatever the records do not tell.
    pub low: u64,
    /// At most so many of those who are in the records.
    pub high: u64,
    /// The size at the instant if nothing was overwritten.
    pub recorded: u64,
    /// Whether any number more may have been in, who were removed since.
    pub unbounded: bool,
}

impl Bounds {
    /// Whether the records allow for this size.
    #[must_use]
    pub fn contain(&self, size: u64) -> bool {
        self.low <= size && (size <= self.high || self.unbounded)
    }

    fn width(&self) -> u64 {
        self.high.saturating_sub(self.low)
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
    /// So many more are only bounded: what may have changed without a trace decides on them.
    pub untraced: u64,
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
    /// nothing and today's. A membership that was joined after the instant was not there. What carries no time may have
    /// changed without a trace: each [`UntracedChange`] that is not in `unchanged`. The bounds hold for every such past;
    /// only whoever was removed since is in no record, and may have been in besides: [`Bounds::unbounded`].
    ///
    /// The bounds are exact in three-valued logic: where two conditions ask for the same value that is not known, both may
    /// be taken for true though no single value satisfies both.
    ///
    /// # Errors
    ///
    /// `filter_too_deep`: a filter that nests to within a few groups of [`Limits::MAX_DEPTH`](crate::Limits::MAX_DEPTH).
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Table, analysis::{UntracedChange, UntracedChanges, Verdict}};
    ///
    /// // A click after the cached size: whether there was one in the thirty days before it, nobody knows any more.
    /// let clicked = r#"{"phone_number": "+1", "list_id": 7, "last_clicked_at": "2025-11-14T00:00:00Z"}"#;
    /// // Who is not active may have been.
    /// let opted_out = r#"{"phone_number": "+2", "list_id": 7, "last_clicked_at": "2025-11-01", "active": false}"#;
    /// let records = [clicked, opted_out].map(serde_json::from_str::<Contact>).into_iter();
    /// let table: Table = records.collect::<Result<_, _>>()?;
    /// let mut audience = Audience::of("last_clicked_at within 30 days".parse()?);
    /// audience.cached_size = Some(2);
    /// audience.cached_size_updated_at = Some("2025-11-10T00:00:00Z".parse()?);
    /// let cx = EvalContext::at("2025-11-15T00:00:00Z".parse()?);
    ///
    /// let told = table.reconcile(&[audience.clone()], &cx, UntracedChanges::ALL)?;
    /// assert_eq!((told.audiences[0].bounds.low, told.audiences[0].bounds.high), (0, 1));
    /// assert_eq!(told.audiences[0].items.drift, 1);
    /// let opting = UntracedChanges::from(UntracedChange::Subscription);
    /// assert!(matches!(&told.audiences[0].verdict, Verdict::Impossible { unless_changed } if unless_changed[0] == opting));
    ///
    /// let told = table.reconcile(&[audience], &cx, UntracedChanges::NONE)?;
    /// assert_eq!((told.audiences[0].bounds.low, told.audiences[0].bounds.high), (0, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reconcile(
        &self,
        audiences: &[Audience],
        cx: &EvalContext,
        unchanged: UntracedChanges,
    ) -> Result<Reconciliation, Errors> {
        let semantics = every_reading(cx.semantics);
        let reading = |&semantics| Reading { semantics, by: vec![], if_changed: vec![] };
        let mut readings: Vec<Reading> = semantics.iter().map(reading).collect();
        let (mut reconciled, mut without) = (vec![], vec![]);
        for (place, audience) in audiences.iter().enumerate() {
            let (Some(cached), Some(at)) = (audience.cached_size, audience.cached_size_updated_at) else {
                without.push(place);
                continue;
            };
            let under = |unchanged| {
                let each = semantics.iter().map(|&semantics| EvalContext::at(at).with(semantics));
                each.map(|then| self.bounds(audience, &then, unchanged)).collect::<Result<Vec<_>, _>>()
            };
            let (bounds, traced) = (under(unchanged)?, under(UntracedChanges::ALL)?);
            for ((bounds, traced), reading) in bounds.iter().zip(&traced).zip(&mut readings) {
                if !bounds.contain(cached) {
                    reading.by.push(place);
                } else if !traced.contain(cached) {
                    reading.if_changed.push(place);
                }
            }
            let then = EvalContext::at(at).with(cx.semantics);
            let explain = |unchanged, candidates| self.explanations(audience, cached, &then, unchanged, candidates);
            reconciled.push(AudienceReconciliation {
                audience: place,
                fingerprint: audience.filter.fingerprint(),
                at,
                cached,
                bounds: bounds[0],
                verdict: if traced[0].contain(cached) {
                    Verdict::Explained
                } else if bounds[0].contain(cached) {
                    Verdict::Possible { if_changed: explain(UntracedChanges::ALL, unchanged.complement())? }
                } else {
                    Verdict::Impossible { unless_changed: explain(unchanged, unchanged)? }
                },
                items: self.items(audience, bounds[0], traced[0], cx, &then)?,
                readings: bounds,
            });
        }
        Ok(Reconciliation { audiences: reconciled, readings, without, unchanged })
    }

    /// Which of the candidates explain a cached size once they are no longer assumed unchanged: each that does by itself,
    /// or where none does, the fewest together that are found by leaving out one after the other.
    fn explanations(
        &self,
        audience: &Audience,
        cached: u64,
        then: &EvalContext,
        unchanged: UntracedChanges,
        candidates: UntracedChanges,
    ) -> Result<Vec<UntracedChanges>, Errors> {
        let explain = |changed| {
            let bounds = self.bounds(audience, then, unchanged.without(changed))?;
            Ok::<_, Errors>(bounds.contain(cached))
        };
        let mut alone = vec![];
        for change in candidates.iter().map(UntracedChanges::from) {
            if explain(change)? {
                alone.push(change);
            }
        }
        if !alone.is_empty() || !explain(candidates)? {
            return Ok(alone);
        }
        let mut together = candidates;
        for change in candidates.iter() {
            let fewer = together.without(change.into());
            if explain(fewer)? {
                together = fewer;
            }
        }
        Ok(vec![together])
    }

    fn bounds(&self, audience: &Audience, then: &EvalContext, unchanged: UntracedChanges) -> Result<Bounds, Errors> {
        let size = |bound| {
            let bound = audience.filter.bound(bound, then, unchanged)?;
            let size = bound.map(|(filter, cx)| self.size(&Audience { filter, ..audience.clone() }, &cx).value);
            Ok::<_, Errors>(size.unwrap_or(0))
        };
        Ok(Bounds {
            low: size(TruthBound::Surely)?,
            high: size(TruthBound::Possibly)?,
            recorded: self.size(audience, then).value,
            unbounded: !unchanged.contains(UntracedChange::Memberships),
        })
    }

    fn items(
        &self,
        audience: &Audience,
        bounds: Bounds,
        traced: Bounds,
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
            overwritten: traced.width(),
            untraced: bounds.width().saturating_sub(traced.width()),
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

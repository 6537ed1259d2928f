//! The third thing that becomes of a scan's bits: who comes and who goes as now moves on.
//!
//! Two plans are asked with the kernel: one of what satisfies the filter at some instant of the range, the other at every
//! instant. Whoever is in the second is counted; of the rest of the first, each one's instants are looked at.

use rayon::prelude::*;

use super::Table;
use super::bind::{Active, BoundPlans};
use super::bits::ones;
use super::domain::Domain;
use super::kernel::{RUN, WORD};
use super::scan::{Rows, Scan, is_empty, room};
use super::segment::{ColumnId, Columns, Lists, Segment};
use crate::audience::Audience;
use crate::eval::{self, Candidate};
use crate::filter::Predicate;
use crate::matcher::Matcher;
use crate::plan::{Hold, Plan, Window};
use crate::semantics::{EvalContext, Unit};
use crate::timeline::{Changes, Known, Transitions, TruthTimeline};

/// What is swept: the filter's course, and both plans, bound to a table.
struct Sweep<'t> {
    columns: &'t Columns,
    unit: Unit,
    range: (i64, i64),
    course: TruthTimeline<'t>,
    plans: BoundPlans,
    /// Whether nobody can be in at every instant.
    never_always: bool,
    /// The places of the course's still conditions among the plans' leaves.
    still: Vec<usize>,
    moving: Vec<BoundMoving>,
}

/// Where a condition that moves finds its instants.
struct BoundMoving {
    column: Option<usize>,
    /// The instants of the keys of a column of custom fields.
    of_keys: Vec<Option<i64>>,
    /// The list whose membership is asked.
    list: Option<i64>,
}

impl Table {
    /// Who comes and who goes within a range of instants, both ends included; no part is of the same contacts as another.
    pub(crate) fn sweep(&self, audience: &Audience, cx: &EvalContext, range: (i64, i64)) -> Vec<Changes> {
        let plan = |hold| audience.plan_over(cx, Window { from: range.0, to: range.1, hold });
        let (possible, always) = (plan(Hold::Sometimes), plan(Hold::Always));
        if possible.is_never() {
            return Vec::new();
        }
        let sweep = Sweep::new(&self.columns, audience, cx, range, [&possible, &always]);
        let mut parts: Vec<Changes> = self
            .runs()
            .into_par_iter()
            .fold(
                || (Changes::new(range.0), Room::default()),
                |(mut changes, mut room), run| {
                    sweep.run(&self.scan(&sweep.plans, run), &self.segments[run.0], run.1, &mut changes, &mut room);
                    (changes, room)
                },
            )
            .map(|(changes, _)| changes)
            .collect();
        parts.push(self.sweep_others(audience, cx, possible, range));
        parts
    }

    /// Those who are in no segment, one by one.
    fn sweep_others(&self, audience: &Audience, cx: &EvalContext, possible: Plan, range: (i64, i64)) -> Changes {
        let mut changes = Changes::new(range.0);
        let course = TruthTimeline::new(&audience.filter, cx);
        let possible = Matcher::from(possible);
        let mut turns = Transitions::default();
        for contact in self.others.values().map(|other| &other.contact).filter(|contact| possible.matches(*contact)) {
            let mut begins = false;
            for membership in audience.in_scope(contact, cx) {
                let of = OfRecord { course: &course, candidate: Candidate { contact, membership, cx } };
                begins = turns.join_next(begins, |turns| course.run(&of, range, turns));
                if cx.semantics.unit == Unit::Memberships {
                    changes.add(std::mem::take(&mut begins), &turns.all);
                    turns.all.clear();
                }
            }
            changes.add(begins, &turns.all);
            turns.all.clear();
        }
        changes
    }
}

/// A membership of a record.
struct OfRecord<'a> {
    course: &'a TruthTimeline<'a>,
    candidate: Candidate<'a>,
}

impl Known for OfRecord<'_> {
    fn holds(&self, still: usize) -> bool {
        eval::condition(self.course.still[still].1, &self.candidate)
    }

    fn instant(&self, moving: usize) -> Option<i64> {
        let condition = self.course.moving[moving].condition;
        let membership = eval::asked_membership(condition, &self.candidate);
        match condition.predicate() {
            Predicate::Time(field, _) => eval::time(*field, membership),
            Predicate::Custom(key, _) => membership?.custom_fields.get(key.as_str()).and_then(eval::custom_time),
            _ => None,
        }
    }
}

/// What a thread works in.
#[derive(Default)]
struct Room {
    turns: Transitions,
    /// For each slot, the memberships that are looked at.
    open: Vec<Rows>,
    /// For each of these slots, those for which each still condition holds.
    still: Vec<Rows>,
}

impl<'t> Sweep<'t> {
    fn new(
        columns: &'t Columns,
        audience: &'t Audience,
        cx: &EvalContext,
        range: (i64, i64),
        plans: [&Plan; 2],
    ) -> Self {
        let course = TruthTimeline::of_possible(&audience.filter, cx);
        let mut bound = BoundPlans::new(&plans, columns);
        let still = course.still.iter().map(|(leaf, _)| bound.also(leaf, columns)).collect();
        let moving = course.moving.iter().map(|moving| {
            let column = columns.find(&ColumnId::of(&moving.subject));
            let of_keys = match column.map(|column| &columns.column(column).domain) {
                Some(domain @ Domain::Custom(custom)) => {
                    (0..domain.keys() as usize).map(|key| eval::custom_time(custom.value(key))).collect()
                }
                _ => Vec::new(),
            };
            BoundMoving { column, of_keys, list: moving.condition.list() }
        });
        let moving = moving.collect();
        let never_always = plans[1].is_never();
        Self { columns, unit: cx.semantics.unit, range, course, plans: bound, never_always, still, moving }
    }

    /// Sweeps a run of rows.
    fn run(&self, scan: &Scan<'_>, segment: &Segment, start: usize, changes: &mut Changes, room_of: &mut Room) {
        let words = scan.words();
        let [possible, always] = &*self.plans.plans else { return };
        let slots: Vec<usize> = (0..scan.slots()).filter(|slot| scan.asks(possible, *slot)).collect();
        let Room { turns, open, still } = room_of;
        open.clear();
        let mut in_always = [0; RUN];
        for slot in &slots {
            let mut rows = room(scan.contacts());
            let here = &mut rows[..words];
            scan.retain_taking_part(*slot, here);
            scan.retain_in_scope(possible, *slot, here);
            if !is_empty(here) {
                scan.retain_node(&possible.root, *slot, here);
            }
            if !self.never_always && !is_empty(here) {
                let mut sure = room(here);
                let sure = &mut sure[..words];
                scan.retain_node(&always.root, *slot, sure);
                if self.unit == Unit::Memberships {
                    changes.first += scan.kernel.count(sure);
                    scan.kernel.and_not(here, sure);
                } else {
                    scan.kernel.or(&mut in_always[..words], sure);
                }
            }
            open.push(rows);
        }
        // Of contacts, one membership is enough.
        changes.first += scan.kernel.count(&in_always[..words]);
        open.iter_mut().for_each(|rows| scan.kernel.and_not(&mut rows[..words], &in_always[..words]));
        self.ask_still(scan, &slots, open, still);

        let run = Run { sweep: self, segment, start, still };
        for word in 0..words {
            let rows = open.iter().fold(0, |rows, open| rows | open[word]);
            for bit in ones(rows) {
                let mut begins = false;
                for (at, slot) in slots.iter().enumerate().filter(|(at, _)| open[*at][word] >> bit & 1 == 1) {
                    let of = OfSlot { run: &run, at, slot: *slot, row: word * WORD + bit };
                    begins = turns.join_next(begins, |turns| self.course.run(&of, self.range, turns));
                    if self.unit == Unit::Memberships {
                        changes.add(std::mem::take(&mut begins), &turns.all);
                        turns.all.clear();
                    }
                }
                changes.add(begins, &turns.all);
                turns.all.clear();
            }
        }
    }

    /// Asks the still conditions of the memberships that are looked at.
    fn ask_still(&self, scan: &Scan<'_>, slots: &[usize], open: &[Rows], still: &mut Vec<Rows>) {
        still.clear();
        for (slot, open) in slots.iter().zip(open) {
            for leaf in &self.still {
                let mut rows = *open;
                let here = &mut rows[..scan.words()];
                if !is_empty(here) {
                    scan.retain_leaf(&self.plans.leaves[*leaf], *slot, here);
                }
                still.push(rows);
            }
        }
    }
}

/// A run of rows whose kernel's work is done.
struct Run<'a, 't> {
    sweep: &'a Sweep<'t>,
    segment: &'a Segment,
    /// Its first word.
    start: usize,
    still: &'a [Rows],
}

/// A membership in a run.
struct OfSlot<'a, 't> {
    run: &'a Run<'a, 't>,
    /// Its slot's place among those that are asked.
    at: usize,
    slot: usize,
    /// Its row in the run.
    row: usize,
}

impl Known for OfSlot<'_, '_> {
    fn holds(&self, still: usize) -> bool {
        self.run.still[self.at * self.run.sweep.still.len() + still][self.row / WORD] >> (self.row % WORD) & 1 == 1
    }

    #[inline]
    fn instant(&self, moving: usize) -> Option<i64> {
        let Run { sweep, segment, start, .. } = self.run;
        let row = start * WORD + self.row;
        let moving = &sweep.moving[moving];
        let at = moving.column?;
        let slot = match moving.list {
            None => self.slot,
            Some(list) => (0..segment.slots).find(|slot| sweep.is_on(segment, *slot, row, list))?,
        };
        let column = sweep.columns.column(at);
        let key = segment.stripe(at, slot).key(column, row)?;
        match &column.domain {
            Domain::Instants(instants) => Some(instants.instant(key)),
            _ => moving.of_keys.get(key as usize).copied().flatten(),
        }
    }
}

impl Sweep<'_> {
    /// Whether a membership is on a list, and takes part.
    fn is_on(&self, segment: &Segment, slot: usize, row: usize, list: i64) -> bool {
        let on_list = match &segment.lists {
            Lists::Same(lists) => lists[slot] == Some(list),
            Lists::Mixed => {
                let known = self.plans.lists.and_then(|at| {
                    let column = self.columns.column(at);
                    Some((segment.stripe(at, slot).key(column, row)?, &column.domain))
                });
                matches!(known, Some((key, Domain::Lists(lists))) if lists[key as usize] == list)
            }
        };
        let takes_part = || {
            let active = self.plans.active.as_ref();
            active.is_none_or(|Active { column, .. }| {
                segment.stripe(*column, slot).key(self.columns.column(*column), row) == Some(1)
            })
        };
        on_list && takes_part()
    }
}

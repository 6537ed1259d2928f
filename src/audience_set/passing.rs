//! What time does to a contact: only what depends on time is asked before and after, and of the rest what decides the audiences
//! that may be others then.

use super::bits::Bits;
use super::graph::{Root, Truths};
use super::predicates::Predicates;
use super::work::Work;
use super::{AudienceSet, Delta};
use crate::matcher::{AskedRecord, Record};
use crate::plan::Subject;
use crate::semantics::Subscription;

/// What is known of the memberships of a contact for whom time passes.
#[derive(Debug, Default)]
pub(super) struct Passing {
    before: Known,
    /// Of each membership that takes part; behind them are some for others.
    after: Vec<Known>,
    /// The audiences that a membership, by its place among those that take part, is in or not otherwise than before.
    touched: Vec<(usize, usize, bool)>,
}

/// What is known of a membership: the columns that were asked, and what they said.
#[derive(Debug, Default)]
struct Known {
    columns: Bits,
    truths: Bits,
}

/// What holds of a membership, asked as it is needed.
struct LazyTruths<'p, 'r, R: ?Sized> {
    predicates: &'p Predicates,
    asked: &'p AskedRecord<'r, R>,
    membership: usize,
    now: i64,
    known: &'p mut Known,
}

impl<R: Record + ?Sized> LazyTruths<'_, '_, R> {
    fn ask(&mut self, column: usize) {
        if self.known.columns.insert(column) {
            self.predicates.column(column).ask(self.asked, self.membership, self.now, &mut self.known.truths);
        }
    }

    /// Forgets what is known, and asks what depends on the times that a cursor passes.
    fn begin(mut self, passes: impl Fn(&Subject) -> bool) {
        self.known.columns.grow(self.predicates.columns());
        self.known.columns.clear();
        self.known.truths.grow(self.predicates.len());
        self.known.truths.clear();
        let passed = self.predicates.of_time().iter().filter(|(subject, _)| passes(subject));
        passed.for_each(|(_, column)| self.ask(*column));
    }
}

impl<R: Record + ?Sized> Truths for LazyTruths<'_, '_, R> {
    #[inline]
    fn holds(&mut self, leaf: usize) -> bool {
        self.ask(self.predicates.column_of(leaf));
        self.known.truths.get(leaf)
    }
}

impl AudienceSet {
    /// The audiences of which another number of a contact's memberships is in at an instant than just before it, in their
    /// order. `passes` tells of which times a cursor passes the contact then: what depends on others is as it was.
    pub(crate) fn deltas_of_time<R: Record + ?Sized>(
        &self,
        record: &R,
        at: i64,
        passes: impl Fn(&Subject) -> bool,
    ) -> Vec<Delta> {
        let predicates = &self.predicates;
        let asked = &predicates.asked(record, self.cx.semantics.subscription == Subscription::Any);
        let memberships = || (0..record.memberships()).filter(|membership| asked.takes_part(*membership)).enumerate();
        self.pool.with(|work| {
            let Work { passing: Passing { before, after, touched }, changed, difference, memo, .. } = work;
            touched.clear();
            for (place, membership) in memberships() {
                after.resize_with(after.len().max(place + 1), Known::default);
                let known = &mut after[place];
                LazyTruths { predicates, asked, membership, now: at - 1, known: before }.begin(&passes);
                LazyTruths { predicates, asked, membership, now: at, known }.begin(&passes);
                if changed.set_differences(&before.truths, &known.truths) {
                    let mut truths = LazyTruths { predicates, asked, membership, now: at, known };
                    let each = |audience, is_in| touched.push((audience, place, is_in));
                    self.graph.differences(changed, &mut truths, difference, each);
                }
            }
            if touched.is_empty() {
                return Vec::new();
            }
            touched.sort_unstable();
            let delta = |(audience, ..): &(usize, usize, bool)| Delta { audience: *audience, before: 0, after: 0 };
            let mut deltas: Vec<Delta> = touched.iter().map(delta).collect();
            deltas.dedup_by_key(|delta| delta.audience);
            self.graph.prepare(memo);
            for (place, membership) in memberships() {
                let mut truths = LazyTruths { predicates, asked, membership, now: at, known: &mut after[place] };
                for delta in &mut deltas {
                    let of_membership = (delta.audience, place);
                    let found =
                        touched.binary_search_by_key(&of_membership, |(audience, place, _)| (*audience, *place));
                    let [is_before, is_after] = match (found, self.graph.root(delta.audience)) {
                        (Ok(found), _) => [!touched[found].2, touched[found].2],
                        (Err(_), Root::Node(node)) => [self.graph.is_true(node, &mut truths, memo); 2],
                        (Err(_), Root::Vacant | Root::Nobody) => [false; 2],
                    };
                    delta.before += usize::from(is_before);
                    delta.after += usize::from(is_after);
                }
                memo.clear();
            }
            deltas.retain(|delta| delta.before != delta.after);
            deltas
        })
    }
}

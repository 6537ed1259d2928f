//! Many audiences, asked together: which of them hold this contact?
//!
//! An [`AudienceSet`] asks each distinct condition of all its audiences once, and joins the answers in a graph of AND and
//! OR in which equal parts are shared. A hundred thousand audiences of a few hundred conditions are asked at once.

mod batch;
mod bitmap;
mod bits;
mod column;
mod graph;
#[cfg(feature = "table")]
mod passing;
mod predicate;
mod predicates;
mod selectivity;
#[cfg(test)]
mod tests;
mod work;

use std::fmt;

use chrono::{DateTime, Utc};

pub use self::bitmap::{AudienceBitmap, AudienceChanges};
use self::bits::Bits;
use self::graph::{FEW, FewLanes, Graph, Node, Propagation, Root, any_of_each};
use self::predicate::Predicate;
use self::predicates::Predicates;
use self::work::{Pool, Work};
use crate::audience::Audience;
use crate::logic::LogicTree;
use crate::matcher::{AskedRecord, Record};
use crate::semantics::{EvalContext, Subscription};

/// Audiences made ready together, to be asked which of them hold a contact.
///
/// Audiences have numbers: those that the set is made of are numbered from 0 in their order, and one that is
/// [inserted](Self::insert) later has the number that is told then. A contact is in an audience where some membership in
/// scope satisfies its filter, as for [`Audience::contains`]; how many of its memberships do,
/// [`AudienceSet::matching_by_membership`] tells.
///
/// ```
/// use headcount::{Audience, AudienceSet, Contact, EvalContext};
///
/// let audiences = [
///     Audience::of("last_clicked_at within 30 days".parse()?),
///     Audience::of("last_clicked_at within 30 days and click_count >= 3".parse()?),
///     Audience { source_lists: vec![102], ..Audience::of("click_count >= 3".parse()?) },
/// ];
/// let mut set = AudienceSet::new(&audiences, &EvalContext::at("2025-11-15T08:30:00Z".parse()?));
/// let contact = Contact::from_json(
///     r#"{"phone_number": "+1", "list_id": 101, "click_count": 3, "last_clicked_at": "2025-11-01"}"#,
/// )?;
/// assert_eq!(set.matching(&contact).iter().collect::<Vec<_>>(), [0, 1]);
///
/// // Audiences come and go, and now moves on, at any time.
/// let number = set.insert(&Audience::of("click_count = 3".parse()?));
/// set.remove(0);
/// set.set_now("2026-01-01T00:00:00Z".parse()?);
/// assert_eq!(set.matching(&contact).iter().collect::<Vec<_>>(), [number]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What it costs
///
/// A record is asked for each value once, however many audiences ask for it: cut-offs on times, counts and amounts are
/// searched by halves, and whole texts are looked up. Only conditions on parts of texts and on the order of texts are
/// asked one by one. Then every audience is worked out, some hundred memberships of [many records](Self::matching_each) at a
/// time, or those of one: a nanosecond or two an audience, since what is to be joined stands side by side, in the order to join
/// it in. That is written down when it is first of use, and anew after audiences have come or gone: the first record of a batch
/// waits for it, and records by themselves once there were some. Until then, what is worked out for one is what becomes true; and for a
/// [change](Self::changes) of few answers always what the conditions that changed decide.
///
/// To insert an audience takes as long as its filter is, and the cut-offs of the fields that it asks in a new way are sorted
/// again. Memory grows with the distinct parts of audiences.
#[derive(Clone)]
pub struct AudienceSet {
    predicates: Predicates,
    graph: Graph,
    cx: EvalContext,
    /// Numbers that no audience has any more.
    vacant: Vec<usize>,
    pool: Pool,
}

/// How many of a contact's memberships are in an audience, before and after something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delta {
    pub(crate) audience: usize,
    pub(crate) before: usize,
    pub(crate) after: usize,
}

impl AudienceSet {
    /// Makes audiences ready, numbered from 0 in their order.
    #[must_use]
    pub fn new<'a>(audiences: impl IntoIterator<Item = &'a Audience>, cx: &EvalContext) -> Self {
        Self::numbered(audiences.into_iter().enumerate(), Vec::new(), cx)
    }

    /// Makes audiences ready that have numbers; `vacant` are the numbers that no audience has any more, of which the last is
    /// given anew first.
    pub(crate) fn numbered<'a>(
        audiences: impl IntoIterator<Item = (usize, &'a Audience)>,
        vacant: Vec<usize>,
        cx: &EvalContext,
    ) -> Self {
        let (predicates, graph) = (Predicates::new(cx.semantics.text_case), Graph::default());
        let mut set = Self { predicates, graph, cx: *cx, vacant, pool: Pool::default() };
        for number in &set.vacant {
            set.graph.attach(*number, Root::Vacant);
        }
        for (number, audience) in audiences {
            let root = set.root(audience);
            set.graph.attach(number, root);
        }
        set.predicates.sort();
        set
    }

    /// How many audiences there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.graph.audiences() - self.vacant.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an audience has this number.
    #[must_use]
    pub fn contains(&self, number: usize) -> bool {
        self.graph.root(number) != Root::Vacant
    }

    /// The instant that counts as now, and how filters are read.
    #[must_use]
    pub fn cx(&self) -> &EvalContext {
        &self.cx
    }

    /// Has another instant count as now. Nothing is made anew: this costs nothing, whatever is asked.
    pub fn set_now(&mut self, now: DateTime<Utc>) {
        self.cx.now = now;
    }

    /// Adds an audience; gives back its number, which may be one that a removed audience had.
    pub fn insert(&mut self, audience: &Audience) -> usize {
        let number = self.next_number();
        self.vacant.pop();
        self.put(number, audience);
        number
    }

    /// The numbers that no audience has any more, of which the last is given anew first.
    #[cfg(feature = "image")]
    pub(crate) fn vacant(&self) -> &[usize] {
        &self.vacant
    }

    /// The number that the next audience will have.
    pub(crate) fn next_number(&self) -> usize {
        self.vacant.last().copied().unwrap_or(self.graph.audiences())
    }

    /// Puts an audience in the place of another; whether there was one of this number, without which nothing happens.
    pub fn replace(&mut self, number: usize, audience: &Audience) -> bool {
        let is_there = self.contains(number);
        if is_there {
            self.put(number, audience);
            self.compact();
        }
        is_there
    }

    /// Takes an audience out; whether there was one of this number.
    pub fn remove(&mut self, number: usize) -> bool {
        let is_there = self.contains(number);
        if is_there {
            self.graph.detach(number);
            self.vacant.push(number);
            self.compact();
        }
        is_there
    }

    fn put(&mut self, number: usize, audience: &Audience) {
        let root = self.root(audience);
        self.graph.attach(number, root);
        self.predicates.sort();
    }

    /// Who is in an audience, with the predicates and the gates that it takes.
    fn root(&mut self, audience: &Audience) -> Root {
        match predicate::asked(audience, &self.cx) {
            LogicTree::Constant(false) => Root::Nobody,
            asked => Root::Node(self.node(asked)),
        }
    }

    fn node(&mut self, asked: LogicTree<Predicate>) -> Node {
        match asked {
            LogicTree::Condition(predicate) => self.leaf(predicate),
            LogicTree::Group(junction, members) => {
                let members = members.into_iter().map(|member| self.node(member)).collect();
                self.graph.group(junction, members).unwrap_or_else(|| self.leaf(Predicate::Always))
            }
            // It stands alone, where everybody is in: no constant is a member of a group.
            LogicTree::Constant(_) => self.leaf(Predicate::Always),
        }
    }

    fn leaf(&mut self, predicate: Predicate) -> Node {
        let selectivity = selectivity::selectivity(&predicate);
        let (number, is_new) = self.predicates.number(predicate);
        if is_new {
            self.graph.add_leaf(selectivity);
        }
        Node::leaf(number)
    }

    /// Forgets what no audience needs, once that is the greater part: what that takes was paid for by what was removed.
    fn compact(&mut self) {
        if !self.graph.wants_compaction() {
            return;
        }
        let mut predicates = Predicates::new(self.cx.semantics.text_case);
        let all = self.predicates.in_order().into_iter().enumerate();
        let renumbered: Vec<Option<u32>> = all
            .map(|(number, predicate)| self.graph.uses_leaf(number).then(|| predicates.number(predicate.clone()).0))
            .collect();
        predicates.sort();
        self.graph = self.graph.compacted(&renumbered);
        self.predicates = predicates;
    }

    /// The audiences that a contact is in.
    #[must_use]
    pub fn matching<R: Record + ?Sized>(&self, record: &R) -> AudienceBitmap {
        let now = self.cx.now.timestamp_micros();
        let mut matching = self.nobody();
        self.pool.with(|work| {
            if !self.graph.can_sweep() {
                return self.each_membership(record, now, work, |_, truths, propagation| {
                    self.graph.propagate(truths, propagation, |audience| matching.insert(audience));
                });
            }
            let mut few = std::mem::take(&mut work.few);
            let mut sweep = |few: &mut FewLanes| {
                self.graph.sweep(few, |first, memberships| matching.put(first, true, any_of_each(memberships)));
            };
            self.each_membership(record, now, work, |_, truths, _| {
                if few.are_full() {
                    sweep(&mut few);
                }
                few.put(&self.graph, truths);
            });
            sweep(&mut few);
            work.few = few;
        });
        matching
    }

    /// For each membership that takes part, by its place in the record: the audiences whose scope it is in, and whose filter
    /// it satisfies.
    ///
    /// ```
    /// use headcount::{Audience, AudienceSet, Contact, EvalContext};
    ///
    /// let clicked = Audience::of("click_count >= 3".parse()?);
    /// let set = AudienceSet::new([&clicked], &EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    /// let contact = Contact::from_json(
    ///     r#"{"phone_number": "+1", "lists": [{"list_id": 7, "click_count": 3}, {"list_id": 8, "click_count": 9}]}"#,
    /// )?;
    /// let matching = set.matching_by_membership(&contact);
    /// assert_eq!(matching.iter().filter(|(_, audiences)| audiences.contains(0)).count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matching_by_membership<R: Record + ?Sized>(&self, record: &R) -> Vec<(usize, AudienceBitmap)> {
        let now = self.cx.now.timestamp_micros();
        let mut matching = Vec::new();
        self.pool.with(|work| {
            self.each_membership(record, now, work, |membership, truths, propagation| {
                let mut of_membership = self.nobody();
                self.graph.propagate(truths, propagation, |audience| of_membership.insert(audience));
                matching.push((membership, of_membership));
            });
        });
        matching
    }

    /// Tells the audiences of each of many contacts, in their order: the same as [`AudienceSet::matching`] of each, sooner.
    ///
    /// ```
    /// use headcount::{Audience, AudienceSet, Contact, EvalContext};
    ///
    /// let audiences = [Audience::of("click_count > 0".parse()?), Audience::of("click_count > 5".parse()?)];
    /// let set = AudienceSet::new(&audiences, &EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    /// let contact = |clicks| Contact::from_json(&format!(r#"{{"phone_number": "+1", "click_count": {clicks}}}"#));
    /// let contacts = [contact(0)?, contact(3)?, contact(9)?];
    /// let mut found = Vec::new();
    /// set.matching_each(&contacts, |matching| found.push(matching.iter().collect::<Vec<_>>()));
    /// assert_eq!(found, [vec![], vec![0], vec![0, 1]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn matching_each<'r, R: Record + ?Sized + 'r>(
        &self,
        records: impl IntoIterator<Item = &'r R>,
        mut each: impl FnMut(&AudienceBitmap),
    ) {
        let now = self.cx.now.timestamp_micros();
        self.pool.with(|work| {
            let mut batch = std::mem::take(&mut work.batch);
            batch.prepare();
            for record in records {
                batch.begin(&self.graph, &mut each);
                self.each_membership(record, now, work, |_, truths, _| batch.put(&self.graph, truths, &mut each));
            }
            batch.finish(&self.graph, &mut each);
            work.batch = batch;
        });
    }

    /// The audiences that a contact enters and leaves as its record changes from one to another.
    ///
    /// Both are asked at the same instant. It takes as long as what changes is: where no condition changes its answer,
    /// nothing is worked out.
    ///
    /// ```
    /// use headcount::{Audience, AudienceSet, Contact, EvalContext};
    ///
    /// let audiences = [Audience::of("click_count > 5".parse()?), Audience::of("click_count = 5".parse()?)];
    /// let set = AudienceSet::new(&audiences, &EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    /// let contact = |clicks| Contact::from_json(&format!(r#"{{"phone_number": "+1", "click_count": {clicks}}}"#));
    /// let changes = set.changes(&contact(5)?, &contact(6)?);
    /// assert_eq!((changes.entered, changes.left), (vec![0], vec![1]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn changes<F: Record + ?Sized, R: Record + ?Sized>(&self, former: &F, record: &R) -> AudienceChanges {
        let mut changes = AudienceChanges::default();
        for Delta { audience, before, after } in self.deltas(self.at_now(former), self.at_now(record)) {
            match (before, after) {
                (0, 1..) => changes.entered.push(audience),
                (1.., 0) => changes.left.push(audience),
                _ => {}
            }
        }
        changes
    }

    fn at_now<'r, R: ?Sized>(&self, record: &'r R) -> Option<(&'r R, i64)> {
        Some((record, self.cx.now.timestamp_micros()))
    }

    /// The audiences of which another number of a contact's memberships is in, in their order, as its record or the instant
    /// changes; where there is no record, there are no memberships.
    pub(crate) fn deltas<F: Record + ?Sized, R: Record + ?Sized>(
        &self,
        former: Option<(&F, i64)>,
        record: Option<(&R, i64)>,
    ) -> Vec<Delta> {
        self.pool.with(|work| {
            let (mut before, mut after) = (Vec::new(), Vec::new());
            if let Some((former, now)) = former {
                self.each_membership(former, now, work, |_, truths, _| before.push(truths.clone()));
            }
            if let Some((record, now)) = record {
                self.each_membership(record, now, work, |_, truths, _| after.push(truths.clone()));
            }
            self.deltas_between(&before, &after, work)
        })
    }

    /// What differs between what held of some memberships of a contact and what holds of others.
    fn deltas_between(&self, before: &[Bits], after: &[Bits], work: &mut Work) -> Vec<Delta> {
        if before.len() + after.len() <= FEW && self.graph.can_sweep() {
            // Who looks at what differs alone looks at each gate above it, anywhere in memory.
            let pairs = || before.iter().zip(after);
            let of_pairs: usize =
                pairs().map(|(before, after)| self.graph.gates_above(before.differences(after))).sum();
            let paired = before.len().min(after.len());
            let alone = before[paired..].iter().chain(&after[paired..]);
            let of_others: usize = alone.map(|truths| self.graph.gates_above(truths.ones())).sum();
            if self.graph.is_sweep_shorter(of_pairs + of_others) {
                return self.deltas_of_all(before, after, &mut work.few);
            }
        }
        // Any two memberships may be compared, one of each: records keep them in their order, so that few differ.
        let mut touched = Vec::new();
        for (before, mut after) in before.iter().zip(after) {
            if work.changed.set_differences(before, after) {
                let each = |audience, is_in| touched.push((audience, is_in));
                self.graph.differences(&work.changed, &mut after, &mut work.difference, each);
            }
        }
        let paired = before.len().min(after.len());
        for alone in before[paired..].iter().chain(&after[paired..]) {
            self.graph.propagate(alone, &mut work.propagation, |audience| touched.push((audience, true)));
        }
        touched.sort_unstable();
        if before.len() == 1 && after.len() == 1 {
            let delta = |(audience, is_in): (usize, bool)| Delta {
                audience,
                before: usize::from(!is_in),
                after: usize::from(is_in),
            };
            return touched.into_iter().map(delta).collect();
        }
        // The same audience may be touched by several memberships, and others may be in it all the time.
        touched.dedup_by_key(|(audience, _)| *audience);
        let delta = |(audience, _): (usize, bool)| Delta { audience, before: 0, after: 0 };
        let mut deltas: Vec<Delta> = touched.into_iter().map(delta).collect();
        self.count(&mut deltas, before, work, |delta| delta.before += 1);
        self.count(&mut deltas, after, work, |delta| delta.after += 1);
        deltas.retain(|delta| delta.before != delta.after);
        deltas
    }

    /// The same, by asking all audiences.
    fn deltas_of_all(&self, before: &[Bits], after: &[Bits], few: &mut FewLanes) -> Vec<Delta> {
        before.iter().chain(after).for_each(|truths| few.put(&self.graph, truths));
        let is_after = u64::MAX.checked_shl(before.len() as u32).unwrap_or(0);
        let mut deltas = Vec::new();
        self.graph.sweep(few, |first, memberships| {
            for (audience, memberships) in (first..).zip(memberships) {
                let counted = [memberships & !is_after, memberships & is_after].map(|of| of.count_ones() as usize);
                let [before, after] = counted;
                if before != after {
                    deltas.push(Delta { audience, before, after });
                }
            }
        });
        deltas
    }

    /// Counts each of some memberships that is in an audience.
    fn count(&self, deltas: &mut [Delta], memberships: &[Bits], work: &mut Work, mut one_more: impl FnMut(&mut Delta)) {
        self.graph.prepare(&mut work.memo);
        for mut truths in memberships {
            for delta in &mut *deltas {
                if let Root::Node(node) = self.graph.root(delta.audience)
                    && self.graph.is_true(node, &mut truths, &mut work.memo)
                {
                    one_more(delta);
                }
            }
            work.memo.clear();
        }
    }

    fn nobody(&self) -> AudienceBitmap {
        AudienceBitmap::new(self.graph.audiences())
    }

    /// Tells of each membership that takes part which predicates hold of it.
    fn each_membership<R: Record + ?Sized>(
        &self,
        record: &R,
        now: i64,
        work: &mut Work,
        mut each: impl FnMut(usize, &Bits, &mut Propagation),
    ) {
        let Work { of_contact, of_membership, propagation, .. } = work;
        let any = self.cx.semantics.subscription == Subscription::Any;
        let asked: AskedRecord<'_, R> = self.predicates.asked(record, any);
        let mut taking_part = (0..record.memberships()).filter(|membership| asked.takes_part(*membership)).peekable();
        if taking_part.peek().is_none() {
            return;
        }
        of_contact.grow(self.predicates.len());
        of_contact.clear();
        self.predicates.ask_contact(&asked, now, of_contact);
        for membership in taking_part {
            of_membership.copy_from(of_contact);
            self.predicates.ask_membership(&asked, membership, now, of_membership);
            each(membership, of_membership, propagation);
        }
    }
}

impl fmt::Debug for AudienceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudienceSet").field("len", &self.len()).field("cx", &self.cx).finish_non_exhaustive()
    }
}

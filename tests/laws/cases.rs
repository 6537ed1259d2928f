//! Who is asked what, and when: half of the populations are anybody, half are aimed at the filter.

use headcount::testing::{contacts, evaluations, filters, populations, populations_for, source_lists};
use headcount::{
    Audience, EvalContext, Filter, Population, Semantics,
    filter::{Condition, FlagField, Group, Junction, Predicate},
};
use proptest::collection::SizeRange;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestError, TestRunner};

use crate::answer::{ENGINES, Engine};

/// A question, and those who are asked.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) filter: Filter,
    pub(crate) lists: Vec<i64>,
    pub(crate) population: Population,
    pub(crate) cx: EvalContext,
}

/// A size in contacts, and in memberships.
pub(crate) type Sizes = (u64, u64);

impl Case {
    pub(crate) fn audience(&self) -> Audience {
        audience(&self.filter, &self.lists)
    }

    /// What an engine answers to another filter in the same circumstances.
    pub(crate) fn sizes(&self, engine: Engine, filter: &Filter) -> Sizes {
        sizes(engine, &audience(filter, &self.lists), &self.population, &self.cx)
    }

    /// The same with other readings.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Semantics)) -> Self {
        let mut semantics = self.cx.semantics;
        change(&mut semantics);
        Self { cx: self.cx.with(semantics), ..self.clone() }
    }

    /// How many memberships the filter is asked of.
    pub(crate) fn scope(&self) -> u64 {
        let audience = self.audience();
        let in_scope = |contact| audience.in_scope(contact, &self.cx).count() as u64;
        self.population.contacts().iter().map(in_scope).sum()
    }
}

pub(crate) fn audience(filter: &Filter, source_lists: &[i64]) -> Audience {
    Audience { source_lists: source_lists.to_vec(), ..Audience::of(filter.clone()) }
}

pub(crate) fn sizes(engine: Engine, audience: &Audience, population: &Population, cx: &EvalContext) -> Sizes {
    let answer = engine(audience, population, cx);
    (answer.members.len() as u64, answer.memberships)
}

/// What a law says, of each engine by itself.
pub(crate) fn for_each_engine(mut law: impl FnMut(Engine) -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
    ENGINES.iter().try_for_each(|(name, engine)| {
        law(*engine).map_err(|error| match error {
            TestCaseError::Fail(reason) => TestCaseError::fail(format!("{name}: {reason}")),
            rejected => rejected,
        })
    })
}

/// How many records a population is made of; some are of the same contacts.
const RECORDS: std::ops::Range<usize> = 2..14;

/// Cases about filters of a kind.
pub(crate) fn cases_of(filters: impl Strategy<Value = Filter> + 'static) -> BoxedStrategy<Case> {
    let cx = (filters, evaluations()).prop_flat_map(|(filter, cx)| {
        let records = || SizeRange::from(RECORDS);
        let population = prop_oneof![populations(records()), populations_for(&filter, &cx, records())];
        (Just(filter), population, Just(cx))
    });
    (cx, source_lists()).prop_map(|((filter, population, cx), lists)| Case { filter, lists, population, cx }).boxed()
}

/// Cases about any filter.
pub(crate) fn cases() -> BoxedStrategy<Case> {
    cases_of(any_filters())
}

pub(crate) fn any_filters() -> BoxedStrategy<Filter> {
    filters(1..=8)
}

/// Filters of which every condition has an opposite.
pub(crate) fn with_complement() -> BoxedStrategy<Filter> {
    fn only_with_complement(group: &Group) -> Group {
        let has = |condition: &&Condition| alone((*condition).clone()).complement().is_some();
        let mut conditions: Vec<Condition> = group.conditions().iter().filter(has).cloned().collect();
        if conditions.is_empty() {
            conditions.push(Condition::new(Predicate::Flag(FlagField::HasRevenue, true)));
        }
        Group::new(group.junction(), conditions, group.groups().iter().map(only_with_complement).collect()).unwrap()
    }
    any_filters().prop_map(|filter| Filter::new(only_with_complement(filter.root()))).boxed()
}

/// A condition as a filter.
pub(crate) fn alone(condition: Condition) -> Filter {
    Filter::new(Group::new(Junction::All, vec![condition], vec![]).unwrap())
}

/// The same items in another order, which `seed` decides.
pub(crate) fn shuffled<T>(items: impl IntoIterator<Item = T>, seed: u64) -> Vec<T> {
    let mut state = seed;
    let mut items: Vec<(u64, T)> = items
        .into_iter()
        .map(|item| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32, item)
        })
        .collect();
    items.sort_by_key(|(place, _)| *place);
    items.into_iter().map(|(_, item)| item).collect()
}

/// `config` and `scripts/laws` count on it.
#[test]
fn a_case_asks_nearly_five_contacts_on_the_average() {
    let mut runner = TestRunner::deterministic();
    let cases = cases();
    let contacts: usize =
        (0..500).map(|_| cases.new_tree(&mut runner).unwrap().current().population.contacts().len()).sum();
    assert!(contacts >= 2_440, "{contacts} contacts in 500 cases");
}

/// What fails is told in a form that a person can read: a short filter and, most often, one contact or two.
#[test]
fn a_failing_case_shrinks() {
    const RUNS: usize = 20;
    let (mut written, mut contacts) = (0, 0);
    for _ in 0..RUNS {
        let mut runner = TestRunner::new(ProptestConfig {
            cases: 256,
            max_shrink_iters: 1024,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        let failure = runner.run(&cases(), |case| {
            // Not a law: somebody is in most audiences.
            prop_assert!(case.population.members(&case.audience(), &case.cx).next().is_none());
            Ok(())
        });
        let Err(TestError::Fail(_, case)) = failure else { panic!("nobody is in any audience") };
        written += case.filter.to_string().len();
        contacts += case.population.contacts().len();
    }
    assert!(written <= 80 * RUNS, "{written} bytes of filters in {RUNS} cases");
    assert!(contacts <= 3 * RUNS, "{contacts} contacts in {RUNS} cases");
}

/// The laws say little of filters that nobody satisfies, or everybody.
#[test]
fn conditions_hold_about_half_the_time() {
    use headcount::testing::{conditions, contacts_for, noon};
    let mut runner = TestRunner::deterministic();
    let cx = EvalContext::at(noon());
    let anybody = (conditions(), contacts()).prop_map(|(condition, contact)| (alone(condition), contact)).boxed();
    let aimed = conditions()
        .prop_flat_map(move |condition| {
            let filter = alone(condition);
            (Just(filter.clone()), contacts_for(&filter, &cx))
        })
        .boxed();
    for (name, pairs) in [("anybody", anybody), ("aimed", aimed)] {
        let (mut seen, mut held) = (0, 0);
        for _ in 0..2_000 {
            let (filter, contact) = pairs.new_tree(&mut runner).unwrap().current();
            for membership in &contact.memberships {
                seen += 1;
                held += u32::from(filter.matches(&contact, membership, &cx));
            }
        }
        let share = f64::from(held) / f64::from(seen);
        assert!((0.35..0.65).contains(&share), "{name}: {share}");
    }
}

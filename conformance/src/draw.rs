//! Cases that are drawn, and shrunk where an engine differs.

use headcount::testing::{audiences, contacts, contacts_for, evaluations};
use headcount::{Audience, Population};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::{Union, ValueTree};
use proptest::test_runner::TestRunner;

use crate::ask::{self, BATCH, Difference, Tally};
use crate::engine::Engine;
use crate::layout::Layout;
use crate::question::{Question, Questions};
use crate::settings::settings;

/// How often a failing case is made smaller at most.
const SHRINKS: usize = 400;

fn cases() -> impl Strategy<Value = Questions> {
    let question = (audiences(), evaluations()).prop_map(|(audience, cx)| Question {
        audience: Audience { source_lists: audience.source_lists, ..Audience::of(audience.filter) },
        cx,
    });
    vec(question, 1..4).prop_flat_map(|questions| {
        let aimed = questions.iter().map(|question| contacts_for(&question.audience.filter, &question.cx));
        let each = Union::new(aimed.chain([contacts()]));
        vec(each, 0..10).prop_map(move |records| Questions {
            name: None,
            population: Population::from_iter(records),
            questions: questions.clone(),
        })
    })
}

/// What the session of an engine has set while it is asked a batch.
pub(crate) fn drawn_settings(engine: &Engine, runner: &mut TestRunner) -> Result<Vec<String>, String> {
    let tree = settings(engine.dialect).new_tree(runner).map_err(|reason| reason.to_string())?;
    Ok(tree.current())
}

/// Draws a batch, asks it, and tells what differs, made small.
pub(crate) fn batch(
    engine: &mut Engine,
    layout: Layout,
    runner: &mut TestRunner,
    tally: &mut Tally,
    tell: &mut impl FnMut(&Difference),
) -> Result<(), String> {
    let strategy = cases();
    let drawn = (0..BATCH).map(|_| strategy.new_tree(runner).map_err(|reason| reason.to_string()));
    let mut trees = drawn.collect::<Result<Vec<_>, _>>()?;
    let all: Vec<Questions> = trees.iter().map(ValueTree::current).collect();
    engine.settings = drawn_settings(engine, runner)?;
    let before = tally.unequal();
    let results = ask::all(engine, layout, &all, tally)?;
    // A few are made small; that there are more is in the table.
    let few = results.into_iter().enumerate().filter_map(|(i, result)| Some((i, result?)));
    for (i, first) in few.take(if before < 5 { 2 } else { 0 }) {
        let tree = &mut trees[i];
        let mut least = first;
        let mut smaller = tree.simplify();
        for _ in 0..SHRINKS {
            if !smaller {
                break;
            }
            let result = ask::all(engine, layout, std::slice::from_ref(&tree.current()), &mut Tally::default())?;
            smaller = match result.into_iter().next().flatten() {
                Some(difference) => {
                    least = difference;
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        tell(&least);
    }
    Ok(())
}

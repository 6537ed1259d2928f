//! Any audience of any population: every engine says what the definition says.
#![no_main]

use headcount::{Audience, EvalContext, Population};

#[path = "../../tests/answer/mod.rs"]
mod answer;

#[derive(arbitrary::Arbitrary, Debug)]
struct Case {
    audience: Audience,
    population: Population,
    cx: EvalContext,
}

libfuzzer_sys::fuzz_target!(|case: Case| {
    let Case { audience, population, cx } = case;
    let definition = answer::reference(&audience, &population, &cx);
    for (engine, ask) in answer::ENGINES {
        assert_eq!(ask(&audience, &population, &cx), definition, "{engine}");
    }
});

//! Any audience of any population: every engine says what the definition says.
#![no_main]

use headcount::{Audience, Evaluation, Population};

#[path = "../../tests/answer/mod.rs"]
mod answer;

#[derive(arbitrary::Arbitrary, Debug)]
struct Case {
    audience: Audience,
    population: Population,
    asked: Evaluation,
}

libfuzzer_sys::fuzz_target!(|case: Case| {
    let Case { audience, population, asked } = case;
    let definition = answer::reference(&audience, &population, &asked);
    for (engine, ask) in answer::ENGINES {
        assert_eq!(ask(&audience, &population, &asked), definition, "{engine}");
    }
});

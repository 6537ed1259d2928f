//! Expressions of CEL, asked by the crate `cel`.

use cel::{Context, Program};
use headcount::interop::{cel as written, document};
use headcount::testing::{filters, instants_near, noon, populations_for, semantics, source_lists};
use headcount::{Audience, Contact, EvalContext, Semantics, semantics::TextCase};
use proptest::prelude::*;

/// What an expression says of a contact.
fn holds(program: &Program, contact: &Contact, cx: &EvalContext) -> Result<bool, String> {
    let contact = document(contact);
    let mut context = Context::default();
    context.add_variable("memberships", contact["memberships"].clone()).unwrap();
    context.add_variable("contact", contact).unwrap();
    context.add_variable("now", cx.now.timestamp_micros()).unwrap();
    match program.execute(&context) {
        Ok(cel::Value::Bool(holds)) => Ok(holds),
        other => Err(format!("{other:?}")),
    }
}

/// What is asked of a membership, beside that it is active.
#[track_caller]
fn writes(filter: &str, expected: &str) {
    let audience = Audience::of(filter.parse().unwrap());
    let expression = written::expression(&audience, &Semantics::default()).unwrap();
    assert_eq!(expression, format!("memberships.exists(m, m.active && {expected})"), "{filter}");
    Program::compile(&expression).unwrap();
}

#[test]
fn what_is_written() {
    writes("click_count >= 3", "m.click_count >= 3");
    writes("click_count != 18446744073709551615", "!(m.click_count == 18446744073709551615u)");
    writes("revenue_total > 1", "m.revenue_total > 1.0");
    writes("avg_revenue < -0.5", "has(m.avg_revenue) && m.avg_revenue < -0.5");
    writes("not on_dnc", "!contact.on_dnc");
    writes("phone_number starts_with '+1'", "contact.phone_number.startsWith(\"+1\")");
    writes("carrier exists", "has(contact.carrier)");
    writes(r#"carrier contains "a\"\\\n""#, r#"has(contact.carrier) && contact.carrier.contains("a\"\\\u000a")"#);
    writes("carrier not in ['a', 'b']", r#"!(has(contact.carrier) && contact.carrier in ["a", "b"])"#);
    writes(
        "last_sent_at not within 1 minute",
        "!(has(m.last_sent_at) && m.last_sent_at >= now - 60000000 && m.last_sent_at <= now)",
    );
    writes("last_sent_at before 2025-11-15", "has(m.last_sent_at) && m.last_sent_at < 1763164800000000");
    writes(
        "list in [1, 2] or click_count@3 = 0",
        "(memberships.exists(k, k.active && has(k.list_id) && k.list_id in [1, 2]) \
         || memberships.exists(k, k.active && has(k.list_id) && k.list_id == 3 && k.click_count == 0))",
    );
    writes(
        "custom.state = 'CA' and (is_valid or in_workflow)",
        "m.custom_fields.exists(v, v.key == \"state\" && has(v.text) && v.text == \"CA\") \
         && (contact.is_valid || m.in_workflow)",
    );
}

#[test]
fn what_is_refused() {
    let refuses = |filter: &str, semantics: Semantics, expected: &str| {
        let audience = Audience::of(filter.parse().unwrap());
        assert_eq!(written::expression(&audience, &semantics).unwrap_err().to_string(), expected, "{filter}");
    };
    refuses(
        "custom.n in [1, 9007199254740992]",
        Semantics::default(),
        "`custom_fields.n in [1, 9007199254740992]` cannot be asked exactly of CEL: its numbers are doubles, which are not exact from 2^53",
    );
    refuses(
        "on_dnc or custom.n contains 'x'",
        Semantics { text_case: TextCase::Insensitive, ..Semantics::default() },
        "`custom_fields.n contains \"x\"` cannot be asked exactly of CEL: it folds the case of texts in another way",
    );
    refuses(
        "last_sent_at within 1000000000 days",
        Semantics::default(),
        "`last_sent_at within 1000000000 days` cannot be asked exactly of CEL: it does not count so far back from now",
    );
}

#[test]
fn every_operator_agrees_on_every_type() {
    crate::grid::agrees(
        |audience, cx| Program::compile(&written::expression(audience, &cx.semantics).unwrap()).unwrap(),
        |program, contact, cx| holds(program, contact, cx).unwrap(),
    );
}

proptest! {
    #![proptest_config(crate::config::config(500))]

    #[test]
    fn an_expression_is_true_of_the_contacts_in_the_audience(
        (filter, lists, cx, population) in
            (filters(1..=4), source_lists(), instants_near(noon()), semantics()).prop_flat_map(
                |(filter, lists, now, semantics)| {
                    let cx = EvalContext::at(now).with(semantics);
                    let population = populations_for(&filter, &cx, 0..8);
                    (Just(filter), Just(lists), Just(cx), population)
                }
            )
    ) {
        let audience = Audience { source_lists: lists, ..Audience::of(filter) };
        let expression = written::expression(&audience, &cx.semantics);
        prop_assume!(expression.is_ok());
        let expression = expression.unwrap();
        let program = Program::compile(&expression).map_err(|error| TestCaseError::fail(format!("{expression}: {error}")))?;
        for contact in population.contacts() {
            let expected = audience.contains(contact, &cx);
            prop_assert_eq!(holds(&program, contact, &cx), Ok(expected), "{}\n{}", expression, document(contact));
        }
    }
}

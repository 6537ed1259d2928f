//! `Matcher` beside the engines that ask one record at a time, over contexts that are ready before the time begins.

#[path = "../rows/filters.rs"]
mod filters;
#[path = "../rows/row.rs"]
mod row;

use std::hint::black_box;
use std::sync::Arc;

use cel::{Context, Env};
use datalogic_rs::bumpalo::Bump;
use datalogic_rs::{Engine, ParsedData};
use headcount::{
    Audience, Contact, Matcher,
    semantics::{Subscription, Unit},
};
use headcount_rivals::{Failure, cx, each_record, median};
use wirefilter::{ExecutionContext, Scheme, Type};

use crate::filters::{CASES, Case};
use crate::row::{CUSTOM_KEYS, Row};

const CONTACTS: u64 = 10_000;
const ROUNDS: usize = 3;
const ENGINES: [&str; 7] = [
    "matcher",
    "matcher, own record",
    "by hand",
    "by hand, own record",
    "wirefilter-engine 0.6.1",
    "cel 0.15.0",
    "datalogic-rs 5.4.0",
];

/// What the rivals see of a row.
enum Seen<'r> {
    Bool(bool),
    Int(i64),
    Text(&'r str),
}

/// The fields that the filters ask for, and no others: a smaller context is a faster one.
fn seen(row: &Row) -> [(&'static str, Seen<'_>); 16] {
    fn text(text: &Option<String>) -> Seen<'_> {
        Seen::Text(text.as_deref().unwrap_or(""))
    }
    let seconds = |time: Option<i64>| Seen::Int(time.map_or(-1, |micros| micros / 1_000_000));
    // Counts are far below i64's end.
    let count = |count: u64| Seen::Int(count.cast_signed());
    [
        ("active", Seen::Bool(row.active)),
        ("list_id", Seen::Int(row.list)),
        ("last_clicked_at", seconds(row.clicked)),
        ("last_sent_at", seconds(row.sent)),
        ("signup_date", seconds(row.signed_up)),
        ("send_count", count(row.sends)),
        ("click_count", count(row.clicks)),
        ("has_revenue", Seen::Bool(row.has_revenue)),
        ("state", text(&row.state)),
        ("source", text(&row.source)),
        ("tier", text(&row.tier)),
        ("first_name", text(&row.first_name)),
        ("line_type", text(&row.line_type)),
        ("is_valid", Seen::Bool(row.is_valid)),
        ("on_dnc", Seen::Bool(row.on_dnc)),
        ("in_workflow", Seen::Bool(row.in_workflow)),
    ]
}

fn main() -> Result<(), Failure> {
    let mut contacts: Vec<Contact> = Vec::new();
    each_record(CONTACTS, &mut |contact| contacts.push(contact))?;
    let rows: Vec<Row> = contacts.iter().map(Row::from).collect();

    let scheme = Scheme::try_from_iter(seen(&rows[0]).into_iter().map(|(name, value)| {
        let kind = match value {
            Seen::Bool(_) => Type::Bool,
            Seen::Int(_) => Type::Int,
            Seen::Text(_) => Type::Bytes,
        };
        (name.to_owned(), kind)
    }))
    .map_err(|error| error.to_string())?;
    let wirefilter_contexts = rows.iter().map(|row| wirefilter_context(&scheme, row)).collect::<Result<Vec<_>, _>>()?;
    let env = Arc::new(Env::stdlib());
    let cel_contexts: Vec<Context<'_, '_>> = rows.iter().map(|row| cel_context(&env, row)).collect();
    let parsed = rows.iter().map(|row| ParsedData::from_json(&json(row)).map_err(|error| error.to_string().into()));
    let datalogic_contexts = parsed.collect::<Result<Vec<ParsedData>, Failure>>()?;

    let mut lines = Vec::new();
    for case in &CASES {
        let matcher = matcher(case)?;
        let filter = scheme.parse(case.wirefilter).map_err(|error| error.to_string())?.compile();
        let program = env.compile(case.cel).map_err(|error| error.to_string())?;
        let engine = Engine::new();
        let logic = engine.compile(case.datalogic).map_err(|error| error.to_string())?;
        let mut arena = Bump::new();
        // As a service has it that learns its filters while it runs.
        let (by_hand, by_hand_row) = (black_box(case.contact), black_box(case.row));

        let answers: [Vec<bool>; 7] = [
            contacts.iter().map(|contact| matcher.matches(contact)).collect(),
            rows.iter().map(|row| matcher.matches(row)).collect(),
            contacts.iter().map(by_hand).collect(),
            rows.iter().map(by_hand_row).collect(),
            wirefilter_contexts.iter().map(|context| filter.execute(context) == Ok(true)).collect(),
            cel_contexts.iter().map(|context| is_true(program.execute(context))).collect(),
            datalogic_contexts.iter().map(|context| asks(&engine, &logic, context, &mut arena)).collect(),
        ];
        refuse(case, &answers)?;

        // Round after round, so that a disturbance meets all of them or counts for none.
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push([
                median(|| contacts.iter().filter(|contact| matcher.matches(*contact)).count()),
                median(|| rows.iter().filter(|row| matcher.matches(*row)).count()),
                median(|| contacts.iter().filter(|contact| by_hand(contact)).count()),
                median(|| rows.iter().filter(|row| by_hand_row(row)).count()),
                median(|| wirefilter_contexts.iter().filter(|context| filter.execute(context) == Ok(true)).count()),
                median(|| cel_contexts.iter().filter(|context| is_true(program.execute(context))).count()),
                median(|| {
                    datalogic_contexts.iter().filter(|context| asks(&engine, &logic, context, &mut arena)).count()
                }),
            ]);
        }
        let times: [u64; ENGINES.len()] = std::array::from_fn(|engine| {
            let mut of_engine = rounds.iter().map(|round| round[engine]).collect::<Vec<_>>();
            of_engine.sort_unstable();
            of_engine[ROUNDS / 2]
        });
        let matching = answers[0].iter().filter(|matches| **matches).count();
        lines.push((case.name, matching, times.map(|ns| ns as f64 / CONTACTS as f64)));
    }
    report(&lines);
    Ok(())
}

fn matcher(case: &Case) -> Result<Matcher, Failure> {
    let audience = Audience { source_lists: case.lists.to_vec(), ..Audience::of(case.headcount.parse()?) };
    Ok(audience.matcher(&cx(Unit::Contacts, Subscription::ActiveOnly)).with_custom_keys(&CUSTOM_KEYS))
}

fn wirefilter_context<'r>(scheme: &'r Scheme, row: &'r Row) -> Result<ExecutionContext<'r>, Failure> {
    let mut context = ExecutionContext::new(scheme);
    for (name, value) in seen(row) {
        match value {
            Seen::Bool(value) => context.set_field_value(name, value),
            Seen::Int(value) => context.set_field_value(name, i32::try_from(value)?),
            Seen::Text(value) => context.set_field_value(name, value),
        }
        .map_err(|error| error.to_string())?;
    }
    Ok(context)
}

fn cel_context<'r>(env: &Arc<Env>, row: &'r Row) -> Context<'r, 'r> {
    let mut context = Context::with_env(Arc::clone(env));
    for (name, value) in seen(row) {
        match value {
            Seen::Bool(value) => context.add_variable_from_value(name, value),
            Seen::Int(value) => context.add_variable_from_value(name, value),
            Seen::Text(value) => context.add_variable_from_value(name, value),
        }
    }
    context
}

fn json(row: &Row) -> String {
    let value = |value| match value {
        Seen::Bool(value) => serde_json::Value::from(value),
        Seen::Int(value) => value.into(),
        Seen::Text(value) => value.into(),
    };
    seen(row).into_iter().map(|(name, seen)| (name.to_owned(), value(seen))).collect::<serde_json::Value>().to_string()
}

fn is_true(result: cel::ResolveResult) -> bool {
    matches!(result, Ok(cel::Value::Bool(true)))
}

fn asks(engine: &Engine, logic: &datalogic_rs::Logic, context: &ParsedData, arena: &mut Bump) -> bool {
    let matches = engine.evaluate(logic, context, arena).is_ok_and(|value| value.as_bool() == Some(true));
    arena.reset();
    matches
}

fn refuse(case: &Case, answers: &[Vec<bool>]) -> Result<(), Failure> {
    for (engine, answers_of) in ENGINES.iter().zip(answers) {
        if let Some(at) = answers_of.iter().zip(&answers[0]).position(|(theirs, ours)| theirs != ours) {
            return Err(
                format!("{}: {engine} and matcher differ on contact {at}, so there are no times", case.name).into()
            );
        }
    }
    Ok(())
}

fn report(lines: &[(&str, usize, [f64; 7])]) {
    println!(
        "### rows\n\n{CONTACTS} contacts, one thread, contexts prebuilt, median nanoseconds a contact. All answers are equal."
    );
    println!("\nRepeat: `benches/rivals/run rows`\n");
    println!("| filter | match | {} |\n|---|--:|{}", ENGINES.join(" | "), "--:|".repeat(ENGINES.len()));
    for (name, matching, times) in lines {
        let times: Vec<String> = times.iter().map(|time| format!("{time:.1}")).collect();
        println!("| {name} | {matching} | {} |", times.join(" | "));
    }
    let ratio = |theirs: usize, ours: usize| {
        let logs: f64 = lines.iter().map(|(_, _, times)| (times[theirs] / times[ours]).ln()).sum();
        (logs / lines.len() as f64).exp()
    };
    println!("\nGeometric means of their time over the matcher's, on the library's record and on a service's own:");
    for (theirs, engine) in ENGINES.iter().enumerate().skip(2) {
        println!("- {engine}: {:.2} and {:.2}", ratio(theirs, 0), ratio(theirs, 1));
    }
}

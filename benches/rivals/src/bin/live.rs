//! `Live` beside an engine that keeps counts while records change, and beside asking all matchers before and after each
//! update: `live MEMBERSHIPS UPDATES`.
//!
//! The clock stands still: the rival has none. It is spared finding contacts and putting records together: each contact is
//! a number to it, before an update and after, and its filters are headcount's own matchers.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use differential_dataflow::input::Input;
use differential_dataflow::operators::count::CountTotal;
use headcount::{
    Audience, Contact, EvalContext, Live, Matcher,
    semantics::{Subscription, Unit},
};
use headcount_generate::audiences;
use headcount_rivals::{Failure, SEED, cx, table};

/// So many audiences all keep, and so many are kept beside asking one by one.
const KEPT: usize = 20;
const ALL: usize = 1_000;
/// Updates that are applied as one, where that is faster.
const TOGETHER: usize = 1_000;

/// Contacts as they are before any update and after each.
struct States {
    all: Vec<Contact>,
    /// How many are those before.
    before: usize,
    /// For each update, its contact, and which state it ends and begins.
    updates: Vec<Update>,
}

#[derive(Clone, Copy)]
struct Update {
    contact: u32,
    former: u32,
    state: u32,
}

impl States {
    /// Somebody is written to, every third time with a click.
    fn new(contacts: Vec<Contact>, count: usize, cx: &EvalContext) -> Self {
        let before = contacts.len();
        let (mut all, mut latest): (Vec<Contact>, Vec<u32>) = (contacts, (0..before as u32).collect());
        let mut updates = Vec::with_capacity(count);
        for number in 1..=count {
            let contact = number.wrapping_mul(0x9e37_79b9) % before;
            let former = latest[contact];
            let mut next = all[former as usize].clone();
            let membership = &mut next.memberships[0];
            membership.send_count += 1;
            membership.last_sent_at = Some(cx.now);
            if number.is_multiple_of(3) {
                membership.click_count += 1;
                membership.last_clicked_at = Some(cx.now);
            }
            latest[contact] = all.len() as u32;
            updates.push(Update { contact: contact as u32, former, state: latest[contact] });
            all.push(next);
        }
        Self { all, before, updates }
    }
}

fn main() -> Result<(), Failure> {
    let mut given = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let memberships = given.next().ok_or("how many memberships?")?? as u64;
    let count = given.next().ok_or("how many updates?")??;

    let cx = cx(Unit::Contacts, Subscription::ActiveOnly);
    let read =
        |audience: String| Audience::from_json(&audience).map(|audience| Audience { id: None, name: None, ..audience });
    let audiences = audiences(ALL, SEED).map(read).collect::<Result<Vec<_>, _>>()?;
    let mut contacts = Vec::new();
    table(memberships)?.contacts().for_each(|contact| contacts.push(contact));
    let states = Arc::new(States::new(contacts, count, &cx));

    let (sizes, alone) = live(memberships, &audiences[..KEPT], &states, &cx)?;
    let (_, all_alone) = live(memberships, &audiences, &states, &cx)?;
    let kept = [1, TOGETHER].map(|together| differential(&audiences[..KEPT], &states, &cx, together));
    for (theirs, _) in &kept {
        if *theirs != sizes {
            return Err(format!("the sizes are {sizes:?} and {theirs:?}, so there are no times").into());
        }
    }
    let matchers = by_matchers(&audiences, &states, &cx);

    println!(
        "### live\n\n{memberships} generated memberships of {} contacts, {count} updates, one thread each. All sizes are equal at the end.",
        states.before
    );
    println!("\nRepeat: `benches/rivals/run live --memberships {memberships} --updates {count}`\n");
    println!("| audiences | engine | an update | × |\n|--:|---|--:|--:|");
    let row = |audiences: usize, engine: &str, took: Duration, ours: Duration| {
        println!("| {audiences} | {engine} | {took:.2?} | {:.1} |", took.as_secs_f64() / ours.as_secs_f64());
    };
    row(KEPT, "headcount", alone, alone);
    row(KEPT, "differential-dataflow 0.26.0, one by one", kept[0].1, alone);
    row(KEPT, "differential-dataflow 0.26.0, a thousand at once", kept[1].1, alone);
    row(ALL, "headcount", all_alone, all_alone);
    row(ALL, "all matchers before and after", matchers, all_alone);
    Ok(())
}

/// The sizes at the end, and what an update took.
fn live(
    memberships: u64,
    audiences: &[Audience],
    states: &States,
    cx: &EvalContext,
) -> Result<(Vec<u64>, Duration), Failure> {
    let mut live = Live::new(table(memberships)?, audiences.iter().cloned(), cx)?;
    let records: Vec<Contact> = states
        .updates
        .iter()
        .map(|update| {
            let Contact { phone_number, memberships, .. } = &states.all[update.state as usize];
            Contact {
                phone_number: phone_number.clone(),
                memberships: vec![memberships[0].clone()],
                ..Contact::default()
            }
        })
        .collect();
    let begun = Instant::now();
    for record in records {
        live.apply(record, cx.now)?.for_each(|event| _ = black_box(event));
    }
    let took = begun.elapsed() / states.updates.len() as u32;
    Ok((live.sizes().map(|(_, size)| size.value).collect(), took))
}

/// A collection of contacts' states, and a count of those that each matcher passes.
fn differential(
    audiences: &[Audience],
    states: &Arc<States>,
    cx: &EvalContext,
    together: usize,
) -> (Vec<u64>, Duration) {
    let matchers: Vec<Arc<Matcher>> = audiences.iter().map(|audience| Arc::new(audience.matcher(cx))).collect();
    let counts = Arc::new(Mutex::new(BTreeMap::<usize, i64>::new()));
    let (told, shared) = (Arc::clone(&counts), Arc::clone(states));
    let took = timely::execute_directly(move |worker| {
        let (mut input, probe) = worker.dataflow::<u32, _, _>(|scope| {
            let (input, rows) = scope.new_collection::<(u32, u32), isize>();
            let passing = matchers.iter().enumerate().map(|(number, matcher)| {
                let (matcher, states) = (Arc::clone(matcher), Arc::clone(&shared));
                let passes = move |(_, state): &(u32, u32)| matcher.matches(&states.all[*state as usize]);
                rows.clone().filter(passes).map(move |_| number)
            });
            let passing: Vec<_> = passing.collect();
            let first = passing[0].clone();
            let counted = first.concatenate(passing.into_iter().skip(1)).count_total();
            let (probe, _) = counted
                .inspect(move |((number, count), _, change)| {
                    if *change > 0 {
                        told.lock().expect("nobody panics").insert(*number, *count as i64);
                    }
                })
                .probe();
            (input, probe)
        });
        (0..shared.before as u32).for_each(|contact| input.insert((contact, contact)));
        let mut round = 1;
        input.advance_to(round);
        input.flush();
        worker.step_while(|| probe.less_than(input.time()));
        let begun = Instant::now();
        for updates in shared.updates.chunks(together) {
            for Update { contact, former, state } in updates {
                input.remove((*contact, *former));
                input.insert((*contact, *state));
            }
            round += 1;
            input.advance_to(round);
            input.flush();
            worker.step_while(|| probe.less_than(input.time()));
        }
        begun.elapsed() / shared.updates.len() as u32
    });
    let counts = counts.lock().expect("nobody panics");
    let size = |number| counts.get(&number).map_or(0, |count| count.unsigned_abs());
    ((0..audiences.len()).map(size).collect(), took)
}

/// What it takes to ask every audience before an update and after it.
fn by_matchers(audiences: &[Audience], states: &States, cx: &EvalContext) -> Duration {
    const ASKED: usize = 2_000;
    let matchers: Vec<Matcher> = audiences.iter().map(|audience| audience.matcher(cx)).collect();
    let updates = &states.updates[..states.updates.len().min(ASKED)];
    let begun = Instant::now();
    for Update { former, state, .. } in updates {
        let [former, state] = [former, state].map(|at| &states.all[*at as usize]);
        let changes = matchers.iter().filter(|matcher| matcher.matches(former) != matcher.matches(state));
        black_box(changes.count());
    }
    begun.elapsed() / updates.len() as u32
}

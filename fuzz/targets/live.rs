//! Any audiences over any population, while contacts change, time passes and audiences come and go, from bytes: sizes are
//! the definition's, and events that are replayed give the members. What is saved goes on when it is opened again; damaged,
//! with check sums that were made to agree again, it is an error or goes on as something else.
#![no_main]

use std::collections::BTreeSet;

use headcount::chrono::TimeDelta;
use headcount::live::{Event, EventKind};
use headcount::{Audience, Contact, EvalContext, Live, Population, Table};

#[derive(arbitrary::Arbitrary, Debug)]
struct Case {
    audiences: Vec<Audience>,
    population: Population,
    cx: EvalContext,
    steps: Vec<(u16, Step)>,
}

#[derive(arbitrary::Arbitrary, Debug)]
enum Step {
    Apply(Contact),
    Remove(u8),
    Advance,
    AdvanceSome(u8),
    Insert(Audience),
    Replace(u8, Audience),
    RemoveAudience(u8),
    /// Saved once some of the events of what time does are taken, and opened again.
    Open {
        taken: u8,
    },
    OpenDamaged(Vec<(u16, u8)>),
}

/// Without what others may have too, so that each goes by its place.
fn unnamed(audience: Audience) -> Audience {
    Audience { id: None, name: None, ..audience }
}

fn replay(members: &mut BTreeSet<(String, String)>, event: Event) {
    let member = (event.audience.to_string(), event.phone_number);
    let is_news = match event.event {
        EventKind::Entered => members.insert(member),
        EventKind::Left => members.remove(&member),
    };
    assert!(is_news);
}

/// What is saved; what nests deeper than records may cannot be.
fn image(live: &Live) -> Option<Vec<u8>> {
    let mut image = Vec::new();
    live.checkpoint("here").write(&mut image).ok()?;
    Some(image)
}

/// Goes on with what was opened, whatever that is.
fn goes_on(mut live: Live) {
    let _ = live.events().take(1_000).count();
    let to = live.now().checked_add_signed(TimeDelta::days(40)).unwrap_or(live.now());
    let _ = live.advance(to).unwrap().take(1_000).count();
    let record = Contact { phone_number: "+1".to_owned(), ..Contact::default() };
    let _ = live.apply(record, to).unwrap().take(1_000).count();
    let _ = (live.sizes().count(), live.audiences_of("+1").len());
}

libfuzzer_sys::fuzz_target!(|case: Case| {
    let Case { audiences, mut population, cx, steps } = case;
    let Ok(mut live) = Live::new(Table::from(&population), audiences.into_iter().map(unnamed), &cx) else { return };
    let mut members: BTreeSet<(String, String)> = BTreeSet::new();
    let names: Vec<String> = live.audiences().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let of_audience = live.members(&name).unwrap().phone_numbers();
        members.extend(of_audience.map(|phone_number| (name.clone(), phone_number)));
    }
    for (minutes, step) in steps {
        let to = live.now().checked_add_signed(TimeDelta::minutes(i64::from(minutes % 6_000))).unwrap_or(live.now());
        let chosen = |number: u8| {
            let names: Vec<&str> = live.audiences().map(|(name, _)| name).collect();
            names.get(usize::from(number) % names.len().max(1)).map(|name| (*name).to_owned())
        };
        let events: Vec<Event> = match step {
            Step::Apply(record) if record.phone_number.is_empty() => {
                assert!(live.apply(record, to).is_err());
                Vec::new()
            }
            Step::Apply(record) => {
                population.insert(record.clone());
                live.apply(record, to).unwrap().collect()
            }
            Step::Remove(at) => {
                let contacts = population.contacts();
                let Some(contact) = contacts.get(usize::from(at) % contacts.len().max(1)).cloned() else { continue };
                let others = contacts.iter().filter(|other| other.phone_number != contact.phone_number);
                population = others.cloned().collect();
                live.remove(&contact.phone_number, to).collect()
            }
            Step::Advance => live.advance(to).unwrap().collect(),
            Step::AdvanceSome(contacts) => live.advance_some(to, usize::from(contacts)).unwrap().collect(),
            Step::Insert(audience) => match live.insert_audience(unnamed(audience)) {
                Ok(events) => events.collect(),
                Err(_) => Vec::new(),
            },
            Step::Replace(number, audience) => {
                let Some(name) = chosen(number) else { continue };
                live.replace_audience(&name, audience).unwrap().collect()
            }
            Step::RemoveAudience(number) => {
                let Some(name) = chosen(number) else { continue };
                live.remove_audience(&name).unwrap().collect()
            }
            Step::Open { taken } => {
                let mut events: Vec<Event> = live.advance(to).unwrap().take(usize::from(taken)).collect();
                let Some(image) = image(&live) else { return };
                let (opened, position) = Live::open_image(&image).unwrap();
                assert_eq!((position, opened.cx()), (b"here".to_vec(), live.cx()));
                live = opened;
                events.extend(live.events());
                events
            }
            Step::OpenDamaged(damage) => {
                let Some(mut image) = image(&live) else { return };
                for (at, by) in damage {
                    let length = image.len();
                    image[length - 1 - usize::from(at) % length] ^= by;
                }
                let _ = headcount::table::mend_image(&mut image);
                if let Ok((opened, _)) = Live::open_image(&image) {
                    goes_on(opened);
                }
                Vec::new()
            }
        };
        events.into_iter().for_each(|event| replay(&mut members, event));
        let cx = live.cx();
        let mut expected = BTreeSet::new();
        for (name, audience) in live.audiences() {
            assert_eq!(live.size(name).unwrap(), population.size(audience, &cx), "{}", audience.filter);
            let of_audience = population.members(audience, &cx).map(|contact| contact.phone_number.clone());
            expected.extend(of_audience.map(|phone_number| (name.to_owned(), phone_number)));
        }
        assert_eq!(members, expected);
    }
});

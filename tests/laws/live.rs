//! Law 7 for live audiences: whatever is done in whatever order, sizes and members are the definition's, events replayed
//! give the members, and what time does is what the timeline says; and opened again, it goes on as if it had not been saved.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use headcount::live::{Cause, Event, EventKind};
use headcount::testing::{audiences, contacts, evaluations, populations, source_lists};
use headcount::{Audience, Contact, EvalContext, Live, Population, Semantics, Table, semantics::Unit};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::cases::audience;
use super::config;
use super::timelines::moving_filters;

/// Something that happens, each some time after what was before.
#[derive(Clone, Debug)]
enum Step {
    Apply(Contact, TimeDelta),
    Remove(String, TimeDelta),
    Advance(TimeDelta),
    /// As far as some contacts may be asked and some events are taken.
    AdvanceSome {
        by: TimeDelta,
        contacts: usize,
        taken: usize,
    },
    Insert(Audience),
    Replace(Index, Audience),
    RemoveAudience(Index),
    /// All events are taken.
    Take,
    /// It is saved and opened again.
    Open,
}

fn any_audiences() -> impl Strategy<Value = Audience> {
    let moving = (moving_filters(), source_lists()).prop_map(|(filter, lists)| audience(&filter, &lists));
    prop_oneof![2 => moving.boxed(), 1 => audiences()]
}

/// What lies between two steps: nothing most often, or as long as windows are; or less than nothing.
fn whiles() -> impl Strategy<Value = TimeDelta> {
    let minutes = select(vec![0, 0, 0, 1, 3, 60, 24 * 60, 2 * 24 * 60, 40 * 24 * 60]);
    (minutes, -1..3_i64).prop_map(|(minutes, micros)| TimeDelta::minutes(minutes) + TimeDelta::microseconds(micros))
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let phone_number = contacts().prop_map(|contact| contact.phone_number);
    let step = prop_oneof![
        6 => (contacts(), whiles()).prop_map(|(record, after)| Step::Apply(record, after)),
        2 => (phone_number, whiles()).prop_map(|(phone_number, after)| Step::Remove(phone_number, after)),
        3 => whiles().prop_map(Step::Advance),
        3 => (whiles(), 0..4_usize, 0..3_usize).prop_map(|(by, contacts, taken)| Step::AdvanceSome { by, contacts, taken }),
        1 => any_audiences().prop_map(Step::Insert),
        1 => (any::<Index>(), any_audiences()).prop_map(|(at, audience)| Step::Replace(at, audience)),
        1 => any::<Index>().prop_map(Step::RemoveAudience),
        1 => Just(Step::Take),
        2 => Just(Step::Open),
    ];
    vec(step, 0..24)
}

/// What there is to know, without the library's help.
struct Known {
    population: Population,
    /// The audiences by their names, and their order.
    audiences: BTreeMap<String, Audience>,
    order: Vec<Option<String>>,
    /// Who is in them, as events have told.
    members: BTreeMap<String, BTreeSet<String>>,
    last: Option<Event>,
}

impl Known {
    /// Takes in an event.
    fn replay(&mut self, event: Event) -> Result<(), TestCaseError> {
        let members = self.members.entry(event.audience.to_string()).or_default();
        let is_news = match event.event {
            EventKind::Entered => members.insert(event.phone_number.clone()),
            EventKind::Left => members.remove(&event.phone_number),
        };
        prop_assert!(is_news, "{:?}", event);
        if let Some(last) = self.last.replace(event.clone()) {
            prop_assert!(last.at <= event.at, "{:?} and {:?}", last, event);
            if last.at == event.at && [last.cause, event.cause] == [Cause::Time; 2] {
                let place = |event: &Event| {
                    let audience = self.order.iter().position(|name| name.as_deref() == Some(&*event.audience));
                    (audience, event.phone_number.clone())
                };
                prop_assert!(place(&last) < place(&event), "{:?} and {:?}", last, event);
            }
        }
        Ok(())
    }

    fn remove(&mut self, phone_number: &str) {
        let others = self.population.contacts().iter().filter(|contact| contact.phone_number != phone_number);
        self.population = others.cloned().collect();
    }

    /// An audience that there is, if there is any.
    fn choose(&self, at: Index) -> Option<String> {
        self.audiences.keys().nth(at.index(self.audiences.len().max(1))).cloned()
    }

    /// The name of an audience that is inserted; it takes the place of one that was removed, or comes last.
    fn name_next(&mut self, audience: &Audience, vacant: &mut Vec<usize>) -> String {
        let place = vacant.pop().unwrap_or(self.order.len());
        let name = audience.id.clone().or(audience.name.clone()).unwrap_or_else(|| place.to_string());
        if place == self.order.len() {
            self.order.push(None);
        }
        self.order[place] = Some(name.clone());
        name
    }

    /// What is asked of a live set says what the definition says.
    fn agrees(&self, live: &Live) -> Result<(), TestCaseError> {
        let cx = live.cx();
        prop_assert_eq!(cx.now, live.now());
        prop_assert_eq!(live.sizes().count(), self.audiences.len());
        for (name, size) in live.sizes() {
            let audience = &self.audiences[name];
            prop_assert_eq!(size, self.population.size(audience, &cx), "{}", &audience.filter);
            prop_assert_eq!(live.size(name).unwrap(), size);
            let expected: BTreeSet<&str> =
                self.population.members(audience, &cx).map(|contact| &*contact.phone_number).collect();
            let members = live.members(name).unwrap();
            prop_assert!(expected.iter().all(|member| members.contains(member)));
            prop_assert_eq!(members.len(), expected.len());
        }
        for contact in self.population.contacts() {
            let names = self.order.iter().flatten();
            let expected: Vec<&str> =
                names.map(String::as_str).filter(|name| self.audiences[*name].contains(contact, &cx)).collect();
            prop_assert_eq!(live.audiences_of(&contact.phone_number), expected);
        }
        Ok(())
    }

    /// All events are taken: they say who is in.
    fn is_told(&mut self, live: &mut Live) -> Result<(), TestCaseError> {
        let events: Vec<Event> = live.events().collect();
        events.into_iter().try_for_each(|event| self.replay(event))?;
        let cx = live.cx();
        for (name, audience) in &self.audiences {
            let members = self.population.members(audience, &cx).map(|contact| contact.phone_number.clone());
            prop_assert_eq!(&members.collect::<BTreeSet<_>>(), &self.members[name], "{}", &audience.filter);
        }
        Ok(())
    }

    /// What time does until an instant, as the timelines of audiences tell it.
    fn passes(&self, live: &Live, to: DateTime<Utc>) -> BTreeMap<String, Vec<(DateTime<Utc>, u64)>> {
        let table = Table::from(&self.population);
        let cx = live.cx();
        let cx = cx.with(Semantics { unit: Unit::Contacts, ..cx.semantics });
        let changes = self.audiences.iter().map(|(name, audience)| {
            let timeline = table.timeline(audience, &cx, to);
            (name.clone(), timeline.changes().map(|change| (change.at, change.value)).collect())
        });
        changes.collect()
    }
}

/// The sizes that events make of those that there were, at each instant at which they are others.
fn sizes_of(events: &[Event], known: &Known) -> BTreeMap<String, Vec<(DateTime<Utc>, u64)>> {
    let sizes = known.audiences.keys().map(|name| {
        let mut size = known.members[name].len() as u64;
        let mut steps: Vec<(DateTime<Utc>, u64)> = Vec::new();
        let of_audience: Vec<&Event> = events.iter().filter(|event| *event.audience == **name).collect();
        for at_once in of_audience.chunk_by(|one, next| one.at == next.at) {
            let before = size;
            let entered = at_once.iter().filter(|event| event.event == EventKind::Entered).count();
            size = size + entered as u64 - (at_once.len() - entered) as u64;
            steps.extend((size != before).then_some((at_once[0].at, size)));
        }
        (name.clone(), steps)
    });
    sizes.collect()
}

fn after(live: &Live, by: TimeDelta) -> DateTime<Utc> {
    let at = live.now().checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC);
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap()
}

/// What was saved, opened again.
fn opened(live: &Live) -> Result<Live, TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.headcount");
    // What nests deeper than records may is the only thing that cannot be saved, and none of these does.
    live.save(&path, "here").unwrap();
    let (opened, position) = Live::open(&path).unwrap();
    prop_assert_eq!((position, opened.cx()), (b"here".to_vec(), live.cx()));
    Ok(opened)
}

fn agrees_step_by_step(
    population: Population,
    mut all: Vec<Audience>,
    cx: EvalContext,
    steps: Vec<Step>,
    layout: (usize, usize),
) -> Result<(), TestCaseError> {
    // Most strategies give the same ids again and again.
    all.iter_mut().for_each(|audience| (audience.id, audience.name) = (None, None));
    let table = super::changes::table(&population, layout);
    let mut live = Live::new(table, all.clone(), &cx).unwrap();
    let mut known = Known {
        population,
        audiences: all.iter().enumerate().map(|(place, audience)| (place.to_string(), audience.clone())).collect(),
        order: (0..all.len()).map(|place| Some(place.to_string())).collect(),
        members: BTreeMap::new(),
        last: None,
    };
    let mut vacant = Vec::new();
    for (name, _) in live.audiences() {
        known.members.insert(name.to_owned(), live.members(name).unwrap().phone_numbers().collect());
    }
    known.agrees(&live)?;
    for step in steps {
        match step {
            Step::Apply(record, by) => {
                let at = after(&live, by);
                known.population.insert(record.clone());
                let events: Vec<Event> = live.apply(record, at).unwrap().collect();
                events.into_iter().try_for_each(|event| known.replay(event))?;
                prop_assert!(live.now() >= at);
            }
            Step::Remove(phone_number, by) => {
                let at = after(&live, by);
                known.remove(&phone_number);
                // Nobody takes its events.
                _ = live.remove(&phone_number, at);
            }
            Step::Advance(by) if by < TimeDelta::zero() => {
                let at = live.now().checked_add_signed(by);
                prop_assert!(at.is_none_or(|at| live.advance(at).is_err()));
            }
            Step::Advance(by) => {
                known.is_told(&mut live)?;
                let to = after(&live, by);
                let expected = known.passes(&live, to);
                let events: Vec<Event> = live.advance(to).unwrap().collect();
                prop_assert!(events.iter().all(|event| event.cause == Cause::Time && event.at <= to));
                prop_assert_eq!(sizes_of(&events, &known), expected);
                events.into_iter().try_for_each(|event| known.replay(event))?;
                prop_assert_eq!(live.now(), to);
            }
            Step::AdvanceSome { by, contacts, taken } => {
                let to = after(&live, by.max(TimeDelta::zero()));
                let events: Vec<Event> = live.advance_some(to, contacts).unwrap().take(taken).collect();
                events.into_iter().try_for_each(|event| known.replay(event))?;
                prop_assert!(live.now() <= to);
            }
            Step::Insert(audience) => {
                known.is_told(&mut live)?;
                let audience = Audience { id: None, name: None, ..audience };
                let name = known.name_next(&audience, &mut vacant);
                known.audiences.insert(name.clone(), audience.clone());
                known.members.insert(name, BTreeSet::new());
                let events: Vec<Event> = live.insert_audience(audience).unwrap().collect();
                events.into_iter().try_for_each(|event| known.replay(event))?;
            }
            Step::Replace(at, audience) => {
                let Some(name) = known.choose(at) else { continue };
                // Nobody takes its events.
                _ = live.replace_audience(&name, audience.clone()).unwrap();
                known.audiences.insert(name, audience);
            }
            Step::RemoveAudience(at) => {
                let Some(name) = known.choose(at) else { continue };
                known.is_told(&mut live)?;
                let events: Vec<Event> = live.remove_audience(&name).unwrap().collect();
                prop_assert_eq!(events.len(), known.members[&name].len());
                events.into_iter().try_for_each(|event| known.replay(event))?;
                prop_assert!(known.members.remove(&name).is_some_and(|members| members.is_empty()));
                known.audiences.remove(&name);
                let place = known.order.iter().position(|known| known.as_ref() == Some(&name)).unwrap();
                known.order[place] = None;
                vacant.push(place);
            }
            Step::Take => known.is_told(&mut live)?,
            Step::Open => live = opened(&live)?,
        }
        known.agrees(&live)?;
    }
    known.is_told(&mut live)
}

/// The events that are taken of a step, which changes nothing where it cannot be taken.
fn told(live: &mut Live, step: &Step) -> Vec<Event> {
    let chosen = |live: &Live, at: &Index| {
        let names: Vec<String> = live.audiences().map(|(name, _)| name.to_owned()).collect();
        names.get(at.index(names.len().max(1))).cloned()
    };
    match step {
        Step::Apply(record, by) => live.apply(record.clone(), after(live, *by)).unwrap().collect(),
        Step::Remove(phone_number, by) => {
            // Nobody takes its events.
            _ = live.remove(phone_number, after(live, *by));
            Vec::new()
        }
        Step::Advance(by) => live.advance(after(live, *by)).map(Iterator::collect).unwrap_or_default(),
        Step::AdvanceSome { by, contacts, taken } => {
            let (to, mut events) = (after(live, (*by).max(TimeDelta::zero())), Vec::new());
            // An instant in whose midst it was saved is begun anew: as far as it goes, it goes.
            while live.now() < to {
                events.extend(live.advance_some(to, contacts + 1).unwrap());
            }
            events.extend(live.events().take(*taken));
            events
        }
        Step::Insert(audience) => {
            // Some of its events are taken.
            live.insert_audience(Audience { id: None, name: None, ..audience.clone() }).unwrap().take(2).collect()
        }
        Step::Replace(at, audience) => match chosen(live, at) {
            Some(name) => live.replace_audience(&name, audience.clone()).unwrap().take(2).collect(),
            None => Vec::new(),
        },
        Step::RemoveAudience(at) => match chosen(live, at) {
            Some(name) => live.remove_audience(&name).unwrap().collect(),
            None => Vec::new(),
        },
        Step::Take | Step::Open => live.events().collect(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_live_set_says_what_the_definition_says_and_tells_all_of_it(
        population in populations(0..14), all in vec(any_audiences(), 0..6), cx in evaluations(), steps in steps(),
        layout in select(super::changes::LAYOUTS.to_vec()),
    ) {
        agrees_step_by_step(population, all, cx, steps, layout)?;
    }

    #[test]
    fn what_is_opened_again_tells_what_it_would_have_told(
        population in populations(0..14), all in vec(any_audiences(), 0..6), cx in evaluations(), steps in steps(),
        saved_at in any::<Index>(),
    ) {
        let all = all.into_iter().map(|audience| Audience { id: None, name: None, ..audience });
        let mut live = Live::new(Table::from(&population), all, &cx).unwrap();
        let saved_at = saved_at.index(steps.len() + 1);
        steps[..saved_at].iter().for_each(|step| _ = told(&mut live, step));
        let mut again = opened(&live)?;
        for step in &steps[saved_at..] {
            prop_assert_eq!(told(&mut again, step), told(&mut live, step));
            prop_assert!(again.sizes().eq(live.sizes()));
            prop_assert_eq!(again.now(), live.now());
        }
        prop_assert!(again.events().eq(live.events()));
    }
}

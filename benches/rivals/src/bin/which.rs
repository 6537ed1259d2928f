//! `AudienceSet` beside the engines that ask which of many questions a record satisfies: `which AUDIENCES CONTACTS`.
//!
//! Generated audiences, of which those are asked that the rivals have words for, of generated contacts on one list.

#[path = "../which/engines.rs"]
mod engines;
#[path = "../which/questions.rs"]
mod questions;

use std::time::{Duration, Instant};

use headcount::{
    Audience, AudienceSet, Contact,
    semantics::{Subscription, Unit},
};
use headcount_generate::audiences;
use headcount_rivals::{Failure, SEED, cx, each_record, median};

use crate::engines::{Percolates, Tree};
use crate::questions::{Question, question};

fn main() -> Result<(), Failure> {
    let mut given = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let wanted = given.next().ok_or("how many audiences?")??;
    let asked = given.next().ok_or("of how many contacts?")??;

    let cx = cx(Unit::Contacts, Subscription::Any);
    let (mut said, mut questions): (Vec<Audience>, Vec<Question>) = (Vec::new(), Vec::new());
    for audience in audiences(wanted, SEED) {
        let audience = Audience::from_json(&audience)?;
        if let Some(question) = question(&audience, &cx) {
            said.push(audience);
            questions.push(question);
        }
    }
    let mut contacts: Vec<Contact> = Vec::new();
    each_record(2 * asked as u64, &mut |contact| contacts.push(contact))?;
    contacts.retain(|contact| contact.memberships.len() == 1);
    contacts.truncate(asked);

    let (set, made) = timed(|| Ok(AudienceSet::new(&said, &cx)))?;
    let (tree, made_tree) = timed(|| Tree::new(&questions))?;
    let (percolates, made_percolates) = timed(|| Percolates::new(&questions))?;
    let events = contacts.iter().map(|contact| tree.event(contact)).collect::<Result<Vec<_>, _>>()?;
    let documents: Vec<_> = contacts.iter().map(Percolates::document).collect();

    let mut matching = 0;
    for (at, contact) in contacts.iter().enumerate() {
        let ours: Vec<usize> = set.matching(contact).iter().collect();
        matching += ours.len();
        for (engine, mut theirs) in
            [("a-tree", tree.matching(&events[at])?), ("mokaccino", percolates.matching(&documents[at]))]
        {
            theirs.sort_unstable();
            if ours != theirs {
                let differs = |number: &usize| ours.contains(number) != theirs.contains(number);
                let first = (0..said.len()).find(differs).map(|number| said[number].filter.to_string());
                return Err(format!(
                    "{engine} and AudienceSet differ on contact {at} and {first:?}, so there are no times"
                )
                .into());
            }
        }
    }

    let batch = median(|| set.matching_each(&contacts, |matching| _ = std::hint::black_box(matching)));
    let one_by_one = median(|| contacts.iter().map(|contact| set.matching(contact).len()).sum::<usize>());
    let of_tree = median(|| events.iter().filter_map(|event| tree.matching(event).ok()).count());
    let of_percolator = median(|| documents.iter().map(|document| percolates.matching(document).len()).sum::<usize>());

    println!(
        "### which\n\n{} of {wanted} generated audiences, which the rivals have words for, asked of {} contacts on one list, each in {} of them on average; one thread, \
         contacts as each engine takes them made before. All answers are equal.",
        said.len(),
        contacts.len(),
        matching / contacts.len()
    );
    println!("\nRepeat: `benches/rivals/run which --audiences {wanted} --contacts {asked}`\n");
    println!("| engine | made | a contact | × |\n|---|--:|--:|--:|");
    for (engine, made, time) in [
        ("headcount, a batch", made, batch),
        ("headcount, one by one", made, one_by_one),
        ("a-tree 0.6.1", made_tree, of_tree),
        ("mokaccino 0.9.1", made_percolates, of_percolator),
    ] {
        let of_contact = Duration::from_nanos(time / contacts.len() as u64);
        println!("| {engine} | {made:.2?} | {of_contact:.2?} | {:.1} |", time as f64 / batch as f64);
    }
    Ok(())
}

/// What is made, and how long that took.
fn timed<T>(make: impl FnOnce() -> Result<T, Failure>) -> Result<(T, Duration), Failure> {
    let begun = Instant::now();
    let made = make()?;
    Ok((made, begun.elapsed()))
}

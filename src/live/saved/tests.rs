//! What is opened goes on as what was saved, and damage is an error; that sizes and events are right is law 7.

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::contact::{Contact, Membership};
use crate::live::Event;
use crate::semantics::{Semantics, Subscription, Unit};
use crate::table::mend_image;

const NOW: &str = "2025-11-15T12:00:00Z";

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn audience(name: &str, filter: &str) -> Audience {
    Audience { name: Some(name.to_owned()), ..Audience::of(filter.parse().unwrap()) }
}

fn clicked(number: u32, at: DateTime<Utc>) -> Contact {
    let membership =
        |list| Membership { list_id: Some(list), last_clicked_at: Some(at), click_count: 1, ..Membership::default() };
    let phone_number = if number.is_multiple_of(7) { format!("odd {number}") } else { format!("+1415555{number:04}") };
    Contact { phone_number, memberships: vec![membership(7), membership(8)], ..Contact::default() }
}

fn image(live: &Live) -> Vec<u8> {
    let mut image = Vec::new();
    live.checkpoint("here").write(&mut image).unwrap();
    image
}

/// Some of whom time passes, with gaps among the audiences, and events of every cause that nobody has taken.
fn live() -> Live {
    let semantics = Semantics { subscription: Subscription::Any, unit: Unit::Memberships, ..Semantics::default() };
    let cx = EvalContext::at(instant(NOW)).with(semantics);
    let table = (0..20).map(|number| clicked(number, instant(NOW) - TimeDelta::minutes(i64::from(number)))).collect();
    let audiences = ["a", "b", "c", "d"].map(|name| audience(name, "last_clicked_at within 2 hours"));
    let mut live = Live::new(table, audiences, &cx).unwrap();
    for name in ["d", "b"] {
        assert_eq!(live.remove_audience(name).unwrap().count(), 20);
    }
    assert_eq!(live.advance_some(instant(NOW) + TimeDelta::minutes(105), usize::MAX).unwrap().count(), 8);
    _ = live.remove("odd 0", instant(NOW) + TimeDelta::minutes(107));
    _ = live.replace_audience("c", audience("_", "click_count > 0 and last_clicked_at within 110 minutes")).unwrap();
    live
}

/// What happens from now on.
fn goes_on(mut live: Live) -> (Vec<Event>, String) {
    let mut events: Vec<Event> = live.events().collect();
    let mut names = Vec::new();
    for hours in 0..5 {
        let at = live.now() + TimeDelta::minutes(1);
        events.extend(live.apply(clicked(hours, at), at).unwrap());
        events.extend(live.advance(at + TimeDelta::hours(i64::from(hours))).unwrap());
        // It takes the place of one that was removed.
        let unnamed = Audience { name: None, ..audience("", "list = 7") };
        events.extend(live.insert_audience(unnamed).unwrap());
        names.extend(live.sizes().map(|(name, size)| format!("{name}: {}, ", size.value)));
    }
    (events, names.concat())
}

#[test]
fn what_is_opened_goes_on_as_what_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.headcount");
    live().save(&path, [0, 255]).unwrap();
    let (opened, position) = Live::open(&path).unwrap();
    assert_eq!((position, opened.cx()), (vec![0, 255], live().cx()));
    let (events, names) = goes_on(live());
    assert!(events.len() > 100 && names.contains("a: 0, 1: 40, c: 0, 3: 40, 4: 40, 5: 40"), "{names}");
    assert_eq!(goes_on(opened), (events.clone(), names.clone()));
    // Saved again, it replaces the former, which stays with those who have it.
    let (opened, _) = Live::open(&path).unwrap();
    Live::open(&path).unwrap().0.save(&path, "").unwrap();
    assert_eq!(
        (goes_on(opened), goes_on(Live::open(&path).unwrap().0)),
        ((events.clone(), names.clone()), (events, names))
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Contacts who are being asked at an instant are asked again.
#[test]
fn what_is_saved_in_the_midst_of_an_instant() {
    let half = || {
        let contacts = (0..100).map(|number| clicked(number, instant(NOW))).collect();
        let audiences = [audience("a", "last_clicked_at within 2 hours")];
        let mut live = Live::new(contacts, audiences, &EvalContext::at(instant(NOW))).unwrap();
        assert_eq!(live.advance_some(instant(NOW) + TimeDelta::hours(3), 50).unwrap().count(), 0);
        live
    };
    let (mut opened, _) = Live::open_image(&image(&half())).unwrap();
    assert_eq!(opened.now(), instant(NOW) + TimeDelta::hours(2));
    assert_eq!(opened.advance(instant(NOW) + TimeDelta::hours(3)).unwrap().count(), 100);
    assert_eq!(goes_on(Live::open_image(&image(&half())).unwrap().0), goes_on(half()));
}

#[test]
fn a_checkpoint_is_of_its_moment() {
    let mut live = live();
    let checkpoint = live.checkpoint("here");
    _ = live.remove("+14155550001", live.now()).count();
    _ = live.remove_audience("a").unwrap().count();
    let mut image = Vec::new();
    checkpoint.write(&mut image).unwrap();
    let (opened, position) = Live::open_image(&image).unwrap();
    assert_eq!((goes_on(opened), &*position), (goes_on(self::live()), &b"here"[..]));
}

#[test]
fn what_cannot_be_saved_leaves_the_former() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.headcount");
    let mut live = live();
    live.save(&path, "former").unwrap();
    let position = vec![0; Checkpoint::MAX_POSITION_BYTES + 1];
    assert_eq!(
        live.save(&path, &position).unwrap_err().to_string(),
        "expected a position of at most 65536 bytes, found one of 65537"
    );
    live.save(&path, &position[1..]).unwrap();
    live.save(&path, "former").unwrap();
    let beyond = Audience { created_at: DateTime::from_timestamp(1 << 40, 0), ..audience("late", "on_dnc") };
    _ = live.insert_audience(beyond).unwrap();
    assert_eq!(
        live.save(&path, "").unwrap_err().to_string(),
        "the audience `late` cannot be read again from the JSON that it is written as"
    );
    assert_eq!(Live::open(&path).unwrap().1, b"former");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_wrong_with_a_file_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.headcount");
    let told = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let told = Live::open(&path).unwrap_err().to_string();
        told.strip_prefix(&format!("unreadable_input at {}: ", path.display())).unwrap().to_owned()
    };
    let image = image(&live());
    let length = image.len();
    let mut table = Vec::new();
    write_image_with(live().table(), None, &[], &mut table).unwrap();
    let mut damaged = image.clone();
    // The position is the last section.
    damaged[length - 1] ^= 1;
    let mut newer = image.clone();
    let at = newer.windows(17).position(|bytes| bytes == b"missing_negation=").unwrap();
    // The version, and the length of the text.
    newer[at - 2] = 2;
    mend_image(&mut newer).unwrap();
    for (bytes, expected) in [
        (
            &b"phone_number\n+1\n"[..],
            "is no image of live audiences: expected a file that `Live::save` or `headcount watch --save FILE` wrote",
        ),
        (
            &table,
            "is a table image, which has no audiences: expected a file that `Live::save` or `headcount watch --save FILE` wrote",
        ),
        (
            &damaged,
            "is a damaged image of live audiences: `extra position` does not agree with its check sum; begin anew from the \
             records",
        ),
        (
            &newer,
            "is an image of live audiences of version 2, and this headcount reads version 1: begin anew from the records, or \
             go on with the headcount that wrote it",
        ),
        (
            &image[..length - 1],
            &format!(
                "is an image of live audiences that is cut short: expected {length} bytes, found {}; begin anew from the records",
                length - 1
            ),
        ),
    ] {
        assert_eq!(told(bytes), expected);
    }
    fs::remove_file(&path).unwrap();
    assert!(Live::open(&path).unwrap_err().to_string().contains("cannot be read: "));
}

#[test]
fn any_damage_of_any_byte_and_every_cut_is_an_error() {
    let image = image(&live());
    // The sections of a table are tried as images of tables are.
    for at in (0..image.len()).filter(|at| at % 7 == 0 || *at > image.len() - 2_000) {
        assert!(Live::open_image(&image[..at]).is_err(), "cut at {at}");
        let mut damaged = image.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(Live::open_image(&damaged).is_err(), "damaged at {at}");
    }
}

/// Check sums that agree are no promise of anything.
#[test]
fn an_image_whose_check_sums_were_made_to_agree_is_an_error_or_live() {
    let image = image(&live());
    let (mut opened, mut refused) = (0, 0);
    let beginning = image.windows(17).position(|bytes| bytes == b"missing_negation=").unwrap() - 2;
    for at in beginning..image.len() {
        let mut forged = image.clone();
        forged[at] ^= [0x01, 0x80, 0xff][at % 3];
        if mend_image(&mut forged).is_none() {
            continue;
        }
        match Live::open_image(&forged) {
            Ok((live, _)) => {
                _ = goes_on(live);
                opened += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(opened > 20 && refused > 100, "{opened} opened, {refused} refused");
}

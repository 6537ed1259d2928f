//! What a service feels: a table that changes beside the counts, and the service of `examples/service` over HTTP.
//!
//! It prints the rows of a table, and nothing where an answer is not that of a table built of the final contacts:
//! `cargo bench -p headcount-benches --bench service -- --memberships 200000 --changes 50000`.

mod filters;
mod http;
mod population;

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chrono::DateTime;
use headcount::{Audience, Contact, EvalContext, SharedTable, Size, Table};
use headcount_service_example::Service;

use self::http::Server;
use self::population::{NOW, change, fresh, later_record};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How many audiences are asked at once.
const AUDIENCES: u64 = 200;
/// How often what is quick is timed.
const TIMES: usize = 101;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, usual: u64| -> Outcome<u64> {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).map_or(Ok(usual), |number| Ok(number.parse()?))
    };
    let (memberships, changes) = (number("--memberships", 200_000)?, number("--changes", 50_000)?);
    let mut rows = tables(memberships, changes)?;
    rows.extend(over_http(memberships, changes)?);
    println!("| {memberships} memberships, {changes} changes | before or fresh | after or meanwhile | |");
    println!("|---|--:|--:|--:|");
    rows.into_iter().for_each(|row| println!("{row}"));
    Ok(())
}

fn cx() -> EvalContext {
    EvalContext::at(DateTime::from_timestamp(NOW, 0).expect("now is a time"))
}

/// Audiences that ask no custom field and no list, so that a service without contacts takes them too.
fn plain_audiences() -> Vec<Audience> {
    let texts = [
        "click_count >= 3 and last_clicked_at within 30 days",
        "has_revenue and not on_dnc",
        "last_sent_at within 2 days or send_count > 50",
        "carrier = 'Alpha' and revenue_total > 1000 and signup_date before 600 days",
    ];
    texts.map(|text| Audience::of(text.parse().expect("the filter of a bench is a filter"))).to_vec()
}

fn many_audiences() -> Vec<Audience> {
    let text = |n: u64| {
        let state = ["CA", "TX", "FL", "NY", "WA", "OR", "NV"][(n % 7) as usize];
        match n % 4 {
            0 => format!("click_count >= {} and custom_fields.state = '{state}'", n % 17),
            1 => format!("last_clicked_at within {} hours or custom_fields.score > {}", 1 + n, 1_000 - n),
            2 => format!("last_sent_at within {} days and not on_dnc and send_count < {}", 1 + n % 9, n % 60),
            _ => format!("revenue_total > {} and custom_fields.state in ['{state}', 'CA']", 10 * n),
        }
    };
    (0..AUDIENCES).map(|n| Audience::of(text(n).parse().expect("the filter of a bench is a filter"))).collect()
}

/// How long something takes in the middle.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn time<T>(mut work: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    };
    median((0..TIMES).map(once).collect())
}

/// Holds sizes against those of a table that is built of the contacts at the end.
fn check(found: &[Size], built: &Table, audiences: &[Audience], what: &str) -> Outcome<()> {
    let expected = built.sizes(audiences, &cx());
    let different = found.iter().zip(&expected).zip(audiences).find(|((found, expected), _)| found != expected);
    match different {
        None if found.len() == expected.len() => Ok(()),
        None => Err(format!("{what}: {} sizes of {}", found.len(), expected.len()).into()),
        Some(((found, expected), audience)) => {
            Err(format!("{what}: {found} is not {expected}: {}", audience.filter).into())
        }
    }
}

fn row(what: &str, before: Duration, after: Duration) -> String {
    format!("| {what} | {before:.1?} | {after:.1?} | {:.2}× |", after.as_secs_f64() / before.as_secs_f64())
}

/// Changes a table while a thread in the background does what they leave to be done.
fn changed(table: Table, memberships: u64, changes: std::ops::Range<u64>) -> Outcome<SharedTable> {
    let (shared, is_done) = (SharedTable::from(table), AtomicBool::new(false));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::SeqCst) {
                pool.install(|| shared.join_levels());
                thread::sleep(Duration::from_millis(50));
            }
        });
        changes.for_each(|n| shared.change(|table| change(table, memberships, n)));
        is_done.store(true, Ordering::SeqCst);
    });
    Ok(shared)
}

/// What there is to time of a table by itself.
fn tables(memberships: u64, changes: u64) -> Outcome<Vec<String>> {
    let audiences: Vec<Audience> =
        filters::SIZES[..3].iter().map(|size| Audience::of(filters::filter(*size))).collect();
    let shared = changed(fresh(memberships), memberships, 0..changes)?;
    let (after, built) = (shared.snapshot(), Table::from_iter(shared.snapshot().contacts()));
    check(&after.sizes(&audiences, &cx()), &built, &audiences, "after changes")?;
    let mut rows = Vec::new();
    for (audience, conditions) in audiences.iter().zip(filters::SIZES) {
        let [before, after] = [&built, &*after].map(|table| time(|| table.size(audience, &cx())));
        rows.push(row(
            &format!("a size, {conditions} conditions, after the changes against built anew"),
            before,
            after,
        ));
    }
    let snapshots = || (0..1_000).for_each(|_| drop(std::hint::black_box(shared.snapshot())));
    rows.push(format!("| a snapshot | | {:.1?} | |", time(snapshots) / 1_000));

    let shared = changed(Table::clone(&after), memberships, changes..2 * changes)?;
    let (after, built) = (shared.snapshot(), Table::from_iter(shared.snapshot().contacts()));
    check(&after.sizes(&audiences, &cx()), &built, &audiences, "after twice the changes")?;
    // As the service makes an index before it is asked.
    built.prepare();
    let [before, after] = [&built, &*after].map(|table| table.memory().total() as f64);
    let (megabytes, times) = (1e-6, after / before);
    let (before, after) = (before * megabytes, after * megabytes);
    rows.push(format!(
        "| memory after twice the changes against built anew | {before:.1} MB | {after:.1} MB | {times:.2}× |"
    ));
    Ok(rows)
}

/// What there is to time of the service.
fn over_http(memberships: u64, changes: u64) -> Outcome<Vec<String>> {
    let (plain, many) = (plain_audiences(), many_audiences());
    let mut rows = Vec::new();

    // Without contacts: by itself, and while others send as many requests, which are refused.
    let empty = Server::start(Service::default())?;
    save(&empty, "p", &plain)?;
    let quiet = counts(&empty, plain.len(), |_| Ok(()), TIMES * 20)?;
    let refused = |number: u64| {
        let refused = empty.client()?.send("POST", "/contacts", "{}", changes / 2)?;
        if refused == 422 { Ok(()) } else { Err(format!("writer {number}: {refused}").into()) }
    };
    let busy = counts(&empty, plain.len(), refused, 0)?;

    let server = Server::start(Service::of(fresh(memberships)))?;
    save(&server, "p", &plain)?;
    save(&server, "m", &many)?;
    let mut built = fresh(memberships);
    check(&sizes(&server, "m", many.len())?, &built, &many, "fresh, over HTTP")?;
    let ask_all = || server.client().and_then(|mut client| client.get("/sizes"));
    let before = time(ask_all);
    let meanwhile = counts(
        &server,
        plain.len(),
        |number| {
            let mut client = server.client()?;
            for n in (number..changes).step_by(2) {
                let (status, body) = client.ask("POST", "/contacts", &json(&later_record(memberships, n))?)?;
                if status != 204 {
                    return Err(format!("change {n}: {status} {body}").into());
                }
            }
            Ok(())
        },
        0,
    )?;
    let after = time(ask_all);
    (0..changes).for_each(|n| _ = built.merge(later_record(memberships, n)));
    let built = Table::from_iter(built.contacts());
    check(&sizes(&server, "m", many.len())?, &built, &many, "after changes, over HTTP")?;
    check(&sizes(&server, "p", plain.len())?, &built, &plain, "after changes, over HTTP")?;

    rows.push(row(&format!("{AUDIENCES} sizes over HTTP, after the changes against fresh"), before, after));
    let of_counts = |which: &str, (half, most): (Duration, Duration)| {
        format!("| counts over HTTP, the middle and the 99%: {which} | {half:.2?} | {most:.2?} | |")
    };
    rows.push(of_counts("nobody else, no contacts", quiet));
    rows.push(of_counts("two who are refused, no contacts", busy));
    rows.push(of_counts("two writers", meanwhile));
    Ok(rows)
}

fn json(contact: &Contact) -> Outcome<String> {
    Ok(serde_json::to_string(contact)?)
}

fn save(server: &Server, prefix: &str, audiences: &[Audience]) -> Outcome<()> {
    let mut client = server.client()?;
    for (at, audience) in audiences.iter().enumerate() {
        let (status, body) =
            client.ask("PUT", &format!("/audiences/{prefix}{at}"), &serde_json::to_string(audience)?)?;
        if status != 204 {
            return Err(format!("{}: {status} {body}", audience.filter).into());
        }
    }
    Ok(())
}

/// The sizes of the audiences that were saved under a prefix.
fn sizes(server: &Server, prefix: &str, count: usize) -> Outcome<Vec<Size>> {
    let mut client = server.client()?;
    let size = |at| Ok(serde_json::from_str(&client.get(&format!("/audiences/{prefix}{at}/size"))?)?);
    (0..count).map(size).collect()
}

/// How long counts take, in the middle and those of whom but one in a hundred are faster: while two others do something, and at
/// least so many of them.
fn counts(
    server: &Server,
    audiences: usize,
    other: impl Fn(u64) -> Outcome<()> + Sync,
    least: usize,
) -> Outcome<(Duration, Duration)> {
    let mut client = server.client()?;
    let mut times = Vec::new();
    thread::scope(|scope| {
        let others = [0, 1].map(|number| {
            scope.spawn({
                let other = &other;
                move || other(number)
            })
        });
        while times.len() < least || others.iter().any(|other| !other.is_finished()) {
            let path = format!("/audiences/p{}/size", times.len() % audiences);
            let start = Instant::now();
            client.get(&path)?;
            times.push(start.elapsed());
        }
        others.into_iter().try_for_each(|other| other.join().map_err(|_| "a writer panicked")?)
    })?;
    times.sort_unstable();
    Ok((times[times.len() / 2], times[times.len() * 99 / 100]))
}

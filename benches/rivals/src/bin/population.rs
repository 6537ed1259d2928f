//! headcount's side of `population`, `growth`, `many`, `load` and `timeline`; results are JSON on standard output.

use std::collections::BTreeSet;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;

use chrono::TimeDelta;
use headcount::{
    Audience, EvalContext, Table,
    semantics::{Subscription, Unit},
};
use headcount_generate::{Population, PopulationFormat, audiences};
use headcount_rivals::{Failure, SEED, cx, load, median, pool, table};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const UNITS: [(&str, Unit); 2] = [("memberships", Unit::Memberships), ("contacts", Unit::Contacts)];

/// What belongs to a contact: one value for all of its lists.
const OF_THE_CONTACT: [&str; 6] = ["phone_number", "carrier", "line_type", "timezone", "is_valid", "on_dnc"];

/// A filter of the corpus; what the rivals are asked instead is none of ours.
#[derive(Deserialize)]
struct Question {
    name: String,
    filter: String,
    source_lists: Vec<i64>,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["csv", memberships, path] => write(PopulationFormat::Csv, memberships.parse()?, path)?,
        ["ndjson", memberships, path] => write(PopulationFormat::Ndjson, memberships.parse()?, path)?,
        ["parquet", memberships, path] => write(PopulationFormat::Parquet, memberships.parse()?, path)?,
        ["audiences", count, path] => write_audiences(count.parse()?, path)?,
        ["count", memberships, corpus] => count(&table(memberships.parse()?)?, &questions(corpus)?)?,
        ["many", memberships, path] => many(&table(memberships.parse()?)?, path.as_ref())?,
        ["image", path, image] => write_image(path, image)?,
        ["load", "file", path] => load::file(path.as_ref())?,
        ["load", "image", path] => load::image(path.as_ref())?,
        ["load", "arrow", path] => load::arrow(path.as_ref(), false)?,
        ["load", "arrow-dictionaries", path] => load::arrow(path.as_ref(), true)?,
        ["timeline", memberships, corpus] => timelines(&table(memberships.parse()?)?, &questions(corpus)?)?,
        _ => {
            return Err(
                "csv N PATH | ndjson N PATH | parquet N PATH | audiences N PATH | image FROM PATH | count N CORPUS \
                 | many N PATH | load file|image|arrow|arrow-dictionaries PATH | timeline N CORPUS"
                    .into(),
            );
        }
    };
    println!("{result}");
    Ok(())
}

fn write(format: PopulationFormat, memberships: u64, path: &str) -> Result<Value, Failure> {
    Population::new(memberships, SEED).write(format, &mut File::create(path)?, &mut |_| {})?;
    Ok(Value::Null)
}

/// The records of a file, as a table image.
fn write_image(path: &str, image: &str) -> Result<Value, Failure> {
    Table::read([path])?.save(image)?;
    Ok(Value::Null)
}

fn write_audiences(count: usize, path: &str) -> Result<Value, Failure> {
    let mut out = BufWriter::new(File::create(path)?);
    for audience in audiences(count, SEED) {
        writeln!(out, "{audience}")?;
    }
    out.flush()?;
    Ok(Value::Null)
}

fn questions(corpus: &str) -> Result<Vec<(String, Audience)>, Failure> {
    let questions: Vec<Question> = serde_json::from_reader(File::open(corpus)?)?;
    let audience = |question: Question| -> Result<_, Failure> {
        let filter = question.filter.parse().map_err(|error| format!("{}: {error}", question.name))?;
        Ok((question.name, Audience { source_lists: question.source_lists, ..Audience::of(filter) }))
    };
    questions.into_iter().map(audience).collect()
}

/// Each filter of the corpus: its answers, and times with one thread and with two.
fn count(table: &Table, questions: &[(String, Audience)]) -> Result<Value, Failure> {
    let (one, two) = (pool(1)?, pool(2)?);
    let mut filters = Map::new();
    for (name, audience) in questions {
        let mut result = Map::new();
        for (unit_name, unit) in UNITS {
            let cx = cx(unit, Subscription::ActiveOnly);
            let size = || table.size(audience, &cx).value;
            result.insert(
                unit_name.into(),
                json!({ "answer": size(), "ns": two.install(|| median(size)), "ns_one_thread": one.install(|| median(size)) }),
            );
        }
        let bytes = scanned(table, audience)?;
        result.insert("scan_bytes".into(), bytes.into());
        result.insert("floor_ns".into(), floor(&two, bytes).into());
        filters.insert(name.clone(), result.into());
    }
    Ok(json!({
        "engine": "headcount",
        "version": env!("CARGO_PKG_VERSION"),
        "memberships": table.memberships(),
        "contacts": table.len(),
        "bytes": table.memory().total(),
        "filters": filters,
    }))
}

/// How many bytes a scan looks at if it takes one byte a value: the filter's columns, and whether a membership is active,
/// for the memberships in scope. The table does not tell, so they are counted from outside.
fn scanned(table: &Table, audience: &Audience) -> Result<usize, Failure> {
    // The columns, each with the lists on which it is asked.
    let mut columns: BTreeSet<(String, Vec<i64>)> = BTreeSet::from([("active".into(), audience.source_lists.clone())]);
    columns_of(&serde_json::to_value(&audience.filter)?, &audience.source_lists, &mut columns);
    let size = |unit, lists: &[i64]| {
        // Everybody: no count is below 0.
        let all = Audience { source_lists: lists.to_vec(), ..Audience::of("send_count >= 0".parse()?) };
        Ok::<_, Failure>(table.size(&all, &cx(unit, Subscription::Any)).value)
    };
    let mut bytes = 0;
    for (column, lists) in columns {
        let unit = if OF_THE_CONTACT.contains(&column.as_str()) { Unit::Contacts } else { Unit::Memberships };
        bytes += usize::try_from(size(unit, &lists)?)?;
    }
    Ok(bytes)
}

fn columns_of(node: &Value, scope: &[i64], columns: &mut BTreeSet<(String, Vec<i64>)>) {
    for group in node["groups"].as_array().into_iter().flatten() {
        columns_of(group, scope, columns);
    }
    for condition in node["conditions"].as_array().into_iter().flatten() {
        let one = condition["listId"].as_i64().map(|list| vec![list]);
        let several = condition["listIds"].as_array().map(|lists| lists.iter().filter_map(Value::as_i64).collect());
        let lists = one.or(several).unwrap_or_else(|| scope.to_vec());
        if let Some(field) = condition["field"].as_str() {
            columns.insert((field.to_owned(), lists.clone()));
        }
        // A membership on another list counts only if it is active.
        columns.insert(("active".to_owned(), lists));
    }
}

/// The time to sum so many bytes: what no scan of them can beat.
fn floor(pool: &rayon::ThreadPool, bytes: usize) -> u64 {
    const PART: usize = 1 << 20;
    let column: Vec<u64> = (0..bytes.div_ceil(8) as u64).map(|word| word.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect();
    pool.install(|| median(|| black_box(&column).par_chunks(PART / 8).map(sum).sum::<u64>()))
}

/// The sum of the bytes of some words, eight bytes a step.
fn sum(words: &[u64]) -> u64 {
    const EVEN: u64 = 0x00FF_00FF_00FF_00FF;
    const LANES: u64 = 0x0000_FFFF_0000_FFFF;
    // 128 words of two bytes a lane: a lane of 16 bits holds their sum.
    let part = |part: &[u64]| {
        let lanes = part.iter().fold(0_u64, |sum, word| sum.wrapping_add((word & EVEN) + ((word >> 8) & EVEN)));
        let halves = (lanes & LANES) + ((lanes >> 16) & LANES);
        (halves & 0xFFFF_FFFF) + (halves >> 32)
    };
    words.chunks(128).map(part).sum()
}

/// Audiences, a JSON object on each line.
fn read_audiences(path: &Path) -> Result<Vec<Audience>, Failure> {
    let lines = std::fs::read_to_string(path)?;
    Ok(lines.lines().map(Audience::from_json).collect::<Result<_, _>>()?)
}

/// All audiences at once, and beside them each alone.
fn many(table: &Table, path: &Path) -> Result<Value, Failure> {
    let audiences = read_audiences(path)?;
    let pool = pool(2)?;
    let mut result = Map::new();
    for (name, unit) in UNITS {
        let cx = cx(unit, Subscription::ActiveOnly);
        let answers: Vec<u64> = table.sizes(&audiences, &cx).iter().map(|size| size.value).collect();
        let ns = pool.install(|| median(|| table.sizes(&audiences, &cx)));
        // One pass over all of them, each alone: the mean is the time of one.
        let each = pool.install(|| median(|| audiences.iter().map(|one| table.size(one, &cx).value).sum::<u64>()));
        let mean = each / audiences.len().max(1) as u64;
        result.insert(name.into(), json!({ "answers": answers, "ns": ns, "ns_one_alone": mean }));
    }
    Ok(json!({ "engine": "headcount", "version": env!("CARGO_PKG_VERSION"), "units": result }))
}

/// The timelines of the corpus over a year, each beside three counts.
fn timelines(table: &Table, questions: &[(String, Audience)]) -> Result<Value, Failure> {
    let pool = pool(2)?;
    let mut filters = Map::new();
    for (name, audience) in questions {
        let cx = cx(Unit::Contacts, Subscription::ActiveOnly);
        let to = cx.now + TimeDelta::days(365);
        let timeline = table.timeline(audience, &cx, to);
        let sizes = [cx.now, to].map(|now| table.size(audience, &EvalContext { now, ..cx }).value);
        if [Some(timeline.first()), timeline.at(to)] != sizes.map(Some) {
            return Err(format!("{name}: its timeline and its sizes differ").into());
        }
        let changes = timeline.changes().len();
        drop(timeline);
        let count_ns = pool.install(|| median(|| table.size(audience, &cx).value));
        let ns = pool.install(|| median(|| table.timeline(audience, &cx, to)));
        filters.insert(name.clone(), json!({ "changes": changes, "ns": ns, "count_ns": count_ns }));
    }
    Ok(json!({ "engine": "headcount", "version": env!("CARGO_PKG_VERSION"), "filters": filters }))
}

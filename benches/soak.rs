//! `headcount watch` for two months of an accelerated clock: its memory stays bounded, and its sizes are right in the end.
//!
//! It prints a row of a table, and nothing where an answer is wrong:
//! `cargo bench -p headcount-benches --bench soak -- --command target/release/headcount --updates 300000 --memberships 200000`.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use chrono::{DateTime, SecondsFormat};
use headcount::Contact;
use headcount_generate::REFERENCE_UNIX_SECONDS;
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const AUDIENCES: &str = "50";
const DAYS: u64 = 60;
/// How often the memory is looked at.
const LOOKS: u64 = 50;
/// What it may be at most, as a multiple of what it was when a fifth of the updates had been applied.
const GROWTH: f64 = 1.25;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.iter().position(|known| known == name).and_then(|at| arguments.get(at + 1));
    // Whoever runs every bench without arguments has no hour for this one.
    let (Some(command), Some(updates)) = (given("--command"), given("--updates")) else { return Ok(()) };
    let memberships = given("--memberships").map_or("200000", String::as_str);
    let folder = Folder::new()?;
    let row = soak(command, memberships, updates.parse()?, &folder.0)?;
    println!("| updates | seconds | a second | events | MiB at a fifth | MiB at most |");
    println!("|--:|--:|--:|--:|--:|--:|\n{row}");
    Ok(())
}

fn soak(command: &str, memberships: &str, updates: u64, folder: &Path) -> Outcome<String> {
    let headcount = |arguments: &str| {
        let mut headcount = Command::new(command);
        headcount.args(arguments.split(' ')).current_dir(folder).stdin(Stdio::null());
        headcount
    };
    succeed(&mut headcount(&format!("generate --memberships {memberships} --seed 1 -o first.ndjson")))?;
    succeed(&mut headcount(&format!("generate --audiences {AUDIENCES} --seed 2 -o audiences.ndjson")))?;
    let mut records = Records::read(&folder.join("first.ndjson"), updates)?;
    let before = sizes(&mut headcount(&format!("size --audience audiences.ndjson first.ndjson --now {}", at(0))))?;

    let begun = Instant::now();
    let mut watch = headcount(&format!("watch --audience audiences.ndjson first.ndjson --from {}", at(0)));
    let mut child = watch.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let events = BufReader::new(child.stdout.take().ok_or("no output")?);
    let counting = thread::spawn(move || Events::count(events));
    let mut input = BufWriter::new(child.stdin.take().ok_or("no input")?);
    let mut memory = Vec::new();
    for number in 0..updates {
        writeln!(input, "{}", records.update(number))?;
        if number % (updates / LOOKS).max(1) == 0 {
            memory.push(resident_mib(&child)?);
        }
    }
    writeln!(input, "{{\"at\": \"{}\", \"sizes\": true}}", at(DAYS * 86_400_000_000))?;
    drop(input);
    let events = counting.join().map_err(|_| "the events were not read")??;
    let (code, seconds) = (child.wait()?, begun.elapsed().as_secs_f64());
    if !code.success() {
        return Err(format!("watch ended with {code}").into());
    }

    records.write(&folder.join("last.ndjson"))?;
    let now = at(DAYS * 86_400_000_000);
    let after = sizes(&mut headcount(&format!("size --audience audiences.ndjson last.ndjson --now {now}")))?;
    for (audience, size) in &after {
        let growth = events.growth.get(audience).unwrap_or(&0);
        if events.sizes.get(audience) != Some(size) || before[audience] + growth != *size {
            let told = events.sizes.get(audience);
            return Err(
                format!("{audience}: {size}, told {told:?}, and {growth} more than {}", before[audience]).into()
            );
        }
    }
    let (first, most) = (memory[memory.len() / 5], memory.iter().skip(memory.len() / 5).max().unwrap_or(&0));
    if *most as f64 > first as f64 * GROWTH {
        return Err(format!("memory grew from {first} to {most} MiB: {memory:?}").into());
    }
    let a_second = updates as f64 / seconds;
    Ok(format!("| {updates} | {seconds:.1} | {a_second:.0} | {} | {first} | {most} |", events.count))
}

/// The instant so many microseconds after that of the records.
fn at(micros: u64) -> String {
    let instant = DateTime::from_timestamp_micros(REFERENCE_UNIX_SECONDS * 1_000_000 + micros as i64);
    instant.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The records as they are after each update.
struct Records {
    phone_numbers: Vec<String>,
    /// What each contact's records say of the contact itself, so that one that replaces another takes nothing away.
    own: Vec<String>,
    /// By contact and list, with the number of the update that wrote it: of a contact's own fields the last counts.
    last: HashMap<(usize, u64), (u64, String)>,
    step: u64,
}

impl Records {
    fn read(path: &Path, updates: u64) -> Outcome<Self> {
        let mut numbers = HashMap::new();
        let (mut phone_numbers, mut own, mut last) = (Vec::new(), Vec::new(), HashMap::new());
        for (place, line) in fs::read_to_string(path)?.lines().enumerate() {
            let contact = Contact::from_json(line)?;
            let list = contact.memberships[0].list_id.unwrap_or_default() as u64;
            let number = *numbers.entry(contact.phone_number.clone()).or_insert(phone_numbers.len());
            if number == phone_numbers.len() {
                own.push(own_fields(&contact));
                phone_numbers.push(contact.phone_number);
            }
            last.insert((number, list), (place as u64, line.to_owned()));
        }
        Ok(Self { phone_numbers, own, last, step: DAYS * 86_400_000_000 / updates.max(1) })
    }

    /// An update of this number: somebody clicks, buys, moves or opts out; one in fifty is removed.
    fn update(&mut self, number: u64) -> String {
        let mut bits = mix(number);
        let mut draw = |below: u64| {
            bits = mix(bits);
            bits % below
        };
        let contact = draw(self.phone_numbers.len() as u64) as usize;
        let (phone_number, at) = (&self.phone_numbers[contact], at(number * self.step));
        if draw(50) == 0 {
            (101..=106).for_each(|list| drop(self.last.remove(&(contact, list))));
            self.own[contact].clear();
            return format!(r#"{{"at":"{at}","remove":"{phone_number}"}}"#);
        }
        let (list, clicks, cents) = (101 + draw(6), draw(40), draw(20_000));
        let state = ["CA", "TX", "FL", "NY", "WA"][draw(5) as usize];
        let (active, on_dnc) = (draw(8) != 0, draw(50) == 0);
        let record = format!(
            r#""phone_number":"{phone_number}",{}"on_dnc":{on_dnc},"list_id":{list},"active":{active},"send_count":{},"click_count":{clicks},"last_sent_at":"{at}","last_clicked_at":"{at}","conversion_count":{},"revenue_total":{}.{:02},"custom_fields":{{"state":"{state}"}}}}"#,
            self.own[contact],
            clicks + draw(20),
            draw(3),
            cents / 100,
            cents % 100,
        );
        let update = format!(r#"{{"at":"{at}",{record}"#);
        self.last.insert((contact, list), (u64::MAX / 2 + number, format!("{{{record}")));
        update
    }

    fn write(self, path: &Path) -> Outcome<()> {
        let mut records: Vec<(u64, String)> = self.last.into_values().collect();
        records.sort_unstable();
        let mut file = BufWriter::new(fs::File::create(path)?);
        records.iter().try_for_each(|(_, record)| writeln!(file, "{record}"))?;
        Ok(file.flush()?)
    }
}

/// The members of an object that say what a contact is on every list, each with its comma.
fn own_fields(contact: &Contact) -> String {
    let Contact { carrier, line_type, timezone, is_valid, .. } = contact;
    let fields = [("carrier", json!(carrier)), ("line_type", json!(line_type)), ("timezone", json!(timezone))];
    let fields = fields.into_iter().chain([("is_valid", json!(is_valid))]).filter(|(_, value)| !value.is_null());
    fields.map(|(key, value)| format!("\"{key}\":{value},")).collect()
}

/// The next state of splitmix64 (Steele, Lea and Flood, 2014).
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What was told.
#[derive(Default)]
struct Events {
    count: u64,
    /// By how much each audience grew, as its events say.
    growth: BTreeMap<String, i64>,
    /// The answer to the question at the end.
    sizes: BTreeMap<String, i64>,
}

impl Events {
    fn count(lines: impl BufRead) -> Outcome<Self> {
        let mut events = Self::default();
        for line in lines.lines() {
            let told: Value = serde_json::from_str(&line?)?;
            match told["audience"].as_str() {
                Some(audience) => {
                    events.count += 1;
                    let growth = events.growth.entry(audience.to_owned()).or_default();
                    *growth += if told["event"] == "entered" { 1 } else { -1 };
                }
                None => events.sizes = serde_json::from_value(told["sizes"].clone())?,
            }
        }
        Ok(events)
    }
}

fn succeed(command: &mut Command) -> Outcome<()> {
    let code = command.status()?;
    if code.success() { Ok(()) } else { Err(format!("{command:?} ended with {code}").into()) }
}

/// The size of each audience, as `headcount size` counts it.
fn sizes(command: &mut Command) -> Outcome<BTreeMap<String, i64>> {
    let output = command.args(["--format", "json"]).output()?;
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let audiences = told["audiences"].as_array().ok_or("no sizes")?;
    let size = |audience: &Value| {
        let name = audience["id"].as_str().or(audience["name"].as_str())?;
        Some((name.to_owned(), audience["size"].as_i64()?))
    };
    audiences.iter().map(|audience| size(audience).ok_or_else(|| "an audience without a name".into())).collect()
}

/// How much memory a process takes, as Linux counts it.
fn resident_mib(child: &Child) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).and_then(|line| line.trim().split(' ').next());
    Ok(kib.ok_or("no memory is told")?.parse::<u64>()? / 1024)
}

/// A folder that goes with its owner.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("headcount-soak-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the folder for temporary files goes with it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

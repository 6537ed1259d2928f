//! A population as NDJSON, as CSV and as pages of the contacts API.
//!
//! Rows are pushed byte by byte into one buffer, because a population of millions should be ready in
//! seconds: nothing is allocated for a row, and no text needs an escape (`vocabulary` has none that
//! would, and a test says so).

use std::io;

use super::{
    Population, PopulationFormat,
    calendar::{date, date_time, pair},
    population::{Contact, Ltv, Membership, Rows},
};

/// Enough that a call of `write` is rare, little enough that the buffer stays in the second cache.
const CHUNK: usize = 256 * 1024;

/// Room for the row that takes the buffer past a chunk.
const LONGEST_ROW: usize = 2 * 1024;

/// How memberships become bytes.
trait Layout {
    /// What stands before the first membership.
    fn begin(&mut self, _out: &mut Vec<u8>) {}
    fn row(&mut self, out: &mut Vec<u8>, contact: &Contact, membership: &Membership);
    /// What stands after the last.
    fn end(&mut self, _out: &mut Vec<u8>) {}
}

pub(super) fn population(
    population: &Population,
    format: PopulationFormat,
    out: &mut dyn io::Write,
    progress: &mut dyn FnMut(u64),
) -> io::Result<()> {
    match format {
        PopulationFormat::Ndjson => stream(population, Lines, out, progress),
        PopulationFormat::Csv => stream(population, Cells, out, progress),
        PopulationFormat::Pages => stream(population, Pages::of(population.memberships), out, progress),
        #[cfg(feature = "parquet")]
        PopulationFormat::Parquet => crate::records::write_parquet(&super::table::table(*population)?, out, progress),
    }
}

fn stream<L: Layout>(
    population: &Population,
    mut layout: L,
    out: &mut dyn io::Write,
    progress: &mut dyn FnMut(u64),
) -> io::Result<()> {
    let mut rows = Rows::new(population.seed, population.memberships);
    let mut buffer = Vec::with_capacity(CHUNK + LONGEST_ROW);
    let mut written = 0;
    layout.begin(&mut buffer);
    while let Some((contact, membership)) = rows.advance() {
        layout.row(&mut buffer, contact, &membership);
        written += 1;
        if buffer.len() >= CHUNK {
            out.write_all(&buffer)?;
            buffer.clear();
            progress(written);
        }
    }
    layout.end(&mut buffer);
    out.write_all(&buffer)?;
    out.flush()?;
    progress(written);
    Ok(())
}

struct Lines;

impl Layout for Lines {
    fn row(&mut self, out: &mut Vec<u8>, contact: &Contact, membership: &Membership) {
        push_item(out, contact, membership);
        out.push(b'\n');
    }
}

struct Pages {
    total: u64,
    begun: u64,
}

impl Pages {
    const ITEMS: u64 = 1_000;

    fn of(total: u64) -> Self {
        Self { total, begun: 0 }
    }

    fn end_page(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"],\"pagination\":{\"page\":");
        push_number(out, self.begun.div_ceil(Self::ITEMS).max(1));
        out.extend_from_slice(b",\"per_page\":");
        push_number(out, Self::ITEMS);
        out.extend_from_slice(b",\"total\":");
        push_number(out, self.total);
        out.extend_from_slice(b",\"total_pages\":");
        push_number(out, self.total.div_ceil(Self::ITEMS));
        out.extend_from_slice(b"}}\n");
    }
}

impl Layout for Pages {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"contacts\":[");
    }

    fn row(&mut self, out: &mut Vec<u8>, contact: &Contact, membership: &Membership) {
        if self.begun > 0 {
            if self.begun.is_multiple_of(Self::ITEMS) {
                self.end_page(out);
                self.begin(out);
            } else {
                out.push(b',');
            }
        }
        self.begun += 1;
        push_item(out, contact, membership);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.end_page(out);
    }
}

/// One item of a page: the membership, its contact's fields beside it. Keys in the order of the
/// platform's reference; those without a value are left out.
fn push_item(out: &mut Vec<u8>, contact: &Contact, membership: &Membership) {
    out.extend_from_slice(b"{\"phone_number\":\"");
    push_phone(out, contact.phone);
    out.extend_from_slice(b"\",\"list_number\":\"");
    push_text(out, membership.list_number);
    out.extend_from_slice(b"\",\"list_id\":");
    push_text(out, membership.list_id);
    out.extend_from_slice(b",\"active\":");
    push_bool(out, membership.active);
    out.extend_from_slice(b",\"signup_date\":\"");
    out.extend_from_slice(&date_time(membership.signup));
    out.extend_from_slice(b"\",\"signup_method\":\"");
    push_text(out, membership.signup_method);
    out.extend_from_slice(b"\",\"custom_fields\":{\"first_name\":\"");
    push_words(out, contact.first_name);
    out.extend_from_slice(b"\",\"state\":\"");
    push_text(out, membership.state);
    out.extend_from_slice(b"\",\"source\":\"");
    push_text(out, membership.source);
    out.extend_from_slice(b"\",\"cohort\":\"");
    push_cohort(out, membership.signup);
    out.push(b'"');
    if let Some(tier) = membership.tier {
        out.extend_from_slice(b",\"tier\":\"");
        push_text(out, tier);
        out.push(b'"');
    }
    match membership.ltv {
        Some(Ltv { cents, as_text: true }) => {
            out.extend_from_slice(b",\"ltv\":\"");
            push_decimal(out, cents);
            out.push(b'"');
        }
        Some(Ltv { cents, as_text: false }) => {
            out.extend_from_slice(b",\"ltv\":");
            push_decimal(out, cents);
        }
        None => {}
    }
    if let Some(time) = membership.last_purchase {
        out.extend_from_slice(b",\"last_purchase\":\"");
        out.extend_from_slice(&date(time));
        out.push(b'"');
    }
    out.extend_from_slice(b"},\"carrier\":\"");
    push_text(out, contact.carrier);
    out.extend_from_slice(b"\",\"line_type\":\"");
    push_text(out, contact.line_type);
    out.extend_from_slice(b"\",\"timezone\":\"");
    push_text(out, contact.timezone);
    out.extend_from_slice(b"\",\"is_valid\":");
    push_bool(out, contact.is_valid);
    out.extend_from_slice(b",\"on_dnc\":");
    push_bool(out, contact.on_dnc);
    out.extend_from_slice(b",\"send_count\":");
    push_number(out, u64::from(membership.send_count));
    out.extend_from_slice(b",\"click_count\":");
    push_number(out, u64::from(membership.click_count));
    out.extend_from_slice(b",\"revenue_total\":");
    push_decimal(out, membership.revenue_cents);
    out.extend_from_slice(b",\"conversion_count\":");
    push_number(out, u64::from(membership.conversion_count));
    if let Some(time) = membership.last_sent {
        out.extend_from_slice(b",\"last_sent_at\":\"");
        out.extend_from_slice(&date_time(time));
        out.push(b'"');
    }
    if let Some(time) = membership.last_clicked {
        out.extend_from_slice(b",\"last_clicked_at\":\"");
        out.extend_from_slice(&date_time(time));
        out.push(b'"');
    }
    if let Some(time) = membership.last_revenue {
        out.extend_from_slice(b",\"last_revenue_at\":\"");
        out.extend_from_slice(&date_time(time));
        out.push(b'"');
    }
    out.extend_from_slice(b",\"in_workflow\":");
    push_bool(out, membership.in_workflow);
    out.push(b'}');
}

struct Cells;

impl Layout for Cells {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(
            b"phone_number,list_number,list_id,active,signup_date,signup_method,\
              custom_fields.first_name,custom_fields.state,custom_fields.source,\
              custom_fields.cohort,custom_fields.tier,custom_fields.ltv,\
              custom_fields.last_purchase,carrier,line_type,timezone,is_valid,on_dnc,\
              send_count,click_count,revenue_total,conversion_count,\
              last_sent_at,last_clicked_at,last_revenue_at,in_workflow\n",
        );
    }

    fn row(&mut self, out: &mut Vec<u8>, contact: &Contact, membership: &Membership) {
        push_phone(out, contact.phone);
        out.push(b',');
        push_text(out, membership.list_number);
        out.push(b',');
        push_text(out, membership.list_id);
        out.push(b',');
        push_bool(out, membership.active);
        out.push(b',');
        out.extend_from_slice(&date_time(membership.signup));
        out.push(b',');
        push_text(out, membership.signup_method);
        out.push(b',');
        push_words(out, contact.first_name);
        out.push(b',');
        push_text(out, membership.state);
        out.push(b',');
        push_text(out, membership.source);
        out.push(b',');
        push_cohort(out, membership.signup);
        out.push(b',');
        if let Some(tier) = membership.tier {
            push_text(out, tier);
        }
        out.push(b',');
        if let Some(ltv) = &membership.ltv {
            push_decimal(out, ltv.cents);
        }
        out.push(b',');
        if let Some(time) = membership.last_purchase {
            out.extend_from_slice(&date(time));
        }
        out.push(b',');
        push_text(out, contact.carrier);
        out.push(b',');
        push_text(out, contact.line_type);
        out.push(b',');
        push_text(out, contact.timezone);
        out.push(b',');
        push_bool(out, contact.is_valid);
        out.push(b',');
        push_bool(out, contact.on_dnc);
        out.push(b',');
        push_number(out, u64::from(membership.send_count));
        out.push(b',');
        push_number(out, u64::from(membership.click_count));
        out.push(b',');
        push_decimal(out, membership.revenue_cents);
        out.push(b',');
        push_number(out, u64::from(membership.conversion_count));
        for time in [membership.last_sent, membership.last_clicked, membership.last_revenue] {
            out.push(b',');
            if let Some(time) = time {
                out.extend_from_slice(&date_time(time));
            }
        }
        out.push(b',');
        push_bool(out, membership.in_workflow);
        out.push(b'\n');
    }
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn push_words(out: &mut Vec<u8>, words: [&str; 2]) {
    for word in words {
        push_text(out, word);
    }
}

fn push_bool(out: &mut Vec<u8>, value: bool) {
    if value {
        out.extend_from_slice(b"true");
    } else {
        out.extend_from_slice(b"false");
    }
}

/// `2024-03`
fn push_cohort(out: &mut Vec<u8>, time: u32) {
    let [y1, y2, y3, y4, dash, m1, m2, ..] = date(time);
    out.extend_from_slice(&[y1, y2, y3, y4, dash, m1, m2]);
}

/// `+14155559876` of the ten digits
fn push_phone(out: &mut Vec<u8>, digits: u64) {
    let mut text = *b"+10000000000";
    let mut left = digits;
    for two in text[2..].rchunks_exact_mut(2) {
        two.copy_from_slice(&pair((left % 100) as u32));
        left /= 100;
    }
    out.extend_from_slice(&text);
}

fn push_number(out: &mut Vec<u8>, n: u64) {
    if n < 10 {
        out.push(b'0' + n as u8);
    } else if n < 100 {
        out.extend_from_slice(&pair(n as u32));
    } else {
        push_number(out, n / 100);
        out.extend_from_slice(&pair((n % 100) as u32));
    }
}

/// Cents as the shortest decimal: `47.5` of 4750, `12` of 1200.
fn push_decimal(out: &mut Vec<u8>, cents: u64) {
    push_number(out, cents / 100);
    let [tenth, hundredth] = pair((cents % 100) as u32);
    if hundredth != b'0' {
        out.extend_from_slice(&[b'.', tenth, hundredth]);
    } else if tenth != b'0' {
        out.extend_from_slice(&[b'.', tenth]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn pushes(push: impl Fn(&mut Vec<u8>), expected: &str) {
        let mut out = Vec::new();
        push(&mut out);
        assert_eq!(std::str::from_utf8(&out), Ok(expected));
    }

    #[test]
    fn numbers() {
        for n in [0, 9, 10, 99, 100, 101, 999, 1_000, 12_345, 100_000, u64::MAX] {
            pushes(|out| push_number(out, n), &n.to_string());
        }
    }

    #[test]
    fn decimals_are_as_short_as_they_can_be() {
        for (cents, expected) in
            [(0, "0"), (5, "0.05"), (50, "0.5"), (100, "1"), (4_750, "47.5"), (4_705, "47.05"), (123_456, "1234.56")]
        {
            pushes(|out| push_decimal(out, cents), expected);
        }
    }

    #[test]
    fn phones_have_ten_digits_after_the_country() {
        pushes(|out| push_phone(out, 4_155_559_876), "+14155559876");
        pushes(|out| push_phone(out, 2_002_000_000), "+12002000000");
    }
}

//! What a contact looks like: the proportions the module's documentation promises.

use crate::{
    calendar::{DAY, REFERENCE},
    distributions::{Draws, Purpose},
    vocabulary::{
        CARRIER_SLOTS, CARRIERS, LINE_TYPE_SLOTS, LINE_TYPES, LIST_IDS, LIST_NUMBERS, LIST_SLOTS, LISTS_PER_CONTACT,
        NAME_BEGINNINGS, NAME_ENDS, SIGNUP_METHOD_SLOTS, SIGNUP_METHODS, SOURCE_SLOTS, SOURCES, STATE_SLOTS, STATES,
        TIER_SLOTS, TIERS, TIMEZONE_SLOTS, TIMEZONES,
    },
};

/// What is the same on all of a contact's lists.
pub(crate) struct Contact {
    /// Ten digits, the country's code left out.
    pub(crate) phone: u64,
    pub(crate) carrier: &'static str,
    pub(crate) line_type: &'static str,
    pub(crate) timezone: &'static str,
    pub(crate) is_valid: bool,
    pub(crate) on_dnc: bool,
    pub(crate) first_name: [&'static str; 2],
    state: &'static str,
}

/// What differs from list to list. Times are seconds since 1970.
pub(crate) struct Membership {
    pub(crate) list_id: &'static str,
    pub(crate) list_number: &'static str,
    pub(crate) active: bool,
    pub(crate) signup: u32,
    pub(crate) signup_method: &'static str,
    pub(crate) state: &'static str,
    pub(crate) source: &'static str,
    pub(crate) tier: Option<&'static str>,
    pub(crate) ltv: Option<Ltv>,
    pub(crate) last_purchase: Option<u32>,
    pub(crate) send_count: u32,
    pub(crate) click_count: u32,
    pub(crate) conversion_count: u32,
    pub(crate) revenue_cents: u64,
    pub(crate) last_sent: Option<u32>,
    pub(crate) last_clicked: Option<u32>,
    pub(crate) last_revenue: Option<u32>,
    pub(crate) in_workflow: bool,
}

/// A lifetime value, in some records a number and in some a text that is one.
pub(crate) struct Ltv {
    pub(crate) cents: u64,
    pub(crate) as_text: bool,
}

/// The memberships of a population one after the other, the contact's in a row.
pub(crate) struct Rows {
    seed: u64,
    memberships_left: u64,
    contacts_begun: u64,
    phones: Phones,
    contact: Contact,
    draws: Draws,
    lists: ListSet,
}

impl Rows {
    pub(crate) fn new(seed: u64, memberships: u64) -> Self {
        let phones = Phones::new(seed);
        let (contact, draws, lists) = Contact::draw(seed, 0, &phones);
        Self { seed, memberships_left: memberships, contacts_begun: 1, phones, contact, draws, lists }
    }

    /// The next membership with its contact. Not an `Iterator`, which could not lend the contact.
    pub(crate) fn advance(&mut self) -> Option<(&Contact, Membership)> {
        self.memberships_left = self.memberships_left.checked_sub(1)?;
        let list = loop {
            if let Some(list) = self.lists.take_first() {
                break list;
            }
            (self.contact, self.draws, self.lists) = Contact::draw(self.seed, self.contacts_begun, &self.phones);
            self.contacts_begun += 1;
        };
        let membership = Membership::draw(&mut self.draws, &self.contact, list);
        Some((&self.contact, membership))
    }
}

impl Contact {
    /// Contact `number` of the seed's population, the draws its memberships go on with, and its lists.
    fn draw(seed: u64, number: u64, phones: &Phones) -> (Self, Draws, ListSet) {
        let mut draws = Draws::new(seed, Purpose::Contact, number);
        let lists = 1 + draws.slot(&LISTS_PER_CONTACT);
        let lists = ListSet::draw(&mut draws, lists);
        let beginnings = NAME_BEGINNINGS.len() as u32;
        // The smaller of two draws, so that some names are much more frequent than others.
        let beginning = draws.below(beginnings).min(draws.below(beginnings));
        let contact = Self {
            phone: phones.number(number),
            carrier: draws.weighted(&CARRIERS, &CARRIER_SLOTS),
            line_type: draws.weighted(&LINE_TYPES, &LINE_TYPE_SLOTS),
            timezone: draws.weighted(&TIMEZONES, &TIMEZONE_SLOTS),
            is_valid: !draws.chance(30),
            on_dnc: draws.chance(20),
            first_name: [NAME_BEGINNINGS[beginning as usize], draws.one_of(&NAME_ENDS)],
            state: draws.weighted(&STATES, &STATE_SLOTS),
        };
        (contact, draws, lists)
    }
}

impl Membership {
    fn draw(draws: &mut Draws, contact: &Contact, list: usize) -> Self {
        let age = draws.exponential_up_to(400 * DAY, 2_000 * DAY);
        let active = !draws.chance(120);
        let clicked = draws.chance(450);
        let days_between_sends = 3 + draws.below(19);
        // Who clicked was sent something, however new the membership is.
        let send_count = (age / DAY / days_between_sends).max(u32::from(clicked));
        let mut ago = |mean_days: u32| REFERENCE - draws.exponential_up_to(mean_days * DAY, age);
        let last_sent = (send_count > 0).then(|| ago(if active { 12 } else { 150 }));
        let last_clicked = clicked.then(|| ago(45));
        let click_count = if clicked { 1 + draws.exponential_up_to(send_count / 8, send_count - 1) } else { 0 };
        // 45% clicked, and 178 in 1,000 of those bought: 8% of all.
        let revenue = (clicked && draws.chance(178)).then(|| Revenue::draw(draws, age, click_count));
        let (conversion_count, revenue_cents, last_revenue) = match revenue {
            Some(revenue) => (revenue.conversions, revenue.cents, Some(revenue.last)),
            None => (0, 0, None),
        };
        // People move, and a form on one list knows nothing of another list's form.
        let state = if draws.chance(30) { draws.weighted(&STATES, &STATE_SLOTS) } else { contact.state };
        Self {
            list_id: LIST_IDS[list],
            list_number: LIST_NUMBERS[list],
            active,
            signup: REFERENCE - age,
            signup_method: draws.weighted(&SIGNUP_METHODS, &SIGNUP_METHOD_SLOTS),
            state,
            source: draws.weighted(&SOURCES, &SOURCE_SLOTS),
            tier: draws.chance(600).then(|| draws.weighted(&TIERS, &TIER_SLOTS)),
            ltv: draws.chance(300).then(|| Ltv { cents: draws.exponential(25_000), as_text: draws.chance(100) }),
            last_purchase: draws.chance(200).then(|| REFERENCE - draws.exponential_up_to(120 * DAY, 2_000 * DAY)),
            send_count,
            click_count,
            conversion_count,
            revenue_cents,
            last_sent,
            last_clicked,
            last_revenue,
            in_workflow: active && draws.chance(100),
        }
    }
}

struct Revenue {
    conversions: u32,
    cents: u64,
    last: u32,
}

impl Revenue {
    fn draw(draws: &mut Draws, age: u32, click_count: u32) -> Self {
        const PRICE_ENDS: [u64; 4] = [0, 50, 95, 99];
        let conversions = 1 + draws.exponential_up_to(1, click_count - 1);
        let price = 100 * (5 + draws.exponential(40)) + draws.one_of(&PRICE_ENDS);
        let last = REFERENCE - draws.exponential_up_to(60 * DAY, age);
        Self { conversions, cents: u64::from(conversions) * price, last }
    }
}

/// Some of the six lists, as bits.
pub(crate) struct ListSet(u32);

impl ListSet {
    /// So many different ones, at most six.
    pub(crate) fn draw(draws: &mut Draws, wanted: usize) -> Self {
        let mut lists = 0_u32;
        while (lists.count_ones() as usize) < wanted.min(LIST_IDS.len()) {
            lists |= 1 << draws.slot(&LIST_SLOTS);
        }
        Self(lists)
    }

    pub(crate) fn take_first(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let first = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(first as usize)
    }
}

/// A phone number for each contact: no two alike among the first 6.4 billion.
pub(crate) struct Phones {
    start: u64,
}

impl Phones {
    /// Area code and exchange begin with 2 to 9: 800 × 800 × 10,000 numbers.
    pub(crate) const ALL: u64 = 6_400_000_000;

    /// Divides neither by 2 nor by 5, so it has no factor in common with [`Phones::ALL`] and stepping
    /// by it meets every number once.
    const STEP: u64 = 2_444_582_701;

    pub(crate) fn new(seed: u64) -> Self {
        Self { start: Draws::new(seed, Purpose::Phones, 0).bits() % Self::ALL }
    }

    pub(crate) fn number(&self, contact: u64) -> u64 {
        let place = (contact % Self::ALL * Self::STEP + self.start) % Self::ALL;
        let (area, exchange, line) = (200 + place / 8_000_000, 200 + place / 10_000 % 800, place % 10_000);
        (area * 1_000 + exchange) * 10_000 + line
    }
}

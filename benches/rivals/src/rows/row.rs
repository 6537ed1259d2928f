//! A service's own record: flat, one membership, no names to look up. headcount asks it by the trait.

use headcount::{
    Contact, Number, Record, Value,
    filter::{AmountField, CountField, FlagField, TextField, TimeField},
    matcher::{CustomField, ValueRef},
};

/// Where a row keeps its custom fields.
pub const CUSTOM_KEYS: [&str; 4] = ["state", "source", "tier", "first_name"];

/// A contact on one list.
pub struct Row {
    pub phone: String,
    pub list: i64,
    pub active: bool,
    pub clicked: Option<i64>,
    pub sent: Option<i64>,
    pub signed_up: Option<i64>,
    pub sends: u64,
    pub clicks: u64,
    pub conversions: u64,
    pub revenue: Number,
    pub has_revenue: bool,
    pub state: Option<String>,
    pub source: Option<String>,
    pub tier: Option<String>,
    pub first_name: Option<String>,
    pub line_type: Option<String>,
    pub is_valid: bool,
    pub on_dnc: bool,
    pub in_workflow: bool,
}

/// A custom field that is a text.
pub fn text<'c>(contact: &'c Contact, key: &str) -> Option<&'c str> {
    match contact.memberships[0].custom_fields.get(key) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

impl From<&Contact> for Row {
    fn from(contact: &Contact) -> Self {
        let membership = &contact.memberships[0];
        let owned = |key| text(contact, key).map(str::to_owned);
        Self {
            phone: contact.phone_number.clone(),
            list: membership.list_id.unwrap_or(0),
            active: membership.active,
            clicked: membership.last_clicked_at.map(|time| time.timestamp_micros()),
            sent: membership.last_sent_at.map(|time| time.timestamp_micros()),
            signed_up: membership.signup_date.map(|time| time.timestamp_micros()),
            sends: membership.send_count,
            clicks: membership.click_count,
            conversions: membership.conversion_count,
            revenue: membership.revenue_total,
            has_revenue: membership.conversion_count > 0 || membership.revenue_total > Number::from(0_u64),
            state: owned("state"),
            source: owned("source"),
            tier: owned("tier"),
            first_name: owned("first_name"),
            line_type: contact.line_type.clone(),
            is_valid: contact.is_valid.unwrap_or(true),
            on_dnc: contact.on_dnc.unwrap_or(false),
            in_workflow: membership.in_workflow,
        }
    }
}

impl Record for Row {
    fn memberships(&self) -> usize {
        1
    }

    fn list(&self, _: usize) -> Option<i64> {
        Some(self.list)
    }

    fn active(&self, _: usize) -> bool {
        self.active
    }

    fn time(&self, field: TimeField, _: usize) -> Option<i64> {
        match field {
            TimeField::LastClickedAt => self.clicked,
            TimeField::LastSentAt => self.sent,
            TimeField::SignupDate => self.signed_up,
            _ => None,
        }
    }

    fn count(&self, field: CountField, _: usize) -> u64 {
        match field {
            CountField::SendCount => self.sends,
            CountField::ClickCount => self.clicks,
            CountField::ConversionCount => self.conversions,
            _ => 0,
        }
    }

    fn amount(&self, field: AmountField, _: usize) -> Option<Number> {
        match field {
            AmountField::RevenueTotal => Some(self.revenue),
            _ => None,
        }
    }

    fn flag(&self, field: FlagField, _: usize) -> bool {
        match field {
            FlagField::HasRevenue => self.has_revenue,
            FlagField::InWorkflow => self.in_workflow,
            FlagField::OnDnc => self.on_dnc,
            FlagField::IsValid => self.is_valid,
            _ => false,
        }
    }

    fn text(&self, field: TextField, _: usize) -> Option<&str> {
        match field {
            TextField::PhoneNumber => Some(&self.phone),
            TextField::LineType => self.line_type.as_deref(),
            _ => None,
        }
    }

    fn custom(&self, field: CustomField<'_>, _: usize) -> Option<ValueRef<'_>> {
        let text = match field.place() {
            Some(0) => &self.state,
            Some(1) => &self.source,
            Some(2) => &self.tier,
            Some(3) => &self.first_name,
            _ => return None,
        };
        text.as_deref().map(ValueRef::Text)
    }
}

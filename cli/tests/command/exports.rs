//! Exports of vendors, each with its own names of columns, loaded with one `--map`: the table in docs/analyst.md.

use std::fs;

use super::{headcount, root};

/// A small export of a vendor, and what `--map` makes of it: the vendor, the export, a filter and who satisfies it.
const EXPORTS: &[(&str, &str, &str, &[&str])] = &[
    (
        "Mailchimp",
        "Email Address,First Name,Last Name,Address,Phone Number,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,REGION,LAST_CHANGED,TAGS\n\
         a@b.c,Ann,Lee,,+14155550101,4,2025-11-01 08:30:00,2025-11-01 08:31:00,ca,2025-11-02 00:00:00,\"\"\"vip\"\"\"\n\
         b@b.c,Bob,Ray,,+14155550102,2,2024-01-01 08:30:00,2024-01-01 08:31:00,ny,2025-11-02 00:00:00,\n",
        "signup_date > 2025-01-01 and custom.region = 'ca'",
        &["+14155550101"],
    ),
    (
        "Klaviyo",
        "Email,Klaviyo ID,First Name,Last Name,Phone Number,State / Region,Country,Created,Last Click,SMS Marketing Consent\n\
         a@b.c,01H,Ann,Lee,+14155550101,California,US,2025-01-05 10:00:00+00:00,2025-11-10 10:00:00+00:00,SUBSCRIBED\n\
         b@b.c,01J,Bob,Ray,+14155550102,California,US,2025-01-05 10:00:00+00:00,,UNSUBSCRIBED\n",
        "last_clicked_at within 30 days and custom.sms_consent = 'SUBSCRIBED'",
        &["+14155550101"],
    ),
    (
        "Shopify",
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Province Code,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n\
         '1,Ann,Lee,a@b.c,no,CA,,'+14155550101,yes,120.50,3,,no,\n\
         '2,Bob,Ray,b@b.c,yes,NY,'(415) 555-0199,'+14155550102,no,90.00,1,,no,\n",
        "revenue_total > 50 and conversion_count >= 1",
        &["+14155550101"],
    ),
    (
        "HubSpot",
        "Record ID,First Name,Last Name,Email,Mobile Phone Number,Lifecycle Stage,Create Date,State/Region\n\
         1,Ann,Lee,a@b.c,+14155550101,customer,2025-11-01 08:30,CA\n\
         2,Bob,Ray,b@b.c,+14155550102,lead,2025-11-01 08:30,NY\n",
        "custom.lifecycle_stage = 'customer' and signup_date within 30 days",
        &["+14155550101"],
    ),
    (
        "Twilio",
        "From,To,Body,Status,SentDate,NumSegments,ErrorCode,Direction,Sid\n\
         +18885550000,+14155550101,Hi,delivered,2025-11-10T10:00:00Z,1,,outbound-api,SM1\n\
         +18885550000,+14155550102,Hi,undelivered,2025-09-01T10:00:00Z,1,30003,outbound-api,SM2\n",
        "last_sent_at within 30 days and list_number = '+18885550000'",
        &["+14155550101"],
    ),
    (
        "Salesforce",
        "Id,FirstName,LastName,Email,MobilePhone,DoNotCall,MailingState,CreatedDate\n\
         003A,Ann,Lee,a@b.c,+14155550101,false,CA,2025-11-01T08:30:00.000+0000\n\
         003B,Bob,Ray,b@b.c,+14155550102,true,CA,2025-11-01T08:30:00.000+0000\n",
        "not on_dnc and custom.state = 'CA'",
        &["+14155550101"],
    ),
    (
        "Attentive",
        "type,timestamp,subscriber_phone,subscriber_email,subscriber_external_id,creative_name\n\
         sms.subscribed,1762500000000,+14155550101,a@b.c,1,Popup\n\
         sms.subscribed,1662500000000,+14155550102,b@b.c,2,Footer\n",
        "signup_date within 30 days and signup_method = 'Popup'",
        &["+14155550101"],
    ),
    (
        "Postscript",
        "id,phone_number,email,shopify_customer_id,created_at,updated_at\n\
         s_1,+14155550101,a@b.c,71,2025-11-01T08:30:00Z,2025-11-02T00:00:00Z\n\
         s_2,+14155550102,b@b.c,,2024-11-01T08:30:00Z,2025-11-02T00:00:00Z\n",
        "signup_date within 30 days and custom.shopify_customer_id exists",
        &["+14155550101"],
    ),
    (
        "Braze",
        "external_id,phone,email,first_name,country,time_zone,subscription_group_id,subscription_state,last_purchase\n\
         u1,+14155550101,a@b.c,Ann,US,America/Los_Angeles,g1,subscribed,2025-11-01\n\
         u2,+14155550102,b@b.c,Bob,US,America/New_York,g1,unsubscribed,2025-11-01\n",
        "timezone = 'America/Los_Angeles' and custom.last_purchase within 30 days",
        &["+14155550101"],
    ),
];

/// The options that docs/analyst.md has for a vendor's export.
fn options(vendor: &str) -> String {
    let page = fs::read_to_string(root().join("docs/analyst.md")).unwrap();
    let row = page.lines().find(|line| line.starts_with(&format!("| {vendor} |")));
    let row = row.unwrap_or_else(|| panic!("docs/analyst.md has no row for {vendor}"));
    row.split('`').nth(1).unwrap_or_else(|| panic!("the row has no options: {row}")).to_owned()
}

#[test]
fn every_vendor_of_the_page_is_here() {
    let page = fs::read_to_string(root().join("docs/analyst.md")).unwrap();
    let rows = page.split("| vendor |").nth(1).unwrap().lines().skip(2).take_while(|line| line.starts_with('|'));
    let vendors: Vec<&str> = rows.filter_map(|row| row.split('|').nth(1)).map(str::trim).collect();
    assert_eq!(vendors, EXPORTS.iter().map(|(vendor, ..)| *vendor).collect::<Vec<_>>());
    assert_eq!(vendors.len(), 9);
}

#[test]
fn each_is_loaded_with_one_map() {
    for (vendor, export, filter, expected) in EXPORTS {
        let ran = headcount("members --now 2025-11-15T08:30:00Z --filter")
            .with(*filter)
            .with_all(options(vendor))
            .with("-")
            .reading(*export)
            .run();
        ran.exits(0);
        assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), *expected, "{vendor}: {ran}");
        assert!(!ran.stderr.contains("field_absent"), "{vendor}: {ran}");
    }
}

#[test]
fn a_name_that_no_export_has_is_told() {
    let ran = headcount("members --filter 'phone_number exists' --map Phone=phone_number,Clicks=click_count -")
        .reading("Phone\n+14155550101\n")
        .run();
    ran.exits(0);
    let note = "note[field_absent]: no input has a column or key `Clicks`, which is mapped to `click_count`\n";
    assert_eq!(ran.stderr, note, "{ran}");
}

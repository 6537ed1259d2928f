"""Contacts as rows of a warehouse: one for each membership, with its contact's fields beside it."""

import json
from decimal import Decimal
from typing import Any

from cases import Case
from headcount import Contact, Filter, Table

Json = dict[str, Any]

FIELDS = {
    "list_id": "long", "active": "boolean", "signup_date": "string", "signup_method": "string", "list_number": "string",
    "send_count": "decimal(20,0)", "click_count": "decimal(20,0)", "conversion_count": "decimal(20,0)", "revenue_total": "string",
    "avg_revenue": "string", "has_revenue": "boolean", "last_sent_at": "string", "last_clicked_at": "string",
    "last_revenue_at": "string", "in_workflow": "boolean",
}  # fmt: skip
COUNTS = ("send_count", "click_count", "conversion_count")
OF_CONTACTS = {"carrier": "string", "line_type": "string", "timezone": "string", "is_valid": "boolean", "on_dnc": "boolean"}
COLUMNS = {"phone_number": "string", "is_membership": "boolean", **OF_CONTACTS, **FIELDS, "custom_fields": "string"}


def rows(contacts: list[Json]) -> list[Json]:
    """A row for each membership, as a warehouse has them; of a contact without any, one that says so."""
    flat = []
    for contact in contacts:
        own = {key: contact.get(key) for key in ("phone_number", *OF_CONTACTS)}
        for membership in contact["lists"] or [{}]:
            custom = json.dumps(membership["custom_fields"]) if "custom_fields" in membership else None
            is_membership = bool(contact["lists"])
            values = {key: membership.get(key) for key in FIELDS}
            # As texts: amounts may be whole numbers that no double is, beside fractions.
            amounts = {key: None if values[key] is None else json.dumps(values[key]) for key in ("revenue_total", "avg_revenue")}
            counts = {key: Decimal(value) for key in COUNTS if (value := values[key]) is not None}
            flat.append({**own, **values, **amounts, **counts, "custom_fields": custom, "is_membership": is_membership})
    return flat


def merged(contacts: list[Json]) -> list[Json]:
    """Each contact once, with all that its records say."""
    table = Table(contacts)
    return [table.get(number) or {} for number in dict.fromkeys(Contact(contact).phone_number for contact in contacts)]


def filter_of(case: Case) -> Filter:
    source = case.json()
    return Filter(case["text"]) if source is None else Filter.from_json(source)

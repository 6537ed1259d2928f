"""Filters and populations, drawn for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NOW = "2025-11-15T08:30:00Z"
LISTS = [101, 102, 103]
KEYS = ["state", "tier", "last purchase"]

# Few values each, so that filters and records meet; and those where readings differ.
TEXTS = st.sampled_from(["", "CA", "ca", "TX", "10", "9", "1e1", "true", "2025-11-01", "é"])
NUMBERS = st.sampled_from([0, 1, 9, 10, 0.1, 10.5, 2**53 + 1])
TIMES = st.sampled_from(["2025-10-16T08:30:00Z", "2025-10-16T08:29:59.999999Z", "2025-11-15T08:30:00Z", "2025-12-01", "2024-02-29"])
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans())
LIST_IDS = st.sampled_from(LISTS)


def condition(condition_type: str, fields: list[str], operators: list[str], **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    parts: dict[str, Any] = {"conditionType": st.just(condition_type), "operator": st.sampled_from(operators), **more}
    if fields:
        parts["field"] = st.sampled_from(fields)
    return st.fixed_dictionaries(parts)


def asked(condition_type: str, fields: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return condition(condition_type, fields, ["eq", "neq", "gt", "gte", "lt", "lte"], value=values)


def times(condition_type: str, fields: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        condition(
            condition_type,
            fields,
            ["within", "not_within", "before", "after"],
            value=st.sampled_from([0, 1, 30, 400]),
            unit=st.sampled_from(["days", "hours", "minutes"]),
        ),
        condition(condition_type, fields, ["before", "after"], value=TIMES),
        condition(condition_type, fields, ["exists", "not_exists"]),
    )


def texts(condition_type: str, fields: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    parts = ["contains", "starts_with", "ends_with"]
    return st.one_of(
        condition(condition_type, fields, parts + [f"not_{part}" for part in parts], value=TEXTS.filter(bool)),
        condition(condition_type, fields, ["in", "not_in"], value=st.lists(TEXTS, min_size=1, max_size=3)),
        condition(condition_type, fields, ["exists", "not_exists"]),
    )


COUNTS = ["send_count", "click_count", "conversion_count"]
ON_EVERY_LIST = st.one_of(
    times("time", ["last_clicked_at", "last_sent_at", "signup_date"]),
    times("revenue", ["last_revenue_at"]),
    times("custom_field", KEYS),
    asked("count", COUNTS, st.sampled_from([0, 1, 3])),
    asked("revenue", ["revenue_total", "avg_revenue"], NUMBERS),
    condition("revenue", ["has_revenue"], ["eq"], value=st.booleans()),
    condition("dnc", ["on_dnc"], ["eq"], value=st.booleans()),
    condition("attribute", ["is_valid", "in_workflow"], ["eq"], value=st.booleans()),
    condition("attribute", ["carrier", "phone_number"], ["eq", "neq"], value=TEXTS),
    texts("attribute", ["carrier", "line_type", "timezone", "signup_method", "list_number"]),
    asked("custom_field", KEYS, st.one_of(TEXTS, NUMBERS)),
    condition("custom_field", KEYS, ["eq", "neq"], value=SCALARS),
    condition("custom_field", KEYS, ["in", "not_in"], value=st.lists(SCALARS, min_size=1, max_size=3)),
    texts("custom_field", KEYS),
)
CONDITIONS = st.one_of(
    ON_EVERY_LIST,
    st.tuples(ON_EVERY_LIST, LIST_IDS).map(lambda drawn: {**drawn[0], "listId": drawn[1]}),
    condition("list", [], ["in", "not_in"], listIds=st.lists(LIST_IDS, min_size=1, max_size=2)),
)


def group(groups: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    parts = {"operator": st.sampled_from(["AND", "OR"]), "conditions": st.lists(CONDITIONS, max_size=3), "groups": groups}
    return st.fixed_dictionaries(parts).filter(lambda drawn: bool(drawn["conditions"] or drawn["groups"]))


INNERMOST = group(st.just([]))
FILTERS = group(st.lists(group(st.lists(INNERMOST, max_size=1)), max_size=2))

MEMBERSHIPS = st.fixed_dictionaries(
    {},
    optional={
        "list_id": LIST_IDS,
        "active": st.booleans(),
        "signup_date": TIMES,
        "signup_method": TEXTS,
        "list_number": TEXTS,
        "send_count": st.integers(0, 4),
        "click_count": st.integers(0, 4),
        "conversion_count": st.integers(0, 4),
        "revenue_total": st.sampled_from([0, 0.1, 10, 31.5]),
        "last_sent_at": TIMES,
        "last_clicked_at": TIMES,
        "last_revenue_at": TIMES,
        "in_workflow": st.booleans(),
        "custom_fields": st.dictionaries(st.sampled_from(KEYS), st.one_of(SCALARS, TIMES, st.lists(SCALARS, max_size=2)), max_size=3),
    },
)
CONTACTS = st.fixed_dictionaries(
    {
        "phone_number": st.sampled_from([f"+1415555010{n}" for n in range(6)]),
        "lists": st.lists(MEMBERSHIPS, max_size=3),
    },
    optional={"carrier": TEXTS, "line_type": TEXTS, "timezone": TEXTS, "is_valid": st.booleans(), "on_dnc": st.booleans()},
)
POPULATIONS = st.lists(CONTACTS, max_size=8)
SEMANTICS = st.fixed_dictionaries(
    {
        "missing_negation": st.sampled_from(["matches", "fails"]),
        "text_case": st.sampled_from(["sensitive", "insensitive"]),
        "subscription": st.sampled_from(["active_only", "any"]),
        "unit": st.sampled_from(["contacts", "memberships"]),
    }
)
SOURCE_LISTS = st.lists(LIST_IDS, max_size=2, unique=True)

"""The generator's filters, from JSON to SQL; nothing else is translated."""

import datetime
import re

NOW = datetime.datetime(2025, 11, 15, 8, 30)
COMPARISONS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
# Where a value is never absent, a negation needs no word on it.
ALWAYS = {"send_count", "click_count", "conversion_count", "revenue_total", "signup_date", "carrier", "timezone",
          "line_type", "signup_method", "state", "source", "cohort", "first_name"}


def literal(value):
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def instant(condition):
    value = condition["value"]
    if isinstance(value, str):
        return f"TIMESTAMP '{datetime.datetime.fromisoformat(value):%Y-%m-%d %H:%M:%S}'"
    return f"TIMESTAMP '{NOW - datetime.timedelta(**{condition['unit']: value}):%Y-%m-%d %H:%M:%S}'"


def condition(asked):
    """One condition, of the membership in hand."""
    if asked["conditionType"] == "list":
        # Whether a contact is on a list is a column (`on_101`), made once: one that SQL would have to join for each question.
        on_any = " OR ".join(f"on_{at}" for at in asked["listIds"])
        return f"({on_any})" if asked["operator"] == "in" else f"NOT ({on_any})"
    field, operator, value = asked["field"], asked["operator"], asked.get("value")
    if "listId" in asked:
        # So is what a contact did on a list, and null where there is nothing.
        field = f"{field}_{asked['listId']}"
    if operator in ("exists", "not_exists"):
        return f"{field} IS {'NOT ' if operator == 'exists' else ''}NULL"
    if isinstance(value, bool):
        return field if value else f"NOT {field}"
    absent = "" if field in ALWAYS else f" OR {field} IS NULL"
    if operator in ("within", "not_within", "before", "after"):
        # No time of the generator is after its now.
        sign = {"within": ">=", "not_within": "<", "before": "<", "after": ">"}[operator]
        test = f"{field} {sign} {instant(asked)}"
        return f"({test}{absent})" if operator == "not_within" else test
    if operator in ("in", "not_in"):
        test = f"{field} {'IN' if operator == 'in' else 'NOT IN'} ({', '.join(map(literal, value))})"
        return f"({test}{absent})" if operator == "not_in" else test
    if operator == "starts_with":
        return f"{field} LIKE '{value}%'"
    test = f"{field} {COMPARISONS[operator]} {literal(value)}"
    return f"({test}{absent})" if operator == "neq" else test


def group(asked):
    parts = [condition(one) for one in asked["conditions"]] + [group(one) for one in asked["groups"]]
    return "(" + f" {asked['operator']} ".join(parts) + ")"


def where(audience):
    lists = audience["source_lists"]
    scope = f"list_id IN ({', '.join(map(str, lists))}) AND " if lists else ""
    return f"active AND {scope}{group(audience['filter'])}"


def columns_on_lists(wheres):
    """The columns that the filters use of other memberships of the contact, as (column, field or none, list)."""
    found = sorted(set(re.findall(r"\b(?:(on)|(click_count|send_count))_(10\d)\b", " ".join(wheres))))
    return [(f"{on or field}_{at}", field or None, int(at)) for on, field, at in found]

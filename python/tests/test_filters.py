"""Filters, audiences and settings as values of Python."""

import copy
import pickle
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from headcount import Audience, Contact, EvalContext, Filter, FilterError, Semantics


def test_filters_are_equal_where_they_ask_the_same() -> None:
    one, other = Filter("on_dnc or has_revenue"), Filter("has_revenue or on_dnc")
    assert one == other and hash(one) == hash(other) and one.fingerprint == other.fingerprint
    assert one != Filter("on_dnc") and bool(one != object())
    assert {one: 1}[other] == 1


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        (Filter("on_dnc") & Filter("has_revenue"), "on_dnc = true and has_revenue = true"),
        (Filter("on_dnc") | Filter("has_revenue"), "on_dnc = true or has_revenue = true"),
        (Filter("on_dnc or is_valid") & Filter("has_revenue"), "has_revenue = true and (on_dnc = true or is_valid = true)"),
        (~Filter("click_count > 5 or custom.state = 'CA'"), 'click_count <= 5 and custom_fields.state != "CA"'),
        (~~Filter("on_dnc"), "on_dnc = true"),
    ],
)
def test_filters_are_joined(joined: Filter, expected: str) -> None:
    assert str(joined) == expected


def test_what_has_no_opposite_is_named() -> None:
    with pytest.raises(FilterError, match="signup_date"):
        ~Filter("signup_date before 2025-01-01")


@pytest.mark.parametrize(
    "value",
    [
        Filter("last_clicked_at within 30 days and (custom.\"a b\" = 'é' or list in [1, 2])"),
        Audience("on_dnc", [1], name="A", id="7", cached_size=3, cached_size_updated_at="2025-11-01", status="archived"),
        Semantics(unit="memberships", text_case="insensitive"),
        EvalContext("2025-11-15T08:30:00.000001Z", Semantics(subscription="any")),
        Contact({"phone_number": "+1", "lists": [{"list_id": 7, "custom_fields": {"a": [1, "b", True, None]}}]}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_pickle(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value


@pytest.mark.parametrize(
    "now",
    [
        datetime(2025, 11, 15, 8, 30, tzinfo=timezone.utc),
        datetime(2025, 11, 15, 10, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(2025, 11, 15, 3, 30, tzinfo=ZoneInfo("America/New_York")),
        "2025-11-15T08:30:00Z",
        "2025-11-15 08:30",
    ],
)
def test_an_instant_is_the_same_in_every_zone(now: datetime | str) -> None:
    assert EvalContext(now).now == datetime(2025, 11, 15, 8, 30, tzinfo=timezone.utc)


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError) as raised:
        EvalContext(datetime(2025, 11, 15, 8, 30))
    assert str(raised.value) == (
        "expected a datetime with a time zone, found `2025-11-15 08:30:00` without one: which instant it is would depend on "
        "the machine; say it, as in `datetime.now(timezone.utc)` or `.replace(tzinfo=timezone.utc)`"
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: EvalContext("today"), "expected an ISO 8601 date or time, found `today`"),
        (lambda: EvalContext(3), "expected a datetime or a text, found int"),  # type: ignore[arg-type]
        (lambda: Audience(3), "expected an Audience, a Filter or a text, found int"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_value_is_said(wrong: object, message: str) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        wrong()  # type: ignore[operator]
    assert str(raised.value) == message


def test_settings_that_mean_nothing_have_problems() -> None:
    with pytest.raises(FilterError) as raised:
        Semantics(unit="people")  # type: ignore[arg-type]
    problem = raised.value.problems[0]
    assert (problem.code, problem.message) == ("invalid_value", "expected `contacts` or `memberships` for `unit`, found `people`")


def test_datetimes_stand_in_records(cx: EvalContext) -> None:
    contact = {"phone_number": "+1", "last_clicked_at": datetime(2025, 11, 1, tzinfo=timezone.utc)}
    assert Audience("last_clicked_at within 30 days").contains(contact, cx)

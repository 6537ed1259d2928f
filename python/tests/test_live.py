"""Audiences over contacts that change and a clock that moves."""

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from drawn import FILTERS, NOW, POPULATIONS, SEMANTICS, SOURCE_LISTS
from headcount import Audience, EvalContext, Event, Filter, FilterError, Live, RecordError, Semantics, Table

CX = EvalContext("2025-11-15T08:30:00Z")
RECENT = Audience("last_clicked_at within 30 days", id="recent")
CLICKED = {"phone_number": "+14155550101", "last_clicked_at": "2025-11-15T08:29:00Z"}
LATER = "2026-11-15T08:30:00Z"


@settings(max_examples=60, deadline=None)
@given(FILTERS, POPULATIONS, SEMANTICS, SOURCE_LISTS)
def test_sizes_are_those_of_a_table_and_events_add_up_to_them(
    drawn: dict[str, Any], contacts: list[dict[str, Any]], read: dict[str, Any], lists: list[int]
) -> None:
    audience = Audience(Filter.from_json(drawn), lists, id="a")
    semantics = Semantics(**read)
    live = Live(Table([]), [audience], EvalContext(NOW, semantics))
    members: set[str] = set()

    def replay(events: list[Event]) -> None:
        for event in events:
            assert event.audience == "a" and (event.phone_number in members) == (event.event == "left")
            members.symmetric_difference_update([event.phone_number])

    for contact in contacts:
        replay(list(live.apply(contact)))
    table = Table(contacts)
    assert live.size("a") == table.size(audience, EvalContext(NOW, semantics))
    assert members == set(live.members("a")) == set(table.members(audience, EvalContext(NOW, semantics)))
    replay(list(live.advance(LATER)))
    assert live.size("a") == table.size(audience, EvalContext(LATER, semantics))
    assert members == set(live.members("a"))
    assert all(live.audiences_of(number) == ["a"] for number in members)


def test_what_is_wrong_is_told_and_changes_nothing() -> None:
    live = Live(Table([CLICKED]), [RECENT], CX)
    with pytest.raises(FilterError, match="no audience has the name `recnt`, did you mean `recent`"):
        live.size("recnt")
    with pytest.raises(FilterError, match="duplicate_key"):
        Live(Table([]), [RECENT, RECENT], CX)
    with pytest.raises(FilterError, match="expected an instant from 2025-11-15T08:30:00Z on"):
        live.advance("2025-11-15T08:29:00Z")
    with pytest.raises(RecordError, match="phone_number"):
        live.apply({"phone_number": ""})
    assert live.now == CX.now and live.size("recent").value == 1 and list(live.events()) == []


def test_events_that_are_not_taken_come_before_later_ones() -> None:
    live = Live(Table([]), [RECENT], CX)
    live.apply(CLICKED)
    told = [(event.event, event.cause) for event in live.remove("+14155550101")]
    assert told == [("entered", "update"), ("left", "update")]


def test_the_clock_stays_where_nobody_takes_events_any_more() -> None:
    other = CLICKED | {"phone_number": "+14155550102", "last_clicked_at": "2025-11-15T08:30:00Z"}
    live = Live(Table([CLICKED, other]), [RECENT], CX)
    events = live.advance("2026-01-01")
    assert next(events).phone_number == "+14155550101"
    assert live.now.isoformat() == "2025-12-15T08:29:00.000001+00:00" and live.size("recent").value == 1
    # Somebody else moves it further than the events were to go.
    assert [event.phone_number for event in live.advance("2026-02-01")] == ["+14155550102"]
    assert list(events) == [] and live.now.isoformat() == "2026-02-01T00:00:00+00:00"


def test_an_instant_finer_than_the_clock_is_reached() -> None:
    live = Live(Table([]), [RECENT], CX)
    assert list(live.advance("2025-12-01T00:00:00.123456789Z")) == []
    assert live.now.isoformat() == "2025-12-01T00:00:00.123456+00:00"


def test_what_is_opened_goes_on(tmp_path: Path) -> None:
    live = Live(Table([CLICKED]), [RECENT], CX)
    live.save(tmp_path / "live.headcount", b"line 1")
    opened, position = Live.open(tmp_path / "live.headcount")
    assert position == b"line 1"
    assert list(opened.advance(LATER)) == list(live.advance(LATER)) != []
    with pytest.raises(RecordError, match="is a table image, which has no audiences"):
        live.table.save(tmp_path / "table.headcount")
        Live.open(tmp_path / "table.headcount")


def test_a_thread_keeps_the_table_up_while_another_writes() -> None:
    live = Live(Table([]), [Audience("click_count > 0", id="a")], CX)
    done = threading.Event()

    def keep_up() -> None:
        while not done.is_set():
            live.upkeep()

    thread = threading.Thread(target=keep_up)
    thread.start()
    try:
        for number in range(3_000):
            assert len(list(live.apply({"phone_number": f"+1415{number:07}", "click_count": 1}))) == 1
    finally:
        done.set()
        thread.join()
    live.upkeep()
    assert live.size("a").value == 3_000 == len(live.table)

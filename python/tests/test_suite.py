"""The conformance suite: what a filter says, what it means and how large an audience is, in Python as everywhere."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from cases import Case, cases
from headcount import AudienceSet, Filter, FilterError, HeadcountError, RecordError, Table

ALL = list(cases())


def named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def read(case: Case) -> list[Filter]:
    """The filter in every form that is there."""
    filters = []
    if (source := case.json()) is not None:
        filters.append(Filter.from_json(source))
    filters += [Filter(case[key]) for key in ("text", "same_as") if case[key] is not None]
    return filters


def problems(error: HeadcountError) -> list[str]:
    return [problem.code for problem in error.problems]


@named([case for case in ALL if case["members"] is not None])
def test_a_filter_that_can_be_read(case: Case, tmp_path: Path) -> None:
    first, *others = read(case)
    for other in others:
        assert other == first and hash(other) == hash(first) and other.to_json() == first.to_json()
    assert Filter(first.to_text()).to_json() == first.to_json()
    assert Filter(first.to_text(lines=True)).to_json() == first.to_json()
    assert Filter.from_json(first.to_json(spelling="request", pretty=True)).to_json() == first.to_json()
    assert pickle.loads(pickle.dumps(first)).to_json() == first.to_json()
    if case["written"] is not None:
        assert json.loads(first.to_json()) == case["written"]

    table = population(case, tmp_path)
    audience, cx = case.audience(first), case.cx()
    members = list(table.members(audience, cx))
    assert sorted(members, key=str.encode) == case["members"]
    everybody = list(table.members("phone_number exists", case.cx(subscription="any")))
    assert [number for number in everybody if audience.contains(table.get(number) or {}, cx)] == members
    each = AudienceSet([audience], cx)
    assert [number for number in everybody if each.matching(table.get(number) or {})] == members
    if case["size"] is not None:
        assert table.size(audience, cx).value == case["size"]
    if case["memberships"] is not None:
        assert table.size(audience, case.cx(unit="memberships")).value == case["memberships"]
    if case["replaced"] is not None:
        assert table.replaced == case["replaced"]


def population(case: Case, folder: Path) -> Table:
    if case["records"] is None:
        return Table(case["contacts"] or [])
    table = Table.read(case.files(folder), on_error="fail" if case["skipped"] is None else "skip")
    assert sum(report.skipped for report in table.reports) == (case["skipped"] or 0)
    return table


@named([case for case in ALL if case["codes"] is not None and case["records"] is None])
def test_a_filter_that_cannot_be_read(case: Case) -> None:
    source = case.json()
    if source is not None:
        assert codes(lambda: Filter.from_json(source, limits=case.limits()), case) == case["codes"]
    if case["text"] is not None:
        assert codes(lambda: Filter(case["text"], limits=case.limits()), case) == case["codes"]


def codes(read: Callable[[], Filter], case: Case) -> list[str]:
    try:
        read()
    except FilterError as error:
        if case["pointers"] is not None and error.problems[0].pointer is not None:
            assert [problem.pointer for problem in error.problems] == case["pointers"]
        return problems(error)
    return []


@named([case for case in ALL if case["codes"] is not None and case["records"] is not None])
def test_records_that_cannot_be_read(case: Case, tmp_path: Path) -> None:
    paths = case.files(tmp_path)
    with pytest.raises(RecordError) as raised:
        Table.read(paths)
    assert problems(raised.value) == case["codes"]
    assert [problem.line for problem in raised.value.problems] == case["lines"]
    if case["skipped"] is None:
        with pytest.raises(RecordError):
            Table.read(paths, on_error="skip")
    else:
        assert sum(report.skipped for report in Table.read(paths, on_error="skip").reports) == case["skipped"]

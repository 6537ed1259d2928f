"""The laws of the library, through Python: what is drawn is answered as the definition does, `Audience.contains`."""

import json
import pickle
from typing import Any

from hypothesis import given, settings

from drawn import FILTERS, NOW, POPULATIONS, SEMANTICS, SOURCE_LISTS
from headcount import Audience, AudienceSet, Contact, EvalContext, Filter, FilterError, Semantics, Table

CASES = settings(max_examples=100, deadline=None)
Json = dict[str, Any]


@CASES
@given(FILTERS)
def test_what_is_written_is_read_back(drawn: Json) -> None:
    filter = Filter.from_json(drawn)
    for same in (Filter(str(filter)), Filter(filter.to_text(lines=True)), pickle.loads(pickle.dumps(filter))):
        assert json.loads(same.to_json()) == json.loads(filter.to_json())


@CASES
@given(FILTERS, POPULATIONS, SEMANTICS, SOURCE_LISTS)
def test_every_engine_answers_as_the_definition(drawn: Json, contacts: list[Json], read: Json, lists: list[int]) -> None:
    audience, cx = Audience(Filter.from_json(drawn), lists), EvalContext(NOW, Semantics(**read))
    table = Table(contacts)
    everybody = [Contact(table.get(number) or {}) for number in {contact["phone_number"]: 0 for contact in contacts}]
    expected = [contact.phone_number for contact in everybody if audience.contains(contact, cx)]
    assert list(table.members(audience, cx)) == expected
    assert [contact.phone_number for contact in everybody if AudienceSet([audience], cx).matching(contact)] == expected
    size = table.size(audience, cx)
    assert size == table.sizes([audience], cx)[0] == table.explain(audience, cx).size
    assert size.value == len(expected) or read["unit"] == "memberships" and size.value >= len(expected)


@CASES
@given(FILTERS, FILTERS, POPULATIONS)
def test_filters_are_joined_as_sets_are(one: Json, other: Json, contacts: list[Json]) -> None:
    cx = EvalContext(NOW, Semantics(unit="memberships", subscription="any"))
    table, f, g = Table(contacts), Filter.from_json(one), Filter.from_json(other)

    def size(filter: Filter) -> int:
        return table.size(filter, cx).value

    assert size(f & g) + size(f | g) == size(f) + size(g)
    try:
        complement = ~f
    except FilterError:
        return
    assert size(f) + size(complement) == table.memberships

"""What is wrong is an exception with problems, what is to be heard a warning with a note."""

import pickle
import warnings
from pathlib import Path

import pytest

from headcount import Audience, Contact, EvalContext, Filter, FilterError, HeadcountError, NoteWarning, RecordError, Refusal, Table


def test_every_problem_is_told_at_once() -> None:
    source = "clickcount > 3 and\nlast_sent_at within 30"
    with pytest.raises(FilterError) as raised:
        Filter(source)
    one, other = raised.value.problems
    assert one.to_dict() == {
        "level": "error",
        "file": None,
        "code": "unknown_field",
        "message": "unknown field `clickcount`, did you mean `click_count`?",
        "pointer": "/conditions/0/field",
        "line": 1,
        "column": 1,
        "suggestion": "click_count",
    }
    assert (other.code, other.line, other.column) == ("missing_unit", 2, 1)
    assert str(raised.value).count("^^^") > 1 and isinstance(raised.value, ValueError)


def test_problems_cross_processes() -> None:
    with pytest.raises(FilterError) as raised:
        Filter("clickcount > 3")
    there = pickle.loads(pickle.dumps(raised.value))
    assert type(there) is FilterError and str(there) == str(raised.value)
    assert there.problems == raised.value.problems and there.omitted == 0


def test_records_have_problems_too(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("phone_number,click_count\n+1,3\n+2,x\n")
    with pytest.raises(RecordError) as raised:
        Table.read([path, tmp_path / "nowhere.csv"])
    assert [(problem.code, problem.line) for problem in raised.value.problems] == [
        ("invalid_record", 3),
        ("unreadable_input", None),
    ]
    assert all(problem.file for problem in raised.value.problems)
    with pytest.raises(RecordError, match="phone_number"):
        Contact({"click_count": 3})


def test_what_sql_cannot_say_is_refused(cx: EvalContext) -> None:
    with pytest.raises(Refusal) as raised:
        Filter("custom.a contains 'x'").to_sql("clickhouse", cx, schema={"custom_fields": {"columns": {}}})
    there = pickle.loads(pickle.dumps(raised.value))
    assert isinstance(raised.value, HeadcountError)
    assert (there.condition, there.reason) == (raised.value.condition, raised.value.reason)
    assert raised.value.reason in str(raised.value)


def test_a_note_is_a_warning_and_data(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("phone_number,clicks\n+14155550101,3\n")
    with pytest.warns(NoteWarning, match=r"note\[column_not_read\]") as warned:
        table = Table.read(path)
    assert Path(warned[0].filename) == Path(__file__)
    message = warned[0].message
    assert isinstance(message, NoteWarning) and message.note == table.notes()[0]
    assert message.note.to_dict()["name"] == "clicks" and message.note.suggestion == "click_count"


def test_a_note_can_be_an_error(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("phone_number,clicks\n+14155550101,3\n")
    with warnings.catch_warnings(), pytest.raises(NoteWarning):
        warnings.simplefilter("error", NoteWarning)
        Table.read(path)


def test_warnings_of_filters_are_data(cx: EvalContext) -> None:
    warning = Audience("last_sent_at within 1 day").warnings(cx)[0]
    assert (warning.level, warning.code, warning.pointer) == ("warning", "rolling_day", "/conditions/0")

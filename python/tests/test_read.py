"""Files into tables: every option of the readers, progress, and Ctrl-C."""

import gzip
import io
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from headcount import EvalContext, Table
from headcount import _progress

CSV = "Phone;Clicks;Seen\n(415) 555-0101;3;1762000000\n(415) 555-0102;N/A;\n"


def test_the_options_of_the_readers(tmp_path: Path, cx: EvalContext) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(gzip.compress(CSV.encode()))
    table = Table.read(
        path,
        audiences=["custom.seen within 30 days"],
        format="csv",
        packing="gzip",
        threads=2,
        names={"Phone": "phone_number", "Clicks": "click_count", "Seen": "last_clicked_at"},
        epoch="s",
        separator=";",
        nulls=["N/A"],
        phones="US",
    )
    assert list(table.members("last_clicked_at within 30 days", cx)) == ["+14155550101"]
    assert (table.get("+14155550102") or {})["lists"][0]["click_count"] == 0
    assert table.reports[0].records == 2


def test_invalid_records_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "contacts.ndjson"
    path.write_text('{"phone_number": "+14155550101"}\n{"phone_number": 2}\n')
    table = Table.read([path], on_error="skip")
    report = table.reports[0]
    assert (len(table), report.records, report.skipped, report.problems[0].line) == (1, 1, 1, 2)
    assert [note.code for note in table.notes()] == ["skipped"]


def test_a_folder_is_all_files_in_it(tmp_path: Path) -> None:
    for number in range(3):
        folder = tmp_path / f"list_id={number}"
        folder.mkdir()
        (folder / "part.csv").write_text(f"phone_number\n+1415555010{number}\n")
    assert [entry["list_id"] for entry in Table.read(tmp_path).describe().lists] == [0, 1, 2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "xlsx"}, "expected one of `json`, `ndjson`, `csv`, `parquet`, `image` for `format`, found `xlsx`"),
        ({"packing": "zip"}, "expected one of `none`, `gzip`, `zstd` for `packing`, found `zip`"),
        ({"on_error": "ignore"}, "expected one of `fail`, `skip` for `on_error`, found `ignore`"),
        ({"names": {"Phone": "phone_numbr"}}, "`Phone` is mapped to `phone_numbr`, which is no field; did you mean `phone_number`?"),
    ],
)
def test_options_that_mean_nothing(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        Table.read("examples/contacts.json", **options)
    assert str(raised.value) == message


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many records that reading them takes longer than a signal waits."""
    path = tmp_path_factory.mktemp("large") / "contacts.csv"
    rows = (f"+1415{number:07},101,{number % 7}\n" for number in range(200_000))
    path.write_text("phone_number,list_id,click_count\n" + "".join(rows))
    return path


def test_progress_is_told(large: Path) -> None:
    told: list[tuple[int, int | None]] = []
    Table.read(large, progress=lambda done, total: told.append((done, total)))
    assert told and {total for _, total in told} == {large.stat().st_size}
    assert [done for done, _ in told] == sorted(done for done, _ in told)


class Enough(Exception):
    pass


def test_whoever_is_told_may_stop_it(large: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        raise Enough

    begun = time.monotonic()
    with pytest.raises(Enough):
        Table.read(large, progress=stop)
    assert time.monotonic() - begun < 5


def test_a_signal_stops_it(large: Path) -> None:
    def handler(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(KeyboardInterrupt):
            Table.read(large)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(_progress, "LONG", 0)
    bar = _progress.bar(None)
    assert bar is not None
    bar(1 << 20, 4 << 20)
    bar(3 << 20, None)
    bar.close()
    _, first, second, last = terminal.getvalue().split("\r\x1b[K")
    assert first == "reading " + "█" * 8 + "░" * 24 + " 1 of 4 MiB"
    assert (second, last) == ("reading 3 MiB", "")


def test_what_is_no_terminal_has_none() -> None:
    assert _progress.bar(None) is None and _progress.bar(False) is None


def test_what_is_soon_done_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    Table.read("examples/contacts.json")
    assert terminal.getvalue() == ""

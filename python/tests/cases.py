"""The cases of tests/suite, spelled out as its README says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headcount import Audience, EvalContext, Limits, Semantics

SUITE = Path(__file__).parents[2] / "tests" / "suite"


def cases() -> Iterator[Case]:
    """Every case of every file."""
    for file in sorted(SUITE.glob("*.json")):
        for table in json.loads(file.read_text(encoding="utf-8")):
            yield from map(Case, _spelled_out(table, {}, file.stem))


def _spelled_out(table: dict[str, Any], outer: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    for placeholders in table.get("for_each", [{}]):
        one = _filled_in({key: value for key, value in table.items() if key != "for_each"}, placeholders)
        inner = one.pop("cases", None)
        one = {**outer, **one, "name": f"{name}: {one['name']}"}
        if inner is None:
            yield one
            continue
        for case in inner:
            yield from _spelled_out(case, one, one["name"])


def _filled_in(value: Any, placeholders: dict[str, str]) -> Any:
    match value:
        case str():
            for placeholder, text in placeholders.items():
                value = value.replace(placeholder, text)
            return value
        case list():
            return [_filled_in(each, placeholders) for each in value]
        case dict():
            return {_filled_in(key, placeholders): _filled_in(each, placeholders) for key, each in value.items()}
        case _:
            return value


class Case:
    """One case, with what it asks."""

    def __init__(self, of: dict[str, Any]) -> None:
        self.of = of
        self.name: str = of["name"]

    def __getitem__(self, key: str) -> Any:
        return self.of.get(key)

    def json(self) -> str | None:
        """The source of the filter in its JSON form, if it is there."""
        if "json" in self.of:
            return str(self.of["json"])
        if "condition" in self.of:
            return json.dumps({"operator": "AND", "conditions": [self.of["condition"]], "groups": []})
        return json.dumps(self.of["filter"]) if "filter" in self.of else None

    def limits(self) -> Limits | None:
        return Limits(**self.of["limits"]) if "limits" in self.of else None

    def cx(self, **semantics: Any) -> EvalContext:
        given = {**self.of.get("semantics", {}), **semantics}
        return EvalContext(self.of.get("now", "2025-11-15T08:30:00Z"), Semantics(**given))

    def audience(self, filter: Any) -> Audience:
        return Audience(filter, self.of.get("source_lists", []))

    def files(self, folder: Path) -> list[Path]:
        """The files of records, written into a folder."""
        paths = []
        for number, file in enumerate(self.of["records"]):
            path = folder / f"{number}.{file['format']}"
            path.write_text(file["data"], encoding="utf-8", newline="")
            paths.append(path)
        return paths

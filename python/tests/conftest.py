"""What all tests share: where they run, and that notes on made-up records are no failure."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from headcount import EvalContext, NoteWarning


@pytest.fixture(autouse=True, scope="session")
def in_the_clone() -> Iterator[None]:
    """Examples name files from the root of a clone."""
    before = Path.cwd()
    os.chdir(Path(__file__).parents[2])
    yield
    os.chdir(before)


@pytest.fixture
def cx() -> EvalContext:
    return EvalContext("2025-11-15T08:30:00Z")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", f"ignore::{NoteWarning.__module__}.{NoteWarning.__qualname__}")

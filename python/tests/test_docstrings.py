"""Every class, method and property says what it is, and every example in that runs."""

import doctest
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import headcount

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def documented() -> Iterator[tuple[str, Any]]:
    yield "headcount", headcount
    for name in headcount.__all__:
        of = getattr(headcount, name)
        yield name, of
        for member, value in vars(of).items():
            if not member.startswith("_") and (callable(value) or inspect.isgetsetdescriptor(value)):
                yield f"{name}.{member}", value


ALL = list(documented())


@pytest.mark.parametrize(("name", "of"), ALL, ids=[name for name, _ in ALL])
def test_the_examples_run(name: str, of: Any) -> None:
    globs = {each: getattr(headcount, each) for each in headcount.__all__}
    test = doctest.DocTestParser().get_doctest(inspect.getdoc(of) or "", globs, name, None, None)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize(("name", "of"), ALL, ids=[name for name, _ in ALL])
def test_everything_is_documented(name: str, of: Any) -> None:
    owner, _, member = name.partition(".")
    if inspect.isgetsetdescriptor(of) and f"`{member}`" in (getattr(headcount, owner).__doc__ or ""):
        return
    assert inspect.getdoc(of), name


def test_every_class_has_an_example() -> None:
    without = [name for name in headcount.__all__ if ">>>" not in (getattr(headcount, name).__doc__ or "")]
    assert without == ["Explanation", "HeadcountError", "InternalError", "NoteWarning", "Refusal", "Sample"]

"""The Python of the documents runs as it stands there."""

import re
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]


@pytest.mark.parametrize(("document", "folder"), [("README.md", "."), ("docs/python.md", "."), ("python/README.md", "examples")])
def test_the_examples_run(document: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CLONE / folder)
    blocks = re.findall(r"^```python\n(.*?)^```", (CLONE / document).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, document, "exec"), names)

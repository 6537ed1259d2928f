"""A bar for what takes long: in a terminal, and in a notebook where tqdm is installed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

# What takes less than this, in seconds, shows no bar.
LONG = 0.5
WIDTH = 32


def bar(wanted: bool | None) -> Bar | None:
    """The bar that is wanted; where that is not said, one if somebody can see it."""
    if wanted is False:
        return None
    if "ipykernel" in sys.modules:
        notebook = _notebook()
        if notebook is not None:
            return Bar(notebook)
    terminal = sys.stderr is not None and sys.stderr.isatty()
    return Bar(_terminal) if wanted or terminal else None


class Bar:
    """Is told how many bytes are read, of how many in all if that is known, and shows it once it takes long."""

    def __init__(self, show: Callable[[int, int | None], None]) -> None:
        self._show = show
        self._begun = time.monotonic()
        self._shown = False

    def __call__(self, done: int, total: int | None) -> None:
        if time.monotonic() - self._begun >= LONG:
            self._shown = True
            self._show(done, total)

    def close(self) -> None:
        """Takes the bar away."""
        if self._shown:
            self._show(-1, None)


def _terminal(done: int, total: int | None) -> None:
    if done < 0:
        line = ""
    elif total:
        filled = min(WIDTH, WIDTH * done // total)
        line = f"reading {'█' * filled}{'░' * (WIDTH - filled)} {done >> 20:,} of {total >> 20:,} MiB"
    else:
        line = f"reading {done >> 20:,} MiB"
    print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def _notebook() -> Callable[[int, int | None], None] | None:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    shown: Any = None

    def show(done: int, total: int | None) -> None:
        nonlocal shown
        if done < 0:
            shown.close()
            return
        if shown is None:
            shown = tqdm(total=total, unit="B", unit_scale=True, unit_divisor=1024, desc="reading", leave=False)
        shown.update(done - shown.n)

    return show

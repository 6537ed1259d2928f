"""Dictionaries as JSON, with what analysts put in them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any


def dumps(value: Any) -> str:
    """The JSON of a value: instants in ISO 8601, and whatever a library wraps a number or a text in as what it wraps."""
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    # Scalars of NumPy, pandas and Polars.
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"expected what JSON can hold, found {type(value).__name__}")

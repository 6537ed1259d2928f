"""Who is in this audience, and how many are they? Exactly, explainably, fast.

An audience is a filter (nested AND and OR groups of conditions on times, counts, revenue, custom fields, lists and
do-not-call state) and the lists that it is asked on. headcount reads the filter as text or as JSON, asks it of contact
records, and counts:

>>> from headcount import *
>>> table = Table.read("examples/contacts.json")
>>> cx = EvalContext(now="2025-11-15T08:30:00Z")
>>> audience = Audience("last_clicked_at within 30 days and click_count >= 3", source_lists=[101, 102])
>>> table.size(audience, cx).value
4

- `Filter` is what is asked, `Audience` a filter with its source lists.
- `EvalContext` is the instant that counts as now, with the readings (`Semantics`); the library never looks at the clock.
- `Table` holds a population in columns: its size, its members, why a size is what it is.
- `AudienceSet` tells which of many audiences hold a contact.
- `Live` keeps audiences up to date while contacts change and time passes, and tells who enters and who leaves.
- What is wrong is an exception with every problem at once: `FilterError`, `RecordError`; what is only to be heard is a
  warning, `NoteWarning`.

Every class and method has an example in its docstring; each runs as a test, after `from headcount import *`.
"""

from ._exceptions import FilterError, HeadcountError, InternalError, NoteWarning, RecordError, Refusal
from ._headcount import (
    __version__,
    Audience,
    AudienceSet,
    Breakdown,
    Contact,
    Description,
    Estimate,
    EvalContext,
    Event,
    Events,
    Explanation,
    Filter,
    Limits,
    Live,
    MemberRows,
    Members,
    Note,
    Overlap,
    Problem,
    ReadReport,
    Reconciliation,
    Sample,
    Semantics,
    Size,
    Statement,
    Table,
    Timeline,
)

__all__ = [
    "Audience",
    "AudienceSet",
    "Breakdown",
    "Contact",
    "Description",
    "Estimate",
    "EvalContext",
    "Event",
    "Events",
    "Explanation",
    "Filter",
    "FilterError",
    "HeadcountError",
    "InternalError",
    "Limits",
    "Live",
    "MemberRows",
    "Members",
    "Note",
    "NoteWarning",
    "Overlap",
    "Problem",
    "ReadReport",
    "RecordError",
    "Reconciliation",
    "Refusal",
    "Sample",
    "Semantics",
    "Size",
    "Statement",
    "Table",
    "Timeline",
]

"""What is wrong, as exceptions, and what is to be heard, as a warning."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._headcount import Note, Problem
    from .spark import PartitionsNote


class HeadcountError(ValueError):
    """Something is wrong with what was given: the base of the exceptions that have problems.

    `problems` has every problem that is described, and `omitted` is how many more there are. As text it is all of them,
    each drawn under the line that it is in.
    """

    problems: "list[Problem]"
    omitted: int

    def __init__(self, message: str, problems: "Sequence[Problem]" = (), omitted: int = 0) -> None:
        super().__init__(message, problems, omitted)
        self.problems = list(problems)
        self.omitted = omitted

    def __str__(self) -> str:
        return str(self.args[0])


class FilterError(HeadcountError):
    """A filter, an audience or a setting cannot be read.

    >>> try:
    ...     Filter("clickcount > 3 and last_sent_at within 30")
    ... except FilterError as error:
    ...     print(error)
    error[unknown_field]: unknown field `clickcount`, did you mean `click_count`?
     --> 1:1
      |
    1 | clickcount > 3 and last_sent_at within 30
      | ^^^^^^^^^^
    <BLANKLINE>
    error[missing_unit]: operator `within` needs a unit with its number: days, hours or minutes
     --> 1:20
      |
    1 | clickcount > 3 and last_sent_at within 30
      |                    ^^^^^^^^^^^^^^^^^^^^^^
    """


class RecordError(HeadcountError):
    """Contact records cannot be read.

    >>> try:
    ...     Contact({"phone_number": "+14155550101", "list_id": "x"})
    ... except RecordError as error:
    ...     error.problems[0].pointer
    '/list_id'
    """


class Refusal(HeadcountError):
    """A condition cannot be expressed exactly for another engine.

    `condition` is the condition as text, None where it is about all of them, and `reason` is why.
    """

    condition: str | None
    reason: str

    def __init__(self, message: str, condition: str | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.args = (message, condition, reason)
        self.condition = condition
        self.reason = reason


class InternalError(RuntimeError):
    """A mistake in headcount itself. Nothing that is given to it should raise this; if something does, please tell."""


class NoteWarning(UserWarning):
    """What is to be heard of data though nothing is wrong; `note` is the same as data, a `Note` but for what is put together from
    partitions of Spark.

    `warnings.simplefilter("error", NoteWarning)` makes each an exception, and `"ignore"` silences them.
    """

    note: "Note | PartitionsNote"

    def __init__(self, note: "Note | PartitionsNote") -> None:
        super().__init__(note)
        self.note = note


# Where they are imported from, which tracebacks and pickles say.
for _class in (HeadcountError, FilterError, RecordError, Refusal, InternalError, NoteWarning):
    _class.__module__ = "headcount"

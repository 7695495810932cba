"""The draft of a report to the council: its words, and how the council dealt with it.

Sections are those of Stevns' report of March 2021 (1, 2, 4.1) and of Gentofte's and Aalborg's
(themes, examples). Numbers, activities and recommendations are put in as the report is made.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

SECTIONS = ("framework", "method", "themes", "examples", "conclusion")


@dataclass(frozen=True, slots=True, repr=False)
class ReportDraft:
    """A draft. ``first`` and ``last``: the period's days, both counted; ``by``: rows of tables.

    Sections may have live numbers in them (`whistle.report.live`). ``committee``, ``meeting``,
    ``decision`` and ``annexes``: how the council dealt with it, under ``case_number``.
    """

    kind: ClassVar[str] = "report"
    first: date
    last: date
    by: str = "quarter"
    language: str = "da"
    framework: str = ""
    method: str = ""
    themes: str = ""
    examples: str = ""
    conclusion: str = ""
    case_number: str = ""
    committee: str = ""
    meeting: date | None = None
    decision: str = ""
    annexes: tuple[str, ...] = ()

"""A report made from its draft: the period counted, live numbers put in, the book told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from whistle.casework.cases import Cases
from whistle.casework.learning.book import OpenedBook, read_book
from whistle.casework.reporting.gathering import gather
from whistle.domain.book import (
    Activity,
    Change,
    Evaluation,
    NoRecommendations,
    Recommendation,
)
from whistle.domain.counting import Period
from whistle.domain.report_draft import SECTIONS, ReportDraft
from whistle.report import chapters, live
from whistle.report.building import basis_of, build
from whistle.report.chapters import Book
from whistle.report.comparing import compared
from whistle.report.document import Document, Part
from whistle.report.model import Report, Version
from whistle.report.periods import Step, days_label
from whistle.report.tables import Basis


@dataclass(frozen=True, slots=True)
class Made:
    """A report as it can be read. ``wrong``: places of live numbers that there are not.

    ``damaged``: how many cases or records do not open, and are not counted.
    """

    report: Report
    document: Document
    wrong: Sequence[str] = ()
    damaged: int = 0


def make(cases: Cases, draft: ReportDraft) -> Made:
    """Count the period and write the closed report. Raises as `Cases.note`, `NotGrantedError`."""
    profile, days = cases.here.profiles, Period(draft.first, draft.last)
    gathered = gather(cases).for_report(profile, days, Step(draft.by))
    wanted, book = gathered.wanted(draft.language), told_by(read_book(cases))
    basis = basis_of(profile, gathered.facts, wanted)
    report = build(profile, gathered.facts, wanted, chapters.notes(book, basis))
    report = compared(report, gathered.with_earlier(basis), book.changes)
    parts = parts_of(basis, report, book, draft)
    document = Document.of(report, parts.before, parts.after)
    return Made(report, document, parts.wrong, gathered.damaged)


@dataclass(frozen=True, slots=True)
class Parts:
    """The sections around a report's numbers. ``wrong``, ``hidden``: as of `live.Told`."""

    before: Sequence[Part]
    after: Sequence[Part]
    wrong: Sequence[str]
    hidden: Sequence[str]


def parts_of(basis: Basis, report: Report, book: Book, draft: ReportDraft) -> Parts:
    """Write the sections of a draft, with a report's numbers in them.

    In the public version only the evaluations that are public are told.
    """
    if report.version is Version.PUBLIC:
        book = replace(book, evaluations=[one for one in book.evaluations if one.public])
    words = _Words(report)
    before = [words.part(basis, name, draft) for name in SECTIONS[:2]]
    after = [
        *(words.part(basis, name, draft) for name in SECTIONS[2:4]),
        chapters.activities(book, basis),
        chapters.recommendations(book, basis),
        chapters.evaluations(book, basis),
        words.part(basis, SECTIONS[4], draft),
        _handling(basis, draft),
    ]
    return Parts(_there(before), _there(after), words.wrong, words.hidden)


def told_by(book: OpenedBook) -> Book:
    """Give what of the book a report tells."""
    return Book(
        [one for _, one in book.of_kind(Activity)],
        [one for _, one in book.of_kind(Change)],
        [one for _, one in book.of_kind(Evaluation)],
        [one for _, one in book.of_kind(Recommendation)],
        [one for _, one in book.of_kind(NoRecommendations)],
    )


class _Words:
    """The sections that somebody wrote, with a report's numbers in them."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.wrong: list[str] = []
        self.hidden: list[str] = []

    def part(self, basis: Basis, name: str, draft: ReportDraft) -> Part | None:
        """Give a section, or none where nothing is written."""
        text = getattr(draft, name).strip()
        if not text:
            return None
        paragraphs = text.replace("\r\n", "\n").split("\n\n")
        return Part(basis.said(f"section/{name}"), [self._filled(one) for one in paragraphs])

    def _filled(self, paragraph: str) -> str:
        told = live.fill_what_is_there(paragraph, self._report)
        self.wrong += told.wrong
        self.hidden += told.hidden
        return told.text


def _handling(basis: Basis, draft: ReportDraft) -> Part | None:
    """Tell how the council deals with the report (Aalborg's: case number, committee, decision)."""
    meeting = draft.meeting
    days = days_label(Period(meeting, meeting), basis.language) if meeting else ""
    told = {
        "case_number": draft.case_number,
        "committee": ", ".join(filter(None, (draft.committee, days))),
        "decision": draft.decision,
        "annexes": "; ".join(draft.annexes),
    }
    lines = [f"{basis.said(f'handling/{name}')}: {text}" for name, text in told.items() if text]
    return Part(basis.said("handling"), lines) if lines else None


def _there(parts: Iterable[Part | None]) -> list[Part]:
    return [one for one in parts if one is not None]

"""Rows of a table as enquiries, and what is wrong with each. Pure: nothing is stored or asked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from whistle.casework.exchange.columns import ENQUIRY, ISSUE, LONGEST_ID, REQUIRED
from whistle.casework.exchange.faults import Fault, fault
from whistle.casework.exchange.sheet import Line
from whistle.domain import rules_registration as rules
from whistle.domain.channel import Channel
from whistle.domain.office import Choice, Office
from whistle.domain.profile import Profile
from whistle.domain.registration import FIRST_DAY, Enquiry, Issue

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
_EXCEL_DAY_0 = date(1899, 12, 30)  # Excel's day 60 is 29 February 1900, which never was
_SAYS_NOTHING = Issue()
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, repr=False)
class Imported:
    """One enquiry of a file. ``rows``: those it stands on, one an issue."""

    enquiry_id: str
    received: date
    channel: Channel
    enquiry: Enquiry
    closed: date | None
    rows: Sequence[int]

    @property
    def issues(self) -> Sequence[Issue]:
        """What it is about."""
        return self.enquiry.issues


def check(
    lines: Sequence[Line], profile: Profile, today: date
) -> tuple[list[Imported], list[Fault]]:
    """Give the enquiries of a table, and every fault in the order of the rows."""
    by_enquiry: dict[str, list[Line]] = {}
    found: list[Imported] = []
    faults: list[Fault] = []
    for line in lines:
        by_enquiry.setdefault(line.cells.get("enquiry_id", ""), []).append(line)
    for enquiry_id, rows in by_enquiry.items():
        reader = _Reader(profile, today)
        imported = reader.read(enquiry_id, rows)
        faults += reader.faults
        if imported is not None:
            found.append(imported)
    return found, sorted(faults, key=lambda one: one.row or 0)


class _Reader:
    """Reads the rows of one enquiry."""

    def __init__(self, profile: Profile, today: date) -> None:
        self.faults: list[Fault] = []
        self._profile, self._today = profile, today

    def read(self, enquiry_id: str, lines: Sequence[Line]) -> Imported | None:
        """Give the enquiry; none where it has no day or door. By the newest profile, then."""
        first = lines[0]
        for line in lines if not enquiry_id else lines[:1]:
            self._required(line)
        if len(enquiry_id) > LONGEST_ID:
            self._add("too_long", first.row, "enquiry_id", most=str(LONGEST_ID))
        self.faults += _disagreements(enquiry_id, lines) if enquiry_id else ()
        received = self._past_day(first, "received")
        channel = self._channel(first)
        enquiry = self._enquiry(first, lines, channel or Channel.CITIZEN)
        office = self._profile.on(received or self._today).office
        if channel is not None:
            self.faults += _rule_faults(enquiry, office, channel, received, lines)
        closed = self._past_day(first, "closed")
        if received is None or channel is None:
            return None
        if closed and closed < received:
            self._add(
                "closed_before_received", first.row, "closed",
                value=closed.isoformat(), received=received.isoformat(),
            )  # fmt: skip
        return Imported(
            enquiry_id, received, channel, enquiry, closed, [line.row for line in lines]
        )

    def _add(self, code: str, row: int, column: str, **details: str) -> None:
        self.faults.append(fault(code, row, column, **details))

    def _required(self, line: Line) -> None:
        for name in REQUIRED:
            if not line.cells.get(name):
                self._add("missing", line.row, name)

    def _enquiry(self, first: Line, lines: Sequence[Line], channel: Channel) -> Enquiry:
        cells = first.cells
        issues = [Issue(**{name: line.cells.get(name, "") for name in ISSUE}) for line in lines]
        self._repeated(cells.get("enquiry_id", ""), lines, issues)
        outcome, is_result = cells.get("outcome", ""), channel is Channel.WHISTLEBLOWER
        return Enquiry(
            way_in=cells.get("way_in", ""),
            handling=cells.get("handling", ""),
            casework=self._yes_no(first, "casework"),
            enquirer=cells.get("enquirer", ""),
            approached=self._yes_no(first, "approached"),
            matter_date=self._day(first, "matter_date"),
            outcome="" if is_result else outcome,
            rejection=cells.get("rejection", ""),
            issues=tuple(one for one in issues if one != _SAYS_NOTHING),
            result=outcome if is_result else "",  # which § 27 of the whistleblowers' law counts
        )

    def _repeated(self, enquiry_id: str, lines: Sequence[Line], issues: Sequence[Issue]) -> None:
        seen: dict[Issue, int] = {}
        for line, issue in zip(lines, issues, strict=True):
            if issue in seen and enquiry_id:
                self._add(
                    "issue_twice", line.row, "enquiry_id",
                    value=enquiry_id, first=str(seen[issue]),
                )  # fmt: skip
            seen.setdefault(issue, line.row)

    def _channel(self, line: Line) -> Channel | None:
        value = line.cells.get("channel") or Channel.CITIZEN.value
        open_doors = [one.value for one in self._profile.on(self._today).channels]
        if value in open_doors:
            return Channel(value)
        self._add("unknown_channel", line.row, "channel", value=value, known=", ".join(open_doors))
        return None

    def _yes_no(self, line: Line, column: str) -> bool | None:
        value = line.cells.get(column, "")
        if value and value not in _YES_NO:
            self._add("not_yes_no", line.row, column, value=value)
        return _YES_NO.get(value)

    def _past_day(self, line: Line, column: str) -> date | None:
        day = self._day(line, column)
        if day and day > self._today:
            self._add("in_future", line.row, column, value=day.isoformat())
        if day and day < FIRST_DAY:
            self._add("too_early", line.row, column, value=day.isoformat())
        return day

    def _day(self, line: Line, column: str) -> date | None:
        value = line.cells.get(column, "")
        if not value:
            return None
        try:
            if _ISO.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:  # 2021-02-30
            pass
        if _SERIAL.fullmatch(value):
            meant = _EXCEL_DAY_0 + timedelta(days=int(value[:5]))
            self._add("excel_date", line.row, column, value=value, meant=meant.isoformat())
        else:
            self._add("not_iso_date", line.row, column, value=value)
        return None


def _disagreements(enquiry_id: str, lines: Sequence[Line]) -> Iterator[Fault]:
    first = lines[0]
    for line in lines[1:]:
        for name in ENQUIRY[1:]:
            value, other = line.cells.get(name, ""), first.cells.get(name, "")
            if value != other:
                yield fault(
                    "rows_disagree", line.row, name,
                    value=value, other=other, first=str(first.row), enquiry=enquiry_id,
                )  # fmt: skip


def _rule_faults(
    enquiry: Enquiry,
    office: Office,
    channel: Channel,
    received: date | None,
    lines: Sequence[Line],
) -> Iterator[Fault]:
    """Say what the rules of registering find, by row and column."""
    rows = [line.row for line in lines if any(line.cells.get(name) for name in ISSUE)]
    for one in rules.registration_faults(enquiry, office, channel, received):
        if one.code is rules.Code.MISSING and one.field == "casework":
            continue  # which was found before: empty, or neither yes nor no
        row = rows[one.issue] if one.issue is not None else lines[0].row
        known = _known(one, enquiry, office, channel)
        column = "outcome" if one.field == "result" else one.field
        yield fault(one.code.value, row, column, value=one.value, known=", ".join(known) or "–")


def _known(one: rules.Fault, enquiry: Enquiry, office: Office, channel: Channel) -> list[str]:
    """Give the identifiers that a cell could have held."""
    issue = enquiry.issues[one.issue] if one.issue is not None else Issue()
    category, centre = office.category(issue.category), office.centre(issue.centre)
    kinds, council = office.whistleblowing, office.council
    lists: Mapping[str, Iterable[Choice]] = {
        "way_in": office.ways_in,
        "handling": office.handlings,
        "enquirer": office.enquirers,
        "outcome": council.outcomes if channel is Channel.COUNCIL else office.outcomes,
        "result": kinds.results,
        "rejection": {
            Channel.WHISTLEBLOWER: kinds.rejections,
            Channel.COUNCIL: council.rejections,
        }.get(channel, office.rejections),
        "category": office.categories,
        "subcategory": category.subcategories if category else (),
        "centre": office.centres,
        "division": centre.divisions if centre else (),
        "theme": kinds.themes if channel is Channel.WHISTLEBLOWER else office.themes,
    }
    return [choice.id for choice in lists.get(one.field, ())]

"""Bringing registrations in from a table: everything is checked first, then all is written at once.

Nothing is written unless all is right, and then in one transaction with its entry in the log: a
process that is killed leaves all of it or nothing. An enquiry that is there already is refused by
its name, which is kept sealed with its registration, and by the id that its case would have; so the
same file cannot come in twice, not even when its cases were erased or passed on since.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from whistle.audit.log import deed
from whistle.casework.cases import MOST_TRIES, Cases
from whistle.casework.entering import NewCase, Rows, inbox_to_enter, insert, rows_of
from whistle.casework.exchange.checking import Imported, check
from whistle.casework.exchange.columns import COLUMNS, MOST_ROWS, REQUIRED
from whistle.casework.exchange.faults import Fault, fault
from whistle.casework.exchange.naming import Door, known_ids, open_door
from whistle.casework.exchange.registrations import open_all
from whistle.casework.exchange.sheet import read_sheet
from whistle.casework.exchange.totals import check_totals
from whistle.casework.registering import OWN_INITIATIVE, spoken_to
from whistle.crypto.errors import NotGrantedError
from whistle.domain.channel import Channel
from whistle.domain.logged import Logged
from whistle.keys.records import Registration
from whistle.storage.errors import ConflictError, DuplicateError

_AT_ONCE = 1000  # cases that are stored by one statement
Progress = Callable[[int, int], None]


def _quietly(_done: int, _all: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True, repr=False)
class Files:
    """What is brought: the table, and the totals that somebody states for it, or none."""

    table: bytes
    totals: bytes | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What became of a file. ``rows``: how many it has; ``written``: how many are cases now."""

    rows: int
    written: int
    faults: Sequence[Fault]
    enquiries: Sequence[Imported]


@dataclass(frozen=True, slots=True, repr=False)
class _Checked:
    """A report, and the doors by which what is in the file comes in.

    ``ids``: those that an enquiry's case may have, by the enquiry's name; it gets the first.
    """

    report: Report
    doors: Mapping[Channel, Door]
    ids: Mapping[str, Sequence[bytes]]


def try_import(cases: Cases, files: Files, most_rows: int = MOST_ROWS) -> Report:
    """Say what a file would become, and all that is wrong with it. Nothing is written.

    But an entry of the log, where there was something to look for. Raises as `Cases.note`.
    """
    checked = _checked(cases, files, most_rows)
    cases.note(
        *(deed(Logged.CASES_IMPORTED, door.inbox, tried=1) for door in checked.doors.values())
    )
    return checked.report


def _checked(cases: Cases, files: Files, most_rows: int) -> _Checked:
    sheet = read_sheet(files.table, COLUMNS, REQUIRED, most_rows)
    profiles, today = cases.here.profiles, cases.here.clock.today()
    enquiries, wrong = check(sheet.lines, profiles, today)
    doors, closed = _doors(cases, enquiries)
    ids = {
        one.enquiry_id: tuple(doors[one.channel].ids(one.enquiry_id))
        for one in enquiries
        if one.channel in doors
    }
    there = _already_there(cases, doors.values(), ids, enquiries)
    faults = [*sheet.faults, *wrong, *closed, *there]
    faults.sort(key=lambda one: one.row or 0)
    if files.totals is not None:
        last = max((one.received for one in enquiries), default=today)
        faults += check_totals(files.totals, enquiries, profiles.on(last).office)
    return _Checked(Report(len(sheet.lines), 0, faults, enquiries), doors, ids)


def _doors(
    cases: Cases, enquiries: Iterable[Imported]
) -> tuple[Mapping[Channel, Door], Sequence[Fault]]:
    """Open the doors of a file; say of which ones this member has no key, once each."""
    doors, faults = {}, []
    first = {one.channel: one for one in reversed(list(enquiries))}
    for channel in sorted(first):
        try:
            doors[channel] = open_door(cases, inbox_to_enter(cases, channel))
        except NotGrantedError:
            row = first[channel].rows[0]
            faults.append(fault("closed_to_you", row, "channel", value=channel.value))
    return doors, faults


def _already_there(
    cases: Cases,
    doors: Collection[Door],
    ids: Mapping[str, Sequence[bytes]],
    enquiries: Sequence[Imported],
) -> list[Fault]:
    """Say which enquiries are cases, or were: by their names, and by the ids these make."""
    if not enquiries:
        return []
    opened = (one for one in open_all(cases) if one)
    names = {name for one in opened for name in (one.enquiry_id, one.case.id.hex())}
    known = known_ids(cases, doors, {one for each in ids.values() for one in each})
    return [
        fault("already_there", one.rows[0], "enquiry_id", value=one.enquiry_id)
        for one in enquiries
        if one.enquiry_id in names or not known.isdisjoint(ids.get(one.enquiry_id, ()))
    ]


def import_files(
    cases: Cases, files: Files, progress: Progress = _quietly, most_rows: int = MOST_ROWS
) -> Report:
    """Bring a file in, all of it or nothing. ``progress``: told how many cases of how many.

    Raises `ConflictError` where others keep changing the inboxes meanwhile.
    """
    for _ in range(MOST_TRIES):
        checked = _checked(cases, files, most_rows)
        report = checked.report
        if report.faults:
            return report
        try:
            _write(cases, checked, progress)
        except (ConflictError, DuplicateError):  # somebody was quicker: look again what is there
            continue
        return replace(report, written=report.rows)
    raise ConflictError("the inboxes keep changing")


def _write(cases: Cases, checked: _Checked, progress: Progress) -> None:
    by_door: dict[Channel, list[Rows]] = {channel: [] for channel in checked.doors}
    enquiries = checked.report.enquiries
    for number, one in enumerate(enquiries, start=1):
        door = checked.doors[one.channel]
        new = _new_case(checked.ids[one.enquiry_id][0], one)
        by_door[one.channel].append(rows_of(cases, door.inbox, new))
        progress(number, len(enquiries))
    done = (
        deed(Logged.CASES_IMPORTED, checked.doors[channel].inbox, number=len(rows))
        for channel, rows in by_door.items()
    )
    with cases.log.write(*done) as db:
        for channel, rows in by_door.items():
            for first in range(0, len(rows), _AT_ONCE):
                insert(db, checked.doors[channel].inbox, rows[first : first + _AT_ONCE])


def _new_case(case_id: bytes, one: Imported) -> NewCase:
    """Make the case of an enquiry. The table does not say what anybody was told, and when.

    So no duty counts as met, but towards who was spoken to: answered on the day it was closed.
    """
    known = Registration(closed=one.closed, enquiry=one.enquiry, source=one.enquiry_id)
    known = spoken_to(known, one.received, closes=one.closed is not None)
    if one.closed and known.feedback and one.enquiry.way_in != OWN_INITIATIVE:
        known = replace(known, feedback=one.closed)
    return NewCase(case_id, one.received, known)

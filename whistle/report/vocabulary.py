"""The lines of tables: what the profile said in a period, whichever of its versions said it.

A category that got another name has its newest; a centre that was closed in mid-year stays; what no
version knows is shown by its identifier. Lines keep the profile's order, older ones come after.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from whistle.domain.counting import Period
from whistle.domain.office import Centre, Choice, Office
from whistle.domain.profile import Profile
from whistle.report.model import Line

_Choice = TypeVar("_Choice", bound=Choice)


def offices_in(profile: Profile, period: Period) -> Sequence[Office]:
    """Give the office as it stood in a period, newest first: at least one."""
    found, until = [], None
    for version in profile.versions:
        begins_in_time = version.valid_from <= period.last
        if begins_in_time and (until is None or until > period.first):
            found.append(version.office)
        until = version.valid_from
    return found or [profile.on(period.first).office]


def choices_in(
    offices: Iterable[Office], of: Callable[[Office], Iterable[_Choice]]
) -> Mapping[str, _Choice]:
    """Give everything a list held in a period, by identifier, as it was newest."""
    found: dict[str, _Choice] = {}
    for office in offices:
        for one in of(office):
            found.setdefault(one.id, one)
    return found


def lines(choices: Mapping[str, Choice], seen: Iterable[str], language: str) -> list[Line]:
    """Give a line for each choice, and one for each identifier that was seen and is none."""
    known = [Line(one.id, one.label[language]) for one in choices.values()]
    return known + [Line(one, one) for one in sorted({*seen} - {*choices, ""})]


def centre_lines(
    centres: Mapping[str, Centre], seen: Iterable[str], language: str
) -> tuple[list[Line], str]:
    """Give the columns of centres by their short names, and the key to these under the table."""
    known = [Line(one.id, one.short or one.label[language]) for one in centres.values()]
    key = "   ".join(
        f"{one.short} = {one.label[language]}" for one in centres.values() if one.short
    )
    return known + [Line(one, one) for one in sorted({*seen} - {*centres, ""})], key

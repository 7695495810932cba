"""`whistle profile`: checks a municipality's profile, and says what each version of it holds."""

import argparse
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from whistle.domain.office import Office
    from whistle.domain.profile import Profile

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE = 0
DAY = timedelta(days=1)


def add_profile(commands: Commands) -> None:
    """Add `whistle profile` and its act."""
    command = commands.add_parser("profile", help="check a municipality's profile")
    acts = command.add_subparsers(required=True, metavar="ACT")
    check = acts.add_parser("check", help="say what each version holds, or what is wrong (2)")
    check.add_argument("profile", metavar="FILE", help="a .toml file, or a bundled one's name")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    from whistle.domain.clock import Clock  # noqa: PLC0415
    from whistle.domain.profile import load_profile  # noqa: PLC0415

    print("\n".join(told(load_profile(options.profile), Clock().today())))
    return DONE


def told(profile: "Profile", today: date) -> Iterator[str]:
    """Yield the lines that describe a profile: its versions, newest first, and what each holds."""
    count = len(profile.versions)
    yield f"{profile.id}: {profile.municipality}, {count} version{'s' if count > 1 else ''}"
    until = date.max
    for version in profile.versions:
        now = ", today's" if version == profile.on(today) else ""
        yield f"\n{_span(version.valid_from, until)}{now}"
        yield from (f"  {name:<19}{value}" for name, value in _held(version))
        until = version.valid_from - DAY if version.valid_from > date.min else date.min


def _span(begins: date, until: date) -> str:
    first = "from the beginning" if begins == date.min else f"from {begins}"
    return first if until == date.max else f"{first} to {until}"


def _held(profile: "Profile") -> Iterator[tuple[str, str]]:
    office = profile.office
    month, day = office.year_begins
    hours = f"{office.hours_a_week} hours a week, " if office.hours_a_week else ""
    yield "doors", ", ".join(profile.channels) or "none"
    yield "adviser", f"{hours}{profile.address}; reports to: {office.report_to['da']}"
    yield "counts", f"{office.unit}, in years from {month:02}-{day:02}"
    yield "centres", _with_parts(len(office.centres), _parts(office)[0], "divisions")
    yield "categories", _with_parts(len(office.categories), _parts(office)[1], "sub-categories")
    for name in ("outcomes", "rejections", "themes", "enquirers", "recipients", "texts"):
        yield name, str(len(getattr(office, name)))
    yield "reply of a centre", f"{office.reply_days} working days"
    yield "half-year rule", f"{office.half_year_months} months"
    yield "kept", _by_door(profile, office.keep_months, "months")
    yield "published from", _by_door(profile, office.disclosure, "people")


def _parts(office: "Office") -> tuple[int, int]:
    return (
        sum(len(one.divisions) for one in office.centres),
        sum(len(one.subcategories) for one in office.categories),
    )


def _with_parts(count: int, parts: int, name: str) -> str:
    return f"{count}, with {parts} {name}" if parts else str(count)


def _by_door(profile: "Profile", numbers: Mapping[str, int], unit: str) -> str:
    return ", ".join(f"{door} {numbers[door]}" for door in profile.channels) + f" ({unit})"

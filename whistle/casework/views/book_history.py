"""What became of a recommendation, step by step: told from the versions of its entry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from flask_babel import gettext as _

from whistle.casework.views.book_words import status_names, year_name
from whistle.domain.book import Recommendation
from whistle.keys.book import Entry
from whistle.web import long_date


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to it. ``text``: what was written, if anything was."""

    day: date
    author: str
    words: str
    text: str = ""


def history(versions: Sequence[Entry], names: Mapping[bytes, str]) -> Iterator[Step]:
    """Yield the steps, the oldest first; ``names`` of members by their ids."""
    first = versions[0]
    if isinstance(first.content, Recommendation):
        years = ", ".join(map(year_name, first.content.years))
        yield _step(first, names, _("Written for the report for %(year)s", year=years))
    for before, after in pairwise(versions):
        for words, text in _between(before, after):
            yield _step(after, names, words, text)


def _step(entry: Entry, names: Mapping[bytes, str], words: str, text: str = "") -> Step:
    return Step(entry.written.date(), names.get(entry.author, "?"), words, text)


def _between(before: Entry, after: Entry) -> Iterator[tuple[str, str]]:
    if before.deleted is not after.deleted:
        yield (_("Struck out") if after.deleted else _("Taken back")), ""
    old, new = before.content, after.content
    if not isinstance(old, Recommendation) or not isinstance(new, Recommendation):
        return
    for year in new.years:
        if year not in old.years:
            yield _("Repeated in the report for %(year)s", year=year_name(year)), ""
    for year in old.years:
        if year not in new.years:
            yield _("Left out of the report for %(year)s", year=year_name(year)), ""
    yield from _responded(old, new)
    if new.ended != old.ended or new.why_ended != old.why_ended:
        words = _("Ended on %(day)s", day=long_date(new.ended)) if new.ended else ""
        yield words or _("Carried on after all"), new.why_ended
    if _plain(old) != _plain(new):
        yield _("Changed"), "" if old.text == new.text else old.text


def _responded(old: Recommendation, new: Recommendation) -> Iterator[tuple[str, str]]:
    """Say which responses came, went, or got further."""
    if len(new.responses) < len(old.responses):
        yield _("A response was taken away"), ""
        return
    for was, now in zip(old.responses, new.responses, strict=False):
        if was.status is not now.status:
            yield _("Now %(status)s", status=status_names()[now.status]), now.initiative
        elif was != now:
            yield _("A response was changed"), now.initiative
    for one in new.responses[len(old.responses) :]:
        yield _("Response of the administration"), one.initiative


def _plain(told: Recommendation) -> Recommendation:
    """Give a recommendation without all that has a step of its own."""
    return replace(told, years=(), responses=(), ended=None, why_ended="")

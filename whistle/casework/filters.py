"""Filters of lists and searches: what the database can tell, and what a registration has to say."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from whistle.domain.office import Choice, Office
from whistle.domain.profile import Profile
from whistle.keys.canonical import dump

# What a value of a row can do to who reads it: SQLite keeps whatever type somebody writes.
DAMAGED = (OverflowError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True)
class Filters:
    """What cases have to be like. ``since`` and ``until``: received, both days included.

    ``centre`` and ``category``: identifiers of the profile, empty for any. ``unregistered``: only
    those that nobody has registered. These three lie sealed in the registration.
    """

    centre: str = ""
    category: str = ""
    unregistered: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def need_keys(self) -> bool:
        """Whether registrations have to be opened."""
        return bool(self.centre or self.category or self.unregistered)

    @property
    def take_new(self) -> bool:
        """Whether a case that nobody has opened is wanted: nothing is registered of it."""
        return not (self.centre or self.category)

    def take(self, registration: bytes) -> bool:
        """Say whether a case with this registration, in canonical bytes, is wanted.

        Most are told by their bytes alone: canonical JSON writes a field in one way, with a
        backslash before a quotation mark of a text, and leaves ``casework`` out until somebody
        registers. ``category`` is a field of issues alone; a date has a ``centre``, too.
        """
        return self.may_take(registration) and (not self.centre or self._issue_in(registration))

    def may_take(self, padded: bytes) -> bool:
        """Say no where a registration, in its padding or without, cannot be wanted."""
        if self.unregistered and b'"casework":' in padded:
            return False
        for part in self._parts:  # noqa: SIM110  (all() of a generator takes three times as long)
            if part not in padded:
                return False
        return True

    @cached_property
    def _parts(self) -> list[bytes]:
        wanted = (("category", self.category), ("centre", self.centre))
        return [dump({name: value})[1:-1] for name, value in wanted if value]

    def _issue_in(self, registration: bytes) -> bool:
        record: Mapping[str, Mapping[str, list[Mapping[str, str]]]] = json.loads(registration)
        return any(
            self.centre in {"", issue.get("centre")}
            and self.category in {"", issue.get("category")}
            for issue in record.get("enquiry", {}).get("issues", [])
        )


def centres(profile: Profile) -> Mapping[str, Choice]:
    """Give the centres of every version of the profile by identifier, under their newest names."""
    return _of_every_version(profile, lambda office: office.centres)


def categories(profile: Profile) -> Mapping[str, Choice]:
    """Give the categories of every version of the profile, as `centres`."""
    return _of_every_version(profile, lambda office: office.categories)


def _of_every_version(
    profile: Profile, choices: Callable[[Office], Iterable[Choice]]
) -> Mapping[str, Choice]:
    known: dict[str, Choice] = {}
    for version in (profile, *profile.earlier):
        for one in choices(version.office):
            known.setdefault(one.id, one)
    return known

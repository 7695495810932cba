"""Filters of lists and searches: what the database can tell, and what a registration has to say."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from whistle.domain.office import Choice, Office
from whistle.domain.profile import Profile
from whistle.keys.canonical import dump

# What a value of a row can do to who reads it: SQLite keeps whatever type somebody writes.
DAMAGED = (OverflowError, ValueError, TypeError, AttributeError)
_ISSUES, _CASEWORK = b'"issues":', b'"casework":'


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
        """Say whether a case with this registration, or with its facts (`Reader`), is wanted."""
        enquiry = _enquiry(registration)
        if self.unregistered and "casework" in enquiry:
            return False
        return not (self.centre or self.category) or any(
            self.centre in {"", issue.get("centre")}
            and self.category in {"", issue.get("category")}
            for issue in enquiry.get("issues", ())
        )


class Reader:
    """Reads registrations for one call: each list of issues once, however many cases have the same.

    What it has read it keeps in the clear, so it may not outlive the call whose keys opened it.
    """

    def __init__(self) -> None:
        self._is_whole, self._facts = cache(_is_whole), cache(_facts)

    def facts_of(self, registration: bytes) -> bytes:
        """Give of a registration, in canonical bytes, what filters look at, in the same form."""
        return self._facts(_CASEWORK in registration, self.issues_in(registration))

    def issues_in(self, registration: bytes) -> bytes:
        """Give the issues in a registration, in canonical bytes.

        They are cut out, not read, as lists need them of thousands. In a text a quotation mark is
        escaped, so what stands between two of them and a colon is a key; a registration has each
        once.
        """
        start = registration.find(_ISSUES) + len(_ISSUES)
        if start < len(_ISSUES):
            return b"[]"
        issues = registration[start : registration.find(b"]", start) + 1]
        return issues if self._is_whole(issues) else dump(_enquiry(registration)["issues"])


def _is_whole(issues: bytes) -> bool:
    """Say whether a list was not cut off within a name that has a bracket."""
    try:
        return isinstance(json.loads(issues), list)
    except ValueError:
        return False


def _facts(registered: bool, issues: bytes) -> bytes:  # noqa: FBT001  (a key)
    enquiry: dict[str, Any] = {"casework": True} if registered else {}
    pairs = [
        {"category": one.get("category", ""), "centre": one.get("centre", "")}
        for one in json.loads(issues)
    ]
    return dump({"enquiry": {**enquiry, "issues": pairs}})


def _enquiry(registration: bytes) -> Mapping[str, Any]:
    enquiry: Mapping[str, Any] = json.loads(registration).get("enquiry", {})
    return enquiry


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

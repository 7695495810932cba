"""The main menu behind the second door. A role shows buttons; keys decide what opens."""

from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import gettext as _

from whistle.accounts.leaving import LeavingService
from whistle.accounts.members import role_of
from whistle.crypto.errors import DirectoryError
from whistle.domain.channel import InboxKind
from whistle.domain.role import Role
from whistle.signed_in import SignedIn, is_in_an_inbox, signed_in
from whistle.web import this_installation


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A link of the menu; ``here``: it leads to the page that is being shown."""

    url: str
    title: str
    here: bool


def init_app(app: Flask) -> None:
    """Have every page of ``app`` find its menu."""
    app.context_processor(lambda: {"main_menu": main_menu, "somebody_left": somebody_left})


def main_menu() -> list[MenuLink]:
    """Give the links for whoever is signed in."""
    member = signed_in()
    if member is None:
        return []
    home, role = home_endpoint(member), role_of(member.row)
    links = [] if home == "accounts.keys" else [(home, _home_title(member))]
    if home == "casework.inboxes":
        links += [
            ("casework.overview", _("Overview")),
            ("casework.entry", _("New enquiry")),
            ("casework.search", _("Search")),
            ("casework.dates", _("Dates")),
            ("casework.access_requests", _("Access requests")),
        ]
        if role is not None and role.may_open is InboxKind.MAIN:  # the office's book is theirs
            links.append(("casework.recommendations", _("What we learn")))
        links.append(("casework.exchange", _("Import and export")))
    links.append(("accounts.members", _("Members")))
    if role is not None and role.may_open is not None:
        links.append(("accounts.keys", _("My keys")))
    if home == "casework.inboxes":
        links.append(("casework.log", _("Log")))
    return [
        MenuLink(url_for(endpoint), title, here=request.endpoint == endpoint)
        for endpoint, title in links
    ]


def home_endpoint(member: SignedIn) -> str:
    """Say where a member's work is. Who may hold no key has another desk.

    Whom nobody has let into an inbox yet is led to the fingerprint that they have to read aloud.
    """
    desks = {Role.TECHNICIAN: "accounts.technician", Role.READER: "accounts.reader"}
    role = role_of(member.row)
    if role in desks:
        return desks[role]
    try:
        return "casework.inboxes" if is_in_an_inbox(member) else "accounts.keys"
    except DirectoryError:  # the page that says so has a menu, too
        return "casework.inboxes"


def somebody_left() -> bool:
    """Say whether an inbox of this member's waits for new keys, as somebody has gone."""
    member = signed_in()
    if member is None:
        return False
    return bool(LeavingService(this_installation(), member.row, member.keyring).unsettled())


def _home_title(member: SignedIn) -> str:
    role = role_of(member.row)
    if role is Role.TECHNICIAN:
        return _("Running")
    return _("Statistics") if role is Role.READER else _("Inboxes")

"""Texts that are put before the reporter, as the pages of casework show them."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from whistle.casework.service import OpenedCase
from whistle.domain.approval import Approved, Means, PutText, TextKind, Version, texts_in
from whistle.web import long_date


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One version. ``mark``: what it is to the others, in words, or nothing."""

    number: int
    who: str
    written: date
    text: str
    recipient: str
    mark: str


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text with its versions, the newest first; ``id`` and ``version`` in hexadecimal."""

    id: str
    version: str
    is_complaint: bool
    title: str
    state: str
    details: tuple[str, ...]
    versions: tuple[ShownVersion, ...]
    recipient: str
    complain_by: date | None
    answer_by: date | None
    is_waiting: bool
    is_approved: bool
    can_export: bool
    approved_number: int
    is_over: bool


def show_texts(opened: OpenedCase) -> list[ShownText]:
    """Show every text of a case, the newest put first."""
    return [show_text(opened, one) for one in reversed(texts_in(opened.messages))]


def show_text(opened: OpenedCase, text: PutText) -> ShownText:
    """Show a text."""
    newest, approved = text.newest, text.approved
    is_complaint = text.kind is TextKind.COMPLAINT
    return ShownText(
        text.id.hex(),
        newest.fingerprint.hex(),
        is_complaint,
        _title(text),
        _state(opened, text),
        tuple(_details(approved)) if approved else (),
        tuple(_version(text, one) for one in reversed(text.versions)),
        newest.put.recipient,
        newest.put.complain_by,
        newest.put.answer_by,
        text.is_waiting,
        text.is_approved,
        is_complaint and approved is not None and text.dropped is None,
        approved.version.number if approved else 0,
        text.is_over,
    )


def _title(text: PutText) -> str:
    if text.kind is TextKind.COMPLAINT:
        return _("Complaint to %(whom)s", whom=text.newest.put.recipient or "?")
    return _("Minutes of what the reporter told")


def _state(opened: OpenedCase, text: PutText) -> str:
    if text.sent:
        return _("Sent on %(date)s", date=long_date(text.sent))
    if text.dropped:
        return _("Laid aside on %(date)s", date=long_date(text.dropped))
    if text.is_approved and text.approved:
        return _("Approved on %(date)s", date=long_date(text.approved.day))
    if text.newest.by_reporter:
        return _("The reporter corrected it, and has not approved it yet")
    if not opened.has_reporter:
        return _("Waits for you to hear whether they approve it")
    return _("Waits for the reporter")


def _details(approved: Approved) -> list[str]:
    """Say how far the approval reaches."""
    told = [_("What stands approved is version %(number)s.", number=approved.version.number)]
    if not approved.by_reporter:
        how = {
            Means.VOICE: _("They said so: %(how)s.", how=approved.about.how),
            Means.SIGNATURE: _("They signed it on paper: %(how)s.", how=approved.about.how),
        }.get(approved.about.means, "")
        told += [how, _("Noted by %(name)s, not approved with a receipt.", name=approved.noted_by)]
    elif approved.shared:
        told.append(
            _(
                "It was approved with the receipt that was printed here. Whoever printed it could "
                "have done so, too."
            )
        )
    if approved.version.put.kind is TextKind.COMPLAINT:
        with_name = approved.about.with_name
        told.append(_("With their name.") if with_name else _("Without their name."))
    return told


def _version(text: PutText, version: Version) -> ShownVersion:
    who = _("The reporter") if version.by_reporter else version.author or _("Casework")
    mark = ""
    if text.approved and text.approved.version == version:
        mark = _("stands approved")
    elif version == text.newest and text.is_waiting:
        mark = _("waits")
    return ShownVersion(
        version.number, who, version.written, version.text, version.put.recipient, mark
    )

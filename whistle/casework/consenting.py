"""What leaves a case with somebody's yes: the consent is filed with it, both or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.filing import Filing
from whistle.domain.channel import Channel
from whistle.domain.filed import Consent
from whistle.domain.logged import Logged
from whistle.keys.filed import Content, Document, Filed, KeptFiled, seal_filed
from whistle.storage import attachments

Row: TypeAlias = tuple[Filed, bytes]


def channel_of(opened: OpenedCase) -> Channel:
    """Give the door that a case came by."""
    return opened.inbox.inbox.root.channel


def reported_role(opened: OpenedCase) -> str:
    """Give the role of who is reported at the council's door: as registered, or as was written.

    Empty where nobody said.
    """
    registered = opened.registration.enquiry.reported_role
    told = (one.answers.get("reported_role", ()) for one in opened.messages)
    return registered or next((values[0] for values in told if values), "")


def consents_with(
    opened: OpenedCase, said_yes: Consent | None = None, yes_id: bytes = b""
) -> Mapping[bytes, Consent]:
    """Give the consents of a case by their ids, and one that is about to be filed.

    That one is none where the same recipient's consent, for the same, was withdrawn on a later day.
    """
    filed = {kept.filed_id: consent for kept, consent in opened.notebook.of_kind(Consent)}
    if said_yes is None or any(_takes_back(one, said_yes) for one in filed.values()):
        return filed
    return {**filed, yes_id: said_yes}


def _takes_back(consent: Consent, said_yes: Consent) -> bool:
    same = consent.recipient == said_yes.recipient and consent.purpose is said_yes.purpose
    if not same or consent.withdrawn is None:
        return False
    return said_yes.given < consent.withdrawn


def version_of(cases: Cases, filed_id: bytes, version: int, content: Content) -> Filed:
    """Give a version of something, written now by this member."""
    now = cases.here.clock.now().replace(microsecond=0)
    return Filed(filed_id, version, cases.keyring.member_id, now, content)


def put_together(cases: Cases, opened: OpenedCase, rows: Sequence[Row], how: Filing) -> None:
    """Store versions of several filed things in one transaction: each with the id of its row.

    ``how``: its act is the one for what was filed before.
    """
    how.guard(opened)
    new = {filed.filed_id: KeptFiled([filed], [row_id]) for filed, row_id in rows}
    now = [*(one for one in opened.notebook.all_filed if one.filed_id not in new), *new.values()]
    known = how.also(told_by_dialogue(opened))
    with cases.writing(
        opened,
        replace(known, due=opened.notebook.dues(now, known.due)),
        *(_deed(opened, filed, how) for filed, _ in rows),
        filed=now,
    ) as db:
        for filed, row_id in rows:
            seal_filed(opened.items, filed, row_id).insert(db)
            if isinstance(filed.content, Document):
                attachments.bind(db, [filed.content.file.attachment_id], opened.case.id)


def _deed(opened: OpenedCase, filed: Filed, how: Filing) -> Deed:
    act = Logged.FILED if filed.version == 1 else how.act
    about = {"case": opened.case.id, "item": filed.filed_id}
    return deed(act, opened.inbox, kind=filed.content.kind, **about)

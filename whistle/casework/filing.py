"""Filing something on a case, changing it, striking it out: what every kind of it has in common.

Nobody's words are overwritten without being shown: who is slower gets `Done.CHANGED`.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from whistle.audit.log import deed
from whistle.casework.acts import Done, Undoable
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.kept import check_not_held
from whistle.domain.logged import Logged
from whistle.keys.canonical import dump
from whistle.keys.filed import Content, Document, Filed, KeptFiled, seal_filed
from whistle.keys.files import content_digest
from whistle.keys.records import Registration
from whistle.keys.shapes import to_json
from whistle.storage import attachments
from whistle.storage.errors import DuplicateError
from whistle.storage.tables import ID_BYTES

Change: TypeAlias = Callable[[Registration], Registration]
Guard: TypeAlias = Callable[[OpenedCase], None]


def _unchanged(registration: Registration) -> Registration:
    return registration


def _allowed(_opened: OpenedCase) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Filing:
    """What is filed beside a thing itself: ``also`` changes the case's registration with it.

    ``guard`` sees the case just before it is written to, and raises where a rule does not allow
    that. ``of``: the kinds that may be deleted so, where not every one may.
    """

    act: Logged
    also: Change = field(default=_unchanged)
    guard: Guard = field(default=_allowed)
    of: tuple[type, ...] = ()


def file_new(cases: Cases, case_id: bytes, form_id: bytes, content: Content, how: Filing) -> Done:
    """File something; ``form_id`` names the form, so that a double click files once.

    `Done.CHANGED` when what was filed from that form has been struck out since.
    """
    filed_id = filed_id_of(cases, form_id, content)

    def step(opened: OpenedCase) -> Done:
        before = opened.notebook.find_filed(filed_id)
        if before is not None:
            return Done.CHANGED if before.newest.deleted else Done.ALREADY
        _put(cases, opened, _version(cases, filed_id, 1, content), how, row_id=filed_id)
        return Done.YES

    try:
        return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    except DuplicateError:
        return Done.ALREADY


def filed_id_of(cases: Cases, form_id: bytes, content: Content) -> bytes:
    """Give the id that something gets when it is filed from a form."""
    words = content.kind
    if not isinstance(content, Document):  # which brings a key made by chance
        words += dump(to_json(content)).decode()
    return content_digest(cases.here.id, form_id, words, ())[:ID_BYTES]


@dataclass(frozen=True, slots=True)
class Place:
    """Which version of which filed thing a page showed."""

    case: bytes
    filed: bytes
    version: int


def change(cases: Cases, where: Place, changed: Callable[[Content], Content], how: Filing) -> Done:
    """Write a new version; `Done.CHANGED` when ``where.version`` is not the newest.

    ``changed`` is given what it says now, and gives what it shall say.
    """

    def step(opened: OpenedCase) -> Done:
        kept = opened.notebook.find_filed(where.filed)
        if kept is None or kept.newest.deleted:
            return Done.CHANGED
        content = changed(kept.content)
        if content == kept.content:
            return Done.ALREADY
        if kept.newest.version != where.version:
            return Done.CHANGED
        filed = _version(cases, where.filed, where.version + 1, content)
        _put(cases, opened, filed, how)
        return Done.YES

    return cases.attempt(where.case, step) or Done.CLOSED_TO_YOU


def strike(cases: Cases, where: Place, how: Filing) -> Done:
    """Delete something filed; `Done.CHANGED` when ``where.version`` is not the newest.

    It is erased with the next thing that is done to the case, or when somebody opens the case on a
    later day. Until then it can be undone. Raises `KeptError` under a legal hold.
    """

    def step(opened: OpenedCase) -> Done:
        kept = opened.notebook.find_filed(where.filed)
        if kept is None or kept.newest.deleted:
            return Done.ALREADY
        if how.of and not isinstance(kept.content, how.of):
            return Done.ALREADY  # there is no such thing of this kind
        if kept.newest.version != where.version:
            return Done.CHANGED
        check_not_held(opened.registration)
        gone = _version(cases, where.filed, where.version + 1, kept.content)
        _put(cases, opened, replace(gone, deleted=True), how)
        return Done.YES

    return cases.attempt(where.case, step) or Done.CLOSED_TO_YOU


def _version(cases: Cases, filed_id: bytes, version: int, content: Content) -> Filed:
    now = cases.here.clock.now().replace(microsecond=0)
    return Filed(filed_id, version, cases.keyring.member_id, now, content)


def _put(
    cases: Cases, opened: OpenedCase, filed: Filed, how: Filing, *, row_id: bytes = b""
) -> None:
    how.guard(opened)
    row_id = row_id or secrets.token_bytes(ID_BYTES)
    others = [one for one in opened.notebook.all_filed if one.filed_id != filed.filed_id]
    registration = how.also(told_by_dialogue(opened))
    now = [*others, KeptFiled([filed], [row_id])]
    registration = replace(registration, due=opened.notebook.dues(now, registration.due))
    if filed.deleted:
        registration = replace(registration, last_act=Undoable.FILED_DELETED, last_item=row_id)
    about = {"case": opened.case.id, "item": filed.filed_id}
    done = deed(how.act, opened.inbox, kind=filed.content.kind, **about)
    with cases.writing(opened, registration, done, filed=now) as db:
        seal_filed(opened.items, filed, row_id).insert(db)
        if isinstance(filed.content, Document) and filed.version == 1:
            attachments.bind(db, [filed.content.file.attachment_id], opened.case.id)

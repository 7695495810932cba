"""What an adviser does with the cases their keys open. Knows no request and no response."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, StrEnum

from whistle.crypto.errors import DirectoryError, SealingError
from whistle.domain.channel import Side
from whistle.domain.legal_clock import Deadlines, acknowledge_by, feedback_by
from whistle.installation import Installation
from whistle.keys.cases import (
    CaseItems,
    adopt,
    box_registration,
    open_inbox_keys,
    open_registration,
)
from whistle.keys.directory import TrustedInbox
from whistle.keys.files import ReceivedFile, content_digest, open_file
from whistle.keys.keyring import InboxKeys, Keyring, open_inboxes
from whistle.keys.records import FileManifest, Identity, Message, Registration
from whistle.storage import casework as queries
from whistle.storage import directory, members
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.rows import CaseRow, RegistrationRow
from whistle.storage.tables import ID_BYTES

MOST_TRIES = 5


class DutyKind(StrEnum):
    """What is owed to a reporter by a date."""

    ACKNOWLEDGE = "acknowledge"
    FEEDBACK = "feedback"


class Written(Enum):
    """What became of an answer."""

    YES = "yes"
    AGAIN = "the same content from the same form had been written before"
    CLOSED_TO_YOU = "this member's keys do not open the case"


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of the legal clock; ``done``: the day it was met."""

    kind: DutyKind
    due: date
    done: date | None

    def is_overdue(self, today: date) -> bool:
        """Whether the day has passed and the duty is not met."""
        return self.done is None and self.due < today


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in a list. ``title`` is empty until somebody gives one; ``damaged``: does not open."""

    case: CaseRow
    title: str
    is_new: bool
    unread: int
    duty: Duty | None
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class OpenedInbox:
    """An inbox that this member's keys open, what presses most first."""

    inbox: TrustedInbox
    cases: Sequence[ListedCase]


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case as this member's keys open it."""

    inbox: InboxKeys
    stored: queries.StoredCase
    items: CaseItems
    registration: Registration
    messages: Sequence[Message]

    @property
    def case(self) -> CaseRow:
        """What can be read without a key."""
        return self.stored.case

    @property
    def identity_given(self) -> bool:
        """Whether the reporter said who they are; who it is takes another step."""
        return any(message.identity_given for message in self.messages)


class CaseworkService:
    """The acts of one unlocked member."""

    def __init__(self, installation: Installation, keyring: Keyring) -> None:
        """Work on ``installation`` with the keys of one member."""
        self._here = installation
        self._keyring = keyring

    def inboxes(self) -> list[OpenedInbox]:
        """List every inbox this member's keys open."""
        opened = []
        for inbox in self._open_inboxes():
            with self._here.store.read() as db:
                rows = queries.list_cases(db, inbox.inbox.inbox_id)
            cases = [self._listed(inbox, row) for row in rows]
            cases.sort(key=self._pressing)
            opened.append(OpenedInbox(inbox.inbox, cases))
        return opened

    def open(self, case_id: bytes) -> OpenedCase | None:
        """Open a case; none when there is none, or when this member's keys do not open it."""
        for _ in range(MOST_TRIES):
            try:
                opened = self._open(case_id)
                if opened is not None:
                    opened = self._mark_seen(opened)
            except ConflictError:
                continue
            return opened
        raise ConflictError("the case keeps changing")

    def identity(self, case_id: bytes) -> Identity | None:
        """Open who the reporter is, as far as they ever said: an act of its own."""
        opened = self._open(case_id)
        if opened is None:
            return None
        given = [one for one in opened.items.identities(opened.stored.items) if one.is_given]
        return Identity(
            name=_all_of(one.name for one in given), contact=_all_of(one.contact for one in given)
        )

    def answer(
        self,
        case_id: bytes,
        form_id: bytes,
        text: str,
        files: Sequence[ReceivedFile],
        *,
        is_feedback: bool,
    ) -> Written:
        """Write to the reporter; the first answer acknowledges, feedback ends the clock.

        ``form_id`` names the form, so that a double click writes once.
        """
        digest = content_digest(self._here.id, form_id, text, files)
        for _ in range(MOST_TRIES):
            opened = self._open(case_id)
            if opened is None:
                return Written.CLOSED_TO_YOU
            try:
                self._write_answer(opened, digest, text, files, is_feedback=is_feedback)
            except DuplicateError:
                return Written.AGAIN
            except ConflictError:
                continue
            return Written.YES
        raise ConflictError("the case keeps changing")

    def file(
        self, case_id: bytes, attachment_id: bytes
    ) -> tuple[FileManifest, Iterator[bytes]] | None:
        """Open a file of a case's dialogue; none when this member has no such file."""
        opened = self._open(case_id)
        for message in opened.messages if opened else ():
            for manifest in message.files:
                if manifest.attachment_id == attachment_id:
                    return manifest, open_file(self._here.id, self._here.store, manifest)
        return None

    def readers(self, inbox: TrustedInbox) -> list[str]:
        """Name everybody whose keys open an inbox."""
        with self._here.store.read() as db:
            names = members.names(db)
        return [names.get(member.member_id, "?") for member in inbox.current.members]

    def duties(self, opened: OpenedCase) -> list[Duty]:
        """Give what is owed to this case's reporter, met or not."""
        return _duties(opened.case, opened.registration, self._deadlines(opened.inbox))

    # -- inside --------------------------------------------------------------------------------

    def _open_inboxes(self) -> list[InboxKeys]:
        with self._here.store.read() as db:
            grants = directory.grants_of(db, self._keyring.member_id)
        try:
            return open_inboxes(self._keyring, self._here.directory.inboxes, grants)
        except DirectoryError:  # somebody was let in since this process last looked
            self._here.directory.refresh()
            return open_inboxes(self._keyring, self._here.directory.inboxes, grants)

    def _deadlines(self, inbox: InboxKeys) -> Deadlines:
        return self._here.profile.channels[inbox.inbox.root.channel].deadlines

    def _listed(self, inbox: InboxKeys, row: queries.ListedCase) -> ListedCase:
        registration, damaged = Registration(), False
        if row.registration is not None:
            try:
                registration = open_registration(inbox, row.keys, row.registration)
            except SealingError:
                damaged = True
        duties = _duties(row.case, registration, self._deadlines(inbox))
        return ListedCase(
            row.case,
            registration.title,
            is_new=not row.keys.in_vault,
            unread=max(0, row.messages - registration.seen),
            duty=next((duty for duty in duties if duty.done is None), None)
            if row.case.is_open
            else None,
            damaged=damaged,
        )

    def _pressing(self, listed: ListedCase) -> tuple[bool, date, date]:
        due = listed.duty.due if listed.duty else date.max
        return (not listed.case.is_open, due, listed.case.received)

    def _open(self, case_id: bytes) -> OpenedCase | None:
        with self._here.store.read() as db:
            stored = queries.get_case(db, case_id)
        if stored is None:
            return None
        inbox = next(
            (one for one in self._open_inboxes() if one.inbox.inbox_id == stored.keys.inbox_id),
            None,
        )
        if inbox is None:
            return None
        if not stored.keys.in_vault:
            stored = self._adopt(inbox, stored)
        if stored.registration is None:
            raise ConflictError("the registration is missing")
        keys = open_inbox_keys(inbox, stored.keys).keys
        items = CaseItems(self._here.id, case_id, keys)
        registration = open_registration(inbox, stored.keys, stored.registration)
        return OpenedCase(inbox, stored, items, registration, items.dialogue(stored.items))

    def _adopt(self, inbox: InboxKeys, stored: queries.StoredCase) -> queries.StoredCase:
        adopted, registration, _ = adopt(inbox, stored.keys)
        with self._here.store.write() as db:
            queries.adopt_case(db, stored.keys, adopted, registration)
        return replace(stored, keys=adopted, registration=registration)

    def _mark_seen(self, opened: OpenedCase) -> OpenedCase:
        if opened.registration.seen >= len(opened.messages):
            return opened
        registration = replace(opened.registration, seen=len(opened.messages))
        row = self._next_registration(opened, registration)
        with self._here.store.write() as db:
            queries.update_registration(db, row)
        stored = replace(opened.stored, registration=row)
        return replace(opened, registration=registration, stored=stored)

    def _next_registration(self, opened: OpenedCase, registration: Registration) -> RegistrationRow:
        current = opened.stored.registration
        version = current.version + 1 if current else 1
        return box_registration(opened.inbox, opened.stored.keys, registration, version=version)

    def _write_answer(
        self,
        opened: OpenedCase,
        digest: bytes,
        text: str,
        files: Sequence[ReceivedFile],
        *,
        is_feedback: bool,
    ) -> None:
        today = self._here.clock.today()
        message = Message(
            Side.CASEWORK,
            today,
            position=len(opened.messages),
            text=text,
            files=tuple(file.manifest for file in files),
            digest=digest,
        )
        registration = replace(
            opened.registration,
            seen=opened.registration.seen + 1,
            acknowledged=opened.registration.acknowledged or today,
            feedback=opened.registration.feedback or (today if is_feedback else None),
        )
        duties = _duties(opened.case, registration, self._deadlines(opened.inbox))
        due = {duty.kind: duty.due for duty in duties if duty.done is None}
        with self._here.store.write() as db:
            queries.insert_message(
                db,
                opened.stored.keys,
                opened.items.message(message, item_id=digest[:ID_BYTES]),
                [manifest.attachment_id for manifest in message.files],
            )
            queries.update_registration(db, self._next_registration(opened, registration))
            queries.set_duties(
                db,
                opened.case.id,
                due.get(DutyKind.ACKNOWLEDGE),
                due.get(DutyKind.FEEDBACK),
            )


def _all_of(values: Iterable[str]) -> str:
    """Join what was said at different times; their order is not stored."""
    return " / ".join(sorted({value for value in values if value}))


def _duties(case: CaseRow, registration: Registration, deadlines: Deadlines) -> list[Duty]:
    return [
        Duty(
            DutyKind.ACKNOWLEDGE,
            acknowledge_by(case.received, deadlines),
            registration.acknowledged,
        ),
        Duty(
            DutyKind.FEEDBACK,
            feedback_by(case.received, registration.acknowledged, deadlines),
            registration.feedback,
        ),
    ]

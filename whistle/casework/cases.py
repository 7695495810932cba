"""Opening a case with a member's keys, and writing to it without losing what others write.

Whatever is done here is logged, reading too: the entry is stored with the act, or there is no act.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from whistle.audit.entries import Who
from whistle.audit.log import Deed, Log
from whistle.casework.anonymising import Facts, Followed, follow
from whistle.casework.duties import Duty, DutyKind, duties_of
from whistle.casework.needs import needs, refuse_more
from whistle.casework.reasons_back import without_reasons
from whistle.crypto.errors import NotGrantedError
from whistle.domain.approval import dues_of_texts, texts_in
from whistle.domain.channel import Act, Side
from whistle.domain.clock import day_in_denmark
from whistle.domain.dialogue import (
    SAYS_MORE,
    acknowledged_on,
    has_answers_apart,
    identity_is_given,
)
from whistle.domain.legal_clock import Deadlines
from whistle.domain.registration import DUE_IN_DIALOGUE, Due
from whistle.installation import Installation
from whistle.keys.cases import (
    CaseItems,
    adopt,
    box_registration,
    open_inbox_keys,
    open_registration,
)
from whistle.keys.filed import KeptFiled, in_order
from whistle.keys.keyring import InboxKeys, Keyring, open_inboxes
from whistle.keys.notes import Notebook, open_notes
from whistle.keys.records import Message, Registration
from whistle.keys.vault import with_new_receipt
from whistle.storage import casework as queries
from whistle.storage import directory, members, removal
from whistle.storage.erasing import erase_files
from whistle.storage.errors import ConflictError, StorageError
from whistle.storage.rows import CaseRow

MOST_TRIES = 5
_Result = TypeVar("_Result")
_Write: TypeAlias = Callable[[Connection], None]


class NotOpenedError(StorageError):
    """What was to be opened could not be logged; so it stays closed."""


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case as this member's keys open it.

    ``registration`` is the stored one, ``version`` its number. Every change of casework's makes a
    new version: who still has the newest version knows that nothing else happened.
    ``arrears``: what opening it gave to be stored, for the transaction of the act that it was
    opened for: that the case was taken into the vault, or the key of a new receipt.
    """

    inbox: InboxKeys
    stored: queries.StoredCase
    items: CaseItems
    registration: Registration
    version: int
    messages: Sequence[Message]
    notebook: Notebook
    arrears: Sequence[_Write] = ()

    def settle(self, db: Connection) -> None:
        """Store what opening the case gave; `ConflictError` when somebody was quicker."""
        for write in self.arrears:
            write(db)

    @property
    def case(self) -> CaseRow:
        """What can be read without a key."""
        return self.stored.case

    @property
    def has_reporter(self) -> bool:
        """Whether somebody has a receipt for it; who called or wrote a letter has none."""
        return self.items.keys.reporter is not None

    @property
    def identity_given(self) -> bool:
        """Whether the reporter says who they are; who it is takes another step."""
        return identity_is_given(self.messages)

    @property
    def has_answers_apart(self) -> bool:
        """Whether there are answers that take another step to open."""
        return has_answers_apart(self.messages)

    @property
    def wrote_after_closing(self) -> bool:
        """Whether the reporter wrote when the case was closed."""
        after = False
        for message in self.messages:
            if message.act in {Act.CLOSED, Act.REOPENED}:
                after = False
            elif message.side is Side.REPORTER and message.act in SAYS_MORE:
                after = True
        return after and not self.case.is_open


class Cases:
    """The cases of one unlocked member. For the modules of this room; others take the service."""

    def __init__(
        self, installation: Installation, keyring: Keyring, role: str | None = None
    ) -> None:
        """Work on ``installation`` with the keys of one member.

        ``role``: the member's, for the log; none to look it up.
        """
        self.here = installation
        self.keyring = keyring
        self._role = role

    @cached_property
    def log(self) -> Log:
        """The log, for what this member does."""
        me = self.keyring.member_id
        if self._role is None:
            with self.here.store.read() as db:
                row = members.by_id(db, me)
            self._role = row.role if row else ""
        return Log(self.here.store, self.here.id, self.here.clock, Who.member(me), self._role)

    def note(self, *deeds: Deed) -> None:
        """Log that something is opened; raise `NotOpenedError` where that fails, and open nothing.

        Raises `ConflictError` as well.
        """
        with opening():
            self.log.note(*deeds)

    def inboxes_opened(self) -> list[InboxKeys]:
        """Open every inbox that this member's grants are for."""
        with self.here.store.read() as db:
            grants = directory.grants_of(db, self.keyring.member_id)
        known = {inbox.inbox_id: inbox.epoch for inbox in self.here.directory.inboxes}
        if any(grant.epoch > known.get(grant.inbox_id, grant.epoch) for grant in grants):
            self.here.directory.refresh()  # a step was taken since this process last looked
        return open_inboxes(self.keyring, self.here.directory.inboxes, grants)

    def deadlines(self, inbox: InboxKeys, case: CaseRow) -> Deadlines:
        """Give what the inbox's channel promised on the day that a case of it was received."""
        return self.here.profiles.door(inbox.inbox.root.channel, case.received).deadlines

    def duties(self, opened: OpenedCase) -> list[Duty]:
        """Give what is owed to a case's reporter, met or not."""
        return duties_of(
            opened.case, opened.registration, self.deadlines(opened.inbox, opened.case)
        )

    def attempt(self, case_id: bytes, step: Callable[[OpenedCase], _Result]) -> _Result | None:
        """Open a case and do something to it, again from the start when somebody was quicker.

        None when there is no such case, or this member's keys do not open it. Raises a
        `SealingError` when it is damaged, and `ConflictError` when it keeps changing.
        """
        for left in reversed(range(MOST_TRIES)):
            try:
                opened = self._open(case_id)
                return None if opened is None else step(opened)
            except ConflictError:
                continue
            except NotGrantedError:  # it may have had new keys, and the old grant gone, meanwhile
                if not left:
                    raise
        raise ConflictError("the case keeps changing")

    @contextmanager
    def writing(
        self,
        opened: OpenedCase,
        registration: Registration,
        *done: Deed,
        keep_deleted: bool = False,
        filed: Sequence[KeptFiled] | None = None,
    ) -> Iterator[Connection]:
        """Write to a case and log it, in one transaction, with its registration's next version.

        Raises `ConflictError` when anything but the reporter changed the case since it was opened.
        What had been deleted is erased now, unless ``keep_deleted``. ``filed``: all that is filed
        on the case afterwards, where that is changed. The anonymised record follows by itself.
        `StaysClosedError` where a closed case would lack what closing it needed.
        """
        self._hold_closed(opened, registration, filed)
        with self.log.write(*done) as db:
            opened.settle(db)
            queries.hold(db, opened.stored.keys)
            self._store(db, opened, follow(db, self._facts(opened, filed), registration))
            if not keep_deleted:
                erase_deleted(db, opened)
            yield db

    def write_beside(self, db: Connection, opened: OpenedCase, registration: Registration) -> None:
        """Write another case's next registration in a transaction of `writing`; raises as that."""
        opened.settle(db)
        queries.hold(db, opened.stored.keys)
        self._store(db, opened, follow(db, self._facts(opened), registration))

    def seen_by_now(self, opened: OpenedCase, done: Deed) -> OpenedCase:
        """Log that a case was opened; note that everything in it was read.

        And what its dialogue says of the clock. Raises as `note`.
        """
        known = opened.registration
        registration = replace(told_by_dialogue(opened), seen=max(known.seen, len(opened.messages)))
        today = self.here.clock.today()
        stale = known.held is None and any(
            day_in_denmark(one.newest.written) < today for one in opened.notebook.deleted
        )
        followed = self._followed(opened, registration)
        registration = followed.registration
        unchanged = replace(registration, last_act=known.last_act, last_item=known.last_item)
        if unchanged == known and not stale:
            self.looking(opened, done)
            return replace(opened, arrears=())
        with opening(), self.log.write(done) as db:
            opened.settle(db)
            queries.hold(db, opened.stored.keys)
            self._store(db, opened, followed)
            erase_deleted(db, opened)
        return replace(opened, registration=registration, version=opened.version + 1, arrears=())

    def looking(self, opened: OpenedCase, done: Deed) -> None:
        """Log that something of a case is opened; raise as `note`."""
        with opening(), self.log.write(done) as db:
            opened.settle(db)

    # -- inside --------------------------------------------------------------------------------

    def _hold_closed(
        self, opened: OpenedCase, registration: Registration, filed: Sequence[KeptFiled] | None
    ) -> None:
        if opened.case.is_open or registration.closed is None:
            return  # it is opened again by that, or closed: which asks for itself
        office = self.here.profiles.on(opened.case.received).office
        channel, there = opened.inbox.inbox.root.channel, opened.notebook.all_filed
        before = needs(opened.registration.enquiry, there, office, channel)
        now = there if filed is None else filed
        refuse_more(before, needs(registration.enquiry, now, office, channel))

    def _facts(self, opened: OpenedCase, filed: Sequence[KeptFiled] | None = None) -> Facts:
        return Facts(
            opened.inbox,
            opened.case,
            self.deadlines(opened.inbox, opened.case),
            opened.notebook.all_filed if filed is None else filed,
            reporter=opened.has_reporter,
        )

    def _followed(self, opened: OpenedCase, registration: Registration) -> Followed:
        if registration.closed is None and not registration.record:
            return Followed(registration)
        with self.here.store.read() as db:
            return follow(db, self._facts(opened), registration)

    def _store(self, db: Connection, opened: OpenedCase, followed: Followed) -> None:
        keys, version = opened.stored.keys, opened.version + 1
        row = box_registration(opened.inbox, keys, followed.registration, version=version)
        queries.update_registration(db, row)
        self._write_duties(db, opened, followed.registration)
        followed.write(db)

    def _open(self, case_id: bytes) -> OpenedCase | None:
        with self.here.store.read() as db:
            stored = queries.get_case(db, case_id)
            reasons_back = removal.reasons_back(db, case_id)
        if stored is None:
            return None
        inbox = next(
            (one for one in self.inboxes_opened() if one.inbox.inbox_id == stored.keys.inbox_id),
            None,
        )
        if inbox is None:
            return None
        arrears: list[_Write] = []
        if not stored.keys.in_vault:
            stored = _adopted(inbox, stored, arrears)
        keys = open_inbox_keys(inbox, stored.keys).keys
        items = CaseItems(self.here.id, case_id, keys)
        messages = items.dialogue(stored.items)
        renewed = with_new_receipt(inbox, stored.keys, keys, messages)
        if renewed is not None:
            before, (in_vault, keys) = stored.keys, renewed
            arrears.append(lambda db: queries.update_case_keys(db, before, in_vault))
            stored, items = replace(stored, keys=in_vault), replace(items, keys=keys)
        stored = without_reasons(inbox, stored, items, reasons_back, arrears)
        row = stored.registration
        if row is None:
            raise ConflictError("the registration is missing")
        return OpenedCase(
            inbox,
            stored,
            items,
            open_registration(inbox, stored.keys, row),
            row.version,
            messages,
            open_notes(items, stored.items),
            arrears,
        )

    def _write_duties(self, db: Connection, opened: OpenedCase, registration: Registration) -> None:
        duties = duties_of(opened.case, registration, self.deadlines(opened.inbox, opened.case))
        due = {duty.kind: duty.due for duty in duties if duty.done is None}
        acknowledge_by, feedback_by = due.get(DutyKind.ACKNOWLEDGE), due.get(DutyKind.FEEDBACK)
        if (acknowledge_by, feedback_by) != (opened.case.acknowledge_by, opened.case.feedback_by):
            queries.set_duties(db, opened.case.id, acknowledge_by, feedback_by)


@contextmanager
def opening() -> Iterator[None]:
    """Say of what cannot be logged that it stays closed: raise `NotOpenedError`."""
    try:
        yield
    except ConflictError:  # somebody was quicker: it is tried again
        raise
    except (SQLAlchemyError, StorageError) as error:
        raise NotOpenedError("what is opened could not be logged") from error


def _adopted(
    inbox: InboxKeys, sealed: queries.StoredCase, arrears: list[_Write]
) -> queries.StoredCase:
    """Give a case as it stands in the vault from its first opening on; it is yet to be stored."""
    keys, registration, _ = adopt(inbox, sealed.keys)
    arrears.append(lambda db: queries.adopt_case(db, sealed.keys, keys, registration))
    return replace(sealed, keys=keys, registration=registration)


def erase_deleted(db: Connection, opened: OpenedCase) -> None:
    """Erase the notes and what else is filed that was deleted, with the files of documents.

    What was deleted before a legal hold waits until that has ended.
    """
    if opened.registration.held is not None:
        return
    for one in opened.notebook.deleted:
        queries.delete_items(db, opened.case.id, one.row_ids)
        if isinstance(one, KeptFiled):
            erase_files(db, opened.case.id, one.attachment_ids)


def was_closed_on(messages: Sequence[Message]) -> date | None:
    """Give the day of the last closing that a dialogue tells of."""
    return next(
        (message.written for message in reversed(messages) if message.act is Act.CLOSED), None
    )


def told_by_dialogue(opened: OpenedCase) -> Registration:
    """Give the registration with what the dialogue says of dates, and nothing to undo."""
    registration = opened.registration
    closed = registration.closed or was_closed_on(opened.messages)
    return replace(
        registration,
        acknowledged=registration.acknowledged or acknowledged_on(opened.messages),
        closed=None if opened.case.is_open else closed,
        due=dues_with_texts(registration.due, opened.messages),
        last_act="",
        last_item=b"",
    )


def dues_with_texts(before: Sequence[Due], messages: Sequence[Message]) -> tuple[Due, ...]:
    """Give what has a date, with what the texts of a dialogue have now; ``before``: what had one.

    The reporter answers without a key to the registration: it follows when casework looks.
    """
    others = [due for due in before if due.kind not in DUE_IN_DIALOGUE]
    return tuple(sorted((*others, *dues_of_texts(texts_in(messages))), key=in_order))

"""What a reporter does with a receipt: read, write, close, say who they are or take it back.

Takes and gives plain objects; knows no request and no response.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from whistle.crypto.receipt import Receipt
from whistle.domain.approval import PutText, receipt_is_shared, texts_in
from whistle.domain.channel import Act, Channel, InboxKind, Side
from whistle.domain.dialogue import acknowledged_on, identity_is_given, is_done_for_reporter
from whistle.installation import Installation
from whistle.keys.cases import CaseItems, open_generations, seal_to_new_reporter
from whistle.keys.fields import join_fields
from whistle.keys.files import ReceivedFile, content_digest, open_file
from whistle.keys.records import CaseKeys, FileManifest, Identity, Message
from whistle.storage import intake as queries
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.rows import CaseRow, ItemRow, ReceiptRow
from whistle.storage.tables import ID_BYTES

MOST_TRIES = 5
MOST_BYTES = 8 * 1024 * 1024  # sealed, of a dialogue without its files: two thousand short messages
KEPT_BYTES = 1024 * 1024  # more, for what protects the reporter
_KEPT_FOR = (Act.WITHDREW_IDENTITY, Act.NEW_RECEIPT, Act.APPROVED)
NOBODY = Identity()
_AND = " / "


class Outcome(Enum):
    """What became of something that was sent."""

    RECEIVED = "received"
    AGAIN = "again"
    OTHER_CONTENT = "other content under a used receipt"
    NO_REPORT = "no report under this receipt"
    FULL = "the dialogue holds as much as it may"
    CHANGED = "there is another version than the one that was on the page"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A report and its messages, opened with the receipt."""

    case: CaseRow
    channel: Channel
    with_reserve: bool
    messages: Sequence[Message]

    @property
    def acknowledged(self) -> date | None:
        """The day of the acknowledgement, automatic or by casework's first answer."""
        return acknowledged_on(self.messages)

    @property
    def identity_given(self) -> bool:
        """Whether the reporter has said who they are, and not taken it back."""
        return identity_is_given(self.messages)

    @property
    def texts(self) -> Sequence[PutText]:
        """The texts that were put before the reporter, the first put first."""
        return texts_in(self.messages)

    @property
    def receipt_is_shared(self) -> bool:
        """Whether somebody of casework has seen the receipt, as they wrote the report in."""
        return receipt_is_shared(self.messages)

    @property
    def done_for_reporter(self) -> bool:
        """Whether the reporter said that they need no more. The case is casework's to close."""
        return is_done_for_reporter(self.messages)


@dataclass(frozen=True, slots=True)
class Promise:
    """The days by which something is due to a reporter, none where it is done; and who reads it."""

    received: date
    acknowledge_by: date | None
    feedback_by: date | None
    with_reserve: bool


class DialogueService:
    """What can be done with a receipt at one installation."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    # -- reading -------------------------------------------------------------------------------

    def open(self, receipt: Receipt) -> Dialogue | None:
        """Open the dialogue of a receipt; none when there is no such report."""
        opened = self._open(receipt)
        if opened is None:
            return None
        stored, items = opened
        root = self._here.directory.by_id(stored.case.inbox_id).root
        with_reserve = root.kind is InboxKind.RESERVE
        return Dialogue(stored.case, root.channel, with_reserve, items.dialogue(stored.items))

    def promise(self, receipt: Receipt) -> Promise | None:
        """Give what is due to the reporter, by when; none when there is no such report."""
        with self._here.store.read() as db:
            case = queries.find_case(db, receipt.lookup(self._here.id))
        return None if case is None else self._promise(case)

    def opened_before(self, receipt: Receipt) -> bool:
        """Say whether a receipt that opens nothing was used: the case is gone, or has another."""
        with self._here.store.read() as db:
            return queries.was_used(db, receipt.lookup(self._here.id))

    def is_with_reserve(self, receipt: Receipt) -> bool:
        """Say whether the report of a receipt is in a reserve inbox; no where there is none."""
        promise = self.promise(receipt)
        return promise is not None and promise.with_reserve

    def file(
        self, receipt: Receipt, attachment_id: bytes
    ) -> tuple[FileManifest, Iterator[bytes]] | None:
        """Open a file of the dialogue; none when this dialogue has no such file."""
        dialogue = self.open(receipt)
        for message in dialogue.messages if dialogue else ():
            for manifest in message.files:
                if manifest.attachment_id == attachment_id:
                    return manifest, open_file(self._here.id, self._here.store, manifest)
        return None

    # -- writing: ``form_id`` names the form, so that a double click is `AGAIN`; what is stored
    # already is known even when nothing more is taken, and everything else raises `NoRoomError` --

    def add_message(
        self,
        receipt: Receipt,
        form_id: bytes,
        text: str,
        files: Sequence[ReceivedFile],
        identity: Identity = NOBODY,
    ) -> Outcome:
        """Add a message; and who the reporter is, if they say so now, to what they said before.

        Other content from the same form is another message, so that nothing is lost.
        """
        digest = content_digest(self._here.id, form_id + identity.encode(), text, files)
        message = self._message(
            Act.WROTE,
            digest,
            text=text,
            files=tuple(file.manifest for file in files),
            identity_given=identity.is_given,
            kept_apart=bool(identity.answers),
        )
        if identity == NOBODY:
            return self._add(receipt, message)
        return self._add(receipt, message, lambda before: _together([*before, identity]))

    def close(self, receipt: Receipt, form_id: bytes, text: str) -> Outcome:
        """Tell casework that the reporter needs no more; they may still write.

        What casework owes does not end with it: the case stays open until they close it.
        """
        return self._add(receipt, self._act(Act.CLOSED, form_id, text=text))

    def give_identity(self, receipt: Receipt, form_id: bytes, identity: Identity) -> Outcome:
        """Say who the reporter is; it takes the place of what they said before."""
        message = self._act(Act.GAVE_IDENTITY, form_id, identity)
        return self._add(
            receipt, message, lambda before: replace(identity, answers=_answers_of(before))
        )

    def withdraw_identity(self, receipt: Receipt, form_id: bytes) -> Outcome:
        """Delete who the reporter is. From outside it looks as if they had said it."""
        message = self._act(Act.WITHDREW_IDENTITY, form_id)
        return self._add(receipt, message, lambda before: Identity(answers=_answers_of(before)))

    def replace_receipt(self, old: Receipt, new: Receipt) -> Outcome:
        """Have the report open with ``new`` alone, from now on.

        `AGAIN` when it already does; `NO_REPORT` when ``old`` opens nothing, as when another new
        receipt was quicker. ``new`` must be one that was never used for anything else.
        """
        here = self._here
        reporter = new.key_pair(here.id).public
        for _ in range(MOST_TRIES):
            opened = self._open(old)
            if opened is None:
                return Outcome.NO_REPORT if self._open(new) is None else Outcome.AGAIN
            stored, items = opened
            message = Message(
                Side.REPORTER,
                here.clock.today(),
                position=len(items.dialogue(stored.items)),
                text="",
                act=Act.NEW_RECEIPT,
                reporter=reporter,
            )
            row = items.message(message, item_id=secrets.token_bytes(ID_BYTES))
            if is_full([*stored.items, row], message.act):
                return Outcome.FULL
            found = ReceiptRow(new.lookup(here.id), items.case_id)
            keys = seal_to_new_reporter(here.id, items.case_id, items.keys, reporter)
            try:
                with self._place(), here.store.write() as db:
                    queries.insert_message(db, row, items.keys.newest)
                    queries.replace_receipt(db, old.lookup(here.id), found, keys)
            except ConflictError:
                continue
            return Outcome.RECEIVED
        raise ConflictError("the case's keys keep changing")

    # -- inside --------------------------------------------------------------------------------

    def _promise(self, case: CaseRow) -> Promise:
        kind = self._here.directory.by_id(case.inbox_id).root.kind
        return Promise(
            case.received, case.acknowledge_by, case.feedback_by, kind is InboxKind.RESERVE
        )

    def _act(
        self, act: Act, form_id: bytes, identity: Identity = NOBODY, *, text: str = ""
    ) -> Message:
        """Make the message of an act, known again by its form and content."""
        named = hashlib.sha256(join_fields([form_id, act.encode(), identity.encode()])).digest()
        digest = content_digest(self._here.id, named, text, ())
        return self._message(act, digest, text=text, identity_given=identity.is_given)

    def _message(
        self,
        act: Act,
        digest: bytes,
        *,
        text: str,
        files: tuple[FileManifest, ...] = (),
        identity_given: bool,
        kept_apart: bool = False,
    ) -> Message:
        return Message(
            Side.REPORTER,
            self._here.clock.today(),
            position=0,
            text=text,
            files=files,
            digest=digest,
            identity_given=identity_given,
            kept_apart=kept_apart,
            act=act,
        )

    def _add(
        self,
        receipt: Receipt,
        message: Message,
        identity: Callable[[Sequence[Identity]], Identity] | None = None,
    ) -> Outcome:
        """Write a message at the end; with ``identity``, make one of all that was said before."""
        for _ in range(MOST_TRIES):
            opened = self._open(receipt)
            if opened is None:
                return Outcome.NO_REPORT
            stored, items = opened
            placed = replace(message, position=len(items.dialogue(stored.items)))
            row = items.message(placed, item_id=message.digest[:ID_BYTES])
            if row.id in {item.id for item in stored.items}:
                return Outcome.AGAIN
            if is_full([*stored.items, row], message.act):
                return Outcome.FULL
            attachment_ids = [manifest.attachment_id for manifest in message.files]
            now = items.identity(identity(items.identities(stored.items))) if identity else None
            try:
                with self._place(), self._here.store.write() as db:
                    queries.insert_message(db, row, items.keys.newest, attachment_ids)
                    if now:
                        queries.replace_identity(db, now, placed.position)
            except DuplicateError:
                return Outcome.AGAIN
            except ConflictError:
                continue
            return Outcome.RECEIVED
        raise ConflictError("the case's keys keep changing")

    def _place(self) -> AbstractContextManager[None]:
        """Hold a place for what is being stored; raises `NoRoomError` when there is none."""
        return self._here.limits.message(self._here.store, self._here.clock.now())

    def _open(self, receipt: Receipt) -> tuple[queries.ReporterCase, CaseItems] | None:
        here = self._here
        with here.store.read() as db:
            stored = queries.find(db, receipt.lookup(here.id))
        if stored is None:
            return None
        generations = open_generations(
            here.id, receipt.key_pair(here.id), stored.case.id, stored.reporter_keys
        )
        return stored, CaseItems(here.id, stored.case.id, CaseKeys(generations, reporter=None))


def is_full(items: Iterable[ItemRow], act: Act) -> bool:
    """Say whether a dialogue with these items holds more than it may after ``act``."""
    most = MOST_BYTES + (KEPT_BYTES if act in _KEPT_FOR else 0)
    return sum(len(item.body) for item in items) > most


def _together(identities: Sequence[Identity]) -> Identity:
    """Make one identity of all that were given; what is the same stands there once."""
    return Identity(
        _all_of(one.name for one in identities),
        _all_of(one.contact for one in identities),
        _answers_of(identities),
    )


def _answers_of(identities: Sequence[Identity]) -> Mapping[str, tuple[str, ...]]:
    """Give every answer that is kept apart; what is the same stands there once."""
    values: dict[str, list[str]] = {}
    for identity in identities:
        for name, given in identity.answers.items():
            values.setdefault(name, []).extend(given)
    return {name: tuple(dict.fromkeys(given)) for name, given in values.items()}


def _all_of(values: Iterable[str]) -> str:
    parts = (part for value in values if value for part in value.split(_AND))
    return _AND.join(dict.fromkeys(parts))

"""What the anonymous door does: receive a report, show its dialogue, take a message.

Takes and gives plain objects; knows no request and no response.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel, InboxKind, Side
from whistle.domain.legal_clock import acknowledge_by, feedback_by
from whistle.domain.profile import ChannelProfile
from whistle.installation import Installation
from whistle.keys.cases import (
    CaseItems,
    new_generation,
    open_reporter_keys,
    seal_to_inbox,
    seal_to_reporter,
)
from whistle.keys.directory import TrustedInbox
from whistle.keys.fields import join_fields
from whistle.keys.files import ReceivedFile, content_digest, open_file
from whistle.keys.records import CaseKeys, FileManifest, Identity, Message
from whistle.storage import intake as queries
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.rows import CaseRow, ReceiptRow
from whistle.storage.tables import ID_BYTES

MOST_TRIES = 3
NOBODY = Identity()


@dataclass(frozen=True, slots=True)
class Report:
    """What a person wrote. It exists in memory, for the length of one request."""

    text: str
    identity: Identity
    concerns_adviser: bool
    files: tuple[ReceivedFile, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Show the type and nothing else: no traceback may print a report."""
        return "<Report>"


class Outcome(Enum):
    """What became of something that was sent."""

    RECEIVED = "received"
    AGAIN = "again"
    OTHER_CONTENT = "other content under a used receipt"
    NO_REPORT = "no report under this receipt"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A report and its messages, opened with the receipt."""

    case: CaseRow
    channel: Channel
    messages: Sequence[Message]
    identity_given: bool

    @property
    def acknowledged(self) -> bool:
        """Whether casework has written at all."""
        return any(message.side is Side.CASEWORK for message in self.messages)


class IntakeService:
    """The door's acts on one installation."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    def receive(self, channel: Channel, receipt: Receipt, report: Report) -> Outcome:
        """Seal a report and store it, once.

        The first commit under a receipt is never overwritten: the same content again is `AGAIN`,
        other content is `OTHER_CONTENT`, and nothing is stored. Raises a `DirectoryError` when
        there is no key to trust, and `ConflictError` when the keys keep changing.
        """
        kind = InboxKind.RESERVE if report.concerns_adviser else InboxKind.MAIN
        for _ in range(MOST_TRIES):
            inbox = self._here.directory.inbox(channel, kind)
            new = self._seal(channel, inbox, receipt, report)
            try:
                with self._here.store.write() as db:
                    queries.insert_report(db, new)
            except DuplicateError:
                return self._compare(
                    receipt, report_digest(self._here.id, channel, receipt, report)
                )
            except ConflictError:
                self._here.directory.refresh()
            else:
                return Outcome.RECEIVED
        raise ConflictError("the inbox's keys keep changing")

    def open(self, receipt: Receipt) -> Dialogue | None:
        """Open the dialogue of a receipt; none when there is no such report."""
        opened = self._open(receipt)
        if opened is None:
            return None
        stored, items = opened
        messages = items.dialogue(stored.items)
        channel = self._here.directory.by_id(stored.case.inbox_id).root.channel
        return Dialogue(
            stored.case, channel, messages, any(message.identity_given for message in messages)
        )

    def add_message(
        self,
        receipt: Receipt,
        form_id: bytes,
        text: str,
        files: Sequence[ReceivedFile],
        identity: Identity = NOBODY,
    ) -> Outcome:
        """Add a message from the reporter, once; and who they are, if they say so now.

        ``form_id`` names the form it was written in: the same content from the same form again is
        `AGAIN`; other content from it is another message, so that nothing is lost.
        """
        digest = content_digest(self._here.id, form_id + identity.encode(), text, files)
        for _ in range(MOST_TRIES):
            opened = self._open(receipt)
            if opened is None:
                return Outcome.NO_REPORT
            stored, items = opened
            message = Message(
                Side.REPORTER,
                self._here.clock.today(),
                position=len(items.dialogue(stored.items)),
                text=text,
                files=tuple(file.manifest for file in files),
                digest=digest,
                identity_given=identity.is_given,
            )
            row = items.message(message, item_id=digest[:ID_BYTES])
            try:
                with self._here.store.write() as db:
                    queries.insert_message(
                        db, row, items.keys.newest, [one.attachment_id for one in message.files]
                    )
                    if identity.is_given:
                        items.identity(identity).insert(db)
            except DuplicateError:
                return Outcome.AGAIN
            except ConflictError:
                continue
            return Outcome.RECEIVED
        raise ConflictError("the case's keys keep changing")

    def is_with_reserve(self, receipt: Receipt) -> bool:
        """Say whether the report of a receipt is in a reserve inbox; no where there is none."""
        with self._here.store.read() as db:
            stored = queries.find(db, receipt.lookup(self._here.id))
        if stored is None:
            return False
        inbox = self._here.directory.by_id(stored.case.inbox_id)
        return inbox.root.kind is InboxKind.RESERVE

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

    def acknowledge_by(self, channel: Channel) -> date:
        """Give the day by which a report sent today is acknowledged."""
        return acknowledge_by(self._here.clock.today(), self._profile(channel).deadlines)

    def _seal(
        self, channel: Channel, inbox: TrustedInbox, receipt: Receipt, report: Report
    ) -> queries.NewReport:
        here, today = self._here, self._here.clock.today()
        deadlines = self._profile(channel).deadlines
        case_id = secrets.token_bytes(ID_BYTES)
        keys = CaseKeys((new_generation(),), receipt.key_pair(here.id).public)
        items = CaseItems(here.id, case_id, keys)
        message = Message(
            Side.REPORTER,
            today,
            position=0,
            text=report.text,
            files=tuple(file.manifest for file in report.files),
            digest=report_digest(here.id, channel, receipt, report),
            identity_given=report.identity.is_given,
            answers=report.answers,
        )
        return queries.NewReport(
            ReceiptRow(receipt.lookup(here.id), case_id),
            CaseRow(
                case_id,
                inbox.inbox_id,
                today,
                acknowledge_by(today, deadlines),
                feedback_by(today, None, deadlines),
                is_open=True,
                erase_after=None,
            ),
            seal_to_inbox(inbox, case_id, keys),
            seal_to_reporter(here.id, case_id, keys, keys.newest),
            [
                items.message(message, item_id=secrets.token_bytes(ID_BYTES)),
                items.identity(report.identity),
            ],
            [manifest.attachment_id for manifest in message.files],
        )

    def _open(self, receipt: Receipt) -> tuple[queries.ReporterCase, CaseItems] | None:
        here = self._here
        with here.store.read() as db:
            stored = queries.find(db, receipt.lookup(here.id))
        if stored is None:
            return None
        keys = open_reporter_keys(
            here.id, receipt.key_pair(here.id), stored.case.id, stored.reporter_keys
        )
        return stored, CaseItems(here.id, stored.case.id, keys)

    def _compare(self, receipt: Receipt, digest: bytes) -> Outcome:
        dialogue = self.open(receipt)
        if dialogue and dialogue.messages and dialogue.messages[0].digest == digest:
            return Outcome.AGAIN
        return Outcome.OTHER_CONTENT

    def _profile(self, channel: Channel) -> ChannelProfile:
        return self._here.profile.channels[channel]


def report_digest(installation: bytes, channel: Channel, receipt: Receipt, report: Report) -> bytes:
    """Give SHA-256 over everything in a report, so that the same one is known again.

    Keyed by the receipt: who reads the dialogue, where it is kept, cannot try out names with it.
    """
    fields = [
        receipt.digest_key(installation),
        channel.encode(),
        report.identity.encode(),
        bytes([report.concerns_adviser]),
        *(
            part.encode()
            for name in sorted(report.answers)
            for part in (name, *report.answers[name])
        ),
    ]
    form_id = hashlib.sha256(join_fields(fields)).digest()
    return content_digest(installation, form_id, report.text, report.files)

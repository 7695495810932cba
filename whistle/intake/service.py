"""What the anonymous door does: receive a report; `whistle.intake.dialogue` does the rest.

Takes and gives plain objects; knows no request and no response.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Act, Channel, InboxKind, Side
from whistle.domain.legal_clock import acknowledge_by, feedback_by
from whistle.domain.profile import ChannelProfile
from whistle.intake.approving import ApprovalService
from whistle.intake.dialogue import NOBODY, Dialogue, Outcome, Promise
from whistle.keys.cases import CaseItems, new_generation, seal_to_inbox, seal_to_reporter
from whistle.keys.directory import TrustedInbox
from whistle.keys.fields import join_fields
from whistle.keys.files import ReceivedFile, content_digest
from whistle.keys.records import CaseKeys, Identity, Message
from whistle.limits import NoRoomError
from whistle.storage import intake as queries
from whistle.storage.errors import BusyError, ConflictError, DuplicateError
from whistle.storage.rows import CaseRow, ReceiptRow
from whistle.storage.tables import ID_BYTES

__all__ = ["NOBODY", "Dialogue", "IntakeService", "Outcome", "Promise", "Received", "Report"]

MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Report:
    """What a person wrote. It exists in memory, for the length of one request.

    ``answers``: those that are not kept apart; the others are in the identity.
    """

    text: str
    identity: Identity
    concerns_adviser: bool
    files: tuple[ReceivedFile, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Show the type and nothing else: no traceback may print a report."""
        return "<Report>"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a report, and what is due to who sent it; none where nothing was stored."""

    outcome: Outcome
    promise: Promise | None = None


class IntakeService(ApprovalService):
    """The door's acts on one installation."""

    def receive(self, channel: Channel, receipt: Receipt, report: Report) -> Received:
        """Seal a report and store it, once.

        The first commit under a receipt is never overwritten: the same content again is `AGAIN`,
        other content is `OTHER_CONTENT`, and nothing is stored. Raises a `DirectoryError` when
        there is no key to trust, `ConflictError` when the keys keep changing, and `NoRoomError`
        when no more reports are taken just now; one that is stored already is known all the same.
        """
        try:
            case = self._store(channel, receipt, report)
        except DuplicateError:
            return self._compare(channel, receipt, report)
        except (NoRoomError, BusyError, OperationalError, PoolTimeoutError):
            if self.promise(receipt) is None:
                raise
            return self._compare(channel, receipt, report)
        return Received(Outcome.RECEIVED, self._promise(case))

    def _store(self, channel: Channel, receipt: Receipt, report: Report) -> CaseRow:
        """Seal a report and store it; whoever sends one again is seen by their receipt's row."""
        here = self._here
        kind = InboxKind.RESERVE if report.concerns_adviser else InboxKind.MAIN
        for _ in range(MOST_TRIES):
            inbox = here.directory.inbox(channel, kind)
            new = self._seal(channel, inbox, receipt, report)
            place = here.limits.report(channel, here.store, here.clock.now())
            try:
                with place, here.store.write() as db:
                    queries.insert_report(db, new)
            except ConflictError:
                here.directory.refresh()
            else:
                return new.case
        raise ConflictError("the inbox's keys keep changing")

    def acknowledge_by(self, channel: Channel) -> date | None:
        """Give the day by which a report sent today is acknowledged; none if it is at once."""
        profile = self._profile(channel)
        if profile.automatic_acknowledgement:
            return None
        return acknowledge_by(self._here.clock.today(), profile.deadlines)

    def _seal(
        self, channel: Channel, inbox: TrustedInbox, receipt: Receipt, report: Report
    ) -> queries.NewReport:
        here, today = self._here, self._here.clock.today()
        profile = self._profile(channel)
        case_id = secrets.token_bytes(ID_BYTES)
        keys = CaseKeys((new_generation(),), receipt.key_pair(here.id).public)
        items = CaseItems(here.id, case_id, keys)
        message = self._first_message(channel, receipt, report)
        messages = [message]
        if profile.automatic_acknowledgement:
            messages.append(Message(Side.SYSTEM, today, position=1, text="", act=Act.ACKNOWLEDGED))
        acknowledged = today if profile.automatic_acknowledgement else None
        return queries.NewReport(
            ReceiptRow(receipt.lookup(here.id), case_id),
            CaseRow(
                case_id,
                inbox.inbox_id,
                today,
                self.acknowledge_by(channel),
                feedback_by(today, acknowledged, profile.deadlines),
                is_open=True,
                erase_after=None,
            ),
            seal_to_inbox(inbox, case_id, keys),
            seal_to_reporter(here.id, case_id, keys, keys.newest),
            [
                *(items.message(one, item_id=secrets.token_bytes(ID_BYTES)) for one in messages),
                items.identity(report.identity),
            ],
            [manifest.attachment_id for manifest in message.files],
        )

    def _first_message(self, channel: Channel, receipt: Receipt, report: Report) -> Message:
        return Message(
            Side.REPORTER,
            self._here.clock.today(),
            position=0,
            text=report.text,
            files=tuple(file.manifest for file in report.files),
            digest=report_digest(self._here.id, channel, receipt, report),
            identity_given=report.identity.is_given,
            answers=report.answers,
            kept_apart=bool(report.identity.answers),
        )

    def _compare(self, channel: Channel, receipt: Receipt, report: Report) -> Received:
        """Say what a report is under a receipt that was used before."""
        dialogue = self.open(receipt)
        digest = report_digest(self._here.id, channel, receipt, report)
        if dialogue and dialogue.messages and dialogue.messages[0].digest == digest:
            return Received(Outcome.AGAIN, self._promise(dialogue.case))
        return Received(Outcome.OTHER_CONTENT)

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
            join_fields(part.encode() for part in (name, *report.answers[name]))
            for name in sorted(report.answers)
        ),
    ]
    form_id = hashlib.sha256(join_fields(fields)).digest()
    return content_digest(installation, form_id, report.text, report.files)

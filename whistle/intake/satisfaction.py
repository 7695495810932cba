"""The three questions of a closed case: an answer that nothing ties to it.

``docs/decisions/satisfaction.md`` says what is stored, what it tells, and whom.
"""

import secrets
from collections.abc import Sequence

from whistle.crypto.errors import DirectoryInboxError
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Act, Channel, InboxKind, Side
from whistle.domain.satisfaction import Answer
from whistle.installation import Installation
from whistle.intake.dialogue import Dialogue, Outcome
from whistle.keys.directory import TrustedInbox
from whistle.keys.records import Message
from whistle.keys.satisfaction import seal_answer
from whistle.storage import satisfaction as queries
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.tables import ID_BYTES

MOST_TRIES = 3


def is_asked(here: Installation, dialogue: Dialogue) -> bool:
    """Say whether the reporter of a dialogue is asked: its case is closed, at a door that asks.

    Who has got a new receipt since the case was first closed is not: by it they could answer again,
    and nothing that is stored may tell that they have. Nor is who shares a receipt with somebody of
    casework, who could answer in their place, and see that they did.
    """
    asked = dialogue.channel in here.profile.office.satisfaction.doors
    return (
        asked
        and not dialogue.case.is_open
        and not dialogue.receipt_is_shared
        and not _new_receipt_since_closing(dialogue.messages)
        and _inbox(here) is not None
    )


def take(here: Installation, receipt: Receipt, answer: Answer) -> Outcome:
    """Store an answer, `AGAIN` where this receipt has answered; only of who `is_asked`.

    Raises `ConflictError` when the inbox's keys keep changing, and `NoRoomError` when nothing is
    taken just now.
    """
    for _ in range(MOST_TRIES):
        inbox = here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
        row = seal_answer(inbox, secrets.token_bytes(ID_BYTES), answer)
        place = here.limits.message(here.store, here.clock.now())
        try:
            with place, here.store.write() as db:
                queries.answer(db, receipt.nullifier(here.id), row, inbox.epoch)
        except DuplicateError:
            return Outcome.AGAIN
        except ConflictError:
            here.directory.refresh()
        else:
            return Outcome.RECEIVED
    raise ConflictError("the inbox's keys keep changing")


def _inbox(here: Installation) -> TrustedInbox | None:
    """Give the inbox that keeps the office's book; none where there is none."""
    try:
        return here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    except DirectoryInboxError:
        return None


def _new_receipt_since_closing(messages: Sequence[Message]) -> bool:
    closed = False
    for one in messages:
        closed = closed or (one.side is Side.CASEWORK and one.act is Act.CLOSED)
        if closed and one.act is Act.NEW_RECEIPT:
            return True
    return False
